"""RunTimes: how long a task's polls take, as a histogram with a logarithmic scale of times."""

from __future__ import annotations

import math

from tremor_tui.control.ring import SECOND
from tremor_tui.control.snapshots import HISTOGRAM_STEPS, YIELD_REASONS, TaskSnapshot
from tremor_tui.workbench import figures
from tremor_tui.workbench.spread import SHARES, WINDOWS, longest, percentiles
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.painted import Line, Panel, clip

LABEL = 6
NAMES = ("p50", "p75", "p90", "p99", "p99.9", "max")
LEFT_OUT = (
    (66, ()),
    (62, ("p75",)),
    (52, ("p75", "p99.9")),
    (0, ("p75", "p90", "p99.9")),
)
"""Which figures are left out below which width."""


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
    """Draws the run times of the store's selected task; `window_s` 0: since it began."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store
        self.window_s = WINDOWS[-1]

    @property
    def limit_ns(self) -> float:
        """From when on a run is too long."""
        return self.store.picture.limits.stall_ms * 1e6 if self.store.picture else 1e8

    def heading(self) -> tuple[str, str]:
        """The task, the window, and how many polls were counted."""
        task = self.store.task_of(self.store.task)
        if task is None:
            return "Run times", ""
        window = f"last {self.window_s} s" if self.window_s else "total"
        polls = f"{figures.count(sum(self._counts(task)))} polls" if self.size.width >= 60 else ""
        scale = "  log scale" if self.size.width >= 70 else ""
        return f"Run times  {named(task.alias)}", f"{window}  {polls}{scale}".strip()

    def _counts(self, task: TaskSnapshot) -> tuple[int, ...]:
        now = self.store.picture.at_ns // SECOND if self.store.picture else 0
        return self.store.past.spreads.counts(task, self.window_s, now)

    def body(self, width: int, height: int) -> list[Line]:
        """The histogram with its scales, then the percentiles, the ready delay and the yields."""
        task = self.store.task_of(self.store.task)
        picture = self.store.picture
        if task is None:
            return [Line().add("No task is selected.", self.ink.dim)]
        if picture is not None and not picture.statistics:
            words = "Statistics are off: no run times, splits or yields. D turns them on."
            return [Line(), Line().add(clip(words, width, self.glyphs.more), self.ink.warn)]
        counts = self._counts(task)
        if not any(counts):
            words = "It was not run in this window. H shows another one."
            if self.store.frozen is not None and self.store.is_then:
                words = "Histograms are not kept; below are p99 and longest run of that moment."
            return [
                Line().add(clip(words, width, self.glyphs.more), self.ink.dim),
                *self._figures(task, counts, width),
            ]
        below = self._figures(task, counts, width)
        rows = max(1, height - len(below) - 1)
        lines = self._plot(counts, max(4, width - LABEL - 1), rows) if height >= 5 else []
        return [*lines, *below][:height]

    def _plot(self, counts: tuple[int, ...], width: int, rows: int) -> list[Line]:
        sums, first, last = columns(counts, width)
        highest = max(sums, default=0)
        steps, lines = self.glyphs.steps, []
        over = next((at for at in range(width) if _middle(at, width, first, last) > self.limit_ns), width)
        for row in range(rows):
            base = rows - 1 - row
            label = figures.count(highest) if row == 0 and highest else "0" if base == 0 else ""
            line = (
                Line().add(f"{label:>{LABEL - 1}} ", self.ink.dim).add(self.glyphs.thin[11], self.ink.frame)
            )
            cells = [_step(many, highest, base, rows, steps) for many in sums]
            line.add("".join(cells[:over]), self.ink.accent).add("".join(cells[over:]), self.ink.hot)
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

    def _figures(self, task: TaskSnapshot, counts: tuple[int, ...], width: int) -> list[Line]:
        ink = self.ink
        worst = min(longest(counts), task.longest_run_ns) if self.window_s else task.longest_run_ns
        shown = [*percentiles(counts, worst), worst]
        if not any(counts):
            shown = [0] * len(SHARES) + [task.longest_run_ns]
            shown[SHARES.index(0.99)] = task.run.p99
        left_out = next(names for least, names in LEFT_OUT if width >= least)
        line = Line().add("run ", ink.dim)
        for name, value in zip(NAMES, shown, strict=True):
            if name not in left_out:
                line.add(f"{name} ", ink.dim)
                line.add(f"{figures.duration(value):<6}", ink.hot if value > self.limit_ns else ink.text)
        ready = Line().add("ready ", ink.dim)
        for name, value in (("p50", task.ready_p50_ns), ("p99", task.ready_p99_ns)):
            ready.add(f"{name} ", ink.dim).add(f"{figures.duration(value):<6}", ink.text)
        ready.add("polls/s ", ink.dim).add(figures.rate(task.polls_s), ink.text)
        return [line, ready, *self._yields(task, width)]

    def _yields(self, task: TaskSnapshot, width: int) -> list[Line]:
        """How often the task gave the loop back, per second, by reason; in two lines where it is narrow."""
        lines = [Line().add("yields/s " if width >= 60 else "y/s ", self.ink.dim)]
        start = lines[0].cells
        for name, value in zip(YIELD_REASONS, task.yields_s, strict=True):
            if lines[-1].cells + len(name) + 6 > width:
                lines.append(Line().to(start))
            lines[-1].add(f"{name} ", self.ink.dim).add(f"{figures.rate(value):<5} ", self.ink.text)
        return lines


def _middle(column: int, width: int, first: float, last: float) -> float:
    """The time in ns that the middle of a column stands for."""
    return float(2 ** (first + (last - first) * (column + 0.5) / width))


def _step(many: int, highest: int, base: int, rows: int, steps: str) -> str:
    """How a column looks `base` rows above the ground; what there is shows at least the smallest step."""
    level = int(many / highest * rows * len(steps) - base * len(steps) + 0.5) if highest else 0
    level = 1 if many and base == 0 and level < 1 else level
    return steps[min(level, len(steps)) - 1] if level > 0 else " "
