"""The file connector reads a file once from start to end, and writes one as its mode says."""

from __future__ import annotations

import lzma
import os
from pathlib import Path

import pytest

from tremor_tui.connectors.contract import Chunk
from tremor_tui.errors import ConfigError, FrameError
from tremor_tui.testing.harness import batch_of, context, make, sink_of, source_of

pytestmark = pytest.mark.anyio


async def read_all(base: Path, name: str, **config: object) -> list[Chunk]:
    source = source_of(make("file", {"path": name, "mode": "read", **config}, context(base)))
    await source.open()
    chunks = []
    while (pulled := await source.pull()) is not None:
        assert isinstance(pulled, Chunk)
        chunks.append(pulled)
    await source.close()
    return chunks


async def write(base: Path, mode: str, *pieces: bytes) -> None:
    sink = sink_of(make("file", {"path": "out", "mode": mode}, context(base)))
    await sink.open()
    for piece in pieces:
        await sink.write("in", [piece], batch_of([piece]))
    await sink.close()


async def test_a_file_is_read_in_chunks_with_its_path_as_metadata(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 25)

    chunks = await read_all(tmp_path, "a.txt", chunk_size=10)

    assert [len(chunk.data) for chunk in chunks] == [10, 10, 5, 0]
    assert [chunk.ended for chunk in chunks] == [False, False, False, True]
    assert chunks[0].meta == {"file": {"path": "a.txt"}}


async def test_events_of_a_file_have_its_path_as_origin(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x")
    source = source_of(make("file", {"path": str(tmp_path / "a.txt"), "mode": "read"}))

    await source.open()
    await source.close()

    assert source.origin is not None
    assert source.origin.scheme == "tremor-file"
    assert source.origin.path[-1] == "a.txt"


@pytest.mark.parametrize("chunk_size", [1, 7, 100, 65536])
async def test_an_xz_file_is_unpacked_however_it_is_read(tmp_path: Path, chunk_size: int) -> None:
    text = os.urandom(300) + b"tremor" * 50
    # two streams, one after the other, are one file too
    (tmp_path / "a.xz").write_bytes(lzma.compress(text) + lzma.compress(b"more"))

    chunks = await read_all(tmp_path, "a.xz", chunk_size=chunk_size)

    assert b"".join(chunk.data for chunk in chunks) == text + b"more"
    assert max(len(chunk.data) for chunk in chunks) <= chunk_size


@pytest.mark.parametrize("content", [b"no xz at all", lzma.compress(b"cut off" * 99)[:-10]])
async def test_a_broken_xz_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xz").write_bytes(content)

    with pytest.raises(FrameError, match="not a whole"):
        await read_all(tmp_path, "a.xz")


@pytest.mark.parametrize(("name", "words"), [("none", "no such file"), (".", "it is a folder")])
async def test_what_cannot_be_read_is_said_with_the_full_path(tmp_path: Path, name: str, words: str) -> None:
    source = source_of(make("file", {"path": name, "mode": "read"}, context(tmp_path)))

    with pytest.raises(ConfigError, match=words) as caught:
        await source.open()

    assert caught.value.key == "path"


async def test_a_folder_that_is_missing_is_said_when_writing(tmp_path: Path) -> None:
    sink = sink_of(make("file", {"path": "no/out", "mode": "write"}, context(tmp_path)))

    with pytest.raises(ConfigError, match="cannot write `no/out`: no such file"):
        await sink.open()


@pytest.mark.parametrize(
    ("mode", "left"),
    [("write", b"new"), ("truncate", b"new"), ("append", b"old text\nnew"), ("overwrite", b"new text\n")],
)
async def test_each_mode_treats_what_is_there_in_its_way(tmp_path: Path, mode: str, left: bytes) -> None:
    (tmp_path / "out").write_bytes(b"old text\n")

    await write(tmp_path, mode, b"n", b"ew")

    assert (tmp_path / "out").read_bytes() == left


async def test_a_reader_has_no_sink_and_a_writer_no_source(tmp_path: Path) -> None:
    reader = make("file", {"path": "a", "mode": "read"}, context(tmp_path))
    writer = make("file", {"path": "a", "mode": "append"}, context(tmp_path))

    assert reader.sink() is None
    assert writer.source() is None
