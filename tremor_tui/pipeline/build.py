"""Makes a Graph of query IR: loads scripts and selects, makes operators, wires nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from tremor_tui.errors import DataError
from tremor_tui.language.ir.query import Edge as EdgeIR
from tremor_tui.language.ir.query import Node as NodeIR
from tremor_tui.language.ir.query import OperatorNode, PassNode, QueryIR, ScriptNode, SelectNode
from tremor_tui.language.ir.script import ScriptIR, SelectIR
from tremor_tui.model.context import Context
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.port import ERR, IN
from tremor_tui.model.record import dataclass
from tremor_tui.operators.contract import Operator, operators
from tremor_tui.operators.passthrough import Passthrough
from tremor_tui.operators.script import Render, ScriptOperator, ignore, plain
from tremor_tui.pipeline.graph import Edge, EdgeStats, Graph, Node, NodeStats
from tremor_tui.pipeline.marks import mark_of, state_of
from tremor_tui.pipeline.selects import load_scripts, make_select

OnError = Callable[[str, DataError], None]
"""Hears of failures that nothing in the pipeline takes: (node id, error)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A node to wire: what it is called, what it is and what it does."""

    id: str
    kind: str
    operator: Operator
    ctx: Context
    is_multi: bool = False
    mark: str = ""
    state_key: str = ""
    script: ScriptIR | None = None
    select: SelectIR | None = None
    span: Span | None = None


def build(
    query: QueryIR,
    *,
    instance: str = "tremor",
    hostname: str = "localhost",
    recursion_limit: int = 1024,
    render: Render = plain,
    on_error: OnError | None = None,
    by_event: bool = False,
) -> Graph:
    """A graph ready to `step`.

    `render` makes the text of error events. `on_error` hears of failures that no node takes: in selects,
    and in scripts whose `err` leads nowhere. `by_event` as in `Graph`.
    Raises ConfigError where an operator refuses its settings.
    """
    caught = {edge.source for edge in query.edges if edge.source_port == ERR}
    make = partial(_part, caught=caught, render=render, on_error=on_error)
    parts = [
        make(node, Context(instance=instance, hostname=hostname, recursion_limit=recursion_limit))
        for node in query.nodes
    ]
    return wire(query.name, parts, query.edges, query.inputs, query.outputs, query.config, by_event=by_event)


def wire(
    name: str,
    parts: Sequence[Part],
    edges: Iterable[EdgeIR],
    inputs: Sequence[str],
    outputs: Sequence[str],
    config: Mapping[str, Any] | None = None,
    *,
    by_event: bool = False,
) -> Graph:
    """A graph of operators; `parts` are in topological order, edges are taken in theirs."""
    nodes = [
        Node(
            index,
            NodeStats(part.id, part.kind, part.operator, part.mark, part.state_key),
            part.operator,
            part.ctx,
            is_output=part.kind == "output",
            is_multi=part.is_multi,
            script=part.script,
            select=part.select,
            span=part.span,
        )
        for index, part in enumerate(parts)
    ]
    numbers = {node.stats.id: node.index for node in nodes}
    stats = []
    seen: dict[str, int] = {}
    for index, edge in enumerate(sorted(edges, key=lambda edge: edge.order)):
        counted = EdgeStats(
            _edge_id(edge, seen), edge.source, edge.source_port, edge.target, edge.target_port
        )
        stats.append(counted)
        wired = Edge(index, numbers[edge.target], edge.target_port, counted)
        nodes[numbers[edge.source]].routes.setdefault(edge.source_port, []).append(wired)
    return Graph(name, nodes, stats, inputs, outputs, config, by_event=by_event)


def _edge_id(edge: EdgeIR, seen: dict[str, int]) -> str:
    name = f"{edge.source}/{edge.source_port}->{edge.target}/{edge.target_port}"
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}#{seen[name]}"


def _part(node: NodeIR, ctx: Context, caught: set[str], render: Render, on_error: OnError | None) -> Part:
    report = partial(on_error, node.id) if on_error else ignore
    match node:
        case PassNode():
            return Part(node.id, node.role, Passthrough(), ctx, span=node.span)
        case ScriptNode():
            told = ignore if node.id in caught else report
            operator = ScriptOperator(load_scripts(node), ctx, node.state, render, told)
            alone = node.scripts.get(IN) if len(node.scripts) == 1 else None
            return Part(node.id, "script", operator, ctx, script=alone, span=node.span)
        case OperatorNode():
            made = operators.get(node.kind)(node.config, ctx)
            return Part(node.id, node.kind, made, ctx, span=node.span)
        case SelectNode():
            mark = mark_of(node) if node.windows else ""  # it alone holds state and has no name
            select = make_select(node, ctx, report)
            return Part(
                node.id,
                "select",
                select,
                ctx,
                _is_multi(node),
                mark,
                state_of(node),
                select=node.select,
                span=node.span,
            )


def _is_multi(node: SelectNode) -> bool:
    return node.select.group_by is not None or bool(node.windows)
