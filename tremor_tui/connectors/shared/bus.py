"""The bus of measurements: what the runtime and `metrics` sinks publish, every `metrics` source gets.

There is one for each loop. Whoever does not keep up loses the oldest measurements and is told how many.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from anyio import Event
from anyio.lowlevel import RunVar

from tremor_tui.model.batch import Value

LIMIT: Final = 10_000
"""Measurements that wait for one source at most."""


class Listener:
    """One source's queue."""

    def __init__(self) -> None:
        self.lost = 0
        self._queue: deque[Value] = deque()
        self._event = Event()

    def put(self, events: Sequence[Value]) -> None:
        """Adds events; the oldest make room."""
        self._queue.extend(events)
        while len(self._queue) > LIMIT:
            self._queue.popleft()
            self.lost += 1
        self._event.set()

    async def take(self) -> list[Value]:
        """All that is there, waiting for at least one."""
        while not self._queue:
            self._event = Event()
            await self._event.wait()
        events = list(self._queue)
        self._queue.clear()
        return events


class Bus:
    """The listeners of one loop."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    def publish(self, events: Sequence[Value]) -> None:
        """Gives events to every listener."""
        for listener in self.listeners:
            listener.put(events)


_bus: RunVar[Bus] = RunVar("tremor_tui_metrics")


def bus() -> Bus:
    """This loop's bus."""
    found = _bus.get(None)
    if found is None:
        found = Bus()
        _bus.set(found)
    return found
