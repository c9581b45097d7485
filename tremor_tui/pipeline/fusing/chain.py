"""Chain: runs what is fused of a graph; `finding.py` makes it.

A chain is the part of a graph behind an input that is known here: scripts, selects that filter and make
one event of one, nodes that only pass, and a `grouper::bucket` right behind a script. Its stages run one
after the other over all rows. What leaves it goes to outputs, or to nodes that go on in the ordinary way; so
do rows that left a script by `err`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

import msgspec

from tremor_tui.model.batch import WHOLE, Batch, Later, Meta, Value, ascends, pick, pick_ids
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.port import ERR, IN, OUT, OVERFLOW
from tremor_tui.model.projection import ALL, decoder_of
from tremor_tui.model.record import dataclass
from tremor_tui.operators.script import ScriptFunction, ScriptOperator
from tremor_tui.operators.select import Select
from tremor_tui.pipeline import execute
from tremor_tui.pipeline.fusing.rooms import OtherwiseError
from tremor_tui.pipeline.fusing.splicing import Splice
from tremor_tui.pipeline.fusing.stage import Came, Compiled, Done, Form, Rows, Stage, Way, count_in
from tremor_tui.pipeline.fusing.text import BUCKET_KEYS

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Edge, Node
    from tremor_tui.pipeline.plan import Plan

Emissions = list[tuple[str, Batch]]
PATIENCE = 8
"""After so many batches in a row that the nodes had to do, the chain is left alone for a while."""
REST = 64
LATE = 0.4
"""Where more rows than this need all fields, decoding them twice takes longer than once."""
BUCKET_SET = frozenset(BUCKET_KEYS)


@dataclass(frozen=True, slots=True)
class Timer:
    """Hears how long each stage took, in ns, by the id of its node; a bucket's time is in its script's."""

    now: Callable[[], int]
    note: Callable[[str, int], None]


@dataclass(slots=True)
class End:
    """Where rows leave the chain: of a stage's slot, by edges to nodes that are not in it."""

    stage: int
    slot: str
    form: Form
    edges: list[Edge]
    keeps_meta: bool


