"""Bell: what a task sleeps on. Whoever has something for it rings; a ring while it is awake is kept."""

from __future__ import annotations

from anyio import Event

from tremor_tui.runtime.meter import IO, Meter


class Bell:
    """One task's bell. Its task looks at everything it could do after each wait, and only then waits.

    The ring tells the task's meter, which so knows how long the task was ready before it ran.
    """

    __slots__ = ("_event", "_is_rung", "_meter")

    def __init__(self, meter: Meter | None = None) -> None:
        self._meter = meter
        self._event: Event | None = None
        self._is_rung = False

    def ring(self) -> None:
        """Wakes the task, or keeps it from falling asleep the next time."""
        if self._is_rung:
            return
        self._is_rung = True
        if self._event is not None:
            if self._meter is not None:
                self._meter.note_woken()
            self._event.set()

    async def wait(self, reason: int = IO) -> None:
        """Returns once rung, at once if that has happened since the last wait."""
        if self._is_rung:
            self._is_rung = False
            return
        if self._meter is not None:
            self._meter.reason = reason
        self._event = Event()
        try:
            await self._event.wait()
        finally:
            self._event = None
            self._is_rung = False
