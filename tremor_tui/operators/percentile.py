"""`qos::percentile`: passes a share of the events that shrinks while sinks are slow or fail.

Chance is the event's time, so the same events pass each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.context import Context
from tremor_tui.model.insight import Ack, Fail, Insight, Trigger
from tremor_tui.model.port import OUT, OVERFLOW
from tremor_tui.operators.contract import Field, Operator, Outputs, Quiet, check_config, describe, operator

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


describe(
    KIND,
    "Passes a share of the events that shrinks while sinks are slow or fail.",
    Field(
        "timeout",
        "integer",
        "Nanoseconds that an ack may take.",
        required=True,
        minimum=0,
        example=100_000_000,
    ),
    Field("step_down", "float", "What the share loses by each bad answer.", 0.05, minimum=0, maximum=1),
    Field("step_up", "float", "What the share gains by each good one.", 0.001, minimum=0, maximum=1),
)


@operator(KIND)
def make(config: Mapping[str, Value], ctx: Context) -> Operator:
    """Makes one. Raises ConfigError."""
    given = check_config(KIND, config)
    return Percentile(given["timeout"] or 0, float(given["step_down"]), float(given["step_up"]))
