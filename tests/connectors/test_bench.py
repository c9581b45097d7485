"""bench replays the lines of a file at a rate, so often or so long, and measures what arrives."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import anyio
import pytest

from tremor_tui.connectors.contract import Frames
from tremor_tui.errors import ConfigError
from tremor_tui.testing.clock import SECOND, JumpingClock
from tremor_tui.testing.harness import batch_of, context, make, sink_of, source_of

pytestmark = pytest.mark.anyio

LINES = [b'{"n":%d}' % n for n in range(7)]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "load.json").write_bytes(b"\n".join(LINES) + b"\n")
    return tmp_path


async def all_frames(base: Path, path: str = "load.json", **config: object) -> list[bytes]:
    source = source_of(make("bench", {"path": path, **config}, context(base)))
    await source.open()
    frames: list[bytes] = []
    while (pulled := await source.pull()) is not None:
        assert isinstance(pulled, Frames)
        frames += pulled.frames
    await source.close()
    return frames


async def test_the_file_is_replayed_so_many_times_in_order(base: Path) -> None:
    assert await all_frames(base, iters=3) == LINES * 3
    assert await all_frames(base, iters=1000) == LINES * 1000


async def test_no_frame_is_copied(base: Path) -> None:
    frames = await all_frames(base, iters=500)

    assert len({id(frame) for frame in frames}) == len(LINES)


async def test_xz_files_base64_lines_and_chunks_are_understood(base: Path) -> None:
    (base / "load.xz").write_bytes(lzma.compress(b"YWJj\nZGVm\n"))

    assert await all_frames(base, "load.xz", base64=True, iters=1) == [b"abc", b"def"]
    assert await all_frames(base, "load.xz", chunk_size=4, iters=1) == [b"YWJj", b"\nZGV", b"m\n"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("none", None, "No such file"), ("empty", b"", "nothing to replay"), ("odd", b"=x", "not base64")],
)
async def test_a_file_that_cannot_be_replayed_is_refused(
    base: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (base / name).write_bytes(content)

    with pytest.raises(ConfigError, match=words):
        await all_frames(base, name, base64=True, iters=1)


@pytest.mark.parametrize("interval", [100_000, 500_000, 30_000_000])
async def test_an_interval_gives_its_rate_in_small_batches(base: Path, interval: int) -> None:
    clock = JumpingClock()
    source = source_of(make("bench", {"path": "load.json", "interval": interval}, context(base, clock)))
    await source.open()
    sizes: list[int] = []

    async def pull() -> None:
        while True:
            pulled = await source.pull()
            assert isinstance(pulled, Frames)
            sizes.append(len(pulled.frames))

    async with anyio.create_task_group() as group:
        group.start_soon(pull)
        await clock.jump(1.0)
        group.cancel_scope.cancel()

    wanted = SECOND // interval
    assert wanted * 0.95 - 1 <= sum(sizes) <= wanted
    assert max(sizes) <= max(1, 20_000_000 // interval)


async def test_it_stops_after_its_seconds(base: Path) -> None:
    clock = JumpingClock()
    config = {"path": "load.json", "stop_after_secs": 2, "warmup_secs": 1}
    source = source_of(make("bench", config, context(base, clock)))
    await source.open()
    assert await source.pull() is not None

    await clock.jump(2.9)
    before = await source.pull()
    await clock.jump(0.2)

    assert before is not None
    assert await source.pull() is None


async def test_the_sink_reports_what_came_after_its_warm_up_and_ends_the_run(base: Path) -> None:
    clock = JumpingClock()
    ctx = context(base, clock)
    config = {"path": "load.json", "stop_after_secs": 2, "warmup_secs": 1, "structured": True}
    sink = sink_of(make("bench", config, ctx))
    await sink.open()

    for _ in range(40):
        batch = batch_of([1] * 10)
        batch.ingest_ns = clock.wall_ns() - 5_000_000
        await sink.write("in", [b"0123456789"], batch)
        await clock.jump(0.1)
    await sink.close()

    report = json.loads(ctx.notes["log"][0])
    assert report["events"] == 210
    assert report["bytes"] == 210
    assert report["seconds"] == pytest.approx(2.0)
    assert report["events_s"] == pytest.approx(105.0)
    assert report["p50_ns"] == 5_000_000
    assert ctx.notes["stops"] == [[0, False]]


async def test_a_transactional_source_counts_acks(base: Path) -> None:
    source = source_of(make("bench", {"path": "load.json", "is_transactional": True}, context(base)))

    source.on_ack(0, 0, 9)  # type: ignore[attr-defined]

    assert source.acked == 10  # type: ignore[attr-defined]
