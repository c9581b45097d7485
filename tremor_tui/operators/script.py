"""The script operator: runs a compiled script over each row of a batch and sorts the results by port."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from operator import is_
from typing import Any

from tremor_tui.errors import DataError, ScriptError
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.port import ERR, IN
from tremor_tui.model.record import dataclass
from tremor_tui.operators.contract import Failed, Outputs, Quiet, timed

ScriptResult = tuple[str, Value, Meta | None] | None
ScriptFunction = Callable[[Value, Meta | None, Cell, Context], ScriptResult]
"""A compiled script: (event, meta, cell, ctx) to (port, value, meta), or None for `drop`."""
Render = Callable[[ScriptError], str]
Report = Callable[[DataError], None]


def plain(error: ScriptError) -> str:
    """The text of an error event where nobody draws the place: the short form of its diagnostic."""
    return error.diagnostic.short()


def ignore(error: DataError) -> None:
    """Reports to nobody."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An event that leaves a script by `err`: as it came; then the error, or what the script sends there."""

    row: int
    event_id: int
    event: Value
    meta: Meta | None
    error: ScriptError | None = None
    value: Value = None
    made_meta: Meta | None = None


class ScriptOperator(Quiet):
    """Runs the script of each input port; all of them share one state.

    `render` makes the text of an error event. `report` hears of each failure, after it was counted.
    """

    def __init__(
        self,
        scripts: Mapping[str, ScriptFunction],
        ctx: Context,
        state: Value = None,
        render: Render = plain,
        report: Report = ignore,
    ) -> None:
        super().__init__()
        self.scripts = dict(scripts)
        self._ctx = ctx
        self._render = render
        self._report = report
        self._faults: list[tuple[Value, ScriptError]] = []
        self.cell = Cell(state)

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """What the port's script made of each row, by the port it emitted to, in the rows' order."""
        script = self.scripts.get(port)
        if script is None:
            return self._refuse(port, batch)
        sorted_rows = self._run(script, batch)
        if ERR in sorted_rows and self.on_failed is not None:
            self._tell(self.on_failed, batch, sorted_rows[ERR])
        every_row = len(sorted_rows) == 1 and len(batch) == len(next(iter(sorted_rows.values())).rows)
        return [(name, made.batch(batch, every_row)) for name, made in sorted_rows.items()]

    def _run(self, script: ScriptFunction, batch: Batch) -> dict[str, _Rows]:
        ctx, cell = self._ctx, self.cell
        outputs: dict[str, _Rows] = {}
        last: str | None = None
        dropped = 0
        steps = zip(batch.values, batch.metas or repeat(None), timed(batch, ctx), strict=False)
        for row, (event, meta, ctx.event_id) in enumerate(steps):
            try:
                result = script(event, meta, cell, ctx)
            except ScriptError as error:
                result = self._failed(error.bare(), event, meta)
            if result is None:
                dropped += 1
                continue
            port, value, meta = result
            if port is not last:  # nearly all rows leave by the port of the row before
                rows = outputs.setdefault(port, _Rows())
                add_row, add_value, add_meta = rows.rows.append, rows.values.append, rows.metas.append
                last = port
            add_row(row)
            add_value(value)
            add_meta(meta)
        self.dropped += dropped
        return outputs

    def judge(self, event: Value, meta: Meta | None) -> ScriptResult:
        """What the script on `in` makes of an event, with nothing counted or told. Raises ScriptError."""
        return self.scripts[IN](event, meta, self.cell, self._ctx)

    def settle(self, faults: Sequence[Fault]) -> list[tuple[Value, Meta | None]]:
        """Counts and tells of rows that leave by `err`; gives what leaves there for each."""
        made: list[tuple[Value, Meta | None]] = []
        for fault in faults:
            if fault.error is None:
                made.append((fault.value, fault.made_meta))
            else:
                self.errors += 1
                self.last_error = fault.error
                self._report(fault.error)
                made.append(({"error": self._render(fault.error), "event": fault.event}, fault.meta))
        if self.on_failed is not None:
            for fault, (value, _) in zip(faults, made, strict=True):
                self.on_failed(fault.error, fault.event_id, fault.event, fault.meta, value)
        return made

    def _failed(self, error: ScriptError, event: Value, meta: Meta | None) -> ScriptResult:
        self.errors += 1
        self.last_error = error
        self._report(error)
        value = {"error": self._render(error), "event": event}
        if self.on_failed is not None:
            self._faults.append((value, error))
        return ERR, value, meta

    def _tell(self, on_failed: Failed, batch: Batch, rows: _Rows) -> None:
        """Of rows on `err`: those that failed, and those that the script sent there."""
        faults, self._faults = self._faults, []
        errors = {id(value): error for value, error in faults}
        for row, value in zip(rows.rows, rows.values, strict=True):
            meta = batch.metas[row] if batch.metas else None
            on_failed(errors.get(id(value)), batch.ids[row], batch.values[row], meta, value)

    def _refuse(self, port: str, batch: Batch) -> Outputs:
        text = f"unknown port: `{port}`"
        self.errors += len(batch)
        self.last_error = DataError(text, f"give the script a body: `script from {port}`")
        for row, value in enumerate(batch.values):
            self._report(self.last_error)
            if self.on_failed is not None:
                meta = batch.metas[row] if batch.metas else None
                self.on_failed(self.last_error, batch.ids[row], value, meta, None)
        values: list[Value] = [{"error": text, "event": value} for value in batch.values]
        return [(ERR, batch.replace(range(len(batch)), values))]

    def state(self) -> Any:
        """The script's `state`, in a Cell."""
        return self.cell

    def restore(self, state: Any) -> None:
        """Goes on with that state."""
        if isinstance(state, Cell):
            self.cell.state = state.state


class _Rows:
    """The rows that leave by one port."""

    __slots__ = ("metas", "rows", "values")

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.values: list[Value] = []
        self.metas: list[Meta | None] = []

    def batch(self, origin: Batch, every_row: bool) -> Batch:
        """The batch of these rows; frames stay with values that are still the same."""
        metas = self.metas if origin.metas or any(self.metas) else None
        if origin.raws is None or not self._is_unchanged(origin):
            rows = range(len(origin)) if every_row else self.rows
            return origin.replace(rows, self.values, metas)
        kept = origin.take(self.rows)
        if metas is None:
            return kept
        made = origin.replace(self.rows, self.values, metas)
        made.raws = kept.raws
        return made

    def _is_unchanged(self, origin: Batch) -> bool:
        values = origin.values
        before = values if len(self.rows) == len(values) else [values[row] for row in self.rows]
        return all(map(is_, self.values, before))
