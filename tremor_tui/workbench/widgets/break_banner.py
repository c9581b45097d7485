"""BreakBanner: what a break holds, what waits behind it, and the keys that let it go on."""

from __future__ import annotations

from tremor_tui.control.events import BreakSnapshot
from tremor_tui.workbench import figures
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.terminal import clean
from tremor_tui.workbench.widgets.painted import Line, Painted, clip

SHOWN = 1000
"""Characters of an event that are looked at for its line."""


class BreakBanner(Painted):
    """Three lines: what is held, the event, the keys. Nothing where no break is set."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store

    def shown(self) -> BreakSnapshot | None:
        """The break to show: this workbench's, else another's that holds a task."""
        others = [one for one in self.store.breaks.values() if one.state == "held"]
        return self.store.own_break or (others[0] if others else None)

    def draw(self, width: int, height: int) -> list[Line]:
        """The lines."""
        one = self.shown()
        if one is None:
            return []
        lines = [self._what(one, width), *self._events(one, width), self._keys(one, width)]
        return [line.fit(width).over(self.ink.marked_back) for line in lines]

    def _what(self, one: BreakSnapshot, width: int) -> Line:
        condition = f": {named(one.condition)}" if one.condition else " the next event"
        if one.state == "held":
            line = Line().add(f" {self.glyphs.frozen} HELD ", self.ink.hot)
            words = f"  {figures.count(one.waiting)} wait  lets go in {one.left_ns / 1e9:.0f} s "
            text = f"before {named(one.node)}{condition}"
            line.add(clip(text, width - line.cells - len(words), self.glyphs.more), self.ink.strong)
            return line.right(words, width, self.ink.warn)
        line = Line().add(f" {self.glyphs.live} BREAK ", self.ink.accent)
        line.add(f"before {named(one.node)}{condition}", self.ink.text)
        failed = f", failed on {figures.count(one.failed)}: {clean(one.failure)}" if one.failed else ""
        return line.add(f"   {figures.count(one.passed)} passed{failed}", self.ink.dim)

    def _events(self, one: BreakSnapshot, width: int) -> list[Line]:
        if one.state != "held" or not one.events:
            return []
        more = f" (the first of {len(one.events)} of the batch that took long)" if len(one.events) > 1 else ""
        line = Line().add(f" {self.glyphs.arrow} ", self.ink.picked)
        line.add(
            clip(clean(one.events[0].value[:SHOWN]), width - 4 - len(more), self.glyphs.more), self.ink.text
        )
        return [line.add(more, self.ink.dim)]

    def _keys(self, one: BreakSnapshot, width: int) -> Line:
        if one.number not in self.store.own_breaks:
            return Line().add(clip(" Another client set it and lets it go.", width), self.ink.dim)
        line = Line().add(" ")
        keys = (("s", "one event"), ("g", "on to the next match"), ("v", "open it"), ("esc", "end the break"))
        for key, words in keys if one.state == "held" else keys[3:]:
            line.add(key, self.ink.key).add(f" {words}   ", self.ink.dim)
        if ":" in one.node:
            line.add("the whole pipeline waits, after the node ran", self.ink.dim)
        return line
