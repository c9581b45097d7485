"""Moments: graphs over the last minutes with a cursor, what was then, and what was changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.style import Style
from textual import events

from tremor_tui.control.history import Mark
from tremor_tui.control.ring import COLUMNS, SECOND
from tremor_tui.workbench import figures
from tremor_tui.workbench.past import Past, Subject
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.graph import Symbols, plot
from tremor_tui.workbench.widgets.painted import Line, Panel, clip, wrap

LABEL = 10
VALUE = 7
SIGNS = {
    "deploy": "D", "apply": "A", "back": "B", "pause": "P", "resume": "R", "stop": "S", "fail": "F",
    "executor": "X", "warning": "!", "record": "r", "settings": "s",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A graph: what it is called, which column it shows, how a value is written; `top` 0: the largest."""

    title: str
    column: str
    write: Callable[[float], str]
    top: float = 0.0
    scale: float = 1.0


def _share(value: float) -> str:
    return f"{value:.0f} %" if value >= 0.5 else "-"


FLOW_ROWS = (
    Row("in/s", "in", figures.rate),
    Row("out/s", "out", figures.rate),
    Row("err/s", "err", figures.rate),
    Row("lag p50", "lag50", figures.duration),
    Row("lag p99", "lag99", figures.duration),
)
TASK_ROWS = (
    Row("busy", "busy", _share, 100),
    Row("ready", "ready", _share, 100),
    Row("blocked", "blocked", _share, 100),
    Row("idle", "idle", _share, 100),
    Row("queue", "fill", _share, 100, 100),
    Row("run p99", "run99", figures.duration),
)
MORE = (
    Row("polls/s", "polls", figures.rate),
    Row("longest", "longest", figures.duration),
    Row("wait p99", "ready99", figures.duration),
    Row("task in", "in", figures.rate),
)
EDGE_ROWS = (Row("events/s", "rate", figures.rate), Row("queue", "fill", _share, 100, 100))


def rows_of(subject: Subject | None) -> tuple[Row, ...]:
    """The graphs of a task or an edge."""
    return () if subject is None else EDGE_ROWS if subject[0] == "edge" else TASK_ROWS


def series(past: Past, subject: Subject, row: Row, first: int, last: int) -> list[float]:
    """The values of a graph, a second each."""
    kind, name = subject
    if row.column == "idle":
        parts = [past.ring.column(kind, name, part, first, last) for part in ("busy", "ready", "blocked")]
        return [
            max(0.0, 100.0 - sum(values)) if values[0] == values[0] else values[0]
            for values in zip(*parts, strict=True)
        ]
    values = past.ring.column(kind, name, row.column, first, last)
    return values if row.scale == 1.0 else [value * row.scale for value in values]


def subject_title(subject: Subject | None) -> str:
    """What a task or an edge is called: `classify`, `parse to classify`."""
    if subject is None:
        return ""
    if subject[0] == "task":
        return named(subject[1].rsplit("/", 1)[-1])
    source, _, target = subject[1].partition(":")[2].partition(">")
    port = source.rpartition("/")[2]
    names = [named(end.rpartition("/")[0].rsplit("/", 1)[-1]) for end in (source, target)]
    return f"{names[0]}{'' if port == 'out' else '/' + named(port)} to {names[1]}"


