"""Names the task that limits a flow, from one picture. Pure; `causes.py` says why a task is slow.

The rule: the last task that is busy above 80 %, with blocked tasks above it and an empty queue below it.
Where no task is like that, a sink waits outside, the source is the limit, or there is nothing to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tremor_tui.control.snapshots import FlowSnapshot, TaskSnapshot
from tremor_tui.workbench import figures

BUSY = 80.0
BLOCKED = 20.0
EMPTY = 0.25


@dataclass(frozen=True, slots=True)
class Limit:
    """What limits a flow: a sentence, and the task's id where it is one."""

    kind: Literal["task", "outside", "source", "none"]
    text: str
    task: str = ""


def find_limit(flow: FlowSnapshot, tasks: Sequence[TaskSnapshot]) -> Limit:
    """What limits `flow`, as far as this picture tells."""
    own = {task.id: task for task in tasks if task.flow == flow.alias}
    above, below = _neighbours(flow)
    stopped = next((task for task in own.values() if task.breaker), None)
    if stopped:
        return Limit("outside", f"{stopped.alias} does not pull: {stopped.breaker}", stopped.id)
    for name in reversed(_downstream_order(own, below)):
        if _limits(own, name, above, below):
            return Limit("task", _words(own, name, above, below), name)
    waiting = next((task for task in own.values() if _waits_outside(task, above, own)), None)
    if waiting:
        share = figures.percent(100 * waiting.yields.io_ns / max(1, _waited(waiting))).strip()
        return Limit("outside", f"{waiting.alias} waits outside ({share} of its waiting is io).", waiting.id)
    return _by_source(own)


def _limits(
    own: Mapping[str, TaskSnapshot], name: str, above: dict[str, set[str]], below: dict[str, set[str]]
) -> bool:
    task = own[name]
    if task.split.busy + task.split.ready < BUSY or task.split.busy < BUSY / 2:
        return False
    blocked_above = not above[name] or any(
        other in own and own[other].split.blocked >= BLOCKED for other in _all_above(name, above)
    )
    fed = task.queue is None or task.queue.fill > EMPTY or task.split.busy >= 95
    free_below = all(_fill(own, other) <= EMPTY for other in below[name])
    return free_below and (blocked_above or fed)


def _words(
    own: Mapping[str, TaskSnapshot], name: str, above: dict[str, set[str]], below: dict[str, set[str]]
) -> str:
    task = own[name]
    text = f"{task.alias} limits the flow: busy {task.split.busy:.0f}%"
    if below[name]:
        fullest = max(_fill(own, other) for other in below[name])
        text += (
            f", the queue below it {fullest * 100:.0f}% full"
            if fullest >= 0.005
            else ", the queue below it empty"
        )
    blocked = [
        own[o].alias for o in sorted(_all_above(name, above)) if o in own and own[o].split.blocked >= BLOCKED
    ]
    if blocked:
        text += f"; {', '.join(blocked)} blocked"
    return text + "."


def _by_source(own: Mapping[str, TaskSnapshot]) -> Limit:
    sources = [task for task in own.values() if task.kind == "source"]
    if sources and all(task.state == "ended" for task in sources):
        return Limit("none", "Every source has ended.")
    moving = [task for task in sources if task.out_s > 0]
    if not moving:
        return Limit("none", "Nothing flows yet.") if own else Limit("none", "")
    most = max(moving, key=lambda task: task.out_s)
    busiest = max(own.values(), key=lambda task: task.split.busy)
    text = f"{most.alias} is the limit: it brings {figures.rate(most.out_s)}/s, and no task is busier than"
    return Limit("source", f"{text} {busiest.split.busy:.0f}% ({busiest.alias}).", most.id)


def _neighbours(flow: FlowSnapshot) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    task_of = {node.id: node.task for node in flow.graph.nodes}
    above: dict[str, set[str]] = defaultdict(set)
    below: dict[str, set[str]] = defaultdict(set)
    for edge in flow.graph.edges:
        source, target = task_of.get(edge.source, ""), task_of.get(edge.target, "")
        if source and target and source != target:
            below[source].add(target)
            above[target].add(source)
    return above, below


def _all_above(name: str, above: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    rest = list(above[name])
    while rest:
        other = rest.pop()
        if other not in found:
            found.add(other)
            rest += above[other]
    return found - {name}


def _downstream_order(own: Mapping[str, TaskSnapshot], below: dict[str, set[str]]) -> list[str]:
    """Task ids so that each comes after those above it, as far as there is no circle."""
    depth = dict.fromkeys(own, 0)
    for _ in range(len(own)):
        moved = False
        for name in own:
            for other in below[name]:
                if other in depth and depth[other] <= depth[name] and depth[name] < len(own):
                    depth[other] = depth[name] + 1
                    moved = True
        if not moved:
            break
    return sorted(own, key=lambda name: depth[name])


def _fill(own: Mapping[str, TaskSnapshot], name: str) -> float:
    task = own.get(name)
    return task.queue.fill if task and task.queue else 0.0


def _waited(task: TaskSnapshot) -> int:
    yields = task.yields
    return yields.empty_ns + yields.full_ns + yields.io_ns + yields.timer_ns + yields.budget_ns


def _waits_outside(task: TaskSnapshot, above: dict[str, set[str]], own: Mapping[str, TaskSnapshot]) -> bool:
    full = task.queue is not None and task.queue.fill > 0.6
    mostly_io = task.yields.io_ns * 2 > _waited(task) > 0
    blocked = any(own[o].split.blocked >= BLOCKED for o in above[task.id] if o in own)
    return task.kind == "sink" and mostly_io and (full or blocked)


def below_of(flow: FlowSnapshot, name: str) -> set[str]:
    """The tasks that a task sends to."""
    return _neighbours(flow)[1][name]


def waits_outside(task: TaskSnapshot, flow: FlowSnapshot, tasks: Sequence[TaskSnapshot]) -> bool:
    """Whether a sink keeps what is above it waiting, while it waits for the outside itself."""
    own = {one.id: one for one in tasks if one.flow == flow.alias}
    return task.id in own and _waits_outside(task, _neighbours(flow)[0], own)
