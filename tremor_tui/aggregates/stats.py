"""Aggregates over numbers: sums, extremes, variance, and the two sketches for percentiles.

A NaN or an infinity can only come from a script's own arithmetic. Sums, means and variances carry it
on; `min`, `max` and the sketches ignore a NaN, so that their results do not depend on the order.
Sums add floats in order of arrival, as tremor does, and never by `sum`, which compensates since 3.12.

Long because a module of scripts is one file, and because each `accumulate` checks its type in place: a
helper would cost as much as the rest of it.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from itertools import accumulate as running
from operator import add, mul
from typing import Final

from tremor_tui.aggregates.contract import NUMBERS, AggregateError, Module, check_numbers, not_a_number
from tremor_tui.model.batch import Value
from tremor_tui.model.values import UINT_MAX

stats = Module("stats")


@stats.aggregate("count", returns="integer", examples=[([(), (), ()], 3), ([], 0)])
class Count:
    """The number of events."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def accumulate(self) -> None:
        """Counts one."""
        self.count += 1

    def accumulate_many(self, rows: int) -> None:
        """Counts them."""
        self.count += rows

    def merge(self, other: Count) -> None:
        """Adds the other's; exact."""
        self.count += other.count

    def emit(self) -> Value:
        """The count."""
        return self.count


@stats.aggregate(
    "sum", "value", returns="float", examples=[([(1,), (2.5,)], 3.5), ([], 0.0)], is_numeric=True
)
class Sum:
    """The sum of the values, always a float. A value that is no number is refused."""

    __slots__ = ("total",)

    def __init__(self) -> None:
        self.total = 0.0

    def accumulate(self, value: Value) -> None:
        """Adds a number."""
        kind = type(value)
        if kind is not float and kind is not int:
            raise not_a_number(value)
        self.total += value

    def accumulate_many(self, rows: int, values: Sequence[Value]) -> None:
        """Adds numbers in order."""
        check_numbers(values)
        self.total = reduce(add, values, self.total)

    def merge(self, other: Sum) -> None:
        """Adds the other's: exact for integers up to 2^53, else within the rounding of each addition."""
        self.total += other.total

    def emit(self) -> Value:
        """The sum; 0.0 of nothing."""
        return self.total


