"""How flows are spread over the executors of an engine, in lines of text for all that show it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tremor_tui.control.snapshots import EngineSnapshot, ExecutorSnapshot, Moved

SHOWN = 6
"""Flows that are named, and moves that are told."""


def executor_line(picture: EngineSnapshot, executor: ExecutorSnapshot) -> str:
    """What an executor is and runs: `executor 0: running, process 71, 98% of a core, …`."""
    name = f"executor {executor.id}"
    if executor.state == "waiting":
        return f"{name}: begins with the first flow that is placed on it"
    flows = flows_on(picture, executor.id)
    return (
        f"{name}: {executor.state}, process {executor.pid}, {executor.cpu:.0%} of a core, "
        f"{executor.rss // 2**20} MiB, {executor.restarts} restarts, {_named(flows)}"
    )


def flows_on(picture: EngineSnapshot, executor: int) -> list[str]:
    """The flows that an executor runs, by alias."""
    return [
        flow.alias
        for flow in picture.flows
        if flow.executor == executor and flow.state not in ("stopped", "failed")
    ]


def decisions(picture: EngineSnapshot) -> Iterator[str]:
    """Why flows were moved, and why others are not: nothing where there is one executor."""
    placement = picture.placement
    for moved in placement.moves[-SHOWN:]:
        yield move_line(moved)
    if placement.waits:
        yield f"nothing moves now: {placement.waits}"
    if len(picture.executors) > 1:
        for alias, why in list(placement.stays.items())[:SHOWN]:
            yield f"{alias} is not moved by itself: {why}"


def move_line(moved: Moved) -> str:
    """A move with its time: `12:03:04 moved load2 from executor 0 (98% for 5 s) to 1 (3%), 14 ms`."""
    at = time.strftime("%H:%M:%S", time.localtime(moved.at_ns / 1e9))
    return f"{at} {moved.text}; it stood still for {moved.pause_ns / 1e6:.0f} ms"


def brief_line(picture: EngineSnapshot) -> str:
    """All executors in one line: `executor 0 98% load1 load2 | 1 3% beats | 2 waits`."""
    parts = []
    for executor in picture.executors:
        flows = flows_on(picture, executor.id)
        more = f" +{len(flows) - 3}" if len(flows) > 3 else ""
        said = "waits" if executor.state == "waiting" else f"{executor.cpu:.0%} {' '.join(flows[:3])}{more}"
        parts.append(f"{executor.id} {said}".rstrip())
    return "executor " + " | ".join(parts)


def _named(flows: list[str]) -> str:
    if not flows:
        return "no flow"
    names = ", ".join(flows[:SHOWN]) + (f" and {len(flows) - SHOWN} more" if len(flows) > SHOWN else "")
    return f"{len(flows)} flow{'s' if len(flows) > 1 else ''} ({names})"
