"""BreakTable: which breaks are set, on which tasks, and when each lets go by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import partial
from typing import Final

from tremor_tui.connectors.contract import Clock
from tremor_tui.control.events import ENDED, BreakSnapshot, SetBreak
from tremor_tui.errors import ControlError, LifecycleError, UnknownName
from tremor_tui.model.record import dataclass
from tremor_tui.runtime.condition import compile_condition, slowness
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.gate import Gate
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.task import Task

MAX_LIMIT_S: Final = 600.0
Tell = Callable[[BreakSnapshot], None]


@dataclass(slots=True)
class Entry:
    """A break that is set: its gate, what its client asked for, and whom to tell."""

    gate: Gate
    flow: Flow
    asked: SetBreak
    tell: Tell
    renewed: int = 0
    edges: list[str] = field(default_factory=list)


class BreakTable:
    """The breaks of a runtime, by number."""

    def __init__(self, flows: Mapping[str, Flow], clock: Clock) -> None:
        self._flows = flows
        self._clock = clock
        self._entries: dict[int, Entry] = {}

    def set(self, number: int, asked: SetBreak, tell: Tell) -> None:
        """Sets a break; `tell` hears when it holds, goes on and is over.

        Raises UnknownName for flow and node, CompileError for the condition, LifecycleError where the flow
        does not run or the task has a break, ControlError for limits that no break has.
        """
        if not 0 < asked.limit_s <= MAX_LIMIT_S:
            raise ControlError(f"a break lets go after at most {MAX_LIMIT_S:g} s")
        flow, task, inner = self._place(asked.flow, asked.node)
        if task.gate is not None:
            text = f"`{task.id}` has a break already"
            raise LifecycleError(text, "end that one first; a task has one break at a time")
        slow_ns = slowness(asked.condition)
        condition = None
        if slow_ns is None and asked.condition.strip():
            condition = compile_condition(asked.condition, "condition")
        gate = Gate(
            number,
            task,
            asked.node,
            asked.condition.strip(),
            condition,
            slow_ns or 0,
            inner,
            partial(self._changed, number),
        )
        self._entries[number] = entry = Entry(gate, flow, asked, tell)
        self._listen(entry)
        task.gate = gate

    def step(self, number: int) -> None:
        """Lets one event through. Raises ControlError where there is no such break."""
        self._move(number, step=True)

    def go(self, number: int) -> None:
        """Lets events through until the next match. Raises ControlError."""
        self._move(number, step=False)

    def clear(self, number: int, note: str = ENDED) -> None:
        """Ends a break; does nothing where it is over."""
        if number in self._entries:
            self._entries[number].gate.end(note)

    def look(self, now_ns: int) -> None:
        """Lets go what has held for too long, or what too many events wait behind; called by the ticker."""
        for entry in list(self._entries.values()):
            gate = entry.gate
            if entry.flow.done.is_set():
                gate.end("its flow has ended")
            elif gate.is_held:
                self._look_at(entry, now_ns)

    def release(self, flow: Flow, note: str) -> None:
        """Ends the breaks of a flow that is to stop or to be built anew."""
        for entry in list(self._entries.values()):
            if entry.flow is flow:
                entry.gate.end(note)

    def follow(self, flow: Flow) -> None:
        """After a swap: breaks inside pipelines move to the new graph, or end where their node is gone."""
        for entry in list(self._entries.values()):
            if entry.flow is not flow:
                continue
            task = flow.pipelines.get(entry.gate.task.alias)
            if isinstance(entry.gate.task, PipelineTask) and task is not entry.gate.task:
                entry.gate.end("its pipeline is gone")
            elif entry.gate.inner and task is not None:
                if all(node.id != entry.gate.inner for node in task.graph.nodes):
                    entry.gate.end(f"the new version has no `{entry.gate.inner}`")
                else:
                    self._listen(entry)

    # -- inside ------------------------------------------------------------------------------------

    def _look_at(self, entry: Entry, now_ns: int) -> None:
        gate, asked = entry.gate, entry.asked
        if entry.renewed != gate.asked:
            self._renew(entry, now_ns)
        waiting = gate.picture(now_ns).waiting
        if now_ns >= gate.until_ns:
            gate.end(f"it let go after {asked.limit_s:g} s")
        elif asked.max_waiting and waiting > asked.max_waiting:
            gate.end(f"it let go, as {waiting:,} events waited (limit {asked.max_waiting:,})")

    def _renew(self, entry: Entry, now_ns: int) -> None:
        entry.renewed = entry.gate.asked
        entry.gate.until_ns = now_ns + int(entry.asked.limit_s * 1e9)

    def _changed(self, number: int, gate: Gate) -> None:
        entry = self._entries.get(number)
        if entry is None:
            return
        now_ns = self._clock.monotonic_ns()
        if gate.is_held:
            self._renew(entry, now_ns)
        if gate.state == "over":
            del self._entries[number]
            self._unlisten(entry)
        entry.tell(gate.picture(now_ns))

    def _move(self, number: int, step: bool) -> None:
        entry = self._entries.get(number)
        if entry is None:
            raise ControlError(f"there is no break {number} any more")
        entry.gate.go(step)

    def _place(self, alias: str, node: str) -> tuple[Flow, Task, str]:
        """The flow, the task, and the node inside its graph; empty for the task as a whole."""
        flow = self._flows.get(alias)
        if flow is None:
            raise UnknownName("flow", alias, self._flows)
        if flow.done.is_set():
            raise LifecycleError(f"flow `{alias}` has ended")
        place, _, inner = node.partition(":")
        tasks: dict[str, Task] = {f"pipeline/{name}": task for name, task in flow.pipelines.items()}
        tasks |= {f"connector/{task.alias}": task for task in flow.sinks}
        task = tasks.get(place)
        if task is None:
            if any(place == f"connector/{source.alias}" for source in flow.sources):
                raise LifecycleError(f"`{place}` takes no events", "set the break on what it sends to")
            raise UnknownName("node", place, tasks)
        return flow, task, _inner(task, inner)

    def _listen(self, entry: Entry) -> None:
        gate = entry.gate
        if gate.inner and isinstance(gate.task, PipelineTask):
            graph = gate.task.graph
            entry.edges = [edge.id for edge in graph.edges if edge.target == gate.inner]
            for edge in entry.edges:
                graph.listen(edge, gate.see)

    def _unlisten(self, entry: Entry) -> None:
        gate = entry.gate
        if isinstance(gate.task, PipelineTask):
            known = {edge.id for edge in gate.task.graph.edges}
            for edge in entry.edges:
                if edge in known:
                    gate.task.graph.unlisten(edge, gate.see)


def _inner(task: Task, name: str) -> str:
    """A node of the task's graph; empty for its inputs, before which the whole task is held."""
    if not name:
        return ""
    nodes = {node.id: node.kind for node in task.graph.nodes} if isinstance(task, PipelineTask) else {}
    if name not in nodes:
        raise UnknownName("node", name, nodes)
    return "" if nodes[name] == "input" else name
