"""Runtime: all flows of this process, the ticker that drives them, and what a client may do to them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import TASK_STATUS_IGNORED, Event, create_task_group, move_on_after
from anyio.abc import TaskGroup, TaskStatus

from tremor_tui.connectors.contract import Clock, ConnectorContext
from tremor_tui.control.letters import Letter
from tremor_tui.control.limits import Limits
from tremor_tui.control.snapshots import FlowSnapshot, Receipt, Stopped, TaskSnapshot, Warned
from tremor_tui.control.speed import Speed
from tremor_tui.errors import DataError, LifecycleError, UnknownName
from tremor_tui.language.ir.deploy import ConnectorIR, FlowIR, PipelineIR
from tremor_tui.metrics.board import Board
from tremor_tui.model.signal import Tick
from tremor_tui.runtime.breaks import BreakTable
from tremor_tui.runtime.clock import SystemClock
from tremor_tui.runtime.cost import Cost
from tremor_tui.runtime.deploy import Builder, deploy
from tremor_tui.runtime.drain import drain, wait_within
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.letters import LetterBox
from tremor_tui.runtime.lifecycle import Ending
from tremor_tui.runtime.measure import Measure
from tremor_tui.runtime.pictures import Pictures
from tremor_tui.runtime.schedule.choosing import check_shared, make_schedule
from tremor_tui.runtime.settings import Settings
from tremor_tui.runtime.snapshot import flow_picture
from tremor_tui.runtime.swap import swap
from tremor_tui.runtime.tap import Deliver, Tap, Wanted
from tremor_tui.runtime.taps import TapTable
from tremor_tui.runtime.tasks.task import Lent
from tremor_tui.runtime.tracing import Tracer
from tremor_tui.runtime.watch import Watch

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Graph
    from tremor_tui.runtime.replaying import Unsent

_ALIVE = ("initializing", "running", "paused", "draining")


class Runtime:
    """The flows by alias. `run` must be running before `start` is called; `close` ends it.

    `letters`: whether events that fail are kept, to be fetched; in an engine they always are.
    `build` makes graphs of pipelines; it is `tremor_tui.pipeline`'s unless a test brings its own.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        clock: Clock | None = None,
        log: Callable[[str], None] | None = None,
        board: Board | None = None,
        executor: int = 0,
        in_engine: bool = False,
        letters: bool = False,
        build: Builder | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.clock: Clock = clock or SystemClock()
        self.executor = executor
        self.in_engine = in_engine
        self.flows: dict[str, Flow] = {}
        self._log = log or (lambda text: None)
        self.letters = LetterBox(self.clock) if in_engine or letters else None
        self._board = board or Board()
        self._schedule = make_schedule(self.settings.schedule)
        self._current = self._schedule.current()
        self._complaints = self._schedule.complaints(self._log, self.clock.monotonic_ns)
        self._build = build or partial(_build, self.settings.instance, socket.gethostname())
        self.paths = Tracer(self.flows, self.clock)
        self.breaks = BreakTable(self.flows, self.clock)
        self._taps = TapTable(self.flows, self.clock, self.paths)
        self._watch = Watch()
        self._pictures = Pictures(self._watch.stillness, executor)
        self._cost = Cost()
        self._measure = Measure()
        self._group: TaskGroup | None = None
        self._changed = Event()
        self._exit: Ending | None = None
        self._is_exiting = False

    async def run(self, *, task_status: TaskStatus[None] = TASK_STATUS_IGNORED) -> None:
        """Owns all tasks; returns after `close`."""
        async with create_task_group() as self._group:
            self._group.start_soon(self._tick)
            task_status.started()

    def build(self, flow: str, pipeline: PipelineIR) -> Graph:
        """A graph for a pipeline of a running flow, to be swapped in; its failures are logged as there."""
        alias = pipeline.alias

        def complain(node: str, error: DataError) -> None:
            task = self._flow(flow).pipelines[alias]
            task.counters.failed += 1
            task.complain(f"node {node}", f"`{task.id}` in `{node}`: {error}")

        return self._build(pipeline, complain)

    async def start(self, ir: FlowIR, *, base: Path, file: str = "", carried: bytes = b"") -> None:
        """Starts a flow; returns once each of its connectors has opened or begun to try again.

        `carried` is what `hand_over` gave in another process: it goes on from there.

        Raises LifecycleError where one of that alias runs, CompileError where a connector cannot start.
        """
        if self._group is None:
            raise LifecycleError("the runtime does not run yet")
        old = self.flows.get(ir.alias)
        if old is not None and not old.done.is_set():
            raise LifecycleError(f"flow `{ir.alias}` runs already", "stop it first")
        flow = Flow(ir, base, file, self.settings, self.clock, self._complaints)
        flow.letters = self.letters.of(ir.alias, flow.irs) if self.letters is not None else None
        if not self._schedule.is_one_loop:
            check_shared(ir, self.flows.values(), file)
        around = self._board, self._current, self._complaints
        host = self._schedule.host(flow)
        lent = Lent(ir.alias, self.settings, self.clock, *around, host, self._schedule)
        deploy(flow, lent, partial(self._context, flow), self._build)
        if carried:
            from tremor_tui.runtime.handing import take_over

            take_over(flow, carried)
        flow.on_done = self._note_change
        self.flows[ir.alias] = flow
        self._group.start_soon(flow.run)
        await wait_within(self.clock, self.settings.start_s, flow.started)
        if flow.error is not None and not flow.came_up:
            await drain(flow, self.settings.drain_s)
            self.flows.pop(ir.alias, None)
            raise flow.error

    async def stop(self, alias: str, deadline_s: float | None = None) -> Stopped:
        """Drains a flow and removes it, by force at the deadline. Raises UnknownName."""
        flow = self._flow(alias)
        stopped = await drain(flow, self.settings.drain_s if deadline_s is None else deadline_s)
        self._taps.forget(flow)
        self.paths.forget(flow)
        self.flows.pop(alias, None)
        self._note_change()
        return stopped

    async def hand_over(self, alias: str, within_s: float) -> bytes:
        """Ends a flow and returns what another process needs to go on with it, as `handing.py` says.

        Raises UnknownName, and LifecycleError where it cannot be handed over; then it goes on.
        """
        self._check_one_loop("hand a flow over")
        flow = self._flow(alias)
        from tremor_tui.runtime.handing import hand_over

        carried = await hand_over(flow, within_s)
        self._taps.forget(flow)
        self.paths.forget(flow)
        self.flows.pop(alias, None)
        self._note_change()
        return carried

    async def stop_all(self, deadline_s: float | None = None) -> list[Stopped]:
        """Drains all flows at once. They stay in the table, so that `wait_ended` can tell how it went."""
        deadline = self.settings.drain_s if deadline_s is None else deadline_s
        stopped: list[Stopped] = []

        async def stop_one(flow: Flow) -> None:
            stopped.append(await drain(flow, deadline))

        async with create_task_group() as group:
            for flow in list(self.flows.values()):
                group.start_soon(stop_one, flow)
        return stopped

    def pause(self, alias: str, paused: bool = True) -> None:
        """Makes a flow's sources stop pulling, or go on. Raises UnknownName and LifecycleError."""
        flow = self._flow(alias)
        if flow.state not in ("running", "paused"):
            raise LifecycleError(f"flow `{alias}` is {flow.state}, so it cannot be paused or resumed")
        flow.pause(paused)

    async def swap(
        self,
        alias: str,
        graphs: Mapping[str, Graph],
        irs: Mapping[str, PipelineIR] | None = None,
        version: int = 0,
    ) -> Receipt:
        """Puts new graphs into running pipelines, as `swap.py` says. Raises UnknownName, LifecycleError."""
        self._check_one_loop("change a flow that runs")
        flow = self._flow(alias)
        receipt = swap(flow, graphs, irs or {}, version)
        self._taps.follow(flow)
        self.breaks.follow(flow)
        return receipt

    async def reshape(
        self, ir: FlowIR, graphs: Mapping[str, Graph] | None = None, version: int = 0
    ) -> Receipt:
        """Gives the flow of that alias another shape, as `reshape.py` says; returns once all is worked off.

        `graphs` are new ones of pipelines that stay. Raises UnknownName, LifecycleError, and CompileError
        where something new cannot be made or opened; then the flow is as it was.
        """
        self._check_one_loop("change a flow that runs")
        flow = self._flow(ir.alias)
        from tremor_tui.runtime.reshape import Reshape  # not needed before the first change

        change = Reshape(flow, ir, graphs or {}, partial(self._context, flow), self._build, version)
        receipt = await change.run()
        self._taps.follow(flow)
        self.breaks.follow(flow)
        return receipt

    def snapshot(
        self, *, tasks: bool = True
    ) -> tuple[tuple[FlowSnapshot, ...], tuple[TaskSnapshot, ...], tuple[Warned, ...]]:
        """Pictures of flows, tasks and warnings; without `tasks` only flows and their links."""
        now = self.clock.monotonic_ns()
        if not tasks:
            flows = tuple(flow_picture(flow, self.executor, now, False) for flow in self.flows.values())
            return flows, (), self._watch.warned()
        both = self._pictures.all(self.flows.values(), now)
        return (
            tuple(flow for flow, _ in both),
            tuple(chain(*(all_ for _, all_ in both))),
            self._watch.warned(),
        )

    def picture(self, alias: str) -> tuple[FlowSnapshot, tuple[TaskSnapshot, ...], tuple[Warned, ...]]:
        """One flow and its tasks, and all warnings. Raises UnknownName."""
        flow, tasks = self._pictures.one(self._flow(alias), self.clock.monotonic_ns())
        return flow, tasks, self._watch.warned()

    def speed(self, alias: str) -> Speed:
        """What of a flow is on the fast path, and what keeps the rest off. Raises UnknownName."""
        from tremor_tui.runtime.speed import speed_of  # not needed before somebody asks

        return speed_of(self._flow(alias))

    def set_limits(self, limits: Limits) -> None:
        """Warns beyond these limits from now on."""
        self._watch.limits = limits

    def set_statistics(self, on: bool) -> None:
        """Measures the polls of tasks, or no longer; events and queues are counted all the same."""
        self._current.is_measuring = on

    def cost(self) -> float:
        """The part of a core that measuring took since this was last asked, 0 to 1; an estimate."""
        polls = sum(task.meter.polls for flow in self.flows.values() for task in flow.tasks)
        return self._cost.share(polls, self.clock.monotonic_ns(), self._current.is_measuring)

    async def replay(self, alias: str, letters: Sequence[Letter]) -> Unsent:
        """Sends letters through their flow again, as `replaying.py` says; those of no flow are not sent."""
        if alias not in self.flows:
            return [(one.id, f"the flow `{alias}` does not run") for one in letters]
        from tremor_tui.runtime.replaying import replay

        return await replay(self.flows[alias], letters)

    def open_tap(self, edge: str, wanted: float | Wanted, deliver: Deliver) -> Tap:
        """Copies events that pass an edge, given by its id in pictures. Raises UnknownName."""
        self._check_one_loop("tap a flow")
        return self._taps.open(edge, wanted, deliver)

    def change_tap(self, tap: Tap, wanted: Wanted) -> None:
        """Gives a tap other properties."""
        self._taps.change(tap, wanted)

    def is_tap_over(self, tap: Tap) -> bool:
        """Whether it was closed, or ended because its edge is gone."""
        return self._taps.is_over(tap)

    def close_tap(self, tap: Tap) -> None:
        """Ends a tap."""
        self._taps.close(tap)

    async def wait_ended(self) -> Ending:
        """Returns when all flows have ended, or when `exit` has spoken and they were stopped."""
        while self._exit is None and (
            self._is_exiting or not self.flows or any(not f.done.is_set() for f in self.flows.values())
        ):
            await self._changed.wait()
        return self._exit or self._ending(0)

    @property
    def was_exited(self) -> bool:
        """Whether `exit` has spoken."""
        return self._is_exiting

    async def close(self) -> None:
        """Cancels what still runs and ends `run`."""
        for flow in self.flows.values():
            flow.force()
        with move_on_after(2.0):
            for flow in list(self.flows.values()):
                await flow.done.wait()
        self._complaints.flush(final=True)
        if self._group is not None:
            self._group.cancel_scope.cancel()

    # -- inside --------------------------------------------------------------------------------------

    def _flow(self, alias: str) -> Flow:
        if alias not in self.flows:
            raise UnknownName("flow", alias, self.flows)
        return self.flows[alias]

    def _context(self, flow: Flow, connector: ConnectorIR) -> ConnectorContext:
        ctx = ConnectorContext(
            flow=flow.alias,
            alias=connector.alias,
            base=flow.base,
            clock=self.clock,
            in_engine=self.in_engine,
            log=self._log,
            request_stop=partial(self._request_stop, flow),
            waiting=self._current.waiting,
        )
        return self._schedule.context(ctx)

    def _check_one_loop(self, doing: str) -> None:
        if not self._schedule.is_one_loop:
            raise LifecycleError(f"the threads schedule cannot {doing}", "use `--schedule async`")

    def _request_stop(self, flow: Flow, status: int, force: bool) -> None:
        if self._group is None or self._is_exiting:
            return
        deadline = 0.0 if force else self.settings.drain_s
        if self.in_engine:
            flow.say(f"ended by an `exit` connector with status {status}")
            self._group.start_soon(drain, flow, deadline)
            return
        self._is_exiting = True
        self._group.start_soon(self._end_all, status, deadline)

    async def _end_all(self, status: int, deadline_s: float) -> None:
        await self.stop_all(deadline_s)
        self._exit = self._ending(status)
        self._note_change()

    def _ending(self, status: int) -> Ending:
        endings = [flow.ending for flow in self.flows.values() if flow.ending is not None]
        return Ending(
            status or max((one.status for one in endings), default=0),
            all(flow.ending is not None and flow.ending.drained for flow in self.flows.values()),
            sum(one.left for one in endings),
            "\n".join(one.error for one in endings if one.error),
        )

    def _note_change(self) -> None:
        self._changed.set()
        self._changed = Event()

    async def _tick(self) -> None:
        while True:
            await self.clock.sleep(self.settings.tick_s)
            tick = Tick(self.clock.wall_ns())
            now = self.clock.monotonic_ns()
            for flow in self.flows.values():
                if flow.state in _ALIVE:
                    for pipeline in flow.pipelines.values():
                        if pipeline.graph.wants_ticks and not pipeline.channel.is_closed:
                            pipeline.channel.send_signal(tick)
            self._watch.look(self.flows.values(), now, tick.ingest_ns)
            self._measure.look(self.flows.values(), now, tick.ingest_ns)
            if self._schedule.is_one_loop:
                self._taps.flush()
                self.breaks.look(now)
                self.paths.look(now)
            self._complaints.flush()


def _build(
    instance: str, hostname: str, pipeline: PipelineIR, on_error: Callable[[str, DataError], None]
) -> Graph:
    # here, so that a runtime whose graphs come from elsewhere loads no compiler
    from tremor_tui.pipeline.build import build

    return build(pipeline.query, instance=instance, hostname=hostname, on_error=on_error)
