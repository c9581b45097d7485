"""Histograms and series: cheap to feed, read now and then by whoever makes pictures."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import log2
from typing import Final

STEPS: Final = 4
"""Buckets per power of two; bucket i holds values from 2**(i/4) up to 2**((i+1)/4)."""
BUCKETS: Final = 64 * STEPS


class Histogram:
    """Counts of positive integers, usually nanoseconds, in buckets of a quarter of a power of two."""

    __slots__ = ("counts", "largest")

    def __init__(self) -> None:
        self.counts = [0] * BUCKETS
        self.largest = 0

    def add(self, value: int, times: int = 1) -> None:
        """Counts a value so many times; what is below 1 counts as 1."""
        if value > self.largest:
            self.largest = value
        self.counts[int(log2(value) * STEPS) if value > 1 else 0] += times

    @property
    def total(self) -> int:
        """How many values were added."""
        return sum(self.counts)

    def percentiles(self, shares: Sequence[float]) -> list[int]:
        """For each share (0 to 1, ascending) a bound that this share of the values does not exceed."""
        return percentiles(self.counts, self.largest, shares)

    def trimmed(self) -> tuple[int, ...]:
        """The counts up to the last that is not zero."""
        return trimmed(self.counts)


def trimmed(counts: Sequence[int]) -> tuple[int, ...]:
    """Counts without the zeros at their end."""
    end = len(counts)
    while end and not counts[end - 1]:
        end -= 1
    return tuple(counts[:end])


def percentiles(counts: Sequence[int], largest: int, shares: Sequence[float]) -> list[int]:
    """The upper bounds of the buckets in which the shares end, none above `largest`; 0 of nothing."""
    total = sum(counts)
    if not total:
        return [0] * len(shares)
    found: list[int] = []
    passed = 0
    wanted = [share * total for share in shares]
    for index, count in enumerate(counts):
        passed += count
        while count and len(found) < len(wanted) and passed >= wanted[len(found)]:
            found.append(min(int(2 ** ((index + 1) / STEPS)), largest))
    return found + [largest] * (len(shares) - len(found))


class Recent:
    """A histogram of the last while: two halves, of which `turn` forgets the older one."""

    __slots__ = ("_new", "_old")

    def __init__(self) -> None:
        self._old: Histogram | None = None
        self._new: Histogram | None = None

    def add(self, value: int) -> None:
        """Counts one value."""
        if self._new is None:
            self._new = Histogram()
        self._new.add(value)

    def turn(self) -> None:
        """Forgets what was added before the turn before this one; nothing takes no room."""
        self._old, self._new = self._new, None

    def percentiles(self, shares: Sequence[float]) -> list[int]:
        """As `Histogram.percentiles`."""
        old, new = self._old, self._new
        if old is None or new is None:
            one = old or new
            return one.percentiles(shares) if one is not None else [0] * len(shares)
        counts = [a + b for a, b in zip(old.counts, new.counts, strict=True)]
        return percentiles(counts, max(old.largest, new.largest), shares)


class Series:
    """Totals at some moments of the last while, for rates over it."""

    __slots__ = ("_samples",)

    def __init__(self, length: int = 5) -> None:
        self._samples: deque[tuple[int, tuple[int, ...]]] = deque(maxlen=length)

    def note(self, now_ns: int, totals: tuple[int, ...]) -> None:
        """Remembers the totals of this moment, and forgets those of the oldest."""
        self._samples.append((now_ns, totals))

    def resume(self, at_ns: int) -> None:
        """The totals of the latest moment held until this one; those before are forgotten."""
        if self._samples:
            _, totals = self._samples[-1]
            self._samples.clear()
            self._samples.append((at_ns, totals))

    def growth(self, now_ns: int, totals: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
        """The ns since the oldest moment, and how much each total grew in them."""
        if not self._samples:
            return 0, (0,) * len(totals)
        then, before = self._samples[0]
        return now_ns - then, tuple(b - a for a, b in zip(before, totals, strict=True))

    def rates(self, now_ns: int, totals: tuple[int, ...]) -> tuple[float, ...]:
        """The growth per second; 0 before the first moment."""
        span, grown = self.growth(now_ns, totals)
        return tuple(count * 1e9 / span for count in grown) if span > 0 else (0.0,) * len(totals)
