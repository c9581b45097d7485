"""Benched: what the Bench screen shows: a run, one that is laid over it, an axis, a size; and it in words.

Pure. Figures are those of the points of a `BenchRun`: medians over its rounds. A schedule is known by the
first letter of its name, small in the run and large in the one that is laid over it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec

from tremor_tui.control.bench import (
    DATA,
    QUICK,
    SCHEDULES,
    SCRIPTS,
    BenchPlan,
    BenchPoint,
    BenchRun,
    BenchStep,
    Schedule,
    failures,
)
from tremor_tui.control.snapshots import EngineSnapshot
from tremor_tui.workbench import figures
from tremor_tui.workbench.curves import Curve, Scale, linear, logarithmic

BUSY_LOAD = 0.5
"""Load average per core before a run from which on it is said to disturb."""
VARIANTS: dict[tuple[str, str], str] = {
    ("skewed", "classify"): "84 of 100 leave at the first match; unchanged",
    ("even", "classify"): "all branches alike; unchanged",
    ("text", "classify"): "texts that are not ASCII; unchanged",
    ("skewed", "keys"): "84 of 100 at the first match; keys are added",
    ("even", "keys"): "all branches alike; keys are added",
    ("skewed", "change"): "84 of 100 at the first match; changed at will",
    ("even", "change"): "all branches alike; changed at will",
}


@dataclass(frozen=True, slots=True)
class Axis:
    """What is up the y axis: its name, how a point's value is had and written. `falls`: less is better."""

    id: str
    title: str
    value: Callable[[BenchPoint], float]
    write: Callable[[float], str]
    falls: bool = False


def megabytes(value: float) -> str:
    """MB/s in at most four characters: `-`, `0.8`, `41`, `812`, `1.2k`."""
    if value <= 0:
        return "-"
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}" if value < 999.5 else figures.rate(value)


AXES = (
    Axis("wall", "MB/s", lambda point: point.wall.median, megabytes),
    Axis("events", "events/s", lambda point: point.events.median, figures.rate),
    Axis("cpu", "MB per CPU-second", lambda point: point.cpu.median, megabytes),
    Axis("p99", "p99 latency", lambda point: point.latency.p99_ns, figures.duration, True),
)
FULL = BenchPlan(schedules=SCHEDULES)
SHORT = msgspec.structs.replace(QUICK, schedules=SCHEDULES)


@dataclass
class Benched:
    """`step` is the last one of the engine, `over` a run that is laid over its own, called `over_name`."""

    step: BenchStep | None = None
    over: BenchRun | None = None
    over_name: str = ""
    plan: BenchPlan = field(default_factory=lambda: SHORT)
    axis: Axis = AXES[0]
    flows: int = 0
    """The size whose figures are shown; 0: the largest."""

    @property
    def run(self) -> BenchRun | None:
        """The run that is shown, whole or as far as it is."""
        return self.step.run if self.step else None

    @property
    def is_running(self) -> bool:
        """Whether the engine measures."""
        return self.step is not None and not self.step.over

    @property
    def runs(self) -> list[BenchRun]:
        """The run, then the one that is laid over it."""
        return [run for run in (self.run, self.over) if run is not None]

    @property
    def schedules(self) -> list[Schedule]:
        """Those that are in any of the runs, in their order."""
        found = {schedule for run in self.runs for schedule in run.plan.schedules}
        return [schedule for schedule in SCHEDULES if schedule in found]

    @property
    def sizes(self) -> list[int]:
        """The numbers of flows that are in any of the runs, in their order."""
        return sorted({flows for run in self.runs for flows in run.plan.flows})

    @property
    def chosen(self) -> int:
        """The size whose figures are shown: the largest that was measured, unless another was chosen.

        0 where there is none.
        """
        sizes = self.sizes
        if self.flows in sizes or not sizes:
            return self.flows if sizes else 0
        return max(
            (point.flows for run in self.runs for point in run.points if point.done), default=sizes[-1]
        )

    def choose(self, by: int) -> None:
        """Goes to a size beside."""
        sizes = self.sizes
        if sizes:
            at = sizes.index(self.chosen) + by
            self.flows = sizes[max(0, min(len(sizes) - 1, at))]

    def turn(self) -> None:
        """Goes to the next axis."""
        self.axis = AXES[(AXES.index(self.axis) + 1) % len(AXES)]

    def value(self, run: BenchRun | None, schedule: Schedule, flows: int) -> float:
        """A figure on the axis; 0 where it was not measured."""
        point = run.point(schedule, flows) if run else None
        return self.axis.value(point) if point and point.done else 0.0

    def curves(self, dots: tuple[str, str] = ("·", ":")) -> list[tuple[Curve, Schedule, bool]]:
        """Every curve with its schedule, and whether it is of the run that is laid over."""
        found = []
        for run, dot in ((self.run, dots[0]), (self.over, dots[1])):
            is_over = run is self.over
            for schedule in run.plan.schedules if run else ():
                points = [(flows, self.value(run, schedule, flows)) for flows in self.sizes]
                there = tuple(point for point in points if point[1])
                letter = schedule[0].upper() if is_over else schedule[0]
                found.append((Curve(letter, there, dot), schedule, is_over))
        return found

    def scale(self, rows: int) -> Scale:
        """The y axis for what is there; latencies are on a logarithmic one."""
        values = [value for curve, _, _ in self.curves() for _, value in curve.points]
        if self.axis.falls and values:
            return logarithmic(min(values), max(values), rows)
        return linear(max(values, default=0.0), rows)

    def best(self, run: BenchRun, schedule: Schedule) -> tuple[int, float]:
        """The size with the best figure of a schedule, and that figure; (0, 0) where there is none."""
        found = [(self.value(run, schedule, flows), flows) for flows in run.plan.flows]
        there = [one for one in found if one[0]]
        if not there:
            return 0, 0.0
        value, flows = min(there) if self.axis.falls else max(there)
        return flows, value

    @property
    def left_s(self) -> float:
        """About how many seconds the run takes still: as it went so far, in the beginning as planned."""
        step = self.step
        if step is None or step.over:
            return 0.0
        planned = step.run.plan.expected_s / step.of if step.of else 0.0
        each = step.run.seconds / step.done if step.done else planned
        return max(each, planned) * (step.of - step.done)

    # --- in words

    def ratios(self) -> str:
        """What becomes of each schedule at the most flows, against its best: the curve in a sentence."""
        run = self.run or self.over
        if run is None or not any(point.done for point in run.points):
            return ""
        last = max((point.flows for point in run.points if point.done), default=0)
        parts = []
        for schedule in run.plan.schedules:
            value, (best_at, best) = self.value(run, schedule, last), self.best(run, schedule)
            if value and best:
                parts.append((schedule, value / best, best_at))
        if not parts:
            return ""
        shown = [f"{name} {self.part(part)}" for name, part, _ in parts]
        if parts[0][2] == last:
            shown[0] += " of its best"
        else:
            shown[0] += f" of its {'lowest' if self.axis.falls else 'best'} (at {parts[0][2]})"
        return f"{last} {'flow' if last == 1 else 'flows'}: {', '.join(shown)}"

    def part(self, part: float) -> str:
        """A figure against the best one of its schedule: a part of it, or how often it."""
        return f"{part:.2f}" if not self.axis.falls or part < 1.005 else f"x{part:.3g}"

    def gain(self) -> str:
        """What more processes bring, against one loop, at the size that is shown."""
        run = self.run or self.over
        single = self.value(run, "async", self.chosen)
        many = self.value(run, "executors", self.chosen)
        if not single or not many or run is None or self.axis.falls:
            return ""
        return f"{run.plan.executors} executors are {many / single:.2f} of async at {self.chosen}"


