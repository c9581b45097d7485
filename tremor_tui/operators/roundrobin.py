"""`qos::roundrobin`: hands events out to its outputs in turn, past those whose sinks are away.

A trigger of a sink closes the outputs that lead to it, a restore opens them again; both end here as long
as some output is open. With the last one it is this operator that triggers, and events go to `overflow`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tremor_tui.errors import ConfigError
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.context import Context
from tremor_tui.model.insight import Insight, Restore, Trigger
from tremor_tui.model.port import OUT, OVERFLOW
from tremor_tui.operators.contract import Field, Operator, Outputs, Quiet, check_config, describe, operator

KIND = "qos::roundrobin"


class RoundRobin(Quiet):
    """The operator. `tripped` are the sinks behind it that are away."""

    def __init__(self, outputs: Sequence[str]) -> None:
        super().__init__()
        self.tripped: set[str] = set()
        self._outputs = tuple(outputs)
        self._open: Sequence[int] = range(len(self._outputs))
        self._sinks: Mapping[str, frozenset[str]] = {}
        self._next = 0
        self._told = ""

    def leads(self, sinks: Mapping[str, frozenset[str]]) -> None:
        """Takes which sinks its outputs lead to; an output that leads nowhere is always open.

        What is known of sinks that are not behind it any more is forgotten.
        """
        self._sinks = sinks
        self.tripped &= frozenset[str]().union(*sinks.values())
        self._look()
        if self._open:
            self._told = ""

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """The rows in turn, to the open outputs; all on `overflow` where there is none."""
        if not self._open:
            return ((OVERFLOW, batch),)
        turns = [at for at in self._open if at >= self._next]
        turns += [at for at in self._open if at < self._next]
        count, rows = len(turns), len(batch)
        made = {at: range(place, rows, count) for place, at in enumerate(turns[:rows])}
        if rows:
            self._next = (turns[(rows - 1) % count] + 1) % len(self._outputs)
        return [(self._outputs[at], batch.take(made[at])) for at in sorted(made)]

    def on_insight(self, insight: Insight) -> Sequence[Insight]:
        """Closes or opens outputs; tells those above of the last one closed and the first one opened."""
        if isinstance(insight, Trigger) and any(insight.sink in sinks for sinks in self._sinks.values()):
            return self._close(insight)
        if isinstance(insight, Restore) and insight.sink in self.tripped:
            return self._reopen(insight)
        return (insight,)

    def state(self) -> Any:
        """The place of the output that is next, the sinks that are away, and whose trigger went up."""
        return self._next, self.tripped, self._told

    def restore(self, state: Any) -> None:
        """Goes on there."""
        if isinstance(state, tuple) and len(state) == 3:
            place, self.tripped, self._told = state
            self._next = place % len(self._outputs)
            self._look()

    def _close(self, trigger: Trigger) -> Sequence[Insight]:
        was_open = bool(self._open)
        self.tripped.add(trigger.sink)
        self._look()
        if self._open or not was_open:
            return ()
        self._told = trigger.sink
        return (trigger,)

    def _reopen(self, restored: Restore) -> Sequence[Insight]:
        was_open = bool(self._open)
        self.tripped.discard(restored.sink)
        self._look()
        if was_open or not self._open:
            return ()
        told, self._told = self._told or restored.sink, ""
        return (Restore(told),)

    def _look(self) -> None:
        sinks, tripped = self._sinks, self.tripped
        self._open = [
            at for at, name in enumerate(self._outputs) if not tripped & sinks.get(name, frozenset())
        ]


describe(
    KIND,
    "Hands events out to its outputs in turn, past those whose sinks are away.",
    Field("outputs", "array", "The names of its output ports.", [OUT], example=["out", "other"]),
)


@operator(KIND)
def make(config: Mapping[str, Value], ctx: Context) -> Operator:
    """Makes one. Raises ConfigError."""
    outputs = check_config(KIND, config)["outputs"]
    if type(outputs) is not list or not outputs or not all(type(name) is str for name in outputs):
        raise ConfigError(f"`outputs` of `{KIND}` is an array of port names", "", "outputs")
    if len(set(outputs)) < len(outputs):
        raise ConfigError(f"`outputs` of `{KIND}` names a port twice", "", "outputs")
    return RoundRobin(outputs)
