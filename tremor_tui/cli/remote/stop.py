"""`stop`: drains a flow, or all flows and the engine."""

from __future__ import annotations

from typing import Annotated

import anyio
import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.options import DrainSeconds, Name
from tremor_tui.control.client import connect, end_engine
from tremor_tui.control.commands import StopFlow
from tremor_tui.control.launch import running_engine
from tremor_tui.control.snapshots import Stopped

FORCED = 75


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "stop", stop)


def stop(
    flow: Annotated[str, typer.Argument(metavar="[FLOW]", help="Leave it out to stop the engine.")] = "",
    name: Name = "",
    drain_seconds: DrainSeconds = 5.0,
) -> int:
    """Drain a flow, or every flow and the engine itself.

    Sources stop first, and what is under way gets out. Exits with 75 if events were left at the deadline.
    """
    return anyio.run(_stop, name, flow, drain_seconds)


async def _stop(name: str, flow: str, deadline_s: float) -> int:
    name = await running_engine(name)
    async with connect(name) as plane:
        if flow:
            return _told(await plane.submit(StopFlow(flow, deadline_s)))
        await end_engine(plane, deadline_s)
        output.talk(f"the engine `{name}` ended")
        return 0


def _told(answer: object) -> int:
    assert isinstance(answer, Stopped)
    if answer.drained:
        output.talk(f"{answer.flow}: drained")
        return 0
    output.talk(f"{answer.flow}: ended by force, {answer.left:,} events were left")
    return FORCED
