"""Requests about recordings: write one, end it, and play one (a recorded plane plays, no engine does)."""

from __future__ import annotations

from tremor_tui.control.base import Command, Picture


class StartRecording(Command, frozen=True, tag="start_recording"):
    """Writes pictures, marks and samples of open taps into a folder (absolute), which is made.

    `limit_mb`: the oldest of its files are deleted beyond it. Answered with `Done`; refused while the
    engine records already, or where the folder cannot be written.
    """

    folder: str
    limit_mb: int = 256


class StopRecording(Command, frozen=True, tag="stop_recording"):
    """Ends the recording; answered with `Done`."""


class Play(Command, frozen=True, tag="play"):
    """Changes how a recording is played; answered with `Done`, then `Playing` is pushed.

    `speed` times as fast as it was (0: as it is). `at_ns`: goes to that moment (0: stays). `steps`: so many
    pictures on, or back where negative; stepping pauses.
    """

    paused: bool | None = None
    speed: float = 0.0
    at_ns: int = 0
    steps: int = 0


class Playing(Picture, frozen=True, tag="playing"):
    """Where a recording that is played stands, from where to where it goes, and how fast.

    `jumped`: this position is not the next one, so what was shown before has nothing to do with it.
    """

    at_ns: int
    begin_ns: int
    end_ns: int
    speed: float = 1.0
    paused: bool = False
    jumped: bool = False
    damage: str = ""
