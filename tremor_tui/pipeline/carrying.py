"""Carrying: the state of a graph's nodes as bytes, for the same graph in another process.

State is made of values and of a few kinds of object that operators make of them. What is neither is refused,
so nothing is carried half. Only `unpack` of what `pack` made is safe, and both ends are of one version.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tremor_tui.errors import LifecycleError
from tremor_tui.model.batch import Batch, Picked
from tremor_tui.model.context import Cell
from tremor_tui.model.origin import OriginUri
from tremor_tui.operators.batch import _Last
from tremor_tui.operators.bucket import Bucket, Window
from tremor_tui.operators.contract import Carried
from tremor_tui.pipeline.graph import Graph, NodeStats

_PLAIN: Final = (type(None), bool, str, bytes)
_KINDS: Final[Mapping[str, type]] = {
    kind.__name__: kind for kind in (Bucket, Window, Cell, OriginUri, _Last, Batch)
}
_ROWS: Final = {
    "source",
    "stream",
    "origin",
    "transactional",
    "inner",
    "tracks",
    "nbytes",
    "ids",
    "ingest_ns",
}
"""What is carried of a batch: operators keep headers, which have no values."""
_LISTS: Final[Mapping[str, type]] = {"l": list, "t": tuple, "s": set, "f": frozenset, "q": deque}
_BITS: Final = 63


def pack(value: Any) -> bytes:
    """A state as bytes. Raises LifecycleError for what cannot be carried."""
    return msgspec.msgpack.encode(_packed(value))


def unpack(data: bytes) -> Any:
    """The very same state again."""
    return _unpacked(msgspec.msgpack.decode(data))


def states(graph: Graph) -> dict[str, bytes]:
    """The state of each node that has one. Raises LifecycleError naming a node whose state stays."""
    found = {}
    for node in graph.nodes:
        try:
            own = node.operator
            found[node.id] = pack((own.carried() if isinstance(own, Carried) else own.state(), _counts(node)))
        except LifecycleError as error:
            raise LifecycleError(f"the state of `{node.id}` in `{graph.name}`: {error.message}") from None
    return found


def take_over(graph: Graph, carried: Mapping[str, bytes]) -> None:
    """Gives the nodes of a fresh graph the state and counts of their like; edges count on too."""
    for node in graph.nodes:
        if node.id not in carried:
            continue
        state, counts = unpack(carried[node.id])
        if state is not None:
            own = node.operator
            (own.take_over if isinstance(own, Carried) else own.restore)(state)
        _count_on(node, counts)


def _counts(node: NodeStats) -> list[Any]:
    own = node.operator
    return [node.batches, node.rows_in, node.rows_out, node.discarded, own.dropped, own.errors, own.evicted]


def _count_on(node: NodeStats, counts: list[Any]) -> None:
    own = node.operator
    node.batches, rows_in, rows_out, discarded, own.dropped, own.errors, own.evicted = counts
    node.rows_in.update(rows_in)
    node.rows_out.update(rows_out)
    node.discarded.update(discarded)


def _packed(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return value if -(1 << _BITS) <= value < 1 << _BITS else ["i", str(value)]
    if kind is float:
        return value
    if kind is dict or kind is OrderedDict:
        flat = [_packed(one) for pair in value.items() for one in pair]
        return ["o" if kind is OrderedDict else "d", *flat]
    for tag, container in _LISTS.items():
        if kind is container:
            return [tag, *map(_packed, value)]
    name = kind.__name__
    if _KINDS.get(name) is kind:
        fields = {slot: _packed(_slot(value, slot)) for slot in _slots(value)}
        return ["c", name, fields]
    raise LifecycleError(f"a {name} cannot be handed over")


def _slots(value: Any) -> list[str]:
    if isinstance(value, Batch):
        if len(value.ids) > 1:
            raise LifecycleError("whole batches cannot be handed over")
        return sorted(_ROWS)
    return list(type(value).__slots__)


def _slot(value: Any, slot: str) -> Any:
    found = getattr(value, slot)
    return list(found) if isinstance(found, (range, Picked)) else found


def _unpacked(packed: Any) -> Any:
    if not isinstance(packed, list):
        return packed
    tag, *rest = packed
    if tag == "i":
        return int(rest[0])
    if tag == "c":
        return _object(rest[0], {slot: _unpacked(one) for slot, one in rest[1].items()})
    items = [_unpacked(one) for one in rest]
    if tag in ("d", "o"):
        pairs = zip(items[::2], items[1::2], strict=True)
        return OrderedDict(pairs) if tag == "o" else dict(pairs)
    return _LISTS[tag](items)


def _object(name: str, slots: dict[str, Any]) -> Any:
    if name == "Batch":
        return Batch([], **slots)
    made: Any = object.__new__(_KINDS[name])
    for slot, value in slots.items():
        object.__setattr__(made, slot, value)
    return made
