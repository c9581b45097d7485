"""Graph: a pipeline that runs, as nodes, edges and one plan for each input port.

Why plans: tremor sends one event at a time, depth first and last edge first, so two branches that meet
meet in an order that depends on the whole way from the input. `plan.py` works that order out once, and
finds the few graphs where no order of branches will do; these run event by event (`execute.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from typing import Any

from tremor_tui.errors import DataError
from tremor_tui.language.ir.script import ScriptIR, SelectIR
from tremor_tui.model.batch import Batch, Meta, Value, ascends
from tremor_tui.model.context import Context
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.insight import Insight, Restore, Trigger
from tremor_tui.model.matching import Known, match_nodes
from tremor_tui.model.record import dataclass
from tremor_tui.model.signal import Signal
from tremor_tui.operators.contract import Calling, Operator, Quiet, Steering
from tremor_tui.pipeline import execute
from tremor_tui.pipeline.fusing.alone import ALONE
from tremor_tui.pipeline.fusing.chain import Chain
from tremor_tui.pipeline.fusing.finding import Found, Why, find_chain
from tremor_tui.pipeline.fusing.report import Report, report_of
from tremor_tui.pipeline.plan import Plan, make_plan

Listener = Callable[[Batch], None]
Caught = Callable[[str, DataError | None, int | None, Value, Meta | None, Value], None]
"""Hears of a row that failed: the node's id, then as `operators.contract.Failed`."""


@dataclass(slots=True)
class EdgeStats:
    """What passed an edge; `id` is `SOURCE/PORT->TARGET/PORT`, numbered where a graph has it twice."""

    id: str
    source: str
    source_port: str
    target: str
    target_port: str
    rows: int = 0
    batches: int = 0
    listeners: tuple[Listener, ...] = ()


@dataclass(slots=True)
class NodeStats:
    """What a node did. `kind` is `input`, `output`, `stream`, `script`, `select` or an operator's name.

    `rows_in` and `rows_out` count by port; `discarded` counts rows that left by a port without an edge.
    `mark` says what it does, where its id does not tell (`marks.py`); `state_key` what its state hangs on.
    """

    id: str
    kind: str
    operator: Operator
    mark: str = ""
    state_key: str = ""
    batches: int = 0
    rows_in: dict[str, int] = field(default_factory=dict)
    rows_out: dict[str, int] = field(default_factory=dict)
    discarded: dict[str, int] = field(default_factory=dict)

    @property
    def dropped(self) -> int:
        """Rows let go on purpose: by `drop`, `where` or `having`."""
        return self.operator.dropped

    @property
    def errors(self) -> int:
        """Rows that failed."""
        return self.operator.errors

    @property
    def evicted(self) -> int:
        """Groups that its windows let go early, because there were too many."""
        return self.operator.evicted

    @property
    def last_error(self) -> Exception | None:
        """The latest failure."""
        return self.operator.last_error


@dataclass(slots=True)
class Edge:
    """An edge as execution sees it: where rows go and what to count."""

    index: int
    target: int
    target_port: str
    stats: EdgeStats


@dataclass(slots=True)
class Node:
    """A node as execution sees it. `routes` has the edges of each output port, in the text's order.

    `is_multi`: it may make several rows of one, so that ids alone give no order behind it. `script` or
    `select`: what it was made of; a script where it has one on `in` alone. `span`: its place in the text.
    """

    index: int
    stats: NodeStats
    operator: Operator
    ctx: Context
    routes: dict[str, list[Edge]] = field(default_factory=dict)
    is_output: bool = False
    is_multi: bool = False
    script: ScriptIR | None = None
    select: SelectIR | None = None
    span: Span | None = None


