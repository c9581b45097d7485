"""Reshape: gives a running flow another shape: other connectors, pipelines and links, without loss.

    receipt = await Reshape(flow, ir, graphs, make_context, build, version).run()

What stays: a pipeline of the same alias (with a new graph where one is given), a connector whose settings are
the same, a link between two tasks that stay. What has other settings is replaced under its alias. It goes
in five steps, and up to the fourth the flow is as it was if anything is refused.

1. **Make** all that is new, and work out how it is linked. Nothing runs yet.
2. **Open** it: sinks and sources, while the flow goes on. A sink that replaces another opens last, once that
   one has written what it had at hand and stepped aside. One that cannot be opened ends the reshape; one
   that is away and whose policy is to try for ever is taken as it is, tripped.
3. **Work off** what went over links that will be gone, where others come: the tasks that send over them
   stop sending, and the pipelines behind them run empty, into channels that take more than they have room
   for meanwhile; so this never waits for a sink. A source that goes sends what it has read. So each event
   takes one shape all the way from the place where the two differ, and those of the new shape come after
   those of the old one.
4. **Commit**, between two turns of the loop: graphs, links, and what tasks know of each other. What a task
   had not sent over any link takes the new ones. What waits in a channel stays there. A sink that replaces
   another takes over its channel, and of the batch at hand what did not get out.
5. **See off** what goes: sinks that are removed write what they have, pipelines and sources end when those
   above them have. What makes no progress for `drain_s` ends by force; what it held is counted and said.

Acks and fails of events on the way go to the source they are from, though that may be above no more.

Long because the five steps share one plan, and read best one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

import msgspec

from tremor_tui.control.snapshots import Receipt
from tremor_tui.errors import LifecycleError, TremorError
from tremor_tui.language.ir.deploy import ConnectorIR, FlowIR, settings_of
from tremor_tui.model.record import dataclass
from tremor_tui.model.signal import Drain
from tremor_tui.runtime.channel import Channel
from tremor_tui.runtime.deploy import (
    Builder,
    Installed,
    MakeContext,
    install,
    make_channel,
    make_parts,
    make_pipeline,
)
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.lifecycle import placed
from tremor_tui.runtime.outbox import Link
from tremor_tui.runtime.swap import exchange, finish, swap
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.sink import SinkTask
from tremor_tui.runtime.tasks.source import SourceTask
from tremor_tui.runtime.tasks.task import Task
from tremor_tui.runtime.wiring import Made, Wiring, below, is_wanted, plan_wiring, wire

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Graph

ASIDE_S: Final = 1.0
"""How long a sink that is replaced may take for what it has at hand, before the other begins beside it."""
ROUNDS: Final = 6
"""So often `drain_s` may pass with progress before a work-off, or a farewell, ends all the same."""


@dataclass(slots=True)
class Plan:
    """The tasks as they will be: `fresh` ones are new, `gone` ones leave, `heirs` take over from others.

    `queues` are the channels of those that ended before the commit.
    """

    made: Made = field(default_factory=Made)
    installed: dict[str, Installed] = field(default_factory=dict)
    wiring: Wiring = field(default_factory=Wiring)
    fresh: list[Task] = field(default_factory=list)
    gone: list[Task] = field(default_factory=list)
    heirs: dict[SinkTask, SinkTask] = field(default_factory=dict)
    queues: dict[SinkTask, Channel] = field(default_factory=dict)
    removed: set[Link] = field(default_factory=set)
    added: set[Link] = field(default_factory=set)

    @property
    def is_structural(self) -> bool:
        """Whether anything but graphs changes."""
        return bool(self.fresh or self.gone or self.removed or self.added)


class Reshape:
    """One change of one flow. `graphs` are for pipelines that stay; those of new ones are made here."""

    def __init__(
        self,
        flow: Flow,
        ir: FlowIR,
        graphs: Mapping[str, Graph],
        make_context: MakeContext,
        build: Builder,
        version: int = 0,
    ) -> None:
        self._flow = flow
        self._ir = ir
        self._graphs = graphs
        self._make_context = make_context
        self._build = build
        self._version = version
        self._plan = Plan()
        self._frozen: list[Task] = []
        self._since_ns = 0

    async def run(self) -> Receipt:
        """Does it all. Raises TremorError, and leaves the flow as it was, where it cannot be done."""
        flow = self._flow
        if not flow.came_up or flow.state not in ("running", "paused") or flow.is_stopping:
            raise LifecycleError(
                f"flow `{flow.alias}` is {flow.state}, so its shape stays", "deploy it again"
            )
        if flow.is_reshaping:
            raise LifecycleError(f"flow `{flow.alias}` is taking another shape already", "try again")
        self._make()
        if not self._plan.is_structural:
            return self._swap()
        flow.is_reshaping = True
        try:
            try:
                await self._open()
                await self._work_off()
                await self._take_hands()
            except BaseException:
                self._undo()
                raise
            receipt = self._commit()
            left = await self._see_off()
            return msgspec.structs.replace(receipt, left=left)
        finally:
            flow.is_reshaping = False
            for source in flow.sources:
                source.bell.ring()
            flow.note_news()

    def _swap(self) -> Receipt:
        flow = self._flow
        receipt = swap(flow, self._graphs, {one.alias: one for one in self._ir.pipelines}, self._version)
        flow.ir, flow.installed = self._ir, self._plan.installed
        return receipt

    # -- make --------------------------------------------------------------------------------------

    def _make(self) -> None:
        flow, plan, before = self._flow, self._plan, self._flow.made()
        for pipeline in self._ir.pipelines:
            old = before.pipelines.get(pipeline.alias)
            plan.made.pipelines[pipeline.alias] = old or make_pipeline(pipeline, flow.lent, self._build)
        for connector in self._ir.connectors:
            self._keep_or_make(connector, before)
        plan.fresh = [task for task in plan.made.every() if task not in before.every()]
        plan.gone = [task for task in before.every() if task not in plan.made.every()]
        for alias, sink in plan.made.sinks.items():
            old_sink = before.sinks.get(alias)
            if old_sink is not None and old_sink is not sink and not old_sink.has_ended:
                plan.heirs[sink] = old_sink
        self._link(plan)

    def _keep_or_make(self, ir: ConnectorIR, before: Made) -> None:
        flow, made, alias = self._flow, self._plan.made, ir.alias
        installed = flow.installed.get(alias)
        if installed is None or settings_of(installed.ir) != settings_of(ir):
            installed = install(flow, ir, self._make_context)
        else:
            installed = replace(installed, ir=ir)
            if alias in before.sources and is_wanted(self._ir, alias, "source"):
                made.sources[alias] = before.sources[alias]
            sink = before.sinks.get(alias)
            if sink is not None and not sink.has_ended and is_wanted(self._ir, alias, "target"):
                made.sinks[alias] = sink
        self._plan.installed[alias] = installed
        make_parts(made, flow, self._ir, installed, flow.lent)

    def _link(self, plan: Plan) -> None:
        flow = self._flow
        ports = {alias: (graph.inputs, graph.outputs) for alias, graph in self._graphs.items()}
        channels: dict[Task, Channel] = {heir: old.channel for heir, old in plan.heirs.items()}
        plan.wiring = plan_wiring(plan.made, self._ir, flow.file, flow.wiring, ports, channels)
        plan.removed = set(flow.wiring.links) - set(plan.wiring.links)
        plan.added = set(plan.wiring.links) - set(flow.wiring.links)
        downs = plan.wiring.downs()
        for task in plan.fresh:
            if isinstance(task, SourceTask):
                task.sinks = frozenset(one.alias for one in below(task, downs) if one.kind == "sink")

    # -- open --------------------------------------------------------------------------------------

    async def _open(self) -> None:
        plan = self._plan
        plain = [task for task in plan.fresh if task.kind != "pipeline" and task not in plan.heirs]
        await self._open_all(plain)
        for old in plan.heirs.values():
            old.step_aside()
        await self._flow.within(
            ASIDE_S, lambda: all(one.is_aside or one.breaker or one.has_ended for one in plan.heirs.values())
        )
        await self._open_all(list(plan.heirs))

    async def _open_all(self, tasks: list[Task]) -> None:
        """Returns once each is open, or away for a while. Raises what one of them failed with."""
        flow = self._flow
        for task in tasks:
            flow.newcomers[task] = None
            flow.begin(task)
        is_over = await flow.within(
            flow.settings.start_s,
            lambda: flow.is_stopping or self._trouble() is not None or all(map(self._is_open, tasks)),
        )
        if trouble := self._trouble():
            raise trouble
        if flow.is_stopping:
            raise LifecycleError(f"flow `{flow.alias}` is being stopped")
        if not is_over:
            late = next(task for task in tasks if not self._is_open(task))
            why = f": {late.breaker}" if late.breaker else ""
            raise LifecycleError(f"`{late.id}` did not open within {flow.settings.start_s:g} s{why}")

    def _is_open(self, task: Task) -> bool:
        assert isinstance(task, (SourceTask, SinkTask))
        return task.has_connected or (task.retry.rule.retries is None and self._flow.has_opened(task))

    def _trouble(self) -> Exception | None:
        for task, error in self._flow.newcomers.items():
            if isinstance(error, TremorError):
                return placed(error, self._plan.installed[task.alias].ir, self._flow.file)
            if error is not None:
                return error
        return None

    # -- work off ----------------------------------------------------------------------------------

    async def _work_off(self) -> None:
        plan, old = self._plan, self._flow.wiring
        self._since_ns = self._flow.clock.monotonic_ns()
        self._end_breaks(plan.gone)
        if not plan.removed or not plan.added:
            return
        behind = self._behind()
        leavers = [task for task in plan.gone if isinstance(task, SourceTask)]
        for task, links in old.outs.items():
            if task in behind or task in leavers:
                _unbind([link for link, _ in links], True)
                task.bell.ring()
            elif any(link in plan.removed or taker in behind for link, taker in links):
                self._frozen.append(task)
                task.outbox.freeze(True)
                task.outbox.send_begun(plan.removed)
        self._end_breaks(behind)
        for source in leavers:
            source.leave()
        await self._patiently(
            [*behind, *leavers],
            lambda: all(map(_is_empty, behind)) and all(one.has_sent for one in leavers),
        )
        if self._flow.is_stopping:
            raise LifecycleError(f"flow `{self._flow.alias}` is being stopped")

    def _behind(self) -> set[PipelineTask]:
        """The pipelines that events may still be in which went over a link that will be gone."""
        old, removed = self._flow.wiring, self._plan.removed
        todo = [taker for links in old.outs.values() for link, taker in links if link in removed]
        found: set[PipelineTask] = set()
        while todo:
            task = todo.pop()
            if isinstance(task, PipelineTask) and task not in found:
                found.add(task)
                todo += [taker for _, taker in old.outs.get(task, ())]
        return found

    async def _patiently(self, tasks: Sequence[Task], condition: Callable[[], bool]) -> bool:
        """Waits for the condition while the tasks make progress and the flow is not being stopped."""
        flow, patience = self._flow, self._flow.settings.drain_s
        for _ in range(ROUNDS):
            before = _progress(tasks)
            if await flow.within(patience, lambda: condition() or flow.is_stopping):
                return condition()
            if _progress(tasks) == before:
                return False
        return False

    def _end_breaks(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            if task.gate is not None:
                task.gate.end("the flow takes another shape")

    async def _take_hands(self) -> None:
        """A sink that is away, but knows what of its last batch is out, ends now; its heir has the rest."""
        away = [old for old in self._plan.heirs.values() if old.breaker and old.knows_what_is_out]
        for old in away:
            self._plan.queues[old] = old.channel
            old.channel = make_channel(self._flow.lent)
            self._flow.end(old)
        await self._flow.within(ASIDE_S, lambda: all(one.has_ended for one in away))
        for old in away:
            rest = old.unwritten()
            if rest is not None and len(rest[1]):
                self._plan.queues[old].put_back(*rest)

    def _undo(self) -> None:
        flow = self._flow
        flow.newcomers.clear()
        for task in self._plan.fresh:
            flow.leaving.append(task)  # how it ends is nobody's trouble
            flow.end(task)
        for old in self._plan.heirs.values():
            old.go_on()
        for links in flow.wiring.outs.values():
            _unbind([link for link, _ in links], False)
        for task in self._frozen:
            task.outbox.freeze(False)
        flow.leaving = [task for task in flow.leaving if task not in self._plan.fresh]

    # -- commit ------------------------------------------------------------------------------------

    def _commit(self) -> Receipt:
        flow, plan = self._flow, self._plan
        while any(pipeline.pass_up() for pipeline in flow.pipelines.values()):
            pass  # insights on their way belong to the old shape
        kept = exchange(flow, self._graphs)
        flow.newcomers.clear()
        for heir, old in plan.heirs.items():
            self._inherit(heir, old)
            old.go_on()
        self._part_from_gone()
        self._carry_on()
        former, flow.wiring = flow.wiring.downs(), plan.wiring
        flow.ir, flow.installed = self._ir, plan.installed
        flow.irs = {one.alias: one for one in self._ir.pipelines}
        flow.shape += 1
        wire(plan.made, plan.wiring)
        flow.take(plan.made)
        for task in (*flow.tasks, *plan.gone):
            task.enter_shape(flow.shape)
        self._settle_leavers(former)
        self._let_go()
        now_ns = flow.clock.monotonic_ns()
        changed = [a for a, t in plan.made.pipelines.items() if a in self._graphs or t in plan.fresh]
        queued = sum(task.left for task in flow.tasks)
        return finish(flow, changed, kept, queued, now_ns - self._since_ns, self._version)

    def _inherit(self, heir: SinkTask, old: SinkTask) -> None:
        """Gives a sink the channel of the one that it replaces, which gets an empty one that is closed."""
        heir.channel, old.channel = self._plan.queues.get(old, old.channel), heir.channel
        heir.channel.receiver = heir.bell
        old.channel.receiver = old.bell
        old.channel.close()
        heir.bell.ring()

    def _part_from_gone(self) -> None:
        for task in self._plan.gone:
            task.above, task.expected, task.hears = [], {}, frozenset()
            _unbind([link for links in task.outbox.links.values() for link in links], True)
        self._flow.leaving = [task for task in self._plan.gone if not task.has_ended]

    def _carry_on(self) -> None:
        """An edge that stays in pictures keeps its counts and taps, though its link is another."""
        known = {link.id: link for link in self._plan.removed}
        for link in self._plan.added:
            if (old := known.get(link.id)) is not None:
                link.rows, link.listeners = old.rows, old.listeners
                link.series, link.trend = old.series, old.trend

    def _settle_leavers(self, former: Mapping[Task, list[Task]]) -> None:
        """Sends the Drains of sources that go right to the sinks: all of their events are there already."""
        sinks = self._plan.made.sinks
        for source in self._plan.gone:
            if isinstance(source, SourceTask) and source.intake.transactional:
                for task in below(source, former):
                    if isinstance(task, SinkTask):
                        taker = sinks.get(task.alias, task)
                        if not taker.channel.is_closed:
                            taker.channel.send_signal(Drain(source.key, self._flow.shape))

    def _let_go(self) -> None:
        flow, plan = self._flow, self._plan
        for task in plan.fresh:
            if isinstance(task, PipelineTask):
                flow.begin(task)
        downs = plan.wiring.downs()
        for source in flow.sources:
            if source in plan.fresh and flow.state == "paused":
                source.hold(True)
            source.begin(_operators(below(source, downs)))
        _unbind(plan.wiring.links, False)
        for task in flow.tasks:
            task.outbox.freeze(False)
        for sink in flow.sinks:
            sink.tell_again()

    # -- see off -----------------------------------------------------------------------------------

    async def _see_off(self) -> int:
        """Returns once all that goes has ended; how many events it had to leave."""
        flow, gone = self._flow, self._plan.gone
        for task in gone:
            if isinstance(task, SourceTask):
                task.leave()
        above = self._above()

        def has_ended() -> bool:
            for task in gone:
                if task.channel is not None and all(one.has_ended for one in above.get(task, ())):
                    task.channel.close()
            return all(task.has_ended for task in gone)

        if not await self._patiently(gone, has_ended):
            for task in gone:
                flow.end(task)
            await flow.within(2 * ASIDE_S, lambda: all(task.has_ended for task in gone))
        left = sum(task.left for task in gone)
        if left and not flow.done.is_set():
            names = ", ".join(f"`{task.id}`" for task in gone if task.left)
            text = f"{left:,} events were left in {names}, which went by force"
            flow.say(text)
            flow.complaints.say(f"{flow.alias} reshape", f"flow `{flow.alias}`: {text}")
        flow.leaving = []
        return left

    def _above(self) -> dict[Task, list[Task]]:
        """Of what goes, the tasks that send to each other."""
        gone = set(self._plan.gone)
        above: dict[Task, list[Task]] = {}
        for task in gone:
            for links in task.outbox.links.values():
                for link in links:
                    takers = [one for one in gone if one.channel is link.channel and not link.is_back]
                    for taker in takers:
                        above.setdefault(taker, []).append(task)
        return above


def _is_empty(task: PipelineTask) -> bool:
    return task.gate is None and not task.channel.batches and task.outbox.is_empty


def _progress(tasks: Iterable[Task]) -> int:
    return sum(task.counters.events_in + task.counters.events_out for task in tasks)


def _unbind(links: Iterable[Link], unbounded: bool) -> None:
    for link in links:
        link.is_unbounded = unbounded


def _operators(tasks: Iterable[Task]) -> set[str]:
    """What insights call the nodes of these pipelines."""
    return {
        f"{task.graph.name}/{node.id}"
        for task in tasks
        if isinstance(task, PipelineTask)
        for node in task.graph.nodes
    }