@dataclass(slots=True)
class Chain:
    """A fused chain. `fields` are what its frames are decoded for, None where it needs whole values.

    `through` are the edges from the input to nodes that are not in it. `inputs` has for each stage the slots
    that it takes its rows from, by number of stage and name; none for the input itself. `is_strict`: a row
    that fails in a select ends its event's other branches too. `takes_all`: events are best handed over
    whole, to be changed.
    """

    nodes: Sequence[Node]
    plan: Plan
    fields: frozenset[str] | None
    first: frozenset[str] | None
    entry: Way
    through: list[Edge]
    stages: list[Stage]
    inputs: list[list[tuple[int, str]]]
    ends: list[End]
    compiled: Callable[[bool, bool, bool], list[Compiled]]
    splice: Splice
    later: Callable[[Meta | None], Later] | None
    is_strict: bool = False
    takes_all: bool = False
    eager: bool = True
    timer: Timer | None = None
    in_a_row: int = 0
    resting: int = 0
    is_late: bool = False
    _more: Callable[[bytes], Value] = field(init=False)
    _ways: list[Way] = field(init=False)
    _operators: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        self._more = decoder_of(self.fields or frozenset())
        self._ways = [self.entry, *(way for stage in self.stages for way in stage.ways.values())]
        self._operators = [stage.node.operator for stage in self.stages]

    def step(self, batch: Batch, now_ns: int) -> Emissions | None:
        """What leaves by the outputs; None where the nodes are to do it, and nothing has changed yet."""
        if not self.stages:
            return None
        if self.resting or any(
            s.node.operator is not o for s, o in zip(self.stages, self._operators, strict=True)
        ):
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

    @property
    def members(self) -> frozenset[int]:
        """The nodes that it does in place of themselves, as things are; none while it is left alone."""
        if self.resting:
            return frozenset()
        buckets = (stage.bucket.index for stage in self.stages if stage.bucket is not None)
        return frozenset((*(stage.node.index for stage in self.stages), *buckets))

    @property
    def wanted(self) -> frozenset[str] | None:
        """What its frames are best decoded for: all fields, or those that the first decision takes."""
        if self.takes_all:
            return ALL
        return self.fields if self.first is None or self.is_late else self.first

    def _try(self, batch: Batch, now_ns: int) -> Emissions | None:
        came = self._came(batch)
        if came is None:
            return None
        compiled = self.compiled(came.metas is not None, came.is_framed, came.is_owned)
        cells = [(one.cell, one.cell.state) for one in self._operators if isinstance(one, ScriptOperator)]
        done: list[Done] = []
        try:
            for number, stage in enumerate(self.stages):
                begin = self.timer.now() if self.timer else 0
                rows = self._rows(number, done)
                done.append(stage.run(compiled[number], came, rows, now_ns))
                if self.timer:
                    self.timer.note(stage.node.stats.id, self.timer.now() - begin)
                if self.is_strict and done[-1].faults and isinstance(stage.node.operator, Select):
                    raise OtherwiseError
            ends = [self._batch(end, came, done) for end in self.ends]
        except Exception:  # whatever it was: the nodes say what is wrong with which row
            for cell, state in cells:
                cell.state = state
            return None
        self.is_late = done[0].late > len(batch) * LATE
        return self._left(came, done, ends, now_ns)

    def _came(self, batch: Batch) -> Came | None:
        """The batch, if nothing about it is out of the ordinary."""
        if batch.inner or batch.trace is not None or not batch.ids:
            return None
        if self.plan.needs_order and not ascends(batch.ids):
            return None
        if any(way.is_watched for way in self._ways):
            return None
        is_framed = batch.is_framed
        is_owned = is_framed and self.takes_all and batch.fields == ALL and batch.views is not None
        views, known = self._views(batch, is_framed, is_owned)
        if views is None:
            return None
        metas = batch.metas or None
        given = None
        if metas is not None:
            given = metas[0]
            if all(meta is given for meta in metas):
                metas = None
        for stage in self.stages:
            if not isinstance(batch.ingest_ns, int) and (stage.bucket is not None or not stage.is_timeless):
                return None
            if stage.bucket is not None and not _is_free(given, metas):
                return None
        more = self._more if self.fields is not None and is_framed and not self.fields <= known else None
        if is_owned:
            batch.views = None
        return Came(batch, views, given, metas, more, is_framed, is_owned)

    def _views(
        self, batch: Batch, is_framed: bool, is_owned: bool
    ) -> tuple[list[Value] | None, frozenset[str]]:
        """The views, and the fields that they have; None where the nodes are to do it."""
        if is_owned:
            return batch.views, batch.fields
        if not is_framed or self.fields is None:
            return batch.values, batch.fields
        if batch.views is not None and (self.first or self.fields) <= batch.fields:
            return batch.views, batch.fields
        try:  # frames that another pipeline handed on; the source has made sure of them
            return list(map(self._more, batch.raws or ())), self.fields
        except msgspec.MsgspecError:  # one of them is no record
            return None, self.fields

    def _rows(self, number: int, done: Sequence[Done]) -> Rows:
        """The rows before a stage."""
        sources = self.inputs[number]
        if not sources:
            return Rows(None)
        parts = [done[stage].slots[slot] for stage, slot in sources]
        return parts[0] if len(parts) == 1 else _in_order(parts)

    # -- what leaves -----------------------------------------------------------------------------------

    def _batch(self, end: End, came: Came, done: Sequence[Done]) -> Batch | None:
        rows = done[end.stage].slots[end.slot]
        batch = came.batch
        numbers = range(len(batch)) if rows.numbers is None else rows.numbers
        if not numbers:
            return None
        metas = rows.metas
        if metas is not None and not batch.metas and not any(metas):
            metas = None
        if end.form == "made" or (end.form == "added" and not (came.is_framed and rows.events)):
            events = rows.events
            assert events is not None
            return batch.replace(_all_or(numbers, len(batch)), events, metas, ascends=True)
        made = _copy(batch, numbers) if came.is_framed else _taken(batch, numbers)
        if end.form == "added":
            assert batch.raws is not None
            assert rows.events is not None
            made.raws = raws = self.splice(batch.raws, came.views, numbers, rows.events)
            made.nbytes = sum(map(len, raws))
        if rows.metas is not None:
            made.metas = metas
        elif self.later is not None and came.is_framed and came.metas is None and not end.keeps_meta:
            return made.shed(self.later(came.given), metas=True)
        elif came.is_framed:
            made.metas = _metas(came, numbers)
        return made.shed(WHOLE) if came.is_framed else made

    def _left(self, came: Came, done: Sequence[Done], ends: Sequence[Batch | None], now_ns: int) -> Emissions:
        """Counts all that was done, and hands on what leaves."""
        rows = len(came.batch)
        count_in(self.entry.source, IN, rows)
        self.entry.count(rows)
        waiting: execute.Waiting = {}
        goes_on = False
        for stage, one in zip(self.stages, done, strict=True):
            goes_on |= _settle(stage, one, came, waiting, self.plan.ranks)
        leaving = [(end.edges, made) for end, made in zip(self.ends, ends, strict=True)]
        for edges, made in [*leaving, (self.through, came.batch)]:
            if made is not None:
                for edge in edges:
                    arrivals = waiting.setdefault(edge.target, [])
                    arrivals.append((self.plan.ranks[edge.index], edge.target_port, made))
                    goes_on |= len(arrivals) > 1 or not self.nodes[edge.target].is_output
        if goes_on:
            return execute.proceed(self.nodes, self.plan, waiting, now_ns)
        left: Emissions = []
        for index in self.plan.outputs:
            if index in waiting:
                made = waiting[index][0][2]
                count_in(self.nodes[index], IN, len(made))
                left.append((self.nodes[index].stats.id, made))
        return left


