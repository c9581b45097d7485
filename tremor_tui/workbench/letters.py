"""Mail: the letters that the Errors screen shows, fetched anew when their number changes; draws nothing."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from tremor_tui.control.commands import Request
from tremor_tui.control.letters import (
    MAX_PAGE,
    GetLetter,
    LetterCount,
    LetterFilter,
    LetterGroup,
    LetterLine,
    Letters,
    LetterShown,
    ListLetters,
    Rehearsal,
)
from tremor_tui.control.snapshots import Answer, EngineSnapshot, Pushed
from tremor_tui.workbench import figures
from tremor_tui.workbench.finding import json_fields, wanted
from tremor_tui.workbench.store import Store

PAUSE_S = 0.3
"""Between two lists that nobody asked for."""
Submit = Callable[[Request], Awaitable[Answer]]
Work = Callable[[Coroutine[Any, Any, object]], None]
Key = int | tuple[str, str, str]
"""What is selected: a letter's number, or a group's reason, task and node."""


def key_of(group: LetterGroup) -> tuple[str, str, str]:
    """What a group is known by."""
    return group.reason, group.task, group.node


@dataclass
class Mail:
    """`lines` are the newest `MAX_PAGE` that fit, `total` all of them. `tried`: what a dry run said of each.

    `selected` stays what it is while new letters come. `said` is the last thing that was done, in words.
    """

    store: Store
    ask: Submit
    work: Work
    wanted: str = ""
    only_open: bool = True
    is_grouped: bool = False
    is_held: bool = False
    lines: tuple[LetterLine, ...] = ()
    groups: tuple[LetterGroup, ...] = ()
    total: int = 0
    count: LetterCount = field(default_factory=LetterCount)
    note: str = ""
    said: str = ""
    shown: LetterShown | None = None
    marks: set[int] = field(default_factory=set)
    tried: dict[int, Rehearsal] = field(default_factory=dict)
    selected: Key = 0
    changed: Callable[[], None] = lambda: None
    _flow: str = ""
    _seen: LetterCount | None = None
    _is_asking: bool = False
    _is_stale: bool = True
    _asked_s: float = 0.0

    @property
    def flow(self) -> str:
        """The flow whose letters are shown."""
        return self.store.flow.alias if self.store.flow else ""

    def listen(self, pushed: Pushed, _now: float) -> None:
        """A picture came: its counts say whether there is anything new."""
        if not isinstance(pushed, EngineSnapshot):
            return
        found = next((flow.letters for flow in pushed.flows if flow.alias == self.flow), None)
        if found != self._seen or self.flow != self._flow:
            self._seen = found
            self._is_stale = True

    def refresh(self, at_once: bool = False) -> None:
        """Asks for the letters, where there may be others than those that are shown; not all the time."""
        now = time.monotonic()
        if at_once:
            self._is_stale, self._asked_s = True, 0.0
        if now - self._asked_s < PAUSE_S:
            return
        if self._is_stale and not self._is_asking and not self.is_held and self.store.link == "live":
            self._is_asking, self._is_stale, self._asked_s = True, False, now
            self.work(self._ask())

    async def _ask(self) -> None:
        try:
            flow = self.flow
            if flow != self._flow:
                self._flow, self.selected = flow, 0
                self.marks.clear()
                self.tried.clear()
            which = LetterFilter(flow=flow, text=self._sent(), open=self.only_open)
            answer = await self.ask(ListLetters(which, limit=MAX_PAGE))
            if isinstance(answer, Letters):
                self._take(answer)
            await self.open_selected()
        finally:
            self._is_asking = False
            self.store.touch()
            self.changed()

    def _take(self, answer: Letters) -> None:
        self.lines = tuple(one for one in answer.lines if self._finds(one))
        self.total = answer.total - len(answer.lines) + len(self.lines)
        self.note = answer.note
        self.groups = tuple(one for one in answer.groups if one.task and self._is_wanted(one))
        self.count = answer.count
        self.marks &= {line.id for line in self.lines}
        if self.index() < 0:
            self.selected = self._first()

    @property
    def shown_count(self) -> LetterCount:
        """The flow's letters as the tab tells them, not as they were when they were asked for last."""
        flow = self.store.flow
        return self.count if self.is_held or flow is None else flow.letters

    def _is_wanted(self, group: LetterGroup) -> bool:
        text = f"{group.reason} {group.task} {group.node}"
        fields = {"reason": group.reason, "node": group.node or group.task, "task": group.task}
        return (group.open > 0 or not self.only_open) and wanted(self.wanted).finds(text, fields)

    def _finds(self, one: LetterLine) -> bool:
        """Whether a letter is looked for, by the grammar of every `/`."""
        fields = {"reason": one.reason, "node": one.place, "task": one.task, "state": one.state}
        text = f"{one.id} {figures.clock(one.at_ns)} {one.place} {one.reason} {one.state} {one.event}"
        of_event = json_fields(one.event)
        return wanted(self.wanted).finds(text, lambda name: fields.get(name) or of_event(name))

    def _sent(self) -> str:
        """The text that the engine is to look for, where a page does not hold all letters."""
        if self.count.kept <= MAX_PAGE:
            return ""
        plain = [term.text for term in wanted(self.wanted).terms if not term.field and not term.is_not]
        return max(plain, key=len, default="")

    def _first(self) -> Key:
        if self.is_grouped:
            return key_of(self.groups[0]) if self.groups else 0
        return self.lines[0].id if self.lines else 0

    # -- the selection -------------------------------------------------------------------------------

    def keys(self) -> list[Key]:
        """What can be selected, as it is listed."""
        return [key_of(one) for one in self.groups] if self.is_grouped else [one.id for one in self.lines]

    def index(self) -> int:
        """The row of what is selected, -1 where that is not listed."""
        keys = self.keys()
        return keys.index(self.selected) if self.selected in keys else -1

    def move(self, by: int) -> None:
        """Selects another row."""
        keys = self.keys()
        if keys:
            self.pick(max(0, min(len(keys) - 1, max(0, self.index()) + by)))

    def pick(self, row: int) -> None:
        """Selects a row and fetches its letter."""
        self.selected = self.keys()[row]
        self.work(self.open_selected())
        self.changed()

    def turn(self) -> None:
        """Lists by reason, or one by one; the same letter or its group stays selected."""
        line = self.line()
        self.is_grouped = not self.is_grouped
        self.selected = self._first()
        if self.is_grouped and line is not None:
            group = line.reason, line.task, line.node
            self.selected = group if group in self.keys() else self.selected
        elif line is not None:
            self.selected = line.id
        self.work(self.open_selected())

    def line(self) -> LetterLine | None:
        """The letter that is selected: of a group its newest."""
        if isinstance(self.selected, int):
            return next((one for one in self.lines if one.id == self.selected), None)
        return next((one for one in self.lines if (one.reason, one.task, one.node) == self.selected), None)

    async def open_selected(self) -> None:
        """Fetches the letter that is selected, unless it is here as it is."""
        line, shown = self.line(), self.shown
        if line is None:
            self.shown = None
        elif shown is None or (shown.letter.id, shown.letter.state, shown.letter.tries) != (
            line.id,
            line.state,
            line.tries,
        ):
            answer = await self.ask(GetLetter(line.id))
            if isinstance(answer, LetterShown) and self.line() is line:
                self.shown = answer
        self.changed()

    def meant(self) -> tuple[tuple[int, ...], LetterFilter | None, str]:
        """What an action is about: those marked, the group, or the one selected; and that in words."""
        if self.marks:
            return tuple(sorted(self.marks)), None, f"{len(self.marks)} marked"
        if not isinstance(self.selected, int):
            reason, task, node = self.selected
            which = LetterFilter(flow=self.flow, node=node or task, reason=reason, open=True)
            group = next((one for one in self.groups if key_of(one) == self.selected), None)
            return (), which, f"{group.open if group else 0} '{reason}'"
        line = self.line()
        return ((line.id,), None, f"#{line.id}") if line else ((), None, "")
