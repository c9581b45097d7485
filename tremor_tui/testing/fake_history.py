"""Ten minutes of generated history for the fake plane: a flow that slows down, and why."""

from __future__ import annotations

import math

import msgspec

from tremor_tui.control.history import Mark, MarkKind
from tremor_tui.control.ring import SECOND, Ring
from tremor_tui.control.snapshots import EngineSnapshot, TaskSnapshot
from tremor_tui.testing.fake_plane import FakePlane

APPLIED_S = 237
"""Before the end: when version 7 was applied, which made `classify` slow."""


def past_of(plane: FakePlane, seconds: int = 599) -> Ring:
    """The seconds before the plane's next picture, with marks."""
    ring, now = Ring(), plane.now // SECOND
    latest = plane.picture()
    for back in range(seconds, 0, -1):
        ring.add(_then(latest, now - back, back))
    alias = plane.scene.alias
    changes: tuple[tuple[int, MarkKind, str], ...] = (
        (590, "deploy", f"deploy {alias} from live.troy"),
        (APPLIED_S, "apply", "apply v7 (classify): 240 queued events carried over, pause 3.0 ms"),
        (120, "pause", f"{alias} was paused"),
        (112, "resume", f"{alias} went on"),
    )
    for back, kind, text in changes:
        if back < seconds:
            ring.mark(Mark((now - back) * SECOND, kind, text, alias))
    stall = "live/pipeline/classify has not yielded for 312 ms (limit 100 ms), at access_log.trickle:36"
    if seconds > 50:
        begin = (now - 49) * SECOND
        task = f"{alias}/pipeline/classify"
        ring.mark(Mark(begin, "warning", stall, alias, task, begin + 400_000_000, lint="stall"))
    return ring


def _then(latest: EngineSnapshot, second: int, back: int) -> EngineSnapshot:
    """The latest picture with the figures of an earlier second."""
    wave = 1 + 0.08 * math.sin(back / 7) + 0.04 * math.sin(back / 2.3)
    share = (
        0.0 if 112 <= back <= 120 else wave if back > APPLIED_S else wave * (0.55 + 0.2 * back / APPLIED_S)
    )
    slow = 0.0 if back > APPLIED_S else 1 - back / APPLIED_S
    replace = msgspec.structs.replace
    flows = tuple(
        replace(
            flow, in_s=flow.in_s * share, out_s=flow.out_s * share, err_s=flow.err_s * share,
            lag_p50_ns=int(flow.lag_p50_ns * (1 + 2 * slow)),
            lag_p99_ns=int(flow.lag_p99_ns * (1 + 9 * slow)),
        )
        for flow in latest.flows
    )  # fmt: skip
    tasks = tuple(_task(task, share, slow) for task in latest.tasks)
    return replace(latest, at_ns=second * SECOND, flows=flows, tasks=tasks)


def _task(task: TaskSnapshot, share: float, slow: float) -> TaskSnapshot:
    replace = msgspec.structs.replace
    busy = min(98.0, task.split.busy * share * (1 + 1.4 * slow * (task.alias == "classify")))
    queue = task.queue
    if queue is not None and task.alias == "classify":
        queue = replace(queue, fill=min(1.0, 0.05 + 0.9 * slow))
    rest = max(0.0, 100.0 - busy - task.split.blocked - task.split.ready)
    split = replace(task.split, busy=busy, idle=rest)
    return replace(task, split=split, in_s=task.in_s * share, out_s=task.out_s * share, queue=queue)
