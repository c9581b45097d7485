"""Spread: run times over the last 10 or 60 seconds, from totals that pictures bring. Pure.

A picture has the counts of all run times since the task began; what a window holds is the difference to the
counts of then. They are kept every five seconds for a minute, 8 bytes a bucket: about 1 MB for 100 tasks.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tremor_tui.control.snapshots import HISTOGRAM_STEPS, TaskSnapshot

WINDOWS = (10, 60, 0)
"""Seconds; 0 is all since the task began."""
STEP_S = 5
SHARES = (0.5, 0.75, 0.9, 0.99, 0.999)


@dataclass
class Spreads:
    """The counts of every task some time ago."""

    _kept: dict[str, deque[tuple[int, array[int]]]] = field(default_factory=dict)
    _last_s: int = 0

    def take(self, second: int, tasks: Iterable[TaskSnapshot]) -> None:
        """Keeps the counts of this second, where it is time to; forgets tasks that are gone."""
        if second - self._last_s < STEP_S and second >= self._last_s:
            return
        if second < self._last_s:
            self._kept.clear()
        self._last_s = second
        alive = set()
        for task in tasks:
            alive.add(task.id)
            kept = self._kept.setdefault(task.id, deque(maxlen=60 // STEP_S + 1))
            kept.append((second, array("q", task.run.counts)))
        for name in self._kept.keys() - alive:
            del self._kept[name]

    def counts(self, task: TaskSnapshot, window_s: int, second: int) -> tuple[int, ...]:
        """The counts of the last `window_s` seconds (0: all); of fewer where fewer are known."""
        kept = self._kept.get(task.id)
        if not window_s or not kept:
            return task.run.counts
        earlier = [counts for at, counts in kept if at <= second - window_s]
        base = earlier[-1] if earlier else kept[0][1]
        now = task.run.counts
        before = [*base, *([0] * (len(now) - len(base)))]
        return tuple(max(0, a - b) for a, b in zip(now, before, strict=False))


def percentiles(counts: Sequence[int], largest: int = 0) -> list[int]:
    """The bounds (ns) that SHARES of the counted times do not exceed, none above `largest`; 0 of nothing."""
    total = sum(counts)
    found: list[int] = []
    passed = 0
    for index, count in enumerate(counts):
        passed += count
        while count and len(found) < len(SHARES) and passed >= SHARES[len(found)] * total:
            bound = int(2 ** ((index + 1) / HISTOGRAM_STEPS))
            found.append(min(bound, largest) if largest else bound)
    return found + [0] * (len(SHARES) - len(found))


def longest(counts: Sequence[int]) -> int:
    """The bound (ns) that no counted time exceeds; 0 of nothing."""
    last = max((index for index, count in enumerate(counts) if count), default=-1)
    return int(2 ** ((last + 1) / HISTOGRAM_STEPS)) if last >= 0 else 0