class Graph:
    """A running pipeline. `nodes` are in topological order, `edges` in the text's.

    `inputs` and `outputs` are its ports. `build.build` makes one. `by_event`: where one row may become
    several, they move row by row, and a row that fails in a select ends its event's other branches too, as in
    tremor.
    """

    def __init__(
        self,
        name: str,
        nodes: Sequence[Node],
        edges: Sequence[EdgeStats],
        inputs: Sequence[str],
        outputs: Sequence[str],
        config: Mapping[str, Any] | None = None,
        *,
        by_event: bool = False,
    ) -> None:
        self.name = name
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.config = dict(config or {})
        self.nodes = [node.stats for node in nodes]
        self.edges = list(edges)
        self._nodes = list(nodes)
        self._edges = {edge.id: edge for edge in edges}
        self._plans: dict[str, Plan] = {
            node.stats.id: make_plan(self._nodes, node.index) for node in nodes if node.stats.id in inputs
        }
        self._by_event = by_event
        self._found: dict[str, Found] = {}
        self.is_fused = True
        self.eager = True
        self._insight_nodes = [n for n in reversed(self._nodes) if _overrides(n.operator, "on_insight")]
        self._calling_nodes = [(n, n.operator) for n in self._nodes if isinstance(n.operator, Calling)]
        self._signal_nodes = [n for n in self._nodes if _overrides(n.operator, "on_signal")]

    def serve(self, *, eager: bool) -> None:
        """Tells it whether anybody behind its outputs reads metadata, so that it is made at once."""
        if eager != self.eager:
            self.eager = eager
            self._found.clear()

    def chain(self, port: str) -> Chain | None:
        """What is fused of it behind an input, or None; found when first asked for."""
        if port not in self._found:
            with ALONE:
                self._found[port] = find_chain(self._nodes, self._plans[port], self.eager, self._by_event)
        return self._found[port].chain

    def why_not(self, port: str) -> list[Why]:
        """Why nodes behind an input are not fused; none where all are."""
        self.chain(port)
        return self._found[port].reasons

    def report(self, port: str) -> Report:
        """What is fused behind an input and what keeps the rest off, for people."""
        self.chain(port)
        return report_of(self._nodes, self._plans[port], self._found[port])

    def fields(self, port: str) -> frozenset[str] | None:
        """The top-level fields that are read of events on a port, None for whole events."""
        chain = self.chain(port) if self.is_fused else None
        return chain.wanted if chain is not None else None

    def step(self, port: str, batch: Batch, now_ns: int) -> list[tuple[str, Batch]]:
        """What leaves by the output ports when `batch` enters by `port`; each port at most once.

        `now_ns` is the wall clock. Rows are in the order tremor would send them. Raises KeyError for a
        port that the pipeline does not have; the checker of flows refuses those.
        """
        if self.is_fused:
            chain = self.chain(port)
            made = chain.step(batch, now_ns) if chain is not None else None
            if made is not None:
                return made
        plan = self._plans[port]
        by_event = plan.is_by_event or (self._by_event and plan.branches)
        if by_event or (plan.needs_order and not ascends(batch.ids)):
            return execute.by_event(self._nodes, plan.start, port, batch, now_ns, self._by_event)
        return execute.by_batch(self._nodes, plan, port, batch, now_ns)

    @property
    def wants_ticks(self) -> bool:
        """Whether an operator does something by the clock."""
        return bool(self._signal_nodes)

    def signal(self, signal: Signal, now_ns: int = 0) -> list[tuple[str, Batch]]:
        """Tells every operator that wants to know, in order; returns what then leaves.

        All of them hear of it before the first event that one of them made moves on.
        """
        if not self._signal_nodes:
            return []
        return execute.signal(self._nodes, self._signal_nodes, signal, now_ns)

    def insight(self, insight: Insight) -> list[Insight]:
        """What leaves at the top when `insight` comes from below."""
        return self._rise([insight], len(self._nodes))

    def calls(self) -> list[Insight]:
        """What leaves at the top because operators sent it up by themselves; asked for after a signal."""
        return [
            one
            for node, operator in self._calling_nodes
            for one in self._rise(self._named(node, operator.calls()), node.index)
        ]

    def _rise(self, rising: list[Insight], below: int) -> list[Insight]:
        """What the nodes before number `below` make of insights."""
        for node in self._insight_nodes:
            if node.index < below:
                rising = self._named(node, [up for one in rising for up in node.operator.on_insight(one)])
        return rising

    def _named(self, node: Node, rising: Sequence[Insight]) -> list[Insight]:
        """The insights, those of the operator itself with its name."""
        name = f"{self.name}/{node.stats.id}"
        return [
            replace(one, sink=name) if isinstance(one, (Trigger, Restore)) and not one.sink else one
            for one in rising
        ]

    def lead(self, sinks: Mapping[str, frozenset[str]]) -> None:
        """Tells the operators that steer by it which sinks of the flow each output port reaches."""
        behind: dict[int, frozenset[str]] = {}
        for node in reversed(self._nodes):
            if node.is_output:
                behind[node.index] = sinks.get(node.stats.id, frozenset())
                continue
            ports = {
                port: frozenset().union(*(behind[edge.target] for edge in edges))
                for port, edges in node.routes.items()
            }
            behind[node.index] = frozenset().union(*ports.values())
            if isinstance(node.operator, Steering):
                node.operator.leads(ports)

    def catch(self, note: Caught) -> None:
        """Has `note` told of each row that fails in a node."""
        for node in self._nodes:
            if isinstance(node.operator, Quiet):
                node.operator.on_failed = partial(note, node.stats.id)

    def adopt(self, old: Graph) -> list[str]:
        """Takes over the state of the nodes that these go on for; returns the ids that kept one.

        That is a node that does the same, or else one with the same id and kind, as `model/matching.py` says.
        """
        before = {stats.id: stats for stats in old.nodes}
        goes_on = match_nodes(_known(old.nodes), _known(self.nodes))
        kept = []
        for stats in self.nodes:
            former = before.get(goes_on.get(stats.id, ""))
            if former is None or former.state_key != stats.state_key:
                continue
            state = former.operator.state()
            if state is not None:
                stats.operator.restore(state)
                kept.append(stats.id)
        return kept

    def listen(self, edge_id: str, callback: Listener) -> None:
        """Calls `callback` with each batch that passes the edge, until `unlisten`. Raises KeyError."""
        edge = self._edges[edge_id]
        edge.listeners = (*edge.listeners, callback)

    def unlisten(self, edge_id: str, callback: Listener) -> None:
        """Ends what `listen` began; does nothing where it had not."""
        edge = self._edges[edge_id]
        edge.listeners = tuple(one for one in edge.listeners if one != callback)


def _known(nodes: Iterable[NodeStats]) -> dict[str, Known]:
    return {stats.id: (stats.kind, stats.mark) for stats in nodes}


def _overrides(operator: Operator, method: str) -> bool:
    return getattr(type(operator), method) is not getattr(Quiet, method)
