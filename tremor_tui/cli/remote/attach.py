"""`attach`: opens the workbench on an engine that runs."""

from __future__ import annotations

from typing import Annotated

import anyio
import typer

from tremor_tui.cli.command import add
from tremor_tui.cli.opening import Looks, open_workbench
from tremor_tui.cli.options import Name
from tremor_tui.control.launch import ask_engine, running_engine


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "attach", attach)


def attach(
    name: Name = "",
    read_only: Annotated[bool, typer.Option("--read-only", help="Look, change nothing.")] = False,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters alone.")] = False,
    mouse: Annotated[bool, typer.Option("--mouse/--no-mouse", help="Whether to use the mouse.")] = True,
    plain: Annotated[bool, typer.Option("--plain", help="Lines instead of screens, for pipes.")] = False,
) -> int:
    """Open the workbench on a running engine; leaving it changes nothing there."""
    name = anyio.run(running_engine, name)
    anyio.run(ask_engine, name)
    return open_workbench(None, name, Looks(ascii_only, mouse, plain, read_only))
