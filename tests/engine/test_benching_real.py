"""The benchmark of an engine with the process that really measures, in its shortest form."""

from __future__ import annotations

import pytest

from tests.engine.conftest import Running
from tests.engine.test_benching import kept, step_that
from tremor_tui.control.bench import BenchPlan, StartBench, WatchBench
from tremor_tui.control.benching import BenchDrawn, DrawBench
from tremor_tui.control.client import connect

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(60)]
PLAN = BenchPlan(("async", "executors"), (1, 2), rounds=1, seconds=0.05, warmup=0.02)


@pytest.fixture
def anyio_backend() -> str:
    """The measuring is done in another process: how this one waits for it makes no difference."""
    return "asyncio"


async def test_a_run_is_measured_kept_and_drawn(running: Running) -> None:
    async with running(), connect() as plane:
        await plane.submit(WatchBench())
        await plane.submit(StartBench(PLAN))
        last = await step_that(plane, lambda step: step.over)
        listed = await kept(plane)
        drawn = await plane.submit(DrawBench(last.run))

    assert last.error == ""
    assert last.run.finished
    assert [point.done for point in last.run.points] == [1, 1, 1, 1]
    assert all(point.wall.median > 1 and point.latency.p99_ns for point in last.run.points)
    assert last.run.conditions.cores >= 1
    assert listed.runs[0].points == 4
    assert isinstance(drawn, BenchDrawn)
    assert "<svg" in drawn.svg
