"""The four lines that are always there: status, tabs, alert and footer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.style import Style
from textual import events

from tremor_tui.workbench import figures
from tremor_tui.workbench.actions import Action
from tremor_tui.workbench.actions.keys import LAST
from tremor_tui.workbench.bottleneck import find_limit
from tremor_tui.workbench.messages import ActionClicked, TabClicked
from tremor_tui.workbench.store import Store, named, watched_s
from tremor_tui.workbench.widgets.painted import Line, Painted, clip

SAID_S = 8.0


class StatusBar(Painted):
    """The flow, its state and rates, and the engine."""

    def __init__(self, store: Store) -> None:
        super().__init__(id="status")
        self.store = store

    def draw(self, width: int, height: int) -> list[Line]:
        """One line; what matters less is left out where there is no room."""
        store, flow, ink = self.store, self.store.flow, self.ink
        line = Line()
        if width >= 100:
            line.add(" tremor-tui ", ink.tab)
        file = flow.file if flow else store.drafted
        name = named(file.rsplit("/", 1)[-1] or (flow.alias if flow else "")) or "no flow"
        line.add(f" {name}", ink.strong).add(" *" if store.unsaved else "", ink.warn)
        right = self._right(width)
        if flow is not None and store.picture is not None:
            state = self.glyphs.states.get(flow.state, flow.state)
            line.add(f"  {state} ", ink.state(flow.state))
            if flow.since_ns and line.cells + 8 + right.cells <= width:
                line.add(figures.elapsed(store.picture.at_ns - flow.since_ns), ink.dim)
            unit = "/s" if width >= 100 else ""
            for title, value in (("in", flow.in_s), ("out", flow.out_s), ("err", flow.err_s)):
                if line.cells + len(title) + 8 + len(unit) + right.cells > width:
                    break
                style = ink.warn if title == "err" and value >= 0.005 else ink.text
                line.add(f"  {title} ", ink.dim).add(
                    f"{figures.rate(value)}{unit}".ljust(5 + len(unit)), style
                )
            lag = figures.duration(flow.lag_p50_ns)
            if line.cells + 11 + right.cells <= width:
                line.add("  lag ", ink.dim).add(f"{lag:<5}", ink.text)
        return [line.fit(max(0, width - right.cells)).extend(right)]

    def _right(self, width: int) -> Line:
        store, ink = self.store, self.ink
        line = Line()
        many = len(store.warnings)
        flow, left = store.flow, watched_s(store.flow, store.picture)
        if flow is not None and left:
            line.add(f" watching v{flow.version} {left} s ", ink.accent)
        if many:
            line.add(f" {self.glyphs.warn} {many} ", ink.hot)
        if store.link == "live":
            return line.add(f" {named(store.engine)} ", ink.dim) if width >= 100 else line
        if store.link == "lost":
            age = time.monotonic() - store.lost_at
            return line.add(f" {self.glyphs.bad} data is {age:.0f} s old ", ink.bad)
        return line.add(" no engine " if store.link == "none" else f" connecting{self.glyphs.more} ", ink.dim)


@dataclass(frozen=True, slots=True)
class Tab:
    """A screen in the bar: its view, its key, and its title as of now."""

    view: str
    key: str
    title: str


class TabBar(Painted):
    """The screens, and whether the view is live."""

    def __init__(self, store: Store, current: Callable[[], str], tabs: Callable[[], Sequence[Tab]]) -> None:
        super().__init__(id="tabs")
        self.store = store
        self._current = current
        self._tabs = tabs
        self._spans: list[tuple[int, int, str]] = []

    def draw(self, width: int, height: int) -> list[Line]:
        """The tabs; the current one stands out."""
        line = Line() if width >= 100 else Line().add(" ")
        self._spans = []
        for tab in self._tabs():
            words = f" {tab.key} {tab.title} " if width >= 100 else f"{tab.key}{tab.title}"
            self._spans.append((line.cells, line.cells + len(words), tab.view))
            line.add(words, self.ink.tab if tab.view == self._current() else self.ink.dim).add(" ")
        read_only = "read only  " if self.store.read_only else ""
        forms, style = self._moment()
        room = width - line.cells - len(read_only)
        words = next((form for form in forms if len(form) <= room), forms[-1])
        return [
            line.to(width - len(read_only) - len(words)).add(read_only, self.ink.accent).add(words, style)
        ]

    def _moment(self) -> tuple[list[str], Style]:
        """What time it is that is shown, the longest form of it first."""
        store, glyphs = self.store, self.glyphs
        if store.frozen:
            at, sign = figures.clock(store.frozen.at_ns), glyphs.frozen
            then = f"AS OF {at}" if store.is_then else "FROZEN"
            forms = [f"{sign} {then}, {store.missed} pictures behind ", f"{sign} {then} "]
            return [*forms, f"{sign} {at} "], self.ink.warn
        if store.past.playing is not None:
            at = figures.clock(store.past.playing.at_ns)
            return [f"{glyphs.arrow} {word} {at} " for word in ("RECORDING", "REC")], self.ink.accent
        return [f"{glyphs.live} LIVE " if store.link == "live" else ""], self.ink.good

    def places(self) -> list[tuple[int, str]]:
        """The column of each tab, and its view."""
        return [(start, view) for start, _, view in self._spans]

    def on_click(self, event: events.Click) -> None:
        """A tab was clicked."""
        for start, end, view in self._spans:
            if start <= event.x < end:
                self.post_message(TabClicked(view))


class AlertLine(Painted):
    """What just happened; else what needs a look; else what limits the flow."""

    def __init__(self, store: Store) -> None:
        super().__init__(id="alert")
        self.store = store

    def draw(self, width: int, height: int) -> list[Line]:
        """One sentence."""
        sign, text, style = self._sentence()
        right = Line()
        if self.store.warnings:
            right.add("w", self.ink.key).add(" all ", self.ink.dim)
        line = Line().add(f" {sign} " if sign else " ", style)
        line.add(clip(text, width - line.cells - right.cells - 1, self.glyphs.more), style)
        return [line.fit(max(0, width - right.cells)).extend(right)]

    def _sentence(self) -> tuple[str, str, Style]:
        store, ink, glyphs = self.store, self.ink, self.glyphs
        size = self.app.size
        last = store.said[-1] if store.said else None
        if last and time.monotonic() - last.said_at < SAID_S:
            style = {"info": ink.good, "warning": ink.warn, "error": ink.bad}[last.severity]
            sign = {"info": glyphs.good, "warning": glyphs.warn, "error": glyphs.bad}[last.severity]
            return sign, last.text, style
        if size.width < 60 or size.height < 16:
            return glyphs.warn, "small terminal: one pane at a time, tab shows the next", ink.warn
        if store.link == "lost":
            return glyphs.bad, f"{store.link_words}; trying again (0: other engines)", ink.bad
        active = [warned for warned in store.warnings if warned.active]
        if active:
            hint = f"  {active[0].hint}" if active[0].hint else ""
            return glyphs.warn, named(f"{active[0].text}{hint}"), ink.hot
        flow = store.flow
        if flow is not None and store.picture is not None:
            if flow.error:
                return glyphs.bad, named(flow.error), ink.bad
            limit = find_limit(flow, store.picture.tasks)
            sign = glyphs.bottleneck if limit.text else ""
            return sign, named(limit.text), ink.warn if limit.kind in ("task", "outside") else ink.dim
        return "", "", ink.dim


class Footer(Painted):
    """The keys that matter here, eight at most."""

    def __init__(self, choose: Callable[[], list[Action]], in_text: Callable[[], bool]) -> None:
        super().__init__(id="foot")
        self._in_text = in_text
        self._choose = choose
        self._spans: list[tuple[int, int, str]] = []

    def draw(self, width: int, height: int) -> list[Line]:
        """Key and word of each action."""
        line = Line().add(" ")
        self._spans = []
        for action, key, word in self._fitting(width - 2):
            start = line.cells
            line.add(key, self.ink.key).add(f" {word}", self.ink.dim)
            self._spans.append((start, line.cells, action.id))
            line.add("  ")
        return [line]

    def _fitting(self, width: int) -> list[tuple[Action, str, str]]:
        """Actions with key and word; where there is little room, how to get help and how to leave stay."""
        entries = [(action, self._key(action), action.short or action.words) for action in self._choose()]
        while sum(len(key) + len(word) + 3 for _, key, word in entries) > width + 2 and entries:
            others = [entry for entry in entries if entry[0].id not in LAST]
            entries.remove(others[-1] if others else entries[-1])
        return entries

    def _key(self, action: Action) -> str:
        return "F1" if action.id == "help" and self._in_text() else action.key

    def on_click(self, event: events.Click) -> None:
        """An action was clicked."""
        for start, end, action in self._spans:
            if start <= event.x < end:
                self.post_message(ActionClicked(action))
