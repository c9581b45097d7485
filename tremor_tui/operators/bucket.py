"""`grouper::bucket`: lets a number of events pass per class, dimensions and time; the rest overflows.

Scripts before it set `$class` (a string) and `$rate` (events per time range), and may set `$dimensions`
(any value), `$cardinality` (1000), `$time_range` (1000, in ms) and `$windows` (100). Each class keeps its
`$cardinality` latest dimensions, each with a sliding window of `$windows` slots. What they were when
the class or the dimension first came holds as long as it is kept.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from typing import Any

from tremor_tui.errors import DataError
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.context import Context
from tremor_tui.model.port import ERR, OUT, OVERFLOW
from tremor_tui.model.values import encode
from tremor_tui.operators.contract import Operator, Outputs, Quiet, check_config, describe, operator

KIND = "grouper::bucket"
CARDINALITY = 1000
TIME_RANGE_MS = 1000
SLOTS = 100
NS_PER_MS = 1_000_000
CLASSLESS = DataError(
    "the event has no class or no rate", "a script before it sets `$class` (a string) and `$rate` (a number)"
)


class Window:
    """Counts what passed within the last `slots` slots of `slot_ns` each, at most `limit`."""

    __slots__ = ("_counts", "_total", "limit", "slot_ns", "slots")

    def __init__(self, limit: int, slots: int, slot_ns: int) -> None:
        self.limit = limit
        self.slots = slots
        self.slot_ns = slot_ns
        self._counts: deque[list[int]] = deque()
        self._total = 0

    def admit(self, time_ns: int) -> bool:
        """Whether one more may pass at that time; counts it if so. Time that goes back stands still."""
        counts = self._counts
        slot = time_ns // self.slot_ns
        while counts and counts[0][0] <= slot - self.slots:
            self._total -= counts.popleft()[1]
        if self._total >= self.limit:
            return False
        if counts and counts[-1][0] >= slot:
            counts[-1][1] += 1
        else:
            counts.append([slot, 1])
        self._total += 1
        return True

    def left(self, time_ns: int) -> int:
        """How many more may pass at that time; changes nothing, as perhaps none will ask."""
        last = time_ns // self.slot_ns - self.slots
        gone = 0
        for slot, number in self._counts:
            if slot > last:
                break
            gone += number
        return self.limit - self._total + gone

    def take(self, time_ns: int, count: int) -> None:
        """Counts so many that pass at that time, of those that are left."""
        counts = self._counts
        slot = time_ns // self.slot_ns
        while counts and counts[0][0] <= slot - self.slots:
            self._total -= counts.popleft()[1]
        if counts and counts[-1][0] >= slot:
            counts[-1][1] += count
        else:
            counts.append([slot, count])
        self._total += count


class Bucket:
    """One class: its windows by dimensions, the latest used last, and what it did so far."""

    __slots__ = ("cardinality", "overflowed", "passed", "windows")

    def __init__(self, cardinality: int) -> None:
        self.cardinality = cardinality
        self.windows: OrderedDict[str | bytes, Window] = OrderedDict()
        self.passed = 0
        self.overflowed = 0

    def window(self, key: str | bytes, meta: Mapping[str, Value]) -> Window | None:
        """The window of these dimensions, made if need be; None where `$rate` does not allow it."""
        found = self.windows.get(key)
        if found is not None:
            self.windows.move_to_end(key)
            return found
        made = _window(meta)
        if made is not None:
            self.windows[key] = made
            if len(self.windows) > self.cardinality:
                self.windows.popitem(last=False)
        return made


class BucketGrouper(Quiet):
    """The operator. `classes` has a Bucket for each class, for metrics."""

    def __init__(self) -> None:
        super().__init__()
        self.classes: dict[str, Bucket] = {}

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """Sorts the rows by `out`, `overflow` and, where a class or rate is missing, `err`."""
        if not batch.metas:
            self._failed(batch, range(len(batch)))
            return ((ERR, batch),)
        rows: dict[str, list[int]] = {OUT: [], OVERFLOW: [], ERR: []}
        passed, overflowed, failed = rows[OUT], rows[OVERFLOW], rows[ERR]
        one_time = batch.ingest_ns if isinstance(batch.ingest_ns, int) else None
        for row, meta in enumerate(batch.metas):
            time = batch.ingest(row) if one_time is None else one_time
            admitted = self._admit(meta, time) if meta else None
            (failed if admitted is None else passed if admitted else overflowed).append(row)
        if failed:
            self._failed(batch, failed)
        return [(name, batch.take(picked)) for name, picked in rows.items() if picked]

    def _failed(self, batch: Batch, rows: Sequence[int]) -> None:
        self.errors += len(rows)
        if self.on_failed is not None:
            for row in rows:
                meta = batch.metas[row] if batch.metas else None
                self.on_failed(CLASSLESS, batch.ids[row], batch.values[row], meta, None)

    def _admit(self, meta: Meta, time_ns: int) -> bool | None:
        name = meta.get("class")
        if type(name) is not str:
            return None
        bucket = bucket_of(self.classes, name, meta)
        dimensions = meta.get("dimensions")
        key = dimensions if type(dimensions) is str else encode(dimensions)
        window = bucket.window(key, meta)
        if window is None:
            return None
        if window.admit(time_ns):
            bucket.passed += 1
            return True
        bucket.overflowed += 1
        return False

    def state(self) -> Any:
        """All buckets."""
        return self.classes

    def restore(self, state: Any) -> None:
        """Goes on with those buckets."""
        if isinstance(state, dict):
            self.classes = state


def bucket_of(classes: dict[str, Bucket], name: str, meta: Mapping[str, Value]) -> Bucket:
    """The bucket of a class, made as the metadata of its first event says."""
    bucket = classes.get(name)
    if bucket is None:
        bucket = classes[name] = Bucket(_count(meta, "cardinality", CARDINALITY) or CARDINALITY)
    return bucket


def _count(meta: Mapping[str, Value], key: str, default: int) -> int:
    value = meta.get(key)
    return value if type(value) is int and value >= 0 else default


def _window(meta: Mapping[str, Value]) -> Window | None:
    rate = meta.get("rate")
    slots = _count(meta, "windows", SLOTS)
    if type(rate) is not int or rate < 0 or slots == 0:
        return None
    range_ns = _count(meta, "time_range", TIME_RANGE_MS) * NS_PER_MS
    return Window(rate, slots, max(1, range_ns // slots))


describe(KIND, "Limits the rate of each class of events; what is above it leaves by `overflow`.")


@operator(KIND)
def make(config: Mapping[str, Value], ctx: Context) -> Operator:
    """Makes one. Raises ConfigError, as it has no settings."""
    check_config(KIND, config, "rates come with the events: set `$class` and `$rate` in a script before it")
    return BucketGrouper()
