"""`qos::backpressure`: sheds events for a while after a sink was slow or failed.

Each failure in a row goes one step further in `steps` (milliseconds): for so long after the last event
that passed, events overflow. An ack in time ends it. With `method = "pause"` nothing overflows: the sources
above stop until then. `generic::backpressure` is its old name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from tremor_tui.errors import ConfigError
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.context import Context
from tremor_tui.model.insight import Ack, Fail, Insight, Restore, Trigger
from tremor_tui.model.port import OUT, OVERFLOW
from tremor_tui.model.signal import Signal, Tick
from tremor_tui.operators.contract import Field, Operator, Outputs, Quiet, check_config, describe, operator

KIND = "qos::backpressure"
OLD_KIND = "generic::backpressure"
STEPS_MS = (50, 100, 250, 500, 1000, 5000, 10000)
NS_PER_MS = 1_000_000


class Backpressure(Quiet):
    """The operator. `is_pausing`: it stops the sources above while it backs off, and sheds nothing."""

    def __init__(self, timeout_ns: int, steps_ns: Sequence[int], *, is_pausing: bool = False) -> None:
        super().__init__()
        self._is_pausing = is_pausing
        self._calls: list[Insight] = []
        self._timeout_ns = timeout_ns
        self._steps_ns = steps_ns
        self._now_ns = 0
        self.backoff_ns = 0
        self.next_ns = 0

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """What may pass on `out`, the rest on `overflow`; both ask for an ack."""
        passed: list[int] = []
        over: list[int] = []
        for row in range(len(batch)):
            self._now_ns = batch.ingest(row)
            if self.next_ns <= self._now_ns:
                self.next_ns = self._now_ns + self.backoff_ns
                passed.append(row)
            elif self._is_pausing:
                passed.append(row)
            else:
                over.append(row)
        asking = replace(batch, transactional=True)
        return [(name, asking.take(rows)) for name, rows in ((OUT, passed), (OVERFLOW, over)) if rows]

    def on_signal(self, signal: Signal) -> Outputs:
        """Lets all pass again where the time of a tick is past the back-off."""
        if isinstance(signal, Tick):
            self._now_ns = max(self._now_ns, signal.ingest_ns)
            if self.backoff_ns and self.next_ns <= signal.ingest_ns:
                self._reset()
                if self._is_pausing:
                    self._calls.append(Restore(""))
        return ()

    def calls(self) -> Sequence[Insight]:
        """The restore of the sources that it paused, once a tick found their time over."""
        calls, self._calls = self._calls, []
        return calls

    def on_insight(self, insight: Insight) -> Sequence[Insight]:
        """Steps up or resets; a trigger ends here, since this operator sheds or pauses instead."""
        backed_off = self.backoff_ns > 0
        if isinstance(insight, (Fail, Trigger)) or (
            isinstance(insight, Ack) and insight.time_ns > self._timeout_ns
        ):
            steps = [step for step in self._steps_ns if step > self.backoff_ns]
            self.backoff_ns = steps[0] if steps else self._steps_ns[-1]
            self.next_ns = self._now_ns + self.backoff_ns
        elif isinstance(insight, Ack):
            self._reset()
        rising: list[Insight] = [] if isinstance(insight, Trigger) else [insight]
        if self._is_pausing and backed_off != (self.backoff_ns > 0):
            rising.append(Restore("") if backed_off else Trigger("", "sinks below it are slow or failed"))
        return rising

    def state(self) -> Any:
        """How long it backs off, and until when."""
        return self.backoff_ns, self.next_ns, self._now_ns

    def restore(self, state: Any) -> None:
        """Goes on backing off."""
        if isinstance(state, tuple) and len(state) == 3:
            self.backoff_ns, self.next_ns, self._now_ns = state

    def _reset(self) -> None:
        self.backoff_ns = 0
        self.next_ns = 0


def make(kind: str, config: Mapping[str, Value], ctx: Context) -> Operator:
    """Makes one. Raises ConfigError."""
    given = check_config(kind, config)
    steps = given["steps"]
    if type(steps) is not list or not steps or not all(type(step) is int and step > 0 for step in steps):
        raise ConfigError(f"`steps` of `{kind}` is an array of milliseconds above 0", "", "steps")
    is_pausing = given["method"] == "pause"
    return Backpressure(given["timeout"] or 0, [step * NS_PER_MS for step in steps], is_pausing=is_pausing)


for _kind in (KIND, OLD_KIND):
    describe(
        _kind,
        "Sheds events, or pauses the sources, for a while after a sink was slow or failed.",
        Field("timeout", "integer", "Nanoseconds that an ack may take.", required=True, minimum=0,
              example=100_000_000),
        Field("steps", "array", "Milliseconds to back off for, one after the other.", list(STEPS_MS)),
        Field("method", "string", "What happens then: events overflow, or sources pause.", "discard",
              choices=("discard", "pause")),
    )  # fmt: skip
    operator(_kind)(partial(make, _kind))
