"""TasksView: where the time of every task goes: the table, run times, and why a task is slow."""

from __future__ import annotations

import os
import time

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import Done
from tremor_tui.workbench.actions import bindings
from tremor_tui.workbench.bottleneck import find_limit
from tremor_tui.workbench.fields import Field
from tremor_tui.workbench.messages import ColumnClicked, TaskSelected
from tremor_tui.workbench.screens.breaking import ask_break
from tremor_tui.workbench.screens.dialogs import Ask, Menu, TextDialog
from tremor_tui.workbench.screens.form import Form
from tremor_tui.workbench.screens.limits import fields_of, limits_of
from tremor_tui.workbench.screens.moving import ask_move, show_executors
from tremor_tui.workbench.screens.speed import show_speed, want_speed
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.spread import WINDOWS
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.executor_line import ExecutorLine
from tremor_tui.workbench.widgets.histogram import RunTimes
from tremor_tui.workbench.widgets.history import Strips
from tremor_tui.workbench.widgets.painted import Line
from tremor_tui.workbench.widgets.table import BY_ID, COLUMNS, TaskTable
from tremor_tui.workbench.widgets.why import Why


class _Table(TaskTable):
    BINDINGS = [*bindings("tasks")]  # noqa: RUF012 - Textual's own way


class TasksView(View):
    """The table above; run times and causes of the selected task below."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, id="tasks")
        self.table = _Table(store, id="table")
        self.executors = ExecutorLine(store)
        self.executors.display = False
        self.times = RunTimes(store, id="times")
        self.why = Why(store, id="why")
        self.strips = Strips(store, id="strips")
        self._limited = ""

    def compose(self) -> ComposeResult:
        """The table, then its details."""
        yield self.table
        yield self.executors
        with Horizontal(id="details"):
            yield self.times
            yield self.why
        yield self.strips

    def panes(self) -> list[Widget]:
        """The table alone takes keys."""
        return [self.table]

    def place(self) -> str:
        """The place of its actions."""
        return "tasks"

    def entered(self) -> None:
        """What limits the flow is selected, where that is another task than the last time."""
        flow, picture = self.store.flow, self.store.picture
        limit = find_limit(flow, picture.tasks) if flow and picture else None
        if limit and limit.kind in ("task", "outside") and limit.task != self._limited:
            self._limited = self.store.task = limit.task
        super().entered()

    def repaint(self) -> None:
        """Draws anew what changed; a task is always selected."""
        self.table.ensure_selected()
        task = self.store.task_of(self.store.task)
        if task is not None:
            want_speed(self, task.flow)
        self.executors.display = self.executors.is_wanted
        super().repaint()

    def back(self) -> bool:
        """Clears the filter."""
        if not self.table.wanted:
            return False
        self.table.wanted = ""
        self.repaint()
        return True

    def on_task_selected(self, message: TaskSelected) -> None:
        """The details follow as soon as the table shows the new row."""
        self.call_after_refresh(self._follow)
        if message.twice:
            self.act_task_open()

    def _follow(self) -> None:
        for widget in (self.times, self.why, self.strips):
            widget.repaint()

    def on_column_clicked(self, message: ColumnClicked) -> None:
        """A header sorts; the same one again turns the order round."""
        self._sort(message.column)

    def remember(self) -> dict[str, object]:
        """The order of the table."""
        return {"sort_by": self.table.sort_by, "is_falling": self.table.is_falling}

    def recall(self, kept: dict[str, object]) -> None:
        """Takes the order of before."""
        column = kept.get("sort_by")
        if isinstance(column, str) and column in BY_ID:
            self.table.sort_by, self.table.is_falling = column, kept.get("is_falling") is True

    def act_task_up(self) -> None:
        """Selects the task above."""
        self.table.move(-1)

    def act_task_down(self) -> None:
        """Selects the task below."""
        self.table.move(1)

    def act_task_first(self) -> None:
        """Selects the first task."""
        self.table.move(-1_000_000)

    def act_task_last(self) -> None:
        """Selects the last task."""
        self.table.move(1_000_000)

    def act_sort(self) -> None:
        """Offers the columns."""
        options = [(column.id, column.title, "") for column in COLUMNS]
        at = [column.id for column in COLUMNS].index(self.table.sort_by)
        self.app.push_screen(Menu("Sort by", options, at), self._sort)

    def _sort(self, column: str | None) -> None:
        if not column:
            return
        if column == self.table.sort_by:
            self.act_turn()
            return
        self.table.sort_by, self.table.is_falling = column, not BY_ID[column].left
        self.table.release()
        self.repaint()

    def act_turn(self) -> None:
        """Turns the order round."""
        self.table.is_falling = not self.table.is_falling
        self.table.release()
        self.repaint()

    def act_task_filter(self) -> None:
        """Asks for the text that tasks must contain."""
        self.app.push_screen(
            Ask("Show tasks that contain", self.table.wanted, "name, kind or state"), self._filter
        )

    def _filter(self, text: str | None) -> None:
        if text is not None:
            self.table.wanted = text
            self.repaint()

    def act_task_flow(self) -> None:
        """Shows the task in its flow."""
        task = self.store.task_of(self.store.task)
        if task is not None:
            self.store.choose_flow(task.flow)
            flow = self.store.flow
            nodes = flow.graph.nodes if flow else ()
            self.store.node = next((node.id for node in nodes if node.task == task.id), "")
            self.desk.show("flow")

    def act_task_break(self) -> None:
        """Asks when the task is to be held; a run of more than 20 ms is offered."""
        task = self.store.task_of(self.store.task)
        if task is not None:
            kind = "pipeline" if task.kind == "pipeline" else "connector"
            ask_break(self, "" if task.kind == "source" else f"{kind}/{task.alias}", "run > 20 ms")

    def act_task_edit(self) -> None:
        """Opens the line that takes the time of the task, where one is known; else its script."""
        self.desk.edit_task(self.store.task)

    def act_blocker(self) -> None:
        """Selects the task that blocks this one."""
        task = self.store.task_of(self.store.task)
        causes = self.why.causes(task) if task else []
        blocker = next((cause.task for cause in causes if cause.trial == "blocker"), "")
        if not blocker:
            self.desk.say("this task is not blocked")
            return
        self.store.task = blocker
        self.store.touch()
        self.repaint()

    def act_window(self) -> None:
        """The next window of the run times."""
        at = WINDOWS.index(self.times.window_s)
        self.times.window_s = WINDOWS[(at + 1) % len(WINDOWS)]
        self.times.repaint()

    def act_record(self) -> None:
        """Asks where to record to; ends a recording that is on."""
        picture = self.store.latest
        if self.store.past.playing is not None:
            self.desk.say("this is a recording already", "warning")
        elif picture is not None and picture.recording:
            self.desk.work(self._ask(do.StopRecording()))
        else:
            folder = time.strftime("recordings/%Y%m%d-%H%M%S")
            self.app.push_screen(Ask("Record to a folder", folder, "from this folder"), self._record)

    def _record(self, folder: str | None) -> None:
        if folder and folder.strip():
            path = os.path.join(self.store.base, os.path.expanduser(folder.strip()))
            self.desk.work(self._ask(do.StartRecording(os.path.normpath(path))))

    async def _ask(self, request: do.Request) -> None:
        answer = await self.desk.session.ask(request)
        if isinstance(answer, Done) and answer.text:
            self.desk.say(answer.text)

    def act_statistics(self) -> None:
        """Measures tasks, or no longer."""
        picture = self.store.latest
        if picture is not None:
            self.desk.work(self._ask(do.SetStatistics(not picture.statistics)))

    def act_limits(self) -> None:
        """Edits the limits of warnings."""
        picture = self.store.latest
        if picture is None:
            self.desk.say("no engine is connected: it keeps the limits", "warning")
            return
        fixed = "this workbench may only look" if self.store.read_only else ""
        about = "Beyond these the engine warns; it keeps them over restarts."
        form = Form("Limits of warnings", fields_of(picture.limits), about, fixed)
        self.app.push_screen(form, self._set_limits)

    def _set_limits(self, fields: list[Field] | None) -> None:
        picture = self.store.latest
        if fields is None or picture is None:
            return
        try:
            limits = limits_of(fields, picture.limits)
        except ValueError:
            self.desk.say("a limit is a number; nothing was changed", "error")
            return
        if limits != picture.limits:
            self.desk.work(self._ask(do.SetLimits(limits)))

    def act_executors(self) -> None:
        """Where flows run, what was moved and why, and why others stay."""
        show_executors(self)

    def act_speed(self) -> None:
        """What of the flow of the selected task is on the fast path, and which line keeps the rest off."""
        task, flow = self.store.task_of(self.store.task), self.store.flow
        alias = task.flow if task is not None else flow.alias if flow is not None else ""
        self.desk.work(show_speed(self, alias))

    def act_flow_move(self) -> None:
        """Asks where the flow of the selected task should run."""
        task = self.store.task_of(self.store.task)
        flow = self.store.flow
        ask_move(self, task.flow if task is not None else flow.alias if flow is not None else "")

    def act_task_open(self) -> None:
        """Every figure of the task, as they are now."""
        task = self.store.task_of(self.store.task)
        if task is None:
            return
        width = max(24, min(80, int(self.app.size.width * 0.96) - 6))
        lines = [
            Line().add(
                f"{task.kind} {named(task.detail)}  v{task.version}  {named(task.id)}", self.desk.ink.dim
            )
        ]
        lines += self.why.task_lines(task, width)
        causes = self.why.causes(task)
        lines += [Line(), *self.why.sentences(causes, width), *self.why.trials(causes, width)]
        fast = self.why.fast_lines(task, width)
        lines += [Line(), Line().add("Fast path", self.desk.ink.dim), *fast] if fast else []
        self.app.push_screen(TextDialog(f"Task  {named(task.alias)}", lines))
