"""Speeding: the part of the engine that asks a flow's executor what of it is on the fast path."""

from __future__ import annotations

from tremor_tui.control.commands import AskSpeed, Command, Request
from tremor_tui.control.snapshots import Answer
from tremor_tui.engine.clients import ClientSession
from tremor_tui.engine.executors import link
from tremor_tui.engine.flows import Flows
from tremor_tui.errors import ControlError


class Speeding:
    """Answers `AskSpeed`; a Part of the plane."""

    takes: tuple[type[Command], ...] = (AskSpeed,)
    looks: tuple[type[Command], ...] = (AskSpeed,)

    def __init__(self, flows: Flows) -> None:
        self._flows = flows

    async def answer(self, session: ClientSession, request: Request) -> Answer:
        """What the executor says. Raises ControlError."""
        if not isinstance(request, AskSpeed):
            raise ControlError(f"`{type(request).__name__}` is not about the fast path")
        flow = await self._flows.at_rest(request.flow)
        result = await flow.executor.order(link.TellSpeed(request.flow))
        if not isinstance(result, link.SpeedTold):
            raise ControlError(f"the executor does not know how fast `{request.flow}` is")
        return result.speed

    async def client_left(self, session: ClientSession) -> None:
        """Nothing is kept for a client."""
