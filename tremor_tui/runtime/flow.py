"""Flow: one deployed flow in this process: its tasks, their common life, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import CancelScope, Event, create_task_group, get_cancelled_exc_class
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint_if_cancelled

from tremor_tui.connectors.contract import Clock
from tremor_tui.control.snapshots import FlowState, Receipt
from tremor_tui.errors import LifecycleError, TremorError
from tremor_tui.language.ir.deploy import ConnectorIR, FlowIR, PipelineIR
from tremor_tui.metrics.instruments import Recent, Series
from tremor_tui.model.insight import Ack, Drained, Fail
from tremor_tui.runtime.bell import Bell
from tremor_tui.runtime.catching import catch_left
from tremor_tui.runtime.complaints import Complaints
from tremor_tui.runtime.lifecycle import Ending, described, placed
from tremor_tui.runtime.outbox import Link
from tremor_tui.runtime.settings import Settings
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.sink import SinkTask
from tremor_tui.runtime.tasks.source import SourceTask
from tremor_tui.runtime.tasks.task import Lent, Task
from tremor_tui.runtime.wiring import Made, Wiring

if TYPE_CHECKING:
    from tremor_tui.runtime.deploy import Installed
    from tremor_tui.runtime.letters import FlowLetters


class Flow:
    """The tasks of one flow and what they have in common. `deploy.deploy` fills it."""

    def __init__(
        self, ir: FlowIR, base: Path, file: str, settings: Settings, clock: Clock, complaints: Complaints
    ) -> None:
        self.ir = ir
        self.alias = ir.alias
        self.base = base
        self.file = file
        self.settings = settings
        self.clock = clock
        self.complaints = complaints
        self.state: FlowState = "initializing"
        self.since_ns = clock.wall_ns()
        self.version = 1
        self.sources: list[SourceTask] = []
        self.pipelines: dict[str, PipelineTask] = {}
        self.sinks: list[SinkTask] = []
        self.links: list[Link] = []
        self.irs: dict[str, PipelineIR] = {one.alias: one for one in ir.pipelines}
        self.lag = Recent()
        self.series = Series()
        self.last_apply: Receipt | None = None
        self.note = ""
        self.note_ns = 0
        self.ending: Ending | None = None
        self.error: Exception | None = None
        self.was_forced = False
        self.came_up = False
        self.started = Event()
        self.done = Event()
        self.on_done: Callable[[], None] = lambda: None
        self._bell = Bell()
        self.lent: Lent
        self.installed: dict[str, Installed] = {}
        self.wiring = Wiring()
        self.numbers = count()
        self.shape = 0
        self.is_reshaping = False
        self.letters: FlowLetters | None = None
        self.is_ending = False
        self.fixed = (0, 0, "")
        """When it was last asked what cannot be handed over, of which shape, and the answer."""
        self.newcomers: dict[Task, Exception | None] = {}
        self.leaving: list[Task] = []
        self._keys: set[str] = set()
        self._scopes: dict[Task, CancelScope] = {}
        self._news = Event()
        self._opened: set[Task] = set()
        self._group: TaskGroup | None = None
        self._is_stopping = False

    @property
    def tasks(self) -> Sequence[Task]:
        """All of them, sources first."""
        return [*self.sources, *self.pipelines.values(), *self.sinks]

    def take(self, made: Made) -> None:
        """These are its tasks from now on."""
        self.sources = list(made.sources.values())
        self.sinks = list(made.sinks.values())
        self.pipelines = made.pipelines
        self.links = self.wiring.links

    def made(self) -> Made:
        """Its tasks by alias."""
        return Made(
            {one.alias: one for one in self.sources},
            {one.alias: one for one in self.sinks},
            dict(self.pipelines),
        )

    def key_for(self, alias: str, number: int) -> str:
        """What a source is called in Drains: its alias, unless one before it was."""
        key = alias if alias not in self._keys else f"{alias}~{number}"
        self._keys.add(key)
        return key

    @property
    def is_held(self) -> bool:
        """Whether a break holds one of its tasks: what is above that fills up as it should."""
        return any(task.gate is not None and task.gate.is_held for task in self.tasks)

    async def run(self) -> None:
        """Starts sinks before sources, and returns when all has ended; failures stay in `error`."""
        try:
            async with create_task_group() as self._group:
                await self._live(self._group)
        except get_cancelled_exc_class():
            self.was_forced = True
            raise
        finally:
            self._end()

    def wind_down(self) -> None:
        """Makes every source stop pulling and drain; the flow ends when that is through."""
        self._is_stopping = True
        if self.state in ("initializing", "running", "paused"):
            self.state = "draining"
        for source in self.sources:
            self.lent.schedule.tell(source, source.stop)
        self._bell.ring()

    def leave(self) -> None:
        """Ends it as it is, with nothing on its way: sources stop without a Drain, all closes in order."""
        self._is_stopping = True
        self.state = "draining"
        for source in self.sources:
            self.end(source)
        for pipeline in self.pipelines.values():
            pipeline.channel.close()
        self._bell.ring()

    def force(self) -> None:
        """Cancels every task; what they hold is counted."""
        if not self.done.is_set():
            self.was_forced = True
            self._is_stopping = True
            if self._group is not None:
                self._group.cancel_scope.cancel()

    def pause(self, paused: bool) -> None:
        """Pauses the sources, or lets them go on."""
        self.state = "paused" if paused else "running"
        for source in self.sources:
            self.lent.schedule.tell(source, source.hold, paused)

    def begin(self, task: Task) -> None:
        """Starts a task of it."""
        if self._group is None:
            raise LifecycleError(f"flow `{self.alias}` does not run")
        self._group.start_soon(self._main, task)

    def end(self, task: Task) -> None:
        """Cancels one task of it."""
        if task in self._scopes:
            self.lent.schedule.tell(task, self._scopes[task].cancel)

    @property
    def is_stopping(self) -> bool:
        """Whether it is being stopped, or ends by itself."""
        return self._is_stopping or self.is_ending or self.done.is_set()

    async def within(self, seconds: float, condition: Callable[[], bool]) -> bool:
        """Whether the condition came to hold within that time; it is looked at with all news of tasks."""
        if condition():
            return True

        async def time_out() -> None:
            await self.clock.sleep(seconds)
            group.cancel_scope.cancel()

        async with create_task_group() as group:
            group.start_soon(time_out)
            while not condition():
                await self._news.wait()
                # with news in each turn of the loop, asyncio never finds the task asleep to cancel it
                await checkpoint_if_cancelled()
            group.cancel_scope.cancel()
        return condition()

    def say(self, text: str) -> None:
        """Notes what happened to it last."""
        self.note, self.note_ns = text, self.clock.wall_ns()

    # -- what its tasks tell ------------------------------------------------------------------------

    def note_opened(self, task: Task) -> None:
        """A connector's first attempt to open is over, however it went."""
        if task not in self._opened:
            self._opened.add(task)
            self.note_news()

    def has_opened(self, task: Task) -> bool:
        """Whether a connector's first attempt to open is over."""
        return task in self._opened

    def note_news(self) -> None:
        """Something has changed that somebody may wait for."""
        self._bell.ring()
        self._news.set()
        self._news = Event()

    def settle(self, insight: Ack | Fail | Drained) -> None:
        """Hands what settles events to the source they are from, wherever that is by now."""
        leaving = [task for task in self.leaving if isinstance(task, SourceTask)]
        for source in (*self.sources, *leaving):
            if insight.source in (source.key, source.intake.number):
                self.lent.schedule.tell(source, source.tell, insight)

    def note_failed(self, task: Task, error: Exception) -> None:
        """A source that users can mend drains what it sent; anything else ends the flow at once."""
        if self.was_forced:
            return
        if task in self.newcomers:  # it is the reshape that fails, not the flow
            self.newcomers[task] = error
            self.note_news()
            return
        connector = self._connector(task)
        if isinstance(error, TremorError) and connector is not None:
            error = placed(error, connector, self.file)
        task.error = described(error)
        if task in self.leaving:
            self.complaints.say(f"{task.id} left", f"`{task.id}` failed while it was removed: {task.error}")
            return
        if self.came_up:  # before that, `start` raises it
            text = f"flow `{self.alias}` failed in `{task.id}`: {task.error}"
            self.complaints.say(f"{task.id} failed", text)
        self.error = self.error or error
        if isinstance(task, SourceTask) and isinstance(error, TremorError) and self._group is not None:
            self.wind_down()
            self._group.start_soon(self._force_later)
        else:
            self.force()

    def note_ended(self, task: Task) -> None:
        """One task less."""
        self._opened.add(task)
        self.note_news()

    # -- its own life -------------------------------------------------------------------------------

    async def _live(self, group: TaskGroup) -> None:
        for task in (*self.pipelines.values(), *self.sinks):
            group.start_soon(self._main, task)
        await self._until(lambda: self._have_opened(self.sinks))
        for source in self.sources:
            group.start_soon(self._main, source)
        await self._until(lambda: self._have_opened(self.sources))
        if self.error is None:
            if self.state == "initializing":
                self.state = "running"
            self.came_up = True
            self.started.set()
        await self._until(self._are_sources_over)
        self.is_ending = True
        for pipeline in self.pipelines.values():
            pipeline.channel.close()
        await self._until(lambda: all(one.has_ended for one in self.pipelines.values()))
        for sink in self.sinks:
            sink.channel.close()
        await self._until(lambda: all(one.has_ended for one in self.sinks))
        group.cancel_scope.cancel()

    async def _main(self, task: Task) -> None:
        scope = self._scopes[task] = CancelScope()
        await self.lent.schedule.live(task, scope)
        self._scopes.pop(task, None)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._bell.wait()

    def _have_opened(self, tasks: Sequence[Task]) -> bool:
        return all(task in self._opened for task in tasks)

    def _are_sources_over(self) -> bool:
        is_ending = bool(self.sources) or self._is_stopping
        return is_ending and not self.is_reshaping and all(source.has_ended for source in self.sources)

    async def _force_later(self) -> None:
        await self.clock.sleep(self.settings.drain_s)
        self.force()

    def _end(self) -> None:
        left = sum(task.left for task in (*self.tasks, *self.leaving))
        if self.letters is not None:
            catch_left((*self.tasks, *self.leaving), self.letters)
            self.letters.end()
        failed = self.error is not None
        self.state = "failed" if failed else "stopped"
        error = described(self.error) if self.error is not None else ""
        drained = not left and not (self.was_forced and not failed)
        self.ending = Ending(1 if failed else 0, drained, left, error)
        if left:
            self.say(f"ended with {left:,} events that were not delivered")
            self.complaints.say(f"{self.alias} left", f"flow `{self.alias}` {self.note}")
        self.complaints.flush(final=True)
        self.started.set()
        self.done.set()
        self.on_done()

    def _connector(self, task: Task) -> ConnectorIR | None:
        if task.kind == "pipeline":
            return None
        return next((one for one in self.ir.connectors if one.alias == task.alias), None)
