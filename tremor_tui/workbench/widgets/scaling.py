"""Scaling: the curves of a benchmark over the number of flows, and its figures as tables; drawn by hand."""

from __future__ import annotations

from rich.style import Style
from textual import events

from tremor_tui.control.bench import BenchPoint, BenchRun, Schedule
from tremor_tui.workbench import figures
from tremor_tui.workbench.benched import (
    Benched,
    beside,
    called,
    conditions,
    is_quick,
    lasting,
    megabytes,
    of_plan,
    other_length,
    remarks,
    takes,
)
from tremor_tui.workbench.curves import NOTHING, column, draw
from tremor_tui.workbench.ink import Ink
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.painted import Line, Panel, clip, wrap

LABEL = 8
NAME = 10
ABOUT = (
    "Nothing was measured yet. This measures how fast events go through the runtime, from one flow to 64 of"
    " them side by side: as tasks of one loop (async), as threads, and over several processes (executors)."
    " The curves grow here while it runs."
)


def style_of(schedule: Schedule, ink: Ink) -> Style:
    """The colour of a schedule; its letter says the same."""
    return {"async": ink.accent, "threads": ink.warn, "executors": ink.good}[schedule]


class Scaling(Panel, can_focus=True):
    """Draws the curves; a click shows the figures of the size below it."""

    def __init__(self, store: Store, shown: Benched, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store, self.shown = store, shown
        self._cells = 0

    def heading(self) -> tuple[str, str]:
        """What the y axis is, and what was or will be measured."""
        shown = self.shown
        title = f"Bench  {shown.axis.title} of all flows"
        if shown.axis.falls:
            title = f"Bench  {shown.axis.title} (log)"
        run = shown.run
        if run is None:
            return "Bench", f"next: {of_plan(shown.plan)}"
        return title, of_plan(run.plan)

    def body(self, width: int, height: int) -> list[Line]:
        """What the letters mean and how far it is, the curves, the sizes."""
        shown = self.shown
        if not shown.sizes:
            return self._empty(width)
        sizes, rows = shown.sizes, max(3, height - 2)
        cells = self._cells = max(12, width - LABEL - 1)
        dots = (self.glyphs.dot, ":")
        curves = shown.curves(dots)
        scale = shown.scale(rows)
        ticks = {scale.row(tick, rows): shown.axis.write(tick) for tick in reversed(scale.ticks)}
        styles = [style_of(schedule, self.ink) for _, schedule, _ in curves]
        lines = [self._legend(width)]
        drawn = draw([curve for curve, _, _ in curves], sizes, scale, cells, rows)
        for row, row_cells in enumerate(drawn):
            line = self._axis(ticks.get(row, ""), row == rows - 1 and not scale.is_log)
            for char, index in row_cells:
                style = self.ink.faint if index == NOTHING else styles[index]
                if char in dots:
                    style = self.ink.dim if curves[index][2] else style
                elif index != NOTHING:
                    style = style + Style(bold=True)
                line.add(char, style)
            lines.append(line)
        return [*lines, self._sizes(sizes, cells)]

    def _axis(self, label: str, is_zero: bool) -> Line:
        label = "0" if is_zero else label
        sign = self.glyphs.thin[15 if is_zero else 7] if label else self.glyphs.thin[3]
        return Line().add(f"{label:>{LABEL - 1}} ", self.ink.dim).add(sign, self.ink.frame)

    def _legend(self, width: int) -> Line:
        """The letters in their colours, then how far it is."""
        shown, ink = self.shown, self.ink
        line, right = Line().to(LABEL + 1), self._progress(width)
        for schedule in shown.schedules:
            style = style_of(schedule, ink)
            line.add(schedule[0], style + Style(bold=True)).add(f" {schedule}  ", style)
        if shown.over is not None:
            letters = " ".join(schedule[0].upper() for schedule in shown.over.plan.schedules)
            words = f"{letters} {called(shown.over, shown.over_name)}"
            line.add(clip(words, max(0, width - right.cells - line.cells - 1), self.glyphs.more), ink.text)
        return line.fit(max(0, width - right.cells)).extend(right)

    def _progress(self, width: int) -> Line:
        shown, ink, step = self.shown, self.ink, self.shown.step
        line = Line()
        if step is None or not shown.is_running:
            return line
        share = step.done / step.of if step.of else 0.0
        line.add(figures.bar(share, 10, self.glyphs.full, self.glyphs.empty), ink.accent)
        line.add(f" run {min(step.done + 1, step.of)} of {step.of}", ink.strong)
        line.add(f"  {lasting(shown.left_s)} left ", ink.dim)
        if width >= 100:
            line.add(f" {named(step.now)} ", ink.dim)
        return line

    def _sizes(self, sizes: list[int], cells: int) -> Line:
        """The sizes below their points; that whose figures are shown in brackets."""
        line = Line().to(LABEL + 1)
        chosen = self.shown.chosen
        for size in sizes:
            text = f"[{size}]" if size == chosen else str(size)
            at = LABEL + 1 + column(size, sizes, cells) - len(text) // 2
            if at > line.cells or size == sizes[0]:
                line.to(min(at, LABEL + 1 + cells - len(text)))
                line.add(text, self.ink.picked if size == chosen else self.ink.dim)
        word = "flows"
        return line.add(f" {word}", self.ink.dim) if line.cells + 6 <= LABEL + 1 + cells else line

    def _empty(self, width: int) -> list[Line]:
        ink, shown = self.ink, self.shown
        lines = [Line(), *(Line().add(f"  {text}", ink.text) for text in wrap(ABOUT, width - 4)), Line()]
        if self.store.past.playing is not None:
            return [*lines, Line().add("  A recording is played: nothing can be measured here.", ink.warn)]
        if self.store.link in ("none", "lost"):
            words = "No engine is connected. 0 shows the start screen, where 9 begins one for this."
            return [*lines, *(Line().add(f"  {text}", ink.warn) for text in wrap(words, width - 4))]
        busy = beside(self.store.latest)
        if busy:
            words = f"{named(busy)} now: it would take time from what is measured. F6 stops it."
            lines += [*(Line().add(f"  {text}", ink.warn) for text in wrap(words, width - 4)), Line()]
        length, other = ("quick look", "full run") if is_quick(shown.plan) else ("full run", "quick look")
        for key, words in (
            ("enter", f"starts a {length}, about {takes(shown.plan)}"),
            ("f", f"makes it a {other}, about {takes(other_length(shown.plan))}"),
            ("v", "another script or other data"),
            ("o", "chooses schedules, sizes, rounds"),
            ("c", "shows a run that was kept"),
        ):
            if self.store.read_only and key != "c":
                continue
            lines.append(Line().add(f"  {key:>7}  ", ink.key).add(clip(words, width - 12), ink.dim))
        return lines

    def on_click(self, event: events.Click) -> None:
        """The figures of the size nearest to the click."""
        sizes, at = self.shown.sizes, event.x - self.inset - LABEL - 1
        if sizes and self._cells:
            self.shown.flows = min(sizes, key=lambda size: abs(column(size, sizes, self._cells) - at))
            self.store.touch()
            self.repaint()


class AtSize(Panel, can_focus=True):
    """The figures of one size, a line for each schedule; then the curve in words, and the conditions."""

    def __init__(self, store: Store, shown: Benched, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store, self.shown = store, shown

    def heading(self) -> tuple[str, str]:
        """The size."""
        shown = self.shown
        if not shown.sizes:
            return "Figures", ""
        run = shown.run or shown.over
        when = called(run, shown.over_name) if run else ""
        state = "running" if shown.is_running else when
        flows = "flow" if shown.chosen == 1 else "flows"
        return f"At {shown.chosen} {flows}", state

    def body(self, width: int, height: int) -> list[Line]:
        """The table first; of the rest what fits, remarks before conditions."""
        shown, ink = self.shown, self.ink
        run = shown.run or shown.over
        if run is None:
            return [Line().add(clip("The figures of one size, and the conditions.", width), ink.dim)]
        lines = [self._head(width)]
        lines += [self._row(run, schedule, width) for schedule in run.plan.schedules]
        return [*lines, *self._words(run, width)][:height]

    def _words(self, run: BenchRun, width: int) -> list[Line]:
        shown, ink, glyphs = self.shown, self.ink, self.glyphs
        step, found = shown.step, []
        if step is not None and step.error and run is step.run:
            found.append((f"{glyphs.warn} {step.error}" + (f" ({step.hint})" if step.hint else ""), ink.warn))
        found += [(f"{glyphs.warn} {text}", ink.warn) for text in remarks(run)]
        found += [(text, ink.text) for text in (shown.ratios(), shown.gain()) if text]
        found.append((conditions(run), ink.dim))
        room = 2 if self.is_boxed else 1
        return [
            Line().add(clip(part, width, glyphs.more), style)
            for text, style in found
            if text
            for part in wrap(named(text), width if room > 1 else len(text))
        ]

    def _columns(self, width: int) -> list[tuple[str, int]]:
        columns = [("MB/s", 6), ("range", 6), ("events/s", 9), ("MB/CPU-s", 9), ("p50", 6), ("p99", 6)]
        columns += [("CPU", 6), ("of best", 8)]
        if self.shown.run is not None and self.shown.over is not None:
            columns.append(("to saved", 9))
        while NAME + sum(cells + 1 for _, cells in columns) > width + 1 and len(columns) > 2:
            wanted = ("p50", "events/s", "CPU", "MB/CPU-s", "p99", "of best")
            gone = next((name for name in wanted if name in dict(columns)), columns[-1][0])
            columns = [one for one in columns if one[0] != gone]
        return columns

    def _head(self, width: int) -> Line:
        line = Line().add(f"{'':{NAME}}")
        for name, cells in self._columns(width):
            line.add(f"{name:>{cells}} ", self.ink.dim)
        return line

    def _row(self, run: BenchRun, schedule: Schedule, width: int) -> Line:
        shown, point = self.shown, run.point(schedule, self.shown.chosen)
        line = Line().add(f"{schedule:<{NAME}}", style_of(schedule, self.ink))
        if point is None or not point.done:
            words = "not in this run" if point is None else "not measured yet"
            return line.add(f"  {words}", self.ink.faint)
        for name, cells in self._columns(width):
            line.add(f"{self._cell(name, run, point):>{cells}} ", self._style(name, shown.axis.id))
        return line

    def _style(self, name: str, axis: str) -> Style:
        on_axis = {"wall": "MB/s", "events": "events/s", "cpu": "MB/CPU-s", "p99": "p99"}[axis]
        return self.ink.strong if name == on_axis else self.ink.text

    def _cell(self, name: str, run: BenchRun, point: BenchPoint) -> str:
        shown = self.shown
        match name:
            case "MB/s":
                return megabytes(point.wall.median)
            case "range":
                return f"±{point.wall.part * 100:.0f}%" if point.done > 1 else "-"
            case "events/s":
                return figures.rate(point.events.median)
            case "MB/CPU-s":
                return megabytes(point.cpu.median)
            case "p50":
                return figures.duration(point.latency.p50_ns)
            case "p99":
                return figures.duration(point.latency.p99_ns)
            case "CPU":
                return f"{point.load * 100:.0f}%"
            case "of best":
                best = shown.best(run, point.schedule)[1]
                return shown.part(shown.axis.value(point) / best) if best else "-"
        saved = shown.value(shown.over, point.schedule, point.flows)
        return f"x{shown.axis.value(point) / saved:.2f}" if saved else "-"


class AllSizes(Panel, can_focus=True):
    """The curves as a table: a column for each size, then each figure against the best of its schedule."""

    def __init__(self, store: Store, shown: Benched, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store, self.shown = store, shown

    def heading(self) -> tuple[str, str]:
        """What the figures are."""
        is_there = bool(self.shown.sizes)
        return (f"{self.shown.axis.title} by flows", "y another") if is_there else ("All sizes", "")

    def body(self, width: int, height: int) -> list[Line]:
        """Figures, then parts of the best."""
        shown, ink = self.shown, self.ink
        if not shown.sizes:
            return [Line().add(clip("The curves as a table.", width), ink.dim)]
        head = Line().add(f"{'flows':<{NAME}}", ink.dim)
        for size in self._fitting(width):
            head.add(f"{size:>6}", ink.picked if size == shown.chosen else ink.dim)
        lines = [head]
        for run in shown.runs:
            is_over = run is shown.over
            lines += [self._row(run, schedule, width, is_over) for schedule in run.plan.schedules]
        run = shown.runs[0]
        words = "of lowest" if shown.axis.falls else "of best"
        lines.append(Line().add(words, ink.dim))
        lines += [self._parts(run, schedule, width) for schedule in run.plan.schedules]
        return lines[:height]

    def _fitting(self, width: int) -> list[int]:
        """The sizes that have room; the largest ones are kept."""
        return self.shown.sizes[-max(1, (width - NAME) // 6) :]

    def _row(self, run: BenchRun, schedule: Schedule, width: int, is_over: bool) -> Line:
        shown = self.shown
        name = f"{schedule.upper()[0]} saved" if is_over else schedule
        line = Line().add(f"{name:<{NAME}}", style_of(schedule, self.ink))
        for size in self._fitting(width):
            value = shown.value(run, schedule, size)
            text = shown.axis.write(value) if value else "-"
            line.add(f"{text:>6}", self.ink.strong if size == shown.chosen else self.ink.text)
        return line

    def _parts(self, run: BenchRun, schedule: Schedule, width: int) -> Line:
        shown, best = self.shown, self.shown.best(run, schedule)[1]
        line = Line().add(f"{schedule:<{NAME}}", style_of(schedule, self.ink))
        for size in self._fitting(width):
            value = shown.value(run, schedule, size)
            text = shown.part(value / best) if value and best else "-"
            line.add(f"{text:>6}", self.ink.text)
        return line
