"""The benchmark: what is asked of it, its progress, and a finished run.

`StartBench` has a `BenchPlan`; the run goes on as `BenchStep` after `BenchStep`, each with every point as
far as it is known, and ends with a step that is `finished`, or that tells in `error` why it is not. A saved
run is a `BenchRun` as JSON: the conditions and the points.

A point is one schedule with one number of flows. It is measured once a round, all points in turn, each
round in another order; its figures are medians over the rounds with the range beside them, so that what
else the machine does falls on all points alike.

Throughputs are megabytes (10**6 bytes) of events that reached the sink. `wall` is per second of the
clock, `cpu` per second of processor time of all processes that ran the flows.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Literal

import msgspec

from tremor_tui.control.base import Command, Picture
from tremor_tui.errors import DataError

Schedule = Literal["async", "threads", "executors"]
Data = Literal["skewed", "even", "text"]
"""84 of 100 events leave at the first match; all branches alike; not ASCII."""
Script = Literal["classify", "keys", "change"]
"""The event unchanged; top-level keys added; changed at will."""
SCHEDULES: tuple[Schedule, ...] = ("async", "threads", "executors")
DATA: tuple[Data, ...] = ("skewed", "even", "text")
SCRIPTS: tuple[Script, ...] = ("classify", "keys", "change")
FLOWS = (1, 2, 4, 8, 16, 32, 64)
MOST_FLOWS = 512
START_S = 0.05
"""About what one of n sources and pipelines takes to start."""
FORMAT = 1
"""Of saved runs; one with another number is refused."""


# Saved runs are read by others and by later versions: no field is left out of them, whatever its default.


class BenchPlan(Picture, frozen=True, omit_defaults=False):
    """What a run measures and for how long. `problems` says what is wrong with one.

    `flows` are the n of n:n:1, `rounds` how often each point is measured, for `seconds` each after
    `warmup` seconds. `executors` are the processes of the schedule of that name: n flows are spread over
    them and each has a sink of its own. `whole_events`: the switch of `run`. `statistics`: whether tasks
    are measured as in an engine. `batch_rows`: events of a batch, 0 for what a runtime takes by itself.
    """

    schedules: tuple[Schedule, ...] = ("async",)
    flows: tuple[int, ...] = FLOWS
    data: Data = "skewed"
    script: Script = "classify"
    rounds: int = 5
    seconds: float = 1.0
    warmup: float = 0.3
    executors: int = 2
    whole_events: bool = False
    statistics: bool = True
    batch_rows: int = 0
    seed: int = 1

    @property
    def cases(self) -> list[tuple[Schedule, int]]:
        """The points, in the order of the table."""
        return [(schedule, flows) for schedule in self.schedules for flows in self.flows]

    @property
    def steps(self) -> int:
        """How many measurements there are."""
        return len(self.cases) * self.rounds

    @property
    def expected_s(self) -> float:
        """About how many seconds it takes; each flow has to be started for each measurement."""
        starts = self.rounds * sum(START_S * flows for _, flows in self.cases)
        return self.steps * (self.seconds + self.warmup + 0.1) + starts + 1.0


QUICK = BenchPlan(flows=(1, 4, 16), rounds=3, seconds=0.25, warmup=0.1)
"""A first look: some ten seconds for a schedule."""


class StartBench(Command, frozen=True, tag="start_bench"):
    """Runs a benchmark in a process of its own; answered with `Done`, refused while one runs."""

    plan: BenchPlan = BenchPlan()


class StopBench(Command, frozen=True, tag="stop_bench"):
    """Ends the benchmark that runs; what was measured stays. Answered with `Done`."""


class WatchBench(Command, frozen=True, tag="watch_bench"):
    """Pushes each step to this client from now on, and the last one at once; answered with `Done`."""

    on: bool = True


class Spread(Picture, frozen=True, omit_defaults=False):
    """A figure that was measured several times: the median and the range."""

    median: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of some values; of none, zeros."""
        return cls(median(values), min(values), max(values)) if values else cls()

    @property
    def part(self) -> float:
        """How far the range goes from the median, as a part of it: 0.1 for 10 %."""
        return max(self.high - self.median, self.median - self.low) / self.median if self.median else 0.0


class Latency(Picture, frozen=True, omit_defaults=False):
    """From a source's read to the sink, of all events of a point, in ns.

    `counts` is the histogram: bucket i holds times from about 2**(i/4) ns up.
    """

    p50_ns: int = 0
    p90_ns: int = 0
    p99_ns: int = 0
    p999_ns: int = 0
    max_ns: int = 0
    counts: tuple[int, ...] = ()


