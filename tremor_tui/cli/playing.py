"""Plays a recording: in the workbench, or as lines."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tremor_tui.cli import output
from tremor_tui.cli.browser import is_served
from tremor_tui.cli.opening import NO_TERMINAL, Looks
from tremor_tui.control.plane import ControlPlane
from tremor_tui.control.recordings import Recorded
from tremor_tui.control.recordings.player import Player
from tremor_tui.control.recordings.reading import Recording
from tremor_tui.control.snapshots import EngineSnapshot, FlowSnapshot, Marked, TapSamples


def play_recording(path: Path, looks: Looks, *, speed: float = 1.0, paused: bool = False) -> int:
    """Opens the workbench on a recording; its exit status. Raises ControlError where it is none."""
    recording = Recording(path)
    if looks.plain:
        return _write(recording)
    if not (output.is_terminal(sys.stdin) and output.is_terminal(sys.stdout)) and not is_served():
        output.failure("the workbench needs a terminal, and stdin or stdout is none")
        output.talk(f"as lines:   tremor-tui play --plain {path}")
        return NO_TERMINAL
    from tremor_tui.workbench.app import run_workbench  # loads the drawing library

    async def connect(engine: str) -> ControlPlane:
        return Player(recording, speed=speed, paused=paused)

    return run_workbench(
        connect,
        engine=recording.header.engine,
        base=os.getcwd(),
        read_only=True,
        ascii_only=looks.ascii_only,
        mouse=looks.mouse,
    )


def _write(recording: Recording) -> int:
    """A line for each flow and second, each change, and each sampled event."""
    for index in range(len(recording.members)):
        for record in recording.read(index):
            for line in _lines(record):
                output.data(output.visible(line))
    if recording.damage:
        output.failure(recording.damage)
    return 0


def _lines(record: Recorded) -> Iterator[str]:
    match record:
        case EngineSnapshot(at_ns=at_ns, flows=flows):
            for flow in flows:
                yield f"{_clock(at_ns)} {_flow(flow)}"
        case Marked(mark):
            over = f" (over after {(mark.until_ns - mark.at_ns) / 1e9:.1f} s)" if mark.until_ns else ""
            yield f"{_clock(mark.at_ns)} {mark.kind}: {mark.text}{over}"
        case TapSamples(edge=edge, samples=samples):
            for sample in samples:
                yield f"{_clock(sample.at_ns)} event {edge} {sample.value}"


def _flow(flow: FlowSnapshot) -> str:
    rates = f"in {flow.in_s:.0f}/s out {flow.out_s:.0f}/s err {flow.err_s:.1f}/s"
    return f"flow {flow.alias} {flow.state} v{flow.version} {rates} lag p99 {flow.lag_p99_ns / 1e6:.1f} ms"


def _clock(at_ns: int) -> str:
    """The local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(at_ns / 1e9))
