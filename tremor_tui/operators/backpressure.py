"""`qos::backpressure`: sheds events for a while after a sink was slow or failed.

Each failure in a row goes one step further in `steps` (milliseconds): for so long after the last event
that passed, events overflow. An ack in time ends it. `generic::backpressure` is its old name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from tremor_tui.errors import ConfigError
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.context import Context
from tremor_tui.model.insight import Ack, Fail, Insight, Trigger
from tremor_tui.model.port import OUT, OVERFLOW
from tremor_tui.model.signal import Signal, Tick
from tremor_tui.operators.contract import Operator, Outputs, Quiet, check_config, natural, operator

KIND = "qos::backpressure"
OLD_KIND = "generic::backpressure"
STEPS_MS = (50, 100, 250, 500, 1000, 5000, 10000)
NS_PER_MS = 1_000_000


class Backpressure(Quiet):
    """The operator, with `method = "discard"`."""

    def __init__(self, timeout_ns: int, steps_ns: Sequence[int]) -> None:
        super().__init__()
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
        return ()

    def on_insight(self, insight: Insight) -> Sequence[Insight]:
        """Steps up or resets; a trigger ends here, since this operator sheds instead."""
        if isinstance(insight, (Fail, Trigger)) or (
            isinstance(insight, Ack) and insight.time_ns > self._timeout_ns
        ):
            steps = [step for step in self._steps_ns if step > self.backoff_ns]
            self.backoff_ns = steps[0] if steps else self._steps_ns[-1]
            self.next_ns = self._now_ns + self.backoff_ns
        elif isinstance(insight, Ack):
            self._reset()
        return () if isinstance(insight, Trigger) else (insight,)

    def _reset(self) -> None:
        self.backoff_ns = 0
        self.next_ns = 0


def make(kind: str, config: Mapping[str, Value], ctx: Context) -> Operator:
    """Makes one. Raises ConfigError."""
    check_config(kind, config, ("timeout",), ("steps", "method"))
    method = config.get("method", "discard")
    if method == "pause":
        hint = 'use `method = "discard"` and connect `overflow`'
        raise ConfigError(f"`{kind}` cannot pause sources yet", hint, "method")
    if method != "discard":
        raise ConfigError(f"`method` of `{kind}` is `discard` or `pause`", "", "method")
    steps = config.get("steps", list(STEPS_MS))
    if type(steps) is not list or not steps or not all(type(step) is int and step > 0 for step in steps):
        raise ConfigError(f"`steps` of `{kind}` is an array of milliseconds above 0", "", "steps")
    return Backpressure(natural(kind, config, "timeout", 0) or 0, [step * NS_PER_MS for step in steps])


operator(KIND)(partial(make, KIND))
operator(OLD_KIND)(partial(make, OLD_KIND))