def _settle(stage: Stage, done: Done, came: Came, waiting: execute.Waiting, ranks: dict[int, int]) -> bool:
    """Counts what a stage did; whether rows left it by `err`."""
    node, operator = stage.node, stage.node.operator
    if done.rows:
        count_in(node, IN, done.rows)
    operator.dropped += done.dropped
    asked = _settle_bucket(stage, done)
    known = asked + done.dropped + len(done.faults)
    rest = [port for port in stage.slot_of if port not in stage.counters and not port.startswith("bucket/")]
    for port, counter in stage.counters.items():
        number = done.numbers.get(counter) or 0
        known += number
        stage.ways[port].count(number)
    for port in rest:
        slot = done.slots[stage.slot_of[port]]
        is_alone = list(stage.slot_of.values()).count(stage.slot_of[port]) == 1
        stage.ways[port].count(
            len(slot.numbers) if is_alone and slot.numbers is not None else done.rows - known
        )
    return bool(done.faults) and _fail(stage, done, came, waiting, ranks)


def _settle_bucket(stage: Stage, done: Done) -> int:
    if stage.rooms is None or stage.bucket is None:
        return 0
    lefts = [number for name, number in done.numbers.items() if name.startswith("_left")]
    overs = [number or 0 for name, number in done.numbers.items() if name.startswith("_over")]
    passed, overflowed = stage.rooms.settle(lefts, overs)
    asked = passed + overflowed
    stage.ways[stage.asking].count(asked)
    if asked:
        count_in(stage.bucket, IN, asked)
    stage.ways[f"bucket/{OUT}"].count(passed)
    stage.ways[f"bucket/{OVERFLOW}"].count(overflowed)
    return asked


def _fail(stage: Stage, done: Done, came: Came, waiting: execute.Waiting, ranks: dict[int, int]) -> bool:
    """Tells of the rows that failed; those of a script wait before what its `err` leads to."""
    node, operator, faults = stage.node, stage.node.operator, done.faults
    if isinstance(operator, Select):
        for fault in faults:
            if fault.error is not None:
                operator.fail(fault.error, fault.event_id, fault.event, fault.meta)
        return False
    assert isinstance(operator, ScriptOperator)
    made = operator.settle(faults)
    node.stats.rows_out[ERR] = node.stats.rows_out.get(ERR, 0) + len(made)
    metas = [meta for _, meta in made]
    batch = came.batch.replace(
        [fault.row for fault in faults],
        [value for value, _ in made],
        metas if came.batch.metas or any(metas) else None,
    )
    execute.forward(node, ERR, batch, waiting, ranks)
    return ERR in node.routes


def _is_free(given: Meta | None, metas: Sequence[Meta | None] | None) -> bool:
    """Whether no metadata tells a bucket anything yet."""
    if metas is None:
        return not given or BUCKET_SET.isdisjoint(given)
    return all(not meta or BUCKET_SET.isdisjoint(meta) for meta in metas)


def _all_or(numbers: Sequence[int], count: int) -> Sequence[int]:
    return range(count) if len(numbers) == count else numbers


def _metas(came: Came, numbers: Sequence[int]) -> list[Meta | None] | None:
    """The metadata that the rows came with."""
    if came.metas is not None:
        return [came.metas[row] for row in numbers]
    return [came.given] * len(numbers) if came.given else None


def _taken(batch: Batch, numbers: Sequence[int]) -> Batch:
    """A batch of some rows that may be written to."""
    made = batch.take(numbers)
    return batch.replace(range(len(batch)), batch.values, batch.metas) if made is batch else made


def _copy(batch: Batch, rows: Sequence[int]) -> Batch:
    """A batch of some rows, with their frames and without values."""
    every_row, times = len(rows) == len(batch), batch.ingest_ns
    assert batch.raws is not None
    return Batch(
        [],
        batch.ids if every_row else pick_ids(batch.ids, rows),
        times if every_row or isinstance(times, int) else pick(times, rows),
        raws=batch.raws if every_row else pick(batch.raws, rows),
        nbytes=batch.nbytes if every_row else batch.nbytes * len(rows) // len(batch),
        source=batch.source,
        stream=batch.stream,
        origin=batch.origin,
        transactional=batch.transactional,
        tracks=batch.tracks if every_row or not batch.tracks else pick(batch.tracks, rows),
    )


def _in_order(parts: Sequence[Rows]) -> Rows:
    """The rows of several slots in one, in their order in the batch."""
    full = [part for part in parts if part.numbers]
    if len(full) < 2:
        return full[0] if full else parts[0]
    numbers = [row for part in full for row in part.numbers or ()]
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    joined = Rows([numbers[index] for index in order])
    if full[0].events is not None:
        events = [event for part in full for event in part.events or ()]
        joined.events = [events[index] for index in order]
    if full[0].metas is not None:
        metas = [meta for part in full for meta in part.metas or ()]
        joined.metas = [metas[index] for index in order]
    return joined


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
