"""stdio reads pipes and files without blocking the loop, and writes without tearing anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from tremor_tui.connectors.contract import Chunk
from tremor_tui.connectors.stdio import Stdio
from tremor_tui.testing.harness import batch_of, context, make, sink_of, source_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def pipes(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, tuple[int, int]]]:
    """Pipes in place of 0, 1 and 2: (read end, write end)."""
    ends = {number: os.pipe() for number in range(3)}
    monkeypatch.setattr(Stdio, "descriptors", {0: ends[0][0], 1: ends[1][1], 2: ends[2][1]})
    yield ends
    for pair in ends.values():
        for end in pair:
            try:
                os.close(end)
            except OSError:
                continue


async def test_what_is_written_to_a_pipe_comes_as_chunks_up_to_its_end(
    pipes: dict[int, tuple[int, int]],
) -> None:
    source = source_of(make("stdio", {}))
    await source.open()

    os.write(pipes[0][1], b"one")
    first = await source.pull()
    os.close(pipes[0][1])
    last = await source.pull()

    assert first == Chunk(b"one")
    assert last == Chunk(b"", ended=True)
    assert await source.pull() is None
    await source.close()


async def test_every_source_gets_all_of_the_input(pipes: dict[int, tuple[int, int]]) -> None:
    sources = [source_of(make("stdio", {})) for _ in range(3)]
    for source in sources:
        await source.open()
    got: dict[int, bytes] = {}

    async def read(number: int) -> None:
        data = b""
        while (pulled := await sources[number].pull()) is not None:
            assert isinstance(pulled, Chunk)
            data += pulled.data
        got[number] = data

    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(read, number)
        await anyio.wait_all_tasks_blocked()
        os.write(pipes[0][1], b"abc")
        await anyio.wait_all_tasks_blocked()
        os.write(pipes[0][1], b"def")
        os.close(pipes[0][1])

    assert got == dict.fromkeys(range(3), b"abcdef")
    for source in sources:
        await source.close()


async def test_a_file_as_standard_input_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").write_bytes(b"z" * 100_000)
    file = os.open(tmp_path / "in", os.O_RDONLY)
    monkeypatch.setattr(Stdio, "descriptors", {0: file, 1: 1, 2: 2})
    source = source_of(make("stdio", {}))
    await source.open()

    size = 0
    while isinstance(pulled := await source.pull(), Chunk):
        size += len(pulled.data)

    assert size == 100_000
    await source.close()
    os.close(file)


async def test_ports_choose_between_output_and_error(pipes: dict[int, tuple[int, int]]) -> None:
    sink = sink_of(make("stdio", {}))
    await sink.open()

    for port in ("in", "stdout", "stderr"):
        await sink.write(port, [port.encode()], batch_of([1]))
    await sink.close()

    assert os.read(pipes[1][0], 100) == b"instdout"
    assert os.read(pipes[2][0], 100) == b"stderr"


async def test_a_slow_reader_holds_up_the_writer_and_not_the_loop(pipes: dict[int, tuple[int, int]]) -> None:
    sink = sink_of(make("stdio", {}))
    await sink.open()
    data = os.urandom(300_000)
    got = b""

    async with anyio.create_task_group() as group:
        group.start_soon(sink.write, "in", [data], batch_of([1]))
        await anyio.wait_all_tasks_blocked()
        while len(got) < len(data):
            await anyio.wait_readable(pipes[1][0])
            got += os.read(pipes[1][0], 10_000)
    await sink.close()

    assert got == data
    assert os.get_blocking(pipes[1][1])


async def test_a_reader_that_goes_away_ends_the_run_quietly(pipes: dict[int, tuple[int, int]]) -> None:
    ctx = context()
    sink = sink_of(make("stdio", {}, ctx))
    await sink.open()
    os.close(pipes[1][0])

    await sink.write("in", [b"x"], batch_of([1]))
    await sink.write("in", [b"y"], batch_of([2]))
    await sink.close()

    assert ctx.notes["stops"] == [[0, True]]


async def test_in_an_engine_output_goes_to_the_log_and_there_is_no_input() -> None:
    ctx = context(in_engine=True)
    connector = make("stdio", {}, ctx)
    source, sink = source_of(connector), sink_of(connector)
    await source.open()
    await sink.open()

    await sink.write("in", [b"one\ntwo\n"], batch_of([1, 2]))
    with anyio.move_on_after(0.01) as scope:
        await source.pull()

    assert scope.cancelled_caught
    assert ctx.notes["log"] == ["main/test: one", "main/test: two"]
    await source.close()
