"""Curves: values over sizes that double, as characters: points by letter, dotted lines between. Pure.

The x axis is logarithmic. The y axis begins at 0, or is logarithmic too. Points that would cover each other
stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

NOTHING = -1
"""The curve of a cell in which there is none."""
_STEPS = (1.0, 2.0, 5.0, 10.0)
_BESIDE = (0, 1, 2, 3, -1, -2)
_EDGE = 2
"""Columns that are left free at both ends."""


@dataclass(frozen=True, slots=True)
class Curve:
    """`points` are (size, value) in the order of their sizes; each is drawn as `letter`, joined by `dot`."""

    letter: str
    points: tuple[tuple[int, float], ...]
    dot: str = "·"


@dataclass(frozen=True, slots=True)
class Scale:
    """The y axis: from `low` at the bottom to `high` at the top, with `ticks`."""

    low: float
    high: float
    ticks: tuple[float, ...]
    is_log: bool = False

    def row(self, value: float, rows: int) -> int:
        """The row of a value, 0 at the top."""
        share = self._share(value)
        return max(0, min(rows - 1, round((1 - share) * (rows - 1))))

    def _share(self, value: float) -> float:
        if not self.is_log:
            return (value - self.low) / (self.high - self.low)
        if value <= 0:
            return 0.0
        return math.log(value / self.low) / math.log(self.high / self.low)

    def between(self, left: float, right: float, share: float) -> float:
        """The value on the line from one to another."""
        if not self.is_log or left <= 0 or right <= 0:
            return left + (right - left) * share
        return math.exp(math.log(left) + (math.log(right) - math.log(left)) * share)


def linear(highest: float, rows: int) -> Scale:
    """From 0 to a round number at or above `highest`, with at most a tick in every second row."""
    highest = highest if highest > 0 else 1.0
    most = max(1, (rows - 1) // 2)
    step = _round_up(highest / most)
    many = max(1, math.ceil(highest / step - 1e-9))
    return Scale(0.0, many * step, tuple(step * at for at in range(many + 1)))


def logarithmic(lowest: float, highest: float, rows: int) -> Scale:
    """From a round number below `lowest` (above 0) to one above `highest`."""
    low, high = _round_down(lowest), _round_up(highest)
    high = high if high > low else _round_up(low * 1.01)
    steps, step = [low], low
    while step < high * 0.999:
        step = _round_up(step * 1.01)
        steps.append(step)
    if len(steps) > max(2, (rows + 1) // 2):
        steps = [step for step in steps if step in (low, high) or _is_power(step)]
    return Scale(low, high, tuple(steps), True)


def _is_power(value: float) -> bool:
    power = math.log10(value)
    return abs(power - round(power)) < 1e-9


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _STEPS if step * power >= value * (1 - 1e-9))


def _round_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value) + 1e-12)
    return max(step * power for step in _STEPS[:-1] if step * power <= value * (1 + 1e-9))


def column(size: int, sizes: Sequence[int], width: int) -> int:
    """The column of a size; those in `sizes` are in order."""
    first, last = sizes[0], sizes[-1]
    room = max(1, width - 1 - 2 * _EDGE)
    if first == last:
        return width // 2
    return _EDGE + round(math.log(size / first) / math.log(last / first) * room)


Cell = tuple[str, int]
"""A character, and the index of the curve that it belongs to."""


def draw(
    curves: Sequence[Curve], sizes: Sequence[int], scale: Scale, width: int, rows: int
) -> list[list[Cell]]:
    """`rows` rows of `width` cells. Where curves cross, the points of the first are seen."""
    cells: list[list[Cell]] = [[(" ", NOTHING)] * width for _ in range(rows)]
    for index in reversed(range(len(curves))):
        _join(cells, curves[index], index, sizes, scale)
    taken: set[tuple[int, int]] = set()
    for index, curve in enumerate(curves):
        for size, value in curve.points:
            row, at = scale.row(value, rows), column(size, sizes, width)
            at = next((at + by for by in _BESIDE if (row, at + by) not in taken and at + by < width), at)
            taken.add((row, at))
            cells[row][at] = (curve.letter, index)
    return cells


def _join(cells: list[list[Cell]], curve: Curve, index: int, sizes: Sequence[int], scale: Scale) -> None:
    rows, width = len(cells), len(cells[0]) if cells else 0
    for (size, value), (next_size, next_value) in zip(curve.points, curve.points[1:], strict=False):
        begin, end = column(size, sizes, width), column(next_size, sizes, width)
        for at in range(begin + 2, end - 1, 2):
            between = scale.between(value, next_value, (at - begin) / (end - begin))
            cells[scale.row(between, rows)][at] = (curve.dot, index)
