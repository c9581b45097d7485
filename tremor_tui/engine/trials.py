"""Trials: watches each version that was just applied, and takes it back where more events fail than before.

It goes back as well where its flow fails, where its tasks hold their loop for too long again and again, and
where its executor ends; one whose loop stands still for `STUCK_S` is ended for that, as it obeys no order.

A version on trial is accepted when its time is over, when its texts are applied once more, or when it is
replaced by another one.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import anyio

from tremor_tui.control.writing import write_whole
from tremor_tui.engine.executors.executor import Executor
from tremor_tui.engine.executors.link import Picture
from tremor_tui.engine.tally import Count, fails, percent
from tremor_tui.errors import ControlError

if TYPE_CHECKING:
    from tremor_tui.engine.deployed import Deployed, Version

LOOK_S = 0.5
STALLS = 3
"""So many stalls, and more than twice as many as before, send a version back."""
LONG_S = 2.0
"""A stall of this length sends a version back, where there were none before."""
STUCK_S = 5.0
"""An executor whose loop a new version holds for so long is ended."""
FRESH_S = 0.5
"""How long a picture is waited for; the last one has to do then."""


class Clock(Protocol):
    """Time as a trial sees it; a test's clock jumps."""

    def wall_ns(self) -> int: ...
    def monotonic_ns(self) -> int: ...
    async def sleep(self, seconds: float) -> None: ...


class MachineClock:
    """The machine's clocks, and the loop's way of waiting."""

    wall_ns = staticmethod(time.time_ns)
    monotonic_ns = staticmethod(time.monotonic_ns)

    async def sleep(self, seconds: float) -> None:
        """Returns after that many seconds."""
        await anyio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Trial:
    """A version that is watched: what ran before, and what its tasks counted before and at its start.

    `judged` are these tasks, as `Tally` knows them. `stalls` is how often the flow had stalled at the start,
    `stalled_before` how often of these in the time before.
    """

    earlier: Version
    judged: tuple[str, ...]
    before: Count
    start: Count
    until_ns: int
    until_wall_ns: int
    stalled_before: int = 0
    stalls: int = 0


class Trials:
    """Looks at the versions on trial until it is cancelled; `begin` says that there is a new one."""

    def __init__(
        self,
        flows: Callable[[], Iterable[Deployed]],
        clock: Clock,
        go_back: Callable[[Deployed, Trial, str], Awaitable[None]],
        stay: Callable[[Deployed, str], None],
    ) -> None:
        self.stalls: Callable[[str], tuple[int, int]] = lambda alias: (0, 0)
        """How often tasks of a flow have stalled so far, and for how long (ns) one does now."""
        self._flows = flows
        self._clock = clock
        self._go_back = go_back
        self._stay = stay
        self._news = anyio.Event()

    def begin(self) -> None:
        """A version is on trial from now on."""
        self._news.set()

    async def run(self) -> None:
        """Looks twice a second while there is something to look at."""
        while True:
            watched = [flow for flow in self._flows() if flow.trial or flow.is_changing]
            if not watched:
                self._news = anyio.Event()
                await self._news.wait()
                continue
            await self._clock.sleep(LOOK_S)
            await refresh({flow.executor for flow in watched})
            for flow in watched:
                self._end_if_stuck(flow)
                if flow.trial:
                    await self._judge(flow, flow.trial)

    async def _judge(self, flow: Deployed, trial: Trial) -> None:
        is_over = self._clock.monotonic_ns() >= trial.until_ns
        since = flow.tally.total(trial.judged) - trial.start
        shares = f"{percent(since.share)} of events failed, {percent(trial.before.share)} before"
        often, stuck_ns = self.stalls(flow.alias)[0] - trial.stalls, self.stalls(flow.alias)[1]
        if flow.state == "failed":
            await self._take_back(flow, trial, f"the flow failed: {flow.error or _error(flow)}")
        elif stuck_ns > LONG_S * 1e9 and not trial.stalled_before:
            await self._take_back(flow, trial, f"it held its executor up for {stuck_ns / 1e9:.1f} s")
        elif often >= STALLS and often > 2 * trial.stalled_before:
            await self._take_back(flow, trial, f"it held its executor up {often} times")
        elif fails(trial.before, since, is_over=is_over):
            await self._take_back(flow, trial, shares)
        elif is_over or flow.state == "stopped":
            self._stay(flow, shares if since.seen else "no event came")

    async def _take_back(self, flow: Deployed, trial: Trial, why: str) -> None:
        """Takes a version back; ends its executor where that obeys no more."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._end_stuck, flow)
            await self._go_back(flow, trial, why)
            group.cancel_scope.cancel()

    async def _end_stuck(self, flow: Deployed) -> None:
        while True:
            await anyio.sleep(LOOK_S)
            self._end_if_stuck(flow)

    def _end_if_stuck(self, flow: Deployed) -> None:
        if self.stalls(flow.alias)[1] > STUCK_S * 1e9 and flow.executor.state == "running":
            flow.executor.signal(signal.SIGKILL)


def _error(flow: Deployed) -> str:
    return flow.picture.error.partition("\n")[0] if flow.picture else ""


async def refresh(executors: Iterable[Executor]) -> None:
    """Has each executor send a picture, and returns when they have come, or soon."""
    with anyio.move_on_after(FRESH_S):
        async with anyio.create_task_group() as group:
            for executor in executors:
                if executor.state == "running":
                    group.start_soon(_refresh, executor)


async def _refresh(executor: Executor) -> None:
    try:
        await executor.order(Picture())
    except ControlError:
        return  # its last picture has to do, and its state says why


def restore(applied: Mapping[str, str], earlier: Mapping[str, str]) -> str:
    """Puts earlier texts back on disk where files still hold those that were applied; says so in words."""
    words = []
    for path, text in earlier.items():
        if applied.get(path, text) != text:
            words.append(f"{Path(path).name} {_restore(Path(path), applied[path], text)}")
    return ", ".join(words)


def _restore(path: Path, applied: str, earlier: str) -> str:
    try:
        found = path.read_bytes().decode()
        if found == earlier:
            return "is as before"
        if found != applied:
            return "was changed meanwhile and left alone"
        write_whole(path, earlier)
    except OSError as error:
        return f"could not be put back: {error.strerror or error}"
    except UnicodeDecodeError:
        return "was changed meanwhile and left alone"
    return "was put back"
