"""Tap: copies events that pass an edge to whoever watches; drops copies rather than wait.

What passes is only looked at here: a reference is kept where the rate allows it, and made into text later,
by the ticker. So a tap without an expression costs a flow an addition for each batch. One with an
expression, or that counts values, looks at events for 2 ms of each second and at most 2,000 of them; it says
how many it looked at. An expression that holds the loop for too long is not run again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tremor_tui.connectors.contract import Clock
from tremor_tui.control.events import Sample, TapSamples
from tremor_tui.control.picking import field_path
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.record import dataclass
from tremor_tui.model.values import ValueFault, to_json
from tremor_tui.runtime.condition import Condition, compile_condition
from tremor_tui.runtime.top import Frequent

if TYPE_CHECKING:
    from tremor_tui.runtime.path import Path

MAX_TEXT: Final = 64 * 1024
"""Characters of a sample's value or metadata."""
BUDGET: Final = 0.002
"""The share of the loop's time that one tap may look for."""
LOOKS_S: Final = 2000.0
"""Events that a tap looks at in a second, at most."""
SAVED_S: Final = 0.5
"""How much of the budget may be saved up, in seconds of it."""
TOO_LONG_NS: Final = 50_000_000
FIRST_LOOK_NS: Final = 5_000
"""What one look is taken to cost before it was measured."""
Deliver = Callable[[TapSamples], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of a tap, compiled; `trace` also wants the paths of what is copied."""

    per_second: float
    condition: Condition | None = None
    top: str = ""
    trace: bool = False

    @classmethod
    def of(cls, per_second: float, matching: str = "", top: str = "", trace: bool = False) -> Wanted:
        """Compiles the expression. Raises CompileError, and ControlError where `top` is no path."""
        if top.strip():
            field_path(top)
        condition = compile_condition(matching) if matching.strip() else None
        return cls(max(0.0, per_second), condition, top.strip(), trace)


@dataclass(slots=True)
class Kept:
    """An event that is to be copied."""

    at_ns: int
    value: Value
    meta: Meta
    path: Path | None = None


class Tap:
    """One client's look at one edge. `deliver` must not wait; it gets a frame whenever something passed."""

    def __init__(
        self, number: int, edge: str, per_second: float | Wanted, deliver: Deliver, clock: Clock
    ) -> None:
        self.number = number
        self.edge = edge
        self.wanted = per_second if isinstance(per_second, Wanted) else Wanted.of(per_second)
        self.seen = self.looked = self.matched = 0
        self.note = ""
        self._deliver = deliver
        self._clock = clock
        self._condition = self.wanted.condition
        self._top = _frequent(self.wanted.top)
        self._allowed = max(1.0, min(self.wanted.per_second, 5.0)) if self.wanted.per_second else 0.0
        self._kept: list[Kept] = []
        self._told = 0
        self._has_news = False
        self._filled_ns = clock.monotonic_ns()
        self._budget_ns = SAVED_S * BUDGET * 1e9
        self._looks = SAVED_S * LOOKS_S
        self._look_ns = float(FIRST_LOOK_NS)
        self._first = 0
        self._is_looking = self._condition is not None or self._top is not None

    def change(self, wanted: Wanted) -> None:
        """Takes other properties; totals begin anew where the expression or the counted field changed."""
        before, self.wanted = self.wanted, wanted
        was = before.condition.text if before.condition else ""
        now = wanted.condition.text if wanted.condition else ""
        if was != now or before.top != wanted.top or self.note:
            self._condition, self._top = wanted.condition, _frequent(wanted.top)
            self.seen = self.looked = self.matched = self._told = 0
            self.note = ""
            self._kept.clear()
            self._is_looking = self._condition is not None or self._top is not None
        self._allowed = max(self._allowed, 1.0) if wanted.per_second else 0.0

    def see(self, batch: Batch) -> None:
        """Looks at a batch that passes."""
        count = len(batch)
        self.seen += count
        if self._is_looking:
            if self._budget_ns > 0 and self._looks >= 1:
                self._look(batch, count)
            return
        room = int(self._allowed) - len(self._kept)
        if batch.trace is not None:
            self._keep_followed(batch, room)
        elif room > 0:
            now_ns = self._clock.wall_ns()
            for row in range(min(room, count)):
                self._kept.append(Kept(now_ns, batch.values[row], batch.meta(row)))

    def flush(self) -> None:
        """Delivers what passed since the last time, if anything did."""
        kept, self._kept = self._kept, []
        self._allowed -= len(kept)
        self._refill()
        if self.seen == self._told and not self._has_news:
            return
        self._has_news = False
        condition = self._condition
        frame = TapSamples(
            self.number,
            self.edge,
            tuple(sample(one.at_ns, one.value, one.meta, one.path) for one in kept),
            self.seen - self._told,
            self.seen,
            self.looked,
            self.matched,
            condition.failed if condition else 0,
            condition.failure if condition else "",
            self._top.top() if self._top else None,
            self.note,
        )
        self._told = self.seen
        self._deliver(frame)

    def tell(self, note: str) -> None:
        """Lets its client know something, with the next frame."""
        self.note = note
        self._has_news = True

    def _look(self, batch: Batch, count: int) -> None:
        """Looks at as many rows as the budget allows; not always at the first ones."""
        most = min(count, max(1, int(self._budget_ns / self._look_ns)), int(self._looks))
        first = 0
        if most < count:
            self._first = first = (self._first + 7) % (count - most + 1)
        now = start = self._clock.monotonic_ns()
        until = start + self._budget_ns
        row = first
        while row < first + most and now <= until:
            self._look_at(batch, row)
            row += 1
            now = self._clock.monotonic_ns()
        spent, done = now - start, row - first
        self._budget_ns -= spent
        self._looks -= done
        self._look_ns += (spent / done + 100 - self._look_ns) / 8
        if spent > TOO_LONG_NS:
            self._stop_looking(spent)

    def _look_at(self, batch: Batch, row: int) -> None:
        self.looked += 1
        condition = self._condition
        if condition is not None and not condition.holds(batch, row):
            return
        self.matched += 1
        if self._top is not None:
            self._top.add(batch.values[row], batch.meta(row))
        path = batch.trace if batch.trace is not None and batch.trace.is_row(batch, row) else None
        if len(self._kept) < int(self._allowed):
            self._keep(batch, row, path)

    def _stop_looking(self, spent: int) -> None:
        self.note = f"it took {spent / 1e6:.0f} ms to look at a few events, so it no longer looks"
        self._budget_ns = float("-inf")

    def _keep_followed(self, batch: Batch, room: int) -> None:
        """The event whose path is recorded is copied first, in place of another where need be."""
        followed = batch.trace.row(batch)
        if followed >= 0 and room <= 0:
            others = [at for at, one in enumerate(self._kept) if one.path is None]
            if not others:
                return
            del self._kept[others[-1]]
        if followed >= 0:
            self._keep(batch, followed, batch.trace)
        elif room > 0:
            self._keep(batch, 0, None)

    def _keep(self, batch: Batch, row: int, path: Path | None) -> None:
        self._kept.append(Kept(self._clock.wall_ns(), batch.values[row], batch.meta(row), path))

    def _refill(self) -> None:
        now = self._clock.monotonic_ns()
        rate, span = self.wanted.per_second, now - self._filled_ns
        self._allowed = min(self._allowed + span * rate / 1e9, max(1.0, rate) if rate else 0.0)
        self._budget_ns = min(self._budget_ns + span * BUDGET, SAVED_S * BUDGET * 1e9)
        self._looks = min(self._looks + span * LOOKS_S / 1e9, SAVED_S * LOOKS_S)
        self._filled_ns = now


def sample(at_ns: int, value: Value, meta: Meta, path: Path | None = None) -> Sample:
    """A value and its metadata as texts, cut where they are too long."""
    text, cut = _text(value)
    about, cut_too = _text(meta) if meta else ("", False)
    return Sample(at_ns, text, about, cut or cut_too, path.number if path is not None else 0)


def _frequent(field: str) -> Frequent | None:
    return Frequent(field_path(field)) if field else None


def _text(value: Value) -> tuple[str, bool]:
    try:
        text = to_json(value)
    except ValueFault as fault:
        text = json.dumps(f"cannot be shown: {fault}")
    return text[:MAX_TEXT], len(text) > MAX_TEXT
