"""`passthrough`: hands every batch on as it is."""

from __future__ import annotations

from collections.abc import Mapping

from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.context import Context
from tremor_tui.model.port import OUT
from tremor_tui.operators.contract import Operator, Outputs, Quiet, check_config, describe, operator

KIND = "passthrough"


class Passthrough(Quiet):
    """In to out, whatever the input port is; junctions and inputs of a pipeline are this too."""

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """The batch itself on `out`."""
        return ((OUT, batch),)


describe(KIND, "Hands every event on as it is.")


@operator(KIND)
def make(config: Mapping[str, Value], ctx: Context) -> Operator:
    """Makes one. Raises ConfigError, as it has no settings."""
    check_config(KIND, config)
    return Passthrough()
