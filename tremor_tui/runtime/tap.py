"""Tap: copies events that pass an edge to whoever watches; drops copies rather than wait.

What passes is only looked at here: a reference is kept where the rate allows it, and made into text later,
by the ticker. So a tap costs a flow an addition for each batch.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from tremor_tui.connectors.contract import Clock
from tremor_tui.control.snapshots import Sample, TapSamples
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.values import ValueFault, to_json

MAX_TEXT: Final = 64 * 1024
"""Characters of a sample's value or metadata."""
Deliver = Callable[[TapSamples], None]


class Tap:
    """One client's look at one edge. `deliver` must not wait; it gets a frame whenever something passed."""

    def __init__(self, number: int, edge: str, per_second: float, deliver: Deliver, clock: Clock) -> None:
        self.number = number
        self.edge = edge
        self.seen = 0
        self._rate = max(0.0, per_second)
        self._deliver = deliver
        self._clock = clock
        self._allowed = max(1.0, min(self._rate, 5.0)) if self._rate else 0.0
        self._kept: list[tuple[int, Value, Meta]] = []
        self._told = 0
        self._filled_ns = clock.monotonic_ns()

    def see(self, batch: Batch) -> None:
        """Looks at a batch that passes."""
        self.seen += len(batch.values)
        room = int(self._allowed) - len(self._kept)
        if room > 0:
            now_ns = self._clock.wall_ns()
            for row in range(min(room, len(batch.values))):
                self._kept.append((now_ns, batch.values[row], batch.meta(row)))

    def flush(self) -> None:
        """Delivers what passed since the last time, if anything did."""
        kept, self._kept = self._kept, []
        self._allowed -= len(kept)
        self._refill()
        if self.seen == self._told:
            return
        frame = TapSamples(
            self.number, self.edge, tuple(sample(*one) for one in kept), self.seen - self._told, self.seen
        )
        self._told = self.seen
        self._deliver(frame)

    def _refill(self) -> None:
        now = self._clock.monotonic_ns()
        more = (now - self._filled_ns) * self._rate / 1e9
        self._allowed = min(self._allowed + more, max(1.0, self._rate) if self._rate else 0.0)
        self._filled_ns = now


def sample(at_ns: int, value: Value, meta: Meta) -> Sample:
    """A value and its metadata as texts, cut where they are too long."""
    text, cut = _text(value)
    about, cut_too = _text(meta) if meta else ("", False)
    return Sample(at_ns, text, about, cut or cut_too)


def _text(value: Value) -> tuple[str, bool]:
    try:
        text = to_json(value)
    except ValueFault as fault:
        text = json.dumps(f"cannot be shown: {fault}")
    return text[:MAX_TEXT], len(text) > MAX_TEXT
