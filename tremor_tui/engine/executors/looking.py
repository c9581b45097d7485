"""Looking: the taps and breaks of an executor by the supervisor's numbers, and what their orders do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from tremor_tui.control import events as ask
from tremor_tui.control.snapshots import TapSamples
from tremor_tui.engine.executors import link
from tremor_tui.errors import ControlError
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.tap import Tap, Wanted


class Looking:
    """`tapped` and `broke` hear of what is to be told; neither waits."""

    def __init__(
        self,
        runtime: Runtime,
        tapped: Callable[[TapSamples], None],
        broke: Callable[[ask.BreakSnapshot], None],
    ) -> None:
        self._runtime = runtime
        self._tapped = tapped
        self._broke = broke
        self._taps: dict[int, Tap] = {}

    async def obey(self, number: int, request: ask.Looking) -> link.Result:
        """Carries out one order. Raises TremorError."""
        runtime = self._runtime
        match request:
            case ask.OpenTap() | ask.ChangeTap() | ask.CloseTap():
                self._tap(number, request)
            case ask.SetBreak():
                runtime.breaks.set(number, request, self._broke)
            case ask.StepBreak():
                runtime.breaks.step(number)
            case ask.GoBreak():
                runtime.breaks.go(number)
            case ask.ClearBreak(note=note):
                runtime.breaks.clear(number, note)
            case ask.GetTrace(flow, wanted):
                return link.Followed(runtime.paths.get(flow, wanted))
            case ask.TraceNext(flow, source, within_s):
                return link.Followed(await runtime.paths.follow_next(flow, source, within_s))
        return link.Obeyed()

    def ended_taps(self) -> tuple[int, ...]:
        """Forgets the taps whose edge is gone; returns their numbers."""
        over = tuple(number for number, tap in self._taps.items() if self._runtime.is_tap_over(tap))
        for number in over:
            del self._taps[number]
        return over

    def _tap(self, number: int, request: ask.OpenTap | ask.ChangeTap | ask.CloseTap) -> None:
        tap = self._taps.get(number)
        if isinstance(request, ask.CloseTap):
            if tap is not None:
                self._runtime.close_tap(self._taps.pop(number))
            return
        wanted = Wanted.of(request.per_second, request.matching, request.top, request.trace)
        if isinstance(request, ask.OpenTap):
            deliver = partial(self._deliver, number)
            self._taps[number] = self._runtime.open_tap(request.edge, wanted, deliver)
        elif tap is None:
            raise ControlError(f"there is no tap {number} any more")
        else:
            self._runtime.change_tap(tap, wanted)

    def _deliver(self, number: int, samples: TapSamples) -> None:
        self._tapped(msgspec.structs.replace(samples, tap=number))
