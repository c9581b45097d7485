"""Rooms: what is left in a bucket's windows during one batch, all rows of which have the same time.

A room is a list: what is left, the last row that asked, how many came too much, the window, its key, and
what was left at first. Nothing changes in the bucket's counts until `settle`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tremor_tui.model.batch import Value
from tremor_tui.model.values import encode
from tremor_tui.operators.bucket import Bucket, BucketGrouper, bucket_of

Room = list[Any]
LEFT, LAST, OVER, WINDOW, KEY, FIRST = range(6)


class OtherwiseError(Exception):
    """Something is out of the ordinary: the nodes are to do this batch one by one."""


class Rooms:
    """The rooms of some classes of a bucket in one batch."""

    def __init__(self, grouper: BucketGrouper, classes: Sequence[str], rows: int, time_ns: int) -> None:
        self.by_class: list[dict[Value, Room]] = [{} for _ in classes]
        self._grouper = grouper
        self._classes = classes
        self._rows = rows
        self._time_ns = time_ns

    def opener(self, group: int, told: Mapping[str, Any]) -> Callable[[Value], Room]:
        """Makes or finds the room of dimensions, for a place that tells the bucket so much."""
        name, rooms = self._classes[group], self.by_class[group]

        def opened(dimensions: Value) -> Room:
            key = dimensions if type(dimensions) is str else encode(dimensions)
            room = rooms.get(key)
            if room is None:
                room = rooms[key] = self._open(name, key, told)
            if dimensions is None:
                rooms[None] = room
            return room

        return opened

    def _open(self, name: str, key: str | bytes, told: Mapping[str, Any]) -> Room:
        bucket = bucket_of(self._grouper.classes, name, told)
        if len(bucket.windows) + self._rows >= bucket.cardinality:
            raise OtherwiseError  # one of them may have to go, and which one hangs on the order of rows
        window = bucket.window(key, told)
        if window is None:
            raise OtherwiseError
        left = window.left(self._time_ns)
        return [left, -1, 0, window, key, left]

    def settle(self) -> tuple[int, int]:
        """Counts what passed and what came too much; the windows used last are the latest in their class."""
        passed = overflowed = 0
        for name, rooms in zip(self._classes, self.by_class, strict=True):
            if rooms:
                some, more = self._settle(self._grouper.classes[name], rooms)
                passed += some
                overflowed += more
        return passed, overflowed

    def _settle(self, bucket: Bucket, rooms: dict[Value, Room]) -> tuple[int, int]:
        rooms.pop(None, None)
        passed = overflowed = 0
        for room in sorted(rooms.values(), key=lambda room: room[LAST]):
            if room[LAST] < 0:
                continue
            bucket.windows.move_to_end(room[KEY])
            taken = room[FIRST] - room[LEFT]
            if taken:
                room[WINDOW].take(self._time_ns, taken)
            passed += taken
            overflowed += room[OVER]
        bucket.passed += passed
        bucket.overflowed += overflowed
        return passed, overflowed
