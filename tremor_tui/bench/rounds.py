"""Rounds: measures all points of a plan in turn, round by round, and tells how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tremor_tui.bench.conditions import conditions, load
from tremor_tui.bench.pool import Pool
from tremor_tui.bench.topology import write_events
from tremor_tui.bench.worker import Answer, Begin, End, Measure
from tremor_tui.control.bench import BenchPlan, BenchPoint, BenchRun, BenchStep, Latency, Schedule, Spread
from tremor_tui.control.bench import problems as problems_of
from tremor_tui.errors import ConfigError, ControlError
from tremor_tui.metrics.instruments import BUCKETS, percentiles, trimmed

SHARES = (0.5, 0.9, 0.99, 0.999)
RETRIES = 1
"""How often a point is tried again after a round of it failed."""
Case = tuple[Schedule, int]


@dataclass(slots=True)
class Tally:
    """What the rounds of one point gave."""

    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    events: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=lambda: [0] * BUCKETS)
    slowest_ns: int = 0
    seen: int = 0
    over: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    failures: int = 0
    failed: str = ""

    def fail(self, error: ControlError) -> None:
        """A round failed."""
        self.failures += 1
        self.failed = error.message

    def add(self, answers: Sequence[Answer]) -> None:
        """One measurement: what each process counted in its own window."""
        cpu_s = sum(answer.cpu_ns for answer in answers) / 1e9
        self.walls.append(sum(answer.size / answer.wall_ns * 1e3 for answer in answers))
        self.cpus.append(sum(answer.size for answer in answers) / 1e6 / cpu_s)
        self.events.append(sum(answer.events / answer.wall_ns * 1e9 for answer in answers))
        self.cpu_s += cpu_s
        self.wall_s += max(answer.wall_ns for answer in answers) / 1e9
        for answer in answers:
            self.seen += answer.events
            self.over += answer.over
            self.slowest_ns = max(self.slowest_ns, answer.slowest_ns)
            self.counts = [a + b for a, b in zip(self.counts, answer.latency, strict=True)]

    def point(self, case: Case, plan: BenchPlan) -> BenchPoint:
        """Its picture."""
        schedule, flows = case
        return BenchPoint(
            schedule,
            flows,
            len(self.walls),
            plan.rounds,
            wall=Spread.of(self.walls),
            cpu=Spread.of(self.cpus),
            events=Spread.of(self.events),
            walls=tuple(self.walls),
            cpus=tuple(self.cpus),
            overflow=self.over / self.seen if self.seen else 0.0,
            load=self.cpu_s / self.wall_s if self.wall_s else 0.0,
            latency=self._latency(),
            processes=processes(plan, case),
            failures=self.failures,
            failed=self.failed,
        )

    def _latency(self) -> Latency:
        p50, p90, p99, p999 = percentiles(self.counts, self.slowest_ns, SHARES)
        return Latency(p50, p90, p99, p999, self.slowest_ns, trimmed(self.counts))


def processes(plan: BenchPlan, case: Case) -> int:
    """How many processes run a point: no more than it has flows."""
    return min(plan.executors, case[1]) if case[0] == "executors" else 1


def order(cases: Sequence[Case], turn: int) -> list[Case]:
    """The points in the order of that round: each round begins elsewhere, every other goes backwards."""
    start = turn * 3 % len(cases)
    turned = [*cases[start:], *cases[:start]]
    return turned[::-1] if turn % 2 else turned


def checked(plan: BenchPlan) -> BenchPlan:
    """The plan. Raises ConfigError where it cannot be run."""
    wrong = problems_of(plan)
    if wrong:
        raise ConfigError(f"this cannot be measured: {wrong[0]}")
    return plan


def measure(plan: BenchPlan, tell: Callable[[BenchStep], None]) -> BenchRun:
    """Runs a plan; `tell` hears of each step, the last included.

    A step that fails is in the run with its reason. Raises ConfigError, and ControlError where all failed.
    """
    return _Rounds(checked(plan), tell).run()


class _Rounds:
    def __init__(self, plan: BenchPlan, tell: Callable[[BenchStep], None]) -> None:
        self._plan = plan
        self._tell = tell
        self._tallies = {case: Tally() for case in plan.cases}
        self._began_ns = time.time_ns()
        self._start = time.monotonic()
        self._load = load()
        self._done = 0
        self._error: ControlError | None = None

    def run(self) -> BenchRun:
        plan = self._plan
        with TemporaryDirectory(prefix="tremor-tui-bench-") as folder, Pool() as pool:
            events = write_events(Path(folder), plan.data, plan.seed)
            for turn in range(plan.rounds):
                for case in order(plan.cases, turn):
                    self._say(now=f"{case[0]} {case[1]}:{case[1]}:1, round {turn + 1} of {plan.rounds}")
                    self._one(pool, case, events)
                    self._done += 1
        if self._error is not None and not any(tally.walls for tally in self._tallies.values()):
            raise self._error
        self._say(over=True)
        return self._picture(finished=True)

    def _one(self, pool: Pool, case: Case, events: Path) -> None:
        """One round of a point; where that fails the others go on, and it is tried once more at most."""
        tally = self._tallies[case]
        if tally.failures > RETRIES:
            return
        try:
            tally.add(self._measured(pool, case, events))
        except ControlError as error:
            pool.close()  # what its workers may still say belongs to nobody
            tally.fail(error)
            self._error = error

    def _measured(self, pool: Pool, case: Case, events: Path) -> list[Answer]:
        plan, (schedule, flows) = self._plan, case
        count = processes(plan, case)
        options = plan.whole_events, plan.statistics, plan.batch_rows
        shares = [flows // count + (number < flows % count) for number in range(count)]
        pool.ask([Begin(schedule, share, plan.script, str(events), *options) for share in shares])
        answers = pool.ask([Measure(plan.warmup, plan.seconds)] * count, plan.warmup + plan.seconds)
        pool.ask([End()] * count)
        return answers

    def _say(self, now: str = "", over: bool = False) -> None:
        self._tell(BenchStep(self._done, self._plan.steps, self._picture(finished=over), now, over))

    def _picture(self, finished: bool) -> BenchRun:
        points = tuple(tally.point(case, self._plan) for case, tally in self._tallies.items())
        seconds = time.monotonic() - self._start
        return BenchRun(self._plan, conditions(self._load), points, self._began_ns, seconds, finished)
