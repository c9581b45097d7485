"""Windows as the reference describes them, slow and obvious: a window is the list of what is in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any


@dataclass(frozen=True)
class Spec:
    """A window. `scripted`: its script gives an event's weight or time. State windows add up `event.w` and,
    from `amount` on, answer `reply`, else `keep`; with `ticks`, each tick adds one and may emit as well."""

    kind: str
    amount: int
    scripted: bool = False
    reply: str = "true"
    keep: str = "false"
    ticks: bool = False

    def text(self, name: str, max_groups: int | None) -> str:
        limit = f", max_groups = {max_groups}" if max_groups else ""
        if self.kind == "state":
            head = f"define window {name} from tumbling" + (f" with {limit[2:]} " if limit else "")
            tick = f"script from tick let state = state + 1; {self._answer('true')}" if self.ticks else ""
            return (
                f"{head} state 0 {tick} script let state = state + event.w; {self._answer(self.reply)} end;"
            )
        script = f" script event.{'w' if self.kind == 'size' else 't'}" if self.scripted else ""
        return f"define window {name} from tumbling with {self.kind} = {self.amount}{limit}{script} end;"

    def _answer(self, reply: str) -> str:
        full = f"case _ when state >= {self.amount} => let state = 0; {reply}"
        return f"match state of {full} case _ => {self.keep} end"


@dataclass(frozen=True)
class Event:
    value: dict[str, Any]
    meta: dict[str, Any]
    time: int
    source: int = 0
    number: int = 0
    settles: bool = False


@dataclass(frozen=True)
class Result:
    """What leaves: its value and metadata, and which events are settled with it."""

    value: dict[str, Any]
    meta: dict[str, Any]
    settles: dict[int, tuple[int, int]]


class EventError(Exception):
    """The event fails."""


@dataclass
class Slot:
    """One window of one group; of a wider one the contents are those of narrower ones."""

    contents: list[Any] = field(default_factory=list)
    total: int = 0
    end: int | None = None
    state: int = 0


@dataclass
class Model:
    """A select. `keys` is how it groups. With `strict`, more groups than `limit` are an error."""

    specs: list[Spec]
    keys: str
    limit: int
    strict: bool
    fragile: bool
    having: bool
    groups: dict[str, list[Slot]] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)
    errors: int = 0
    evicted: int = 0
    counted: int = 0

    def send(self, event: Event) -> list[Result]:
        made: list[Result] = []
        if event.value.get("skip"):
            return made
        failed = not isinstance(event.value.get("v"), int)
        for key in [] if failed else self.keys_of(event.value):
            try:
                self._enter(key, event, made)
            except EventError:
                failed = True
        self.errors += failed
        return made

    def tick(self, now: int) -> list[Result]:
        made: list[Result] = []
        first = self.specs[0]
        self.counted = len(self.groups)
        for name, slots in list(self.groups.items()):
            if self._ticks(first, slots[0], now):
                self._close(name, 0, None, now, made)
        for name in [name for name, slots in self.groups.items() if not holds_data(slots)]:
            del self.groups[name]
        return made

    def keys_of(self, value: dict[str, Any]) -> Iterator[list[Any]]:
        match self.keys:
            case "":
                yield [None]
            case "event.k":
                yield [value["k"]]
            case "set(event.k, event.j)":
                yield [value["k"], value["j"]]
            case "each(event.l)":
                yield from ([one] for one in value["l"])
            case _:
                yield from map(list, product([value["k"]], value["l"]))

    def _enter(self, key: list[Any], event: Event, made: list[Result]) -> None:
        name = json.dumps(key, separators=(",", ":"))
        self.values[name] = [*key, name]
        slots = self.groups.get(name)
        is_new = slots is None
        self.counted = len(self.groups)
        waiting = self.groups if not is_new else {**self.groups, name: [Slot() for _ in self.specs]}
        kept, self.groups = self.groups, waiting
        try:
            self._pour(name, 0, [event], event, event.time, made)
        finally:
            self.groups = kept
        slots = waiting[name]
        if not holds_data(slots):
            self.groups.pop(name, None)
        elif is_new:
            if len(self.groups) >= self.limit:
                if self.strict:
                    raise EventError
                self._evict(made)
            self.groups[name] = slots

    def _evict(self, made: list[Result]) -> None:
        name = next(iter(self.groups))
        slots = self.groups[name]
        self.counted = len(self.groups)
        for place, slot in enumerate(slots):
            if place and slots[place - 1].contents:
                slot.contents.append(slots[place - 1].contents)
            if slot.contents:
                self._emit(name, place, {}, made)
        del self.groups[name]
        self.evicted += 1

    def _pour(
        self, name: str, place: int, items: list[Any], event: Event | None, now: int, made: list[Result]
    ) -> None:
        """`items` go into a window: one event, or one narrower window's contents, or nothing."""
        slot = self.groups[name][place]
        emit, include = self._trigger(self.specs[place], slot, event, now)
        if include:
            slot.contents += items
        if emit:
            self._close(name, place, event, now, made)
        if not include:
            self.groups[name][place].contents += items

    def _close(self, name: str, place: int, event: Event | None, now: int, made: list[Result]) -> None:
        slot = self.groups[name][place]
        if slot.contents:
            self._emit(name, place, event.meta if event else {}, made)
        if place + 1 < len(self.specs):
            try:
                items = [slot.contents] if slot.contents else []
                self._pour(name, place + 1, items, event, now, made)
            except EventError:
                self.errors += 1
        slot.contents = []

    def _emit(self, name: str, place: int, meta: dict[str, Any], made: list[Result]) -> None:
        contents = self.groups[name][place].contents
        events = list(flat(contents))
        numbers = [event.value["v"] for event in events]
        if self.fragile and len(numbers) > 3:
            self.errors += 1
            return
        if self.having and len(numbers) == 2:
            return
        value = {
            "group": self.values[name],
            "window": f"w{place}",
            "cardinality": self.counted,
            "count": len(numbers),
            "sum": float(sum(numbers)),
            "min": float(min(numbers)),
            "max": float(max(numbers)),
            "first": numbers[0],
            "last": numbers[-1],
            "all": numbers,
            "nested": nested(contents),
        }
        made.append(Result(value, meta, settled(events)))

    def _trigger(self, spec: Spec, slot: Slot, event: Event | None, now: int) -> tuple[bool, bool]:
        match spec.kind:
            case "size":
                slot.total += number(event, "w") if spec.scripted else 1
                if slot.total < spec.amount:
                    return False, False
                slot.total -= spec.amount
                return True, True
            case "interval":
                time = number(event, "t") if spec.scripted else now
                return self._is_over(spec, slot, time), False
            case _:
                if event is None or not isinstance(event.value.get("w"), int):
                    raise EventError
                slot.state += event.value["w"]
                if slot.state < spec.amount:
                    return False, False
                slot.state = 0
                return True, spec.reply == "true"

    def _ticks(self, spec: Spec, slot: Slot, now: int) -> bool:
        if spec.kind == "state" and spec.ticks:
            slot.state += 1
            if slot.state >= spec.amount:
                slot.state = 0
                return True
        return spec.kind == "interval" and not spec.scripted and self._is_over(spec, slot, now)

    def _is_over(self, spec: Spec, slot: Slot, time: int) -> bool:
        if slot.end is not None and time < slot.end:
            return False
        is_open, slot.end = slot.end is not None, time + spec.amount
        return is_open


def holds_data(slots: list[Slot]) -> bool:
    return any(slot.contents for slot in slots)


def number(event: Event | None, key: str) -> int:
    value = event.value.get(key) if event else None
    if not isinstance(value, int) or value < 0:
        raise EventError
    return value


def flat(contents: Any) -> Iterator[Event]:
    for item in contents:
        if isinstance(item, list):
            yield from flat(item)
        else:
            yield item


def nested(contents: Any) -> Any:
    return [nested(item) if isinstance(item, list) else item.value["v"] for item in contents]


def settled(events: list[Event]) -> dict[int, tuple[int, int]]:
    made: dict[int, tuple[int, int]] = {}
    for event in events:
        if event.settles:
            low, high = made.get(event.source, (event.number, event.number))
            made[event.source] = min(low, event.number), max(high, event.number)
    return made
