"""Places a graph's nodes in layers from left to right, and its edges as orthogonal lines. Pure.

    layers    longest path; edges that would close a circle are turned round first
    order     by barycentres; with a layout from before, nodes keep their order and new ones are put in
    rows      each layer's rows nearest to what its neighbours want (a weighted isotonic regression)
    wires     `routing.py`: a track in the gap between two layers for each bundle of edges

Why by hand: it must be stable between edits, which no library that was found promises.

Long because layering, ordering and drawing work on the same tables.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tremor_tui.workbench.routing import Bend, Channel, isotonic, route


@dataclass(frozen=True, slots=True)
class Form:
    """How nodes are drawn: rows of a box, the row in it where edges enter and leave, lanes of a gap.

    `rate` is the width of the lane beside a source, `fill` that before a target with its arrow.
    """

    height: int = 5
    row: int = 2
    err_row: int = 3
    rate: int = 7
    fill: int = 5
    space: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A node to be placed; `width` in cells."""

    id: str
    width: int


@dataclass(frozen=True, slots=True)
class Arc:
    """An edge to be drawn. Arcs of one `port` of a source leave it together."""

    id: str
    source: str
    target: str
    port: str = "out"


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node is drawn."""

    id: str
    layer: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Wire:
    """Where an edge is drawn: corners of an orthogonal line from its source to its target.

    `rate_at` is the first cell of the lane beside the source, `fill_at` that of the lane before the target.
    """

    id: str
    points: tuple[tuple[int, int], ...]
    rate_at: tuple[int, int]
    fill_at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layout:
    """A placed graph; `order` is each layer from top to bottom, with the places where edges pass."""

    boxes: dict[str, Box] = field(default_factory=dict)
    wires: dict[str, Wire] = field(default_factory=dict)
    width: int = 0
    height: int = 0
    order: tuple[tuple[str, ...], ...] = ()


@dataclass(slots=True)
class _Item:
    """A node, or the place where an edge passes a layer."""

    key: str
    layer: int
    node: Place | None = None
    y: int = 0


@dataclass(slots=True)
class _Hop:
    """A piece of an edge between items of neighbouring layers; `weight` is how straight it wants to be."""

    left: str
    right: str
    weight: float
    shift: int = 0


@dataclass(slots=True)
class _Work:
    form: Form
    items: dict[str, _Item] = field(default_factory=dict)
    layers: list[list[str]] = field(default_factory=list)
    hops: list[_Hop] = field(default_factory=list)
    chains: dict[str, list[str]] = field(default_factory=dict)


def place(nodes: Sequence[Place], arcs: Sequence[Arc], form: Form, before: Layout | None = None) -> Layout:
    """Places `nodes` and draws `arcs` between them; arcs with an unknown end are left out.

    `before` is the layout of an earlier state of the graph: its nodes keep their order in a layer.
    """
    known = {node.id for node in nodes}
    arcs = [arc for arc in arcs if arc.source in known and arc.target in known]
    if not nodes:
        return Layout()
    work = _Work(form)
    layer_of = _layers(nodes, arcs)
    _fill_items(work, nodes, arcs, layer_of)
    _order(work, before)
    _rows(work)
    return _draw(work, nodes, arcs)


def layers(nodes: Sequence[Place], arcs: Sequence[Arc]) -> list[list[str]]:
    """The nodes of each layer, in no order; the same in every form."""
    known = {node.id for node in nodes}
    layer_of = _layers(nodes, [arc for arc in arcs if arc.source in known and arc.target in known])
    found: list[list[str]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for name, layer in layer_of.items():
        found[layer].append(name)
    return found


def can_fit(
    layered: Sequence[Sequence[str]], nodes: Sequence[Place], form: Form, size: tuple[int, int]
) -> bool:
    """Whether a layout may be as small as `size` in a form: a bound from below, found without making it."""
    wide = {node.id: node.width for node in nodes}
    width = sum(max(wide[name] for name in layer) for layer in layered) + (len(layered) - 1) * form.fill
    height = max((len(layer) for layer in layered), default=0) * form.height
    return width <= size[0] and height <= size[1]


def _layers(nodes: Sequence[Place], arcs: Sequence[Arc]) -> dict[str, int]:
    forward = _without_circles(nodes, arcs)
    entering: dict[str, int] = {node.id: 0 for node in nodes}
    leaving: dict[str, list[str]] = defaultdict(list)
    for source, target in forward:
        entering[target] += 1
        leaving[source].append(target)
    layer = dict.fromkeys(entering, 0)
    ready = [name for name, many in entering.items() if not many]
    while ready:
        name = ready.pop()
        for target in leaving[name]:
            layer[target] = max(layer[target], layer[name] + 1)
            entering[target] -= 1
            if not entering[target]:
                ready.append(target)
    return layer


def _without_circles(nodes: Sequence[Place], arcs: Sequence[Arc]) -> list[tuple[str, str]]:
    """The edges with those turned round that lead back to where a walk in depth came from."""
    leaving: dict[str, list[str]] = {node.id: [] for node in nodes}
    for arc in arcs:
        if arc.source != arc.target:
            leaving[arc.source].append(arc.target)
    state: dict[str, int] = {}
    found: list[tuple[str, str]] = []
    for node in nodes:
        if node.id in state:
            continue
        state[node.id] = 1
        stack = [(node.id, iter(leaving[node.id]))]
        while stack:
            name, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                state[name] = 2
                stack.pop()
            elif state.get(target) == 1:
                found.append((target, name))
            else:
                found.append((name, target))
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(leaving[target])))
    return found


def _fill_items(work: _Work, nodes: Sequence[Place], arcs: Sequence[Arc], layer_of: dict[str, int]) -> None:
    work.layers = [[] for _ in range(max(layer_of.values()) + 1)]
    for node in nodes:
        _add(work, _Item(node.id, layer_of[node.id], node))
    for arc in arcs:
        start, end = layer_of[arc.source], layer_of[arc.target]
        back = end <= start
        passed = range(start, end - 1, -1) if back else range(start + 1, end)
        chain = [f"{arc.id}\0{layer}" for layer in passed]
        for key, layer in zip(chain, passed, strict=True):
            _add(work, _Item(key, layer))
        work.chains[arc.id] = [arc.source, *chain, arc.target]
        _add_hops(work, arc, back)


def _add(work: _Work, item: _Item) -> None:
    work.items[item.key] = item
    work.layers[item.layer].append(item.key)


def _add_hops(work: _Work, arc: Arc, back: bool) -> None:
    """Hops that should be straight; where an edge turns back there is nothing to be straight."""
    chain = work.chains[arc.id]
    err = arc.port == "err"
    for first, second in itertools.pairwise(chain[1:-1] if back else chain):
        left, right = (second, first) if back else (first, second)
        inner = work.items[left].node is None and work.items[right].node is None
        weight = 4.0 if inner else 0.05 if err else 1.0
        shift = work.form.err_row - work.form.row if err and work.items[left].node else 0
        work.hops.append(_Hop(left, right, weight, shift))


def _order(work: _Work, before: Layout | None) -> None:
    """Sorts each layer by where its neighbours are; what was there before keeps its order."""
    kept = {name: row for layer in (before.order if before else ()) for row, name in enumerate(layer)}
    left: dict[str, list[str]] = defaultdict(list)
    right: dict[str, list[str]] = defaultdict(list)
    for hop in work.hops:
        left[hop.right].append(hop.left)
        right[hop.left].append(hop.right)
    for layer in work.layers:
        layer.sort(key=lambda key: kept.get(key, len(kept)))
    for sweep in range(6):
        forward = sweep % 2 == 0
        near = left if forward else right
        for layer in work.layers if forward else reversed(work.layers):
            _sort_layer(work, layer, near, kept)


def _sort_layer(work: _Work, layer: list[str], near: dict[str, list[str]], kept: dict[str, int]) -> None:
    at = {key: row for keys in work.layers for row, key in enumerate(keys)}
    centre = {
        key: sum(at[other] for other in near[key]) / len(near[key]) if near[key] else float(at[key])
        for key in layer
    }
    fixed = [key for key in layer if key in kept]
    fixed.sort(key=lambda key: kept[key])
    free = sorted((key for key in layer if key not in kept), key=lambda key: (centre[key], at[key]))
    layer[:] = _merge(fixed, free, centre)


def _merge(fixed: list[str], free: list[str], centre: dict[str, float]) -> list[str]:
    """Puts the free keys between the fixed ones, whose order stays."""
    merged: list[str] = []
    waiting = iter(free)
    key = next(waiting, None)
    for anchor in fixed:
        while key is not None and centre[key] < centre[anchor]:
            merged.append(key)
            key = next(waiting, None)
        merged.append(anchor)
    if key is not None:
        merged += [key, *waiting]
    return merged


def _rows(work: _Work) -> None:
    offsets = {key: at for layer in work.layers for key, at in _offsets(work, layer).items()}
    for key, at in offsets.items():
        work.items[key].y = at
    by_right: dict[str, list[tuple[str, float, int]]] = defaultdict(list)
    by_left: dict[str, list[tuple[str, float, int]]] = defaultdict(list)
    for hop in work.hops:
        by_right[hop.right].append((hop.left, hop.weight, hop.shift))
        by_left[hop.left].append((hop.right, hop.weight, -hop.shift))
    for sweep in range(8):
        # The last two sweeps go forward: a line that is straight from the left reads best.
        forward = sweep % 2 == 0 or sweep == 7
        for layer in work.layers if forward else reversed(work.layers):
            near = by_right if forward else by_left
            _settle(work, layer, near, offsets)
    top = min(item.y - (work.form.row if item.node else 0) for item in work.items.values())
    for item in work.items.values():
        item.y -= top


def _offsets(work: _Work, layer: list[str]) -> dict[str, int]:
    """The row of each item's line if the layer were packed from the top."""
    form = work.form
    packed: dict[str, int] = {}
    at, before = 0, False
    for key in layer:
        is_node = work.items[key].node is not None
        if packed and (is_node or before):
            at += form.space
        packed[key] = at + (form.row if is_node else 0)
        at += form.height if is_node else 1
        before = is_node
    return packed


