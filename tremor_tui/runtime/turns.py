"""Turns: which of a loop's sources decodes and sends; one at a time, in the order in which they asked.

A source that has sent lets those below run before it gives its turn on. So what one source made is worked
off while it is still in the processor's cache; with sixty-four sources that all send first, each event costs
half as much again. Nobody waits for anything from outside while it has the turn.
"""

from __future__ import annotations

from collections import deque

from tremor_tui.runtime.bell import Bell
from tremor_tui.runtime.meter import BUDGET


class Ticket:
    """A place in the queue; `is_called` once it is this one's turn."""

    __slots__ = ("bell", "is_called")

    def __init__(self, bell: Bell) -> None:
        self.bell = bell
        self.is_called = False


class Turns:
    """The turn of one loop, and who waits for it."""

    __slots__ = ("_is_taken", "_queue")

    def __init__(self) -> None:
        self._is_taken = False
        self._queue: deque[Ticket] = deque()

    async def enter(self, bell: Bell) -> None:
        """Returns with the turn; the wait is *ready*, as only others' work is in the way."""
        if not self._is_taken:
            self._is_taken = True
            return
        ticket = Ticket(bell)
        self._queue.append(ticket)
        try:
            while not ticket.is_called:
                await bell.wait(BUDGET)
        except BaseException:
            if ticket.is_called:
                self.leave()
            else:
                self._queue.remove(ticket)
            raise

    def leave(self) -> None:
        """Gives the turn to who has waited longest."""
        if not self._queue:
            self._is_taken = False
            return
        ticket = self._queue.popleft()
        ticket.is_called = True
        ticket.bell.ring()


class NoTurns(Turns):
    """For tasks with a thread each: they do not share a core."""

    __slots__ = ()

    async def enter(self, bell: Bell) -> None:
        """At once."""

    def leave(self) -> None:
        """Nobody waits."""
