"""Triggers: what says when a window closes, one for each window of each group."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from tremor_tui.model.batch import Meta, Value
from tremor_tui.model.context import Cell, Context

Actions = tuple[bool, bool]
"""What to do at an event: (emit, include). An event that is not included opens the next window."""
KEEP: Actions = (False, False)
BOTH: Actions = (True, True)
EMIT: Actions = (True, False)
Measure = Callable[[Value, Meta | None, Context], int]
"""An event's weight, or its time in ns."""
Decide = Callable[[Value, Meta | None, Cell, Context], Actions]


class Trigger(Protocol):
    """Says when one window of one group closes.

    `due_ns` is when a tick may first close it; infinite where none can. An event at which `on_event`
    raises ScriptError has not been counted.
    """

    due_ns: float

    def on_event(self, event: Value, meta: Meta | None, ctx: Context) -> Actions: ...
    def on_tick(self, ctx: Context) -> Actions: ...


class BySize:
    """Closes with the event that makes the sum of weights `size`; what is above stays for the next."""

    __slots__ = ("_count", "_size", "_weight")
    due_ns: float = math.inf

    def __init__(self, size: int, weight: Measure | None = None) -> None:
        self._size = size
        self._weight = weight
        self._count = 0

    def on_event(self, event: Value, meta: Meta | None, ctx: Context) -> Actions:
        """Emits with the event in it, or keeps."""
        self._count += 1 if self._weight is None else self._weight(event, meta, ctx)
        if self._count < self._size:
            return KEEP
        self._count -= self._size
        return BOTH

    def on_tick(self, ctx: Context) -> Actions:
        """Time does not matter."""
        return KEEP


class ByTime:
    """Closes at the first event or tick that is `interval_ns` after the one that opened it."""

    __slots__ = ("_end", "_interval_ns", "_time", "due_ns")

    def __init__(self, interval_ns: int, time: Measure | None = None) -> None:
        self._interval_ns = interval_ns
        self._time = time
        self._end: int | None = None
        self.due_ns: float = math.inf

    def on_event(self, event: Value, meta: Meta | None, ctx: Context) -> Actions:
        """Emits without the event, or keeps."""
        return self._at(ctx.ingest_ns if self._time is None else self._time(event, meta, ctx))

    def on_tick(self, ctx: Context) -> Actions:
        """Emits if it is time; where a script tells the time, ticks say nothing."""
        return self._at(ctx.ingest_ns) if self._time is None else KEEP

    def _at(self, now: int) -> Actions:
        end = self._end
        if end is not None and now < end:
            return KEEP
        self._end = now + self._interval_ns
        if self._time is None:
            self.due_ns = self._end
        return KEEP if end is None else EMIT


class ByState:
    """Closes as its script says, which has a state.

    A script that says to include but not to emit keeps the event like any other: tremor forgets the group
    then, with all that it holds.
    """

    __slots__ = ("_cell", "_decide", "_on_tick", "due_ns")

    def __init__(self, state: Value, decide: Decide, on_tick: Decide | None = None) -> None:
        self._cell = Cell(state)
        self._decide = decide
        self._on_tick = on_tick
        self.due_ns: float = math.inf if on_tick is None else -math.inf

    def on_event(self, event: Value, meta: Meta | None, ctx: Context) -> Actions:
        """What the script says."""
        actions = self._decide(event, meta, self._cell, ctx)
        return actions if actions[0] else KEEP

    def on_tick(self, ctx: Context) -> Actions:
        """What the script for ticks says, if there is one."""
        return self._on_tick(None, None, self._cell, ctx) if self._on_tick else KEEP
