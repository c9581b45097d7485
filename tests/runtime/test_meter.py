"""The meter steps any coroutine on any loop, and its four shares always add up."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import pytest

from tremor_tui.metrics.board import Board
from tremor_tui.runtime.bell import Bell
from tremor_tui.runtime.meter import BUDGET, EMPTY, FULL, TIMER, Current, Meter

pytestmark = pytest.mark.anyio


class Time:
    def __init__(self) -> None:
        self.now = 1000

    def __call__(self) -> int:
        return self.now


def meter(time: Time, budget_ns: int = 2_000_000) -> Meter:
    return Meter("main/pipeline/a", time, Board(), Current(), budget_ns)


async def test_it_returns_what_the_coroutine_returns() -> None:
    async def work() -> int:
        await anyio.lowlevel.checkpoint()
        return 5

    assert await meter(Time()).drive(work()) == 5


async def test_it_raises_what_the_coroutine_raises() -> None:
    async def work() -> None:
        await anyio.lowlevel.checkpoint()
        raise KeyError("x")

    with pytest.raises(KeyError):
        await meter(Time()).drive(work())


async def test_cancellation_reaches_the_coroutine() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("cleaned up")

    async with anyio.create_task_group() as group:
        group.start_soon(meter(Time()).drive, work())
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()

    assert ended == ["cleaned up"]


async def test_task_groups_and_scopes_work_inside_of_it() -> None:
    time = Time()
    done: list[int] = []

    async def child(number: int) -> None:
        await anyio.lowlevel.checkpoint()
        done.append(number)

    async def work() -> bool:
        async with anyio.create_task_group() as group:
            group.start_soon(child, 1)
            group.start_soon(child, 2)
        with anyio.move_on_after(0) as scope:
            await anyio.sleep_forever()
        return scope.cancelled_caught

    assert await meter(time).drive(work())
    assert sorted(done) == [1, 2]


async def test_time_goes_to_what_it_was_spent_on() -> None:
    time = Time()
    watched = meter(time)
    bell = Bell(watched)

    async def work() -> None:
        time.now += 100
        await bell.wait(FULL)
        time.now += 20
        await bell.wait(EMPTY)
        time.now += 3

    async with anyio.create_task_group() as group:
        group.start_soon(watched.drive, work())
        await anyio.wait_all_tasks_blocked()
        time.now += 1000
        bell.ring()
        time.now += 50
        await anyio.wait_all_tasks_blocked()
        time.now += 7000
        bell.ring()

    times = watched.times(time.now)
    assert times.totals == (123, 50, 1000, 7000)
    assert watched.polls == 3
    assert (watched.counts[FULL], watched.waits[FULL]) == (1, 1050)
    assert (watched.counts[EMPTY], watched.waits[EMPTY]) == (1, 7000)
    assert watched.run.largest == 100
    assert watched.delay.percentiles((0.5,)) == [50]


async def test_the_shares_of_a_wait_that_is_on_add_up_too() -> None:
    time = Time()
    watched = meter(time)
    bell = Bell(watched)

    async with anyio.create_task_group() as group:
        group.start_soon(watched.drive, bell.wait(FULL))
        await anyio.wait_all_tasks_blocked()
        time.now += 500
        blocked = watched.times(time.now).totals
        state = watched.state
        bell.ring()
        time.now += 30
        late = watched.times(time.now).totals
        ready = watched.state

    assert (blocked, state) == ((0, 0, 500, 0), "blocked")
    assert (late, ready) == ((0, 30, 500, 0), "ready")


async def test_a_turn_is_spent_after_its_budget_and_giving_way_counts_as_ready() -> None:
    time = Time()
    watched = meter(time, 2000)
    spent: list[bool] = []

    async def work() -> None:
        spent.append(watched.is_spent())
        time.now += 2001
        spent.append(watched.is_spent())
        await watched.give_way()
        spent.append(watched.is_spent())

    async def other() -> None:
        time.now += 400

    async with anyio.create_task_group() as group:
        group.start_soon(watched.drive, work())
        group.start_soon(other)

    assert spent == [False, True, False]
    assert watched.counts[BUDGET] == 1
    assert sum(watched.times(time.now).totals) == time.now - 1000
    assert watched.times(time.now).blocked == 0


async def test_a_connector_names_its_reason_to_the_task_that_runs() -> None:
    time = Time()
    current = Current()
    watched = Meter("a", time, Board(), current, 1)

    async def work() -> None:
        with current.waiting("timer"):
            await anyio.lowlevel.checkpoint()

    await watched.drive(work())

    assert watched.counts[TIMER] >= 1


async def test_the_board_shows_the_task_while_it_runs() -> None:
    board = Board()
    watched = Meter("main/sink/out", Time(), board, Current(), 1)
    seen: list[str] = []

    async def work() -> None:
        running = board.read()
        seen.append(running.task if running else "")

    await watched.drive(work())

    assert seen == ["main/sink/out"]
    assert board.read() is None
