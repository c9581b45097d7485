"""The threads schedule: the same flows lose nothing, keep order, hold, drain and stop."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.runtime.conftest import Running
from tests.runtime.test_handing import BUCKETS, COUNTING, LINES, WINDOWED, lines, moving, written
from tremor_tui.errors import CompileError, LifecycleError
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing.harness import flow, of

pytestmark = pytest.mark.anyio
THREADS = Settings(schedule="threads")
TIGHT = Settings(schedule="threads", channel_batches=1, batch_rows=7)


async def outcome(running: Running, settings: Settings, ir: Any, base: Path) -> list[Any]:
    async with running(settings) as runtime:
        await runtime.start(ir, base=base)
        ending = await runtime.wait_ended()
    assert (ending.status, ending.drained, ending.left) == (0, True, 0)
    found = written(base)
    (base / "out.jsonl").unlink()
    return found


@pytest.mark.parametrize("settings", [THREADS, TIGHT], ids=["wide", "tight"])
@pytest.mark.parametrize("text", [COUNTING, WINDOWED, BUCKETS], ids=["script", "window", "bucket"])
async def test_threads_write_what_one_loop_writes(
    running: Running, base: Path, text: str, settings: Settings
) -> None:
    lines(base)
    ir = moving(text)
    assert await outcome(running, settings, ir, base) == await outcome(running, Settings(), ir, base)


async def test_every_task_has_a_thread_that_ends_with_it(running: Running, base: Path) -> None:
    lines(base)
    before = threading.active_count()
    async with running(THREADS) as runtime:
        parts = [of("a", "null"), of("b", "null")]
        await runtime.start(flow("load", parts, ["a/out>main/in", "main/out>b/in"]), base=base)
        names = {thread.name for thread in threading.enumerate()}
        assert {"load/source/a", "load/pipeline/main", "load/sink/b"} <= names
        stopped = await runtime.stop("load", 5.0)
        assert stopped.drained
    assert threading.active_count() <= before


async def test_many_sources_into_one_sink_lose_nothing_and_keep_each_ones_order(
    running: Running, base: Path
) -> None:
    count, each = 6, 300
    parts = [of("z", "file", {"path": "out.jsonl", "mode": "write"}, codec="json", post=("separate",))]
    links = []
    for number in range(count):
        text = "".join(f'{{"s":{number},"n":{n}}}\n' for n in range(each))
        (base / f"{number}.jsonl").write_text(text)
        read = {"path": f"{number}.jsonl", "mode": "read", "chunk_size": 300}
        parts.append(of(f"s{number}", "file", read, codec="json", pre=("separate",)))
        links += [f"s{number}/out>p{number}/in", f"p{number}/out>z/in"]
    found = await outcome(running, TIGHT, flow("load", parts, links), base)
    for number in range(count):
        assert [one["n"] for one in found if one["s"] == number] == list(range(each))


async def test_a_flow_pauses_goes_on_and_drains(running: Running, base: Path) -> None:
    lines(base)
    read = {"path": "in.jsonl", "interval": 20_000}
    write = {"path": "out.jsonl", "mode": "write"}
    parts = [of("a", "bench", read, codec="json"), of("b", "file", write, codec="json", post=("separate",))]
    async with running(THREADS) as runtime:
        await runtime.start(flow("load", parts, ["a/out>main/in", "main/out>b/in"]), base=base)
        sink = runtime.flows["load"].sinks[0]
        await out(runtime, 50)
        runtime.pause("load")
        await until_still(runtime)
        held = sink.counters.events_out
        await anyio.sleep(0.05)
        assert sink.counters.events_out == held
        runtime.pause("load", paused=False)
        await out(runtime, held + 50)
        stopped = await runtime.stop("load", 5.0)
    assert (stopped.drained, stopped.left) == (True, 0)
    found = [one["n"] for one in written(base)]
    assert found == [n % LINES for n in range(len(found))]


async def test_a_sink_that_is_away_holds_its_source_and_force_ends_it(running: Running, base: Path) -> None:
    lines(base)
    parts = [
        of("a", "bench", {"path": "in.jsonl"}, codec="json"),
        of("b", "file", {"path": "/dev/full", "mode": "append"}, codec="json", post=("separate",)),
    ]
    async with running(THREADS) as runtime:
        await runtime.start(flow("load", parts, ["a/out>main/in", "main/out>b/in"]), base=base)
        source = runtime.flows["load"].sources[0]
        while "cannot take events" not in source.breaker:  # noqa: ASYNC110 - another thread says it
            await anyio.sleep(0.005)
        stopped = await runtime.stop("load", 0.2)
    assert not stopped.drained
    assert stopped.left > 0


async def test_force_leaves_no_thread_behind_at_full_speed(
    running: Running, base: Path, logged: list[str]
) -> None:
    lines(base)
    parts = [of("b", "null")]
    links = []
    for name in ("one", "two", "three"):
        parts.append(of(name, "bench", {"path": "in.jsonl"}, codec="json"))
        links += [f"{name}/out>p{name}/in", f"p{name}/out>b/in"]
    before = threading.active_count()
    for _ in range(5):
        async with running(TIGHT) as runtime:
            await runtime.start(flow("load", parts, links), base=base)
            await out(runtime, 2000)
            await runtime.stop_all(0.0)
    assert threading.active_count() <= before
    assert not any("left behind" in line for line in logged)


async def test_a_failing_source_fails_its_flow_alone(running: Running, base: Path) -> None:
    lines(base)
    broken = of("a", "file", {"path": "none.jsonl", "mode": "read"}, codec="json")
    async with running(THREADS) as runtime:
        await runtime.start(moving(COUNTING), base=base)
        with pytest.raises(CompileError, match="no such file"):
            await runtime.start(
                flow("bad", [broken, of("b", "null")], ["a/out>main/in", "main/out>b/in"]), base=base
            )
        await runtime.wait_ended()
    assert len(written(base)) == LINES


async def test_exit_ends_all_with_its_status(running: Running, base: Path) -> None:
    (base / "in.jsonl").write_text(json.dumps({"exit": 7}) + "\n")
    read = {"path": "in.jsonl", "mode": "read"}
    parts = [of("a", "file", read, codec="json", pre=("separate",)), of("b", "exit")]
    async with running(THREADS) as runtime:
        await runtime.start(flow("load", parts, ["a/out>main/in", "main/out>b/in"]), base=base)
        ending = await runtime.wait_ended()
    assert ending.status == 7


async def test_what_needs_one_loop_is_refused(running: Running, base: Path) -> None:
    async with running(THREADS) as runtime:
        with pytest.raises(CompileError, match="`metrics` hears what its own loop publishes"):
            await runtime.start(
                flow("load", [of("a", "metrics"), of("b", "null")], ["a/out>p/in", "p/out>b/in"]), base=base
            )
        two = [of("a", "stdio", codec="json"), of("c", "stdio", codec="json"), of("b", "null")]
        with pytest.raises(CompileError, match="standard input has one reader in each loop"):
            await runtime.start(flow("load", two, ["a/out>p/in", "c/out>p/in", "p/out>b/in"]), base=base)
        with pytest.raises(LifecycleError, match="the threads schedule cannot tap a flow"):
            runtime.open_tap("load:a/out>p/in", 1.0, lambda samples: None)


async def out(runtime: Runtime, count: int) -> None:
    while runtime.flows["load"].sinks[0].counters.events_out < count:  # noqa: ASYNC110 - another thread counts
        await anyio.sleep(0.002)


async def until_still(runtime: Runtime) -> None:
    """All that was read has left the sink."""
    tasks = runtime.flows["load"].tasks
    while not all(task.is_at_rest for task in tasks):  # noqa: ASYNC110 - other threads come to rest
        await anyio.sleep(0.002)
