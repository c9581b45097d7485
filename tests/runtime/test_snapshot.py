"""Pictures tell what the runtime counted; shares add up, rates are per second."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.runtime.conftest import Running, until
from tremor_tui.control.limits import Limits
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import FEEDS, KEPT, flow, of

pytestmark = pytest.mark.anyio

LINKS = ["feed/out>a/in", "a/out>b/in", "b/out>keep/in"]


async def test_counters_shares_and_edges_of_a_flow_under_load(running: Running, base: Path) -> None:
    ir = flow("main", [of("feed", "test_feed"), of("keep", "test_keep")], LINKS)

    async with running(Settings(channel_batches=8), executor=3) as runtime:
        await runtime.start(ir, base=base, file="main.troy")
        await until(lambda: all(task.out_s > 1000 for task in runtime.snapshot()[1]))
        flows, tasks, warned = runtime.snapshot()
        lean = runtime.snapshot(tasks=False)
        await runtime.stop("main")

    picture = flows[0]
    assert [task.id for task in tasks] == [
        "main/source/feed", "main/pipeline/a", "main/pipeline/b", "main/sink/keep",
    ]  # fmt: skip
    assert all(task.executor == 3 for task in tasks)
    for task in tasks:
        split = task.split
        assert abs(split.busy + split.ready + split.blocked + split.idle - 100) < 0.001
        assert sum(task.run.counts) in (task.polls, task.polls - 1)
        assert task.longest_run_ns == task.run.max >= task.run.p50 > 0
        assert task.yields.empty + task.yields.full + task.yields.budget > 0
        assert task.out_s > 1000
    assert all(task.split.busy > 0 for task in tasks)
    assert picture.state == "running"
    assert picture.in_s > 1000
    assert 0 < picture.lag_p50_ns <= picture.lag_p99_ns
    assert [edge.id for edge in picture.graph.edges] == [
        "main:connector/feed/out>pipeline/a/in",
        "main:pipeline/a/out>pipeline/b/in",
        "main:pipeline/b/out>connector/keep/in",
    ]
    assert all(edge.rate > 1000 and edge.fill is not None for edge in picture.graph.edges)
    nodes = {node.id: node.kind for node in picture.graph.nodes}
    assert nodes == {
        "connector/feed": "source", "connector/keep": "sink",
        "pipeline/a": "pipeline", "pipeline/b": "pipeline",
    }  # fmt: skip
    inner = picture.inside["a"]
    assert [edge.id for edge in inner.edges] == ["main:pipeline/a:in/out>out/in"]
    assert inner.edges[0].rate > 1000
    assert sum(node.share for node in inner.nodes) == pytest.approx(1.0)
    assert warned == ()
    assert lean[0][0].inside == {}
    assert lean[1] == ()
    assert msgspec.json.decode(msgspec.json.encode(tasks[0]), type=type(tasks[0])) == tasks[0]
    assert FEEDS["feed"].given == len(KEPT["keep"].values)


async def test_a_queue_that_stays_full_is_a_warning_until_it_is_not(running: Running, base: Path) -> None:
    clock = JumpingClock()
    ir = flow(
        "main",
        [of("feed", "test_feed", {"count": 2000}), of("keep", "test_keep", {"gated": True})],
        ["feed/out>a/in", "a/out>keep/in"],
    )

    async with running(Settings(channel_batches=4), clock=clock) as runtime:
        runtime.set_limits(Limits(queue_s=5.0))
        await runtime.start(ir, base=base)
        await clock.jump(3.0)
        early = runtime.snapshot()[2]
        await clock.jump(4.0)
        _, tasks, warned = runtime.snapshot()
        KEPT["keep"].gate.set()
        await until(lambda: runtime.flows["main"].done.is_set())
        await clock.jump(1.0)
        after = runtime.snapshot()[2]

    states = {task.id: task for task in tasks}
    assert early == ()
    assert {(one.kind, one.task) for one in warned if one.active} == {
        ("queue", "main/pipeline/a"),
        ("queue", "main/sink/keep"),
    }
    assert [one.active for one in after] == [False, False]
    assert states["main/source/feed"].state == "blocked"
    assert states["main/source/feed"].split.blocked == 100.0
    assert states["main/pipeline/a"].state == "blocked"
    queue = states["main/sink/keep"].queue
    assert queue is not None
    assert (queue.batches, queue.high, queue.fill) == (4, 4, 1.0)
    assert queue.full_ns >= 6 * 10**9
