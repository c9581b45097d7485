"""`play`: plays a recording in the workbench, or as lines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tremor_tui.cli.command import add
from tremor_tui.cli.opening import Looks
from tremor_tui.cli.playing import play_recording


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "play", play)


def play(
    recording: Annotated[
        Path,
        typer.Argument(
            readable=False, metavar="RECORDING", help="The folder that was recorded to, or one of its files."
        ),
    ],
    speed: Annotated[
        float, typer.Option("--speed", min=0.1, max=1000, metavar="N", help="So many times as fast.")
    ] = 1.0,
    paused: Annotated[bool, typer.Option("--paused", help="Begin with a pause.")] = False,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters alone.")] = False,
    mouse: Annotated[bool, typer.Option("--mouse/--no-mouse", help="Whether to use the mouse.")] = True,
    plain: Annotated[bool, typer.Option("--plain", help="All of it as lines, at once.")] = False,
) -> int:
    """Play a recording: the workbench as it was, to look at and not to change.

    Record with `run --record DIR`, `server run --record DIR`, or `r` on the Tasks screen. On the History
    screen: p pauses, . and , step, < and > change the speed, J goes to a time.
    """
    looks = Looks(ascii_only, mouse, plain)
    return play_recording(recording, looks, speed=speed, paused=paused)
