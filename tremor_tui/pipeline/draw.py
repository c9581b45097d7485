"""Draws pipelines and flows: as DOT for Graphviz, and as a few lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.language.ir.query import Node as NodeIR
from tremor_tui.language.ir.query import OperatorNode, PassNode, QueryIR, ScriptNode
from tremor_tui.model.port import IN, OUT
from tremor_tui.model.record import dataclass
from tremor_tui.pipeline.graph import Graph

SHAPES = {"input": "rarrow", "output": "larrow", "stream": "point", "script": "note", "select": "box"}


@dataclass(frozen=True, slots=True)
class Box:
    """A node to draw: its id and kind."""

    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge to draw, with the ports at its ends."""

    source: str
    source_port: str
    target: str
    target_port: str


def dot(drawn: Graph | QueryIR) -> str:
    """A pipeline as a Graphviz digraph, nodes and edges in their order."""
    boxes, arrows = _shape(drawn)
    lines = [f"digraph {_quoted(drawn.name)} {{", "  rankdir = LR;"]
    lines += [
        f"  {_quoted(box.id)} [shape = {SHAPES.get(box.kind, 'box')}, tooltip = {_quoted(box.kind)}];"
        for box in boxes
    ]
    lines += [f"  {_quoted(a.source)} -> {_quoted(a.target)}{_label(a)};" for a in arrows]
    return "\n".join([*lines, "}", ""])


def lines(drawn: Graph | QueryIR) -> list[str]:
    """A pipeline as a tree of text, one line for each edge; what was drawn before is only named (`↑`)."""
    boxes, arrows = _shape(drawn)
    kinds = {box.id: box.kind for box in boxes}
    below: dict[str, list[Arrow]] = {}
    for arrow in arrows:
        below.setdefault(arrow.source, []).append(arrow)
    seen: set[str] = set()
    drawing = []
    for box in boxes:
        if box.kind == "input":
            drawing.append(box.id)
            drawing += _branches(box.id, "", below, kinds, seen)
    return drawing


def dot_flow(flow: FlowIR) -> str:
    """A flow as a Graphviz digraph: connectors as ellipses, pipelines as boxes, links as edges."""
    drawing = [f"digraph {_quoted(flow.alias)} {{", "  rankdir = LR;"]
    for connector in flow.connectors:
        label = f"{connector.alias}\n{connector.kind}"
        drawing.append(f"  {_quoted('connector/' + connector.alias)} [label = {_quoted(label)}];")
    for pipeline in flow.pipelines:
        name = _quoted("pipeline/" + pipeline.alias)
        drawing.append(f"  {name} [label = {_quoted(pipeline.alias)}, shape = box];")
    for link in flow.links:
        source, target = (f"{end.kind}/{end.alias}" for end in (link.source, link.target))
        arrow = Arrow(source, link.source.port, target, link.target.port)
        drawing.append(f"  {_quoted(source)} -> {_quoted(target)}{_label(arrow)};")
    return "\n".join([*drawing, "}", ""])


def _shape(drawn: Graph | QueryIR) -> tuple[list[Box], list[Arrow]]:
    if isinstance(drawn, Graph):
        return [Box(node.id, node.kind) for node in drawn.nodes], _arrows(drawn)
    return [Box(node.id, kind(node)) for node in drawn.nodes], _arrows(drawn)


def _arrows(drawn: Graph | QueryIR) -> list[Arrow]:
    edges = drawn.edges if isinstance(drawn, Graph) else sorted(drawn.edges, key=lambda edge: edge.order)
    return [Arrow(edge.source, edge.source_port, edge.target, edge.target_port) for edge in edges]


def kind(node: NodeIR) -> str:
    """What a node of query IR is called: its role, `script`, `select` or its operator's name."""
    match node:
        case PassNode():
            return node.role
        case OperatorNode():
            return node.kind
        case ScriptNode():
            return "script"
        case _:
            return "select"


def _branches(
    name: str, indent: str, below: dict[str, list[Arrow]], kinds: dict[str, str], seen: set[str]
) -> Iterable[str]:
    seen.add(name)
    arrows = below.get(name, [])
    for number, arrow in enumerate(arrows, 1):
        is_last = number == len(arrows)
        again = arrow.target in seen and arrow.target in below
        port = "" if arrow.source_port == OUT else f"{arrow.source_port} "
        into = "" if arrow.target_port == IN else f"/{arrow.target_port}"
        shown = kinds[arrow.target]
        note = "" if shown in ("output", "stream", "script", "select") else f"  {shown}"
        yield f"{indent}{'└' if is_last else '├'}─{port}▶ {arrow.target}{into}{note}{' ↑' if again else ''}"
        if not again:
            yield from _branches(arrow.target, indent + ("   " if is_last else "│  "), below, kinds, seen)


def _label(arrow: Arrow) -> str:
    parts = [f'taillabel = "{arrow.source_port}"'] if arrow.source_port != OUT else []
    parts += [f'headlabel = "{arrow.target_port}"'] if arrow.target_port != IN else []
    return f" [{', '.join(parts)}]" if parts else ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
