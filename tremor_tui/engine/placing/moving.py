"""Moving: one flow on its way from one executor to another; who begins it has the flow's turn."""

from __future__ import annotations

from tremor_tui.engine.deployed import Deployed
from tremor_tui.engine.executors.executor import Executor
from tremor_tui.engine.executors.link import EndFlow, GiveFlow, Given, Prepare, StartFlow
from tremor_tui.engine.trials import Clock
from tremor_tui.errors import ControlError, EngineLost

REST_S = 2.0
"""How long a flow may take to come to rest; else it stays."""
DRAIN_S = 5.0
"""How long it may drain where it is moved though it cannot be handed over."""


class Moving:
    """`anyway`: where it cannot be handed over it is drained, and begins anew on the other one."""

    def __init__(self, flow: Deployed, target: Executor, clock: Clock, anyway: bool = False) -> None:
        self._flow = flow
        self._clock = clock
        self._target = target
        self._anyway = anyway

    async def run(self) -> int:
        """Moves it; how long it stood still, in ns. Raises ControlError where it stays as it was.

        Raises EngineLost where an executor has ended: it begins again then as `Flows.begin_anew` says, from
        what was handed over if it was.
        """
        flow, source = self._flow, self._flow.executor
        if self._target.state == "failed":
            raise ControlError(f"executor {self._target.number} has failed")
        self._target.revive()
        await self._target.wait_running()
        await self._target.order(Prepare(flow.source, flow.alias))  # while the flow still runs
        begin_ns = self._clock.monotonic_ns()
        flow.carried = await self._take(source)
        # From here on the flow is the other executor's: should that end, the flow begins there.
        flow.executor = self._target
        try:
            await self._target.order(StartFlow(flow.source, flow.alias, flow.carried))
        except EngineLost:
            raise
        except ControlError:
            await self._return(source)
            raise
        flow.carried = b""
        return self._clock.monotonic_ns() - begin_ns

    async def _take(self, source: Executor) -> bytes:
        try:
            given = await source.order(GiveFlow(self._flow.alias, REST_S))
        except EngineLost:
            raise
        except ControlError:
            if not self._anyway:
                raise
            await source.order(EndFlow(self._flow.alias, DRAIN_S))
            return b""
        assert isinstance(given, Given)
        return given.carried

    async def _return(self, source: Executor) -> None:
        flow = self._flow
        flow.executor = source
        try:
            await source.order(StartFlow(flow.source, flow.alias, flow.carried))
        except EngineLost:
            raise
        except ControlError as error:
            flow.failed, flow.error = True, error.message
            raise
        flow.carried = b""
