"""Flows: which flow runs on which executor, from which texts, and what was done to it.

The supervisor keeps the texts that a flow was compiled from, so that a flow that begins anew after a crash
begins with what was deployed or applied last, whatever lies on the disk meanwhile.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

import anyio
import msgspec

from tremor_tui.control.commands import Apply, Compare, Deploy
from tremor_tui.control.snapshots import Applied, Compared, Done, FlowSnapshot, Stopped, TaskSnapshot
from tremor_tui.engine.applying import Applying, Notify, is_over, pinned
from tremor_tui.engine.compiling.link import FlowPlan, Plan, Planned
from tremor_tui.engine.compiling.service import Compiling
from tremor_tui.engine.deployed import OVER, Version
from tremor_tui.engine.deployed import Deployed as Deployed
from tremor_tui.engine.difference import compare
from tremor_tui.engine.executors.executor import Executor
from tremor_tui.engine.executors.link import Ended, EndFlow, PauseFlow, StartFlow, Texts
from tremor_tui.engine.placing.loads import FRESH_NS, listens, load_of, usable
from tremor_tui.engine.placing.moving import Moving
from tremor_tui.engine.placing.rules import Load, choose
from tremor_tui.engine.placing.stays import why_unready
from tremor_tui.engine.tally import Lately, Tally
from tremor_tui.engine.trials import Clock, Trial, Trials
from tremor_tui.errors import ControlError, EngineLost, LifecycleError, UnknownName

WATCH_S = 10.0


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
        self._clock = clock
        self._watch_ns = int(watch_s * 1e9)
        self.applying = Applying(log, notify, clock, self._watch_ns)
        self.trials = Trials(lambda: list(self.table.values()), clock, self._go_back, self.applying.stay)
        self._turns: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)
        self._placed: list[tuple[int, int]] = []

    def get(self, alias: str) -> Deployed:
        """The flow of that name. Raises UnknownName."""
        if alias not in self.table:
            raise UnknownName("flow", alias, self.table)
        return self.table[alias]

    async def at_rest(self, alias: str) -> Deployed:
        """The flow of that name, once it is not on its way to another executor. Raises UnknownName."""
        flow = self.get(alias)
        while flow.moving is not None:
            await flow.moving.wait()
        return flow

    def on(self, executor: Executor) -> list[Deployed]:
        """The flows that an executor runs."""
        return [flow for flow in self.table.values() if flow.executor is executor]

    async def deploy(self, request: Deploy) -> Done:
        """Compiles a file and starts what it deploys; none stays if one of them cannot start."""
        source = Texts(request.path, request.base, request.module_path, request.texts)
        planned = await self._planned(source)
        if not planned.flows:
            raise ControlError(f"`{request.path}` deploys no flow", "add `deploy flow NAME;` at its end")
        source = pinned(source, planned.files)
        started: list[Deployed] = []
        try:
            for plan in planned.flows:
                async with self._turns[plan.alias]:
                    await self._make_room(plan.alias, request.replace)
                    started.append(flow := self._deployed(plan, source, planned))
                    self.table[flow.alias] = flow
            await self._start_all(started)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._take_back(started)
            raise
        names = ", ".join(plan.alias for plan in planned.flows)
        self.log(f"deployed {names} from {request.path}")
        return Done(f"deployed {names}")

    async def _start_all(self, flows: Sequence[Deployed]) -> None:
        """Starts new flows, those of each executor in their order. Raises the first failure there was."""
        failures: list[Exception] = []

        async def start_on(executor: Executor) -> None:
            try:
                for flow in flows:
                    if flow.executor is executor:
                        async with self._turns[flow.alias]:
                            await self._start(flow)
            except ControlError as error:
                failures.append(error)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for executor in {id(flow.executor): flow.executor for flow in flows}.values():
                group.start_soon(start_on, executor)
        if failures:
            raise failures[0]

    async def apply(self, request: Apply) -> Applied:
        """Compiles a running flow's file anew, makes the flow what it says, and has that watched."""
        async with self._turns[request.flow]:
            flow = self.get(request.flow)
            if is_over(flow):
                raise LifecycleError(
                    f"the flow `{flow.alias}` does not run: it is {flow.state}", "deploy it anew"
                )
            source = msgspec.structs.replace(flow.source, texts=request.texts)
            planned = await self._planned(source)
            plan = next((p for p in planned.flows if p.alias == flow.alias), None)
            if plan is None:
                gone = f"the file no longer deploys `{flow.alias}`"
                raise ControlError(gone, f"to stop it: `tremor-tui stop {flow.alias}`")
            source = pinned(source, planned.files)
            made = Version(flow.newest + 1, plan, source, planned.files)
            applied = await self.applying.apply(flow, made, request, self.trials)
        others = await self._others(request, planned, source)
        return msgspec.structs.replace(applied, text="; ".join(filter(None, (applied.text, others))))

    async def _others(self, request: Apply, planned: Planned, source: Texts) -> str:
        """Says which other flows of the file do not run, or starts them if that is wanted."""
        idle = [plan for plan in planned.flows if plan.alias not in self.table]
        names = ", ".join(f"`{plan.alias}`" for plan in idle)
        if not idle:
            return ""
        if not request.start_others:
            return f"{names} of the same file does not run; to start it too: apply with --others"
        for plan in idle:
            async with self._turns[plan.alias]:
                await self._start(self._deployed(plan, source, planned))
        return f"{names} runs too"

    def _deployed(self, plan: FlowPlan, source: Texts, planned: Planned) -> Deployed:
        tally, stalls = Tally(self._watch_ns), Lately(self._watch_ns)
        shares = any(map(listens, planned.flows))
        return Deployed(
            plan, source, planned.files, self._place(source, shares), tally, stalls, listens=shares
        )

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
        flow = await self.at_rest(alias)
        stopped = await self._end(flow, deadline_s)
        if self.table.get(alias) is flow:
            del self.table[alias]
        self.log(f"stopped {alias}: " + ("drained" if stopped.drained else f"forced, {stopped.left} left"))
        return stopped

    async def pause(self, alias: str, paused: bool) -> Done:
        """Pauses or resumes a flow."""
        flow = await self.at_rest(alias)
        await flow.executor.order(PauseFlow(alias, paused))
        return Done(f"{alias} is paused" if paused else f"{alias} goes on")

    async def begin_anew(self, executor: Executor) -> None:
        """Starts the flows of an executor that was started again."""
        for flow in self.on(executor):
            if not flow.lost:
                continue
            try:
                await executor.order(StartFlow(flow.source, flow.alias, flow.carried))
            except EngineLost:  # it ended again, and will be started again
                continue
            except ControlError as error:
                flow.failed, flow.error = True, error.message
                self.log(f"{flow.alias} cannot begin anew: {error.message}")
                continue
            flow.lost, flow.carried = False, b""
            flow.picture = None
            anew = f"began anew after executor {executor.number} ended"
            flow.say(f"{flow.went_back}; {anew}" if flow.went_back else anew)
            flow.went_back = ""

    def lose(self, executor: Executor, reason: str, final: bool) -> list[Deployed]:
        """Notes that an executor's flows are gone, for good if `final`; returns those that ran."""
        gone = [flow for flow in self.on(executor) if flow.state not in OVER]
        for flow in gone:
            self.applying.lose(flow, f"executor {executor.number} ended ({reason})")
            flow.lost, flow.failed = True, final
            flow.error = f"executor {executor.number} ended: {reason}" if final else ""
            ended = f"executor {executor.number} ended: {reason}"
            flow.say(flow.went_back or ended)
        return gone

    def see(self, executor: Executor) -> list[FlowSnapshot]:
        """Takes over an executor's newest pictures of its flows; returns those that are over since then."""
        ended = []
        now_ns = self._clock.monotonic_ns()
        seen, same = executor.picture, set(executor.picture.same)
        tasks = defaultdict[str, list[TaskSnapshot]](list)
        for task in seen.tasks:
            tasks[task.flow].append(task)
        for picture in seen.flows:
            flow = self.table.get(picture.alias)
            if flow and flow.executor is executor:
                if picture.alias in same and flow.picture is picture and flow.trial is None:
                    flow.tally.pass_time(now_ns)
                    continue
                if picture.state in OVER and flow.state not in OVER:
                    ended.append(picture)
                flow.picture = picture
                flow.stalls.see(self.trials.stalls(flow.alias)[0], now_ns)
                flow.tally.see(tasks[flow.alias], now_ns)
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

    def _place(self, source: Texts, shares: bool) -> Executor:
        """Where a new flow runs, as `placing/rules.py` says; flows that share measurements stay together."""
        kin = (
            flow.executor
            for flow in self.table.values()
            if (shares or flow.listens) and flow.source.path == source.path
        )
        executor = next(kin, None) or self.executors[choose(self._loads())]
        self._placed.append((self._clock.monotonic_ns(), executor.number))
        executor.revive()
        return executor

    def _loads(self) -> list[Load]:
        """What matters for a new flow: cheap, as a thousand may come at once."""
        fresh, counts = self._fresh(), Counter(flow.executor.number for flow in self.table.values())
        return [
            Load(
                one.number,
                one.picture.cpu,
                count=counts[one.number],
                fresh=fresh[one.number],
                is_usable=usable(one),
            )
            for one in self.executors
        ]

    def _fresh(self) -> Counter[int]:
        since_ns = self._clock.monotonic_ns() - FRESH_NS
        self._placed = [placed for placed in self._placed if placed[0] > since_ns]
        return Counter(number for _, number in self._placed)

    def loads(self, stays: Callable[[Deployed], str]) -> list[Load]:
        """What each executor does now, as far as its last picture tells."""
        fresh = self._fresh()
        return [load_of(one, self.on(one), fresh[one.number], stays) for one in self.executors]

    async def move(self, alias: str, target: Executor, *, anyway: bool = False) -> int:
        """Takes a running flow to another executor; how long it stood still, in ns. Raises ControlError."""
        async with self._turns[alias]:
            flow = self.get(alias)
            if why := why_unready(flow):
                raise LifecycleError(f"flow `{alias}` stays: {why}", "try again later")
            if flow.executor is target:
                raise LifecycleError(f"flow `{alias}` is on executor {target.number} already")
            flow.moving = anyio.Event()
            try:
                pause_ns = await Moving(flow, target, self._clock, anyway).run()
            finally:
                flow.moving.set()
                flow.moving = None
            self._placed.append((self._clock.monotonic_ns(), target.number))
            return pause_ns

    async def _start(self, flow: Deployed) -> None:
        self.table[flow.alias] = flow
        await flow.executor.order(StartFlow(flow.source, flow.alias))

    async def _go_back(self, flow: Deployed, trial: Trial, why: str) -> None:
        async with self._turns[flow.alias]:
            if flow.trial is trial and not flow.lost:
                await self.applying.go_back(flow, trial, why)

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