def _settle(
    work: _Work, layer: list[str], near: dict[str, list[tuple[str, float, int]]], offsets: dict[str, int]
) -> None:
    wanted, weights = [], []
    for key in layer:
        hops = near[key]
        weight = sum(hop[1] for hop in hops)
        own = work.items[key].y
        goal = sum((work.items[k].y + shift) * w for k, w, shift in hops) / weight if weight else own
        wanted.append(goal - offsets[key])
        weights.append(weight or 0.05)
    for key, value in zip(layer, isotonic(wanted, weights), strict=True):
        work.items[key].y = round(value) + offsets[key]


def _draw(work: _Work, nodes: Sequence[Place], arcs: Sequence[Arc]) -> Layout:
    form = work.form
    widths = [
        max((item.node.width for key in layer if (item := work.items[key]).node), default=3)
        for layer in work.layers
    ]
    bends = [bend for arc in arcs for bend in _bends(work, arc)]
    channels = route(bends, len(work.layers) + 1, form.rate, form.fill)
    starts = _columns(widths, channels)
    boxes = {}
    for node in nodes:
        item = work.items[node.id]
        at = starts[item.layer]
        boxes[node.id] = Box(node.id, item.layer, at, item.y - form.row, widths[item.layer], form.height)
    wires = {arc.id: _wire(work, arc, widths, starts, channels) for arc in arcs}
    right = max((x for wire in wires.values() for x, _ in wire.points), default=0)
    low = max((y for wire in wires.values() for _, y in wire.points), default=0)
    return Layout(
        boxes,
        wires,
        max(right + 1, max(box.x + box.width for box in boxes.values())),
        max(low + 1, max(box.y + box.height for box in boxes.values())),
        tuple(tuple(layer) for layer in work.layers),
    )


