"""Mover: the part of the engine that moves flows between executors, unasked and on request, and says why."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Final, Literal

import msgspec

from tremor_tui.control.commands import Command, MoveFlow, Request
from tremor_tui.control.snapshots import Answer, Done, EngineSnapshot, Moved, Placement
from tremor_tui.engine.clients import ClientSession
from tremor_tui.engine.events import Events
from tremor_tui.engine.flows import Flows
from tremor_tui.engine.observing.part import Observing
from tremor_tui.engine.placing.rules import Balance, Wish
from tremor_tui.engine.placing.stays import why_stays
from tremor_tui.engine.trials import Clock
from tremor_tui.errors import ControlError

LOOK_S: Final = 1.0
KEPT: Final = 20
"""Moves that are kept for pictures."""


class Mover:
    """Answers `MoveFlow`; `run` must run for flows to move by themselves."""

    takes: tuple[type[Command], ...] = (MoveFlow,)
    looks: tuple[type[Command], ...] = ()

    def __init__(
        self,
        flows: Flows,
        events: Events,
        observing: Observing,
        log: Callable[[str], None],
        notify: Callable[..., None],
        clock: Clock,
    ) -> None:
        self.balance = Balance()
        self._flows, self._events, self._observing = flows, events, observing
        self._log, self._notify, self._clock = log, notify, clock
        self._moves: deque[Moved] = deque(maxlen=KEPT)
        self._loop = "uvloop" if find_spec("uvloop") is not None else "asyncio"

    async def run(self) -> None:
        """Looks until it is cancelled."""
        while True:
            await self._clock.sleep(LOOK_S)
            await self.look()

    async def look(self) -> None:
        """Moves a flow where the rules say so."""
        if len(self._flows.executors) < 2:
            return
        stays = partial(why_stays, is_recording=self._observing.is_recording)
        wish = self.balance.look(self._now_s(), self._flows.loads(stays))
        if wish is None:
            return
        try:
            await self._move(wish, "balance")
        except ControlError as error:
            self._log(f"{wish.flow} was not moved {wish.reason}: {error.message}")
            self.balance.moved(wish.flow, self._now_s())

    def complete(self, picture: EngineSnapshot) -> EngineSnapshot:
        """The picture with how flows are spread."""
        stays: dict[str, str] = {}
        if len(self._flows.executors) > 1:
            found = {
                one.alias: why_stays(one, self._observing.is_recording) for one in self._flows.table.values()
            }
            stays = {alias: why for alias, why in found.items() if why}
        placement = Placement(tuple(self._moves), self.balance.waits, stays, self._loop)
        return msgspec.structs.replace(picture, placement=placement)

    async def answer(self, session: ClientSession, request: Request) -> Answer:
        """Moves what is asked for. Raises ControlError."""
        if not isinstance(request, MoveFlow):
            raise ControlError(f"`{type(request).__name__}` is not about executors")
        flow = await self._flows.at_rest(request.flow)
        count = len(self._flows.executors)
        if not 0 <= request.executor < count:
            hint = f"there are {count}: 0 to {count - 1}" if count > 1 else "this engine has one, 0"
            raise ControlError(f"there is no executor {request.executor}", hint)
        source = flow.executor.number
        reason = f"from executor {source} to {request.executor} on request"
        moved = await self._move(
            Wish(request.flow, source, request.executor, reason), "request", anyway=request.anyway
        )
        return Done(f"{moved.text}; it stood still for {moved.pause_ns / 1e6:.0f} ms")

    async def client_left(self, session: ClientSession) -> None:
        """A move goes on without its client."""

    async def _move(self, wish: Wish, by: Literal["balance", "request"], *, anyway: bool = False) -> Moved:
        pause_ns = await self._flows.move(wish.flow, self._flows.executors[wish.target], anyway=anyway)
        self.balance.moved(wish.flow, self._now_s())
        text = f"moved {wish.flow} {wish.reason}"
        moved = Moved(self._clock.wall_ns(), wish.flow, wish.source, wish.target, text, pause_ns, by)
        self._moves.append(moved)
        self._flows.get(wish.flow).say(f"moved {wish.reason}")
        self._log(f"{text}; it stood still for {pause_ns / 1e6:.0f} ms")
        self._notify(text, "info", wish.flow)
        await self._events.moved(wish.flow)
        return moved

    def _now_s(self) -> float:
        return self._clock.monotonic_ns() / 1e9
