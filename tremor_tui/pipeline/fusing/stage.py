"""Stage: one node of a chain, run over all rows of a batch by its fused function."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal

import orjson

from tremor_tui.errors import ScriptError
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.context import Cell
from tremor_tui.model.port import ERR, IN, OUT
from tremor_tui.model.record import dataclass
from tremor_tui.operators.script import Fault, ScriptOperator
from tremor_tui.operators.select import Select
from tremor_tui.pipeline.fusing.rooms import OtherwiseError, Rooms
from tremor_tui.pipeline.fusing.text import Slot

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Edge, Node

Form = Literal["same", "added", "made"]
"""What an event is beside the one that came in: the same, with fields added or replaced, or another value."""
NO_CELL = Cell()


def count_in(node: Node, port: str, rows: int) -> None:
    """Counts rows that came to a node."""
    stats = node.stats
    stats.batches += 1
    stats.rows_in[port] = stats.rows_in.get(port, 0) + rows


@dataclass(slots=True)
class Way:
    """The ways from a port through nodes that only pass: the edges and nodes on them, and the last edges."""

    source: Node
    port: str
    edges: list[Edge] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    ends: list[Edge] = field(default_factory=list)

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
            count_in(node, IN, rows)
            node.stats.rows_out[OUT] = node.stats.rows_out.get(OUT, 0) + rows

    @property
    def is_watched(self) -> bool:
        """Whether somebody listens on one of its edges."""
        return any(edge.stats.listeners for edge in self.edges)


@dataclass(slots=True)
class Rows:
    """Rows before a stage or an end: their numbers in the batch, ascending, and what is kept beside these.

    `numbers` None: all rows of the batch. `events` None: they are as in the batch; `metas` None: as given.
    """

    numbers: Sequence[int] | None
    events: list[Value] | None = None
    metas: list[Meta | None] | None = None


@dataclass(slots=True)
class Came:
    """A batch as a chain sees it. `views` are of all rows; `given` is the metadata that all rows share.

    `metas` are those of each row where they differ. `more` decodes all fields of a frame, where views have
    the first alone. `is_owned`: the views are whole events that nobody else has, to be changed at will.
    """

    batch: Batch
    views: list[Value]
    given: Meta | None
    metas: list[Meta | None] | None
    more: Callable[[bytes], Value] | None
    is_framed: bool
    is_owned: bool = False

    def whole(self, row: int) -> Value:
        """The event of a row as it came."""
        batch = self.batch
        # where ids repeat, who is told of a failure finds the row by its very value
        if self.is_framed and batch.raws is not None and isinstance(batch.ids, range):
            return orjson.loads(batch.raws[row])
        return batch.values[row]


@dataclass(slots=True)
class Compiled:
    """A stage's function and the names of what it takes and returns."""

    call: Callable[..., tuple[Any, ...]]
    slots: list[Slot]
    results: list[str]
    numbered: bool
    is_first: bool
    is_mixed: bool


@dataclass(slots=True)
class Done:
    """What a stage did with a batch; nothing of it is counted yet."""

    rows: int
    dropped: int
    late: int
    numbers: dict[str, int | None]
    slots: dict[str, Rows]
    counts: dict[str, int]
    faults: list[Fault]


