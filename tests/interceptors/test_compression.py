"""Packed frames: all algorithms, broken data, and bombs."""

import gzip
import lzma
import zlib
from typing import Any

import pytest

from tremor_tui.errors import ConfigError, DecodeError
from tremor_tui.interceptors.contract import MAX_FRAME, postprocessors, preprocessors

PACK: dict[str, Any] = {"gzip": gzip.compress, "zlib": zlib.compress, "xz2": lzma.compress}


@pytest.mark.parametrize("name", sorted(PACK))
@pytest.mark.parametrize("config", ["named", "detected"])
def test_a_frame_is_unpacked(name: str, config: str) -> None:
    unpack = preprocessors.get("decompress")({"algorithm": name} if config == "named" else None)
    assert unpack.process(PACK[name](b"snot" * 100)) == [b"snot" * 100]


@pytest.mark.parametrize("name", ["gzip", "xz2"])
def test_packed_pieces_in_a_row_are_one_frame(name: str) -> None:
    unpack = preprocessors.get("decompress")({"algorithm": name})
    assert unpack.process(PACK[name](b"a") + PACK[name](b"b")) == [b"ab"]


@pytest.mark.parametrize("name", sorted(PACK))
def test_a_frame_packed_here_is_unpacked_there(name: str) -> None:
    pack = postprocessors.get("compress")({"algorithm": name})
    unpack = preprocessors.get("decompress")(None)
    assert [unpack.process(piece) for piece in pack.process([b"a", b""])] == [[b"a"], [b""]]


@pytest.mark.parametrize("name", sorted(PACK))
def test_a_bomb_is_refused(name: str) -> None:
    bomb = PACK[name](bytes(MAX_FRAME + 1))
    with pytest.raises(DecodeError, match="more than"):
        preprocessors.get("decompress")(None).process(bomb)
    assert len(preprocessors.get("decompress")(None).process(PACK[name](bytes(MAX_FRAME)))[0]) == MAX_FRAME


@pytest.mark.parametrize("name", sorted(PACK))
@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_broken_frame_is_refused_and_the_next_one_is_fine(name: str, damage: str) -> None:
    unpack = preprocessors.get("decompress")({"algorithm": name})
    good = PACK[name](b"snot" * 100)
    bad = good[:-9] if damage == "cut" else good[:12] + bytes(octet ^ 0xFF for octet in good[12:])
    with pytest.raises(DecodeError):
        unpack.process(bad)
    assert unpack.process(good) == [b"snot" * 100]


def test_bytes_behind_a_zlib_stream_are_refused() -> None:
    with pytest.raises(DecodeError, match="after the end"):
        preprocessors.get("decompress")(None).process(zlib.compress(b"a") + b"b")


@pytest.mark.parametrize("algorithm", ["zstd", "zip"])
def test_an_algorithm_that_is_not_there_is_refused(algorithm: str) -> None:
    with pytest.raises(ConfigError) as caught:
        preprocessors.get("decompress")({"algorithm": algorithm})
    assert caught.value.key == "algorithm"


def test_what_is_not_packed_passes() -> None:
    unpack = preprocessors.get("decompress")(None)
    assert unpack.process(b'{"a": 1}') == [b'{"a": 1}']
    with pytest.raises(DecodeError, match="not supported"):
        unpack.process(b"\x28\xb5\x2f\xfd1234")


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"algorithm": "zip"},
        {"algorithm": "zstd"},
        {"algorithm": "gzip", "level": 1},
        {"algorithm": "xz2", "level": 10},
    ],
)
def test_a_packer_says_what_it_cannot_do(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        postprocessors.get("compress")(config)
