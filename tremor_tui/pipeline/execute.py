"""How batches and signals move through the nodes of a graph: by batch, or by event where that tells.

`by_batch` calls each node once with all its rows. `by_event` does what tremor does, with a stack and one
row at a time; signals, which may make several nodes emit at once, always move so.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from tremor_tui.model.batch import Batch, Picked, tracks_of
from tremor_tui.model.port import IN
from tremor_tui.model.signal import Signal
from tremor_tui.operators.contract import Outputs

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Edge, Node
    from tremor_tui.pipeline.plan import Plan

Arrival = tuple[int, str, Batch]
"""Rank of the edge, input port, rows."""
Waiting = dict[int, list[Arrival]]
Emissions = list[tuple[str, Batch]]


def by_batch(nodes: Sequence[Node], plan: Plan, port: str, batch: Batch, now_ns: int) -> Emissions:
    """Visits each node that rows reach once, in topological order."""
    return proceed(nodes, plan, {plan.start: [(0, port, batch)]}, now_ns)


def proceed(nodes: Sequence[Node], plan: Plan, waiting: Waiting, now_ns: int) -> Emissions:
    """Goes on with rows that wait before nodes."""
    left: dict[int, Batch] = {}
    for index in plan.reach:
        arrivals = waiting.pop(index, None)
        if arrivals is None:
            continue
        node = nodes[index]
        if node.is_output:
            left[index] = _leave(node, arrivals, index in plan.repeats)
            continue
        node.ctx.now_ns = now_ns
        if len(arrivals) == 1:
            _, arrived, rows = arrivals[0]
            outputs = _call(node, arrived, rows)
        else:
            outputs = _meet(node, arrivals)
        for name, made in outputs:
            forward(node, name, made, waiting, plan.ranks)
    return [(nodes[index].stats.id, left[index]) for index in plan.outputs if index in left]


def by_event(
    nodes: Sequence[Node], start: int, port: str, batch: Batch, now_ns: int, is_strict: bool = False
) -> Emissions:
    """Moves row after row, each through the whole graph before the next.

    `is_strict`: a row that fails in a select ends all of its event's branches.
    """
    left: Emissions = []
    for row in range(len(batch)):
        one = batch if len(batch) == 1 else batch.take((row,))
        left += _run(nodes, [(start, port, one)], now_ns, is_strict)
    return _by_port(left)


def signal(nodes: Sequence[Node], hearing: Sequence[Node], sent: Signal, now_ns: int) -> Emissions:
    """Tells the nodes, then moves what they made."""
    stack: list[tuple[int, str, Batch]] = []
    for node in hearing:
        node.ctx.now_ns = now_ns
        outputs = node.operator.on_signal(sent)
        _count_out(node, outputs)
        _push(node, outputs, stack)
    return _by_port(_run(nodes, stack, now_ns)) if stack else []


def _call(node: Node, port: str, batch: Batch) -> Outputs:
    stats = node.stats
    stats.batches += 1
    stats.rows_in[port] = stats.rows_in.get(port, 0) + len(batch)
    outputs = node.operator.on_batch(port, batch)
    _count_out(node, outputs)
    if node.is_multi:
        return [(name, _turn(made)) for name, made in outputs]
    return outputs


def _count_out(node: Node, outputs: Outputs) -> None:
    counts = node.stats.rows_out
    for name, made in outputs:
        counts[name] = counts.get(name, 0) + len(made)


def _meet(node: Node, arrivals: list[Arrival]) -> Outputs:
    """Calls the node with the rows of several edges, in order; once for each run of one port."""
    arrivals.sort(key=lambda arrival: arrival[0])
    if len({port for _, port, _ in arrivals}) == 1:
        return _call(node, arrivals[0][1], merged([batch for _, _, batch in arrivals]))
    made: dict[str, list[Batch]] = {}
    for port, batch in _runs(arrivals):
        for name, output in _call(node, port, batch):
            made.setdefault(name, []).append(output)
    return [(name, join(batches)) for name, batches in made.items()]


def _runs(arrivals: list[Arrival]) -> list[tuple[str, Batch]]:
    """The rows of all arrivals in order of id and rank, cut where the port changes."""
    order = sorted(
        (batch.ids[row], rank, row)
        for rank, (_, _, batch) in enumerate(arrivals)
        for row in range(len(batch))
    )
    runs = []
    for port, steps in groupby(order, key=lambda step: arrivals[step[1]][1]):
        rows: dict[int, list[int]] = {}
        for _, rank, row in steps:
            rows.setdefault(rank, []).append(row)
        runs.append((port, merged([arrivals[rank][2].take(rows[rank]) for rank in sorted(rows)])))
    return runs


def forward(node: Node, port: str, batch: Batch, waiting: Waiting, ranks: dict[int, int]) -> None:
    """Lets rows that left a node wait before those that its port leads to."""
    edges = node.routes.get(port)
    if edges is None:
        _discard(node, port, batch)
        return
    for edge in edges:
        _pass(edge, batch)
        arrival = (ranks[edge.index], edge.target_port, batch)
        arrivals = waiting.get(edge.target)
        if arrivals is None:
            waiting[edge.target] = [arrival]
        else:
            arrivals.append(arrival)


def _discard(node: Node, port: str, batch: Batch) -> None:
    counts = node.stats.discarded
    counts[port] = counts.get(port, 0) + len(batch)


def _pass(edge: Edge, batch: Batch) -> None:
    stats = edge.stats
    stats.rows += len(batch)
    stats.batches += 1
    for listener in stats.listeners:
        listener(batch)


def _leave(node: Node, arrivals: list[Arrival], may_repeat: bool) -> Batch:
    """The rows of all arrivals in order; those of one event in the reverse of the order they came in."""
    arrivals.sort(key=lambda arrival: arrival[0], reverse=may_repeat)
    batches = [batch for _, _, batch in arrivals]
    if may_repeat and not all(_is_distinct(batch.ids) for batch in batches):
        batch = _turn(merged(batches[::-1]))
    else:
        batch = merged(batches)
    stats = node.stats
    stats.batches += 1
    stats.rows_in[IN] = stats.rows_in.get(IN, 0) + len(batch)
    return batch


def _is_distinct(ids: Sequence[int]) -> bool:
    return isinstance(ids, (range, Picked)) or len(set(ids)) == len(ids)


def _turn(batch: Batch) -> Batch:
    """The batch with rows of equal id in reverse."""
    if len(batch) < 2 or isinstance(batch.ids, (range, Picked)):
        return batch
    order: list[int] = []
    for _, rows in groupby(range(len(batch)), key=batch.ids.__getitem__):
        order.extend(reversed(list(rows)))
    if order == list(range(len(batch))):
        return batch
    return _arrange(batch, order)


def _arrange(batch: Batch, order: list[int]) -> Batch:
    made = batch.replace(order, [batch.values[row] for row in order])
    made.raws = [batch.raws[row] for row in order] if batch.raws is not None else None
    made.nbytes = batch.nbytes
    return made


# -- event by event -----------------------------------------------------------------------------------


def _run(
    nodes: Sequence[Node], stack: list[tuple[int, str, Batch]], now_ns: int, is_strict: bool = False
) -> Emissions:
    """Empties the stack; every batch on it has one row. What leaves comes in tremor's order."""
    left: Emissions = []
    while stack:
        index, port, batch = stack.pop()
        node = nodes[index]
        if node.is_output:
            left.append((node.stats.id, _leave(node, [(0, port, batch)], False)))
            continue
        node.ctx.now_ns = now_ns
        stats = node.stats
        stats.batches += 1
        stats.rows_in[port] = stats.rows_in.get(port, 0) + 1
        failed = node.operator.errors
        outputs = node.operator.on_batch(port, batch)
        if is_strict and not outputs and node.operator.errors > failed:
            return left
        _count_out(node, outputs)
        _push(node, outputs, stack)
    left.reverse()
    return left


