"""Compare: the runtime beside the hand-written loop, and beside bytewax where it is installed, by turns.

All sides do the same work on the same lines in one process on one core, round by round in a rotated order;
what counts is processor time. A ratio is taken within each round, as the speed of a shared machine may
change in the middle of a run; shown are the median of the ratios and their range. The runtime's side holds
all that a flow costs: the source's and the sink's task, the check of UTF-8, channels and accounting.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import anyio
import msgspec

from tremor_tui.bench import hand, peers
from tremor_tui.bench.conditions import conditions, load
from tremor_tui.bench.topology import write_events
from tremor_tui.bench.worker import Answer, Begin, End, Measure, Worker, loop
from tremor_tui.bench.workload import Lines, lines
from tremor_tui.control.base import Picture
from tremor_tui.control.bench import Conditions, Data, Script, Spread
from tremor_tui.errors import ControlError
from tremor_tui.model.collector import collect_seldom

Side = Literal["tremor-tui", "hand", "bytewax"]
SIDES: tuple[Side, ...] = ("tremor-tui", "hand", "bytewax")
SAME = 0.01
"""How far the bytes of an event may differ between sides: a window ends anywhere in the hundred lines."""
Timed = tuple[int, int, int, int]
"""Events, bytes, events over the limit, and ns of processor time."""


class ComparePlan(Picture, frozen=True, omit_defaults=False):
    """What is compared: every script over all data, `rounds` times `seconds` for each side.

    `events` is how many a file has, where files are compared.
    """

    data: tuple[Data, ...] = ("skewed", "even")
    scripts: tuple[Script, ...] = ("classify", "keys", "change")
    rounds: int = 7
    seconds: float = 0.5
    warmup: float = 0.2
    files: bool = False
    events: int = 200_000
    whole_events: bool = False
    seed: int = 1


class Figures(Picture, frozen=True, omit_defaults=False):
    """One side of a cell: microseconds of processor time per event, MB per processor second, the ratio.

    `ratio` is how many times as fast as the hand-written loop of the same round. `wall` is MB per second
    and `startup_ms` what was subtracted; both of files alone.
    """

    side: Side
    per_event_us: Spread
    cpu: Spread
    ratio: Spread
    ratios: tuple[float, ...] = ()
    overflow: float = 0.0
    wall: Spread | None = None
    startup_ms: float = 0.0


class Cell(Picture, frozen=True, omit_defaults=False):
    """One script over one kind of data."""

    data: Data
    script: Script
    sides: tuple[Figures, ...]


class Comparison(Picture, frozen=True, omit_defaults=False):
    """A finished comparison."""

    plan: ComparePlan
    conditions: Conditions
    cells: tuple[Cell, ...]
    missing: tuple[str, ...] = ()
    """Sides that are not installed."""


Tell = Callable[[int, int, str], None]
"""Hears of how many measurements are made of how many, and what is measured now."""


def compare(plan: ComparePlan, tell: Tell) -> Comparison:
    """Compares in memory. Raises ControlError where the sides do not do the same."""
    return anyio.run(_Memory(plan, tell).main, backend_options=loop())


def sides() -> list[Side]:
    """Those that can run here."""
    return [side for side in SIDES if side != "bytewax" or peers.has_bytewax()]


def figures(side: Side, rounds: Sequence[Timed], by_hand: Sequence[Timed]) -> Figures:
    """What the rounds of one side say, beside those of the loop by hand."""
    costs = [_cost(one) for one in rounds]
    ratios = [_cost(other) / cost for cost, other in zip(costs, by_hand, strict=True)]
    seen = sum(one[0] for one in rounds)
    return Figures(
        side,
        Spread.of(costs),
        Spread.of([one[1] / one[3] * 1e3 for one in rounds]),
        Spread.of(ratios),
        tuple(ratios),
        sum(one[2] for one in rounds) / seen,
    )


def turned(wanted: Sequence[Side], turn: int) -> list[Side]:
    """The sides in the order of that round."""
    start = turn % len(wanted)
    return [*wanted[start:], *wanted[:start]]


def _cost(timed: Timed) -> float:
    """Microseconds per event."""
    return timed[3] / 1e3 / timed[0]


class _Memory:
    def __init__(self, plan: ComparePlan, tell: Tell) -> None:
        self._plan = plan
        self._tell = tell
        self._sides = sides()
        self._done = 0
        self._of = len(plan.data) * len(plan.scripts) * plan.rounds * len(self._sides)

    async def main(self) -> Comparison:
        plan, before = self._plan, load()
        collect_seldom()  # as a process of a runtime does, for all sides alike
        with TemporaryDirectory(prefix="tremor-tui-bench-") as folder:
            async with anyio.create_task_group() as group:
                worker = Worker(group)
                cells = [
                    await self._cell(worker, Path(folder), data, script)
                    for data in plan.data
                    for script in plan.scripts
                ]
                group.cancel_scope.cancel()
        missing = tuple(side for side in SIDES if side not in self._sides)
        return Comparison(plan, conditions(before), tuple(cells), missing)

    async def _cell(self, worker: Worker, folder: Path, data: Data, script: Script) -> Cell:
        events = write_events(folder, data, self._plan.seed)
        held = lines(data, self._plan.seed)
        begin = Begin("async", 1, script, str(events), self._plan.whole_events)
        run = hand.loop(script)
        rounds: dict[Side, list[Timed]] = {side: [] for side in self._sides}
        for turn in range(self._plan.rounds):
            for side in turned(self._sides, turn):
                self._tell(self._done, self._of, f"{data}, {script}: {side}, round {turn + 1}")
                if side == "tremor-tui":
                    timed = await self._runtime(worker, begin)
                elif side == "hand":
                    timed = self._by_hand(run, held)
                else:
                    timed = self._by_bytewax(script, held)
                rounds[side].append(timed)
                self._done += 1
        check_same(data, script, rounds)
        return Cell(data, script, tuple(figures(side, rounds[side], rounds["hand"]) for side in self._sides))

    async def _runtime(self, worker: Worker, begin: Begin) -> Timed:
        _ok(await worker.obey(begin))
        answer = _ok(await worker.obey(Measure(self._plan.warmup, self._plan.seconds)))
        _ok(await worker.obey(End()))
        return answer.events, answer.size, answer.over, answer.cpu_ns

    def _by_hand(self, run: hand.Batch, held: Lines) -> Timed:
        _spin(run, held, self._plan.warmup)
        gc.collect()
        return _spin(run, held, self._plan.seconds)

    def _by_bytewax(self, script: Script, held: Lines) -> Timed:
        gc.collect()
        return peers.bytewax(script, held, self._plan.seconds)


def check_same(data: Data, script: Script, rounds: dict[Side, list[Timed]]) -> None:
    """Raises ControlError where the sides write events of other sizes."""
    sizes = {side: sum(one[1] for one in made) / sum(one[0] for one in made) for side, made in rounds.items()}
    for side, size in sizes.items():
        if abs(size / sizes["hand"] - 1) > SAME:
            raise ControlError(
                f"`{side}` wrote {size:.0f} bytes an event, the loop by hand {sizes['hand']:.0f}: "
                f"they do not do the same with {script} over {data} data"
            )


def _spin(run: hand.Batch, held: Lines, seconds: float) -> Timed:
    """Runs the loop for about so long."""
    if not seconds:
        return 0, 0, 0, 0
    passed = over = size = 0
    end = time.monotonic() + seconds
    start = time.process_time_ns()
    while time.monotonic() < end:
        for _ in range(10):
            one = run(held)
            passed, over, size = passed + one[0], over + one[1], size + one[2]
    return passed + over, size, over, time.process_time_ns() - start


def _ok(answer: Answer) -> Answer:
    if answer.error:
        raise ControlError(answer.error, answer.hint)
    return answer


def encode(made: Comparison) -> bytes:
    """A comparison as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"
