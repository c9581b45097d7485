"""Flows: which flow runs on which executor, from which texts, and what was done to it.

The supervisor keeps the texts that a flow was compiled from, so that a flow that begins anew after a crash
begins with what was deployed or applied last, whatever lies on the disk meanwhile.
"""

from __future__ import annotations

import dataclasses
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import anyio
import anyio.to_thread
import msgspec

from tremor_tui.control.commands import Apply, Compare, Deploy
from tremor_tui.control.snapshots import (
    Applied,
    Compared,
    Done,
    FileText,
    FlowSnapshot,
    FlowState,
    Receipt,
    Severity,
    Stopped,
)
from tremor_tui.engine.compiling.link import FlowPlan, Plan, Planned
from tremor_tui.engine.compiling.service import Compiling
from tremor_tui.engine.difference import compare
from tremor_tui.engine.executors.executor import Executor
from tremor_tui.engine.executors.link import Ended, EndFlow, PauseFlow, StartFlow, SwapFlow, Swapped, Texts
from tremor_tui.engine.shape import differences
from tremor_tui.engine.tally import Tally
from tremor_tui.engine.trials import Clock, Trial, Trials, refresh, restore
from tremor_tui.errors import ControlError, EngineLost, LifecycleError, UnknownName

OVER: frozenset[FlowState] = frozenset({"stopped", "failed"})
WATCH_S = 10.0
Notify = Callable[[str, Severity, str], None]


@dataclass(frozen=True, slots=True)
class Version:
    """What a flow was compiled from."""

    number: int
    plan: FlowPlan
    source: Texts
    files: tuple[FileText, ...]


@dataclass(slots=True)
class Deployed:
    """One flow: where it runs, what it was compiled from, and its last picture.

    `trial`: how the version that runs is watched; `gone`: the version that was taken back last.
    """

    plan: FlowPlan
    source: Texts
    files: tuple[FileText, ...]
    executor: Executor
    tally: Tally = field(default_factory=Tally)
    version: int = 1
    newest: int = 1
    trial: Trial | None = None
    gone: Version | None = None
    last_apply: Receipt | None = None
    error: str = ""
    note: str = ""
    note_ns: int = 0
    lost: bool = False
    failed: bool = False
    picture: FlowSnapshot | None = None

    @property
    def alias(self) -> str:
        """The name it was deployed under."""
        return self.plan.alias

    @property
    def state(self) -> FlowState:
        """What it is doing, as far as the supervisor knows."""
        if self.failed:
            return "failed"
        if self.lost or self.picture is None:
            return "initializing"
        return self.picture.state

    def now(self) -> Version:
        """The version that runs."""
        return Version(self.version, self.plan, self.source, self.files)

    def become(self, version: Version) -> None:
        """Notes that another version runs."""
        self.version, self.plan = version.number, version.plan
        self.source, self.files = version.source, version.files
        self.newest = max(self.newest, version.number)

    def say(self, note: str) -> None:
        """Keeps a sentence about what happened last."""
        self.note, self.note_ns = note, time.time_ns()


