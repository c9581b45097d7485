"""Plan: in which order branches that meet are merged, so that nobody can tell batches from single events.

Tremor moves one event at a time: it takes the newest of a stack of (node, event) and pushes what comes
out, edge by edge. So it goes depth first, last edge first, and an event's copies reach a node in the
order of their ways from the input, compared edge by edge. What reaches the outputs is handed out in
reverse, which makes it the text's order again.

With batches a node runs once for all rows. Where edges meet in it, rows of equal id are merged in the
edges' order, and that is right if all ways over one edge come before all ways over the next: `_lowest` and
`_highest` are the first and last way to a node. Where ways interleave (a branch and a merge behind a
branch and a merge), or where a node that makes several rows of one branches and merges again, or gets several
rows of one id itself, no order of edges is right, and the plan says to run event by event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from itertools import pairwise
from typing import TYPE_CHECKING

from tremor_tui.model.record import dataclass

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Edge, Node

Way = tuple[int, ...]
Arrivals = list[tuple[int, "Edge"]]
Incoming = dict[int, Arrivals]
"""The source and edge of all that leads to a node."""


@dataclass(slots=True)
class Plan:
    """How batches that enter at node `start` move.

    `ranks` gives each reachable edge its place in merges, lowest first. `repeats` are the output nodes
    that may get several rows of one id. `needs_order`: ids have to ascend, as rows are sorted by them.
    `branches`: one row may become several. `outputs` are the indices of the reachable output nodes as they
    are handed out. `reach` are the nodes to visit, in topological order.
    """

    start: int
    reach: list[int]
    is_by_event: bool = False
    needs_order: bool = False
    branches: bool = False
    ranks: dict[int, int] = field(default_factory=dict)
    repeats: frozenset[int] = frozenset()
    outputs: list[int] = field(default_factory=list)


def make_plan(nodes: Sequence[Node], start: int) -> Plan:
    """The plan for one input; `nodes` are in topological order."""
    reach = _reachable(nodes, start)
    incoming: Incoming = {index: [] for index in reach}
    for index in reach:
        for edge in _edges(nodes[index]):
            incoming[edge.target].append((index, edge))
    lowest = _ways(reach, incoming, min)
    highest = _ways(reach, incoming, max)
    several = _several(nodes, start, reach, incoming)
    ends = [index for index in reach if nodes[index].is_output]
    return Plan(
        start,
        reach,
        any(_is_tangled(incoming[index], lowest, highest) for index in reach)
        or any(several[index] and nodes[index].is_multi for index in reach)
        or _is_multiplied(nodes, incoming, reach),
        any(len(arrivals) > 1 for arrivals in incoming.values()) or any(nodes[i].is_multi for i in reach),
        any(len(edges) > 1 for i in reach for edges in nodes[i].routes.values())
        or any(nodes[i].is_multi for i in reach),
        {e.index: n for arrivals in incoming.values() for n, (_, e) in enumerate(_ranked(arrivals, lowest))},
        frozenset(index for index in ends if several[index]),
        sorted(ends, key=lambda index: lowest[index], reverse=True),
    )


def _edges(node: Node) -> Iterator[Edge]:
    if not node.is_output:
        for edges in node.routes.values():
            yield from edges


def _reachable(nodes: Sequence[Node], start: int) -> list[int]:
    found = {start}
    for node in nodes[start:]:
        if node.index in found:
            found.update(edge.target for edge in _edges(node))
    return sorted(found)


def _ways(reach: list[int], incoming: Incoming, pick: Callable[[list[Way]], Way]) -> dict[int, Way]:
    """The first (`min`) or last (`max`) way to each node, as edges' numbers, later edges lower."""
    ways: dict[int, Way] = {}
    for index in reach:
        found = [_way(source, edge, ways) for source, edge in incoming[index]]
        ways[index] = pick(found) if found else ()
    return ways


def _way(source: int, edge: Edge, ways: dict[int, Way]) -> Way:
    return (*ways[source], -edge.index)


def _ranked(arrivals: Arrivals, lowest: dict[int, Way]) -> Arrivals:
    return sorted(arrivals, key=lambda arrival: _way(arrival[0], arrival[1], lowest))


def _is_tangled(arrivals: Arrivals, lowest: dict[int, Way], highest: dict[int, Way]) -> bool:
    ranked = _ranked(arrivals, lowest)
    return any(_way(*a, highest) > _way(*b, lowest) for a, b in pairwise(ranked))


def _several(nodes: Sequence[Node], start: int, reach: list[int], incoming: Incoming) -> dict[int, bool]:
    """Whether a node may get several rows of one id: from two edges, or from a node that did."""
    several: dict[int, bool] = {start: False}
    for index in reach:
        sources = [source for source, _ in incoming[index]]
        several[index] = len(sources) > 1 or any(several[s] or nodes[s].is_multi for s in sources)
    return several


def _is_multiplied(nodes: Sequence[Node], incoming: Incoming, reach: list[int]) -> bool:
    """Whether two edges that meet have a node in common that makes several rows of one."""
    above: dict[int, set[int]] = {}
    for index in reach:
        sources = [source for source, _ in incoming[index]]
        sets = [above[s] | ({s} if nodes[s].is_multi else set()) for s in sources]
        seen: set[int] = set()
        for one in sets:
            if seen & one:
                return True
            seen |= one
        above[index] = seen
    return False
