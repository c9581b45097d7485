"""Watchdog: names a task that has not yielded, while it lasts, from outside of its loop.

Each executor writes on its board (`metrics/board.py`) which task runs since when. The supervisor looks
every 20 ms; when a poll takes longer than the limit it asks the executor's process for its stack by a
signal, which Python's faulthandler answers even while the loop stands still, and finds in it the line of
the generated program, and so the line of the script.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import anyio

from tremor_tui.control.snapshots import Warned
from tremor_tui.engine.executors.executor import Executor
from tremor_tui.engine.flows import Deployed
from tremor_tui.metrics.board import Board, Running

LOOK_S = 0.02
REST_S = 0.25
"""Between two looks while no flow is deployed."""
KEEP = 20
RECENT_NS = 60 * 10**9
PAUSE_NS = 10 * 10**9
"""Between two lines of the log about the same task."""
LONG_NS = 10**9
"""A stall as long as this is logged while it lasts."""
FRAME = re.compile(r'File "(<tremor .*>)", line (\d+) in ')

Lines = Mapping[str, Sequence[tuple[int, str, int]]]


@dataclass(frozen=True, slots=True)
class Stall:
    """A task that held its loop: for how long, how often, and where in which script it was seen."""

    task: str
    ns: int
    at_ns: int
    count: int = 1
    active: bool = True
    file: str = ""
    line: int = 0


@dataclass(slots=True)
class _Watched:
    """What the watchdog knows of one executor."""

    pid: int
    board: Board
    stalled: Running | None = None
    asked_ns: int = 0


@dataclass(slots=True)
class Watchdog:
    """Looks at the boards; `warnings` and `stuck` say what it saw."""

    executors: Sequence[Executor]
    flows: Callable[[], Iterable[Deployed]]
    log: Callable[[str], None]
    limit_ms: float = 100.0
    stalls: dict[str, Stall] = field(default_factory=dict)
    _watched: dict[int, _Watched] = field(default_factory=dict)
    _told: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Looks until it is cancelled."""
        while True:
            await anyio.sleep(LOOK_S if any(True for _ in self.flows()) else REST_S)
            for executor in self.executors:
                self.look(executor, time.monotonic_ns())

    def look(self, executor: Executor, now_ns: int) -> None:
        """One look at one executor."""
        watched = self._board(executor)
        running = watched.board.read() if watched else None
        if watched is None or (watched.stalled and not _same(watched.stalled, running)):
            self._over(watched)
        if watched is None or running is None or now_ns - running.start_ns < self.limit_ms * 1e6:
            return
        if watched.stalled is None:
            self._begin(executor, watched, running, now_ns)
        self._note(watched, running, now_ns)
        if not self.stalls[running.task].line:
            self._place(executor, running.task)

    def warnings(self, now_ns: int) -> list[Warned]:
        """What is stalled now, or was within the last minute (`now_ns` by the wall clock)."""
        return [
            _warned(stall, self.limit_ms)
            for stall in self.stalls.values()
            if stall.active or now_ns - stall.at_ns < RECENT_NS
        ]

    def stuck(self) -> dict[str, int]:
        """Tasks that hold their loop now, and for how long (ns)."""
        return {stall.task: stall.ns for stall in self.stalls.values() if stall.active}

    def _board(self, executor: Executor) -> _Watched | None:
        """Its board, opened anew for each process; None while it has none."""
        watched = self._watched.get(executor.number)
        if watched and watched.pid == executor.pid:
            return watched
        if watched:
            self._over(self._watched.pop(executor.number))
        if executor.pid:
            with suppress(OSError, ValueError):
                board = Board.open(executor.places.board)
                self._watched[executor.number] = _Watched(executor.pid, board)
        return self._watched.get(executor.number)

    def _begin(self, executor: Executor, watched: _Watched, running: Running, now_ns: int) -> None:
        watched.stalled = running
        old = self.stalls.pop(running.task, None)
        while len(self.stalls) >= KEEP:
            del self.stalls[next(iter(self.stalls))]
        count = old.count + 1 if old else 1
        self.stalls[running.task] = Stall(running.task, 0, time.time_ns(), count)
        with suppress(OSError):
            executor.places.stack.write_bytes(b"")  # the child appends
        executor.signal(signal.SIGUSR1)

    def _note(self, watched: _Watched, running: Running, now_ns: int) -> None:
        stall = self.stalls[running.task]
        self.stalls[running.task] = replace(stall, ns=now_ns - running.start_ns, at_ns=time.time_ns())
        if now_ns - running.start_ns > LONG_NS:
            self._tell(self.stalls[running.task], now_ns)

    def _over(self, watched: _Watched | None) -> None:
        if watched is None or watched.stalled is None:
            return
        task, watched.stalled = watched.stalled.task, None
        if task in self.stalls:
            self.stalls[task] = replace(self.stalls[task], active=False)
            self._tell(self.stalls[task], time.monotonic_ns())

    def _tell(self, stall: Stall, now_ns: int) -> None:
        """Logs a stall, unless one of that task was logged just now."""
        if now_ns - self._told.get(stall.task, -PAUSE_NS) >= PAUSE_NS:
            self._told[stall.task] = now_ns
            times = f", {stall.count} times so far" if stall.count > 1 else ""
            self.log(_warned(stall, self.limit_ms).text + times)

    def _place(self, executor: Executor, task: str) -> None:
        try:
            stack = executor.places.stack.read_text("utf-8", "replace")
        except OSError:
            return
        for flow in self.flows():
            if task.startswith(f"{flow.alias}/") and (place := find_place(stack, flow.plan.lines)):
                file, line = place
                self.stalls[task] = replace(self.stalls[task], file=file, line=line)


def find_place(stack: str, lines: Lines) -> tuple[str, int] | None:
    """File and line of the innermost tremor code of a stack (most recent call first), or None."""
    for name, number in FRAME.findall(stack):
        marks = [mark for mark in lines.get(name, ()) if mark[0] <= int(number)]
        if marks:
            _, file, line = max(marks)
            return file, line
    return None


def _same(stalled: Running, running: Running | None) -> bool:
    return running is not None and stalled.sequence == running.sequence


def _warned(stall: Stall, limit_ms: float) -> Warned:
    verb = "has not yielded for" if stall.active else "did not yield for"
    place = f", at {stall.file}:{stall.line}" if stall.line else ""
    return Warned(
        "stall",
        f"{stall.task} {verb} {stall.ns / 1e6:.0f} ms (limit {limit_ms:g} ms){place}",
        task=stall.task,
        flow=stall.task.partition("/")[0],
        at_ns=stall.at_ns,
        count=stall.count,
        active=stall.active,
        file=stall.file,
        line=stall.line,
        hint="make the script do less for each event, or the source's batches smaller",
    )
