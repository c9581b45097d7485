"""`workbench`: opens the workbench on a file, on an engine that it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tremor_tui.cli.command import add
from tremor_tui.cli.opening import Looks, open_workbench
from tremor_tui.cli.playing import play_recording


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "workbench", workbench)


def workbench(
    file: Annotated[
        Path | None, typer.Argument(readable=False, metavar="[FILE]", help="A .troy file to run.")
    ] = None,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters alone.")] = False,
    mouse: Annotated[bool, typer.Option("--mouse/--no-mouse", help="Whether to use the mouse.")] = True,
    plain: Annotated[bool, typer.Option("--plain", help="Lines instead of screens, for pipes.")] = False,
    read_only: Annotated[bool, typer.Option("--read-only", help="Look, change nothing.")] = False,
    recording: Annotated[
        Path | None,
        typer.Option("--recording", readable=False, metavar="RECORDING", help="Play this; FILE is not run."),
    ] = None,
) -> int:
    """Open the workbench: run a flow, look inside, change it while it runs.

    It starts an engine of its own, which ends 30 s after the workbench unless you keep it (`K`). Without
    FILE it opens on the start screen.
    """
    looks = Looks(ascii_only, mouse, plain, read_only)
    if read_only and file is not None:
        raise typer.BadParameter("who may only look runs nothing: leave FILE out and attach to an engine")
    if recording is not None:
        if file is not None:
            raise typer.BadParameter("a recording is played, nothing is run: leave FILE out")
        return play_recording(recording, looks)
    return open_workbench(file, "", looks)