def _columns(widths: list[int], channels: list[Channel]) -> list[int]:
    starts, at = [], channels[0].width
    for layer, width in enumerate(widths):
        starts.append(at)
        at += width + channels[layer + 1].width
    return starts


def _exit(work: _Work, arc: Arc) -> int:
    shift = work.form.err_row - work.form.row if arc.port == "err" else 0
    return work.items[arc.source].y + shift


def _bends(work: _Work, arc: Arc) -> Iterable[Bend]:
    """What an arc does in each gap that it passes; gap i lies before layer i."""
    chain = work.chains[arc.id]
    port, back = f"{arc.source}\0{arc.port}", work.items[chain[1]].layer <= work.items[chain[0]].layer
    y = _exit(work, arc)
    for index in range(1, len(chain)):
        first, second = work.items[chain[index - 1]], work.items[chain[index]]
        source = port if index == 1 else chain[index - 1]
        target = arc.target if index == len(chain) - 1 else chain[index]
        turns = back and index == 1, back and index == len(chain) - 1
        gap = first.layer + 1 if turns[0] else second.layer if turns[1] or not back else first.layer
        sides = ("left", "left") if turns[0] else ("right", "right") if turns[1] else ("left", "right")
        if back and not any(turns):
            sides = ("right", "left")
        yield Bend(arc.id, index, gap, y, second.y, sides[0], sides[1], source, target)
        y = second.y


def _wire(work: _Work, arc: Arc, widths: list[int], starts: list[int], channels: list[Channel]) -> Wire:
    chain = work.chains[arc.id]
    first, last = work.items[chain[0]], work.items[chain[-1]]
    begin = starts[first.layer] + widths[first.layer]
    end = starts[last.layer] - 1
    points = [(begin, _exit(work, arc))]
    for bend in _bends(work, arc):
        channel = channels[bend.gap]
        left = starts[bend.gap] - channel.width if bend.gap < len(starts) else starts[-1] + widths[-1]
        x = left + channel.column(bend)
        points += [(x, bend.start), (x, bend.end)]
    points.append((end, last.y))
    fill_at = (starts[last.layer] - work.form.fill, last.y)
    return Wire(arc.id, _without_doubles(points), points[0], fill_at)


def _without_doubles(points: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    kept: list[tuple[int, int]] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and _in_line(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _in_line(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    return (a[0] == b[0] == c[0]) or (a[1] == b[1] == c[1])
