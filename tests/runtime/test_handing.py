"""Flows that go on in another runtime: nothing lost, nothing doubled, state kept."""

from __future__ import annotations

import json
import lzma
import os
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from tests.runtime.conftest import Running
from tremor_tui.errors import LifecycleError
from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.ir.deploy import ConnectorIR, FlowIR, PipelineIR
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.runtime.tasks.sink import SinkTask
from tremor_tui.testing.harness import flow, of

pytestmark = pytest.mark.anyio

COUNTING = """define script count
state 0
script
  let state = state + 1;
  {"n": event.n, "seen": state}
end;
create script count;
select event from in into count;
select event from count into out;
"""
WINDOWED = """define window five from tumbling
with size = 5
end;
define window wide from tumbling
with size = 2
end;
select {"sum": aggr::stats::sum(event.n), "all": aggr::win::collect_nested(event.n), "g": group[0],
        "p": aggr::stats::hdr(event.n, ["0.5"]), "m": aggr::stats::mean(event.n)}
from in[five, wide] group by event.n % 3 into out;
"""
BUCKETS = """define operator bucket from grouper::bucket;
create operator bucket;
define script mark
script
  let $class = "c"; let $rate = 40; let $time_range = 86400000; let $dimensions = event.n % 2; event
end;
create script mark;
select event from in into mark;
select event from mark into bucket;
select event from bucket into out;
"""
BATCHED = """define operator batch from generic::batch with count = 7 end;
create operator batch;
select event from in into batch;
select event from batch into out;
"""
LINES = 1000
EAGER = Settings(budget_ms=0.0, channel_batches=2)
"""Tasks give way after each batch, so that a flow is caught on its way."""


def lines(folder: Path, name: str = "in.jsonl") -> None:
    (folder / name).write_text("".join(f'{{"n":{n}}}\n' for n in range(LINES)))


def pipeline(text: str) -> PipelineIR:
    compiled = compile_query(Source(text, "main.trickle"), ModuleLoader())
    return PipelineIR("main", compiled.query_ir)


def moving(text: str, **more: Any) -> FlowIR:
    """Reads 50 bytes at a time, so that chunks end within lines."""
    read = {"path": "in.jsonl", "mode": "read", "chunk_size": 50}
    write = {"path": "out.jsonl", "mode": "write"}
    parts = [
        of("a", "file", read, codec="json", pre=("separate",)),
        of("b", "file", write, codec="json", post=("separate",)),
    ]
    return flow("load", parts, ["a/out>main/in", "main/out>b/in"], [pipeline(text)])


def written(folder: Path) -> list[Any]:
    return [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]


def timeless(value: Any) -> Any:
    """What `generic::batch` notes of an event, without when that was."""
    if isinstance(value, dict) and "data" in value:
        return value["data"]["value"]
    return value


async def some_are_out(runtime: Runtime, count: int) -> None:
    while runtime.flows["load"].sinks[0].counters.events_out < count:
        await anyio.lowlevel.checkpoint()


async def run_in(running: Running, ir: FlowIR, base: Path, stops: int) -> Runtime:
    """Runs it through so many runtimes; the last one sees its end."""
    carried = b""
    for _ in range(stops):
        async with running(EAGER) as runtime:
            await runtime.start(ir, base=base, carried=carried)
            await some_are_out(runtime, runtime.flows["load"].sinks[0].counters.events_out + 1)
            carried = await runtime.hand_over("load", 5.0)
            assert "load" not in runtime.flows
    async with running() as runtime:
        await runtime.start(ir, base=base, carried=carried)
        await runtime.wait_ended()
    return runtime


async def run_once(running: Running, ir: FlowIR, base: Path) -> list[Any]:
    async with running() as runtime:
        await runtime.start(ir, base=base)
        await runtime.wait_ended()
    found = written(base)
    (base / "out.jsonl").unlink()
    return found


@pytest.mark.parametrize(
    "text", [COUNTING, WINDOWED, BUCKETS, BATCHED], ids=["script", "window", "bucket", "batch"]
)
async def test_a_flow_that_moved_three_times_wrote_what_one_that_stayed_writes(
    running: Running, base: Path, text: str
) -> None:
    lines(base)
    ir = moving(text)
    expected = await run_once(running, ir, base)
    assert expected
    runtime = await run_in(running, ir, base, 3)
    assert [timeless(one) for one in written(base)] == [timeless(one) for one in expected]
    last = runtime.flows["load"]
    assert last.sources[0].counters.events_in == LINES
    assert last.sinks[0].counters.events_out >= len(expected)


