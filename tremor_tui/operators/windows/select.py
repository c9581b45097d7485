"""The select with windows: takes events and ticks, and emits what its windows let go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from itertools import repeat
from typing import Any

from tremor_tui.aggregates.contract import NUMBERS, AggregateError, not_a_number
from tremor_tui.errors import DataError, ScriptError
from tremor_tui.model.batch import Batch, Meta, Tracks, Value, tracks_of
from tremor_tui.model.context import Context
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.port import OUT
from tremor_tui.model.record import dataclass
from tremor_tui.model.signal import Signal, Tick
from tremor_tui.operators.contract import Outputs, Quiet, timed
from tremor_tui.operators.windows.carrying import fill_groups, plain_groups
from tremor_tui.operators.windows.groups import MAX_GROUPS, Call, Frame, Group, Groups, Window

UNGROUPED: list[list[Value]] = [[None]]
"""The values of the one group where nothing is grouped."""
Condition = Callable[..., bool]
Rows = tuple[tuple[Value, ...], ...]
"""The arguments of each aggregate call for one event."""


@dataclass(frozen=True, slots=True)
class Expressions:
    """What a select computes. `target` is called with the keywords `group`, `window` and `results`, `having`
    with the first two."""

    target: Callable[..., Value]
    where: Condition | None = None
    having: Condition | None = None
    groups: Callable[[Value, Meta | None, Context], list[list[Value]]] | None = None
    arguments: Callable[[Value, Meta | None, Context], Rows] | None = None


@dataclass(slots=True)
class _Made:
    """What was emitted; `early` are the places of what was let go because of the limit of groups."""

    values: list[Value] = field(default_factory=list)
    tracks: list[Tracks | None] = field(default_factory=list)
    early: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Step:
    """The event or tick at hand, the group it is in, and what was made so far."""

    event: Value
    meta: Meta | None
    group: Group
    made: _Made


class WindowSelect(Quiet):
    """The operator. `groups` are the live ones. `evicted` counts groups let go because there were too many.

    `report` hears of each failure: of an event, once, or of a target.
    """

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
        self._has_own_limit = bool(limits)
        self._max_groups = min(limits, default=MAX_GROUPS)
        self._numeric = [number for number, call in enumerate(calls) if call.is_numeric]
        self._optioned = [number for number, call in enumerate(calls) if call.arity > 1]
        self._proved: dict[int, Sequence[Value]] = {}
        self._last: Batch | None = None
        self.groups = Groups(windows, calls)

    # -- events and ticks -----------------------------------------------------------------------------

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """The results of the windows that closed, each with the metadata of the event that closed it."""
        rows: list[int] = []
        made = _Made()
        ctx, values = self._ctx, made.values
        tracks: Tracks | None = None
        steps = zip(batch.values, batch.metas or repeat(None), timed(batch, ctx), strict=False)
        for row, (event, meta, ctx.event_id) in enumerate(steps):
            if batch.transactional:
                tracks = tracks_of(batch, row)
            try:
                self._event(event, meta, tracks, made)
            except ScriptError as error:
                self._failed(error, event, meta, ctx.event_id)
            if len(values) > len(rows):
                rows += [row] * (len(values) - len(rows))
        if len(batch):
            self._last = _header(batch)
        return ((OUT, _batch_of(batch, rows, made)),) if rows else ()

    def on_signal(self, signal: Signal) -> Outputs:
        """The results of the windows whose time is over, on a tick; with empty metadata."""
        if not isinstance(signal, Tick) or self._last is None:
            return ()
        due = self.groups.due(signal.ingest_ns)
        if not due:
            return ()
        self._ctx.ingest_ns, self._ctx.origin = signal.ingest_ns, None
        made = _Made()
        for group in due:
            try:
                self._tick(group, made)
            except ScriptError as error:
                self._failed(error)
        for group in due:
            if not group.holds_data:
                self._remove(group)
        if not made.values:
            return ()
        ids = [self._last.ids[-1]] * len(made.values)
        header = replace(self._last, values=made.values, ids=ids, ingest_ns=signal.ingest_ns, origin=None)
        header.nbytes *= len(ids)
        return ((OUT, _tracked(header, made, False)),)

    def _event(self, event: Value, meta: Meta | None, tracks: Tracks | None, made: _Made) -> None:
        """Takes one event. What it closed stays made, even where it fails in one of its groups."""
        ctx, do = self._ctx, self._do
        if do.where is not None and not do.where(event, meta, ctx):
            self.dropped += 1
            return
        rows = do.arguments(event, meta, ctx) if do.arguments is not None else ()
        self._prove(rows)
        failed: ScriptError | None = None
        for values in do.groups(event, meta, ctx) if do.groups is not None else UNGROUPED:
            group = self.groups.find(values)
            try:
                emit, include = group.frames[0].trigger.on_event(event, meta, ctx)
                if emit:
                    self._close_at(_Step(event, meta, group, made), rows, tracks, include)
                else:
                    if not group.is_kept:
                        self._keep(group, made)
                    group.frames[0].take(rows, tracks)
            except ScriptError as error:
                failed = failed or error
            except AggregateError as error:
                failed = failed or self._refused(rows, error)
        if failed is not None:
            raise failed

    def _close_at(self, step: _Step, rows: Rows, tracks: Tracks | None, include: bool) -> None:
        group, first = step.group, step.group.frames[0]
        if include:
            first.take(rows, tracks)
        self._close(step, 0)
        if not include:
            first.take(rows, tracks)
        if not group.holds_data:
            self._remove(group)
        elif not group.is_kept:
            self._keep(group, step.made)

    def _tick(self, group: Group, made: _Made) -> None:
        emit, _ = group.frames[0].trigger.on_tick(self._ctx)
        if emit:
            self._close(_Step(None, None, group, made), 0)

    # -- groups ---------------------------------------------------------------------------------------

    def _keep(self, group: Group, made: _Made) -> None:
        """Enters a new group. Raises ScriptError where that is one more than `max_groups`."""
        limit = self._max_groups
        if len(self.groups) >= limit:
            if self._has_own_limit:
                message = f"Maxmimum amount of groups reached ({limit}). Ignoring group [{limit + 1}]"
                raise ScriptError(Diagnostic(message, self._span, "raise `max_groups` of the window"))
            self._evict(made)
        self.groups.keep(group)
        self._ctx.cardinality = len(self.groups)

    def _remove(self, group: Group) -> None:
        self.groups.remove(group)
        self._ctx.cardinality = len(self.groups)

    def _evict(self, made: _Made) -> None:
        """Emits all frames of the oldest group, each with what the narrower ones held, and removes it."""
        oldest = self.groups.oldest()
        step = _Step(None, None, oldest, made)
        before = len(made.values)
        for number, frame in enumerate(oldest.frames):
            if number:
                frame.merge(oldest.frames[number - 1])
            if frame.holds_data:
                self._emit(step, frame)
        made.early += range(before, len(made.values))
        self.evicted += 1
        self._remove(oldest)

    # -- frames ---------------------------------------------------------------------------------------

    def _close(self, step: _Step, number: int) -> None:
        """Emits a frame, hands it to the next one and starts it over.

        Where a wider window's script fails on the frame, that window does without it.
        """
        frame = step.group.frames[number]
        if frame.holds_data:
            self._emit(step, frame)
        if number + 1 < len(step.group.frames):
            wider = step.group.frames[number + 1]
            try:
                emit, include = wider.trigger.on_event(step.event, step.meta, self._ctx)
            except ScriptError as error:
                self._failed(error, step.event, step.meta)
            else:
                self._hand_on(step, number + 1, emit, include)
        frame.start_over(self.groups.states())

    def _hand_on(self, step: _Step, number: int, emit: bool, include: bool) -> None:
        """The frame before `number` is in frame `number`."""
        before, frame = step.group.frames[number - 1 : number + 1]
        if include:
            frame.merge(before)
        if emit:
            self._close(step, number)
        if not include:
            frame.merge(before)

    def _emit(self, step: _Step, frame: Frame) -> None:
        """Makes the result of a frame. A target that fails is reported; the window is over all the same."""
        do, ctx = self._do, self._ctx
        results = tuple([state.emit() for state in frame.states])
        group, window = step.group.values, frame.window.name
        try:
            value = do.target(step.event, step.meta, ctx, group=group, window=window, results=results)
            if do.having is not None and not do.having(value, step.meta, ctx, group=group, window=window):
                return
        except ScriptError as error:
            self._failed(error, step.event, step.meta)
            return
        step.made.values.append(value)
        step.made.tracks.append(frame.tracks)

    # -- arguments ------------------------------------------------------------------------------------

    def _prove(self, rows: Rows) -> None:
        """Whether every aggregate takes its arguments; else none does, and no window counts the event.

        What stands behind the first argument, percentiles, is tried on a fresh state when it changes.
        """
        for number in self._numeric:
            if type(rows[number][0]) not in NUMBERS:
                raise self._refusal(number, not_a_number(rows[number][0]))
        for number in self._optioned:
            row = rows[number]
            if self._proved.get(number) != row[1:]:
                try:
                    self._calls[number].init().accumulate(*row)
                except AggregateError as error:
                    raise self._refusal(number, error) from None
                self._proved[number] = row[1:]

    def _refused(self, rows: Rows, error: AggregateError) -> ScriptError:
        """The failure of an aggregate that `_prove` could not foresee."""
        for number, row in enumerate(rows):
            try:
                self._calls[number].init().accumulate(*row)
            except AggregateError as again:
                return self._refusal(number, again)
        return self._refusal(len(rows) - 1, error)

    def _refusal(self, number: int, error: AggregateError) -> ScriptError:
        call = self._calls[number]
        return ScriptError(Diagnostic(f"Runtime error in function aggr::{call.path}: {error}", call.span))

    def _failed(
        self, error: ScriptError, event: Value = None, meta: Meta | None = None, event_id: int | None = None
    ) -> None:
        """Counts and tells of a failure: of the event with that id, or of a window's result."""
        self.errors += 1
        self.last_error = error.bare()
        if self._report is not None:
            self._report(error)
        if self.on_failed is not None:
            self.on_failed(error, event_id, event, meta, None)

    # -- swap -----------------------------------------------------------------------------------------

    def state(self) -> Any:
        """The live groups, and what their frames are made of."""
        return self._signature(), self.groups.live, self._last

    def restore(self, state: Any) -> None:
        """Goes on with those groups, if windows and aggregates are the same by name."""
        if isinstance(state, tuple) and state[0] == self._signature() and isinstance(state[1], Mapping):
            self.groups.adopt(state[1])
            self._last = state[2]
            self._ctx.cardinality = len(self.groups)

    def carried(self) -> Any:
        """The live groups as plain data."""
        return plain_groups(self.groups), self._last

    def take_over(self, state: Any) -> None:
        """Goes on with groups from another process."""
        groups, self._last = state
        fill_groups(self.groups, groups)
        self._ctx.cardinality = len(self.groups)

    def _signature(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return tuple(window.name for window in self._windows), tuple(call.path for call in self._calls)


def _header(batch: Batch) -> Batch:
    """The batch's last id and origin, without anything in it."""
    last = batch.take((len(batch) - 1,))
    return replace(last, values=[], metas=None, raws=None, inner=False, transactional=False, tracks=None)


def _batch_of(batch: Batch, rows: list[int], made: _Made) -> Batch:
    metas: list[Meta | None] | None = None
    if batch.metas and made.early:
        metas = [batch.metas[row] for row in rows]
        for place in made.early:
            metas[place] = None
    result = replace(batch.replace(rows, made.values, metas), inner=False)
    return _tracked(result, made, batch.transactional)


def _tracked(batch: Batch, made: _Made, is_transactional: bool) -> Batch:
    """The batch with the events behind each row; transactional where one of them is."""
    has_tracks = any(tracks is not None for tracks in made.tracks)
    batch.transactional = has_tracks
    batch.tracks = [tracks or {} for tracks in made.tracks] if has_tracks else None
    return batch
