"""`generic::batch`: collects events into one whose value is a list of them.

It lets go when it has `count` events, or when more than `timeout` nanoseconds lie between the first of
them and an event or a tick. Sinks write the inner events. The batch carries the id and metadata-free
header of the event that completed it, and the time of its first one; who settles it settles all its events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tremor_tui.model.batch import Batch, Tracks, Value, absorb, tracks_of
from tremor_tui.model.context import Context
from tremor_tui.model.port import OUT
from tremor_tui.model.record import dataclass
from tremor_tui.model.signal import Signal, Tick
from tremor_tui.operators.contract import Field, Operator, Outputs, Quiet, check_config, describe, operator

KIND = "generic::batch"


@dataclass(slots=True)
class _Last:
    """The header of the latest event taken: its id and a batch of no rows like the one it came in."""

    id: int
    header: Batch


class Batcher(Quiet):
    """The operator. `timeout_ns` None waits for as long as it takes."""

    def __init__(self, count: int, timeout_ns: int | None) -> None:
        super().__init__()
        self._count = count
        self._timeout_ns = timeout_ns
        self._items: list[Value] = []
        self._first_ns = 0
        self._last: _Last | None = None
        self._tracks: Tracks | None = None

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """The lists that became full, each as one row."""
        values: list[Value] = []
        ids: list[int] = []
        times: list[int] = []
        tracks: list[Tracks | None] = []
        for row, event_id in enumerate(batch.ids):
            self._add(batch, row)
            if len(self._items) >= self._count or self._is_late(batch.ingest(row)):
                times.append(self._first_ns)
                tracks.append(self._tracks)
                values.append(self._take())
                ids.append(event_id)
        self._last = _Last(batch.ids[-1], _header(batch)) if len(batch) else self._last
        share = batch.nbytes * len(values) // max(1, len(batch) // self._count)
        made = replace(_header(batch), values=values, ids=ids, ingest_ns=times, nbytes=share)
        return ((OUT, _tracked(made, tracks)),) if values else ()

    def on_signal(self, signal: Signal) -> Outputs:
        """What waited for too long, on a tick."""
        if not isinstance(signal, Tick) or not self._items or not self._is_late(signal.ingest_ns):
            return ()
        if self._last is None:
            return ()
        time, tracks = self._first_ns, self._tracks
        made = replace(self._last.header, values=[self._take()], ids=[self._last.id], ingest_ns=time)
        return ((OUT, _tracked(made, [tracks])),)

    def _add(self, batch: Batch, row: int) -> None:
        time = batch.ingest(row)
        if not self._items:
            self._first_ns = time
        data = {
            "value": batch.values[row],
            "meta": batch.meta(row),
            "ingest_ns": time,
            "kind": None,
            "is_batch": batch.inner,
        }
        self._items.append({"data": data})
        if batch.transactional:
            self._tracks = absorb(self._tracks, tracks_of(batch, row))

    def _is_late(self, time_ns: int) -> bool:
        return self._timeout_ns is not None and time_ns - self._first_ns > self._timeout_ns

    def _take(self) -> Value:
        taken, self._items, self._tracks = self._items, [], None
        return taken

    def state(self) -> Any:
        """The events collected so far."""
        return self._items, self._first_ns, self._last, self._tracks

    def restore(self, state: Any) -> None:
        """Goes on with those events."""
        if isinstance(state, tuple) and len(state) == 4:
            self._items, self._first_ns, self._last, self._tracks = state


def _header(batch: Batch) -> Batch:
    empty = replace(batch, values=[], ids=[], ingest_ns=0, metas=None, raws=None, nbytes=0, inner=True)
    return replace(empty, transactional=False, tracks=None)


def _tracked(batch: Batch, tracks: list[Tracks | None]) -> Batch:
    """The batch with the events behind each row; transactional where one of them is."""
    if any(one is not None for one in tracks):
        batch.transactional = True
        batch.tracks = [one or {} for one in tracks]
    return batch


describe(
    KIND,
    "Collects events into lists.",
    Field("count", "integer", "How many events make a list.", required=True, minimum=1, example=100),
    Field("timeout", "integer", "Nanoseconds after which a list goes on as it is.", minimum=0),
)


@operator(KIND)
def make(config: Mapping[str, Value], ctx: Context) -> Operator:
    """Makes one. Raises ConfigError."""
    given = check_config(KIND, config)
    return Batcher(given["count"], given["timeout"])
