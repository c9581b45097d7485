"""Gives each bundle of edges its column in the gap between two layers. Pure; used by `layout.py` alone.

Edges that leave one port, or that enter one node, share a column; others never share one where their
vertical lines would touch. Where one bundle comes in on the row on which another goes out, the first turns
off before the second turns on, so that their lines do not run into each other (a circle of such wishes is
cut at its weakest place). `isotonic` settles the rows of a layer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bend:
    """What edge `arc` does in a gap: it comes from row `start` on one side and goes to row `end` on another.

    `index` counts the bends of an edge; `source` and `target` are what it shares with its bundle.
    """

    arc: str
    index: int
    gap: int
    start: int
    end: int
    from_side: str
    to_side: str
    source: str
    target: str


@dataclass(slots=True)
class Channel:
    """One gap: its width in cells and the column of each bend in it."""

    width: int = 0
    columns: dict[tuple[str, int], int] = field(default_factory=dict)

    def column(self, bend: Bend) -> int:
        """The column of a bend, from the gap's left side."""
        return self.columns[bend.arc, bend.index]


@dataclass(slots=True)
class _Bundle:
    bends: list[Bend]
    low: int = 0
    high: int = 0
    track: int = -1
    after: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        rows = [row for bend in self.bends for row in (bend.start, bend.end)]
        self.low, self.high = min(rows), max(rows)

    @property
    def is_straight(self) -> bool:
        return self.low == self.high and all(bend.from_side != bend.to_side for bend in self.bends)


def route(bends: Sequence[Bend], gaps: int, rate: int, fill: int) -> list[Channel]:
    """A channel for each gap; `rate` and `fill` are the lanes that stay free at its sides."""
    by_gap: dict[int, list[Bend]] = defaultdict(list)
    for bend in bends:
        by_gap[bend.gap].append(bend)
    return [_channel(by_gap[gap], gap, gaps, rate, fill) for gap in range(gaps)]


def _channel(bends: list[Bend], gap: int, gaps: int, rate: int, fill: int) -> Channel:
    is_edge = gap in (0, gaps - 1)
    if not bends:
        return Channel(0 if is_edge else rate + fill)
    bundles = _bundles(bends)
    tracks = _assign(bundles)
    left = 2 if gap == 0 else rate
    right = 2 if gap == gaps - 1 else fill
    channel = Channel(left + tracks + right)
    for bundle in bundles:
        for bend in bundle.bends:
            channel.columns[bend.arc, bend.index] = left + max(0, bundle.track)
    return channel


def _bundles(bends: list[Bend]) -> list[_Bundle]:
    sources = Counter(bend.source for bend in bends)
    groups: dict[tuple[str, str], list[Bend]] = defaultdict(list)
    for bend in bends:
        forks = sources[bend.source] > 1
        groups["from" if forks else "to", bend.source if forks else bend.target].append(bend)
    return [_Bundle(group) for group in groups.values()]


def _assign(bundles: list[_Bundle]) -> int:
    """Sets each bundle's track; answers how many there are. Straight bundles need none."""
    _want(bundles)
    order = sorted(range(len(bundles)), key=lambda index: _turn(bundles[index]))
    taken: list[list[_Bundle]] = []
    done: set[int] = set()
    while len(done) < len(bundles):
        rest = [index for index in order if index not in done]
        index = next((i for i in rest if bundles[i].after <= done), rest[0])
        done.add(index)
        bundle = bundles[index]
        if not bundle.is_straight:
            least = max((bundles[i].track + 1 for i in bundle.after if i in done), default=0)
            _take(bundle, max(0, least), taken)
    return len(taken)


def _take(bundle: _Bundle, least: int, taken: list[list[_Bundle]]) -> None:
    track = least
    while True:
        while len(taken) <= track:
            taken.append([])
        if all(other.high < bundle.low or other.low > bundle.high for other in taken[track]):
            taken[track].append(bundle)
            bundle.track = track
            return
        track += 1


def _want(bundles: list[_Bundle]) -> None:
    leaving: dict[int, set[int]] = defaultdict(set)
    for index, bundle in enumerate(bundles):
        for bend in bundle.bends:
            if bend.from_side == "left":
                leaving[bend.start].add(index)
            if bend.to_side == "left":
                leaving[bend.end].add(index)
    for index, bundle in enumerate(bundles):
        for bend in bundle.bends:
            rows = [bend.end] if bend.to_side == "right" else []
            rows += [bend.start] if bend.from_side == "right" else []
            for row in rows:
                bundle.after |= leaving[row] - {index}


def _turn(bundle: _Bundle) -> tuple[int, int]:
    """Lines that go down turn the sooner the lower they start, others the higher: few crossings."""
    first = bundle.bends[0]
    return (0, -first.start) if bundle.high > first.start else (1, first.start)


def isotonic(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rising sequence nearest to `values` by weighted squares (pool adjacent violators)."""
    blocks: list[list[float]] = []
    for value, weight in zip(values, weights, strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last = blocks.pop()
            held = blocks[-1]
            total = held[1] + last[1]
            held[0] = (held[0] * held[1] + last[0] * last[1]) / total
            held[1] = total
            held[2] += last[2]
    return [block[0] for block in blocks for _ in range(int(block[2]))]
