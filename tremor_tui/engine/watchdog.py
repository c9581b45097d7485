"""Watchdog: names a task that has not yielded, while it lasts, and samples where busy tasks are.

Each executor writes on its board (`metrics/board.py`) which task runs since when. The supervisor looks
every 20 ms. It asks an executor's process for its stack by a signal, which Python's faulthandler answers
even while the loop stands still, and finds in it the line of the generated program, and so the line of the
script. It asks when a poll takes longer than the limit, and ten times a second whatever task runs then: by
these samples of the last minute it says which lines a task's busy time goes to (`hot`).

A stall is told of (`told`) as soon as its line is known, at the latest 40 ms after it was seen, so about
60 ms after it crossed the limit; and again when it is over. A dump costs an executor about 0.2 ms.
"""

from __future__ import annotations

import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import anyio

from tremor_tui.control.snapshots import HotLine, Warned
from tremor_tui.engine.executors.executor import Executor
from tremor_tui.engine.flows import Deployed
from tremor_tui.engine.stacks import Lines, Place, kind_of, place_of
from tremor_tui.engine.stacks import find_place as find_place
from tremor_tui.metrics.board import Board, Running

LOOK_S = 0.02
REST_S = 0.25
"""Between two looks while no flow is deployed."""
KEEP = 20
RECENT_NS = 60 * 10**9
PAUSE_NS = 10 * 10**9
"""Between two lines of the log, and two marks, about the same task."""
LONG_NS = 10**9
"""A stall as long as this is logged while it lasts."""
SAMPLE_EVERY = 5
"""Looks between two samples."""
PATIENCE_NS = 200_000_000
"""How long a stack is waited for."""
PATIENT_LOOKS = 2
"""Looks after which a stall is told of without its line."""
SAMPLES = 1200
LEAST_SAMPLES = 10
HOT_LINES = 4


@dataclass(frozen=True, slots=True)
class Stall:
    """A task that held its loop: for how long, how often, and where in which script it was seen."""

    task: str
    ns: int
    at_ns: int
    count: int = 1
    active: bool = True
    place: Place = field(default_factory=Place)
    began_ns: int = 0
    looks: int = 0
    is_told: bool = False


@dataclass(slots=True)
class _Asked:
    """A stack that was asked for: of which poll, when, and whether for a stall."""

    running: Running
    at_ns: int
    is_stall: bool


@dataclass(slots=True)
class _Watched:
    """What the watchdog knows of one executor."""

    pid: int
    board: Board
    stalled: Running | None = None
    asked: _Asked | None = None
    looks: int = 0


