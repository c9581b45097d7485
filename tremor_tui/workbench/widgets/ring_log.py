"""TapLog: the last events that passed an edge, drawn by hand from the tap's ring."""

from __future__ import annotations

from textual import events

from tremor_tui.control.snapshots import Sample
from tremor_tui.workbench import figures
from tremor_tui.workbench.messages import EventOpened
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.terminal import clean
from tremor_tui.workbench.widgets.painted import Line, Panel, clip

SHOWN = 1000
"""Characters of an event that are looked at for its line; the rest is never on the screen."""


class TapLog(Panel, can_focus=True):
    """Draws the store's tap; `picked` is the selected event, None follows the newest."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store
        self.picked: Sample | None = None
        self._shown: list[Sample] = []

    def heading(self) -> tuple[str, str]:
        """The edge, and how much of what passes is seen."""
        tap = self.store.tap
        if tap is None:
            return "Tap", ""
        held = f"held, {tap.missed} passed   " if tap.is_held else ""
        wanted = f"filter: {named(tap.wanted)}   " if tap.wanted else ""
        return (
            f"Tap  {named(tap.title)}",
            f"{held}{wanted}sampled {figures.count(tap.sampled)} of {figures.count(tap.seen)}",
        )

    def body(self, width: int, height: int) -> list[Line]:
        """The newest events, the newest below."""
        tap = self.store.tap
        if tap is None:
            return [self._hint("No tap.", " Press t on a node or an edge to see its events.", width)]
        samples = tap.shown()
        if not samples:
            words = "No kept event has this text." if tap.wanted and tap.ring else "Waiting for an event."
            return [self._hint(words, "", width)]
        if self.picked is not None and not any(sample is self.picked for sample in samples):
            self.picked = None
        end = len(samples)
        if self.picked is not None:
            at = self._index(samples)
            end = max(height, min(len(samples), at + (height + 1) // 2))
        self._shown = samples[max(0, end - height) : end]
        return [self._event(sample, width) for sample in self._shown]

    def _hint(self, first: str, rest: str, width: int) -> Line:
        return Line().add(clip(first + rest, width), self.ink.dim)

    def _index(self, samples: list[Sample]) -> int:
        return next(i for i, sample in enumerate(samples) if sample is self.picked)

    def _event(self, sample: Sample, width: int) -> Line:
        picked = sample is self.picked
        line = Line().add(self.glyphs.mark if picked else " ", self.ink.picked)
        line.add(figures.clock(sample.at_ns, millis=True)[0 if width > 60 else 3 :] + " ", self.ink.dim)
        text = clean(sample.value[:SHOWN])
        line.add(
            clip(text, width - line.cells, self.glyphs.more), self.ink.strong if picked else self.ink.text
        )
        return line.fit(width).over(self.ink.marked_back) if picked else line

    def move(self, by: int) -> None:
        """Selects an earlier or later event; later than the last follows the newest again."""
        samples = self.store.tap.shown() if self.store.tap else []
        if not samples:
            return
        known = self.picked is not None and any(sample is self.picked for sample in samples)
        at = self._index(samples) + by if known else len(samples) - 1 + min(0, by + 1)
        self.picked = samples[max(0, at)] if at < len(samples) else None
        self.repaint()

    def chosen(self) -> Sample | None:
        """The selected event, or the newest."""
        samples = self.store.tap.shown() if self.store.tap else []
        return self.picked or (samples[-1] if samples else None)

    def on_click(self, event: events.Click) -> None:
        """Selects an event; twice opens it."""
        row = event.y - 1
        if 0 <= row < len(self._shown):
            self.picked = self._shown[row]
            self.repaint()
            if event.chain > 1:
                self.post_message(EventOpened())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel goes through the events."""
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel goes through the events."""
        self.move(-1)
