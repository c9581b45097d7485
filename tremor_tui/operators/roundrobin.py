"""`qos::roundrobin`: hands events out to its outputs in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tremor_tui.errors import ConfigError
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.context import Context
from tremor_tui.model.port import OUT
from tremor_tui.operators.contract import Operator, Outputs, Quiet, check_config, operator

KIND = "qos::roundrobin"


class RoundRobin(Quiet):
    """The operator. Insights do not say which output they rose from, so none is ever skipped."""

    def __init__(self, outputs: Sequence[str]) -> None:
        super().__init__()
        self._outputs = tuple(outputs)
        self._next = 0

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """The rows in turn."""
        count = len(self._outputs)
        made = []
        for number, name in enumerate(self._outputs):
            rows = range((number - self._next) % count, len(batch), count)
            if rows:
                made.append((name, batch.take(rows)))
        self._next = (self._next + len(batch)) % count
        return made

    def state(self) -> Any:
        """The place of the output that is next."""
        return self._next

    def restore(self, state: Any) -> None:
        """Goes on there."""
        if isinstance(state, int):
            self._next = state % len(self._outputs)


@operator(KIND)
def make(config: Mapping[str, Value], ctx: Context) -> Operator:
    """Makes one. Raises ConfigError."""
    check_config(KIND, config, (), ("outputs",))
    outputs = config.get("outputs", [OUT])
    if type(outputs) is not list or not outputs or not all(type(name) is str for name in outputs):
        raise ConfigError(f"`outputs` of `{KIND}` is an array of port names", "", "outputs")
    if len(set(outputs)) < len(outputs):
        raise ConfigError(f"`outputs` of `{KIND}` names a port twice", "", "outputs")
    return RoundRobin(outputs)
