"""ChangeLine: what F5 would change, how long the version that runs is watched still, and what came of it."""

from __future__ import annotations

from tremor_tui.control.snapshots import Compared, FlowSnapshot
from tremor_tui.workbench.store import Store, named, watched_s
from tremor_tui.workbench.widgets.painted import Line, Painted, clip

RECENT_NS = 60 * 10**9


class ChangeLine(Painted):
    """One line; `change` is the difference between the drafts and what runs."""

    def __init__(self, store: Store) -> None:
        super().__init__(id="change")
        self.store = store
        self.change: Compared | None = None

    def draw(self, width: int, height: int) -> list[Line]:
        """The countdown first, then what F5 does; else how the last apply ended."""
        line, flow, ink = Line().add(" "), self.store.flow, self.ink
        left = watched_s(flow, self.store.picture)
        if flow is not None and left:
            line.add(f"watching v{flow.version} {self.glyphs.more} {left} s  ", ink.accent)
        change = self.change
        if change is not None and change.refused:
            self._rest(line, width, "F5 cannot apply: " + change.text, "warn")
        elif change is not None and change.text:
            line.add("F5 ", ink.key)
            self._rest(line, width, change.text, "text")
        elif left:
            self._rest(line, width, "it goes back if more events fail; F5 accepts it now", "dim")
        elif flow is not None:
            self._outcome(line, flow, width)
        return [line]

    def _outcome(self, line: Line, flow: FlowSnapshot, width: int) -> None:
        went_back = bool(flow.last_apply and flow.last_apply.went_back_from)
        now_ns = self.store.picture.at_ns if self.store.picture else 0
        if went_back:
            self._rest(line, width, f"{flow.note}; F5 applies it again, watched no more", "warn")
        elif flow.last_apply and now_ns - flow.note_ns < RECENT_NS:
            self._rest(line, width, flow.note, "dim")

    def _rest(self, line: Line, width: int, text: str, style: str) -> None:
        styles = {"text": self.ink.text, "dim": self.ink.dim, "warn": self.ink.warn}
        line.add(clip(named(text), width - line.cells - 1, self.glyphs.more), styles[style])
