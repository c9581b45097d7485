"""Tables: a run, a comparison and the cost of statistics as rows of text, and what to say about them.

No table is wider than 80 columns with the usual figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tremor_tui.bench.against import Change, is_quiet, load_words
from tremor_tui.bench.compare import Comparison, Figures
from tremor_tui.bench.cost import CostRun
from tremor_tui.control.bench import BenchPlan, BenchPoint, BenchRun, Conditions, Spread, failures

NS_UNITS = ((1e9, "s"), (1e6, "ms"), (1e3, "us"))
GOALS = {"classify": 2.5, "keys": 1.5, "change": 1.0}
FILE_GOALS = {"classify": 2.0, "keys": 1.3, "change": 1.0}
"""How many times as fast as the loop by hand the runtime is meant to be."""


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows; `right` has an `r` for each column that is aligned to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: str


def throughput(run: BenchRun) -> Table:
    """Throughput of each point."""
    header = ("schedule", "flows", "MB/s", "from-to", "MB/cpu-s", "from-to", "events/s", "cores", "over")
    rows = [
        (
            point.schedule,
            topology(point.flows),
            f"{point.wall.median:.0f}",
            span(point.wall),
            f"{point.cpu.median:.0f}",
            span(point.cpu),
            f"{point.events.median:,.0f}",
            f"{point.load:.2f}",
            f"{point.overflow:.0%}",
        )
        for point in _measured(run)
    ]
    return Table(header, tuple(rows), "lrrrrrrrr")


def latencies(run: BenchRun) -> Table:
    """Latency of each point, from the source's read to the sink."""
    header = ("schedule", "flows", "p50", "p90", "p99", "p99.9", "max", "rounds")
    rows = [
        (
            point.schedule,
            topology(point.flows),
            *(time_of(ns) for ns in _times(point)),
            f"{point.done} of {point.of}",
        )
        for point in _measured(run)
    ]
    return Table(header, tuple(rows), "lrrrrrrr")


def findings(run: BenchRun) -> list[str]:
    """What the figures say: how flat each schedule is, and what more executors are worth."""
    said = failures(run)
    for schedule in run.plan.schedules:
        points = [point for point in _measured(run) if point.schedule == schedule]
        if len(points) > 1:
            said.append(_flatness(points))
    said += _executors(run)
    if any(point.flows < run.plan.executors for point in _measured(run) if point.schedule == "executors"):
        said.append("executors: fewer flows than executors use as many processes as there are flows")
    return said


def about(plan: BenchPlan) -> str:
    """What was measured, in a line."""
    switches = [
        words
        for is_on, words in (
            (plan.whole_events, "whole events"),
            (not plan.statistics, "no statistics"),
            (bool(plan.batch_rows), f"batches of {plan.batch_rows}"),
        )
        if is_on
    ]
    what = ", ".join((f"{plan.data} data", f"script {plan.script}", *switches))
    return (
        f"n:n:1, {what}; medians of {plan.rounds} rounds of {plan.seconds:g} s after {plan.warmup:g} s "
        "of warm-up"
    )


def machine(conditions: Conditions) -> list[str]:
    """The machine and what ran on it, in lines."""
    libraries = ", ".join(f"{name} {version}" for name, version in conditions.libraries.items())
    lines = [
        f"{conditions.processor}, {conditions.cores} cores, {conditions.system}; {load_words(conditions)}",
        f"tremor-tui {conditions.version}, {conditions.python} on {conditions.loop}, {libraries}",
    ]
    if not is_quiet(conditions):
        lines.append("the machine was busy: only ratios within this run say something")
    return lines


def against(changes: Sequence[Change]) -> Table:
    """A run beside a saved one."""
    header = ("schedule", "flows", "MB/s", "MB/cpu-s", "")
    rows = [
        (
            change.schedule,
            topology(change.flows),
            f"{change.wall:.2f}x",
            f"{change.cpu:.2f}x",
            "beyond both ranges" if change.beyond else "within the ranges",
        )
        for change in changes
    ]
    return Table(header, tuple(rows), "lrrrl")


