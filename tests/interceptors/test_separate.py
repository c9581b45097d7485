"""Cutting at a separator: limits, leftovers and settings."""

from typing import Any

import pytest

from tremor_tui.errors import ConfigError
from tremor_tui.interceptors.contract import MAX_FRAME, postprocessors, preprocessors


def cutter(config: dict[str, Any] | None = None) -> Any:
    return preprocessors.get("separate")(config)


def test_frames_end_at_line_feeds_and_empty_ones_are_frames() -> None:
    assert cutter().process(b"a\n\nb\nc") == [b"a", b"", b"b"]


def test_the_rest_is_kept_and_handed_out_at_the_end() -> None:
    cut = cutter()
    assert cut.process(b"a\nb") == [b"a"]
    assert cut.process(b"c") == []
    assert cut.process(b"\nd") == [b"bc"]
    assert cut.finish() == [b"d"]
    assert cut.finish() == []


def test_the_bare_name_drops_and_counts_frames_beyond_8192_bytes() -> None:
    cut = cutter()
    assert cut.process(b"x" * 8192 + b"\n" + b"y" * 8193 + b"\nz\n") == [b"x" * 8192, b"z"]
    assert cut.discarded == 1


def test_a_long_frame_in_pieces_is_dropped_as_one() -> None:
    cut = cutter({"max_length": 4})
    assert cut.process(b"123") == []
    assert cut.process(b"45") == []
    assert cut.process(b"6789\nab\n") == [b"ab"]
    assert cut.finish() == []
    assert cut.discarded == 1


def test_a_config_without_a_limit_takes_frames_up_to_the_cap() -> None:
    cut = cutter({})
    assert cut.process(b"x" * 100_000 + b"\n") == [b"x" * 100_000]
    for _ in range(MAX_FRAME // (1 << 20) + 1):
        assert cut.process(b"x" * (1 << 20)) == []
    assert cut.process(b"\nok\n") == [b"ok"]
    assert cut.discarded == 1


def test_without_a_buffer_each_chunk_stands_for_itself() -> None:
    cut = cutter({"buffered": False, "separator": "|"})
    assert cut.process(b"a|b") == [b"a", b"b"]
    assert cut.process(b"c") == [b"c"]
    assert cut.finish() == []


@pytest.mark.parametrize("separator", ["", "ab", "é", 1, None])
def test_a_separator_is_one_byte(separator: Any) -> None:
    if separator is None:
        assert cutter({"separator": None}).process(b"a\n") == [b"a"]
        return
    with pytest.raises(ConfigError) as caught:
        cutter({"separator": separator})
    assert caught.value.key == "separator"


def test_the_frames_of_one_call_are_written_as_one_piece() -> None:
    join = postprocessors.get("separate")({"separator": "|"})
    assert join.process([b"a", b"", b"b"]) == [b"a||b|"]
    assert join.process([]) == []
    assert join.finish() == []
