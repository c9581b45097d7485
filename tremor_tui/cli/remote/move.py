"""`move`: takes a flow to another executor."""

from __future__ import annotations

from typing import Annotated

import anyio
import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.options import Name
from tremor_tui.control.client import connect
from tremor_tui.control.commands import MoveFlow
from tremor_tui.control.launch import running_engine
from tremor_tui.control.snapshots import Done


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "move", move)


def move(
    flow: Annotated[str, typer.Argument(metavar="FLOW", show_default=False)],
    executor: Annotated[
        int, typer.Argument(metavar="EXECUTOR", min=0, help="Its number, as in status.", show_default=False)
    ],
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Where it cannot be handed over: drain it, and begin it anew there."),
    ] = False,
    name: Name = "",
) -> int:
    """Move a running flow to another executor of its engine.

    Nothing is lost or doubled, and state goes along: sources stop for a moment until all that they read is
    written, and go on over there. An engine moves flows by itself where one executor is overloaded and
    another idle; `status` says what it did and why.
    """
    return anyio.run(_move, name, flow, executor, anyway)


async def _move(name: str, flow: str, executor: int, anyway: bool) -> int:
    name = await running_engine(name)
    async with connect(name) as plane:
        answer = await plane.submit(MoveFlow(flow, executor, anyway))
        assert isinstance(answer, Done)
        output.talk(answer.text)
    return 0