def _push(node: Node, outputs: Outputs, stack: list[tuple[int, str, Batch]]) -> None:
    for port, batch in outputs:
        edges = node.routes.get(port)
        if edges is None:
            _discard(node, port, batch)
            continue
        for edge in edges:
            _pass(edge, batch)
        for row in range(len(batch)):
            one = batch if len(batch) == 1 else batch.take((row,))
            stack.extend((edge.target, edge.target_port, one) for edge in edges)


def _by_port(emissions: Emissions) -> Emissions:
    made: dict[str, list[Batch]] = {}
    for port, batch in emissions:
        made.setdefault(port, []).append(batch)
    return [(port, join(batches)) for port, batches in made.items()]


def merged(batches: Sequence[Batch]) -> Batch:
    """The same as `model.batch.merge`, for batches whose ids ascend.

    Joining and sorting whole runs takes a fifth of the time of sorting rows as (id, rank, row).
    """
    if len(batches) == 1:
        return batches[0]
    batch = join(batches)
    ids = batch.ids
    order = sorted(range(len(batch)), key=ids.__getitem__)
    batch.ids = sorted(ids)
    batch.values = [batch.values[row] for row in order]
    if isinstance(batch.ingest_ns, list):
        batch.ingest_ns = [batch.ingest_ns[row] for row in order]
    if batch.metas:
        batch.metas = [batch.metas[row] for row in order]
    if batch.raws:
        batch.raws = [batch.raws[row] for row in order]
    if batch.tracks:
        batch.tracks = [batch.tracks[row] for row in order]
    return batch


def join(batches: Sequence[Batch]) -> Batch:
    """One batch of the rows of several, one after the other."""
    if len(batches) == 1:
        return batches[0]
    first = batches[0]
    times = {batch.ingest_ns if isinstance(batch.ingest_ns, int) else -1 for batch in batches}
    one_time = len(times) == 1 and isinstance(first.ingest_ns, int)
    raws = [batch.raws for batch in batches if batch.raws is not None]
    return Batch(
        values=[value for batch in batches for value in batch.values],
        ids=[event_id for batch in batches for event_id in batch.ids],
        ingest_ns=first.ingest_ns if one_time else [b.ingest(row) for b in batches for row in range(len(b))],
        metas=_metas(batches) if any(batch.metas for batch in batches) else None,
        raws=[raw for part in raws for raw in part] if len(raws) == len(batches) else None,
        nbytes=sum(batch.nbytes for batch in batches),
        source=first.source,
        stream=first.stream,
        origin=first.origin,
        transactional=any(batch.transactional for batch in batches),
        inner=first.inner,
        tracks=[tracks_of(b, row) for b in batches for row in range(len(b))]
        if any(batch.tracks is not None for batch in batches)
        else None,
    )


def _metas(batches: Sequence[Batch]) -> list[dict[str, object] | None]:
    return [batch.meta(row) or None for batch in batches for row in range(len(batch))]
