"""Tracer: which events' paths are recorded, and the last of them.

One event a second of each source, and more where a tap wants them or somebody asks for the next one. The
ticker says when a source may begin another; the source looks at one number for each batch.

What is kept is bounded by number and by bytes, and with many flows each keeps fewer. Of a framed batch the
event's frame is kept and nothing decoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import partial
from itertools import count
from typing import Final

from anyio import Event

from tremor_tui.connectors.contract import Clock
from tremor_tui.control.events import Trace
from tremor_tui.errors import UnknownName
from tremor_tui.model.batch import Batch
from tremor_tui.model.record import dataclass
from tremor_tui.runtime.drain import wait_within
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.path import Path, Shown
from tremor_tui.runtime.tasks.source import SourceTask

KEPT: Final = 600
"""Paths of each flow that are kept at most ..."""
KEPT_BYTES: Final = 1 << 20
"""... with events of so many bytes ..."""
KEPT_ALL: Final = 6000
"""... and of all flows, though ..."""
KEPT_LEAST: Final = 10
"""... so many of each."""
MAX_RATE: Final = 20.0
PAUSE_NS: Final = 500_000_000
"""Between two looks at flows of which no tap wants paths."""
MAX_WAIT_S: Final = 60.0


@dataclass(slots=True)
class Paths:
    """What is recorded of one flow. `rates`: what each tap wants, a second; `allowed`: per source."""

    flow: Flow
    kept: dict[int, Path] = field(default_factory=dict)
    nbytes: int = 0
    rates: dict[int, float] = field(default_factory=dict)
    allowed: dict[str, float] = field(default_factory=dict)
    waiters: list[Waiter] = field(default_factory=list)

    def keep(self, path: Path, limit: int) -> None:
        """Keeps a path, and lets the oldest go that are too many."""
        self.kept[path.number] = path
        self.nbytes += path.nbytes
        while len(self.kept) > max(1, limit) or (self.nbytes > KEPT_BYTES and len(self.kept) > 1):
            gone = self.kept.pop(next(iter(self.kept)))
            self.nbytes -= gone.nbytes


@dataclass(slots=True)
class Waiter:
    """Somebody who waits for the next event of a source, or of any."""

    source: str
    path: Path | None = None
    over: Event = field(default_factory=Event)


class Tracer:
    """The paths of a runtime's flows."""

    def __init__(self, flows: Mapping[str, Flow], clock: Clock) -> None:
        self._flows = flows
        self._clock = clock
        self._paths: dict[str, Paths] = {}
        self._numbers = count(1)
        self._looked_ns = clock.monotonic_ns()
        self._looked_all_ns = self._looked_ns - PAUSE_NS
        self._wanted: set[str] = set()

    def look(self, now_ns: int) -> None:
        """Lets each source begin the paths that are due; called by the ticker."""
        span, span_all = now_ns - self._looked_ns, now_ns - self._looked_all_ns
        self._looked_ns = now_ns
        for alias in self._wanted & self._flows.keys():
            self._look_at(alias, span)
        if span_all >= PAUSE_NS:
            self._looked_all_ns = now_ns
            for alias in self._flows.keys() - self._wanted:
                self._look_at(alias, span_all)

    def _look_at(self, alias: str, span: int) -> None:
        flow = self._flows[alias]
        if not flow.done.is_set():
            self._allow(self._of(alias, flow), span)

    def want(self, flow: str, tap: int, per_second: float) -> None:
        """A tap wants so many paths a second of its flow; 0: none any more."""
        if flow in self._flows:
            rates = self._of(flow, self._flows[flow]).rates
            rates.pop(tap, None)
            if per_second > 0:
                rates[tap] = min(per_second, MAX_RATE)
            (self._wanted.add if rates else self._wanted.discard)(flow)

    def get(self, flow: str, number: int) -> Trace | None:
        """A path by its number, None where it is no longer kept. Raises UnknownName for the flow."""
        if flow not in self._flows:
            raise UnknownName("flow", flow, self._flows)
        path = self._of(flow, self._flows[flow]).kept.get(number)
        return path.picture() if path else None

    async def follow_next(self, flow: str, source: str, within_s: float) -> Trace | None:
        """The path of the next event, once it is over or the time is. Raises UnknownName."""
        if flow not in self._flows:
            raise UnknownName("flow", flow, self._flows)
        paths = self._of(flow, self._flows[flow])
        sources = [one for one in paths.flow.sources if not source or one.alias == source]
        if not sources:
            raise UnknownName("source", source, [one.alias for one in paths.flow.sources])
        waiter = Waiter(source)
        paths.waiters.append(waiter)
        for task in sources:
            self._arm(paths, task, 1)
        try:
            await wait_within(self._clock, max(0.0, min(within_s, MAX_WAIT_S)), waiter.over)
        finally:
            if waiter in paths.waiters:
                paths.waiters.remove(waiter)
        return waiter.path.picture() if waiter.path else None

    def forget(self, flow: Flow) -> None:
        """A flow is gone."""
        self._paths.pop(flow.alias, None)
        self._wanted.discard(flow.alias)

    def _of(self, alias: str, flow: Flow) -> Paths:
        paths = self._paths.get(alias)
        if paths is None or paths.flow is not flow:
            paths = self._paths[alias] = Paths(flow)
        return paths

    def _allow(self, paths: Paths, span: int) -> None:
        if not paths.rates and all(task.to_follow for task in paths.flow.sources):
            return  # the next event of each will be recorded, whenever it comes
        rate = max([1.0, *paths.rates.values()])
        for task in paths.flow.sources:
            allowed = min(paths.allowed.get(task.alias, 1.0) + span * rate / 1e9, 3.0)
            if allowed >= 1.0 and not task.to_follow:
                self._arm(paths, task, int(allowed))
                allowed -= int(allowed)
            paths.allowed[task.alias] = allowed

    def _arm(self, paths: Paths, task: SourceTask, events: int) -> None:
        task.to_follow = max(task.to_follow, events)
        task.follow = lambda port, batch: self._begin(paths, task, port, batch)

    def _begin(self, paths: Paths, task: SourceTask, port: str, batch: Batch) -> None:
        """Begins the path of a batch's first event; called by its source just before it is sent."""
        clock = self._clock
        path = Path(
            next(self._numbers),
            paths.flow.alias,
            task.alias,
            batch.source,
            batch.stream,
            batch.ids[0],
            batch.ingest(0),
            Shown.of(batch),
            clock.wall_ns,
        )
        stay = path.enter(f"connector/{task.alias}")
        stay.at_ns = path.read_ns
        paths.keep(path, max(KEPT_LEAST, min(KEPT, KEPT_ALL // max(1, len(self._flows)))))
        waiting = [one for one in paths.waiters if one.path is None and one.source in ("", task.alias)]
        for waiter in waiting:
            waiter.path = path
        path.on_over = partial(_tell, waiting) if waiting else None
        path.sent(stay, [(port, batch)], task.outbox.links, 1)


def _tell(waiters: list[Waiter]) -> None:
    for waiter in waiters:
        waiter.over.set()
