"""Causes: why a task is slow, the likeliest first, with the place in the script and what to try. Pure.

Which line takes the time is known from stacks that the engine samples while the task runs (`HotLine`);
before there are enough of them, from how long each node of the pipeline took. A cause says which it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tremor_tui.control.snapshots import EngineSnapshot, FlowSnapshot, HotLine, TaskSnapshot, Warned
from tremor_tui.control.speed import Speed
from tremor_tui.control.speed_words import words_of
from tremor_tui.workbench import figures
from tremor_tui.workbench.bottleneck import BLOCKED, BUSY, Limit, below_of, find_limit, waits_outside

WORTH = 0.1
"""The share of a line below which it is no cause."""
BUSY_ENOUGH = 20.0
"""From here on (percent) it matters to a task that it is not on the fast path."""
IDLE_BUSY = 5.0
"""A task that is less busy than this (percent) is not slowed by its own lines."""

Try = Literal["line", "break", "blocker", "limits", "history", "tap"]


@dataclass(frozen=True, slots=True)
class Cause:
    """A sentence, the place that it is about, and what to try; `weight` orders causes of one kind."""

    text: str
    file: str = ""
    line: int = 0
    trial: Try | None = None
    task: str = ""


def find_causes(
    picture: EngineSnapshot,
    flow: FlowSnapshot | None,
    task: TaskSnapshot,
    full_in_s: float | None = None,
    speed: Speed | None = None,
) -> list[Cause]:
    """Why `task` is slow; one cause that says so where nothing is wrong.

    `full_in_s`: when its queue will be full if it goes on as now. `speed`: what of its flow is on the fast
    path, where that is known.
    """
    found = [*_failures(picture, task)]
    limit = find_limit(flow, picture.tasks) if flow else None
    found += _limits(limit, task)
    found += _blockers(picture, flow, task, limit)
    found += _lines(flow, task)
    found += _off(speed, task)
    found += _stalls(picture, task)
    found += _own(picture, task, full_in_s)
    return found or [Cause("Nothing slows it: it takes what comes and waits for more.")]


def guilty_place(
    picture: EngineSnapshot, flow: FlowSnapshot | None, task: TaskSnapshot, speed: Speed | None = None
) -> tuple[str, int] | None:
    """The line to open for a task: where it stalls, else where most of its busy time goes."""
    for cause in find_causes(picture, flow, task, speed=speed):
        if cause.line:
            return cause.file, cause.line
    hot = next((hot for hot in task.hot if hot.line), None)
    return (hot.file, hot.line) if hot else None


def _failures(picture: EngineSnapshot, task: TaskSnapshot) -> Iterator[Cause]:
    if task.error:
        yield Cause(f"It failed: {task.error}")
    stall = next((w for w in picture.warnings if w.task == task.id and w.kind == "stall" and w.active), None)
    if task.running_ns > picture.limits.stall_ms * 1e6:
        file, line = (stall.file, stall.line) if stall else ("", 0)
        long = f"{figures.duration(task.running_ns)} (limit {picture.limits.stall_ms:g} ms)"
        where = f", in {_place(file, line)}" if line else ""
        yield Cause(f"It has not yielded for {long}{where}.", file, line, "line" if line else None)
    elif stall:
        yield _stall(stall)


def _limits(limit: Limit | None, task: TaskSnapshot) -> Iterator[Cause]:
    if limit is None or not limit.text:
        return
    if limit.task == task.id:
        yield Cause(limit.text)
    elif limit.kind == "task" and task.split.blocked >= BLOCKED:
        yield Cause(f"It waits for what is below it: {limit.text}", trial="blocker", task=limit.task)


def _blockers(
    picture: EngineSnapshot, flow: FlowSnapshot | None, task: TaskSnapshot, limit: Limit | None
) -> Iterator[Cause]:
    """On which task it is blocked, and what that one waits for."""
    if task.split.blocked < BLOCKED or flow is None:
        return
    own = {one.id: one for one in picture.tasks}
    share = f"{task.split.blocked:.0f}% of the time"
    below = [own[name] for name in sorted(below_of(flow, task.id)) if name in own and own[name].queue]
    outside = {one.id for one in below if waits_outside(one, flow, picture.tasks)}
    below.sort(key=lambda one: (-round(one.queue.fill if one.queue else 0, 1), one.id not in outside))
    if not below:
        yield Cause(f"It is blocked {share}: a queue below it is full.")
        return
    blocker = below[0]
    text = f"It is blocked {share} on {blocker.kind} {blocker.alias}"
    if blocker.id in outside or (blocker.kind == "sink" and blocker.split.busy < BUSY / 2):
        text += ", which waits for the outside" + (f" ({blocker.detail})" if blocker.detail else "")
    elif limit is None or limit.task != blocker.id:
        split = blocker.split
        text += f", which is {blocker.state}: busy {split.busy:.0f}%, blocked {split.blocked:.0f}%"
    yield Cause(text + ".", trial="blocker", task=blocker.id)


def _lines(flow: FlowSnapshot | None, task: TaskSnapshot) -> Iterator[Cause]:
    """Where its busy time goes: by samples, else by the times of its nodes."""
    if task.split.busy < IDLE_BUSY:
        return
    hot = [one for one in task.hot if one.share >= WORTH]
    if hot:
        for one in hot[:2]:
            yield _hot(one)
        return
    graph = flow.inside.get(task.alias) if flow and task.kind == "pipeline" else None
    nodes = sorted(graph.nodes if graph else (), key=lambda node: -node.share)
    for node in nodes[:1]:
        if node.share >= 0.4:
            text = (
                f"{node.label} takes {node.share * 100:.0f}% of its busy time (nodes are timed; no line yet)."
            )
            yield Cause(text, node.file, node.line, "line" if node.line else None)


def _off(speed: Speed | None, task: TaskSnapshot) -> Iterator[Cause]:
    """What keeps a task that is at work off the fast path."""
    if speed is None or task.split.busy < BUSY_ENOUGH:
        return
    said = words_of(speed, task.kind, task.alias)[1:]
    reasons = [told for told in said if told.is_slow and not told.follows]
    for told in reasons[:2]:
        where = f" ({_place(told.file, told.line)})" if told.line else ""
        trial: Try | None = "line" if told.line else None
        yield Cause(f"Off the fast path: {told.text}{where}.", told.file, told.line, trial)


def _hot(one: HotLine) -> Cause:
    share = f"{one.share * 100:.0f}% of its busy time ({one.samples} samples)"
    if one.line:
        return Cause(f"{_place(one.file, one.line)} takes {share}.", one.file, one.line, "line")
    room, _, name = one.what.partition("/")
    words = {
        "codecs": f"Codec {name}",
        "interceptors": f"Interceptor {name}",
        "connectors": f"Connector {name}",
    }
    return Cause(f"{words.get(room, one.what.capitalize())} takes {share}.")


def _stalls(picture: EngineSnapshot, task: TaskSnapshot) -> Iterator[Cause]:
    """How often it held its executor."""
    limit_ms = picture.limits.stall_ms
    for warned in picture.warnings:
        if warned.task == task.id and warned.kind == "stall" and not warned.active:
            yield _stall(warned)
            return
    if task.longest_run_ns > limit_ms * 1e6:
        held = f"It held executor x{task.executor} for {figures.duration(task.longest_run_ns)} once"
        yield Cause(f"{held} (limit {limit_ms:g} ms).", trial="break")


def _stall(warned: Warned) -> Cause:
    where = f" at {warned.file}:{warned.line}"
    text = warned.text.replace(f"{warned.task} ", "It ")
    text = text if not warned.line or where in text else f"{text}{where}"
    times = f" ({warned.count} times)" if warned.count > 1 else ""
    return Cause(f"{text}{times}.", warned.file, warned.line, "line" if warned.line else "break")


def _own(picture: EngineSnapshot, task: TaskSnapshot, full_in_s: float | None) -> Iterator[Cause]:
    if task.breaker:
        yield Cause(f"Its source does not pull: {task.breaker}.")
    if task.split.ready >= 20:
        words = f"It is ready {task.split.ready:.0f}% of the time and waits for the loop"
        yield Cause(f"{words}: executor x{task.executor} is full.")
    if task.queue and task.queue.fill > picture.limits.queue_fill:
        yield Cause(f"Its queue is {task.queue.fill * 100:.0f}% full.", trial="history")
    elif full_in_s is not None:
        yield Cause(f"Its queue grows: full in {full_in_s:.0f} s if it goes on so.", trial="history")
    for warned in picture.warnings:
        if warned.task == task.id and warned.active and warned.kind in ("errors", "discarded", "wakeups"):
            yield Cause(warned.text + ".", trial="tap")


def _place(file: str, line: int) -> str:
    return f"{file.rsplit('/', 1)[-1]} line {line}"
