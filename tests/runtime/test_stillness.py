"""Flows that stand still are passed over, and are looked at again once they move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from anyio import create_task_group

from tremor_tui.control.snapshots import FlowSnapshot
from tremor_tui.metrics.instruments import Series
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.runtime.stillness import STILL_NS, token_of
from tremor_tui.runtime.watch import SAMPLE_NS, STILL_TURNS, Watch
from tremor_tui.testing import harness
from tremor_tui.testing.harness import FEEDS, flow, of

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def waiting_flow() -> AsyncIterator[Runtime]:
    """A flow whose source has given what it had and stays."""
    harness.enroll()
    runtime = Runtime(Settings(), in_engine=True)
    parts = [
        of("feed", "test_feed", {"name": "still", "count": 3, "stays": True}),
        of("keep", "test_keep", {"name": "still"}),
    ]
    async with create_task_group() as group:
        await group.start(runtime.run)
        await runtime.start(flow("main", parts, ["feed/out>p/in", "p/out>keep/in"]), base=Path())
        while len(harness.KEPT["still"].values) < 3:
            await runtime.clock.sleep(0.005)
        await _rest(lambda: token_of(runtime.flows["main"]), runtime)
        yield runtime
        await runtime.close()


async def _rest(token: Callable[[], object], runtime: Runtime) -> None:
    while True:
        before = token()
        await runtime.clock.sleep(0.02)
        if token() == before:
            return


def look(runtime: Runtime, seconds: float, at_ns: int = 10**15) -> int:
    """The watch looks as the ticker makes it; the moment of its last look."""
    for _ in range(int(seconds * 1e9 // SAMPLE_NS)):
        at_ns += SAMPLE_NS
        runtime._watch.look(runtime.flows.values(), at_ns, at_ns)
    return at_ns


def pictured(runtime: Runtime) -> tuple[FlowSnapshot, Any]:
    flows, tasks, _ = runtime.snapshot()
    return flows[0], tasks[0]


async def test_pictures_of_a_still_flow_are_the_same_objects() -> None:
    async with waiting_flow() as runtime:
        first, _ = pictured(runtime)
        moving, _ = pictured(runtime)
        look(runtime, STILL_NS / 1e9 + 1)
        still, task = pictured(runtime)
        again, same_task = pictured(runtime)

        assert moving is not first
        assert again is still
        assert same_task is task
        assert (still.events_in, still.in_s, task.split.idle) == (3, 0.0, pytest.approx(100.0))


async def test_a_still_flow_is_passed_over_until_it_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(Watch, "_look_at", lambda self, flow, task, *_: seen.append(task.id))
    async with waiting_flow() as runtime:
        end = look(runtime, STILL_NS / 1e9 + 1)
        seen.clear()
        end = look(runtime, 3, end)
        passed = list(seen)
        runtime.flows["main"].pipelines["p"].meter.polls += 1
        look(runtime, STILL_TURNS * SAMPLE_NS / 1e9, end)

        assert passed == []
        assert "main/pipeline/p" in seen


async def test_what_is_done_to_a_still_flow_shows_at_once() -> None:
    async with waiting_flow() as runtime:
        look(runtime, STILL_NS / 1e9 + 1)
        still, _ = pictured(runtime)
        runtime.pause("main")
        paused, _ = pictured(runtime)

        assert (still.state, paused.state) == ("running", "paused")


async def test_a_pipeline_without_a_clock_is_not_woken_by_ticks() -> None:
    async with waiting_flow() as runtime:
        task = runtime.flows["main"].pipelines["p"]
        polls = task.meter.polls
        await runtime.clock.sleep(3 * runtime.settings.tick_s)

        assert not task.graph.wants_ticks
        assert task.meter.polls == polls
        assert FEEDS["still"].given == 3


def test_rates_after_a_rest_are_over_the_time_since() -> None:
    series = Series()
    series.note(0, (10,))
    series.resume(10**12)

    assert series.rates(10**12 + 10**9, (40,)) == (30.0,)
