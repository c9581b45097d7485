"""The select operator without windows: filter, project, filter again.

A row that fails is gone, neither on `out` nor on `err`, as in tremor; it is counted and reported.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat

from tremor_tui.errors import DataError, ScriptError
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.context import Context
from tremor_tui.model.port import OUT
from tremor_tui.model.values import key_text
from tremor_tui.operators.contract import Outputs, Quiet, timed

Condition = Callable[..., bool]
"""`where` and `having`: (event, meta, ctx) to whether it stays. For `having`, event is the result, and what
`group` is follows where there are groups."""
Target = Callable[[Value, Meta | None, Context], Value]
"""The select's expression: (event, meta, ctx) to the result."""
Report = Callable[[DataError], None]


class Select(Quiet):
    """`select target from … where … into … having …`.

    `target` None is `event` itself: then frames stay with their rows. `report` hears of each failure.
    """

    def __init__(
        self,
        ctx: Context,
        target: Target | None = None,
        where: Condition | None = None,
        having: Condition | None = None,
        report: Report | None = None,
    ) -> None:
        super().__init__()
        self._ctx = ctx
        self._target = target
        self._where = where
        self._having = having
        self._report = report

    @property
    def only_passes(self) -> bool:
        """Whether every row leaves as it came."""
        return self._target is None and self._where is None and self._having is None

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """The results of the rows that stay, on `out`."""
        if self._target is None:
            if self._where is None and self._having is None:
                return ((OUT, batch),)
            rows, _ = self._run(batch)
            return ((OUT, batch.take(rows)),) if rows else ()
        rows, values = self._run(batch)
        if not rows:
            return ()
        return ((OUT, batch.replace(range(len(batch)) if len(rows) == len(batch) else rows, values)),)

    def _run(self, batch: Batch) -> tuple[list[int], list[Value]]:
        ctx, where, target, having = self._ctx, self._where, self._target, self._having
        rows: list[int] = []
        values: list[Value] = []
        failed = 0
        steps = zip(batch.values, batch.metas or repeat(None), timed(batch, ctx), strict=False)
        for row, (event, meta, ctx.event_id) in enumerate(steps):
            try:
                if where is not None and not where(event, meta, ctx):
                    continue
                value = event if target is None else target(event, meta, ctx)
                if having is not None and not having(value, meta, ctx):
                    continue
            except ScriptError as error:
                failed += 1
                self.fail(error, ctx.event_id, event, meta)
                continue
            rows.append(row)
            values.append(value)
        self.dropped += len(batch) - len(rows) - failed
        return rows, values

    def judge(self, event: Value, meta: Meta | None) -> None:
        """Does with an event what `on_batch` would do, for its failure alone. Raises ScriptError."""
        ctx, where, target, having = self._ctx, self._where, self._target, self._having
        if where is None or where(event, meta, ctx):
            value = event if target is None else target(event, meta, ctx)
            if having is not None:
                having(value, meta, ctx)

    def fail(self, error: ScriptError, event_id: int, event: Value, meta: Meta | None) -> None:
        """Counts and tells of an event that failed."""
        self.errors += 1
        self.last_error = error.bare()
        if self._report is not None:
            self._report(error)
        if self.on_failed is not None:
            self.on_failed(error, event_id, event, meta, None)


Groups = Callable[[Value, Meta | None, Context], list[list[Value]]]
GroupedTarget = Callable[..., Value]


class GroupedSelect(Quiet):
    """`select … group by …` without windows: one result for each group of an event, at once.

    `groups` gives the key values of each group. In the target, `group` is these values and, last, their
    JSON. Where one group fails, the event is gone as a whole.
    """

    def __init__(
        self,
        ctx: Context,
        target: GroupedTarget,
        groups: Groups,
        where: Condition | None = None,
        having: Condition | None = None,
        report: Report | None = None,
    ) -> None:
        super().__init__()
        self._ctx = ctx
        self._target = target
        self._groups = groups
        self._where = where
        self._having = having
        self._report = report

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """The results on `out`; rows of one event follow each other."""
        self._ctx.origin = batch.origin
        rows: list[int] = []
        values: list[Value] = []
        for row, (event, event_id) in enumerate(zip(batch.values, batch.ids, strict=True)):
            meta = batch.metas[row] if batch.metas else None
            self._ctx.event_id = event_id
            self._ctx.ingest_ns = batch.ingest(row)
            made = self._results(event, meta)
            rows += [row] * len(made)
            values += made
        return ((OUT, batch.replace(rows, values)),) if rows else ()

    def _results(self, event: Value, meta: Meta | None) -> list[Value]:
        ctx, having = self._ctx, self._having
        made: list[Value] = []
        try:
            if self._where is None or self._where(event, meta, ctx):
                for keys in self._groups(event, meta, ctx):
                    group = [*keys, key_text(keys)]
                    value = self._target(event, meta, ctx, group)
                    if having is None or having(value, meta, ctx, group):
                        made.append(value)
        except ScriptError as error:
            self._failed(error, event, meta)
            return []
        if not made:
            self.dropped += 1
        return made

    def _failed(self, error: ScriptError, event: Value, meta: Meta | None) -> None:
        self.errors += 1
        self.last_error = error.bare()
        if self._report is not None:
            self._report(error)
        if self.on_failed is not None:
            self.on_failed(error, self._ctx.event_id, event, meta, None)
