"""The benchmark of the fake plane: figures that follow from the plan alone, told step by step when asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from tremor_tui.control.bench import (
    SCHEDULES,
    BenchPlan,
    BenchPoint,
    BenchRun,
    BenchStep,
    Conditions,
    Latency,
    Schedule,
    Spread,
    StartBench,
    StopBench,
    WatchBench,
)
from tremor_tui.control.benching import (
    BenchDrawn,
    BenchesListed,
    BenchRead,
    DrawBench,
    KeptBench,
    ListBenches,
    ReadBench,
)
from tremor_tui.control.snapshots import Answer, Done, Pushed
from tremor_tui.errors import ControlError

QUESTIONS = (StartBench, StopBench, WatchBench, ListBenches, ReadBench, DrawBench)
Asked = StartBench | StopBench | WatchBench | ListBenches | ReadBench | DrawBench
BEGAN_NS = 1_795_456_800_000_000_000
EVENT_BYTES = 630
FALLING = {"async": 0.985, "threads": 0.83, "executors": 0.98}
"""By how much a schedule falls each time that its flows double."""
BEST = {"async": 430.0, "threads": 410.0, "executors": 790.0}
CONDITIONS = Conditions(
    2,
    "a processor",
    "Linux",
    "CPython 3.11.4",
    "0.1.0",
    {"orjson": "3.13.0", "msgspec": "0.22"},
    "asyncio",
    (0.2, 1.9),
)


def wall(schedule: Schedule, flows: int, round_: int = 0) -> float:
    """The throughput of a point in one round, MB/s."""
    doublings = flows.bit_length() - 1
    base = BEST["async"] * 0.96 if schedule == "executors" and flows == 1 else BEST[schedule]
    return base * FALLING[schedule] ** doublings * (1 + 0.02 * ((round_ + flows) % 3 - 1))


def point(plan: BenchPlan, schedule: Schedule, flows: int, done: int, part: float = 1.0) -> BenchPoint:
    """A point after so many rounds."""
    walls = tuple(wall(schedule, flows, round_) * part for round_ in range(done))
    load = 1.97 if schedule == "executors" and flows > 1 else 1.0
    cpus = tuple(value / load for value in walls)
    events = Spread.of([value * 1e6 / EVENT_BYTES for value in walls])
    slow = 900_000 * flows * (4 if schedule == "threads" else 1)
    latency = Latency(slow // 3, slow // 2, slow, slow * 2, slow * 3) if done else Latency()
    return BenchPoint(
        schedule, flows, done, plan.rounds, Spread.of(walls), Spread.of(cpus), events, walls, cpus,
        0.97, load if done else 0.0, latency, 2 if load > 1 else 1,
    )  # fmt: skip


def run_of(plan: BenchPlan, done: int, part: float = 1.0) -> BenchRun:
    """A run after so many measurements; `part`: how fast it was against the usual."""
    many = len(plan.cases)
    rounds = [done // many + (at < done % many) for at in range(many)]
    points = tuple(point(plan, *case, rounds[at], part) for at, case in enumerate(plan.cases))
    return BenchRun(plan, CONDITIONS, points, BEGAN_NS, done * 1.4, done == plan.steps)


@dataclass
class FakeBench:
    """`kept` are the runs in its list, by name. `go_on` tells the next steps of what was started."""

    out: Callable[[Pushed], None]
    kept: dict[str, BenchRun] = field(
        default_factory=lambda: {
            "20261122-101500-skewed-classify": msgspec.structs.replace(
                run_of(plan := BenchPlan(SCHEDULES), plan.steps, 0.8), began_ns=BEGAN_NS - 86_400 * 10**9
            )
        }
    )
    step: BenchStep | None = None
    is_watched: bool = False

    def answer(self, request: Asked) -> Answer:
        """The answer to one of `QUESTIONS`. Raises ControlError."""
        match request:
            case StartBench(plan):
                if self.step is not None and not self.step.over:
                    raise ControlError("a benchmark runs already")
                self.step = BenchStep(0, plan.steps, run_of(plan, 0), "starts")
                self._tell()
                return Done(f"measures {plan.steps} times, about {plan.expected_s:.0f} s")
            case StopBench():
                if self.step is None or self.step.over:
                    raise ControlError("no benchmark runs")
                words = f"stopped by workbench 1 at {self.step.done} of {self.step.of}"
                self.step = msgspec.structs.replace(self.step, over=True, now="", error=words)
                self._tell()
                return Done("the benchmark is stopped; what was measured stays")
            case WatchBench(on):
                self.is_watched = on
                self._tell()
                return Done()
            case ListBenches():
                return BenchesListed(tuple(KeptBench.of(name, run) for name, run in self.kept.items()))
            case ReadBench(name):
                return BenchRead(name, self.kept[name])
            case DrawBench(run):
                return BenchDrawn(f"<svg>{len(run.points)} points</svg>")

    def go_on(self, steps: int = 1_000_000, beside: str = "") -> None:
        """Tells the step that is so many measurements on, the last one at the end."""
        assert self.step is not None
        done = min(self.step.of, self.step.done + steps)
        run = msgspec.structs.replace(run_of(self.step.run.plan, done), beside=beside)
        over = done == self.step.of
        now = "" if over else "async 8:8:1, round 2 of 5"
        self.step = BenchStep(done, self.step.of, run, now, over)
        self._tell()

    def _tell(self) -> None:
        if self.is_watched and self.step is not None:
            self.out(self.step)