def comparison(made: Comparison) -> Table:
    """The sides of a comparison."""
    header = ["data", "script", "side", "us/event", "MB/cpu-s", "ratio", "from-to", "goal"]
    goals = FILE_GOALS if made.plan.files else GOALS
    rows = [
        (
            cell.data,
            cell.script,
            side.side,
            f"{side.per_event_us.median:.2f}",
            f"{side.cpu.median:.0f}",
            f"{side.ratio.median:.2f}x",
            f"{side.ratio.low:.2f}-{side.ratio.high:.2f}",
            _goal(side, goals[cell.script]),
            *((f"{side.wall.median:.0f}", f"{side.startup_ms:.0f}") if side.wall else ()),
        )
        for cell in made.cells
        for side in cell.sides
    ]
    extra = ["MB/s", "start ms"] if made.plan.files else []
    return Table((*header, *extra), tuple(rows), "lllrrrrr" + "r" * len(extra))


def costs(made: CostRun) -> Table:
    """What statistics cost."""
    header = ("flows", "on MB/cpu-s", "off MB/cpu-s", "on/off", "from-to", "cost")
    rows = [
        (
            topology(cost.flows),
            f"{cost.on.median:.0f}",
            f"{cost.off.median:.0f}",
            f"{cost.ratio.median:.3f}",
            f"{cost.ratio.low:.2f}-{cost.ratio.high:.2f}",
            f"{1 - cost.ratio.median:+.1%}",
        )
        for cost in made.costs
    ]
    return Table(header, tuple(rows), "rrrrrr")


def topology(flows: int) -> str:
    """n:n:1."""
    return f"{flows}:{flows}:1"


def span(spread: Spread) -> str:
    """The range of a figure."""
    return f"{spread.low:.0f}-{spread.high:.0f}"


def time_of(ns: int) -> str:
    """A time with its unit."""
    for size, unit in NS_UNITS:
        if ns >= size:
            value = ns / size
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{ns} ns"


def _measured(run: BenchRun) -> list[BenchPoint]:
    return [point for point in run.points if point.done]


def _times(point: BenchPoint) -> tuple[int, ...]:
    late = point.latency
    return late.p50_ns, late.p90_ns, late.p99_ns, late.p999_ns, late.max_ns


def _goal(side: Figures, goal: float) -> str:
    return f"{goal:g}x" if side.side == "tremor-tui" else ""


def _flatness(points: Sequence[BenchPoint]) -> str:
    last = max(points, key=lambda point: point.flows)
    best = max(points, key=lambda point: point.cpu.median)
    fastest = max(points, key=lambda point: point.wall.median)
    return (
        f"{last.schedule}: {topology(last.flows)} has {_part(last.cpus, best.cpus):.2f} of its best per "
        f"processor second ({topology(best.flows)}), {_part(last.walls, fastest.walls):.2f} by the clock "
        f"({topology(fastest.flows)})"
    )


def _executors(run: BenchRun) -> list[str]:
    pairs = [
        (many, one)
        for flows in run.plan.flows
        if (many := run.point("executors", flows)) and (one := run.point("async", flows))
        if many.done and one.done and many.processes > 1
    ]
    if not pairs:
        return []
    ratios = [_part(many.walls, one.walls) for many, one in pairs]
    many, one = pairs[-1]
    said = (
        f"{many.processes} executors: {ratios[-1]:.2f}x one at {topology(many.flows)} by the clock "
        f"({min(ratios):.2f}x to {max(ratios):.2f}x over all), {_part(many.cpus, one.cpus):.2f}x per "
        "processor second"
    )
    return [said]


def _part(values: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios within the rounds that both have."""
    pairs = [one / other for one, other in zip(values, others, strict=False) if other]
    return median(pairs) if pairs else 0.0