class Graphs(Panel, can_focus=True):
    """Draws the graphs of the flow and of the subject, with marks and the time below."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store
        self.symbols: Symbols = "block"
        self._cells = 0

    @property
    def past(self) -> Past:
        """What it draws."""
        return self.store.past

    def heading(self) -> tuple[str, str]:
        """What is covered, and where a recording stands."""
        past, glyphs = self.past, self.glyphs
        words = f"last {past.span // 60} min" if past.span >= 60 else f"last {past.span} s"
        if past.end:
            words = f"{past.span} s up to {figures.clock(past.end * SECOND)}"
        right = f"{words}  cursor {figures.clock(past.cursor * SECOND)}" if past.cursor else words
        playing = past.playing
        if playing is None:
            return "History", right
        begin, end = figures.clock(playing.begin_ns), figures.clock(playing.end_ns)
        state = "paused" if playing.paused else f"{glyphs.arrow} x{playing.speed:g}"
        return f"Recording  {begin} to {end}", f"{state} at {figures.clock(playing.at_ns)}  {right}"

    def body(self, width: int, height: int) -> list[Line]:
        """The graphs; what the screen is for, before there is anything."""
        past = self.past
        if not len(past.ring):
            return self._empty(width)
        first, last = past.window
        rows: list[tuple[Subject, Row]] = [(("flow", self._flow()), row) for row in FLOW_ROWS]
        subject = past.subject
        extra = [(subject, row) for row in rows_of(subject) if subject is not None]
        cells = self._cells = max(4, width - LABEL - VALUE - 1)
        heads = 1 if extra else 0
        room = height - 2 - heads
        many = max(1, min(3, room // max(1, len(rows) + len(extra))))
        lines = []
        for shown, row in rows:
            lines += self._graph(shown, row, first, last, cells, many)
        if extra:
            lines.append(
                Line()
                .add(clip(f"{subject_title(subject)} ", width), self.ink.strong)
                .to(width, self.ink.frame, self.glyphs.level)
            )
        for shown, row in extra:
            lines += self._graph(shown, row, first, last, cells, many)
        return [*lines[: height - 2], self._marks(first, cells), self._times(first, last, cells)]

    def _empty(self, width: int) -> list[Line]:
        words = (
            "Nothing has run yet. The last ten minutes of every figure are kept here, with what was changed.",
            "0 opens a file or attaches to an engine.",
        )
        return [
            Line(),
            *(Line().add(clip(f"  {text}", width, self.glyphs.more), self.ink.dim) for text in words),
        ]

    def _flow(self) -> str:
        flow = self.store.flow
        known = self.past.ring.tracks("flow")
        return flow.alias if flow and flow.alias in known else known[0] if known else ""

    def _graph(self, subject: Subject, row: Row, first: int, last: int, cells: int, rows: int) -> list[Line]:
        values = series(self.past, subject, row, first, last)
        top = row.top or max((value for value in values if value == value), default=0.0)
        now = self.past.now
        value = values[now - first] if first <= now <= last else float("nan")
        at = self._column(now, first, cells)
        style = self._style(row)
        symbols: Symbols = "ascii" if self.glyphs.level == "-" else self.symbols
        lines = []
        for index, text in enumerate(plot(values, cells, rows, symbols, top)):
            line = Line().add(self._label(row, index, rows, top), self.ink.dim)
            line.add(text[:at], style).add(text[at : at + 1], style + self._cursor).add(text[at + 1 :], style)
            if index == rows - 1:
                written = row.write(value) if value == value else ""
                line.add(f"{written:>{VALUE}}", self.ink.text)
            lines.append(line)
        return lines

    def _label(self, row: Row, index: int, rows: int, top: float) -> str:
        if index == rows - 1:
            return f"{row.title:<{LABEL}}"
        return (
            f"{'max ' + row.write(top):>{LABEL - 1}} " if index == 0 and not row.top and top else " " * LABEL
        )

    @property
    def _cursor(self) -> Style:
        return Style(reverse=True) if self.past.cursor else Style.null()

    def _style(self, row: Row) -> Style:
        ink = self.ink
        match row.column:
            case "err" | "blocked":
                return ink.warn
            case "busy" | "out":
                return ink.good
            case "fill" | "run99" | "lag99":
                return ink.hot
        return ink.accent

    def _column(self, second: int, first: int, cells: int) -> int:
        """The column of a second, as `graph.fold` has it."""
        at = (second - first) * cells // self.past.span
        return max(0, min(cells - 1, at))

    def _marks(self, first: int, cells: int) -> Line:
        signs = [" "] * cells
        last = first + self.past.span - 1
        for mark in self.past.ring.marks:
            second = mark.at_ns // SECOND
            if first <= second <= last:
                column = self._column(second, first, cells)
                if signs[column] in " !":
                    signs[column] = SIGNS.get(mark.kind, "?")
        line = Line().add(f"{'changed':<{LABEL}}", self.ink.dim)
        for sign in signs:
            line.add(sign, self.ink.hot if sign == "!" else self.ink.key)
        return line

    def _times(self, first: int, last: int, cells: int) -> Line:
        line = Line().to(LABEL)
        at = self._column(self.past.now, first, cells)
        labels = [(0, figures.clock(first * SECOND)), (cells - 8, figures.clock(last * SECOND))]
        if self.past.cursor:
            labels.insert(1, (max(0, min(cells - 8, at - 4)), figures.clock(self.past.cursor * SECOND)))
        end = 0
        for index, (column, text) in enumerate(labels):
            is_cursor = bool(self.past.cursor) and index == 1
            if column >= end and (is_cursor or not self.past.cursor or abs(column - at + 4) > 9):
                line.to(LABEL + column).add(text, self.ink.picked if is_cursor else self.ink.dim)
                end = column + 9
        return line

    @property
    def step(self) -> int:
        """The seconds of a column, at least one."""
        return max(1, self.past.span // self._cells) if self._cells else 1

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there."""
        column = event.x - self.inset - LABEL
        if 0 <= column < self._cells and len(self.past.ring):
            first, _ = self.past.window
            self.past.go(first + column * self.past.span // self._cells)
            self.store.touch()
            self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        self.past.move(self.step)
        self.repaint()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        self.past.move(-self.step)
        self.repaint()


class Moment(Panel):
    """Draws the figures at the cursor, and the marks near it."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store

    def heading(self) -> tuple[str, str]:
        """The moment."""
        past = self.store.past
        if not len(past.ring):
            return "Then", ""
        right = "" if past.cursor else "live" if past.playing is None else "where it plays"
        return f"At {figures.clock(past.now * SECOND)}", right

    def body(self, width: int, height: int) -> list[Line]:
        """Figures first, then marks, the nearest first."""
        past = self.store.past
        if not len(past.ring):
            return [Line().add(clip("The figures at the cursor.", width), self.ink.dim)]
        pairs = self._more(past) if height < 6 else self._pairs(past)
        across = max(1, width // 17)
        lines = [self._figures(pairs[at : at + across]) for at in range(0, len(pairs), across)]
        if past.playing is not None:
            lines.insert(0, self._player_keys(width))
        room = height - len(lines) - 1
        if room < 2:
            lines, room = lines[: max(1, height - 3)], min(2, height - 2)
        marks = past.near(past.span)[: max(0, room)]
        if not marks:
            return [*lines, Line().add(clip("Nothing was changed in this span.", width), self.ink.dim)]
        return [
            *lines,
            Line().add("Changed near it", self.ink.picked),
            *(line for mark in marks for line in self._mark(mark, width, room > 8)),
        ]

    def _player_keys(self, width: int) -> Line:
        """The keys that play a recording."""
        line = Line()
        for key, words in (("p", "play"), (". ,", "step"), ("< >", "speed"), ("J", "time")):
            if line.cells + len(key) + len(words) + 3 <= width:
                line.add(key, self.ink.key).add(f" {words}  ", self.ink.dim)
        return line

    def _pairs(self, past: Past) -> list[tuple[str, str]]:
        flow = self.store.flow
        names = past.ring.tracks("flow")
        alias = flow.alias if flow and flow.alias in names else names[0] if names else ""
        found = [self._pair(past, ("flow", alias), row) for row in FLOW_ROWS]
        if past.subject is not None:
            found += [self._pair(past, past.subject, row) for row in rows_of(past.subject)]
        return [*found, *self._more(past)]

    def _more(self, past: Past) -> list[tuple[str, str]]:
        """What no graph shows."""
        if past.subject is None or past.subject[0] != "task":
            return []
        return [self._pair(past, past.subject, row) for row in MORE]

    def _pair(self, past: Past, subject: Subject, row: Row) -> tuple[str, str]:
        if row.column != "idle" and row.column not in COLUMNS[subject[0]]:
            return row.title, ""
        value = series(past, subject, row, past.now, past.now)[0]
        return row.title, row.write(value) if value == value else ""

    def _figures(self, pairs: list[tuple[str, str]]) -> Line:
        line = Line()
        for name, value in pairs:
            line.add(f"{name:<8}", self.ink.dim).add(f"{value:>6}   ", self.ink.text)
        return line

    def _mark(self, mark: Mark, width: int, roomy: bool) -> list[Line]:
        """A mark; in whole sentences where there is room."""
        past = self.store.past
        here = mark.at_ns // SECOND == past.now
        style = self.ink.hot if mark.kind in ("warning", "fail") else self.ink.text
        line = Line().add(self.glyphs.mark if here else " ", self.ink.picked)
        line.add(figures.clock(mark.at_ns), self.ink.picked if here else self.ink.dim)
        line.add(f" {SIGNS.get(mark.kind, '?')} ", self.ink.key)
        lasted = f" ({figures.duration(mark.until_ns - mark.at_ns)})" if mark.until_ns else ""
        start, text = line.cells, named(mark.text) + lasted
        if not roomy:
            return [line.add(clip(text, width - start, self.glyphs.more), style)]
        first, *more = wrap(text, width - start)
        return [line.add(first, style), *(Line().to(start).add(part, style) for part in more)]
