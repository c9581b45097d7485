"""The shape of a query's graph: what is not used goes, loops are found, nodes are put in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tremor_tui.language.ir.query import Edge, Node, PassNode
from tremor_tui.model.diagnostic import Diagnostic


def prune(nodes: Mapping[str, Node], edges: Sequence[Edge]) -> tuple[dict[str, Node], list[Edge]]:
    """Without the nodes that nothing reaches or that lead nowhere, but for the pipeline's own ports."""
    kept, used = dict(nodes), list(edges)
    while True:
        fed = {edge.target for edge in used}
        read = {edge.source for edge in used}
        unused = {
            name for name, node in kept.items() if not _is_port(node) and not (name in fed and name in read)
        }
        if not unused:
            return kept, used
        kept = {name: node for name, node in kept.items() if name not in unused}
        used = [edge for edge in used if edge.source not in unused and edge.target not in unused]


def _is_port(node: Node) -> bool:
    return isinstance(node, PassNode) and node.role in ("input", "output")


def order(nodes: Mapping[str, Node], edges: Sequence[Edge]) -> list[Node]:
    """The nodes so that edges lead forwards, else in the order given. There must be no loop."""
    blocked = dict.fromkeys(nodes, 0)
    for edge in edges:
        blocked[edge.target] += 1
    made: list[Node] = []
    ready = [name for name, count in blocked.items() if count == 0]
    while ready:
        name = ready.pop(0)
        made.append(nodes[name])
        for edge in edges:
            if edge.source == name:
                blocked[edge.target] -= 1
                if blocked[edge.target] == 0:
                    ready.append(edge.target)
    return made


def numbered(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """The edges with their place in this order."""
    return tuple(replace(edge, order=number) for number, edge in enumerate(edges))


def find_loop(edges: Sequence[Edge]) -> list[Edge]:
    """The edges of one loop, in order; none where there is no loop."""
    leaving: dict[str, list[Edge]] = {}
    for edge in edges:
        leaving.setdefault(edge.source, []).append(edge)
    done: set[str] = set()
    for start in leaving:
        loop = _loop_from(start, leaving, done)
        if loop:
            return loop
    return []


def _loop_from(start: str, leaving: Mapping[str, list[Edge]], done: set[str]) -> list[Edge]:
    way: list[Edge] = []
    open_nodes = [start]
    choices = [iter(leaving.get(start, ()))]
    while choices:
        edge = next(choices[-1], None)
        if edge is None:
            choices.pop()
            done.add(open_nodes.pop())
            del way[-1:]
        elif edge.target in open_nodes:
            return [*way, edge][open_nodes.index(edge.target) :]
        elif edge.target not in done:
            way.append(edge)
            open_nodes.append(edge.target)
            choices.append(iter(leaving.get(edge.target, ())))
    return []


def loop_diagnostic(loop: Sequence[Edge], nodes: Mapping[str, Node]) -> Diagnostic:
    """What to say about a loop: its way, at the statement that closes it."""
    names = [
        name for name in (edge.source for edge in loop) if not name.rpartition("/")[2].startswith("select-")
    ]
    way = " → ".join([*names, names[0]] if names else [edge.source for edge in loop])
    spans = [edge.span for edge in loop if edge.span is not None]
    span = max(spans, key=lambda span: span.start) if spans else None
    return Diagnostic(
        f"events would go round in circles: {way}", span, "select into a stream that does not lead back"
    )