class Flows:
    """The table of flows, and what commands do to it. `trials` must run for versions to be watched."""

    def __init__(
        self,
        compiling: Compiling,
        executors: Sequence[Executor],
        log: Callable[[str], None],
        notify: Notify,
        clock: Clock,
        watch_s: float = WATCH_S,
    ) -> None:
        self.compiling = compiling
        self.executors = executors
        self.log = log
        self.table: dict[str, Deployed] = {}
        self.trials = Trials(lambda: list(self.table.values()), clock, self._go_back, self._stay)
        self._notify = notify
        self._clock = clock
        self._watch_ns = int(watch_s * 1e9)
        self._turns: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)
        self._placed = 0

    def get(self, alias: str) -> Deployed:
        """The flow of that name. Raises UnknownName."""
        if alias not in self.table:
            raise UnknownName("flow", alias, self.table)
        return self.table[alias]

    def on(self, executor: Executor) -> list[Deployed]:
        """The flows that an executor runs."""
        return [flow for flow in self.table.values() if flow.executor is executor]

    async def deploy(self, request: Deploy) -> Done:
        """Compiles a file and starts what it deploys; none stays if one of them cannot start."""
        source = Texts(request.path, request.base, request.module_path, request.texts)
        planned = await self._planned(source)
        if not planned.flows:
            raise ControlError(f"`{request.path}` deploys no flow", "add `deploy flow NAME;` at its end")
        source = _pinned(source, planned.files)
        started: list[Deployed] = []
        try:
            for plan in planned.flows:
                async with self._turns[plan.alias]:
                    await self._make_room(plan.alias, request.replace)
                    tally = Tally(self._watch_ns)
                    started.append(flow := Deployed(plan, source, planned.files, self._place(), tally))
                    await self._start(flow)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._take_back(started)
            raise
        names = ", ".join(plan.alias for plan in planned.flows)
        self.log(f"deployed {names} from {request.path}")
        return Done(f"deployed {names}")

    async def apply(self, request: Apply) -> Applied:
        """Compiles a running flow's file anew, swaps the pipelines that changed, and has them watched."""
        async with self._turns[request.flow]:
            flow = self.get(request.flow)
            if flow.state in OVER or flow.lost:
                raise LifecycleError(
                    f"the flow `{flow.alias}` does not run: it is {flow.state}", "deploy it anew"
                )
            source = msgspec.structs.replace(flow.source, texts=request.texts)
            planned = await self._planned(source)
            plan = next((p for p in planned.flows if p.alias == flow.alias), None)
            _refuse_relinking(flow, plan)
            assert plan is not None
            made = Version(flow.newest + 1, plan, _pinned(source, planned.files), planned.files)
            return await self._apply(flow, made, request.accept)

    async def compare(self, request: Compare) -> Compared:
        """What an apply of these texts would change."""
        flow = self.get(request.flow)
        planned = await self._planned(msgspec.structs.replace(flow.source, texts=request.texts))
        plan = next((p for p in planned.flows if p.alias == flow.alias), None)
        if plan is None:
            gone = f"the file no longer deploys `{flow.alias}`"
            return Compared(flow.alias, refused=(gone,), text=gone)
        return compare(flow.plan, plan)

    async def stop(self, alias: str, deadline_s: float) -> Stopped:
        """Drains a flow and forgets it."""
        flow = self.get(alias)
        stopped = await self._end(flow, deadline_s)
        if self.table.get(alias) is flow:
            del self.table[alias]
        self.log(f"stopped {alias}: " + ("drained" if stopped.drained else f"forced, {stopped.left} left"))
        return stopped

    async def pause(self, alias: str, paused: bool) -> Done:
        """Pauses or resumes a flow."""
        flow = self.get(alias)
        await flow.executor.order(PauseFlow(alias, paused))
        return Done(f"{alias} is paused" if paused else f"{alias} goes on")

    async def begin_anew(self, executor: Executor) -> None:
        """Starts the flows of an executor that was started again."""
        for flow in self.on(executor):
            if not flow.lost:
                continue
            try:
                await executor.order(StartFlow(flow.source, flow.alias))
            except EngineLost:  # it ended again, and will be started again
                continue
            except ControlError as error:
                flow.failed, flow.error = True, error.message
                self.log(f"{flow.alias} cannot begin anew: {error.message}")
                continue
            flow.lost = False
            flow.picture = None
            flow.say(f"began anew after executor {executor.number} ended")

    def lose(self, executor: Executor, reason: str, final: bool) -> list[Deployed]:
        """Notes that an executor's flows are gone, for good if `final`; returns those that ran."""
        gone = [flow for flow in self.on(executor) if flow.state not in OVER]
        for flow in gone:
            flow.lost, flow.failed, flow.trial = True, final, None
            flow.error = f"executor {executor.number} ended: {reason}" if final else ""
            flow.say(f"executor {executor.number} ended: {reason}")
        return gone

    def see(self, executor: Executor) -> list[FlowSnapshot]:
        """Takes over an executor's newest pictures of its flows; returns those that are over since then."""
        ended = []
        now_ns = self._clock.monotonic_ns()
        for picture in executor.picture.flows:
            flow = self.table.get(picture.alias)
            if flow and flow.executor is executor:
                if picture.state in OVER and flow.state not in OVER:
                    ended.append(picture)
                flow.picture = picture
                flow.tally.see((t for t in executor.picture.tasks if t.flow == flow.alias), now_ns)
        return ended

    async def _planned(self, source: Texts) -> Planned:
        planned = await self.compiling.ask(Plan(source), Planned)
        if any(d.is_error for d in planned.diagnostics):
            first = next(d for d in planned.diagnostics if d.is_error)
            raise ControlError(first.message, first.hint, planned.diagnostics)
        return planned

    async def _make_room(self, alias: str, replace: bool) -> None:
        old = self.table.get(alias)
        if old is None:
            return
        if not replace and old.state not in OVER:
            hint = f"stop it first: `tremor-tui stop {alias}`"
            raise LifecycleError(f"a flow called `{alias}` runs already, from `{old.source.path}`", hint)
        await self.stop(alias, 5.0)

    def _place(self) -> Executor:
        """The next executor in turn; one that has failed gets another chance only if all have."""
        usable = [e for e in self.executors if e.state != "failed"] or list(self.executors)
        executor = usable[self._placed % len(usable)]
        self._placed += 1
        executor.revive()
        return executor

    async def _start(self, flow: Deployed) -> None:
        self.table[flow.alias] = flow
        await flow.executor.order(StartFlow(flow.source, flow.alias))

    async def _apply(self, flow: Deployed, made: Version, accept: bool) -> Applied:
        changed = _changed(flow.plan, made.plan)
        if not changed:
            return self._keep(flow, made, accept)
        if flow.gone and flow.gone.source.texts == made.source.texts:
            made, accept = dataclasses.replace(made, number=flow.gone.number), True
        earlier = flow.now()
        await refresh([flow.executor])
        judged = _altered(flow.plan, made.plan, changed)
        before = flow.tally.lately(judged)
        receipt = flow.last_apply = await self._swap(flow, made, changed)
        flow.trial = None
        self.log(f"applied version {flow.version} of {flow.alias}: {', '.join(changed)}")
        if accept or not self._watch_ns:
            flow.say(f"v{flow.version} was applied and accepted")
            return Applied((receipt,), f"v{flow.version} is accepted and not watched")
        await refresh([flow.executor])
        until = self._clock.monotonic_ns() + self._watch_ns
        start, wall = flow.tally.total(judged), self._clock.wall_ns() + self._watch_ns
        flow.trial = Trial(earlier, judged, before, start, until, wall)
        flow.say(f"v{flow.version} was applied and is watched")
        self.trials.begin()
        return Applied((receipt,))

    def _keep(self, flow: Deployed, made: Version, accept: bool) -> Applied:
        """Answers an apply that changes nothing that runs; the same texts again accept what is watched."""
        if flow.trial and (accept or flow.source.texts == made.source.texts):
            flow.trial = None
            flow.say(f"v{flow.version} was accepted")
            self.log(f"{flow.alias} {flow.note}")
            return Applied((), f"v{flow.version} is accepted")
        flow.become(dataclasses.replace(made, number=flow.version))
        return Applied((), "nothing that runs has changed")

    async def _swap(self, flow: Deployed, made: Version, pipelines: tuple[str, ...]) -> Receipt:
        result = await flow.executor.order(SwapFlow(made.source, flow.alias, pipelines, made.number))
        assert isinstance(result, Swapped)
        flow.become(made)
        return msgspec.structs.replace(
            result.receipt, flow=flow.alias, version=made.number, pipelines=pipelines, at_ns=time.time_ns()
        )

    async def _go_back(self, flow: Deployed, trial: Trial, why: str) -> None:
        """Puts the version that ran before `trial` live again, and its texts on disk."""
        async with self._turns[flow.alias]:
            if flow.trial is not trial or flow.lost or flow.state in OVER:
                return
            flow.trial, failed = None, flow.now()
            try:
                changed = _changed(failed.plan, trial.earlier.plan)
                receipt = await self._swap(flow, trial.earlier, changed)
            except ControlError as error:
                self._tell(flow, f"v{failed.number} cannot go back: {error.message}; {why}", "error")
                return
            flow.gone = failed
            texts = failed.source.texts, trial.earlier.source.texts
            files = await anyio.to_thread.run_sync(restore, *texts)
            # Last, for who reads this looks at the files next.
            flow.last_apply = msgspec.structs.replace(receipt, went_back_from=failed.number)
            text = f"v{failed.number} went back to v{flow.version}: {why}"
            self._tell(flow, f"{text}; {files}" if files else text, "warning")

    def _stay(self, flow: Deployed, why: str) -> None:
        """The version on trial is good."""
        flow.trial = None
        self._tell(flow, f"v{flow.version} stays: {why}", "info")

    def _tell(self, flow: Deployed, text: str, severity: Severity) -> None:
        flow.say(text)
        self.log(f"{flow.alias} {text}")
        self._notify(f"{flow.alias} {text}", severity, flow.alias)

    async def _end(self, flow: Deployed, deadline_s: float) -> Stopped:
        if flow.lost or flow.failed:
            return Stopped(flow.alias, drained=False)
        try:
            # A loop that does not turn cannot drain; its executor is not waited for without end.
            with anyio.fail_after(deadline_s + 2.0):
                result = await flow.executor.order(EndFlow(flow.alias, deadline_s))
        except TimeoutError:
            message = f"the flow `{flow.alias}` does not answer: executor {flow.executor.number} is stuck"
            raise ControlError(message, "the watchdog's warning names the place") from None
        assert isinstance(result, Ended)
        return next(iter(result.stopped), Stopped(flow.alias))

    async def _take_back(self, started: Iterable[Deployed]) -> None:
        for flow in started:
            if self.table.get(flow.alias) is flow:
                del self.table[flow.alias]
            try:
                await self._end(flow, 1.0)
            except ControlError as error:
                self.log(f"taking {flow.alias} back: {error.message}")


