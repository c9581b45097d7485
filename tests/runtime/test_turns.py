"""Sources of one loop send one at a time, in the order in which they asked."""

from __future__ import annotations

from functools import partial

import anyio
import anyio.lowlevel
import pytest

from tests.runtime.conftest import until
from tremor_tui.runtime.bell import Bell
from tremor_tui.runtime.turns import NoTurns, Turns

pytestmark = pytest.mark.anyio


def is_long(turns: Turns, length: int) -> bool:
    return len(turns._queue) == length


async def test_who_asked_first_has_the_next_turn() -> None:
    turns, had = Turns(), list[str]()
    await turns.enter(Bell())

    async def source(name: str, bell: Bell) -> None:
        await turns.enter(bell)
        had.append(name)
        await anyio.lowlevel.checkpoint()
        turns.leave()

    async with anyio.create_task_group() as group:
        for number, name in enumerate("abc", 1):
            group.start_soon(source, name, Bell())
            await until(partial(is_long, turns, number))
        assert had == []
        turns.leave()
    assert had == ["a", "b", "c"]


async def test_a_turn_that_was_given_on_is_not_taken_back() -> None:
    turns, had = Turns(), list[str]()
    await turns.enter(Bell())

    async def other() -> None:
        await turns.enter(Bell())
        had.append("other")
        turns.leave()

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        await until(partial(is_long, turns, 1))
        turns.leave()
        await turns.enter(Bell())
        had.append("again")
        turns.leave()
    assert had == ["other", "again"]


async def test_who_is_cancelled_while_it_waits_leaves_the_queue() -> None:
    turns = Turns()
    await turns.enter(Bell())
    scope = anyio.CancelScope()

    async def waiting() -> None:
        with scope:
            await turns.enter(Bell())

    async with anyio.create_task_group() as group:
        group.start_soon(waiting)
        await until(partial(is_long, turns, 1))
        scope.cancel()
    turns.leave()
    with anyio.fail_after(5):
        await turns.enter(Bell())


async def test_who_is_cancelled_with_the_turn_just_given_gives_it_on() -> None:
    turns = Turns()
    await turns.enter(Bell())
    scope = anyio.CancelScope()

    async def waiting() -> None:
        with scope:
            await turns.enter(Bell())
            turns.leave()

    async with anyio.create_task_group() as group:
        group.start_soon(waiting)
        await until(partial(is_long, turns, 1))
        turns.leave()
        scope.cancel()
    with anyio.fail_after(5):
        await turns.enter(Bell())


async def test_a_ring_for_something_else_is_no_turn() -> None:
    turns, bell, had = Turns(), Bell(), list[str]()
    await turns.enter(Bell())

    async def waiting() -> None:
        await turns.enter(bell)
        had.append("turn")

    async with anyio.create_task_group() as group:
        group.start_soon(waiting)
        await until(partial(is_long, turns, 1))
        for _ in range(3):
            bell.ring()
            await anyio.lowlevel.checkpoint()
        assert had == []
        turns.leave()
    assert had == ["turn"]


async def test_tasks_in_threads_take_no_turns() -> None:
    turns = NoTurns()
    await turns.enter(Bell())
    with anyio.fail_after(5):
        await turns.enter(Bell())
    turns.leave()
