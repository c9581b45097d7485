"""The schedule of a name, and the connectors that cannot be under one that is no single loop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from tremor_tui.errors import ConfigError
from tremor_tui.language.ir.deploy import ConnectorIR, FlowIR
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.lifecycle import placed
from tremor_tui.runtime.schedule.cooperative import Cooperative, Schedule
from tremor_tui.runtime.wiring import is_wanted


def make_schedule(name: Literal["async", "threads"]) -> Schedule:
    """A schedule for one runtime."""
    if name == "async":
        return Cooperative()
    from tremor_tui.runtime.schedule.threads import Threads  # a run without threads loads none of it

    return Threads()


def check_shared(ir: FlowIR, others: Iterable[Flow], file: str) -> None:
    """Raises CompileError, at the connector, where several share something of one loop."""
    readers = [one for flow in others for one in _readers(flow.ir)] + _readers(ir)
    for connector in ir.connectors:
        if connector.kind == "metrics":
            raise placed(_refused("`metrics` hears what its own loop publishes"), connector, file)
        if connector in readers[1:]:
            raise placed(_refused("standard input has one reader in each loop"), connector, file)


def _readers(ir: FlowIR) -> list[ConnectorIR]:
    return [one for one in ir.connectors if one.kind == "stdio" and is_wanted(ir, one.alias, "source", "out")]


def _refused(why: str) -> ConfigError:
    return ConfigError(f"the threads schedule cannot run this: {why}", "use `--schedule async`", "type")
