"""chunk and collect: frames that are joined before they are written."""

from typing import Any

import pytest

from tremor_tui.errors import ConfigError
from tremor_tui.interceptors.contract import postprocessors


def test_chunk_fills_pieces_and_drops_what_fits_in_none() -> None:
    chunk: Any = postprocessors.get("chunk")({"max_bytes": 4})
    assert chunk.process([b"ab", b"c", b"de", b"toolong", b"fg"]) == [b"abc", b"defg"]
    assert chunk.process([b"h"]) == []
    assert chunk.finish() == [b"h"]
    assert chunk.finish() == []
    assert chunk.discarded == 1


@pytest.mark.parametrize("config", [None, {}, {"max_bytes": 0}, {"max_bytes": "9"}])
def test_chunk_needs_its_limit(config: dict[str, Any] | None) -> None:
    with pytest.raises(ConfigError) as caught:
        postprocessors.get("chunk")(config)
    assert caught.value.key == "max_bytes"


def test_collect_keeps_all_to_the_end_or_to_its_limit() -> None:
    collect = postprocessors.get("collect")(None)
    assert collect.process([b"a", b"b"]) == []
    assert collect.process([b"c"]) == []
    assert collect.finish() == [b"abc"]

    collect = postprocessors.get("collect")({"max_bytes": 2})
    assert collect.process([b"a", b"b", b"long one", b"c"]) == [b"ab", b"long one"]
    assert collect.finish() == [b"c"]
