"""TapLog: the last events that passed an edge, drawn by hand from the tap's ring; and of several edges."""

from __future__ import annotations

from textual import events

from tremor_tui.control.events import Sample
from tremor_tui.control.snapshots import FlowSnapshot
from tremor_tui.workbench import figures
from tremor_tui.workbench.messages import EventOpened
from tremor_tui.workbench.store import Store, Tap, named
from tremor_tui.workbench.terminal import clean
from tremor_tui.workbench.widgets.painted import Line, Panel, clip

SHOWN = 1000
"""Characters of an event that are looked at for its line; the rest is never on the screen."""
WIDEST_CELL = 24
"""Columns of a picked field, at most."""
Shown = tuple[Tap, Sample]


class TapLog(Panel, can_focus=True):
    """Draws the store's tap; `picked` is the selected event, None follows the newest."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store
        self.picked: Sample | None = None
        self._shown: list[Shown] = []

    def taps(self) -> list[Tap]:
        """The taps whose events are shown."""
        return [self.store.tap] if self.store.tap is not None else []

    def heading(self) -> tuple[str, str]:
        """The edge, and how much of what passes is seen."""
        tap = self.store.tap
        if tap is None:
            return "Tap", ""
        return f"Tap  {named(tap.title)}", how_much(tap)

    def body(self, width: int, height: int) -> list[Line]:
        """The newest events, the newest below."""
        taps = self.taps()
        if not taps:
            return [self._hint("No tap.", " Press t on a node or an edge to see its events.", width)]
        found = self._events()
        if not found:
            return [self._hint(waiting_words(taps, self.store.flow), "", width)]
        if self.picked is not None and not any(sample is self.picked for _, sample in found):
            self.picked = None
        head = self._columns_head(taps, width)
        height -= len(head)
        end = len(found)
        if self.picked is not None:
            end = max(height, min(len(found), self._index(found) + (height + 1) // 2))
        self._shown = found[max(0, end - height) : end]
        return [*head, *(self._event(tap, sample, width) for tap, sample in self._shown)]

    def _events(self) -> list[Shown]:
        """The shown events of the taps, oldest first."""
        taps = self.taps()
        found = [(tap, sample) for tap in taps for sample in tap.shown()]
        if len(taps) > 1:
            found.sort(key=lambda one: one[1].at_ns)
        return found

    def _hint(self, first: str, rest: str, width: int) -> Line:
        return Line().add(clip(first + rest, width), self.ink.dim)

    def _index(self, found: list[Shown]) -> int:
        return next(i for i, (_, sample) in enumerate(found) if sample is self.picked)

    def _columns_head(self, taps: list[Tap], width: int) -> list[Line]:
        """Names of the columns, where one tap's fields are picked."""
        if len(taps) != 1 or not taps[0].fields:
            return []
        cell = self._cell_width(taps[0], width)
        line = Line().add(" " * self._indent(width))
        for path in taps[0].fields:
            line.add(clip(named(path.text), cell, self.glyphs.more).ljust(cell) + " ", self.ink.title)
        return [line]

    def _indent(self, width: int) -> int:
        return (14 if width > 60 else 11) + (2 if len(self.taps()) > 1 else 0)

    def _cell_width(self, tap: Tap, width: int) -> int:
        return max(6, min(WIDEST_CELL, (width - self._indent(width)) // len(tap.fields) - 1))

    def _event(self, tap: Tap, sample: Sample, width: int) -> Line:
        picked = sample is self.picked
        line = Line().add(self.glyphs.mark if picked else " ", self.ink.picked)
        line.add(figures.clock(sample.at_ns, millis=True)[0 if width > 60 else 3 :], self.ink.dim)
        marked = any(sample is one for one in tap.marked)
        line.add(self.glyphs.good if marked else " ", self.ink.good)
        if len(self.taps()) > 1:
            line.add(f"{self.store.taps.index(tap) + 1} ", self.ink.key)
        style = self.ink.strong if picked else self.ink.text
        if tap.fields:
            cell = self._cell_width(tap, width)
            for text in tap.cells(sample):
                line.add(clip(text, cell, self.glyphs.more), style)
                line.add(" ").to(self._after(line, cell))
        else:
            text = clean(sample.value[:SHOWN])
            line.add(clip(text, width - line.cells, self.glyphs.more), style)
        return line.fit(width).over(self.ink.marked_back) if picked else line

    def _after(self, line: Line, cell: int) -> int:
        """The column at which the next field begins."""
        start = self._indent(self.size.width)
        return start + -(-(line.cells - start) // (cell + 1)) * (cell + 1)

    def move(self, by: int) -> None:
        """Selects an earlier or later event; later than the last follows the newest again."""
        found = self._events()
        if not found:
            return
        known = self.picked is not None and any(sample is self.picked for _, sample in found)
        at = self._index(found) + by if known else len(found) - 1 + min(0, by + 1)
        self.picked = found[max(0, at)][1] if at < len(found) else None
        self.repaint()

    def chosen(self) -> Sample | None:
        """The selected event, or the newest."""
        found = self.chosen_of()
        return found[1] if found else None

    def chosen_of(self) -> Shown | None:
        """The selected event, or the newest, with its tap."""
        found = self._events()
        known = next((one for one in found if one[1] is self.picked), None)
        return known or (found[-1] if found else None)

    def on_click(self, event: events.Click) -> None:
        """Selects an event; twice opens it."""
        row = event.y - 1 - len(self._columns_head(self.taps(), self.size.width)) if self.taps() else -1
        if 0 <= row < len(self._shown):
            self.picked = self._shown[row][1]
            self.repaint()
            if event.chain > 1:
                self.post_message(EventOpened())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel goes through the events."""
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel goes through the events."""
        self.move(-1)


def how_much(tap: Tap) -> str:
    """How much of what passes is seen, and why not all."""
    held = f"held, {tap.missed} passed   " if tap.is_held else ""
    wanted = f"text: {named(tap.wanted)}   " if tap.wanted else ""
    matched = ""
    if tap.matching:
        matched = f"matched {figures.count(tap.matched)} of {figures.count(tap.looked)}  "
    return f"{held}{wanted}{matched}sampled {figures.count(tap.sampled)} of {figures.count(tap.seen)}"


def waiting_words(taps: list[Tap], flow: FlowSnapshot | None = None) -> str:
    """Why there is no event on the screen."""
    if any(tap.wanted and tap.ring for tap in taps):
        return "No kept event has this text."
    looking = [tap for tap in taps if tap.matching and tap.looked]
    if looking:
        looked = figures.count(sum(tap.looked for tap in looking))
        return f"None of the {looked} events looked at matched."
    if flow is not None and flow.state in ("stopped", "failed"):
        return "The flow has ended: nothing passes any more."
    return "Waiting for an event."


class EventLog(TapLog):
    """The same for every open tap, or for the selected one alone; for the Events screen."""

    only = False

    def taps(self) -> list[Tap]:
        """All of them, or one."""
        if not self.only:
            return list(self.store.taps)
        return super().taps()

    def heading(self) -> tuple[str, str]:
        """How many edges, and how much of what passes is seen."""
        taps = self.taps()
        if len(taps) == 1:
            return f"Events  {named(taps[0].title)}", how_much(taps[0])
        sampled, seen = sum(tap.sampled for tap in taps), sum(tap.seen for tap in taps)
        words = f"sampled {figures.count(sampled)} of {figures.count(seen)}" if taps else ""
        return (f"Events  of {len(taps)} edges" if taps else "Events"), words

    def body(self, width: int, height: int) -> list[Line]:
        """The events, or how to see some."""
        if not self.taps():
            lines = ["No tap is open.", "", "a taps an edge of the flow; t does so on the Flow screen.",
                     "b holds a task before an event that you describe."]  # fmt: skip
            return [Line().add(clip(line, width), self.ink.dim) for line in lines]
        return super().body(width, height)
