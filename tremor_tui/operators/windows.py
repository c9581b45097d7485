"""A select with windows: aggregates over groups of events, let go as the windows say.

Each group has a chain of frames, one per window. Events reach the first; what a frame aggregated when it
closes is merged into the next, wider one. So a window of `size = 3` behind another counts frames.
A group lives as long as one of its frames holds data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any, Protocol

from tremor_tui.aggregates.contract import AggregateError, State
from tremor_tui.errors import DataError, ScriptError
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.port import OUT
from tremor_tui.model.signal import Signal, Tick
from tremor_tui.model.values import key_text
from tremor_tui.operators.contract import Outputs, Quiet, timed

Actions = tuple[bool, bool]
"""What to do at an event: (emit, include). An event that is not included opens the next window."""
KEEP: Actions = (False, False)
BOTH: Actions = (True, True)
EMIT: Actions = (True, False)
Measure = Callable[[Value, Meta | None, Context], int]
"""An event's weight, or its time in ns."""
Decide = Callable[[Value, Meta | None, Cell, Context], Actions]
UNGROUPED: list[list[Value]] = [[None]]
"""The values of the one group where nothing is grouped."""
Condition = Callable[[Value, Meta | None, Context], bool]
Arguments = Callable[[Value, Meta | None, Context], tuple[tuple[Value, ...], ...]]


class Trigger(Protocol):
    """Says when one window of one group closes."""

    def on_event(self, event: Value, meta: Meta | None, ctx: Context) -> Actions: ...
    def on_tick(self, ctx: Context) -> Actions: ...


class BySize:
    """Closes with the event that makes the sum of weights `size`; what is above stays for the next."""

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

    def __init__(self, interval_ns: int, time: Measure | None = None) -> None:
        self._interval_ns = interval_ns
        self._time = time
        self._end: int | None = None

    def on_event(self, event: Value, meta: Meta | None, ctx: Context) -> Actions:
        """Emits without the event, or keeps."""
        return self._at(ctx.ingest_ns if self._time is None else self._time(event, meta, ctx))

    def on_tick(self, ctx: Context) -> Actions:
        """Emits if it is time; where a script tells the time, ticks say nothing."""
        return self._at(ctx.ingest_ns) if self._time is None else KEEP

    def _at(self, now: int) -> Actions:
        if self._end is not None and now < self._end:
            return KEEP
        is_open = self._end is not None
        self._end = now + self._interval_ns
        return EMIT if is_open else KEEP


class ByState:
    """Closes as its script says, which has a state."""

    def __init__(self, state: Value, decide: Decide, on_tick: Decide | None = None) -> None:
        self._cell = Cell(state)
        self._decide = decide
        self._on_tick = on_tick

    def on_event(self, event: Value, meta: Meta | None, ctx: Context) -> Actions:
        """What the script says."""
        return self._decide(event, meta, self._cell, ctx)

    def on_tick(self, ctx: Context) -> Actions:
        """What the script for ticks says, if there is one."""
        return self._on_tick(None, None, self._cell, ctx) if self._on_tick else KEEP


@dataclass(frozen=True, slots=True)
class Window:
    """A window's name, what makes its trigger, and its limit of groups."""

    name: str
    trigger: Callable[[], Trigger]
    max_groups: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """An aggregate call: what makes its state, and where it stands."""

    path: str
    init: Callable[[], State]
    span: Span


@dataclass(frozen=True, slots=True)
class Expressions:
    """What a select computes. `target` is called with the keywords `group`, `window` and `results`."""

    target: Callable[..., Value]
    where: Condition | None = None
    having: Condition | None = None
    groups: Callable[[Value, Meta | None, Context], list[list[Value]]] | None = None
    arguments: Arguments | None = None


@dataclass(slots=True)
class Frame:
    """One window of one group, and what it aggregated; `adds` are its states' `accumulate`."""

    window: Window
    trigger: Trigger
    states: list[State]
    adds: list[Callable[..., None]]
    holds_data: bool = False