async def test_every_line_comes_out_once_and_in_order(running: Running, base: Path) -> None:
    lines(base)
    await run_in(running, moving(COUNTING), base, 5)
    assert written(base) == [{"n": n, "seen": n + 1} for n in range(LINES)]


async def test_a_paused_flow_is_paused_where_it_goes_on(running: Running, base: Path) -> None:
    lines(base)
    ir = moving(COUNTING)
    async with running(EAGER) as runtime:
        await runtime.start(ir, base=base)
        runtime.pause("load")
        carried = await runtime.hand_over("load", 5.0)
    async with running() as runtime:
        await runtime.start(ir, base=base, carried=carried)
        assert runtime.flows["load"].state == "paused"
        runtime.pause("load", paused=False)
        await runtime.wait_ended()
    assert len(written(base)) == LINES


FIXED: list[tuple[ConnectorIR, str]] = [
    (of("a", "stdio", codec="json", pre=("separate",)), "its source `a` (stdio) cannot be handed over"),
    (of("a", "file", {"path": "pipe", "mode": "read"}, codec="json"), "`pipe` is no regular file"),
    (
        of("a", "file", {"path": "in.xz", "mode": "read", "chunk_size": 10}, codec="json"),
        "`in.xz` is being unpacked",
    ),
    (of("a", "metrics"), "its source `a` (metrics) cannot be handed over"),
]


@pytest.mark.parametrize(("part", "why"), FIXED, ids=["stdin", "pipe", "xz", "metrics"])
async def test_a_flow_with_a_part_that_stays_says_so_and_goes_on(
    running: Running, base: Path, part: ConnectorIR, why: str
) -> None:
    os.mkfifo(base / "pipe")
    (base / "in.xz").write_bytes(lzma.compress(b"1\n" * 100_000))
    keep = os.open(base / "pipe", os.O_RDWR)
    parts = [part, of("b", "null")]
    try:
        async with running(EAGER, in_engine=True) as runtime:
            await runtime.start(flow("load", parts, ["a/out>main/in", "main/out>b/in"]), base=base)
            runtime.pause("load")
            with pytest.raises(LifecycleError) as caught:
                await runtime.hand_over("load", 0.1)
            assert why in caught.value.message
            assert why in runtime.snapshot()[0][0].fixed
            assert runtime.flows["load"].state == "paused"
    finally:
        os.close(keep)


async def test_a_flow_whose_sink_does_not_come_to_rest_stays_and_loses_nothing(
    running: Running, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines(base)
    ir = moving(COUNTING)
    async with running(EAGER) as runtime:
        await runtime.start(ir, base=base)
        monkeypatch.setattr(SinkTask, "is_at_rest", property(lambda task: False))
        with pytest.raises(LifecycleError, match="did not come to rest within"):
            await runtime.hand_over("load", 0.05)
        await runtime.wait_ended()
    assert len(written(base)) == LINES


async def test_a_file_that_was_replaced_on_the_way_is_refused(running: Running, base: Path) -> None:
    lines(base)
    ir = moving(COUNTING)
    async with running(EAGER) as runtime:
        await runtime.start(ir, base=base)
        runtime.pause("load")
        carried = await runtime.hand_over("load", 5.0)
        (base / "other").write_text("")
        (base / "other").rename(base / "in.jsonl")
        with pytest.raises(Exception, match="is another file than before"):
            await runtime.start(ir, base=base, carried=carried)


async def test_beats_and_replays_go_on_where_they_were(running: Running, base: Path) -> None:
    lines(base)
    parts = [
        of("a", "bench", {"path": "in.jsonl", "iters": 7, "interval": 20_000}, codec="json"),
        of("m", "metronome", {"interval": 1_000_000}),
        of("b", "file", {"path": "out.jsonl", "mode": "append"}, codec="json", post=("separate",)),
    ]
    ir = flow("load", parts, ["a/out>main/in", "m/out>main/in", "main/out>b/in"])
    carried = b""
    for _ in range(4):
        async with running() as runtime:
            await runtime.start(ir, base=base, carried=carried)
            before = runtime.flows["load"].sinks[0].counters.events_out
            await some_are_out(runtime, before + 30)
            carried = await runtime.hand_over("load", 5.0)
    found = written(base)
    beats = [one["id"] for one in found if "id" in one]
    replayed = [one["n"] for one in found if "n" in one]
    assert beats == list(range(len(beats)))
    assert replayed == [n % LINES for n in range(len(replayed))]
