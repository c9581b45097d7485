"""Handing: a running flow as bytes for a runtime in another process, which goes on where this one stopped.

    carried = await hand_over(flow, within_s)       # the flow has ended here
    take_over(flow, carried)                        # a flow that was deployed and does not run yet

Sources are held until everything that they read has left the sinks. Then, in one turn of the loop, all there
is to know is taken down and the flow begins to end, so that nothing can happen in between: sources are
cancelled, and each pipeline's channel is closed, so no tick makes a window speak twice. Sinks are asked last,
once they are closed. Until that turn the flow goes on as it was where anything is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from itertools import count
from typing import Any, Final

from tremor_tui.connectors.contract import Movable
from tremor_tui.errors import LifecycleError
from tremor_tui.pipeline.carrying import pack, states, unpack
from tremor_tui.pipeline.carrying import take_over as take_over_states
from tremor_tui.runtime.drain import wait_within
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.tasks.sink import SinkTask
from tremor_tui.runtime.tasks.source import SourceTask
from tremor_tui.runtime.tasks.task import Counters, Task

LIMIT: Final = 8 * 1024 * 1024
"""Bytes that may be carried; the frame that carries them is a third larger."""
POLL_S: Final = 0.002
CLOSE_S: Final = 5.0
"""How long sinks may take to write what postprocessors hold, and to close."""


def why_fixed(flow: Flow) -> str:
    """What of a flow cannot be handed over, in words, or empty."""
    return next(_obstacles(flow), "")


def _obstacles(flow: Flow) -> Iterator[str]:
    parts: list[SourceTask | SinkTask] = [*flow.sources, *flow.sinks]
    for task in parts:
        name = f"its {task.kind} `{task.alias}` ({task.detail})"
        if not isinstance(task.part, Movable):
            yield f"{name} cannot be handed over"
        elif not task.has_connected:
            yield f"{name} is not connected"
        elif why := task.part.stays():
            yield f"{name} cannot be handed over: {why}"


async def hand_over(flow: Flow, within_s: float) -> bytes:
    """Ends the flow here and returns what another process needs. Raises LifecycleError; it goes on then."""
    _check(flow)
    was_paused = flow.state == "paused"
    for source in flow.sources:
        source.hold(True)
    try:
        await _come_to_rest(flow, within_s)
        carried = _take_down(flow, was_paused)
    except BaseException:
        if not was_paused and not flow.is_stopping:
            for source in flow.sources:
                source.hold(False)
        raise
    flow.leave()
    if not await wait_within(flow.clock, CLOSE_S, flow.done):
        flow.force()
        await wait_within(flow.clock, CLOSE_S, flow.done)
    carried["sinks"] = {one.alias: _of_sink(one) for one in flow.sinks}
    return pack(carried)


def _check(flow: Flow) -> None:
    if flow.state not in ("running", "paused") or flow.is_stopping or flow.is_reshaping:
        raise LifecycleError(f"flow `{flow.alias}` is {'changing' if flow.is_reshaping else flow.state}")
    if any(task.gate is not None for task in flow.tasks):
        raise LifecycleError(f"a break is set in flow `{flow.alias}`", "clear it first")
    if flow.letters is not None and flow.letters.is_flying:
        raise LifecycleError(f"events of flow `{flow.alias}` are being sent again", "try again")
    if fixed := why_fixed(flow):
        raise LifecycleError(f"flow `{flow.alias}` stays: {fixed}")


async def _come_to_rest(flow: Flow, within_s: float) -> None:
    until = flow.clock.monotonic_ns() + int(within_s * 1e9)
    while (busy := _busy(flow)) is not None:
        if flow.is_stopping:
            raise LifecycleError(f"flow `{flow.alias}` is being stopped")
        if flow.clock.monotonic_ns() > until:
            why = f": {busy.breaker}" if busy.breaker else ""
            raise LifecycleError(f"`{busy.id}` did not come to rest within {within_s:g} s{why}", "try again")
        await flow.clock.sleep(POLL_S)


def _busy(flow: Flow) -> Task | None:
    return next((task for task in flow.tasks if not (task.has_ended or task.is_at_rest)), None)


def _take_down(flow: Flow, was_paused: bool) -> dict[str, Any]:
    _check(flow)
    carried = {
        "version": flow.version,
        "since_ns": flow.since_ns,
        "is_paused": was_paused,
        "links": {link.id: link.rows for link in flow.links},
        "sources": {one.alias: _of_source(one) for one in flow.sources},
        "pipelines": {
            one.alias: [states(one.graph), astuple(one.counters), one.version]
            for one in flow.pipelines.values()
        },
    }
    size = len(pack(carried))
    if size > LIMIT:
        raise LifecycleError(f"flow `{flow.alias}` holds {size / 1e6:.0f} MB of state, too much to hand over")
    return carried


def _of_source(task: SourceTask) -> list[Any]:
    assert isinstance(task.part, Movable)
    intake = task.intake
    return [task.part.point(), intake.carried(), intake.number, astuple(task.counters)]


def _of_sink(task: SinkTask) -> list[Any]:
    assert isinstance(task.part, Movable)
    return [task.part.point(), astuple(task.counters)]


def take_over(flow: Flow, data: bytes) -> None:
    """Tells the parts of a flow that was just deployed to go on; then it may be run."""
    carried = unpack(data)
    flow.version, flow.since_ns = carried["version"], carried["since_ns"]
    for link in flow.links:
        link.rows = carried["links"].get(link.id, 0)
    for source in flow.sources:
        _go_on(source, carried["sources"])
    for sink in flow.sinks:
        point, counters = carried["sinks"][sink.alias]
        assert isinstance(sink.part, Movable)
        sink.part.go_on(point)
        sink.counters = Counters(*counters)
    for alias, (nodes, counters, version) in carried["pipelines"].items():
        task = flow.pipelines[alias]
        take_over_states(task.graph, nodes)
        task.counters, task.version = Counters(*counters), version
    flow.numbers = count(1 + max((one.intake.number for one in flow.sources), default=-1) + len(flow.sinks))
    if carried["is_paused"]:
        flow.pause(True)


def _go_on(source: SourceTask, carried: dict[str, Any]) -> None:
    point, intake, number, counters = carried[source.alias]
    assert isinstance(source.part, Movable)
    source.part.go_on(point)
    source.intake.take_over(intake)
    source.intake.number = number
    source.counters = Counters(*counters)