@dataclass(slots=True)
class Group:
    """A group: its values with their JSON, its frames, and the last event's id and header."""

    values: list[Value]
    frames: list[Frame]
    last_id: int = 0
    header: Batch | None = None
    is_kept: bool = False

    @property
    def key(self) -> str:
        """The JSON of its values."""
        text: str = self.values[-1]
        return text

    @property
    def text(self) -> str | None:
        """Its value, where it has one and that is a string: such groups are found without JSON."""
        first = self.values[0]
        return first if len(self.values) == 2 and type(first) is str else None


@dataclass(slots=True)
class _Step:
    """The event or tick at hand, and what it made so far."""

    event: Value
    meta: Meta | None
    group: Group
    made: list[Value] = field(default_factory=list)


class WindowSelect(Quiet):
    """The operator. `groups` are the live ones, by the JSON of their values."""

    def __init__(
        self,
        ctx: Context,
        expressions: Expressions,
        windows: Sequence[Window],
        calls: Sequence[Call],
        span: Span,
        report: Callable[[DataError], None] | None = None,
    ) -> None:
        super().__init__()
        self._ctx = ctx
        self._do = expressions
        self._windows = windows
        self._calls = calls
        self._span = span
        self._report = report
        limits = [window.max_groups for window in windows if window.max_groups is not None]
        self._max_groups = min(limits, default=None)
        self.groups: dict[str, Group] = {}
        self._texts: dict[str, Group] = {}

    # -- events and ticks -----------------------------------------------------------------------------

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """The results of the windows that closed, each with the id and metadata of what closed it."""
        rows: list[int] = []
        values: list[Value] = []
        ctx, header = self._ctx, _header(batch)
        steps = zip(batch.values, batch.metas or repeat(None), timed(batch, ctx), strict=False)
        for row, (event, meta, ctx.event_id) in enumerate(steps):
            try:
                made = self._event(event, meta, header)
            except ScriptError as error:
                self._failed(error)
                continue
            if made:
                rows += [row] * len(made)
                values += made
        return ((OUT, replace(batch.replace(rows, values), inner=False)),) if rows else ()

    def on_signal(self, signal: Signal) -> Outputs:
        """The results of the windows whose time is over, on a tick; with empty metadata."""
        if not isinstance(signal, Tick) or not self.groups:
            return ()
        self._ctx.ingest_ns, self._ctx.origin = signal.ingest_ns, None
        values: list[Value] = []
        ids: list[int] = []
        header: Batch | None = None
        for group in list(self.groups.values()):
            try:
                made = self._tick(group)
            except ScriptError as error:
                self._failed(error)
                continue
            values += made
            ids += [group.last_id] * len(made)
            header = header if group.header is None else group.header  # an empty batch is false
        if not values or header is None:
            return ()
        return ((OUT, replace(header, values=values, ids=ids, ingest_ns=signal.ingest_ns, origin=None)),)

    def _event(self, event: Value, meta: Meta | None, header: Batch) -> list[Value]:
        ctx, do = self._ctx, self._do
        if do.where is not None and not do.where(event, meta, ctx):
            self.dropped += 1
            return []
        made: list[Value] = []
        for values in do.groups(event, meta, ctx) if do.groups else UNGROUPED:
            group = self._texts.get(values[0]) if len(values) == 1 and type(values[0]) is str else None
            if group is None:
                group = self._find(values)
            frame = group.frames[0]
            emit, include = frame.trigger.on_event(event, meta, ctx)
            if emit or include:
                self._decide(_Step(event, meta, group, made), emit, include)
            else:
                self._accumulate(frame, event, meta)
                if not group.is_kept:
                    self._keep(group)
            group.last_id, group.header = ctx.event_id, header
        return made

    def _decide(self, step: _Step, emit: bool, include: bool) -> None:
        group = step.group
        if self._enter(step, 0, None, emit, include):
            self._remove(group)
        elif not group.is_kept:
            self._keep(group)

    def _tick(self, group: Group) -> list[Value]:
        step = _Step(None, None, group)
        emit, _ = group.frames[0].trigger.on_tick(self._ctx)
        if emit and self._close(step, 0):
            self._remove(group)
        return step.made

    # -- groups ---------------------------------------------------------------------------------------

    def _find(self, values: list[Value]) -> Group:
        """The group of these values; a new one is not kept yet."""
        key = key_text(values)
        group = self.groups.get(key)
        if group is None:
            frames = [self._frame(window) for window in self._windows]
            group = Group([*values, key], frames)
        return group

    def _keep(self, group: Group) -> None:
        limit = self._max_groups
        if limit is not None and len(self.groups) >= limit:
            message = f"Maxmimum amount of groups reached ({limit}). Ignoring group [{limit + 1}]"
            raise ScriptError(Diagnostic(message, self._span, "raise `max_groups` of the window"))
        self.groups[group.key] = group
        group.is_kept = True
        if group.text is not None:
            self._texts[group.text] = group

    def _remove(self, group: Group) -> None:
        self.groups.pop(group.key, None)
        if group.text is not None:
            self._texts.pop(group.text, None)

    def _frame(self, window: Window) -> Frame:
        states = self._states()
        return Frame(window, window.trigger(), states, [state.accumulate for state in states])

    def _states(self) -> list[State]:
        return [call.init() for call in self._calls]

    # -- frames ---------------------------------------------------------------------------------------

    def _enter(self, step: _Step, number: int, before: Frame | None, emit: bool, include: bool) -> bool:
        """An event, or the frame `before`, is in a frame. True if no frame from here on holds data."""
        frame = step.group.frames[number]
        if include:
            self._add(step, frame, before)
        is_empty = self._close(step, number) if emit else True
        if not include:
            self._add(step, frame, before)
            return False
        return is_empty

    def _close(self, step: _Step, number: int) -> bool:
        """Emits a frame, hands it to the next one and starts it over. True if the next hold no data."""
        frame = step.group.frames[number]
        if frame.holds_data:
            self._emit(step, frame)
        is_empty = True
        if number + 1 < len(step.group.frames):
            wider = step.group.frames[number + 1]
            actions = wider.trigger.on_event(step.event, step.meta, self._ctx)
            is_empty = self._enter(step, number + 1, frame, *actions)
        frame.states = self._states()
        frame.adds = [state.accumulate for state in frame.states]
        frame.holds_data = False
        return is_empty

    def _add(self, step: _Step, frame: Frame, before: Frame | None) -> None:
        if before is not None:
            if before.holds_data:
                frame.holds_data = True
                for state, earlier in zip(frame.states, before.states, strict=True):
                    state.merge(earlier)
            return
        self._accumulate(frame, step.event, step.meta)

    def _accumulate(self, frame: Frame, event: Value, meta: Meta | None) -> None:
        frame.holds_data = True
        if self._do.arguments is None:
            return
        rows = self._do.arguments(event, meta, self._ctx)
        done = 0
        try:
            for add, row in zip(frame.adds, rows, strict=True):
                add(*row)
                done += 1
        except AggregateError as error:
            call = self._calls[done]
            message = f"Runtime error in function aggr::{call.path}: {error}"
            raise ScriptError(Diagnostic(message, call.span)) from None

    def _emit(self, step: _Step, frame: Frame) -> None:
        do = self._do
        results = tuple([state.emit() for state in frame.states])
        group, window = step.group.values, frame.window.name
        value = do.target(step.event, step.meta, self._ctx, group=group, window=window, results=results)
        if do.having is None or do.having(value, step.meta, self._ctx):
            step.made.append(value)

    def _failed(self, error: ScriptError) -> None:
        self.errors += 1
        self.last_error = error
        if self._report is not None:
            self._report(error)

    # -- swap -----------------------------------------------------------------------------------------

    def state(self) -> Any:
        """The live groups, and what their frames are made of."""
        return self._signature(), self.groups

    def restore(self, state: Any) -> None:
        """Goes on with those groups, if windows and aggregates are the same by name."""
        if isinstance(state, tuple) and state[0] == self._signature() and isinstance(state[1], Mapping):
            self.groups = dict(state[1])
            self._texts = {group.text: group for group in self.groups.values() if group.text is not None}

    def _signature(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return tuple(window.name for window in self._windows), tuple(call.path for call in self._calls)


def _header(batch: Batch) -> Batch:
    return replace(batch, values=[], ids=[], ingest_ns=0, metas=None, raws=None, nbytes=0, inner=False)
