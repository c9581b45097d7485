"""Against: a run beside a saved one, as ratios; and what makes two runs hard to compare."""

from __future__ import annotations

from dataclasses import dataclass

from tremor_tui.control.bench import BenchRun, Conditions, Schedule

QUIET = 0.5
"""Load average per core up to which a machine counts as quiet."""


@dataclass(frozen=True, slots=True)
class Change:
    """How many times as fast a point is as it was; `beyond` where that is more than both spreads explain."""

    schedule: Schedule
    flows: int
    wall: float
    cpu: float
    beyond: bool


def changes(run: BenchRun, saved: BenchRun) -> list[Change]:
    """The points that both runs have."""
    found = []
    for point in run.points:
        before = saved.point(point.schedule, point.flows)
        if before is None or not before.done or not point.done:
            continue
        is_apart = point.cpu.low > before.cpu.high or point.cpu.high < before.cpu.low
        wall, cpu = point.wall.median / before.wall.median, point.cpu.median / before.cpu.median
        found.append(Change(point.schedule, point.flows, wall, cpu, is_apart))
    return found


def refusals(run: BenchRun, saved: BenchRun) -> list[str]:
    """Why their figures say nothing about each other; empty where they may."""
    found = [
        f"{name} was {then}, and is {now}"
        for name, then, now in (
            ("the data", saved.plan.data, run.plan.data),
            ("the script", saved.plan.script, run.plan.script),
            ("--whole-events", saved.plan.whole_events, run.plan.whole_events),
            ("the events of a batch", saved.plan.batch_rows, run.plan.batch_rows),
            ("the seed", saved.plan.seed, run.plan.seed),
            ("the processor", saved.conditions.processor, run.conditions.processor),
            ("the number of cores", saved.conditions.cores, run.conditions.cores),
        )
        if then != now
    ]
    if not changes(run, saved):
        found.append("they have no point in common")
    return found


def warnings(run: BenchRun, saved: BenchRun) -> list[str]:
    """What else was different."""
    then, now = saved.conditions, run.conditions
    pairs = [
        ("system", then.system, now.system),
        ("Python", then.python, now.python),
        ("tremor-tui", then.version, now.version),
        ("the loop", then.loop, now.loop),
        ("executors", str(saved.plan.executors), str(run.plan.executors)),
        ("statistics", str(saved.plan.statistics), str(run.plan.statistics)),
        ("seconds", f"{saved.plan.seconds:g}", f"{run.plan.seconds:g}"),
    ]
    names = sorted({*then.libraries, *now.libraries})
    pairs += [(name, then.libraries.get(name, "none"), now.libraries.get(name, "none")) for name in names]
    found = [f"{name}: {before} then, {after} now" for name, before, after in pairs if before != after]
    for when, conditions in (("then", then), ("now", now)):
        if not is_quiet(conditions):
            found.append(f"the machine was busy {when}: {load_words(conditions)}, {conditions.cores} cores")
    if not saved.finished:
        found.append("the saved run was ended before its end")
    return found


def is_quiet(conditions: Conditions) -> bool:
    """Whether little else ran when the run began."""
    return conditions.load[0] <= QUIET * max(1, conditions.cores)


def load_words(conditions: Conditions) -> str:
    """The load in words."""
    return f"load {conditions.load[0]:.2f} before and {conditions.load[1]:.2f} after"
