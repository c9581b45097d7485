"""The rules of placing, as pure functions and a small memory: who takes a new flow, and what moves where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

OVERLOADED: Final = 0.9
IDLE: Final = 0.5
LASTING_S: Final = 5.0
"""How long one must be overloaded and another idle before a flow moves."""
BETWEEN_S: Final = 30.0
"""Between two moves of any flows."""
SETTLED_S: Final = 120.0
"""Between two moves of the same flow."""
GAIN: Final = 0.1
"""By so much the busier of the two must be better off."""
FRESH: Final = 0.1
"""What a flow counts for whose load is not known yet."""


@dataclass(frozen=True, slots=True)
class FlowLoad:
    """A flow's use of a core, 0 to 1, and why it is not moved by itself, or empty."""

    alias: str
    busy: float
    stays: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """An executor: its use of a core, 0 to 1, its flows, and how many these are.

    `fresh`: how many of them came just now.
    """

    number: int
    cpu: float = 0.0
    flows: tuple[FlowLoad, ...] = ()
    count: int = 0
    fresh: int = 0
    is_usable: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """A move that should be made."""

    flow: str
    source: int
    target: int
    reason: str


def choose(loads: Sequence[Load]) -> int:
    """The number of the executor that takes a new flow: usable, least loaded, with the fewest flows.

    One that has failed is taken only where all have. Raises ValueError where there is none.
    """
    usable = [load for load in loads if load.is_usable] or list(loads)
    return min(usable, key=_weight).number


def _weight(load: Load) -> tuple[float, int, int]:
    # without flows its load is that of its own start, or of what has just left: no reason to begin another
    cpu = load.cpu if load.count else 0.0
    return round(cpu + FRESH * load.fresh, 1), load.count, load.number


def spread(flows: Sequence[Sequence[str]], count: int) -> list[list[str]]:
    """Groups of flows, each kept together, over at most `count` executors, about equally many on each."""
    parts: list[list[str]] = [[] for _ in range(max(1, min(count, len(flows))))]
    for group in sorted(flows, key=len, reverse=True):
        min(parts, key=len).extend(group)
    return parts


@dataclass(slots=True)
class Balance:
    """Remembers since when executors have been overloaded or idle, and when something moved last."""

    over_s: dict[int, float] = field(default_factory=dict)
    idle_s: dict[int, float] = field(default_factory=dict)
    moved_s: dict[str, float] = field(default_factory=dict)
    last_s: float | None = None
    waits: str = ""

    def look(self, now_s: float, loads: Sequence[Load]) -> Wish | None:
        """The move that should be made now, if any; else `waits` says why not where one is wanted."""
        self._note(now_s, loads)
        self.waits = ""
        over = [load for load in loads if self._lasts(self.over_s, load, now_s)]
        idle = [load for load in loads if self._lasts(self.idle_s, load, now_s)]
        if not over or not idle:
            return None
        source, target = max(over, key=lambda load: load.cpu), min(idle, key=_weight)
        if self.last_s is not None and now_s - self.last_s < BETWEEN_S:
            left = BETWEEN_S - (now_s - self.last_s)
            self.waits = f"{_pair(source, target)}; the next move is {left:.0f} s away"
            return None
        return self._pick(now_s, source, target)

    def moved(self, flow: str, now_s: float) -> None:
        """A flow was moved, or could not be."""
        self.last_s = self.moved_s[flow] = now_s
        self.over_s.clear()
        self.idle_s.clear()

    def _note(self, now_s: float, loads: Sequence[Load]) -> None:
        for load in loads:
            for since, holds in (
                (self.over_s, load.is_usable and load.cpu >= OVERLOADED),
                (self.idle_s, load.is_usable and load.cpu <= IDLE and not load.fresh),
            ):
                if holds:
                    since.setdefault(load.number, now_s)
                else:
                    since.pop(load.number, None)

    def _lasts(self, since: dict[int, float], load: Load, now_s: float) -> bool:
        return load.number in since and now_s - since[load.number] >= LASTING_S

    def _pick(self, now_s: float, source: Load, target: Load) -> Wish | None:
        reasons: list[str] = []
        best: tuple[float, str] | None = None
        for flow in source.flows:
            if why := self._why_not(now_s, flow, source, target):
                reasons.append(f"{flow.alias} stays: {why}")
                continue
            after = max(source.cpu - flow.busy, target.cpu + flow.busy)
            best = min(best, (after, flow.alias)) if best else (after, flow.alias)
        if best is None:
            self.waits = f"{_pair(source, target)}, but " + ("; ".join(reasons) or "it runs no flow")
            return None
        since = now_s - self.over_s[source.number]
        reason = (
            f"from executor {source.number} ({source.cpu:.0%} for {since:.0f} s) "
            f"to {target.number} ({target.cpu:.0%})"
        )
        return Wish(best[1], source.number, target.number, reason)

    def _why_not(self, now_s: float, flow: FlowLoad, source: Load, target: Load) -> str:
        if flow.stays:
            return flow.stays
        moved = self.moved_s.get(flow.alias)
        if moved is not None and now_s - moved < SETTLED_S:
            return f"it was moved {now_s - moved:.0f} s ago"
        if len(source.flows) == 1:
            return "it is alone there"
        if max(source.cpu - flow.busy, target.cpu + flow.busy) > source.cpu - GAIN:
            return f"with its {flow.busy:.0%} a move would gain nothing"
        return ""


def _pair(source: Load, target: Load) -> str:
    return f"executor {source.number} is at {source.cpu:.0%} and {target.number} at {target.cpu:.0%}"