def _changed(old: FlowPlan, new: FlowPlan) -> tuple[str, ...]:
    """The pipelines that differ between two plans of the same shape."""
    return tuple(alias for alias, mark in new.pipelines.items() if old.pipelines[alias] != mark)


def _altered(old: FlowPlan, new: FlowPlan, changed: tuple[str, ...]) -> tuple[str, ...]:
    """Those that do something else now; what only moved in its text would water down the share that fails."""

    def does(plan: FlowPlan, alias: str) -> object:
        return sorted(n.mark for n in plan.nodes.get(alias, {}).values()), plan.wiring.get(alias)

    return tuple(alias for alias in changed if does(old, alias) != does(new, alias)) or changed


def _pinned(source: Texts, files: Sequence[FileText]) -> Texts:
    return msgspec.structs.replace(source, texts={f.path: f.text for f in files if f.writable})


def _refuse_relinking(flow: Deployed, plan: FlowPlan | None) -> None:
    if plan is None:
        raise ControlError(f"the file no longer deploys `{flow.alias}`", "to stop it: `tremor-tui stop`")
    found = differences(flow.plan, plan)
    if found:
        raise ControlError(
            f"`{flow.alias}` would change its shape: {'; '.join(found)}",
            "an apply swaps pipelines only; stop the flow and deploy it anew, or deploy with replace",
        )