class BenchPoint(Picture, frozen=True, omit_defaults=False):
    """What is known of one schedule with one number of flows after `done` of `of` rounds.

    `wall` and `cpu` are MB per second and per processor second, `events` events a second. `walls` and
    `cpus` are the figures of the single rounds. `overflow` is the part of events (0 to 1) that the rate
    limit let out by `overflow`. `processes` ran it. `load`: processor seconds per second of the clock.
    `failures` rounds of it failed, the last one for the reason in `failed`; they are in none of the figures.
    """

    schedule: Schedule
    flows: int
    done: int = 0
    of: int = 0
    wall: Spread = Spread()
    cpu: Spread = Spread()
    events: Spread = Spread()
    walls: tuple[float, ...] = ()
    cpus: tuple[float, ...] = ()
    overflow: float = 0.0
    load: float = 0.0
    latency: Latency = Latency()
    processes: int = 1
    failures: int = 0
    failed: str = ""


class Conditions(Picture, frozen=True, omit_defaults=False):
    """The machine and the versions of a run. `load` is the load average of a minute before and after it."""

    cores: int = 0
    processor: str = ""
    system: str = ""
    python: str = ""
    version: str = ""
    libraries: dict[str, str] = msgspec.field(default_factory=dict)
    loop: str = ""
    load: tuple[float, float] = (0.0, 0.0)


class BenchRun(Picture, frozen=True, omit_defaults=False):
    """A run, as it is saved. `began_ns` is the wall clock; `finished` False: it was ended before its end.

    `beside`: which flows an engine ran at the same time, in words; they took time from what was measured.
    """

    plan: BenchPlan
    conditions: Conditions = Conditions()
    points: tuple[BenchPoint, ...] = ()
    began_ns: int = 0
    seconds: float = 0.0
    finished: bool = False
    beside: str = ""
    format: int = FORMAT

    def point(self, schedule: Schedule, flows: int) -> BenchPoint | None:
        """The point of that schedule and number."""
        return next((p for p in self.points if (p.schedule, p.flows) == (schedule, flows)), None)


class BenchStep(Picture, frozen=True, tag="bench_step"):
    """Pushed after each measurement: `done` of `of`, what is measured now, and the run as far as it is.

    The last one is `over`: its run is finished, or `error` (and `hint`) say why not.
    """

    done: int
    of: int
    run: BenchRun
    now: str = ""
    over: bool = False
    error: str = ""
    hint: str = ""


def failures(run: BenchRun) -> list[str]:
    """What could not be measured, a sentence for each point of which a round failed."""
    return [
        f"{one.schedule} {one.flows}:{one.flows}:1 failed in {one.failures} of {one.of} rounds: {one.failed}"
        for one in run.points
        if one.failures
    ]


def problems(plan: BenchPlan) -> list[str]:
    """What is wrong with a plan, a sentence for each; empty where it can be run."""
    rules = (
        (bool(plan.schedules) and bool(plan.flows), "a run needs a schedule and a number of flows"),
        (all(1 <= n <= MOST_FLOWS for n in plan.flows), f"flows are 1 to {MOST_FLOWS}"),
        (len(set(plan.cases)) == len(plan.cases), "a schedule or a number of flows is named twice"),
        (1 <= plan.rounds <= 1000, "rounds are 1 to 1000"),
        (0.01 <= plan.seconds <= 600, "a measurement takes 0.01 to 600 seconds"),
        (0 <= plan.warmup <= 600, "a warm-up takes 0 to 600 seconds"),
        (1 <= plan.executors <= 64, "executors are 1 to 64"),
        (0 <= plan.batch_rows <= 100_000, "a batch has up to 100,000 events"),
    )
    return [words for holds, words in rules if not holds]


_run: msgspec.json.Decoder[BenchRun] = msgspec.json.Decoder(BenchRun)
_step: msgspec.json.Decoder[BenchStep] = msgspec.json.Decoder(BenchStep)


def decode_run(text: bytes) -> BenchRun:
    """A saved run. Raises DataError where the text is none."""
    try:
        run = _run.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"this is no saved run of the benchmark: {error}", "one is made by --save") from None
    if run.format != FORMAT:
        hint = "measure anew with --save"
        raise DataError(f"this run was saved in format {run.format}, and {FORMAT} is read", hint)
    return run


def encode_run(run: BenchRun) -> bytes:
    """A run as it is saved: indented JSON that ends with a line feed."""
    return msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n"


def decode_step(line: bytes) -> BenchStep:
    """A line of the process that measures. Raises DataError."""
    try:
        return _step.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"the benchmark said something odd: {error}") from None
