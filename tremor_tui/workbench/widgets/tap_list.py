"""TapList: the open taps and what each is asked for; TopBars: the frequent values of a field."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events

from tremor_tui.control.events import TopValue
from tremor_tui.workbench import figures
from tremor_tui.workbench.store import Store, Tap, named
from tremor_tui.workbench.terminal import clean
from tremor_tui.workbench.widgets.painted import Line, Panel, clip

BAR = 8
"""Cells that the bars of frequent values keep where values are long: paths tell more than bars."""


class TapList(Panel):
    """A line for each tap, and what is special about it in a second where there is room."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store
        self._rows: list[Tap] = []

    def heading(self) -> tuple[str, str]:
        """How many there are."""
        return f"Taps ({len(self.store.taps)})", ""

    def body(self, width: int, height: int) -> list[Line]:
        """The taps; the selected one is always in view."""
        taps = self.store.taps
        is_roomy = height >= 3 * len(taps)
        lines: list[Line] = []
        self._rows = []
        for number, tap in enumerate(taps, 1):
            own = [self._tap(number, tap, width), *(self._more(tap, width) if is_roomy else ())]
            lines += own
            self._rows += [tap] * len(own)
        at = next((index for index, tap in enumerate(self._rows) if tap is self.store.tap), 0)
        first = max(0, min(at - height // 2, len(lines) - height))
        self._rows = self._rows[first:]
        return lines[first:]

    def _tap(self, number: int, tap: Tap, width: int) -> Line:
        picked = tap is self.store.tap
        line = Line().add(self.glyphs.mark if picked else " ", self.ink.picked)
        line.add(f"{number} ", self.ink.key)
        room = width if self.is_boxed else width - 1  # a blank at the edge of the terminal
        words = f" {tap.per_second:g}/s"
        words += " held" if tap.is_held else ""
        words += f" {self.glyphs.warn}" if tap.note or tap.failed else ""
        style = self.ink.picked if picked else self.ink.text
        line.add(clip(named(tap.title), room - line.cells - len(words), self.glyphs.more), style)
        line.right(words, room, self.ink.dim)
        return line.fit(width).over(self.ink.marked_back) if picked else line

    def _more(self, tap: Tap, width: int) -> list[Line]:
        texts = []
        if tap.matching:
            share = f"{100 * tap.matched / tap.looked:.1f}% " if tap.looked else ""
            texts.append((f"   {share}{named(tap.matching)}", self.ink.accent))
        if tap.note:
            texts.append((f"   {tap.note}", self.ink.bad))
        elif tap.failed:
            words = f"   failed on {figures.count(tap.failed)}: {clean(tap.failure)}"
            texts.append((words, self.ink.warn))
        if tap.fields:
            texts.append(("   shows " + " ".join(named(path.text) for path in tap.fields), self.ink.dim))
        return [Line().add(clip(text, width, self.glyphs.more), style) for text, style in texts[:2]]

    def on_click(self, event: events.Click) -> None:
        """Selects a tap."""
        row = event.y - 1
        if 0 <= row < len(self._rows):
            self.store.tap = self._rows[row]
            self.store.touch()
            self.repaint()


class TopBars(Panel):
    """The most frequent values of the selected tap's field, as bars with counts, shares and bounds."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store

    def heading(self) -> tuple[str, str]:
        """The field, and of how many events."""
        tap = self.store.tap
        if tap is None or not tap.top:
            return "Top", ""
        counted = figures.count(tap.counts.counted) if tap.counts else "-"
        return f"Top  {named(tap.top)}", f"of {counted} {'matched' if tap.matching else 'looked at'}"

    def body(self, width: int, height: int) -> list[Line]:
        """One line for each value."""
        tap = self.store.tap
        if tap is None or not tap.top:
            return [Line().add(clip("n counts the values of a field.", width), self.ink.dim)]
        top = tap.counts
        if top is None or not top.values:
            missing = (
                f"{figures.count(top.missing)} events have no such field." if top and top.missing else ""
            )
            return [Line().add(clip(missing or "Waiting for an event.", width), self.ink.dim)]
        room = height - bool(top.missing)
        rows = [(clean(one.value.strip('"')), _figures(one, top.counted), one) for one in top.values[:room]]
        widest = max(len(words) for _, words, _ in rows)
        name = min(max(cell_len(text) for text, _, _ in rows), max(6, width - widest - BAR))
        lines = [
            self._value(text, words, one.count / max(1, top.values[0].count), name, widest, width)
            for text, words, one in rows
        ]
        if top.missing:
            words = f"{figures.count(top.missing)} without the field"
            lines.append(Line().add(clip(words, width), self.ink.dim))
        return lines

    def _value(self, text: str, words: str, share: float, name: int, widest: int, width: int) -> Line:
        bar = max(1, width - name - widest - 2)
        line = Line().add(clip(text, name, self.glyphs.more), self.ink.text)
        line.to(name + 1).add(self.glyphs.full * max(1, round(bar * share)), self.ink.accent)
        return line.right(words, width, self.ink.dim)


def _figures(one: TopValue, counted: int) -> str:
    """Count and share; `-3`: it may be too high by 3, as rarer values shared its place."""
    bound = f" -{figures.count(one.error)}" if one.error else ""
    return f"{figures.count(one.count)}{bound} {100 * one.count / max(1, counted):3.0f}%"
