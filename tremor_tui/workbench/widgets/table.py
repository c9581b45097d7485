"""TaskTable: the live table of tasks, drawn by hand; fewer columns where there is less room."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.style import Style
from textual import events

from tremor_tui.control.snapshots import TaskSnapshot
from tremor_tui.workbench import figures
from tremor_tui.workbench.finding import wanted
from tremor_tui.workbench.messages import ColumnClicked, TaskSelected
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.painted import Line, Panel, clip


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its width, how a task's value is written and sorted; `rank` 1 stays on small terminals."""

    id: str
    title: str
    width: int
    write: Callable[[TaskSnapshot], str]
    value: Callable[[TaskSnapshot], float | str]
    rank: int = 1
    left: bool = False


def _share(value: float) -> str:
    return f"{value:.1f}" if value >= 0.05 else "-"


COLUMNS = (
    Column("state", "State", 5, lambda t: t.state, lambda t: t.state, 1, True),
    Column("task", "Task", 14, lambda t: named(t.alias), lambda t: t.alias, 1, True),
    Column("kind", "Kind", 8, lambda t: t.kind, lambda t: t.kind, 3, True),
    Column("executor", "X", 3, lambda t: f"x{t.executor}", lambda t: t.executor, 4),
    Column("busy", "Busy%", 6, lambda t: _share(t.split.busy), lambda t: t.split.busy),
    Column("ready", "Ready%", 7, lambda t: _share(t.split.ready), lambda t: t.split.ready, 2),
    Column("blocked", "Block%", 7, lambda t: _share(t.split.blocked), lambda t: t.split.blocked),
    Column("idle", "Idle%", 6, lambda t: _share(t.split.idle), lambda t: t.split.idle, 3),
    Column("in", "In/s", 7, lambda t: figures.rate(t.in_s), lambda t: t.in_s),
    Column("out", "Out/s", 7, lambda t: figures.rate(t.out_s), lambda t: t.out_s),
    Column("polls", "Polls/s", 8, lambda t: figures.rate(t.polls_s), lambda t: t.polls_s, 3),
    Column("p99", "Run p99", 8, lambda t: figures.duration(t.run.p99), lambda t: t.run.p99),
    Column("max", "Max", 6, lambda t: figures.duration(t.longest_run_ns), lambda t: t.longest_run_ns, 2),
    Column("queue", "Queue", 10, lambda t: "", lambda t: t.queue.fill if t.queue else -1.0),
)
BY_ID = {column.id: column for column in COLUMNS}
SMALLEST = ("task", "busy", "state", "blocked", "in", "out", "queue", "p99")
"""What is left out last comes first."""
HELD_S = 3.0
"""How long rows keep their places after the selection was moved, so that they do not move under the hand."""


def _fitting(columns: Sequence[Column], width: int) -> Iterator[Column]:
    """The first of them, as many as there is room for, and one at least."""
    left = width
    for column in columns:
        if column.width + 1 > left and column is not columns[0]:
            return
        left -= column.width + 1
        yield column


def _fields(task: TaskSnapshot) -> dict[str, str]:
    """What `field:text` finds a task by."""
    return {
        "task": task.alias,
        "flow": task.flow,
        "kind": task.kind,
        "detail": task.detail,
        "state": task.state,
        "executor": f"x{task.executor}",
    }


