"""Engine: owns the task group of the supervisor; starts and ends its server and executors in order."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio.abc import SocketStream, TaskGroup

import tremor_tui
from tremor_tui.control.commands import PROTOCOL, Request
from tremor_tui.control.loops import forgive_late_wakeups
from tremor_tui.control.places import letters_path, log_path, run_dir, socket_path
from tremor_tui.control.snapshots import (
    Answer,
    BreakSnapshot,
    EngineSnapshot,
    Limits,
    Marked,
    Notice,
    Severity,
    TapSamples,
    Welcome,
)
from tremor_tui.control.wire import Push, encode
from tremor_tui.engine.authoring import Authoring
from tremor_tui.engine.benching import Benching
from tremor_tui.engine.clients import ClientSession
from tremor_tui.engine.company import Company
from tremor_tui.engine.compiling.service import LIMIT_S, Compiling
from tremor_tui.engine.editing import Editing
from tremor_tui.engine.events import Events
from tremor_tui.engine.executors.executor import Executor, Places
from tremor_tui.engine.executors.link import PICTURE_RATE, Ended, Mailed, SetRate
from tremor_tui.engine.executors.restart import RestartPolicy
from tremor_tui.engine.flows import WATCH_S, Flows
from tremor_tui.engine.letters.desk import Desk
from tremor_tui.engine.merge import Now, brief, merge
from tremor_tui.engine.observing.part import Observing
from tremor_tui.engine.part import Part
from tremor_tui.engine.placing.mover import Mover
from tremor_tui.engine.plane import Plane
from tremor_tui.engine.server import Server
from tremor_tui.engine.speeding import Speeding
from tremor_tui.engine.trials import Clock, MachineClock
from tremor_tui.engine.watchdog import Watchdog
from tremor_tui.errors import ControlError


@dataclass(frozen=True, slots=True)
class Settings:
    """How an engine runs. `kept` ones go on without clients, others end `linger_s` after the last.

    `stall_ms`: how long a task may hold its loop before the watchdog says so. `compile_s`: how long
    compiling may take. `drain_s`: how long flows may drain when the engine is ended by a signal. `watch_s`:
    how long a version that was applied is watched; 0 watches none.
    """

    name: str = "local"
    executors: int = 1
    kept: bool = False
    linger_s: float = 30.0
    stall_ms: float = 100.0
    compile_s: float = LIMIT_S
    drain_s: float = 5.0
    watch_s: float = WATCH_S
    policy: Callable[[], RestartPolicy] = field(default=RestartPolicy)
    clock: Clock = field(default_factory=MachineClock)


class Engine:
    """The supervisor. `run` returns when it has ended; `left_over` then says how many events were left."""

    def __init__(self, settings: Settings, log: Callable[[str], None]) -> None:
        self.settings = settings
        self.log = log
        self.left_over = 0
        self._kept = settings.kept
        self._since_ns = time.time_ns()
        self._sessions: set[ClientSession] = set()
        self._server = Server(socket_path(settings.name))
        folder = run_dir()
        self.executors = [
            Executor(n, Places.of(folder, settings.name, n), self, settings.policy())
            for n in range(settings.executors)
        ]
        compiling = Compiling(log, settings.compile_s)
        self.flows = Flows(compiling, self.executors, log, self.notify, settings.clock, settings.watch_s)
        self._company = Company(lambda: self._sessions)
        self._events = Events(self.flows, log, self.notify)
        self._letters = Desk(self.flows, letters_path(settings.name), self._say)
        self.benching = Benching(self)
        self._watchdog = Watchdog(self.executors, self.flows.table.values, log)
        limits = Limits(stall_ms=settings.stall_ms)
        self.flows.trials.stalls = self._watchdog.of_flow
        self.flows.applying.taps_ended = self._events.taps_ended
        self.observing = Observing(self, settings.name, limits, settings.clock, self._watchdog)
        self._mover = Mover(self.flows, self._events, self.observing, log, self.notify, settings.clock)
        self._plane = Plane(self, self.flows, log, self._parts())
        self._ending = anyio.Event()
        self._deadline = settings.drain_s
        self._group: TaskGroup | None = None
        self._rate = PICTURE_RATE
        self._alone = anyio.Event()
        self.began = anyio.Event()

    def _parts(self) -> list[Part]:
        """What answers the requests that are not about whole flows."""
        return [
            self.observing,
            self._company,
            self._events,
            self._letters,
            self._mover,
            Editing(self.flows.compiling),
            Authoring(self.flows),
            Speeding(self.flows),
            self.benching,
        ]

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._server.path

    async def run(self) -> None:
        """Serves until it is ended. Raises ControlError where an engine of that name runs already."""
        forgive_late_wakeups()
        self._server.open()
        try:
            async with anyio.create_task_group() as self._group:
                self._start_all(self._group)
                self.log(f"engine {self.settings.name} began, process {os.getpid()}")
                self.began.set()
                await self._ending.wait()
                await self._drain()
                self._server.withdraw()  # before clients see the end: who waits for it may begin anew
                self._group.cancel_scope.cancel()
        finally:
            self._server.close()
            self.log(f"engine {self.settings.name} ended")

    def _start_all(self, group: TaskGroup) -> None:
        self.executors[0].revive(is_eager=True)
        for executor in self.executors:
            group.start_soon(executor.run)
        group.start_soon(self.flows.compiling.run)
        group.start_soon(self._watchdog.run)
        group.start_soon(self.observing.run)
        group.start_soon(self.flows.trials.run)
        group.start_soon(self._letters.run)
        group.start_soon(self._mover.run)
        group.start_soon(self.benching.run)
        group.start_soon(self._linger)
        group.start_soon(self._server.serve, self._accept)

    async def _accept(self, stream: SocketStream) -> None:
        await ClientSession(stream, self).serve()

    async def _linger(self) -> None:
        """Ends an engine that is not kept once nobody has been there for a while."""
        while True:
            if self._kept or self._sessions:
                self._alone = anyio.Event()
                await self._alone.wait()
                continue
            news = self._alone = anyio.Event()
            with anyio.move_on_after(self.settings.linger_s):
                await news.wait()
            if not news.is_set():
                self.log(f"no client for {self.settings.linger_s:g} s")
                return self.end(self.settings.drain_s)

    async def _drain(self) -> None:
        self.notify("the engine ends", "warning")
        async with anyio.create_task_group() as group:
            for executor in self.executors:
                group.start_soon(self._quit, executor)
        self.log(f"drained, {self.left_over} events left" if self.left_over else "drained")

    async def _quit(self, executor: Executor) -> None:
        with anyio.move_on_after(self._deadline + 1.0):
            result = await executor.quit(self._deadline)
            if isinstance(result, Ended):
                self.left_over += sum(stopped.left for stopped in result.stopped)
            await executor.ended.wait()
            return
        flows = ", ".join(flow.alias for flow in self.flows.on(executor))
        self.log(f"executor {executor.number} did not end in time and is killed; flows: {flows or 'none'}")
        self.left_over += bool(flows)

    # --- what the plane wants of its owner

    def snapshot(self) -> EngineSnapshot:
        """The engine now, from the executors' last pictures."""
        at_ns = time.time_ns()
        now = Now(self.settings.name, at_ns, self._since_ns, len(self._sessions), self._kept)
        stalls, stuck = self._watchdog.warnings(at_ns), self._watchdog.stuck()
        merged = merge(now, self.executors, self.flows.table.values(), stalls, stuck)
        return self.observing.complete(self._letters.complete(self._mover.complete(merged)))

    def keep(self, keep: bool) -> None:
        """Whether it goes on without clients."""
        self._kept = keep
        self._alone.set()

    def end(self, deadline_s: float) -> None:
        """Drains all flows, then ends; a second call does not wait longer than its own deadline."""
        self._deadline = deadline_s
        self._ending.set()

    def abort(self) -> None:
        """Ends now: executors are killed with what they hold."""
        self.left_over += len(self.flows.table)
        if self._group:
            self._group.cancel_scope.cancel()

    @property
    def is_ending(self) -> bool:
        """Whether it has been told to end."""
        return self._ending.is_set()

    # --- what a session wants of the engine

    def welcome(self) -> Welcome:
        """Who this is."""
        name = self.settings.name
        return Welcome(PROTOCOL, name, tremor_tui.__version__, os.getpid(), str(log_path(name)))

    async def answer(self, session: ClientSession, request: Request) -> Answer:
        """The answer to a request."""
        answer = await self._plane.answer(session, request)
        self._company.follow(session, request, answer)
        return answer

    def snapshot_frame(self, tasks: bool) -> bytes:
        """The engine now, as a frame to push."""
        snapshot = self.snapshot()
        try:
            return encode(Push(snapshot if tasks else brief(snapshot)))
        except ControlError as error:
            return encode(Push(Notice(error.message, "error")))

    def joined(self, session: ClientSession) -> None:
        """A client has said hello."""
        self._sessions.add(session)
        self._alone.set()

    def left(self, session: ClientSession) -> None:
        """A client is gone; its taps end."""
        self._sessions.discard(session)
        self._alone.set()
        self.rate_changed()
        if self._group and not self._ending.is_set():
            self._group.start_soon(self._plane.client_left, session)

    def rate_changed(self) -> None:
        """A client watches at another rate: executors send pictures as often as the keenest one wants."""
        rate = max([PICTURE_RATE, *(session.per_second for session in self._sessions)])
        if rate != self._rate and self._group and not self._ending.is_set():
            self._rate = rate
            for executor in self.executors:
                self._group.start_soon(self._set_rate, executor)

    async def _set_rate(self, executor: Executor) -> None:
        if executor.state == "waiting":
            return  # it is told when it begins
        try:
            await executor.order(SetRate(self._rate))
        except ControlError as error:
            self.log(f"executor {executor.number}: {error.message}")

    # --- what happens to executors

    def told(self, said: TapSamples | BreakSnapshot) -> None:
        """An executor tells of events."""
        self._events.told(said)
        if isinstance(said, TapSamples):
            self.observing.tapped(said)

    def pictured(self, executor: Executor) -> None:
        """A picture came; flows that ended by themselves are told of."""
        for flow in self.flows.see(executor):
            self.log(f"{flow.alias} {flow.state}" + (f": {flow.error}" if flow.error else ""))
            failed = flow.state == "failed"
            reason = flow.error.partition("\n")[0]
            text = f"{flow.alias} failed: {reason}" if failed else f"{flow.alias} has ended"
            self.notify(text, "error" if failed else "info", flow.alias)

    def mailed(self, executor: Executor, mail: Mailed) -> None:
        """Events failed, or something became of those that were sent again."""
        self._letters.mailed(mail)

    def _say(self, text: str) -> None:
        """Something that who looks on should know."""
        self.log(text)
        self.notify(text, "warning")

    def crashed(self, executor: Executor, reason: str, pause_s: float | None) -> None:
        """An executor ended by itself."""
        lost = self.flows.lose(executor, reason, final=pause_s is None)
        self._letters.lost(flow.alias for flow in self.flows.on(executor))
        name = f"executor {executor.number}"
        if pause_s is None:
            text = f"{name} ended {executor.restarts} times, the last by: {reason}; it is not started again"
        else:
            text = f"{name} ended ({reason}); it starts again in {pause_s:g} s"
        self.log(text)
        flows = ", ".join(flow.alias for flow in lost)
        self.notify(f"{text}; flows: {flows}" if flows else text, "error" if pause_s is None else "warning")

    async def restarted(self, executor: Executor) -> None:
        """An executor runs again: its flows begin anew."""
        await self._set_rate(executor)
        await self.observing.restarted(executor)
        lost = [flow for flow in self.flows.on(executor) if flow.lost]
        await self.flows.begin_anew(executor)
        await self._events.begin_anew(lost)
        for flow in lost:
            if not flow.lost:
                self.log(f"{flow.alias} {flow.note}")
                self.notify(f"{flow.alias} {flow.note}", "warning", flow.alias)

    def push(self, pushed: Marked) -> None:
        """Something for every client that watches."""
        for session in self._sessions:
            if session.per_second:
                session.push(pushed)

    def notify(self, text: str, severity: Severity = "info", flow: str = "") -> None:
        """A sentence for every client."""
        notice = Notice(text, severity, time.time_ns(), flow)
        for session in self._sessions:
            session.push(notice)
