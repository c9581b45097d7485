"""Makes one EngineSnapshot of the executors' pictures and of what the supervisor itself knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from tremor_tui.control.snapshots import (
    EngineSnapshot,
    FlowSnapshot,
    GraphSnapshot,
    TaskSnapshot,
    Warned,
)
from tremor_tui.engine.executors.executor import Executor
from tremor_tui.engine.flows import Deployed

RECENT_NS = 60 * 10**9
"""How long the end of an executor stays among the warnings."""


@dataclass(frozen=True, slots=True)
class Now:
    """What an engine knows of itself at a moment."""

    engine: str
    at_ns: int
    since_ns: int
    clients: int
    kept: bool


def merge(
    now: Now,
    executors: Iterable[Executor],
    flows: Iterable[Deployed],
    stalls: Iterable[Warned] = (),
    stuck: Mapping[str, int] | None = None,
) -> EngineSnapshot:
    """The engine as a whole. Flows of an executor that is gone keep their graph, without rates or tasks.

    `stuck`: tasks that have not yielded for so many ns; their executor cannot say it itself.
    """
    executors, flows = list(executors), list(flows)
    here = {flow.alias: flow for flow in flows if not flow.lost}
    warnings = [*stalls]
    for executor in executors:
        warnings += executor.picture.warnings if executor.pid else ()
        warnings += _end_of(executor, now)
    return EngineSnapshot(
        engine=now.engine,
        at_ns=now.at_ns,
        since_ns=now.since_ns,
        executors=tuple(executor.snapshot() for executor in executors),
        flows=tuple(_flow(flow) for flow in flows),
        tasks=tuple(_tasks(executors, here, stuck or {})),
        warnings=tuple(warnings),
        clients=now.clients,
        kept=now.kept,
    )


def brief(snapshot: EngineSnapshot) -> EngineSnapshot:
    """Without tasks and the insides of pipelines, for clients that only list flows."""
    flows = tuple(msgspec.structs.replace(flow, inside={}) for flow in snapshot.flows)
    return msgspec.structs.replace(snapshot, flows=flows, tasks=())


def _flow(flow: Deployed) -> FlowSnapshot:
    seen = flow.picture or FlowSnapshot(flow.alias)
    if flow.lost:
        seen = _still(seen)
    return msgspec.structs.replace(
        seen,
        state=flow.state,
        file=flow.source.path,
        executor=flow.executor.number,
        version=flow.version,
        last_apply=flow.last_apply,
        error=flow.error or seen.error,
        note=flow.note or seen.note,
        note_ns=flow.note_ns or seen.note_ns,
        watching_until_ns=flow.trial.until_wall_ns if flow.trial else 0,
    )


def _still(seen: FlowSnapshot) -> FlowSnapshot:
    edges = tuple(msgspec.structs.replace(e, rate=0.0, fill=None, trend=0.0) for e in seen.graph.edges)
    graph = GraphSnapshot(seen.graph.nodes, edges)
    return msgspec.structs.replace(seen, in_s=0.0, out_s=0.0, err_s=0.0, graph=graph)


def _tasks(
    executors: Iterable[Executor], here: Mapping[str, Deployed], stuck: Mapping[str, int]
) -> Iterable[TaskSnapshot]:
    for executor in executors:
        for task in executor.picture.tasks:
            flow = here.get(task.flow)
            if flow is None or flow.executor is not executor:
                continue
            seen = task
            if task.executor != executor.number:
                seen = msgspec.structs.replace(task, executor=executor.number)
            if task.id in stuck:
                seen = msgspec.structs.replace(seen, state="running", running_ns=stuck[task.id])
            yield seen


def _end_of(executor: Executor, now: Now) -> list[Warned]:
    if not executor.restarts or (now.at_ns - executor.crashed_ns > RECENT_NS and executor.state == "running"):
        return []
    name = f"executor {executor.number}"
    failed = executor.state == "failed"
    text = f"{name} ended too often and was left" if failed else f"{name} ended and was started again"
    return [
        Warned(
            "executor",
            text,
            at_ns=executor.crashed_ns,
            count=executor.restarts,
            active=executor.state != "running",
            hint="deploy the flow anew to try again" if failed else "the engine's log says why",
        )
    ]
