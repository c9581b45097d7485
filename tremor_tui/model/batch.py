"""Batch: what crosses a channel in one send, a struct of arrays with one row per event.

Ownership: who holds a batch may change its lists; values and metas inside are shared and are never
changed in place (see `language/__init__.py`). `take` and `replace` make the batches that leave a node.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

import orjson

from tremor_tui.model.origin import OriginUri

T = TypeVar("T")
Value = Any
"""None, bool, int, float, str, bytes, list of values, or dict from str to value (`values.py`)."""
Meta = dict[str, Value]

Tracks = dict[tuple[int, int], tuple[int, int]]
"""The events that a row was made of: (source, stream) to the lowest and the highest id."""

REPLAY = -1
"""The `source` of rows that failed before and are sent again; their ids are the numbers of their letters."""
MAX_ROWS = 100
"""A source lets a batch go at this many rows at the latest."""
MAX_BYTES = 64 * 1024
"""... or at this many bytes of frames."""


class Picked(Sequence[int]):
    """Some of a range of ids, ascending, none twice; made when they are asked for, which is seldom."""

    __slots__ = ("_ids", "_rows")

    def __init__(self, ids: range, rows: Sequence[int]) -> None:
        self._ids = ids
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[int]:
        return map(self._ids.__getitem__, self._rows)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self._ids[row] for row in self._rows[index]]
        return self._ids[self._rows[index]]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))


def pick_ids(ids: Sequence[int], rows: Sequence[int]) -> Sequence[int]:
    """The ids of some rows, ascending."""
    return Picked(ids, rows) if isinstance(ids, range) else pick(ids, rows)


def pick(items: Sequence[T], rows: Sequence[int]) -> list[T]:
    """The items at some places."""
    if len(rows) < 2:
        return [items[row] for row in rows]
    return list(itemgetter(*rows)(items))  # in one call, which is quicker than a loop


def ascends(ids: Sequence[int]) -> bool:
    """Whether each id is above the one before; a pipeline may have made several rows of one."""
    return isinstance(ids, (range, Picked)) or list(ids) == sorted(set(ids))


class Later(Protocol):
    """Makes what a framed batch has not got yet, of its frames, when somebody asks for it."""

    def values(self, batch: Batch) -> list[Value]: ...
    def metas(self, batch: Batch) -> list[Meta | None] | None: ...


@dataclass(slots=True)
class Batch:
    """Parallel lists of what belongs to each row; all have the same length as `ids`.

    A *framed* batch has frames and no values, and perhaps no metas: `later` makes them when they are first
    asked for, so that events which only pass are never decoded whole. Nobody else can tell the difference.

    `ids`: each event's number in its stream, ascending, a `range` where nothing was left out. Rows that
    descend from the same event have the same id, so that branches can be merged in order.
    `metas`: the metadata `$` of each row, or None while no row has any; a None entry means `{}`.
    `raws`: the JSON that each value was decoded from, or None where it is not kept or the value was changed.
    `views`: of each row a record with at least the fields in `fields` that it has, or the whole value where
    that is no record; None where there are none.
    `ingest_ns`: wall-clock nanoseconds of the source's read, one for all or one per row.
    `nbytes`: what the rows weigh, in bytes of their frames; an estimate after a script.
    `source`, `stream`: number of the source in its flow, and of the connection within the source.
    `transactional`: the source wants an ack or a fail for each id.
    `inner`: rows are themselves lists of events (`generic::batch`); sinks write the inner ones.
    `tracks`: of rows that windows and batching made of several events, those that are to be settled with
    them; {} where none is. None: each row stands for the event of its id. None unless `transactional`.
    `trace`: the runtime's record of the path of one event that is perhaps among these rows; None nearly
    always.
    """

    values: list[Value]
    ids: Sequence[int]
    ingest_ns: int | list[int]
    metas: list[Meta | None] | None = None
    raws: list[bytes] | None = None
    nbytes: int = 0
    source: int = 0
    stream: int = 0
    origin: OriginUri | None = None
    transactional: bool = False
    inner: bool = False
    tracks: list[Tracks] | None = None
    trace: Any = None
    later: Later | None = None
    views: list[Value] | None = None
    fields: frozenset[str] = frozenset()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """What is made later; called only while the slot is empty."""
            if name == "values":
                self.values = made = self.later.values(self)
            elif name == "metas":
                self.metas = made = self.later.metas(self)
            else:
                raise AttributeError(name)
            return made

    def __len__(self) -> int:
        return len(self.ids)

    def shed(self, later: Later, *, metas: bool = False) -> Batch:
        """The same batch without its values, and without metas if so said, which `later` makes again."""
        self.later = later
        del self.values
        if metas:
            del self.metas
        return self

    @property
    def is_framed(self) -> bool:
        """Whether its values are still to be made."""
        return self.later is not None and not _has(_VALUES, self)

    def meta(self, row: int) -> Meta:
        """The metadata of a row, `{}` where it has none; not to be changed."""
        return (self.metas[row] if self.metas else None) or {}

    def ingest(self, row: int) -> int:
        """The ingest time of a row, in ns."""
        return self.ingest_ns if isinstance(self.ingest_ns, int) else self.ingest_ns[row]

    def take(self, rows: Sequence[int]) -> Batch:
        """A batch of the given rows, ascending; the same batch where they are all of them."""
        if len(rows) == len(self.ids):
            return self
        if self.is_framed:
            return self._take_framed(rows)
        return Batch(
            values=pick(self.values, rows),
            ids=pick_ids(self.ids, rows),
            ingest_ns=self._ingests(rows),
            metas=pick(self.metas, rows) if self.metas else None,
            raws=pick(self.raws, rows) if self.raws else None,
            nbytes=self._share(len(rows)),
            source=self.source,
            stream=self.stream,
            origin=self.origin,
            transactional=self.transactional,
            inner=self.inner,
            tracks=pick(self.tracks, rows) if self.tracks else None,
            trace=self.trace,
        )

    def split(self, at: int) -> tuple[Batch, Batch]:
        """The rows before one and those from it on, with all that is known of them."""
        return self._part(slice(None, at)), self._part(slice(at, None))

    def _part(self, rows: slice) -> Batch:
        times, is_framed = self.ingest_ns, self.is_framed
        made = Batch(
            values=[] if is_framed else self.values[rows],
            ids=self.ids[rows],
            ingest_ns=times if isinstance(times, int) else times[rows],
            raws=self.raws[rows] if self.raws is not None else None,
            source=self.source,
            stream=self.stream,
            origin=self.origin,
            transactional=self.transactional,
            inner=self.inner,
            tracks=self.tracks[rows] if self.tracks is not None else None,
            trace=self.trace,
            views=self.views[rows] if self.views is not None else None,
            fields=self.fields,
        )
        made.nbytes = sum(map(len, made.raws)) if made.raws is not None else self._share(len(made.ids))
        has_metas = _has(_METAS, self)
        made.metas = self.metas[rows] if has_metas and self.metas is not None else None
        if is_framed:
            assert self.later is not None
            made.shed(self.later, metas=not has_metas)
        return made

    def _take_framed(self, rows: Sequence[int]) -> Batch:
        assert self.raws is not None
        assert self.later is not None
        has_metas = _has(_METAS, self)
        made = Batch(
            values=[],
            ids=pick_ids(self.ids, rows),
            ingest_ns=self._ingests(rows),
            metas=pick(self.metas, rows) if has_metas and self.metas else None,
            raws=pick(self.raws, rows),
            nbytes=self._share(len(rows)),
            source=self.source,
            stream=self.stream,
            origin=self.origin,
            transactional=self.transactional,
            tracks=pick(self.tracks, rows) if self.tracks else None,
            trace=self.trace,
        )
        return made.shed(self.later, metas=not has_metas)

    def replace(
        self,
        rows: Sequence[int],
        values: list[Value],
        metas: list[Meta | None] | None = None,
        *,
        ascends: bool = False,
    ) -> Batch:
        """A batch of new values (and metadata) in place of the given rows; a row may stand twice.

        `metas` None keeps the rows' own metadata. The frames are gone, as the values changed. `ascends`: no
        row stands twice or before one that it comes after.
        """
        if metas is None and self.metas:
            metas = [self.metas[i] for i in rows]
        every_row = len(rows) == len(self.ids) and isinstance(rows, range)
        return Batch(
            values=values,
            ids=self.ids if every_row else pick_ids(self.ids, rows) if ascends else pick(self.ids, rows),
            ingest_ns=self.ingest_ns if every_row else self._ingests(rows),
            metas=metas,
            nbytes=self.nbytes if every_row else self._share(len(rows)),
            source=self.source,
            stream=self.stream,
            origin=self.origin,
            transactional=self.transactional,
            inner=self.inner,
            tracks=[self.tracks[i] for i in rows] if self.tracks else None,
            trace=self.trace,
        )

    def _ingests(self, rows: Sequence[int]) -> int | list[int]:
        times = self.ingest_ns
        return times if isinstance(times, int) else [times[i] for i in rows]

    def _share(self, count: int) -> int:
        return self.nbytes * count // len(self.ids) if self.ids else 0


_VALUES = Batch.__dict__["values"]
_METAS = Batch.__dict__["metas"]


def _has(slot: Any, batch: Batch) -> bool:
    """Whether a slot is filled; asking the batch itself would fill it."""
    try:
        slot.__get__(batch)
    except AttributeError:
        return False
    return True


class Whole:
    """Values of JSON frames that are known to be good, as `codec json` decodes them; metas as they are."""

    def values(self, batch: Batch) -> list[Value]:
        """One value for each frame."""
        return list(map(orjson.loads, batch.raws or ()))

    def metas(self, batch: Batch) -> list[Meta | None] | None:
        """None: a batch that lost its metas has another `later`."""
        return None


WHOLE = Whole()


def merge(batches: Sequence[Batch]) -> Batch:
    """One batch of the rows of several that descend from the same one, in order of their ids.

    Rows of equal id keep the order in which their batches are given. That is the order in which
    single events would have passed, whatever the branches did.
    """
    if len(batches) == 1:
        return batches[0]
    first = batches[0]
    picks = sorted(
        ((batch.ids[row], rank, row) for rank, batch in enumerate(batches) for row in range(len(batch))),
    )
    with_meta = any(batch.metas for batch in batches)
    with_tracks = any(batch.tracks is not None for batch in batches)
    with_raws = all(batch.raws is not None for batch in batches)
    times = {batch.ingest_ns if isinstance(batch.ingest_ns, int) else -1 for batch in batches}
    one_time = len(times) == 1 and isinstance(first.ingest_ns, int)
    return Batch(
        values=[batches[b].values[r] for _, b, r in picks],
        ids=[i for i, _, _ in picks],
        ingest_ns=first.ingest_ns if one_time else [batches[b].ingest(r) for _, b, r in picks],
        metas=[batches[b].meta(r) or None for _, b, r in picks] if with_meta else None,
        raws=[batches[b].raws[r] for _, b, r in picks] if with_raws else None,  # type: ignore[index]
        nbytes=sum(batch.nbytes for batch in batches),
        source=first.source,
        stream=first.stream,
        origin=first.origin,
        transactional=any(batch.transactional for batch in batches),
        inner=first.inner,
        tracks=[tracks_of(batches[b], r) for _, b, r in picks] if with_tracks else None,
    )


def tracks_of(batch: Batch, row: int) -> Tracks:
    """The events to settle with a row; {} where there is none."""
    if batch.tracks is not None:
        return batch.tracks[row]
    event_id = batch.ids[row]
    return {(batch.source, batch.stream): (event_id, event_id)} if batch.transactional else {}


def absorb(into: Tracks | None, more: Tracks) -> Tracks:
    """Adds tracks to others, in place; to a copy where there were none."""
    if into is None:
        return more.copy()
    for key, (low, high) in more.items():
        found = into.get(key)
        into[key] = (low, high) if found is None else (min(low, found[0]), max(high, found[1]))
    return into
