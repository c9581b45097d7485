"""Runs flow tests on a compiled flow: a script by itself, or a whole pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from tremor_tui.engine.flow_tests.differ import Entry, differences
from tremor_tui.engine.flow_tests.form import Entering, FlowTest, Passing
from tremor_tui.errors import ConfigError, DataError, ScriptError, TremorError, UnknownName
from tremor_tui.language.ir.deploy import DeployIR, FlowIR
from tremor_tui.language.ir.query import QueryIR, ScriptNode
from tremor_tui.language.load.loader import Script, load_script
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.port import IN
from tremor_tui.model.signal import Tick
from tremor_tui.model.values import ValueFault, from_json, to_json
from tremor_tui.pipeline.build import build
from tremor_tui.pipeline.graph import Graph

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Came:
    """What left, and where that is not what was expected. `refused`: why the test could not run."""

    out: tuple[Entry, ...] = ()
    differs: tuple[str, ...] = ()
    refused: str = ""

    @property
    def is_pass(self) -> bool:
        """Whether all is as expected."""
        return not self.refused and not self.differs


def run_test(deploy: DeployIR, test: FlowTest) -> Came:
    """What comes of a test. Raises nothing for what is wrong with the test."""
    try:
        out = outcome(deploy, test)
        return Came(out, tuple(differences(test.out, out, test.ignore)))
    except (TremorError, ValueFault) as error:
        hint = error.hint if isinstance(error, TremorError) else ""
        return Came(refused=f"{error}" + (f" ({hint})" if hint else ""))


def outcome(deploy: DeployIR, test: FlowTest) -> tuple[Entry, ...]:
    """What leaves when the test's events enter. Raises UnknownName and ConfigError where it cannot run."""
    query = _query(deploy, test)
    if not test.node:
        return tuple(_as_written(one) for one in _through(query, test))
    nodes = {node.id: node for node in query.nodes}
    node = found("node", test.node, nodes)
    if not isinstance(node, ScriptNode):
        hint = "test the whole pipeline: leave `node` out"
        raise ConfigError(f"`{test.node}` is no script, so it cannot be tested by itself", hint, "node")
    cell = Cell(node.state)
    events = [one for one in test.entering if isinstance(one, Entering)]
    if len(events) < len(test.entering):
        hint = "test the whole pipeline: leave `node` out"
        raise ConfigError(f"`{test.node}` is a script, which hears of no tick", hint, "node")
    return tuple(_as_written(one) for event in events for one in _in_script(node, event, cell))


def _query(deploy: DeployIR, test: FlowTest) -> QueryIR:
    flows = {flow.alias: flow for flow in deploy.flows}
    flow = _only(deploy) if not test.deployed else found("flow", test.deployed, flows)
    return found("pipeline", test.pipeline, {one.alias: one for one in flow.pipelines}).query


def _only(deploy: DeployIR) -> FlowIR:
    if len(deploy.flows) != 1:
        names = ", ".join(flow.alias for flow in deploy.flows) or "none"
        raise ConfigError("the test does not say which flow it is of", f"`deployed` is one of {names}")
    return deploy.flows[0]


def found(kind: str, name: str, table: Mapping[str, T]) -> T:
    """What has this name. Raises UnknownName."""
    if name not in table:
        raise UnknownName(kind, name, table)
    return table[name]


def script_of(node: ScriptNode, port: str = IN) -> Script:
    """The script that a node runs for a port, ready to be called."""
    return load_script(node.scripts.get(port) or next(iter(node.scripts.values())))


def _in_script(node: ScriptNode, event: Entering, cell: Cell) -> list[Entry]:
    now = event.ingest_ns
    ctx = Context(ingest_ns=now, now_ns=now)
    try:
        result = script_of(node, event.port)(event.value, event.meta or None, cell, ctx)
    except ScriptError as error:
        return [{"error": error.message}]
    if result is None:
        return []
    port, value, meta = result
    return [{"port": port, "value": value, "meta": meta or {}}]


def _through(query: QueryIR, test: FlowTest) -> list[Entry]:
    """What leaves a whole pipeline; a failure that nothing in it takes is an entry of its own."""
    out: list[Entry] = []

    def failed(_node: str, error: DataError) -> None:
        out.append({"error": error.message})

    graph, now = build(query, on_error=failed), 0
    for number, one in enumerate(test.entering):
        if isinstance(one, Passing):
            now += one.ns
            out += _left(graph.signal(Tick(now), now))
        else:
            now = one.ingest_ns or now
            out += _left(_entered(graph, one, number, now))
    return out


def _entered(graph: Graph, event: Entering, number: int, now_ns: int) -> list[tuple[str, Batch]]:
    if event.port not in graph.inputs:
        raise UnknownName("input port", event.port, graph.inputs)
    return graph.step(
        event.port, Batch([event.value], range(number, number + 1), now_ns, [event.meta or None]), now_ns
    )


def _left(emissions: list[tuple[str, Batch]]) -> list[Entry]:
    return [
        {"port": port, "value": value, "meta": batch.meta(row)}
        for port, batch in emissions
        for row, value in enumerate(batch.values)
    ]


def _as_written(entry: Entry) -> Entry:
    """As it would stand in a file: binaries are text there. Raises ValueFault."""
    found_value: Value = from_json(to_json(entry))
    return dict(found_value)
