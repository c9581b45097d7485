"""RestartPolicy: whether, and after which pause, an executor that ended by itself is started again."""

from __future__ import annotations

from collections import deque
from typing import Final

FIRST_PAUSE_S: Final = 0.1
CRASHES: Final = 5
WITHIN_S: Final = 60.0


class RestartPolicy:
    """Pauses double from 100 ms with each crash of the last minute; the fifth is the last."""

    def __init__(
        self, *, first_pause_s: float = FIRST_PAUSE_S, crashes: int = CRASHES, within_s: float = WITHIN_S
    ) -> None:
        self._first_pause = first_pause_s
        self._crashes = crashes
        self._within = within_s
        self._times: deque[float] = deque()

    def crashed(self, now_s: float) -> float | None:
        """The pause before the next start in seconds, or None to leave it. `now_s` never goes back."""
        self._times.append(now_s)
        while now_s - self._times[0] >= self._within:
            self._times.popleft()
        if len(self._times) >= self._crashes:
            return None
        return float(self._first_pause * 2 ** (len(self._times) - 1))

    def forgive(self) -> None:
        """Somebody wants it to try again: forget the crashes."""
        self._times.clear()
