"""Drain: empties a flow from its sources to its sinks within a deadline, and by force after that."""

from __future__ import annotations

from typing import Final

from anyio import Event, create_task_group

from tremor_tui.connectors.contract import Clock
from tremor_tui.control.snapshots import Stopped
from tremor_tui.runtime.flow import Flow

GRACE: Final = 0.75
"""Part of a deadline that is for draining; the rest is for ending by force."""


async def drain(flow: Flow, deadline_s: float) -> Stopped:
    """Returns once the flow has ended. `left` events did not get out."""
    if not flow.done.is_set():
        for task in flow.tasks:
            if task.gate is not None:
                task.gate.end("its flow stops")
        flow.wind_down()
        if deadline_s <= 0 or not await wait_within(flow.clock, deadline_s * GRACE, flow.done):
            flow.force()
            await wait_within(flow.clock, max(deadline_s, 1.0) * (1 - GRACE), flow.done)
    ending = flow.ending
    if ending is None:
        return Stopped(flow.alias, False, sum(task.left for task in flow.tasks))
    return Stopped(flow.alias, ending.drained, ending.left)


async def wait_within(clock: Clock, seconds: float, event: Event) -> bool:
    """Waits for the event, at most so long by the clock; whether it came."""
    if event.is_set():
        return True

    async def time_out() -> None:
        await clock.sleep(seconds)
        group.cancel_scope.cancel()

    async with create_task_group() as group:
        group.start_soon(time_out)
        await event.wait()
        group.cancel_scope.cancel()
    return event.is_set()