@dataclass(slots=True)
class Watchdog:
    """Looks at the boards; `warnings`, `stuck` and `hot` say what it saw. `samples`: whether it samples."""

    executors: Sequence[Executor]
    flows: Callable[[], Iterable[Deployed]]
    log: Callable[[str], None]
    limit_ms: float = 100.0
    told: Callable[[Warned, int], None] = lambda warned, until_ns: None
    samples: bool = True
    stalls: dict[str, Stall] = field(default_factory=dict)
    _watched: dict[int, _Watched] = field(default_factory=dict)
    _logged: dict[str, int] = field(default_factory=dict)
    _marked: dict[str, tuple[int, int]] = field(default_factory=dict)
    _seen: deque[tuple[int, str, Place]] = field(default_factory=lambda: deque(maxlen=SAMPLES))

    async def run(self) -> None:
        """Looks until it is cancelled."""
        while True:
            await anyio.sleep(LOOK_S if any(True for _ in self.flows()) else REST_S)
            for executor in self.executors:
                self.look(executor, time.monotonic_ns())

    def look(self, executor: Executor, now_ns: int) -> None:
        """One look at one executor."""
        watched = self._board(executor)
        if watched is None:
            return
        watched.looks += 1
        self._fetch(executor, watched, now_ns)
        running = watched.board.read()
        if watched.stalled and not _same(watched.stalled, running):
            self._over(watched)
        if running is None:
            return
        if now_ns - running.start_ns >= self.limit_ms * 1e6:
            self._note(executor, watched, running, now_ns)
        if self.samples and watched.asked is None and watched.looks % SAMPLE_EVERY == 0:
            self._ask(executor, watched, running, now_ns, is_stall=False)

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

    def of_flow(self, alias: str) -> tuple[int, int]:
        """How often tasks of a flow have stalled so far, and for how long (ns) one does now."""
        stalls = [stall for task, stall in self.stalls.items() if task.startswith(f"{alias}/")]
        return sum(stall.count for stall in stalls), max((s.ns for s in stalls if s.active), default=0)

    def hot(self) -> dict[str, tuple[HotLine, ...]]:
        """Where each task was seen in the last minute, the most first; nothing of those seen too rarely."""
        after = time.monotonic_ns() - RECENT_NS
        counts: dict[str, Counter[Place]] = {}
        for at_ns, task, place in self._seen:
            if at_ns >= after:
                counts.setdefault(task, Counter())[place] += 1
        return {
            task: _hot_lines(places) for task, places in counts.items() if places.total() >= LEAST_SAMPLES
        }

    # --- boards and stacks

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

    def _ask(
        self, executor: Executor, watched: _Watched, running: Running, now_ns: int, *, is_stall: bool
    ) -> None:
        with suppress(OSError):
            executor.places.stack.write_bytes(b"")  # the child appends
        executor.signal(signal.SIGUSR1)
        if is_stall or _same(running, watched.board.read()):
            watched.asked = _Asked(running, now_ns, is_stall)

    def _fetch(self, executor: Executor, watched: _Watched, now_ns: int) -> None:
        """Takes in the stack that was asked for, once it is there."""
        asked = watched.asked
        if asked is None:
            return
        try:
            stack = executor.places.stack.read_text("utf-8", "replace")
        except OSError:
            stack = ""
        if not stack:
            watched.asked = asked if now_ns - asked.at_ns < PATIENCE_NS else None
            return
        watched.asked = None
        task = asked.running.task
        place = place_of(stack, self._lines(task))
        if asked.is_stall and task in self.stalls:
            self.stalls[task] = replace(self.stalls[task], place=place)
        if asked.is_stall or f"/{kind_of(stack)}/" in task:
            self._seen.append((now_ns, task, place))

    def _lines(self, task: str) -> Lines:
        flow = next((flow for flow in self.flows() if task.startswith(f"{flow.alias}/")), None)
        return flow.plan.lines if flow else {}

    # --- stalls

    def _note(self, executor: Executor, watched: _Watched, running: Running, now_ns: int) -> None:
        """A poll is beyond the limit: it is a stall, or still the same one."""
        if watched.stalled is None:
            self._begin(watched, running)
            self._ask(executor, watched, running, now_ns, is_stall=True)
        stall = self.stalls[running.task]
        ns, looks = now_ns - running.start_ns, stall.looks + 1
        self.stalls[running.task] = stall = replace(stall, ns=ns, at_ns=time.time_ns(), looks=looks)
        if not stall.is_told and (stall.place != Place() or looks > PATIENT_LOOKS):
            self._tell(stall, now_ns)
        if ns > LONG_NS:
            self._write(stall, now_ns)

    def _begin(self, watched: _Watched, running: Running) -> None:
        watched.stalled, watched.asked = running, None
        old = self.stalls.pop(running.task, None)
        while len(self.stalls) >= KEEP:
            del self.stalls[next(iter(self.stalls))]
        count = old.count + 1 if old else 1
        now = time.time_ns()
        began = now - (time.monotonic_ns() - running.start_ns)
        self.stalls[running.task] = Stall(running.task, 0, now, count, began_ns=began)

    def _over(self, watched: _Watched | None) -> None:
        if watched is None or watched.stalled is None:
            return
        task, watched.stalled = watched.stalled.task, None
        if task in self.stalls:
            self.stalls[task] = stall = replace(self.stalls[task], active=False)
            self._write(stall, time.monotonic_ns())
            if stall.is_told:
                self._marked[task] = self._marked[task][0], stall.ns
                self.told(_warned(stall, self.limit_ms), stall.at_ns)

    def _tell(self, stall: Stall, now_ns: int) -> None:
        """Says that a task stalls, unless that was said just now and this one is not much longer."""
        at_ns, worst_ns = self._marked.get(stall.task, (-PAUSE_NS, 0))
        if now_ns - at_ns >= PAUSE_NS or stall.ns > 2 * worst_ns:
            self._marked[stall.task] = now_ns, stall.ns
            self.stalls[stall.task] = replace(stall, is_told=True)
            self.told(_warned(stall, self.limit_ms), 0)

    def _write(self, stall: Stall, now_ns: int) -> None:
        """Logs a stall, unless one of that task was logged just now."""
        if now_ns - self._logged.get(stall.task, -PAUSE_NS) >= PAUSE_NS:
            self._logged[stall.task] = now_ns
            times = f", {stall.count} times so far" if stall.count > 1 else ""
            self.log(_warned(stall, self.limit_ms).text + times)


def _same(stalled: Running, running: Running | None) -> bool:
    return running is not None and stalled.sequence == running.sequence


def _hot_lines(places: Counter[Place]) -> tuple[HotLine, ...]:
    total = places.total()
    return tuple(
        HotLine(count / total, total, place.file, place.line, place.what)
        for place, count in places.most_common(HOT_LINES)
    )


def _warned(stall: Stall, limit_ms: float) -> Warned:
    verb = "has not yielded for" if stall.active else "did not yield for"
    seen = stall.place
    place = f", at {seen.file}:{seen.line}" if seen.line else f", in {seen.what}" if seen.what else ""
    return Warned(
        "stall",
        f"{stall.task} {verb} {stall.ns / 1e6:.0f} ms (limit {limit_ms:g} ms){place}",
        task=stall.task,
        flow=stall.task.partition("/")[0],
        at_ns=stall.began_ns,
        count=stall.count,
        active=stall.active,
        file=seen.file,
        line=seen.line,
        hint="make the script do less for each event, or the source's batches smaller",
    )
