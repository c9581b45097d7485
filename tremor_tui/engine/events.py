"""Events: the part of the engine that sends requests about events to the executor of their flow.

It gives taps and breaks their numbers, knows which client owns each, and hands what the executors tell to
that client. Both end with their client. Taps are opened again where an executor was restarted; breaks are
over then, as what they held is gone.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from itertools import count

import msgspec

from tremor_tui.control import events as ask
from tremor_tui.control.commands import Command, Request
from tremor_tui.control.snapshots import Answer, BreakSnapshot, Done, Notice, TapSamples
from tremor_tui.engine.clients import ClientSession
from tremor_tui.engine.executors import link
from tremor_tui.engine.flows import Deployed, Flows
from tremor_tui.errors import ControlError

MAX_TAP_RATE = 1000.0
MAX_TAPS = 32
"""Taps of one client."""


class Events:
    """Answers requests about events; a Part of the plane."""

    takes: tuple[type[Command], ...] = ask.REQUESTS
    looks: tuple[type[Command], ...] = ask.LOOKING

    def __init__(self, flows: Flows, log: Callable[[str], None], notify: Callable[..., None]) -> None:
        self._flows = flows
        self._log = log
        self._notify = notify
        self._taps: dict[int, tuple[ClientSession, ask.OpenTap]] = {}
        self._breaks: dict[int, tuple[ClientSession, ask.SetBreak]] = {}
        self._numbers = count(1)

    async def answer(self, session: ClientSession, request: Request) -> Answer:
        """Sends it on. Raises ControlError."""
        match request:
            case ask.OpenTap():
                return await self._open(session, request)
            case ask.ChangeTap():
                return await self._change(session, request)
            case ask.CloseTap(tap):
                return await self._close(session, tap)
            case ask.SetBreak():
                return await self._set(session, request)
            case ask.StepBreak(number) | ask.GoBreak(number) | ask.ClearBreak(number):
                return await self._move(session, number, request)
            case ask.GetTrace(flow) | ask.TraceNext(flow):
                result = await self._order(flow, 0, request)
                return ask.Traced(result.trace if isinstance(result, link.Followed) else None)
            case _:
                raise ControlError(f"`{type(request).__name__}` is not about events")

    async def client_left(self, session: ClientSession) -> None:
        """Ends its taps and breaks."""
        for tap in [n for n, (owner, _) in self._taps.items() if owner is session]:
            await self._quietly(tap, self._close(session, tap))
        for number in [n for n, (owner, _) in self._breaks.items() if owner is session]:
            order = ask.ClearBreak(number, "its client left")
            await self._quietly(number, self._move(session, number, order))

    def told(self, said: TapSamples | BreakSnapshot) -> None:
        """Hands what an executor tells to the client that wants it; all hear of a break that let go."""
        if isinstance(said, TapSamples):
            if said.tap in self._taps:
                self._taps[said.tap][0].push(said)
        elif said.number in self._breaks:
            owner, _ = self._breaks[said.number]
            owner.push(said)
            if said.state == "over":
                del self._breaks[said.number]
                if said.note != ask.ENDED:
                    self._notify(f"the break before {said.node} is over: {said.note}", "info", said.flow)

    async def begin_anew(self, flows: list[Deployed]) -> None:
        """Opens the taps of flows that began anew; their breaks are over."""
        aliases = {flow.alias for flow in flows if not flow.lost}
        for number, (_, request) in list(self._taps.items()):
            flow = request.edge.partition(":")[0]
            if flow in aliases:
                await self._quietly(number, self._order(flow, number, request))
        for number, (_, asked) in list(self._breaks.items()):
            if asked.flow in aliases:
                note = "its executor ended"
                self.told(
                    BreakSnapshot(number, asked.flow, asked.node, "", asked.condition, "over", note=note)
                )

    async def moved(self, alias: str) -> None:
        """Opens the taps of a flow that is on another executor now."""
        for number, (_, request) in list(self._taps.items()):
            if request.edge.partition(":")[0] == alias:
                await self._quietly(number, self._order(alias, number, request))

    def taps_ended(self, taps: Iterable[int]) -> None:
        """Tells the owners of taps whose edge is gone with a version of its flow."""
        for number in taps:
            owner, opened = self._taps.pop(number, (None, None))
            if owner is not None and opened is not None:
                flow, _, edge = opened.edge.partition(":")
                text = f"the tap on {edge} ended: {flow} has no such edge any more"
                owner.push(Notice(text, "warning", time.time_ns(), flow))

    # -- taps --------------------------------------------------------------------------------------

    async def _open(self, session: ClientSession, request: ask.OpenTap) -> Answer:
        _check_rate(request.per_second)
        if sum(owner is session for owner, _ in self._taps.values()) >= MAX_TAPS:
            raise ControlError(f"a client may have {MAX_TAPS} taps", "close one first")
        number = next(self._numbers)
        self._taps[number] = session, request
        try:
            await self._order(request.edge.partition(":")[0], number, request)
        except BaseException:
            del self._taps[number]
            raise
        return ask.TapOpened(number)

    async def _change(self, session: ClientSession, request: ask.ChangeTap) -> Answer:
        _check_rate(request.per_second)
        opened = self._tap(session, request.tap)
        await self._order(opened.edge.partition(":")[0], request.tap, request)
        asked = {name: getattr(request, name) for name in ("per_second", "matching", "top", "trace")}
        self._taps[request.tap] = session, msgspec.structs.replace(opened, **asked)
        return Done()

    async def _close(self, session: ClientSession, tap: int) -> Answer:
        opened = self._tap(session, tap)
        del self._taps[tap]
        flow = self._flows.table.get(opened.edge.partition(":")[0])
        if flow and not flow.lost:
            await flow.executor.order(link.Look(tap, ask.CloseTap(tap)))
        return Done()

    def _tap(self, session: ClientSession, tap: int) -> ask.OpenTap:
        owner, opened = self._taps.get(tap, (None, None))
        if opened is None or owner is not session:
            raise ControlError(f"there is no tap {tap} of this client")
        return opened

    # -- breaks ------------------------------------------------------------------------------------

    async def _set(self, session: ClientSession, request: ask.SetBreak) -> Answer:
        number = next(self._numbers)
        self._breaks[number] = session, request
        try:
            await self._order(request.flow, number, request)
        except BaseException:
            self._breaks.pop(number, None)
            raise
        return ask.BreakSet(number)

    async def _move(
        self, session: ClientSession, number: int, request: ask.StepBreak | ask.GoBreak | ask.ClearBreak
    ) -> Answer:
        owner, asked = self._breaks.get(number, (None, None))
        if asked is None:
            raise ControlError(f"there is no break {number} any more")
        if owner is not session:
            raise ControlError(f"break {number} is another client's")
        await self._order(asked.flow, number, request)
        return Done()

    # -- executors ---------------------------------------------------------------------------------

    async def _order(self, flow: str, number: int, request: ask.Looking) -> link.Result:
        return await (await self._flows.at_rest(flow)).executor.order(link.Look(number, request))

    async def _quietly(self, number: int, doing: Awaitable[object]) -> None:
        try:
            await doing
        except ControlError as error:
            self._log(f"tap or break {number}: {error.message}")


def _check_rate(per_second: float) -> None:
    if not 0 < per_second <= MAX_TAP_RATE:
        raise ControlError(f"a tap copies up to {MAX_TAP_RATE:g} events a second")
