"""Tally: how many events entered a flow's pipelines, how many failed, and whether a new version fails more.

Pure: it is shown pictures and told the time. `trials.py` acts on what it says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from math import sqrt

from tremor_tui.control.snapshots import TaskSnapshot

RISE = 0.05
"""A version goes back where the share of events that failed rose by more than this."""
LEAST_SEEN = 20
"""Fewer events say nothing."""
SURE = 3.0
"""How many standard deviations above the limit send a version back before its time is over."""


@dataclass(frozen=True, slots=True)
class Count:
    """Events that entered, and those that failed: they left by `err`, or would have had it led anywhere."""

    seen: int = 0
    failed: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.seen + other.seen, self.failed + other.failed)

    def __sub__(self, other: Count) -> Count:
        return Count(self.seen - other.seen, self.failed - other.failed)

    @property
    def share(self) -> float:
        """The part that failed, 0 to 1; 0 where nothing was seen."""
        return min(1.0, self.failed / self.seen) if self.seen else 0.0


@dataclass(slots=True)
class Tally:
    """Totals by task that only rise, though the counters they are made of may begin anew.

    Pipelines are known by their alias, sinks as `connector/ALIAS`.
    """

    window_ns: int = 10 * 10**9
    _last: dict[str, Count] = field(default_factory=dict)
    _totals: dict[str, Count] = field(default_factory=dict)
    _past: deque[tuple[int, dict[str, Count]]] = field(default_factory=deque)

    def see(self, tasks: Iterable[TaskSnapshot], now_ns: int) -> None:
        """Takes in the pictures of a flow's pipelines and sinks; sources are passed over."""
        for task in tasks:
            if task.kind in ("pipeline", "sink"):
                name = task.alias if task.kind == "pipeline" else f"connector/{task.alias}"
                new = Count(task.events_in, task.events_err + task.failed)
                grown = _grown(self._last.get(name, Count()), new)
                self._last[name] = new
                self._totals[name] = self._totals.get(name, Count()) + grown
        self._past.append((now_ns, dict(self._totals)))
        while len(self._past) > 1 and self._past[1][0] <= now_ns - self.window_ns:
            self._past.popleft()

    def pass_time(self, now_ns: int) -> None:
        """Nothing has happened since it saw pictures last."""
        if self._past and now_ns - self._past[-1][0] >= self.window_ns:
            self._past.clear()
            self._past.append((now_ns, dict(self._totals)))

    def total(self, pipelines: Collection[str]) -> Count:
        """What these pipelines have seen so far."""
        return _sum(self._totals, pipelines)

    def lately(self, pipelines: Collection[str]) -> Count:
        """What they saw within the window, as far as pictures go back."""
        return self.total(pipelines) - _sum(self._past[0][1], pipelines) if self._past else Count()


@dataclass(slots=True)
class Lately:
    """How much a number has grown within the window."""

    window_ns: int = 10 * 10**9
    total: int = 0
    _past: deque[tuple[int, int]] = field(default_factory=deque)

    def see(self, total: int, now_ns: int) -> None:
        """Takes in the number as it is now."""
        self.total = total
        self._past.append((now_ns, total))
        while len(self._past) > 1 and self._past[1][0] <= now_ns - self.window_ns:
            self._past.popleft()

    def lately(self) -> int:
        """By how much it grew, as far back as is known."""
        return self.total - self._past[0][1] if self._past else 0


def _grown(old: Count, new: Count) -> Count:
    """What was added; a counter that fell began anew."""
    seen = new.seen - old.seen if new.seen >= old.seen else new.seen
    return Count(seen, new.failed - old.failed if new.failed >= old.failed else new.failed)


def _sum(totals: dict[str, Count], pipelines: Collection[str]) -> Count:
    return sum((totals.get(alias, Count()) for alias in pipelines), Count())


def fails(before: Count, since: Count, *, is_over: bool) -> bool:
    """Whether a version that saw `since` fails more than what ran `before`.

    While its time is not over it must be sure: a few events may fail by chance.
    """
    if since.seen < LEAST_SEEN:
        return False
    limit = before.share + RISE
    if not is_over:
        limit = min(limit, 1.0)
        limit += SURE * sqrt(limit * (1 - limit) / since.seen)
    return since.share > limit


def percent(share: float) -> str:
    """A share as people write it: `12.5 %`."""
    return f"{100 * share:.1f}".removesuffix(".0") + " %"
