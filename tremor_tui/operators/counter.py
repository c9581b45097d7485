"""`generic::counter`: numbers the events that pass, from 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.context import Context
from tremor_tui.model.port import OUT
from tremor_tui.operators.contract import Operator, Outputs, Quiet, check_config, describe, operator

KIND = "generic::counter"


class Counter(Quiet):
    """Makes `{"count": n, "event": event}` of each event."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """The numbered events on `out`."""
        first = self._count + 1
        self._count += len(batch)
        values = [{"count": number, "event": value} for number, value in enumerate(batch.values, first)]
        return ((OUT, batch.replace(range(len(batch)), values)),)

    def state(self) -> Any:
        """The last number given."""
        return self._count

    def restore(self, state: Any) -> None:
        """Goes on after that number."""
        if isinstance(state, int):
            self._count = state


describe(KIND, "Numbers the events that pass, from 1.")


@operator(KIND)
def make(config: Mapping[str, Value], ctx: Context) -> Operator:
    """Makes one. Raises ConfigError, as it has no settings."""
    check_config(KIND, config)
    return Counter()
