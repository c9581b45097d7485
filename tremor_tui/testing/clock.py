"""JumpingClock: time that stands still until a test lets it pass, on any loop."""

from __future__ import annotations

from heapq import heappop, heappush

import anyio
import anyio.lowlevel

SECOND = 10**9
START_NS = 1_700_000_000 * SECOND
SETTLE = 30
"""Turns of the loop given to tasks before it is asked whether all of them wait."""


class JumpingClock:
    """A Clock whose sleepers wake only in `jump`, each at its time and in order."""

    def __init__(self) -> None:
        self._now_ns = SECOND
        self._sleepers: list[tuple[int, int, anyio.Event]] = []
        self._count = 0

    def wall_ns(self) -> int:
        """Nanoseconds since 1970; some day in 2023 at the start."""
        return START_NS + self._now_ns

    def monotonic_ns(self) -> int:
        """Nanoseconds since a second before the start."""
        return self._now_ns

    async def sleep(self, seconds: float) -> None:
        """Returns once the clock has jumped that far."""
        self._count += 1
        event = anyio.Event()
        heappush(self._sleepers, (self._now_ns + int(seconds * SECOND), self._count, event))
        await event.wait()

    async def jump(self, seconds: float) -> None:
        """Lets that time pass: wakes each sleeper at its time and lets all tasks come to rest between."""
        end = self._now_ns + int(seconds * SECOND)
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, event = heappop(self._sleepers)
            self._now_ns = max(self._now_ns, due)
            event.set()
            await settle()
        self._now_ns = end
        await settle()


async def settle() -> None:
    """Returns once every other task waits."""
    for _ in range(SETTLE):
        await anyio.lowlevel.checkpoint()
    await anyio.wait_all_tasks_blocked()