@dataclass(slots=True)
class Stage:
    """A node of a chain. `ways` by port; `bucket` stands behind it, asked by its function.

    `comes` and `leaves` say what its events are before and behind it. `slot_of` names the slot of each
    port, those of the bucket as `bucket/PORT`; `counters` the count of rows that leave by a port, where the
    slot alone does not tell. `is_timeless`: it does not look at the time or number of its events.
    """

    node: Node
    ways: Mapping[str, Way]
    comes: Form
    leaves: Form
    slot_of: Mapping[str, str]
    counters: Mapping[str, str]
    bucket: Node | None = None
    asking: str = ""
    rooms: Rooms | None = None
    event_at: Callable[[Came, int, Value], Value] | None = None
    is_timeless: bool = True

    def run(self, compiled: Compiled, came: Came, rows: Rows, now_ns: int) -> Done:
        """Runs its function. Raises OtherwiseError, and what else a function raises that should not."""
        batch, node = came.batch, self.node
        ctx = node.ctx
        ctx.now_ns, ctx.origin = now_ns, batch.origin
        if isinstance(batch.ingest_ns, int):
            ctx.ingest_ns = batch.ingest_ns
        numbers = rows.numbers
        count = len(batch) if numbers is None else len(numbers)
        faults: list[Fault] = []
        gone: list[int] = []
        columns: list[list[Any]] = [[] for slot in compiled.slots for _ in slot.columns]
        result = compiled.call(
            self._steps(compiled, came, rows),
            count,
            batch.raws,
            batch.ids,
            came.given,
            came.more,
            self._failing(came, rows, faults),
            gone.append,
            ctx,
            node.operator.cell if isinstance(node.operator, ScriptOperator) else NO_CELL,
            *(column.append for column in columns),
            *self._bucket(batch, len(batch)),
        )
        if self.rooms is not None:
            self.rooms.ask()
        dropped, late, *rest = result
        named = dict(zip(compiled.results, rest, strict=True))
        slots = _filled(compiled, columns, gone, count)
        return Done(count, dropped, late, named, slots, {}, faults)

    def _steps(self, compiled: Compiled, came: Came, rows: Rows) -> Any:
        numbers, events, metas = rows.numbers, rows.events, rows.metas
        if events is None:
            events = came.views if numbers is None else [came.views[row] for row in numbers]
        if compiled.is_mixed:
            if metas is None:
                given = came.metas
                assert given is not None
                metas = given if numbers is None else [given[row] for row in numbers]
            return zip(range(len(events)) if numbers is None else numbers, events, metas, strict=True)
        if not compiled.numbered:
            return iter(events)
        return enumerate(events) if numbers is None else zip(numbers, events, strict=True)

    def _bucket(self, batch: Batch, count: int) -> Sequence[Any]:
        if self.rooms is None:
            return ()
        assert isinstance(batch.ingest_ns, int)
        lefts = self.rooms.begin(count, batch.ingest_ns)
        return (*self.rooms.getters, *self.rooms.openers, *lefts)

    def _failing(self, came: Came, rows: Rows, faults: list[Fault]) -> Callable[[int, Exception], None]:
        """What is done with a row that fails: the node's own function says what is wrong with it."""
        operator, ctx = self.node.operator, self.node.ctx

        def failed(row: int, error: Exception) -> None:
            if isinstance(error, OtherwiseError):
                raise error
            event, meta = self._original(came, rows, row)
            ctx.event_id = came.batch.ids[row]
            assert isinstance(operator, (ScriptOperator, Select))
            made = None
            try:
                made = operator.judge(event, meta)
            except ScriptError as found:
                faults.append(Fault(row, ctx.event_id, event, meta, found.bare()))
                return
            if not isinstance(operator, ScriptOperator) or made is None or made[0] != ERR:
                raise OtherwiseError from error
            faults.append(Fault(row, ctx.event_id, event, meta, None, made[1], made[2]))

        return failed

    def _original(self, came: Came, rows: Rows, row: int) -> tuple[Value, Meta | None]:
        """The event and metadata of a row as they came to the stage."""
        index = row if rows.numbers is None else bisect_left(rows.numbers, row)
        meta = came.given if came.metas is None else came.metas[row]
        if rows.metas is not None:
            meta = rows.metas[index]
        if rows.events is None or self.comes == "same":
            return came.whole(row), meta
        event = rows.events[index]
        return (event if self.event_at is None else self.event_at(came, row, event)), meta


def _filled(compiled: Compiled, columns: list[list[Any]], gone: list[int], count: int) -> dict[str, Rows]:
    filled: dict[str, Rows] = {}
    at = 0
    for slot in compiled.slots:
        if slot.is_rest:
            left: Sequence[int] | None = None
            if gone:
                away = set(gone)
                left = [row for row in range(count) if row not in away]
            filled[slot.name] = Rows(left)
            continue
        kept = columns[at : at + len(slot.columns)]
        at += len(kept)
        events = kept[1] if slot.has_event else None
        filled[slot.name] = Rows(kept[0], events, kept[-1] if slot.has_meta else None)
    return filled
