"""Chain: runs what is fused of a graph; `finding.py` makes it.

A chain is an input, one script without a state, perhaps a `grouper::bucket` behind one of its ports, and
outputs; selects that only pass may stand between. No port has more than one edge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from tremor_tui.model.batch import WHOLE, Batch, Later, Meta, Value
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.port import IN, OUT, OVERFLOW
from tremor_tui.model.projection import decoder_of
from tremor_tui.operators.bucket import BucketGrouper
from tremor_tui.operators.script import ScriptFunction, ScriptOperator
from tremor_tui.pipeline.fusing.rooms import Rooms
from tremor_tui.pipeline.fusing.text import BUCKET_KEYS, Writing, suffixes

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Edge, Node

Emissions = list[tuple[str, Batch]]
PATIENCE = 8
"""After so many batches in a row that the nodes had to do, the chain is left alone for a while."""
REST = 64
LATE = 0.4
"""Where more rows than this need all fields, decoding them twice takes longer than once."""


def _count_in(node: Node, port: str, rows: int) -> None:
    stats = node.stats
    stats.batches += 1
    stats.rows_in[port] = stats.rows_in.get(port, 0) + rows


@dataclass(slots=True)
class Way:
    """The way from a port: the edges and nodes passed; the output or bucket it ends in, None for nowhere."""

    source: Node
    port: str
    edges: list[Edge] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    end: Node | None = None

    def count(self, rows: int) -> None:
        """Counts rows that went this way."""
        if not rows:
            return
        stats = self.source.stats
        stats.rows_out[self.port] = stats.rows_out.get(self.port, 0) + rows
        if not self.edges:
            stats.discarded[self.port] = stats.discarded.get(self.port, 0) + rows
        for edge in self.edges:
            edge.stats.rows += rows
            edge.stats.batches += 1
        for node in self.nodes:
            _count_in(node, IN, rows)
            node.stats.rows_out[OUT] = node.stats.rows_out.get(OUT, 0) + rows

    @property
    def is_watched(self) -> bool:
        """Whether somebody listens on one of its edges."""
        return any(edge.stats.listeners for edge in self.edges)


@dataclass(slots=True)
class Chain:
    """A fused chain. `fields` are what its frames are decoded for, None where it needs whole values."""

    fields: frozenset[str] | None
    first: frozenset[str] | None
    entry: Node
    node: Node
    script: ScriptOperator
    bucket: Node | None
    ways: dict[str, Way]
    call: Callable[..., tuple[int, int]]
    writing: Writing
    outputs: Sequence[tuple[Node, Sequence[str]]]
    splice: Callable[[bytes, Value, Value], bytes]
    later: Callable[[Meta | None], Later]
    in_a_row: int = 0
    resting: int = 0
    is_late: bool = False
    _more: Callable[[bytes], Value] = field(init=False)

    def __post_init__(self) -> None:
        self._more = decoder_of(self.fields or frozenset())

    def step(self, batch: Batch, now_ns: int) -> Emissions | None:
        """What leaves by the outputs; None where the nodes are to do it, and nothing has changed yet."""
        if self.resting or self.node.operator is not self.script:
            self.resting -= self.resting > 0
            return None
        made = self._try(batch, now_ns)
        if made is not None:
            self.in_a_row = 0
        else:
            self.in_a_row += 1
            if self.in_a_row >= PATIENCE:
                self.in_a_row, self.resting = 0, REST
        return made

    def _try(self, batch: Batch, now_ns: int) -> Emissions | None:
        if batch.inner or batch.trace is not None or not isinstance(batch.ingest_ns, int):
            return None
        views = self._views(batch)
        given = _only(batch)
        more = self._more if self.fields is not None and not self.fields <= batch.fields else None
        if views is None or given is NOT_ONE or any(way.is_watched for way in self.ways.values()):
            return None
        if self.bucket is not None and given and not BUCKET_SET.isdisjoint(given):
            return None
        self.node.ctx.now_ns = now_ns
        writing = self.writing
        buffers: dict[str, tuple[list[Any], ...]] = {
            name: tuple([] for _ in suffixes(writing)) for name in writing.used
        }
        rooms = self._rooms(batch)
        try:
            dropped, late = self.call(
                views,
                batch.raws,
                self.node.ctx,
                given,
                self.splice,
                more,
                *(kept.append for name in sorted(buffers) for kept in buffers[name]),
                *(one.get for one in (rooms.by_class if rooms else ())),
                *self._openers(rooms),
            )
        except Exception:  # whatever it was: the nodes say what is wrong with which row
            return None
        self.is_late = late > len(batch) * LATE
        self._count(batch, buffers, dropped, rooms)
        return self._left(batch, buffers, given)

    def _views(self, batch: Batch) -> list[Value] | None:
        if self.fields is None or not batch.is_framed:
            return batch.values
        if batch.views is None or not (self.first or self.fields) <= batch.fields:
            return None
        return batch.views

    @property
    def wanted(self) -> frozenset[str] | None:
        """What its frames are best decoded for: all fields, or those that the first decision takes."""
        return self.fields if self.first is None or self.is_late else self.first

    def _rooms(self, batch: Batch) -> Rooms | None:
        if self.bucket is None:
            return None
        operator = self.bucket.operator
        assert isinstance(operator, BucketGrouper)
        assert isinstance(batch.ingest_ns, int)
        return Rooms(operator, self.writing.classes, len(batch), batch.ingest_ns)

    def _openers(self, rooms: Rooms | None) -> list[Callable[[Value], list[Any]]]:
        if rooms is None:
            return []
        group = self.writing.group
        return [rooms.opener(group(name), told) for name, told in self.writing.asked]

    def _count(
        self,
        batch: Batch,
        buffers: Mapping[str, tuple[list[Any], ...]],
        dropped: int,
        rooms: Rooms | None,
    ) -> None:
        rows = len(batch)
        _count_in(self.entry, IN, rows)
        self.ways[IN].count(rows)
        _count_in(self.node, IN, rows)
        self.node.operator.dropped += dropped
        passed = overflowed = 0
        if rooms is not None and self.bucket is not None:
            passed, overflowed = rooms.settle()
            asked = passed + overflowed
            self.ways[f"script/{self._asking()}"].count(asked)
            if asked:
                _count_in(self.bucket, IN, asked)
            self.ways[f"bucket/{OUT}"].count(passed)
            self.ways[f"bucket/{OVERFLOW}"].count(overflowed)
        for port, leads in self.writing.exits.items():
            if not leads.bucket:
                self.ways[f"script/{port}"].count(len(buffers[leads.name][0]) if leads.name in buffers else 0)

    def _asking(self) -> str:
        return next(port for port, leads in self.writing.exits.items() if leads.bucket)

    def _left(
        self, batch: Batch, buffers: Mapping[str, tuple[list[Any], ...]], given: Meta | None
    ) -> Emissions:
        left: Emissions = []
        for output, names in self.outputs:
            full = [buffers[name] for name in names if name in buffers and buffers[name][0]]
            if full:
                kept = full[0] if len(full) == 1 else _in_order(full)
                _count_in(output, IN, len(kept[0]))
                left.append((output.stats.id, self._batch(batch, kept, given)))
        return left

    def _batch(self, batch: Batch, kept: tuple[list[Any], ...], given: Meta | None) -> Batch:
        writing, rows = self.writing, kept[0]
        metas = kept[-1] if writing.keeps_meta else None
        if metas is not None and not any(metas):
            metas = None
        if writing.kind == "values":
            return batch.replace(rows, kept[1], metas)
        made = _copy(batch, rows)
        if writing.kind == "raws":
            made.raws = kept[1]
            made.nbytes = sum(map(len, kept[1]))
        if writing.keeps_meta:
            made.metas = metas
            return made.shed(WHOLE)
        if writing.sets_meta:
            return made.shed(self.later(given), metas=True)
        made.metas = [given] * len(rows) if given else None
        return made.shed(WHOLE)


def _copy(batch: Batch, rows: Sequence[int]) -> Batch:
    """A batch of some rows, with their frames and without values."""
    every_row = len(rows) == len(batch)
    assert batch.raws is not None
    return Batch(
        [],
        batch.ids if every_row else [batch.ids[row] for row in rows],
        batch.ingest_ns,
        raws=batch.raws if every_row else [batch.raws[row] for row in rows],
        nbytes=batch.nbytes if every_row else batch.nbytes * len(rows) // len(batch),
        source=batch.source,
        stream=batch.stream,
        origin=batch.origin,
        transactional=batch.transactional,
        tracks=batch.tracks if every_row or not batch.tracks else [batch.tracks[row] for row in rows],
    )


NOT_ONE: dict[str, Value] = {}
BUCKET_SET = frozenset(BUCKET_KEYS)


def _only(batch: Batch) -> Meta | None:
    """The metadata that all rows share; NOT_ONE where they do not."""
    metas = batch.metas
    if not metas:
        return None
    first = metas[0]
    return first if all(meta is first for meta in metas) else NOT_ONE


def _in_order(parts: Sequence[tuple[list[Any], ...]]) -> tuple[list[Any], ...]:
    """The rows of several buffers in one, in their order in the batch."""
    joined = [[item for part in parts for item in part[column]] for column in range(len(parts[0]))]
    if len(joined) == 1:
        return (sorted(joined[0]),)
    order = sorted(range(len(joined[0])), key=joined[0].__getitem__)
    return tuple([column[index] for index in order] for column in joined)


def splice(written: frozenset[str], raw: bytes, event: Value, view: Value) -> bytes:
    """The frame with the fields that a script gave its event; encoded as a whole where it has one already."""
    if event is view:
        return raw
    changes = {key: event[key] for key in written if key in event and event[key] is not view.get(key, event)}
    if not changes:
        return raw
    if not changes.keys().isdisjoint(view):
        return orjson.dumps({**orjson.loads(raw), **changes})
    raw = raw.strip()
    text = orjson.dumps(changes)
    return text if raw[1:-1].isspace() or len(raw) == 2 else raw[:-1] + b"," + text[1:]


@dataclass(frozen=True, slots=True)
class Again:
    """Makes the metadata that a script gave its events by running it again, for who looks at it."""

    script: ScriptFunction
    given: Meta | None

    def values(self, batch: Batch) -> list[Value]:
        """The events as they came."""
        return WHOLE.values(batch)

    def metas(self, batch: Batch) -> list[Meta | None] | None:
        """What the script makes of each event's metadata."""
        results = [self.script(value, self.given, Cell(), Context()) for value in batch.values]
        return [result[2] if result is not None else None for result in results]
