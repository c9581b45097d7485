"""RunTimes: how long a task's polls take, as a histogram with a logarithmic scale of times."""

from __future__ import annotations

import math

from tremor_tui.control.snapshots import HISTOGRAM_STEPS, TaskSnapshot
from tremor_tui.workbench import figures
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.painted import Line, Panel

LABEL = 6
STALL_NS = 20_000_000


def columns(counts: tuple[int, ...], width: int) -> tuple[list[int], float, float]:
    """The counts in `width` columns, and the powers of two (ns) at which the scale begins and ends.

    A column holds whole or parts of buckets; the scale covers what is not empty, at least a factor of 64.
    """
    filled = [index for index, many in enumerate(counts) if many]
    if not filled or width <= 0:
        return [0] * max(0, width), 10.0, 24.0
    first, last = filled[0] - 1, filled[-1] + 2
    while last - first < 6 * HISTOGRAM_STEPS:
        first, last = max(0, first - 1), last + 1
    sums = [0] * width
    for column in range(width):
        low = first + (last - first) * column / width
        high = first + (last - first) * (column + 1) / width
        inside = range(max(0, math.floor(low)), min(len(counts), max(math.floor(low) + 1, math.ceil(high))))
        sums[column] = max((counts[index] for index in inside), default=0)
    return sums, first / HISTOGRAM_STEPS, last / HISTOGRAM_STEPS


class RunTimes(Panel):
    """Draws the run times of the store's selected task."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store

    def heading(self) -> tuple[str, str]:
        """The task, and how many polls were counted."""
        task = self.store.task_of(self.store.task)
        if task is None:
            return "Run times", ""
        return f"Run times  {named(task.alias)}", f"{figures.count(task.polls)} polls" + (
            "  log scale" if self.size.width >= 60 else ""
        )

    def body(self, width: int, height: int) -> list[Line]:
        """The histogram with its scales, then the percentiles."""
        task = self.store.task_of(self.store.task)
        if task is None:
            return [Line().add("No task is selected.", self.ink.dim)]
        rows = max(1, height - 4)
        lines = self._plot(task, max(4, width - LABEL - 1), rows) if height >= 5 else []
        return [*lines, *self._figures(task, width)][:height]

    def _plot(self, task: TaskSnapshot, width: int, rows: int) -> list[Line]:
        sums, first, last = columns(task.run.counts, width)
        highest = max(sums, default=0)
        steps, lines = self.glyphs.steps, []
        for row in range(rows):
            base = rows - 1 - row
            label = figures.count(highest) if row == 0 and highest else "0" if base == 0 else ""
            line = (
                Line().add(f"{label:>{LABEL - 1}} ", self.ink.dim).add(self.glyphs.thin[11], self.ink.frame)
            )
            for column, many in enumerate(sums):
                full = many / highest * rows * len(steps) if highest else 0.0
                level = int(full - base * len(steps) + 0.5)
                level = 1 if many and base == 0 and level < 1 else level
                at_ns = 2 ** (first + (last - first) * (column + 0.5) / width)
                style = self.ink.hot if at_ns > STALL_NS else self.ink.accent
                line.add(steps[min(level, len(steps)) - 1] if level > 0 else " ", style)
            lines.append(line)
        return [*lines, self._scale(width, first, last)]

    def _scale(self, width: int, first: float, last: float) -> Line:
        line = Line().to(LABEL).add(self.glyphs.thin[9], self.ink.frame)
        for power in range(12):
            at = (power * math.log2(10) - first) / (last - first) * width
            label = figures.duration(10**power)
            if 0 <= at < width - len(label):
                line.to(LABEL + 1 + int(at), self.ink.frame, self.glyphs.level).add(label, self.ink.dim)
        return line.to(LABEL + 1 + width, self.ink.frame, self.glyphs.level)

    def _figures(self, task: TaskSnapshot, width: int) -> list[Line]:
        run, ink = task.run, self.ink
        shown = (run.p50, run.p90, run.p99, run.p999, task.longest_run_ns)
        names = ("p50", "p90", "p99", "p99.9", "max")
        left_out = () if width >= 62 else ("p99.9",) if width >= 48 else ("p90", "p99.9")
        pairs = [pair for pair in zip(names, shown, strict=True) if pair[0] not in left_out]
        line = Line().add("run   ", ink.dim)
        for name, value in pairs:
            line.add(f"{name} ", ink.dim)
            line.add(f"{figures.duration(value):<6}", ink.hot if value > STALL_NS else ink.text)
        ready = Line().add("ready ", ink.dim)
        for name, value in (("p50", task.ready_p50_ns), ("p99", task.ready_p99_ns)):
            ready.add(f"{name} ", ink.dim).add(f"{figures.duration(value):<6}", ink.text)
        ready.add("polls/s ", ink.dim).add(figures.rate(task.polls_s), ink.text)
        return [line, ready]
