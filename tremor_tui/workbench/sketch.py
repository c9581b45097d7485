"""Sketch: the picture of a draft joined with that of the version that runs, by their ids. Pure.

What both have keeps its figures; what only the draft has is new, what only the running version has was
removed from the draft and runs on until it is applied.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from tremor_tui.control.editing import OutlinedEdge, OutlinedFlow, OutlinedGraph, OutlinedNode
from tremor_tui.control.snapshots import Compared, EdgeSnapshot, GraphSnapshot, NodeSnapshot

State = Literal["", "new", "changed", "removed", "unused"]
"""What a node or edge of the draft is to the version that runs. `unused`: no event can pass it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is to be said of a node: `lacks` must be done before it runs, `lints` should be."""

    state: State = ""
    lacks: tuple[str, ...] = ()
    lints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sketch:
    """A graph to be drawn, with the marks of its nodes and edges; those without one are missing."""

    graph: GraphSnapshot = field(default_factory=GraphSnapshot)
    marks: Mapping[str, Mark] = field(default_factory=dict)
    edges: Mapping[str, State] = field(default_factory=dict)


def join(
    live: GraphSnapshot | None, drawn: OutlinedGraph, changed: Collection[str] = (), runs: bool = True
) -> Sketch:
    """The draft with what runs; `changed` are ids of nodes. Where nothing `runs`, nothing is new."""
    nodes = {node.id: node for node in (live.nodes if live else ())}
    edges = {edge.id: edge for edge in (live.edges if live else ())}
    seen = [_node(node, nodes.get(node.id)) for node in drawn.nodes]
    lines = [_edge(edge, edges.get(edge.id)) for edge in drawn.edges]
    marks = {
        node.id: _mark(node, runs and node.id not in nodes, bool({node.id, node.label} & set(changed)))
        for node in drawn.nodes
    }
    states: dict[str, State] = {
        edge.id: "new" if runs and edge.id not in edges and not edge.is_unused else "" for edge in drawn.edges
    }
    own, ends = set(marks), set(states)
    gone = [node for node in nodes.values() if node.id not in own]
    lost = [edge for edge in edges.values() if edge.id not in ends]
    marks |= {node.id: Mark("removed") for node in gone}
    states |= dict.fromkeys((edge.id for edge in lost), "removed")
    return Sketch(
        GraphSnapshot((*seen, *gone), (*lines, *lost)),
        {name: mark for name, mark in marks.items() if mark != Mark()},
        {name: state for name, state in states.items() if state},
    )


def _node(drawn: OutlinedNode, live: NodeSnapshot | None) -> NodeSnapshot:
    if live is None:
        return NodeSnapshot(drawn.id, drawn.kind, drawn.label, drawn.detail, file=drawn.file, line=drawn.line)
    return msgspec.structs.replace(live, label=drawn.label or live.label, file=drawn.file, line=drawn.line)


def _edge(drawn: OutlinedEdge, live: EdgeSnapshot | None) -> EdgeSnapshot:
    return live or EdgeSnapshot(drawn.id, drawn.source, drawn.source_port, drawn.target, drawn.target_port)


def _mark(node: OutlinedNode, is_new: bool, is_changed: bool) -> Mark:
    state: State = "unused" if node.is_unused else "new" if is_new else "changed" if is_changed else ""
    return Mark(state, node.lacks, node.lints)


def changed_nodes(compared: Compared | None, inside: str) -> frozenset[str]:
    """The labels or ids of what an apply would change, of a flow or of the inside of a pipeline."""
    if compared is None:
        return frozenset()
    if inside:
        own = next((one for one in compared.pipelines if one.alias == inside), None)
        return frozenset(own.changed) if own else frozenset()
    return frozenset((*(f"pipeline/{one.alias}" for one in compared.pipelines), *compared.changed))


def drawn_graph(flow: OutlinedFlow, inside: str) -> OutlinedGraph:
    """The graph of a flow, or of the inside of one of its pipelines."""
    return flow.inside.get(inside, OutlinedGraph()) if inside else flow.graph


def incomplete(flow: OutlinedFlow) -> list[str]:
    """What nodes lack, in sentences with their names: nothing of it may be applied."""
    return _said(flow, lambda node: node.lacks)


def lints(flow: OutlinedFlow) -> list[str]:
    """What should be looked at before an apply, in sentences with the names of the nodes."""
    return _said(flow, lambda node: node.lints)


def _said(flow: OutlinedFlow, of) -> list[str]:  # type: ignore[no-untyped-def]
    outside = [f"{node.label or node.id}: {words}" for node in flow.graph.nodes for words in of(node)]
    within = [
        f"{alias}/{node.label or node.id}: {words}"
        for alias, graph in flow.inside.items()
        for node in graph.nodes
        for words in of(node)
    ]
    return list(dict.fromkeys([*outside, *within]))
