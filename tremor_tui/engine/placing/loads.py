"""What executors and flows take, as the rules of placing see it, read from the last pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tremor_tui.engine.compiling.link import FlowPlan
from tremor_tui.engine.deployed import Deployed
from tremor_tui.engine.executors.executor import Executor
from tremor_tui.engine.placing.rules import FlowLoad, Load

FRESH_NS: Final = 2 * 10**9
"""How long a flow counts as just placed."""


def listens(plan: FlowPlan) -> bool:
    """Whether a flow takes part in measurements, which do not leave their executor."""
    return any(part.kind == "metrics" for part in plan.parts.values())


def load_of(
    executor: Executor, flows: Iterable[Deployed], fresh: int, stays: Callable[[Deployed], str]
) -> Load:
    """An executor with its flows."""
    busy: dict[str, float] = {}
    for task in executor.picture.tasks:
        busy[task.flow] = busy.get(task.flow, 0.0) + task.split.busy / 100
    found = tuple(FlowLoad(flow.alias, busy.get(flow.alias, 0.0), stays(flow)) for flow in flows)
    cpu = executor.picture.cpu
    return Load(executor.number, cpu, found, len(found), fresh, usable(executor))


def usable(executor: Executor) -> bool:
    """Whether it runs flows, or will when one comes."""
    return executor.state in ("waiting", "starting", "running")
