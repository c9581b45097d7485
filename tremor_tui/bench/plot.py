"""Plot: a run drawn with characters: throughput over the number of flows, which doubles to the right.

Each schedule has a mark of its own; dots join them. Nothing depends on colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log2, log10
from typing import Literal

from tremor_tui.control.bench import BenchPoint, BenchRun, Schedule

By = Literal["wall", "cpu"]
TITLES: dict[By, str] = {"wall": "MB/s", "cpu": "MB per cpu-s"}
HEIGHT = 14
LEAST_WIDTH = 40
MARGIN = 7
"""Columns of the figures at the left, the axis included."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters of a plot."""

    marks: dict[Schedule, str]
    dot: str
    across: str
    down: str
    corner: str
    tick: str


FINE = Signs({"async": "●", "threads": "▲", "executors": "■"}, "·", "─", "│", "└", "┤")
ASCII = Signs({"async": "o", "threads": "^", "executors": "#"}, ".", "-", "|", "+", "+")


def plot(run: BenchRun, width: int = 80, signs: Signs = FINE, by: By = "wall") -> list[str]:
    """The lines of a plot that is `width` columns wide; none where nothing was measured."""
    points = [point for point in run.points if point.done]
    if not points:
        return []
    sheet = _Sheet(points, max(LEAST_WIDTH, width) - MARGIN - 2, signs, by)
    for schedule in run.plan.schedules:
        sheet.draw([point for point in points if point.schedule == schedule])
    legend = "   ".join(f"{signs.marks[schedule]} {schedule}" for schedule in run.plan.schedules)
    return [f"{'':>{MARGIN}}{TITLES[by]} over n of n:n:1   {legend}", *sheet.lines()]


def top_of(largest: float) -> float:
    """A round figure not below: the top of the axis."""
    if largest <= 0:
        return 1.0
    unit = 10.0 ** floor(log10(largest))
    return min(unit * step for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if unit * step >= largest)


def value_of(point: BenchPoint, by: By) -> float:
    """The figure that is drawn."""
    return point.wall.median if by == "wall" else point.cpu.median


class _Sheet:
    def __init__(self, points: Sequence[BenchPoint], columns: int, signs: Signs, by: By) -> None:
        self._signs = signs
        self._by = by
        self._columns = columns
        self._flows = sorted({point.flows for point in points})
        self._top = top_of(max(value_of(point, by) for point in points))
        self._cells = [[" "] * columns for _ in range(HEIGHT)]

    def draw(self, points: Sequence[BenchPoint]) -> None:
        """Draws one schedule; marks lie over dots."""
        places = [(self._x(one.flows), self._y(value_of(one, self._by))) for one in points]
        for (x1, y1), (x2, y2) in pairwise(places):
            for x in range(x1 + 2, x2 - 1, 2):
                y = round(y1 + (y2 - y1) * (x - x1) / (x2 - x1))
                if self._cells[y][x] == " ":
                    self._cells[y][x] = self._signs.dot
        for point, (x, y) in zip(points, places, strict=True):
            self._mark(x, y, self._signs.marks[point.schedule])

    def lines(self) -> list[str]:
        """The sheet with its axes."""
        drawn = [self._label(y) + "".join(row).rstrip() for y, row in enumerate(self._cells)]
        signs = self._signs
        axis = f"{'0':>{MARGIN - 2}} {signs.corner}{signs.across * self._columns}"
        return [*drawn, axis, self._numbers()]

    def _mark(self, x: int, y: int, mark: str) -> None:
        """Beside another mark where one is there already."""
        taken = set(self._signs.marks.values())
        free = next((at for at in (x, x + 1, x - 1) if self._has(at) and self._cells[y][at] not in taken), x)
        self._cells[y][free] = mark

    def _has(self, x: int) -> bool:
        return 0 <= x < self._columns

    def _x(self, flows: int) -> int:
        low, high = log2(self._flows[0]), log2(self._flows[-1])
        share = (log2(flows) - low) / (high - low) if high > low else 0.5
        return 2 + round(share * (self._columns - 6))

    def _y(self, value: float) -> int:
        return min(HEIGHT - 1, max(0, HEIGHT - 1 - ceil(value / self._top * HEIGHT) + 1))

    def _label(self, y: int) -> str:
        parts = (HEIGHT - y) / HEIGHT
        if y % (HEIGHT // 2) == 0:
            return f"{self._top * parts:>{MARGIN - 2}.0f} {self._signs.tick}"
        return f"{'':>{MARGIN - 1}}{self._signs.down}"

    def _numbers(self) -> str:
        text = [" "] * (self._columns + MARGIN)
        end = 0
        for flows in self._flows:
            label = str(flows)
            start = MARGIN + self._x(flows) - len(label) // 2
            if start > end:
                text[start : start + len(label)] = label
                end = start + len(label)
        return "".join(text).rstrip()
