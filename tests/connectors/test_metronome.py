"""The metronome beats without drift, whatever holds it up."""

from __future__ import annotations

import anyio
import pytest

from tremor_tui.connectors.contract import Values
from tremor_tui.testing.clock import SECOND, JumpingClock
from tremor_tui.testing.harness import context, make, source_of

pytestmark = pytest.mark.anyio


async def beats(clock: JumpingClock, interval_ns: int, jumps: list[float]) -> list[tuple[int, int]]:
    """Id and time (ns since the start) of each beat while the clock jumps."""
    source = source_of(make("metronome", {"interval": interval_ns}, context(clock=clock)))
    await source.open()
    start = clock.wall_ns()
    got: list[tuple[int, int]] = []

    async def pull() -> None:
        while True:
            pulled = await source.pull()
            assert isinstance(pulled, Values)
            got.extend((value["id"], value["ingest_ns"] - start) for value in pulled.values)
            assert all(value["connector"] == "metronome" for value in pulled.values)

    async with anyio.create_task_group() as group:
        group.start_soon(pull)
        for jump in jumps:
            await clock.jump(jump)
        group.cancel_scope.cancel()
    return got


async def test_a_beat_comes_after_each_interval() -> None:
    got = await beats(JumpingClock(), SECOND, [3.5])

    assert got == [(0, SECOND), (1, 2 * SECOND), (2, 3 * SECOND)]


async def test_beats_that_came_due_meanwhile_come_together_and_the_next_one_in_time() -> None:
    clock = JumpingClock()
    source = source_of(make("metronome", {"interval": SECOND // 10}, context(clock=clock)))
    await source.open()
    await clock.jump(0.35)

    first = await source.pull()

    assert isinstance(first, Values)
    assert [value["id"] for value in first.values] == [0, 1, 2]
    async with anyio.create_task_group() as group:
        group.start_soon(source.pull)
        await clock.jump(0.05)
        # the pull has ended by now, else this group would not


async def test_after_a_long_pause_missed_beats_are_left_out() -> None:
    clock = JumpingClock()
    source = source_of(make("metronome", {"interval": SECOND // 10}, context(clock=clock)))
    await source.open()
    await clock.jump(60.05)

    pulled = await source.pull()

    assert isinstance(pulled, Values)
    assert len(pulled.values) == 1
