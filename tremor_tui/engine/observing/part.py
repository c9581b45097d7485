"""The part that keeps ten minutes of history, the limits of warnings and the recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

import anyio
import msgspec

from tremor_tui.control.commands import Command, Request
from tremor_tui.control.history import AskHistory, Mark, Marked
from tremor_tui.control.limits import Limits, SetLimits, SetStatistics, problems
from tremor_tui.control.marks import changes
from tremor_tui.control.playing import Play, StartRecording, StopRecording
from tremor_tui.control.recordings.writing import RecordingWriter
from tremor_tui.control.ring import Ring
from tremor_tui.control.snapshots import (
    Answer,
    Done,
    EngineSnapshot,
    FlowFiles,
    Severity,
    TapSamples,
    Warned,
)
from tremor_tui.engine.clients import ClientSession
from tremor_tui.engine.executors import link
from tremor_tui.engine.executors.executor import Executor
from tremor_tui.engine.flows import Flows
from tremor_tui.engine.observing.keeping import load, save
from tremor_tui.engine.observing.lints import ExecutorLints
from tremor_tui.engine.trials import Clock
from tremor_tui.engine.watchdog import Watchdog
from tremor_tui.errors import ControlError

LOOK_S = 1.0


class Owner(Protocol):
    """What it needs of the engine itself."""

    executors: list[Executor]
    flows: Flows

    def snapshot(self) -> EngineSnapshot: ...
    def log(self, text: str) -> None: ...
    def push(self, pushed: Marked) -> None: ...
    def notify(self, text: str, severity: Severity = "info", flow: str = "") -> None: ...


class Observing:
    """Looks at the engine once a second, and answers requests about what it saw."""

    takes: tuple[type[Command], ...] = (
        AskHistory,
        SetLimits,
        SetStatistics,
        StartRecording,
        StopRecording,
        Play,
    )
    looks: tuple[type[Command], ...] = (AskHistory,)

    def __init__(self, owner: Owner, name: str, limits: Limits, clock: Clock, watchdog: Watchdog) -> None:
        self.ring = Ring()
        self.limits = load(name, limits, owner.log)
        if limits.stall_ms != Limits().stall_ms:  # asked for at this start, so it wins over what was kept
            self.limits = msgspec.structs.replace(self.limits, stall_ms=limits.stall_ms)
        self.statistics = True
        self._owner, self._name, self._clock = owner, name, clock
        self._lints = ExecutorLints()
        self._last: EngineSnapshot | None = None
        self._writer: RecordingWriter | None = None
        self._recorded: dict[str, tuple[int, int]] = {}
        self._watchdog = watchdog
        watchdog.limit_ms = self.limits.stall_ms
        watchdog.told = self.stalled

    # --- what the engine asks

    async def run(self) -> None:
        """Looks until it is cancelled; then a recording is ended."""
        try:
            async with anyio.create_task_group() as group:
                for order in self._orders():
                    group.start_soon(self._order_all, order)
                while True:
                    self.look(self._owner.snapshot())
                    await self._clock.sleep(LOOK_S)
        finally:
            self._end_recording()

    def look(self, picture: EngineSnapshot) -> None:
        """Takes in a picture: figures, marks, and the recording."""
        self._lints.look(picture.executors, self.limits, picture.at_ns)
        marks, self._last = changes(self._last, picture), picture
        self.ring.add(picture)
        for mark in marks:
            if mark.lint != "stall":  # those are said when they are seen
                self._say(mark)
        if self._writer is not None:
            self._guard(self._record, picture)

    def complete(self, picture: EngineSnapshot) -> EngineSnapshot:
        """The picture with what only this part knows: limits, hot lines, warnings about executors."""
        hot = self._watchdog.hot()
        tasks = picture.tasks
        if hot:
            replace = msgspec.structs.replace
            tasks = tuple(replace(task, hot=hot[task.id]) if task.id in hot else task for task in tasks)
        return msgspec.structs.replace(
            picture,
            tasks=tasks,
            warnings=(*picture.warnings, *self._lints.warned(picture.at_ns)),
            limits=self.limits,
            statistics=self.statistics,
            recording=str(self._writer.folder) if self._writer else "",
        )

    def stalled(self, warned: Warned, until_ns: int) -> None:
        """The watchdog names a stall while it lasts, and says when it is over: at once to all clients."""
        text, place = warned.text, (warned.flow, warned.task)
        self._say(Mark(warned.at_ns, "warning", text, *place, until_ns, warned.hint, warned.kind))

    def tapped(self, samples: TapSamples) -> None:
        """Samples of a tap came; they are recorded too."""
        if self._writer is not None:
            self._guard(self._writer.more, samples)

    async def restarted(self, executor: Executor) -> None:
        """An executor runs again: it is told what it had been told before."""
        for order in self._orders():
            await self._order(executor, order)

    @property
    def is_recording(self) -> bool:
        """Whether what happens is written to files."""
        return self._writer is not None

    # --- requests

    async def answer(self, session: ClientSession, request: Request) -> Answer:
        """The answer to one of `takes`. Raises ControlError."""
        match request:
            case AskHistory(since_ns, first):
                return self.ring.page(since_ns, first)
            case SetLimits(limits):
                return await self._set_limits(limits)
            case SetStatistics(on):
                return await self._set_statistics(on)
            case StartRecording():
                return self.start(request)
            case StopRecording():
                return self._stop()
        raise ControlError("an engine plays no recording", "open one: `tremor-tui play FILE`")

    async def client_left(self, session: ClientSession) -> None:
        """Nothing is kept for a client."""

    async def _set_limits(self, limits: Limits) -> Done:
        wrong = problems(limits)
        if wrong:
            raise ControlError(wrong[0], "the limits are as before")
        save(self._name, limits)
        self.limits, self._watchdog.limit_ms = limits, limits.stall_ms
        await self._order_all(link.SetLimits(limits))
        return Done("the limits were set")

    async def _set_statistics(self, on: bool) -> Done:
        self.statistics = self._watchdog.samples = on
        await self._order_all(link.SetStatistics(on))
        return Done("statistics are on" if on else "statistics are off")

    def _orders(self) -> list[link.Orders]:
        orders: list[link.Orders] = [] if self.limits == Limits() else [link.SetLimits(self.limits)]
        return orders if self.statistics else [*orders, link.SetStatistics(False)]

    async def _order_all(self, order: link.Orders) -> None:
        async with anyio.create_task_group() as group:
            for executor in self._owner.executors:
                group.start_soon(self._order, executor, order)

    async def _order(self, executor: Executor, order: link.Orders) -> None:
        """Executors that do not run are told when they do (`restarted`)."""
        if executor.state == "waiting":
            return
        try:
            await executor.order(order)
        except ControlError as error:
            self._owner.log(f"executor {executor.number}: {error.message}")

    # --- the recording

    def start(self, request: StartRecording) -> Done:
        """Begins to record. Raises ControlError where it records already or cannot."""
        if self._writer is not None:
            raise ControlError(f"the engine records to `{self._writer.folder}` already", "end that first")
        folder = Path(request.folder)
        if not folder.is_absolute():
            raise ControlError(f"`{folder}` is not an absolute path", "a client resolves paths first")
        writer = RecordingWriter(folder, self._name, request.limit_mb)
        writer.picture(self._owner.snapshot())
        self._writer, self._recorded = writer, {}
        self._owner.log(f"recording to {folder}")
        return Done(f"recording to {folder}")

    def _stop(self) -> Done:
        if self._writer is None:
            raise ControlError("nothing is recorded")
        folder = self._writer.folder
        self._end_recording()
        return Done(f"recorded to {folder}")

    def _end_recording(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            self._guard(writer.close)
            self._owner.log(f"the recording to {writer.folder} ended")

    def _record(self, picture: EngineSnapshot) -> None:
        assert self._writer is not None
        self._writer.picture(picture)
        for files in self._new_files():
            self._writer.files(files)

    def _new_files(self) -> Iterable[FlowFiles]:
        """The texts of flows that were deployed or changed since they were recorded last."""
        for flow in self._owner.flows.table.values():
            key = flow.version, hash(flow.files)
            if self._recorded.get(flow.alias) != key:
                self._recorded[flow.alias] = key
                yield FlowFiles(flow.alias, flow.files)

    def _say(self, mark: Mark) -> None:
        self.ring.mark(mark)
        self._owner.push(Marked(mark))
        if self._writer is not None:
            self._guard(self._writer.more, Marked(mark))

    def _guard(self, write: Callable[..., None], *args: object) -> None:
        """A disk that is full ends the recording and nothing else."""
        try:
            write(*args)
        except ControlError as error:
            self._writer = None
            words: Sequence[str] = (f"the recording ended: {error.message}", error.hint)
            self._owner.notify("; ".join(filter(None, words)), "error")
            self._owner.log(words[0])
