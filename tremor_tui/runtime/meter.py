"""Meter: steps one task's coroutine, and knows from that what the task does with its time.

Why stepping: a loop tells nobody when it goes on with a task. The meter stands between the two: it hands
on what the coroutine yields and what the loop sends, unread, so it works on every loop, and reads the
clock once before and once after. Run and wait follow each other without a gap, so the four shares of a
span always add up to it.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Coroutine, Generator
from contextlib import AbstractContextManager
from typing import Any, Final, Literal, TypeVar

import anyio.lowlevel

from tremor_tui.metrics.board import Board
from tremor_tui.metrics.instruments import Histogram, Recent, Series
from tremor_tui.model.record import dataclass

T = TypeVar("T")

EMPTY, FULL, IO, TIMER, BUDGET = range(5)
"""What a task may wait for, in the order of the control plane's YIELD_REASONS."""
_REASONS: Final = {"io": IO, "timer": TIMER}


class Waiting:
    """What a connector wraps its awaits in: notes the reason with whichever task runs."""

    __slots__ = ("_current", "_reason")

    def __init__(self, current: Current, reason: int) -> None:
        self._current = current
        self._reason = reason

    def __enter__(self) -> None:
        if self._current.meter:
            self._current.meter.reason = self._reason

    def __exit__(self, *_: object) -> None:
        """Nothing: each poll begins with no reason given."""


class Current:
    """The meter of the task that runs now, or ran last; one for each loop. `is_measuring`: whether to."""

    __slots__ = ("is_measuring", "meter", "waits")

    def __init__(self) -> None:
        self.meter: Meter | None = None
        self.is_measuring = True
        self.waits = [Waiting(self, reason) for reason in range(5)]

    def waiting(self, reason: Literal["io", "timer"]) -> AbstractContextManager[None]:
        """The context manager that connectors are lent."""
        return self.waits[_REASONS[reason]]


@dataclass(frozen=True, slots=True)
class Times:
    """Nanoseconds since the task began, by what they were spent on."""

    busy: int
    ready: int
    blocked: int
    idle: int

    @property
    def totals(self) -> tuple[int, int, int, int]:
        """The four in that order."""
        return self.busy, self.ready, self.blocked, self.idle


class Meter:
    """One task's times, waits and polls. `reason` is set by whoever is about to wait.

    `counts` and `waits` (ns) are by reason. `run` holds the lengths of polls, `delay` those of the waits
    between being woken and being run.
    """

    def __init__(
        self, name: str, now: Callable[[], int], board: Board, current: Current, budget_ns: int
    ) -> None:
        self.name = name
        self.reason = IO
        self.counts = [0] * 5
        self.waits = [0] * 5
        self.polls = 0
        self.run = Histogram()
        self.delay = Recent()
        self.series = Series()
        self.since_ns = now()
        self.is_running = False
        self.has_ended = False
        self._woken = 0
        self._busy = self._ready = self._blocked = self._idle = 0
        self._now = now
        self._budget = budget_ns
        self._board = board
        self._current = current

    async def drive(self, coro: Coroutine[Any, Any, T]) -> T:
        """Runs the coroutine to its end, measured; returns what it returns, raises what it raises."""
        return await self._steps(coro)

    @types.coroutine
    def _steps(self, coro: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        send, board, slot = coro.send, self._board, self._board.enroll(self.name)
        current = self._current
        sent: Any = None
        thrown: BaseException | None = None
        try:
            while True:
                if current.is_measuring:
                    board.enter(slot, self._begin())
                else:
                    self._pass()
                try:
                    if thrown is None:
                        out = send(sent)
                    else:
                        error, thrown = thrown, None
                        out = coro.throw(error)
                except StopIteration as done:
                    result: T = done.value
                    return result
                finally:
                    if self.is_running:
                        board.leave()
                        self._finish()
                try:
                    sent = yield out
                except GeneratorExit:
                    coro.close()
                    raise
                except BaseException as error:
                    thrown = error
        finally:
            self.has_ended = True
            board.release(slot)

    def note_woken(self) -> None:
        """Somebody has just given this task what it waits for."""
        if not self._woken:
            self._woken = self._now()

    def is_spent(self) -> bool:
        """Whether this turn has lasted longer than the budget."""
        return self._now() - self.since_ns > self._budget

    async def give_way(self) -> None:
        """Lets the other tasks run; for a turn that is spent."""
        self.reason = BUDGET
        await anyio.lowlevel.checkpoint()

    def times(self, now_ns: int) -> Times:
        """The times up to now, with those of the run or wait that is on."""
        busy, ready, blocked, idle = self._busy, self._ready, self._blocked, self._idle
        span = max(0, now_ns - self.since_ns)
        if self.is_running:
            busy += span
        elif not self.has_ended and self.polls:
            late = self._late(now_ns, span)
            ready += late
            if self.reason == FULL:
                blocked += span - late
            else:
                idle += span - late
        else:
            idle += span
        return Times(busy, ready, blocked, idle)

    def waited_ready_ns(self, now_ns: int) -> int:
        """How long the task could have run and was not: woken, or never polled since it began."""
        if self.is_running or self.has_ended:
            return 0
        since = self._woken if self.polls else self.since_ns
        return max(0, now_ns - since) if since else 0

    @property
    def state(self) -> Literal["running", "ready", "blocked", "idle", "waiting"]:
        """What the task is doing now."""
        if self.is_running:
            return "running"
        if self._woken or self.reason == BUDGET:
            return "ready"
        if self.reason == FULL:
            return "blocked"
        return "idle" if self.reason == EMPTY else "waiting"

    def _begin(self) -> int:
        now = self._now()
        span = now - self.since_ns
        reason = self.reason
        if self.polls:
            late = self._late(now, span)
            if late:
                self._ready += late
                self.delay.add(late)
            if reason == FULL:
                self._blocked += span - late
            else:
                self._idle += span - late
            self.waits[reason] += span
        else:
            self._idle += span
        self.polls += 1
        self._woken = 0
        self.reason = IO
        self.since_ns = now
        self.is_running = True
        self._current.meter = self
        return now

    def _pass(self) -> None:
        """A poll that is not measured; its budget and the reason of its wait are known all the same."""
        self.polls += 1
        self._woken = 0
        self.reason = IO
        self.since_ns = self._now()
        self._current.meter = self

    def _finish(self) -> None:
        now = self._now()
        span = now - self.since_ns
        self._busy += span
        self.run.add(span)
        self.counts[self.reason] += 1
        self.since_ns = now
        self.is_running = False

    def _late(self, now: int, span: int) -> int:
        """How much of a wait the task could have run in."""
        if self.reason == BUDGET:
            return span
        return min(span, now - self._woken) if self._woken else 0
