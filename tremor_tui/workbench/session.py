"""The connection to an engine: pictures into the store, requests out; reconnects with back-off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from tremor_tui.control import commands as do
from tremor_tui.control.plane import ControlPlane
from tremor_tui.control.snapshots import Answer, Sample, TapOpened, TapSamples
from tremor_tui.errors import ControlError, EngineLost
from tremor_tui.workbench.store import Store, Tap

Connect = Callable[[str], Awaitable[ControlPlane]]
Find = Callable[[], Awaitable[Sequence[str]]]

PER_SECOND = 4.0
MOST_TAPS = 8
SAMPLING_PER_SECOND = 100.0
OPENING = -1
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0


class Session:
    """Holds the plane. `run` lives as long as the workbench is attached to an engine."""

    def __init__(self, connect: Connect, store: Store) -> None:
        self._connect = connect
        self._store = store
        self._plane: ControlPlane | None = None
        self.is_live = asyncio.Event()
        self.attached = 0
        """How often a connection was made."""
        self._samplers: dict[int, asyncio.Queue[TapSamples]] = {}

    async def run(self, engine: str) -> None:
        """Attaches to an engine ("" starts one) and feeds the store until it is cancelled.

        Raises ControlError where the first attempt fails for another reason than a lost engine.
        """
        store = self._store
        store.link, store.link_words = (
            "connecting",
            "starting an engine" if not engine else f"attaching to {engine}",
        )
        store.touch()
        pause = FIRST_PAUSE_S
        try:
            while True:
                try:
                    await self._attach(engine)
                    engine, pause = store.engine, FIRST_PAUSE_S
                    await self._pump()
                except ControlError as error:
                    if store.link == "connecting" and not isinstance(error, EngineLost):
                        raise
                    self._lose(str(error))
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE_S, pause * 2)
        finally:
            await self._close()

    async def _attach(self, engine: str) -> None:
        self._plane = await self._connect(engine)
        store = self._store
        was_lost = store.link == "lost"
        store.engine = self._plane.welcome.engine
        await self._plane.submit(do.Watch(per_second=PER_SECOND))
        store.link = "live"
        self.attached += 1
        self.is_live.set()
        if was_lost:
            store.say(f"connected to {store.engine} again", "info", time.monotonic())
        store.own_breaks.clear()
        for tap in list(store.taps):
            await self._open_again(tap)
        store.touch()

    async def _open_again(self, tap: Tap) -> None:
        """Opens a tap at an engine that may no longer have its edge."""
        try:
            await self._open(tap)
        except EngineLost:
            raise
        except ControlError as error:
            store = self._store
            store.taps.remove(tap)
            store.tap = store.tap if store.tap in store.taps else None
            store.say(f"the tap on {tap.title} is closed: {error}", "warning", time.monotonic())

    async def _pump(self) -> None:
        assert self._plane is not None
        async for pushed in self._plane.pushed():
            if isinstance(pushed, TapSamples) and self._samplers:
                self._samplers.setdefault(pushed.tap, asyncio.Queue()).put_nowait(pushed)
            self._store.take(pushed, time.monotonic())
        raise EngineLost("the engine closed the connection")

    def _lose(self, words: str) -> None:
        store = self._store
        self.is_live.clear()
        self._plane = None
        if store.link == "live":
            store.lost_at = time.monotonic()
            store.say(f"{words}; trying again", "error", store.lost_at)
        store.link = "lost"
        store.link_words = words
        store.lost_at = store.lost_at or time.monotonic()
        store.touch()

    async def _close(self) -> None:
        self.is_live.clear()
        self._store.link = "none"
        if self._plane is not None:
            plane, self._plane = self._plane, None
            await plane.close()

    async def ask(self, request: do.Request) -> Answer:
        """The engine's answer. Raises ControlError; EngineLost where there is no engine now."""
        if self._plane is None:
            raise EngineLost("no engine is connected now")
        return await self._plane.submit(request)

    async def open_tap(self, edge: str, title: str) -> None:
        """Opens a tap on an edge beside those that are open, and shows it. Raises ControlError."""
        store = self._store
        tap = next((one for one in store.taps if one.edge == edge), None)
        if tap is None:
            if len(store.taps) >= MOST_TAPS:
                await self.close_tap(store.taps[0])
            tap = Tap(edge, title)
            await self._open(tap)
            store.taps.append(tap)
        store.tap = tap
        store.touch()

    async def change_tap(self, tap: Tap) -> None:
        """Tells the engine what a tap is to be from now on. Raises ControlError."""
        await self.ask(do.ChangeTap(tap.number, tap.per_second, tap.matching, tap.top, tap.trace))
        self._store.touch()

    async def _open(self, tap: Tap) -> None:
        answer = await self.ask(tap.request())
        if isinstance(answer, TapOpened):
            tap.number = answer.tap

    async def sample(self, edge: str, count: int, within_s: float) -> list[Sample]:
        """Up to `count` events that pass an edge, those that came in time. Raises ControlError."""
        found: list[Sample] = []
        self._samplers[OPENING] = asyncio.Queue()  # samples may come before the number of their tap is known
        try:
            answer = await self.ask(do.OpenTap(edge, SAMPLING_PER_SECOND))
            number = answer.tap if isinstance(answer, TapOpened) else OPENING
            queue = self._samplers.setdefault(number, asyncio.Queue())
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    while len(found) < count:
                        found += (await queue.get()).samples
            await self.ask(do.CloseTap(number))
        finally:
            self._samplers.clear()
        return found[:count]

    async def close_tap(self, tap: Tap | None = None) -> None:
        """Closes a tap, the one that is shown where none is named. Raises ControlError."""
        store = self._store
        tap = tap or store.tap
        if tap is None:
            return
        store.taps = [one for one in store.taps if one is not tap]
        if store.tap is tap:
            store.tap = store.taps[-1] if store.taps else None
        store.touch()
        if self._plane is not None:
            await self.ask(do.CloseTap(tap.number))
