"""Rooms: what is left in a bucket's windows during one batch, all rows of which have the same time.

A room is a list: what is left, the last row that asked, how many came too much, the window, its key, and
what was left at first. Nothing changes in the bucket's counts until `settle`.

Where nobody has to know of a single row whether it passed, there are no rooms: keys are collected and
counted.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tremor_tui.model.batch import Value
from tremor_tui.model.values import encode
from tremor_tui.operators.bucket import Bucket, BucketGrouper, Window, bucket_of
from tremor_tui.pipeline.fusing.text import Group

Room = list[Any]
LEFT, LAST, OVER, WINDOW, KEY, FIRST = range(6)


class OtherwiseError(Exception):
    """Something is out of the ordinary: the nodes are to do this batch one by one."""


class Rooms:
    """The rooms of the classes of a bucket that a script names, for batch after batch.

    `getters` and `openers` are what the fused function is called with, for the classes with several rooms.
    """

    def __init__(self, grouper: BucketGrouper, groups: Sequence[Group], is_one: bool) -> None:
        self._grouper = grouper
        self._is_one = is_one
        self._rows = 0
        self._time_ns = 0
        self._singles = [(group.name, _key(group)) for group in groups if group.is_single]
        self._windows: list[tuple[Window, int] | None] = []
        several = [group for group in groups if not group.is_single]
        self._names = [group.name for group in several]
        self._told = [group.told for group in several]
        self._keys: list[list[Value]] = [[] for _ in several]
        self._asked: list[list[tuple[Bucket, str | bytes, Window, int]]] = []
        self._rooms: list[dict[Value, Room]] = [{} for _ in several]
        self.getters: list[Callable[[Value], Any]] = [rooms.get for rooms in self._rooms]
        if is_one:
            self.getters = [keys.append for keys in self._keys]
        self.openers = (
            []
            if is_one
            else [
                self._opener(group.name, self._rooms[number], told)
                for number, group in enumerate(several)
                for told in group.told
            ]
        )

    def begin(self, rows: int, time_ns: int) -> list[int | None]:
        """Begins a batch; gives what is left in the rooms of classes with one, None where it has none yet."""
        self._rows, self._time_ns = rows, time_ns
        for keys in self._keys:
            keys.clear()
        for rooms in self._rooms:
            rooms.clear()
        self._windows = made = []
        classes = self._grouper.classes
        lefts: list[int | None] = []
        for name, key in self._singles:
            bucket = classes.get(name)
            window = bucket.windows.get(key) if bucket is not None else None
            left = window.left(time_ns) if window is not None else None
            made.append((window, left) if window is not None and left is not None else None)
            lefts.append(0 if self._is_one and left is not None else left)
        return lefts

    def _opener(
        self, name: str, rooms: dict[Value, Room], told: Mapping[str, Any]
    ) -> Callable[[Value], Room]:
        """Makes or finds the room of dimensions, for a place that tells the bucket so much."""

        def opened(dimensions: Value) -> Room:
            try:
                key = dimensions if type(dimensions) is str else encode(dimensions)
            except Exception as error:
                raise OtherwiseError from error
            room = rooms.get(key)
            if room is None:
                room = rooms[key] = self._open(name, key, told)
            if dimensions is None:
                rooms[None] = room
            return room

        return opened

    def _open(self, name: str, key: str | bytes, told: Mapping[str, Any]) -> Room:
        bucket = bucket_of(self._grouper.classes, name, told)
        if len(bucket.windows) + self._rows >= bucket.cardinality and key not in bucket.windows:
            raise OtherwiseError  # one of them may have to go, and which one hangs on the order of rows
        window = bucket.window(key, told)
        if window is None:
            raise OtherwiseError
        left = window.left(self._time_ns)
        return [left, -1, 0, window, key, left]

    def ask(self) -> None:
        """Finds the windows that were asked, in the order in which they were asked last.

        Raises OtherwiseError where one of them is to be made, and how hangs on who asked first.
        """
        self._asked = [
            self._asks(name, self._told[number], self._keys[number])
            for number, name in enumerate(self._names)
            if self._keys[number]
        ]

    def _asks(
        self, name: str, told: Sequence[Mapping[str, Any]], given: list[Value]
    ) -> list[tuple[Bucket, str | bytes, Window, int]]:
        keys: list[Any] = given
        if not set(map(type, keys)) <= {str}:
            keys = [key if type(key) is str else encode(key) for key in keys]
        counts = Counter(keys)
        bucket = self._grouper.classes.get(name)
        windows = bucket.windows if bucket is not None else {}
        for key in counts:
            if key not in windows:
                if any(one != told[0] for one in told):
                    raise OtherwiseError
                self._open(name, key, told[0])
        bucket = self._grouper.classes[name]
        windows = bucket.windows
        return [(bucket, key, windows[key], counts[key]) for key in reversed(dict.fromkeys(reversed(keys)))]

    def settle(self, lefts: Sequence[int | None], overs: Sequence[int]) -> tuple[int, int]:
        """Counts what passed and what came too much; the windows used last are the latest in their class."""
        passed = overflowed = 0
        classes = self._grouper.classes
        for number, (name, key) in enumerate(self._singles):
            found, left = self._windows[number], lefts[number]
            if found is None or left is None:
                continue
            window, first = found
            if self._is_one:
                taken = left if left < first else max(0, first)
                over = left - taken
            else:
                taken, over = first - left, overs[number]
            if taken or over:
                bucket = classes[name]
                bucket.windows.move_to_end(key)
                if taken:
                    window.take(self._time_ns, taken)
                bucket.passed += taken
                bucket.overflowed += over
                passed += taken
                overflowed += over
        for asked in self._asked:
            some, more = _pass(asked, self._time_ns)
            passed += some
            overflowed += more
        for name, rooms in zip(self._names, self._rooms, strict=True):
            if rooms:
                some, more = self._settle(classes[name], rooms)
                passed += some
                overflowed += more
        return passed, overflowed

    def _settle(self, bucket: Bucket, rooms: dict[Value, Room]) -> tuple[int, int]:
        rooms.pop(None, None)
        passed = overflowed = 0
        for room in sorted(rooms.values(), key=_last) if len(rooms) > 1 else rooms.values():
            if room[LAST] < 0:
                continue
            bucket.windows.move_to_end(room[KEY])
            taken, over = room[FIRST] - room[LEFT], room[OVER]
            if taken:
                room[WINDOW].take(self._time_ns, taken)
            passed += taken
            overflowed += over
        bucket.passed += passed
        bucket.overflowed += overflowed
        return passed, overflowed


def _pass(asked: Sequence[tuple[Bucket, str | bytes, Window, int]], time_ns: int) -> tuple[int, int]:
    """Lets as many pass as the windows of a class allow."""
    passed = overflowed = 0
    for bucket, key, window, count in asked:
        bucket.windows.move_to_end(key)
        left = window.left(time_ns)
        taken = count if left >= count else max(0, left)
        if taken:
            window.take(time_ns, taken)
        passed += taken
        overflowed += count - taken
    bucket.passed += passed
    bucket.overflowed += overflowed
    return passed, overflowed


def _last(room: Room) -> int:
    last: int = room[LAST]
    return last


def _key(group: Group) -> str | bytes:
    """The one key that a class is asked for."""
    key = next(iter(group.keys))
    dimensions = ast.literal_eval(key)
    return dimensions if type(dimensions) is str else encode(dimensions)
