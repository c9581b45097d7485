"""Strips: the last ten minutes of a task as graphs of rate, busy share and queue, with what was changed."""

from __future__ import annotations

from tremor_tui.control.ring import SECOND
from tremor_tui.workbench import figures
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.graph import Symbols, plot
from tremor_tui.workbench.widgets.moments import SIGNS
from tremor_tui.workbench.widgets.painted import Line, Panel, clip

LABEL = 9
VALUE = 6


class Strips(Panel):
    """Draws the history of the store's selected task, up to the moment that is shown."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store

    def heading(self) -> tuple[str, str]:
        """What it covers."""
        return "History", "last 10 min   6 scrubs through it"

    def body(self, width: int, height: int) -> list[Line]:
        """A line each for events, busy share and queue; then the latest change."""
        task, past, ink = self.store.task_of(self.store.task), self.store.past, self.ink
        last = self.store.frozen.at_ns // SECOND if self.store.frozen else past.ring.last_s
        if task is None or not last:
            return []
        first, cells = last - past.ring.points + 1, max(4, width - LABEL - VALUE)
        rate = "out" if task.kind == "source" else "in"
        symbols: Symbols = "ascii" if self.glyphs.level == "-" else "block"
        rows = (
            (
                "events/s",
                rate,
                ink.accent,
                figures.rate(task.out_s if task.kind == "source" else task.in_s),
                0.0,
            ),
            ("busy", "busy", ink.good, figures.percent(task.split.busy), 100.0),
            ("queue", "fill", ink.warn, figures.percent(task.queue.fill * 100) if task.queue else "", 1.0),
        )
        lines = []
        for title, column, style, value, top in rows:
            values = past.ring.column("task", task.id, column, first, last)
            most = top or max((v for v in values if v == v), default=0.0)
            line = (
                Line().add(f"{title:<{LABEL}}", ink.dim).add(plot(values, cells, 1, symbols, most)[0], style)
            )
            lines.append(line.add(f"{value:>{VALUE}}", ink.text))
        return [*lines, self._change(first, last, cells, width)]

    def _change(self, first: int, last: int, cells: int, width: int) -> Line:
        """Where the latest change is below the graphs, and its words beside it."""
        marks = [
            m
            for m in self.store.past.ring.marks
            if first <= m.at_ns // SECOND <= last and m.kind != "warning"
        ]
        if not marks:
            return Line()
        mark = marks[-1]
        column = min(cells - 1, (mark.at_ns // SECOND - first) * cells // (last - first + 1))
        words = f"{SIGNS.get(mark.kind, '?')} {figures.clock(mark.at_ns)} {named(mark.text)}"
        start = LABEL + column
        if start + len(words) > width:
            start = max(LABEL, width - min(len(words), width - LABEL))
        tick = Line().to(LABEL + column).add(self.glyphs.upright, self.ink.key)
        if start <= LABEL + column:
            return Line().to(start).add(clip(words, width - start, self.glyphs.more), self.ink.dim)
        return tick.to(start + 2).add(clip(words, width - start - 2, self.glyphs.more), self.ink.dim)