def of_plan(plan: BenchPlan) -> str:
    """What a plan measures, in a few words: `skewed classify  a t e  1-64  5 x 1 s`."""
    letters = " ".join(schedule[0] for schedule in plan.schedules)
    sizes = _sizes(plan.flows)
    return f"{plan.data} {plan.script}  {letters}  {sizes}  {plan.rounds} x {plan.seconds:g} s"


def _sizes(flows: Sequence[int]) -> str:
    if len(flows) > 3 and all(later == 2 * one for one, later in pairwise(flows)):
        return f"{flows[0]}-{flows[-1]}"
    return ",".join(map(str, flows))


def is_quick(plan: BenchPlan) -> bool:
    """Whether a plan is but a look."""
    return plan.rounds < FULL.rounds


def other_length(plan: BenchPlan) -> BenchPlan:
    """A quick look in the place of a full run, or the other way round, at the same things."""
    length = FULL if is_quick(plan) else SHORT
    values = {name: getattr(length, name) for name in ("flows", "rounds", "seconds", "warmup")}
    return msgspec.structs.replace(plan, **values)


def takes(plan: BenchPlan) -> str:
    """About how long a plan takes: `13 s`, `2 min 27 s`."""
    return lasting(plan.expected_s)


def lasting(seconds: float) -> str:
    """A time in whole seconds, as `13 s` or `2 min 27 s`."""
    seconds = round(seconds)
    return f"{seconds} s" if seconds < 100 else f"{seconds // 60} min {seconds % 60:02d} s"


def called(run: BenchRun, name: str = "") -> str:
    """What a saved run is called: when it was made, or its name."""
    if not run.began_ns:
        return name or "a run"
    return time.strftime("%d %b %H:%M", time.localtime(run.began_ns / 1e9))


def conditions(run: BenchRun) -> str:
    """The machine, the load and the versions of a run, in a line."""
    on = run.conditions
    cores = f"{on.cores} core{'' if on.cores == 1 else 's'}" if on.cores else ""
    load = f"load {on.load[0]:.1f} to {on.load[1]:.1f}" if any(on.load) else ""
    libraries = [f"{name} {version}" for name, version in on.libraries.items()]
    return ", ".join(part for part in (cores, load, on.python, on.loop, *libraries) if part)


def remarks(run: BenchRun) -> list[str]:
    """What could not be measured, and what makes the figures of a run less than they could be."""
    on, found = run.conditions, failures(run)
    if run.beside:
        found.append(f"too low: beside it ran {run.beside}")
    if on.cores and on.load[0] >= BUSY_LOAD * on.cores:
        found.append(f"too low: the load was {on.load[0]:.1f} on {on.cores} cores before it began")
    if on.cores and "executors" in run.plan.schedules and run.plan.executors > on.cores:
        found.append(f"{run.plan.executors} executors share {on.cores} cores")
    return found


def beside(picture: EngineSnapshot | None) -> str:
    """Which flows of the engine would take time from a run now; empty where none has events."""
    busy = [flow for flow in (picture.flows if picture else ()) if flow.in_s]
    if not busy:
        return ""
    rate = figures.rate(sum(flow.in_s for flow in busy))
    return f"{busy[0].alias} takes in {rate}/s" if len(busy) == 1 else f"{len(busy)} flows take in {rate}/s"


def plan_of(values: Iterable[tuple[str, object]], before: BenchPlan) -> BenchPlan:
    """A plan with other values. Raises ValueError where one is of another kind."""
    try:
        return msgspec.convert({**msgspec.to_builtins(before), **dict(values)}, BenchPlan)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


CHOICES = {
    "schedules": SCHEDULES,
    "data": DATA,
    "script": SCRIPTS,
    "flows": tuple(str(2**power) for power in range(10)),
}
