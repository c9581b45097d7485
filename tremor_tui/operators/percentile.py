"""`qos::percentile`: passes a share of the events that shrinks while sinks are slow or fail.

Chance is the event's time, so the same events pass each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tremor_tui.errors import ConfigError
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.context import Context
from tremor_tui.model.insight import Ack, Fail, Insight, Trigger
from tremor_tui.model.port import OUT, OVERFLOW
from tremor_tui.operators.contract import Operator, Outputs, Quiet, check_config, natural, operator

KIND = "qos::percentile"
SIDES = 0xFFFF


class Percentile(Quiet):
    """The operator. `share` is what passes now, from 0 to 1."""

    def __init__(self, timeout_ns: int, step_down: float, step_up: float) -> None:
        super().__init__()
        self._timeout_ns = timeout_ns
        self._step_down = step_down
        self._step_up = step_up
        self.share = 1.0

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """The share that passes on `out`, the rest on `overflow`; both ask for an ack."""
        passed: list[int] = []
        over: list[int] = []
        for row in range(len(batch)):
            chance = batch.ingest(row) % SIDES / SIDES
            (over if chance > self.share else passed).append(row)
        asking = replace(batch, transactional=True)
        return [(name, asking.take(rows)) for name, rows in ((OUT, passed), (OVERFLOW, over)) if rows]

    def on_insight(self, insight: Insight) -> Sequence[Insight]:
        """Learns from it, and lets it pass."""
        if is_bad(insight, self._timeout_ns):
            self.share = max(0.0, self.share - self._step_down)
        elif isinstance(insight, Ack):
            self.share = min(1.0, self.share + self._step_up)
        return (insight,)


def is_bad(insight: Insight, timeout_ns: int) -> bool:
    """Whether an insight tells of a failure, or of an ack that took too long."""
    return isinstance(insight, (Fail, Trigger)) or (isinstance(insight, Ack) and insight.time_ns > timeout_ns)


def _step(config: Mapping[str, Value], key: str, default: float) -> float:
    value = config.get(key, default)
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise ConfigError(f"`{key}` of `{KIND}` is a number from 0 to 1", "", key)
    return float(value)


@operator(KIND)
def make(config: Mapping[str, Value], ctx: Context) -> Operator:
    """Makes one. Raises ConfigError."""
    check_config(KIND, config, ("timeout",), ("step_down", "step_up"))
    timeout = natural(KIND, config, "timeout", 0) or 0
    return Percentile(timeout, _step(config, "step_down", 0.05), _step(config, "step_up", 0.001))