class TaskTable(Panel, can_focus=True):
    """Draws the tasks of all flows; keeps the selected one in view."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store
        self.sort_by = "busy"
        self.is_falling = True
        self.wanted = ""
        self._top = 0
        self._rows: list[TaskSnapshot] = []
        self._places: dict[str, int] = {}
        self._held_until = 0.0

    def heading(self) -> tuple[str, str]:
        """How many tasks are in which state, and the order."""
        picture = self.store.picture
        tasks = picture.tasks if picture else ()
        counts = [
            f"{state} {many}"
            for state in ("running", "ready", "blocked", "idle", "waiting", "failed")
            if (many := sum(task.state == state for task in tasks))
        ]
        wide = self.size.width >= 100
        title = f"Tasks ({len(tasks)})" + ("   " + "  ".join(counts) if counts and wide else "")
        title += self._cost(wide) if picture else ""
        arrow = self.glyphs.down if self.is_falling else self.glyphs.up
        wanted = f"   filter: {named(self.wanted)}" if self.wanted else ""
        return title, f"sort: {BY_ID[self.sort_by].title} {arrow}{wanted}"

    def _cost(self, wide: bool) -> str:
        """What measuring takes of the busiest measured executor; whether it is off; whether it records."""
        picture = self.store.picture
        assert picture is not None
        words = f"   {self.glyphs.live} REC" if picture.recording else ""
        if not picture.statistics:
            return f"{words}   statistics off"
        cost = max((executor.cost for executor in picture.executors), default=0.0)
        return f"{words}   statistics {cost * 100:.1f}%" if wide and cost else words

    def rows(self) -> list[TaskSnapshot]:
        """The tasks that are wanted, in order. What compares equal keeps its place; while held, all do."""
        picture = self.store.picture
        asked = wanted(self.wanted)
        tasks = [
            task
            for task in (picture.tasks if picture else ())
            if asked.finds(f"{task.id} {task.detail} {task.state}", _fields(task))
        ]
        if self._is_held():
            return sorted(tasks, key=lambda task: self._places.get(task.id, len(self._places)))
        return sorted(tasks, key=BY_ID[self.sort_by].value, reverse=self.is_falling)

    def hold(self) -> None:
        """Keeps the rows where they are seen, for a while."""
        if not self._rows:
            return
        self._places = {task.id: place for place, task in enumerate(self._rows)}
        self._held_until = time.monotonic() + HELD_S

    def release(self) -> None:
        """Sorts the rows at once."""
        self._held_until = 0.0

    def _is_held(self) -> bool:
        return time.monotonic() < self._held_until

    def columns(self, width: int) -> list[Column]:
        """Those that the settings name, else those that fit: the ones of the highest rank go first."""
        named_so = getattr(self.app, "columns", {}).get("tasks", ())
        if named_so:
            return list(_fitting([BY_ID[name] for name in named_so], width - 4))
        for rank in (4, 3, 2, 1):
            chosen = [column for column in COLUMNS if column.rank <= rank]
            if sum(column.width + 1 for column in chosen) + 4 <= width:
                return chosen
        fitting: set[str] = set()
        left = width - 4
        for name in SMALLEST:
            left -= BY_ID[name].width + 1
            if left >= 0:
                fitting.add(name)
        return [column for column in COLUMNS if column.id in fitting]

    def body(self, width: int, height: int) -> list[Line]:
        """The header and the rows in view."""
        self._rows = rows = self.rows()
        if not rows:
            words = (
                f"No task matches `{self.wanted}`; esc clears the filter." if self.wanted else "No task runs."
            )
            return [Line(), Line().add(clip("  " + words, width), self.ink.dim)]
        columns = self._stretched(self.columns(width), width)
        at = self.index()
        self._top = max(0, min(self._top, at, len(rows) - height + 1), at - height + 2)
        shown = rows[self._top : self._top + height - 1]
        return [self._header(columns), *(self._row(task, columns, width) for task in shown)]

    def _stretched(self, columns: list[Column], width: int) -> list[tuple[Column, int]]:
        """The task's column takes what is left, as far as names need it."""
        left = width - 4 - sum(column.width + 1 for column in columns)
        longest = max((len(named(task.alias)) for task in self._rows), default=0)
        more = max(0, min(left, longest - BY_ID["task"].width, 24))
        return [(column, column.width + (more if column.id == "task" else 0)) for column in columns]

    def _header(self, columns: list[tuple[Column, int]]) -> Line:
        line = Line().add("    ")
        for column, width in columns:
            style = self.ink.picked if column.id == self.sort_by else self.ink.dim
            line.add(f"{column.title:<{width}}" if column.left else f"{column.title:>{width}}", style).add(
                " "
            )
        return line

    def _row(self, task: TaskSnapshot, columns: list[tuple[Column, int]], width: int) -> Line:
        picked = task.id == self.store.task
        line = Line().add(self.glyphs.mark if picked else " ", self.ink.picked)
        warned = sum(w.task == task.id for w in self.store.warnings)
        many = str(min(9, warned)) if warned > 1 else " "
        line.add(f"{self.glyphs.warn}{many}" if warned else "  ", self.ink.hot).add(" ")
        for column, cells in columns:
            self._cell(line, column, cells, task)
        return line.fit(width).over(self.ink.marked_back) if picked else line

    def _cell(self, line: Line, column: Column, width: int, task: TaskSnapshot) -> None:
        if column.id == "state":
            line.add(f"{self.glyphs.states.get(task.state, task.state):<{width}}", self.ink.state(task.state))
        elif column.id == "queue":
            self._queue(line, width, task)
        else:
            text = clip(column.write(task), width, self.glyphs.more)
            line.add(text.ljust(width) if column.left else text.rjust(width), self._style(column.id, task))
        line.add(" ")

    def _style(self, column: str, task: TaskSnapshot) -> Style:
        ink = self.ink
        match column:
            case "busy":
                return ink.by_share(task.split.busy)
            case "blocked":
                return ink.warn if task.split.blocked >= 20 else ink.text
            case "ready":
                return ink.accent if task.split.ready >= 20 else ink.text
            case "max":
                limit_ms = self.store.picture.limits.stall_ms if self.store.picture else 100.0
                return ink.hot if task.longest_run_ns > limit_ms * 1e6 else ink.text
            case "task":
                return ink.strong
            case "kind" | "executor":
                return ink.dim
        return ink.text

    def _queue(self, line: Line, width: int, task: TaskSnapshot) -> None:
        if task.queue is None:
            line.add("-".rjust(width), self.ink.dim)
            return
        style = self.ink.by_share(task.queue.fill * 100)
        empty = self.glyphs.dot
        line.add(
            figures.bar(task.queue.fill, width - 5, self.glyphs.full, empty),
            style if task.queue.fill >= 0.1 else self.ink.faint,
        )
        line.add(" " + figures.percent(task.queue.fill * 100), style)

    def index(self) -> int:
        """The row of the selected task, 0 where it is not in the table."""
        return next((i for i, task in enumerate(self._rows) if task.id == self.store.task), 0)

    def move(self, by: int) -> None:
        """Selects a row above or below."""
        self.hold()
        self._rows = self.rows()
        if self._rows:
            self.pick(max(0, min(len(self._rows) - 1, self.index() + by)))

    def pick(self, row: int, twice: bool = False) -> None:
        """Selects a row."""
        self.store.task = self._rows[row].id
        self.store.touch()
        self.repaint()
        self.post_message(TaskSelected(twice))

    def ensure_selected(self) -> None:
        """Selects the first row where none is."""
        self._rows = self.rows()
        if self._rows and self.store.task_of(self.store.task) is None:
            self.pick(0)

    def on_click(self, event: events.Click) -> None:
        """A row is selected, a header sorts."""
        row = event.y - 2
        if row >= 0 and self._top + row < len(self._rows):
            self.hold()
            self.pick(self._top + row, event.chain > 1)
        elif row == -1:
            self._click_header(event.x - self.inset)

    def _click_header(self, x: int) -> None:
        width = self.size.width - (4 if self.is_boxed else 1)
        at = 4
        for column, cells in self._stretched(self.columns(width), width):
            if at <= x < at + cells + 1:
                self.post_message(ColumnClicked(column.id))
                return
            at += cells + 1

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Rows keep still under the pointer."""
        self.hold()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the selection."""
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the selection."""
        self.move(-1)
