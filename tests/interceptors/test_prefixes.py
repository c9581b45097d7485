"""Frames behind their length: what is announced is believed up to a cap."""

import pytest

from tremor_tui.errors import FrameError
from tremor_tui.interceptors.contract import MAX_FRAME, preprocessors


def test_a_length_beyond_the_cap_ends_the_stream() -> None:
    with pytest.raises(FrameError, match="at most"):
        preprocessors.get("length-prefixed")(None).process((MAX_FRAME + 1).to_bytes(8))
    with pytest.raises(FrameError, match="at most"):
        preprocessors.get("textual-length-prefixed")(None).process(b"%d " % (MAX_FRAME + 1))


@pytest.mark.parametrize("octets", [b"x ", b" ", b"-1 a", b"12345678901", b"99999999999999999999 a", b"1x a"])
def test_a_length_in_digits_that_is_none_ends_the_stream(octets: bytes) -> None:
    with pytest.raises(FrameError, match=r"length|announced"):
        preprocessors.get("textual-length-prefixed")(None).process(octets)


@pytest.mark.parametrize(
    ("name", "octets"), [("length-prefixed", (5).to_bytes(8) + b"ab"), ("textual-length-prefixed", b"5 ab")]
)
def test_a_frame_that_never_gets_whole_is_counted(name: str, octets: bytes) -> None:
    reader = preprocessors.get(name)(None)
    assert reader.process(octets) == []
    assert reader.finish() == []
    assert reader.discarded == 1


def test_octet_counting_takes_frames_in_a_row() -> None:
    assert preprocessors.get("textual-length-prefixed")(None).process(b"2 ab0 3 c\nd") == [
        b"ab",
        b"",
        b"c\nd",
    ]