@stats.aggregate(
    "mean", "value", returns="float", examples=[([(1,), (2,)], 1.5), ([], None)], is_numeric=True
)
class Mean:
    """The arithmetic mean of the values; null of none. A value that is no number is refused."""

    __slots__ = ("count", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0

    def accumulate(self, value: Value) -> None:
        """Adds a number."""
        kind = type(value)
        if kind is not float and kind is not int:
            raise not_a_number(value)
        self.total += value
        self.count += 1

    def accumulate_many(self, rows: int, values: Sequence[Value]) -> None:
        """Adds numbers in order."""
        check_numbers(values)
        self.total = reduce(add, values, self.total)
        self.count += rows

    def merge(self, other: Mean) -> None:
        """Adds the other's sum and count; as exact as `Sum.merge`."""
        self.total += other.total
        self.count += other.count

    def emit(self) -> Value:
        """The mean or null."""
        return self.total / self.count if self.count else None


class _Extreme:
    """The value kept, None while there is none."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: float | None = None

    def emit(self) -> Value:
        """The value; 0.0 of nothing, as in tremor."""
        return 0.0 if self.value is None else self.value


def _some(values: Iterable[Value]) -> list[Value]:
    """The numbers without NaN."""
    return [value for value in values if value == value]


@stats.aggregate(
    "min", "value", returns="float", examples=[([(3,), (1,), (2,)], 1.0), ([], 0.0)], is_numeric=True
)
class Min(_Extreme):
    """The smallest value as a float; 0.0 of none. A value that is no number is refused.

    Merging into an empty window takes the other's value, where tremor's stays at 0.0.
    """

    __slots__ = ()

    def accumulate(self, value: Value) -> None:
        """Keeps a number where it is the smallest."""
        kind = type(value)
        if kind is not float and kind is not int:
            raise not_a_number(value)
        if self.value is None:
            self.value = float(value) if value == value else None
        elif value < self.value:
            self.value = float(value)

    def accumulate_many(self, rows: int, values: Sequence[Value]) -> None:
        """As `accumulate`, for each."""
        check_numbers(values)
        if rows:
            low = min(values)
            self.accumulate(low if low == low else min(_some(values), default=low))

    def merge(self, other: Min) -> None:
        """Takes the other's where it is smaller, or the only one; exact."""
        if other.value is not None:
            self.accumulate(other.value)


@stats.aggregate(
    "max", "value", returns="float", examples=[([(1,), (3,), (2,)], 3.0), ([], 0.0)], is_numeric=True
)
class Max(_Extreme):
    """The largest value as a float; 0.0 of none. A value that is no number is refused."""

    __slots__ = ()

    def accumulate(self, value: Value) -> None:
        """Keeps a number where it is the largest."""
        kind = type(value)
        if kind is not float and kind is not int:
            raise not_a_number(value)
        if self.value is None:
            self.value = float(value) if value == value else None
        elif value > self.value:
            self.value = float(value)

    def accumulate_many(self, rows: int, values: Sequence[Value]) -> None:
        """As `accumulate`, for each."""
        check_numbers(values)
        if rows:
            high = max(values)
            self.accumulate(high if high == high else max(_some(values), default=high))

    def merge(self, other: Max) -> None:
        """Takes the other's where it is larger, or the only one; exact."""
        if other.value is not None:
            self.accumulate(other.value)


@stats.aggregate(
    "var", "value", returns="float", examples=[([(1,), (2,), (6,)], 7.0), ([], 0.0)], is_numeric=True
)
class Var:
    """The sample variance; 0.0 of no value, NaN of one. A value that is no number is refused.

    Merging moves the other's sums to this one's origin; tremor adds the origins, which is wrong.
    """

    __slots__ = ("count", "distance", "origin", "square")

    def __init__(self) -> None:
        self.count = 0
        self.origin: float = 0
        """The first value: sums of distances from it lose fewer digits than sums of values."""
        self.distance: float = 0
        """Sum of the distances; as `square` an integer, and exact, while all values are."""
        self.square: float = 0
        """Sum of the squares of the distances."""

    def accumulate(self, value: Value) -> None:
        """Adds a number."""
        kind = type(value)
        if kind is not float and kind is not int:
            raise not_a_number(value)
        if not self.count:
            self.origin = value
        self.count += 1
        distance = value - self.origin
        self.distance += distance
        self.square += distance * distance

    def accumulate_many(self, rows: int, values: Sequence[Value]) -> None:
        """Adds numbers in order."""
        check_numbers(values)
        if rows and not self.count:
            self.origin = values[0]
        origin = self.origin
        distances = [value - origin for value in values]
        self.count += rows
        self.distance = reduce(add, distances, self.distance)
        self.square = reduce(add, map(mul, distances, distances), self.square)

    def merge(self, other: Var) -> None:
        """Adds the other's: exact for integers, else within the rounding of each addition."""
        if not other.count:
            return
        if not self.count:
            self.origin = other.origin
        shift = other.origin - self.origin
        self.square += other.square + 2 * shift * other.distance + other.count * shift * shift
        self.distance += other.distance + other.count * shift
        self.count += other.count

    def emit(self) -> Value:
        """The variance; never negative, whatever was rounded on the way."""
        if self.count < 2:
            return math.nan if self.count else 0.0
        distance = float(self.distance)
        variance = (float(self.square) - distance * distance / self.count) / (self.count - 1)
        return 0.0 if variance < 0.0 else variance


@stats.aggregate(
    "stdev",
    "value",
    returns="float",
    examples=[([(1,), (1,), (4,)], 1.7320508075688772), ([], 0.0)],
    is_numeric=True,
)
class Stdev(Var):
    """The sample standard deviation: the square root of `stats::var`."""

    __slots__ = ()

    def emit(self) -> Value:
        """The deviation."""
        return math.sqrt(super().emit())


# -- sketches ------------------------------------------------------------------------------------------

Quantiles = tuple[tuple[str, float], ...]
"""Each percentile as it was written, and as a fraction."""
_DEFAULT: Final = ("0.5", "0.9", "0.95", "0.99", "0.999", "0.9999", "0.99999")
_FLOAT: Final = frozenset("0123456789.eE+-")
_TOP: Final = 2.0**64


@lru_cache(64)
def _quantiles(texts: tuple[str, ...]) -> Quantiles:
    """The fractions that texts stand for. Raises AggregateError. Cached, as each group asks again."""
    return tuple((text, _fraction(text)) for text in texts)


def _fraction(text: str) -> float:
    try:
        if not _FLOAT.issuperset(text):
            raise ValueError
        return float(text)
    except ValueError:
        raise AggregateError(
            f'needs percentiles such as "0.99", and "{text}" is no decimal number', 1
        ) from None


class _Sketch:
    """What both sketches share: numbers wait in a list and are counted in buckets `BUFFER` at a time.

    A waiting number costs an append; counting equal ones together saves most of the rest. Which
    percentiles are asked for is settled by the first row, as in tremor. `buckets` counts the values of
    each bucket; which they are does not depend on the order, so merging is exact.
    """

    __slots__ = ("buckets", "quantiles", "waiting")
    BUFFER: Final = 512

    def __init__(self) -> None:
        self.waiting: list[float] = []
        self.buckets: dict[int, int] = {}
        self.quantiles: Quantiles | None = None

    def accumulate(self, value: Value, percentiles: Value = None) -> None:
        """Takes a number; ignores other values and negative ones. The percentiles are a list of strings."""
        if self.quantiles is None:
            self._ask(percentiles)
        kind = type(value)
        if (kind is float or kind is int) and value >= 0:
            self.waiting.append(value)
            if len(self.waiting) >= self.BUFFER:
                self._count()

    def accumulate_many(
        self, rows: int, values: Sequence[Value], percentiles: Sequence[Value] | None = None
    ) -> None:
        """As `accumulate`, for each."""
        if rows and self.quantiles is None:
            self._ask(percentiles[0] if percentiles else None)
        self.waiting += [value for value in values if type(value) in NUMBERS and value >= 0]
        if len(self.waiting) >= self.BUFFER:
            self._count()

    def _ask(self, percentiles: Value) -> None:
        texts = percentiles if isinstance(percentiles, list) else _DEFAULT
        self.quantiles = self._checked(_quantiles(tuple(text for text in texts if isinstance(text, str))))

    def _checked(self, quantiles: Quantiles) -> Quantiles:
        return quantiles

    def _asked(self) -> Quantiles:
        return _quantiles(_DEFAULT) if self.quantiles is None else self.quantiles

    def _join(self, other: _Sketch) -> None:
        """Adds the other's buckets."""
        self._count()
        other._count()
        if self.quantiles is None:
            self.quantiles = other.quantiles
        buckets = self.buckets
        for bucket, count in other.buckets.items():
            buckets[bucket] = buckets.get(bucket, 0) + count

    def _count(self) -> None:
        raise NotImplementedError


@stats.aggregate("hdr", "value", "percentiles?", returns="record")
class Hdr(_Sketch):
    """Count, min, max, mean, stdev, var and percentiles of integers, by a HdrHistogram of 2 figures.

    Floats lose their fraction, integers above 255 all but their first 8 bits: results are within 1 %.
    Values that are no numbers, and negative ones, are ignored. `percentiles` is a list of strings, by
    default 0.5 0.9 0.95 0.99 0.999 0.9999 0.99999; the first event's are used. Merging is exact.
    """

    __slots__ = ()
    BITS: Final = 8
    """Two figures need 200 units that can be told apart: 2^8 are."""
    SINGLE: Final = 255

    def merge(self, other: Hdr) -> None:
        """Adds the other's counts; exact."""
        self._join(other)

    def _count(self) -> None:
        """Counts by the lowest value of each bucket."""
        buckets = self.buckets
        get = buckets.get
        for number, count in Counter(self.waiting).items():
            low = int(number) if number < _TOP else UINT_MAX
            if low > self.SINGLE:
                drop = low.bit_length() - self.BITS
                low = low >> drop << drop
            buckets[low] = get(low, 0) + count
        self.waiting.clear()

    def _width(self, low: int) -> int:
        """How many integers share the bucket."""
        return 1 << max(0, low.bit_length() - self.BITS)

    def emit(self) -> Value:
        """The record; all is 0 of nothing."""
        self._count()
        lows = sorted(self.buckets)
        counts = list(running(self.buckets[low] for low in lows))
        total = counts[-1] if counts else 0
        mean, stdev = self._moments(lows, total)
        return {
            "count": total,
            "min": lows[0] if lows else 0,
            "max": lows[-1] + self._width(lows[-1]) - 1 if lows else 0,
            "mean": mean,
            "stdev": stdev,
            "var": stdev * stdev,
            "percentiles": {
                text: self._at(quantile, lows, counts) if lows else 0 for text, quantile in self._asked()
            },
        }

    def _moments(self, lows: list[int], total: int) -> tuple[float, float]:
        """Mean and deviation, each bucket standing for its middle; added in order of the values."""
        weights = [(float(low + (self._width(low) >> 1)), self.buckets[low]) for low in lows]
        mean = reduce(add, (middle * count / total for middle, count in weights), 0.0)
        squares = reduce(add, ((middle - mean) * (middle - mean) * count for middle, count in weights), 0.0)
        return mean, math.sqrt(squares / total) if total else 0.0

    def _at(self, quantile: float, lows: list[int], counts: list[int]) -> int:
        """The value that so many are at or below. Tremor passes percents, and so rounds twice."""
        share = min(quantile * 100.0 / 100.0, 1.0)
        low = lows[bisect_left(counts, max(1, math.ceil(share * counts[-1])))]
        return low + self._width(low) - 1 if share else low


_ALPHA: Final = 0.01
_GAMMA: Final = 1.0 + 2.0 * _ALPHA / (1.0 - _ALPHA)
_LOG_GAMMA: Final = math.log1p(2.0 * _ALPHA / (1.0 - _ALPHA))


@stats.aggregate("dds", "value", "percentiles?", returns="record")
class Dds(_Sketch):
    """Count, sum, min, max, mean and percentiles by a DDSketch of 1 % relative accuracy.

    Percentiles are then rounded up to one decimal. At most 2048 buckets below the largest value are
    told apart, a factor of 6e17; smaller values count as the smallest of these. Values that are no
    numbers, negative and infinite ones are ignored; up to 1e-9 they count as 0. `percentiles` as in
    `stats::hdr`, from 0 to 1. Merging is exact but for the rounding of `sum`.
    """

    __slots__ = ("high", "low", "total", "zeros")
    LIMIT: Final = 2048
    SMALLEST: Final = 1e-9

    def __init__(self) -> None:
        super().__init__()
        self.zeros = 0
        self.total = 0.0
        self.low = math.inf
        self.high = 0.0

    def _checked(self, quantiles: Quantiles) -> Quantiles:
        for text, quantile in quantiles:
            if not 0.0 <= quantile <= 1.0:
                raise AggregateError(f'needs percentiles from "0" to "1", not "{text}"', 1)
        return quantiles

    def merge(self, other: Dds) -> None:
        """Adds the other's counts."""
        self._join(other)
        self.zeros += other.zeros
        self.total += other.total
        self.low = min(self.low, other.low)
        self.high = max(self.high, other.high)
        self._collapse()

    def _count(self) -> None:
        """Counts by the power of gamma that is not below the value."""
        numbers = [number for number in self.waiting if number != math.inf]
        self.waiting.clear()
        if not numbers:
            return
        self.total = reduce(add, numbers, self.total)
        self.low = min(self.low, float(min(numbers)))
        self.high = max(self.high, float(max(numbers)))
        buckets = self.buckets
        for number, count in Counter(numbers).items():
            if number > self.SMALLEST:
                power = math.ceil(math.log(number) / _LOG_GAMMA)
                buckets[power] = buckets.get(power, 0) + count
            else:
                self.zeros += count
        self._collapse()

    def _collapse(self) -> None:
        """Puts the buckets too far below the highest into the lowest that is not.

        The limit only ever rises, so it does not matter when this is done, and merging stays exact.
        """
        if not self.buckets:
            return
        limit = max(self.buckets) - self.LIMIT + 1
        for power in [power for power in self.buckets if power < limit]:
            self.buckets[limit] = self.buckets.get(limit, 0) + self.buckets.pop(power)

    def emit(self) -> Value:
        """The record; all is 0 of nothing."""
        self._count()
        powers = sorted(self.buckets)
        counts = list(running((self.buckets[power] for power in powers), initial=self.zeros))
        total = counts[-1]
        return {
            "count": total,
            "sum": self.total,
            "min": self.low if total else 0.0,
            "max": self.high,
            "mean": self.total / total if total else 0.0,
            "percentiles": {
                text: _rounded_up(self._at(quantile, powers, counts)) if total else 0.0
                for text, quantile in self._asked()
            },
        }

    def _at(self, quantile: float, powers: list[int], counts: list[int]) -> float:
        """The value at a rank; `counts` holds how many are zero, then how many up to each power."""
        if quantile in (0.0, 1.0):
            return self.high if quantile else self.low
        rank = int(quantile * (counts[-1] - 1.0))
        place = bisect_right(counts, rank)
        return math.exp(powers[place - 1] * _LOG_GAMMA) * (2.0 / (1.0 + _GAMMA)) if place else 0.0


def _rounded_up(value: float) -> float:
    """To one decimal; what is too large to have decimals stays."""
    return math.ceil(value * 10.0) / 10.0 if value < _TOP * _TOP else value
