"""The path of an event says where it was and when, over each branch, to where each of them ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import anyio
import pytest

from tests.runtime.conftest import Running, until
from tremor_tui.control.events import TapSamples, Trace
from tremor_tui.errors import UnknownName
from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.ir.deploy import PipelineIR
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.batch import Batch
from tremor_tui.pipeline.build import build
from tremor_tui.runtime.path import Path as FollowedPath
from tremor_tui.runtime.path import Shown, step_followed
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.runtime.tap import Wanted
from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import flow, of

pytestmark = pytest.mark.anyio
BRANCHES = """
define script sort script
  match event of
    case %{ n == 0 } => drop
    case %{ n == 1 } => emit event => "odd"
    case %{ n == 2 } => event.gone
    case _ => event
  end
end;
create script sort;
create stream left;
select event from in into sort;
select event from sort into left;
select event from sort into out;
select event from left into out;
select event from sort/err into err;
"""
LINKS = ["feed/out>a/in", "a/out>keep/in", "a/out>b/in", "b/out>two/in", "a/err>errors/in"]


def query(text: str, name: str = "a") -> PipelineIR:
    return PipelineIR(name, compile_query(Source(text, name), ModuleLoader()).query_ir)


async def first_trace(running: Running, base: Path, text: str, skip: int = 0) -> Trace:
    """The path of the event with the number `skip`."""
    parts = [
        of("feed", "test_feed", {"count": 10, "size": 1, "stays": True}),
        *(of(name, "test_keep", {"name": name}) for name in ("keep", "two", "errors")),
    ]
    async with running(Settings(), clock=JumpingClock()) as runtime:
        async with anyio.create_task_group() as group:

            async def start() -> None:
                await runtime.start(flow("main", parts, LINKS, [query(text)]), base=base)

            group.start_soon(start)
            await until(lambda: "main" in runtime.flows)
            source = runtime.flows["main"].sources[0]
            runtime.paths._arm(runtime.paths._of("main", runtime.flows["main"]), source, 10)
        await until(lambda: all(not task.left for task in runtime.flows["main"].tasks))
        paths = runtime.paths._of("main", runtime.flows["main"]).kept.values()
        await until(lambda: all(path.live <= 0 for path in paths))
        return next(one for path in paths if json.loads((one := path.picture()).value)["n"] == skip)


def told(trace: Trace) -> list[tuple[str, Sequence[str], str]]:
    return [(hop.node, hop.ports, hop.end) for hop in trace.hops]


async def test_a_path_has_every_node_of_every_branch_and_its_ends(running: Running, base: Path) -> None:
    trace = await first_trace(running, base, BRANCHES, 5)

    assert (trace.flow, trace.source, trace.is_over) == ("main", "feed", True)
    hops = told(trace)
    assert hops[:2] == [("connector/feed", ("out",), ""), ("pipeline/a", ("out",), "")]
    assert ("pipeline/a:sort", ("out",), "") in hops
    assert ("pipeline/a:left", ("out",), "") in hops
    assert sorted(hop for hop in hops if hop[2] == "written") == [  # trio takes tasks in any order
        ("connector/keep", (), "written"),
        ("connector/two", (), "written"),
    ]
    assert ("pipeline/b", ("out",), "") in hops
    times = [hop.at_ns for hop in trace.hops]
    assert times == sorted(times)
    assert all(hop.until_ns >= hop.at_ns for hop in trace.hops)


@pytest.mark.parametrize(
    ("number", "node", "end"),
    [
        (0, "pipeline/a:sort", "dropped"),
        (1, "pipeline/a:sort", "discarded"),
        (2, "connector/errors", "written"),
    ],
)
async def test_a_path_ends_where_the_event_was_let_go(
    running: Running, base: Path, number: int, node: str, end: str
) -> None:
    trace = await first_trace(running, base, BRANCHES, number)

    ends = {hop.node: hop.end for hop in trace.hops if hop.end}
    assert ends[node] == end
    assert trace.is_over
    if end in ("dropped", "discarded"):
        assert ends["pipeline/a"] == end
        assert trace.hops[-1].node == node


async def test_an_event_that_a_window_keeps_ends_there(running: Running, base: Path) -> None:
    text = """
    define window four from tumbling with size = 4 end;
    select aggr::stats::count() from in[four] into out;
    """
    trace = await first_trace(running, base, text, 1)

    assert [hop.end for hop in trace.hops if ":" in hop.node][-1] == "kept"


async def test_a_sink_that_refuses_an_event_ends_its_path(running: Running, base: Path) -> None:
    trace = await _refused(running, base)

    assert told(trace)[-1] == ("connector/keep", (), "failed")
    assert trace.is_over


async def _refused(running: Running, base: Path) -> Trace:
    parts = [
        of("feed", "test_feed", {"count": 1, "size": 1, "stays": True}),
        of("keep", "file", {"path": "x", "mode": "write"}, codec="statsd"),
    ]
    text = "select [event] from in into out;"
    async with running() as runtime:
        async with anyio.create_task_group() as group:
            ir = flow("main", parts, ["feed/out>a/in", "a/out>keep/in"], [query(text)])

            async def start() -> None:
                await runtime.start(ir, base=base)

            group.start_soon(start)
            await until(lambda: "main" in runtime.flows)
            paths = runtime.paths._of("main", runtime.flows["main"])
            runtime.paths._arm(paths, runtime.flows["main"].sources[0], 1)
        await until(lambda: any(path.live <= 0 for path in paths.kept.values()))
        return next(iter(paths.kept.values())).picture()


async def test_one_event_a_second_of_each_source_has_a_path(running: Running, base: Path) -> None:
    clock = JumpingClock()
    links = ["feed/out>a/in", "a/out>keep/in"]
    async with running(clock=clock) as runtime:
        await runtime.start(
            flow("main", [of("feed", "test_feed"), of("keep", "test_keep")], links), base=base
        )
        kept = await _paths_of_ten_seconds(runtime, clock)

    assert 9 <= kept <= 12


async def _paths_of_ten_seconds(runtime: Runtime, clock: JumpingClock) -> int:
    paths = runtime.paths._of("main", runtime.flows["main"])
    for _ in range(100):
        clock._now_ns += 100_000_000
        runtime.paths.look(clock.monotonic_ns())
        given = runtime.flows["main"].sources[0].counters.events_in
        await until(lambda given=given: runtime.flows["main"].sources[0].counters.events_in > given + 300)  # type: ignore[misc]
    return len(paths.kept)


async def test_the_next_event_is_followed_to_its_end(running: Running, base: Path) -> None:
    links = ["feed/out>a/in", "a/out>keep/in"]
    async with running() as runtime:
        await runtime.start(
            flow("main", [of("feed", "test_feed"), of("keep", "test_keep")], links), base=base
        )
        trace = await runtime.paths.follow_next("main", "", 5.0)
        assert trace is not None
        again = runtime.paths.get("main", trace.number)
        with pytest.raises(UnknownName):
            await runtime.paths.follow_next("main", "nobody", 1.0)

    assert trace == again
    assert trace.is_over
    assert told(trace)[-1] == ("connector/keep", (), "written")


async def test_a_tap_that_wants_paths_copies_events_that_have_one(running: Running, base: Path) -> None:
    frames: list[TapSamples] = []
    links = ["feed/out>a/in", "a/out>keep/in"]
    async with running() as runtime:
        await runtime.start(
            flow("main", [of("feed", "test_feed"), of("keep", "test_keep")], links), base=base
        )
        wanted = Wanted.of(20, trace=True)
        runtime.open_tap("main:pipeline/a/out>connector/keep/in", wanted, frames.append)
        await until(lambda: sum(sample.trace > 0 for f in frames for sample in f.samples) >= 3)
        samples = [sample for frame in frames for sample in frame.samples if sample.trace]
        traces = [runtime.paths.get("main", sample.trace) for sample in samples]

    assert all(trace is not None for trace in traces)
    assert [json.loads(t.value) for t in traces if t] == [json.loads(sample.value) for sample in samples]


def test_a_pipeline_whose_first_batch_is_followed_is_fused_from_then_on() -> None:
    text = 'select {"n": event.n} from in where event.n > 1 into out;'
    graph = build(query(text).query)
    batch = Batch([{"n": 1}, {"n": 2}], range(2), 1)
    shown = Shown({"n": 2}, False, False, 8)
    batch.trace = path = FollowedPath(1, "main", "feed", 0, 0, 1, 1, shown, lambda: 1)

    made = step_followed(path, "a", graph, "in", batch, 1, {})

    assert [one.values for _, one in made] == [[{"n": 2}]]
    assert graph.why_not("in") == []
    chain = graph.chain("in")
    assert chain is not None
    assert len(chain.stages) == 1
