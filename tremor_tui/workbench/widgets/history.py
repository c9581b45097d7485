"""Strips: the last minute of a task as sparklines of rate, busy share and queue."""

from __future__ import annotations

from tremor_tui.workbench import figures
from tremor_tui.workbench.store import KEPT, History, Store
from tremor_tui.workbench.widgets.painted import Line, Panel


class Strips(Panel):
    """Draws the history of the store's selected task."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store

    def heading(self) -> tuple[str, str]:
        """What it covers."""
        return "History", "last minute"

    def body(self, width: int, height: int) -> list[Line]:
        """A line each for events, busy share and queue."""
        history = self.store.histories.get(self.store.task, History())
        cells = min(KEPT, width - 16)
        ink, steps = self.ink, self.glyphs.steps
        rate = history.rate[-1] if history.rate else 0.0
        busy = history.busy[-1] if history.busy else 0.0
        fill = history.fill[-1] * 100 if history.fill else 0.0
        return [
            Line()
            .add("events/s ", ink.dim)
            .add(figures.spark(tuple(history.rate), cells, steps), ink.accent)
            .add(f" {figures.rate(rate):>5}", ink.text),
            Line()
            .add("busy     ", ink.dim)
            .add(figures.spark(tuple(history.busy), cells, steps, 100.0), ink.good)
            .add(f" {figures.percent(busy):>5}", ink.by_share(busy)),
            Line()
            .add("queue    ", ink.dim)
            .add(figures.spark(tuple(history.fill), cells, steps, 1.0), ink.warn)
            .add(f" {figures.percent(fill):>5}", ink.by_share(fill)),
        ]
