"""A break holds one task before an event; nothing is lost, doubled or out of order, whatever is done."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import anyio
import pytest

from tests.runtime.conftest import Running, until
from tremor_tui.control.events import BreakSnapshot, SetBreak
from tremor_tui.errors import CompileError, ControlError, LifecycleError, UnknownName
from tremor_tui.language.ir.deploy import FlowIR, PipelineIR
from tremor_tui.language.ir.query import Edge, OperatorNode, PassNode, QueryIR
from tremor_tui.model.batch import Batch
from tremor_tui.pipeline.build import build
from tremor_tui.pipeline.graph import Graph
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing.clock import JumpingClock, settle
from tremor_tui.testing.harness import FEEDS, KEPT, flow, of

pytestmark = pytest.mark.anyio
COUNT = 350
NODES = ("pipeline/a", "connector/keep", "pipeline/a:count")


def counting(name: str) -> QueryIR:
    """Puts each event into a record with its number; `out` is behind."""
    nodes = (
        PassNode("in", "input"),
        OperatorNode("count", "generic::counter"),
        PassNode("out", "output"),
        PassNode("err", "output"),
    )
    return QueryIR(name, nodes, (Edge("in", "out", "count", "in"), Edge("count", "out", "out", "in")))


def numbered(stays: bool = True) -> FlowIR:
    feed = of("feed", "test_feed", {"count": COUNT, "size": 100, "stays": stays})
    links = ["feed/out>a/in", "a/out>keep/in"]
    return flow("main", [feed, of("keep", "test_keep")], links, [PipelineIR("a", counting("a"))])


def at(node: str, n: int) -> str:
    """True of event `n` as it reaches that node."""
    return f"event.`event`.n == {n}" if node == "connector/keep" else f"event.n == {n}"


def kept() -> list[int]:
    return [value["event"]["n"] for value in KEPT["keep"].values]


def state(runtime: Runtime) -> BreakSnapshot:
    return runtime.snapshot()[0][0].breaks[0]


async def set_and_start(
    runtime: Runtime, base: Path, node: str, condition: str, told: list[BreakSnapshot], **more: float
) -> None:
    """Starts the flow and sets the break before its first event."""
    asked = SetBreak("main", node, condition, **more)  # type: ignore[arg-type]
    async with anyio.create_task_group() as group:
        group.start_soon(partial(runtime.start, numbered(), base=base))
        await until(lambda: "main" in runtime.flows)
        runtime.breaks.set(7, asked, told.append)


async def arrived(count: int) -> bool:
    """Whether exactly the first `count` events arrive, in order, and no more for now."""
    await until(lambda: len(kept()) >= count)
    await settle()
    return kept() == list(range(count))


def shown(snapshot: BreakSnapshot) -> list[int]:
    values = [json.loads(sample.value) for sample in snapshot.events]
    return [value.get("event", value)["n"] for value in values]


@pytest.mark.parametrize("node", NODES)
async def test_a_break_holds_before_the_event_that_matches_and_loses_nothing(
    running: Running, base: Path, node: str
) -> None:
    told: list[BreakSnapshot] = []
    async with running(Settings(channel_batches=2)) as runtime:
        await set_and_start(runtime, base, node, at(node, 130), told)

        await until(lambda: bool(told) and told[-1].state == "held")
        assert shown(told[-1]) == [130]
        assert await arrived(130)
        runtime.breaks.step(7)
        await until(lambda: len(told) == 2)
        assert shown(told[-1]) == [131]
        assert await arrived(131)
        runtime.breaks.go(7)
        await until(lambda: len(kept()) == COUNT)
        assert state(runtime).state == "set"
        runtime.breaks.clear(7)
        await runtime.stop("main")

    assert kept() == list(range(COUNT))
    assert [value["count"] for value in KEPT["keep"].values] == list(range(1, COUNT + 1))
    assert told[-1].state == "over"


@pytest.mark.parametrize("node", NODES)
async def test_steps_let_one_event_through_each(running: Running, base: Path, node: str) -> None:
    told: list[BreakSnapshot] = []
    async with running(Settings(channel_batches=2)) as runtime:
        await set_and_start(runtime, base, node, "", told)
        for n in range(120):
            await until(lambda n=n: len(told) == n + 1)  # type: ignore[misc]
            assert shown(told[-1]) == [n]
            assert await arrived(n)
            runtime.breaks.step(7)
        runtime.breaks.clear(7)
        await until(lambda: len(kept()) == COUNT)
        await runtime.stop("main")

    assert kept() == list(range(COUNT))


@pytest.mark.parametrize("node", NODES)
async def test_go_runs_to_the_next_match(running: Running, base: Path, node: str) -> None:
    told: list[BreakSnapshot] = []
    field = "event.`event`.n" if node == "connector/keep" else "event.n"
    async with running() as runtime:
        await set_and_start(runtime, base, node, f"{field} % 50 == 49", told)
        for n in range(49, COUNT, 50):
            await until(lambda n=n: bool(told) and shown(told[-1]) == [n])  # type: ignore[misc]
            assert await arrived(n)
            runtime.breaks.go(7)
        await until(lambda: len(kept()) == COUNT)
        await runtime.stop("main")

    assert kept() == list(range(COUNT))


async def test_what_waits_is_counted_and_the_task_is_paused_with_a_reason(
    running: Running, base: Path
) -> None:
    told: list[BreakSnapshot] = []
    async with running(Settings(channel_batches=2)) as runtime:
        await set_and_start(runtime, base, "pipeline/a", at("pipeline/a", 30), told)
        await until(lambda: bool(told) and runtime.flows["main"].pipelines["a"].channel.batches == 2)
        tasks = {task.id: task for task in runtime.snapshot()[1]}
        waiting = state(runtime).waiting
        runtime.breaks.clear(7)
        await until(lambda: len(kept()) == COUNT)

    assert (tasks["main/pipeline/a"].state, tasks["main/source/feed"].state) == ("paused", "blocked")
    assert "event.n == 30" in tasks["main/pipeline/a"].held
    assert waiting == 270
    assert [warned for warned in runtime.snapshot()[2] if warned.active] == []


async def test_a_break_lets_go_by_itself_after_its_limit_and_says_so(running: Running, base: Path) -> None:
    told: list[BreakSnapshot] = []
    clock = JumpingClock()
    async with running(clock=clock) as runtime:
        await set_and_start(runtime, base, "pipeline/a", "event.n >= 100", told, limit_s=5.0)
        await clock.jump(4.0)
        early = (len(kept()), state(runtime).left_ns)
        runtime.breaks.step(7)
        await clock.jump(4.0)  # a command renews the time
        still = len(kept())
        await clock.jump(2.0)
        await until(lambda: len(kept()) == COUNT)
        flows = runtime.snapshot()[0]

    assert (early[0], still) == (100, 101)
    assert 0.8e9 < early[1] <= 1.2e9
    assert (told[-1].state, told[-1].note) == ("over", "it let go after 5 s")
    assert flows[0].breaks == ()
    assert kept() == list(range(COUNT))


async def test_a_break_lets_go_when_too_many_events_wait(running: Running, base: Path) -> None:
    told: list[BreakSnapshot] = []
    clock = JumpingClock()
    async with running(clock=clock) as runtime:
        await set_and_start(runtime, base, "pipeline/a", "", told, max_waiting=200)
        await clock.jump(0.3)
        await until(lambda: len(kept()) == COUNT)

    assert told[-1].note == "it let go, as 350 events waited (limit 200)"
    assert kept() == list(range(COUNT))


@pytest.mark.parametrize("node", NODES)
async def test_a_flow_that_stops_while_it_is_held_delivers_everything(
    running: Running, base: Path, node: str
) -> None:
    told: list[BreakSnapshot] = []
    async with running(Settings(channel_batches=2)) as runtime:
        await set_and_start(runtime, base, node, at(node, 150), told)
        await until(lambda: bool(told))
        stopped = await runtime.stop("main")

    assert (stopped.drained, stopped.left) == (True, 0)
    assert kept() == list(range(FEEDS["feed"].given))
    assert told[-1].note == "its flow stops"


@pytest.mark.parametrize("node", NODES)
async def test_what_a_break_holds_is_counted_as_left_when_all_is_cancelled(
    running: Running, base: Path, node: str
) -> None:
    told: list[BreakSnapshot] = []
    async with running() as runtime:
        await set_and_start(runtime, base, node, at(node, 150), told)
        await until(lambda: bool(told) and FEEDS["feed"].given == COUNT)
        main = runtime.flows["main"]
        await until(lambda: not main.sources[0].left)
        main.force()
        await until(main.done.is_set)

    assert main.ending is not None
    assert main.ending.left == COUNT - 150


async def test_a_condition_that_fails_is_no_match_and_is_counted(running: Running, base: Path) -> None:
    told: list[BreakSnapshot] = []
    async with running() as runtime:
        await set_and_start(runtime, base, "pipeline/a", "event.missing > 3", told)
        await until(lambda: len(kept()) == COUNT)
        seen = state(runtime)

    assert (seen.state, seen.passed, seen.failed) == ("set", COUNT, COUNT)
    assert "missing" in seen.failure


async def test_an_apply_moves_a_break_inside_and_ends_one_whose_node_is_gone(
    running: Running, base: Path
) -> None:
    told: list[BreakSnapshot] = []
    async with running() as runtime:
        await set_and_start(runtime, base, "pipeline/a:count", "event.n == 120", told)
        await runtime.swap("main", {"a": build(counting("a"))})
        await until(lambda: bool(told))
        assert await arrived(120)
        bare = QueryIR(
            "a", counting("a").nodes[:1] + counting("a").nodes[2:], (Edge("in", "out", "out", "in"),)
        )
        await runtime.swap("main", {"a": build(bare)})
        await until(lambda: len(KEPT["keep"].values) == COUNT)

    assert told[-1].note == "the new version has no `count`"
    numbers = [value.get("event", value)["n"] for value in KEPT["keep"].values]
    assert numbers == list(range(COUNT))


async def test_run_longer_than_a_limit_shows_the_batch_that_took_it(
    running: Running, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[BreakSnapshot] = []
    clock = JumpingClock()
    step = Graph.step

    def slow(graph: Graph, port: str, batch: Batch, now_ns: int) -> list[tuple[str, Batch]]:
        if batch.values[0]["n"] == 100:
            clock._now_ns += 25_000_000
        return step(graph, port, batch, now_ns)

    monkeypatch.setattr(Graph, "step", slow)
    async with running(clock=clock) as runtime:
        await set_and_start(runtime, base, "pipeline/a", "run > 20 ms", told)
        await until(lambda: bool(told))
        assert shown(told[0]) == [100, 101, 102, 103, 104]
        assert await arrived(200)
        runtime.breaks.step(7)
        await until(lambda: len(told) == 2)
        assert shown(told[1]) == [201]
        assert await arrived(201)
        runtime.breaks.go(7)
        await until(lambda: len(kept()) == COUNT)

    assert kept() == list(range(COUNT))


async def test_what_is_wrong_with_a_break_is_refused(running: Running, base: Path) -> None:
    told: list[BreakSnapshot] = []
    async with running() as runtime:
        await set_and_start(runtime, base, "pipeline/a", "event.n == 10000", told)

        def refused(node: str, condition: str = "", flow: str = "main", limit_s: float = 30.0) -> Exception:
            with pytest.raises((CompileError, ControlError, LifecycleError, UnknownName)) as caught:
                runtime.breaks.set(8, SetBreak(flow, node, condition, limit_s), told.append)
            return caught.value

        assert "has a break already" in str(refused("pipeline/a"))
        assert "takes no events" in str(refused("connector/feed"))
        assert isinstance(refused("pipeline/b"), UnknownName)
        assert isinstance(refused("pipeline/a:nothing"), UnknownName)
        assert isinstance(refused("connector/keep", flow="other"), UnknownName)
        assert "at most 600 s" in str(refused("connector/keep", limit_s=1000))
        wrong = refused("connector/keep", "event.n ==")
        assert isinstance(wrong, CompileError)
        assert str(wrong.diagnostics[0].span).startswith("condition:1:")
        with pytest.raises(ControlError):
            runtime.breaks.step(99)
