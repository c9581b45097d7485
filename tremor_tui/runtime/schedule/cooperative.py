"""Cooperative: all tasks on the loop of their runtime. It joins them with plain channels and bells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from anyio import CancelScope

from tremor_tui.connectors.contract import ConnectorContext
from tremor_tui.runtime.bell import Bell
from tremor_tui.runtime.channel import Channel
from tremor_tui.runtime.complaints import Complaints
from tremor_tui.runtime.meter import Current
from tremor_tui.runtime.tasks.task import Host, Task
from tremor_tui.runtime.turns import Turns


class Schedule(Protocol):
    """Where tasks run, and how they reach each other. One of them serves a runtime.

    `tell(task, do, …)` has something done where the task runs; `live` is a task's whole life, and cancelling
    it cancels the task. `is_one_loop`: while one task runs all others stand still.
    """

    channel: type[Channel]
    bell: type[Bell]
    is_one_loop: bool
    turns: Turns

    def current(self) -> Current: ...
    def complaints(self, log: Callable[[str], None], now: Callable[[], int]) -> Complaints: ...
    def host(self, flow: Host) -> Host: ...
    def context(self, ctx: ConnectorContext) -> ConnectorContext: ...
    def tell(self, task: Task, do: Callable[..., None], *args: Any) -> None: ...
    async def live(self, task: Task, scope: CancelScope) -> None: ...


class Cooperative:
    """One loop: everything is at hand."""

    channel: type[Channel] = Channel
    bell: type[Bell] = Bell
    is_one_loop = True

    def __init__(self) -> None:
        self.turns = Turns()

    def current(self) -> Current:
        """Who runs now."""
        return Current()

    def complaints(self, log: Callable[[str], None], now: Callable[[], int]) -> Complaints:
        """What tasks complain to."""
        return Complaints(log, now)

    def host(self, flow: Host) -> Host:
        """Tasks talk to their flow itself."""
        return flow

    def context(self, ctx: ConnectorContext) -> ConnectorContext:
        """Connectors too."""
        return ctx

    def tell(self, task: Task, do: Callable[..., None], *args: Any) -> None:
        """Does it at once."""
        do(*args)

    async def live(self, task: Task, scope: CancelScope) -> None:
        """Runs the task here."""
        with scope:
            await task.main()
