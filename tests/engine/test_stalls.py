"""A task that stalls is named with its script line while it stalls, by an engine as it is."""

from __future__ import annotations

import time
from pathlib import Path

import anyio
import pytest

from tests.engine.test_real import deploy, engine, snapshot, wait_until
from tests.engine.texts import write_flow
from tremor_tui.control.client import Client
from tremor_tui.control.commands import AskHistory, SetLimits, SetStatistics, Watch
from tremor_tui.control.history import HistoryPage, Mark, Marked
from tremor_tui.control.limits import Limits

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(60)]
MS = 10**6
LIMIT_MS = 100
WITHIN_MS = 250
SCRIPT = """let a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
      let quick = 1;
      let slow = for a of case (i, e) => for a of case (j, f) => for a of case (k, g) => for a of
        case (l, h) => for a of case (m, n) => for a of case (o, p) => e + p end end end end end end;
      event"""
SLOW_LINES = (12, 13)
"""The statement has two lines."""


@pytest.fixture
def anyio_backend() -> str:
    """The engine is another process: how this one waits for it makes no difference."""
    return "asyncio"


async def next_stall(plane: Client) -> tuple[Mark, int]:
    """The next mark of a stall, and when it came (wall clock, ns)."""
    with anyio.fail_after(20):
        async for pushed in plane.pushed():
            if isinstance(pushed, Marked) and pushed.mark.lint == "stall":
                return pushed.mark, time.time_ns()
    raise AssertionError("the engine pushes until it is lost")


async def test_a_stall_is_named_with_its_line_within_250_ms_of_crossing_the_limit_while_it_lasts(
    folders: Path,
) -> None:
    async with engine() as (_, plane):
        await plane.submit(Watch(1.0))
        await deploy(plane, write_flow(folders, script=SCRIPT))

        named, came_ns = await next_stall(plane)
        over, _ = await next_stall(plane)

    late_ms = (came_ns - named.at_ns) / MS - LIMIT_MS
    assert late_ms <= WITHIN_MS
    assert named.until_ns == 0, "while it lasted: the engine's word, for this process may be run late"
    assert named.task == "one/pipeline/main"
    assert any(named.text.endswith(f"(limit {LIMIT_MS} ms), at one.troy:{line}") for line in SLOW_LINES)
    assert over.at_ns == named.at_ns
    assert over.until_ns - over.at_ns >= LIMIT_MS * MS


async def test_the_line_that_takes_the_busy_time_is_known_from_samples(folders: Path) -> None:
    async with engine() as (_, plane):
        await deploy(plane, write_flow(folders, script=SCRIPT))

        async def sampled() -> bool:
            return any(task.hot for task in (await snapshot(plane)).tasks)

        await wait_until(sampled)
        task = next(task for task in (await snapshot(plane)).tasks if task.hot)

    assert task.alias == "main"
    hot = task.hot[0]
    assert (hot.file, hot.line in SLOW_LINES) == ("one.troy", True)
    assert sum(hot.share for hot in task.hot if hot.line in SLOW_LINES) > 0.8
    assert hot.samples >= 10


async def test_limits_are_kept_over_a_restart_and_statistics_can_be_off(folders: Path) -> None:
    async with engine() as (_, plane):
        await plane.submit(SetLimits(Limits(stall_ms=5000)))
        await plane.submit(SetStatistics(False))
        await deploy(plane, write_flow(folders))
        before = await snapshot(plane)
        page = await plane.submit(AskHistory())
    async with engine() as (_, plane):
        after = await snapshot(plane)

    assert (before.limits, before.statistics) == (Limits(stall_ms=5000), False)
    assert before.tasks[0].run.counts == ()
    assert isinstance(page, HistoryPage)
    assert page.seconds
    assert (after.limits, after.statistics) == (Limits(stall_ms=5000), True)
