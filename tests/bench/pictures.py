"""Runs as they might have been measured, for tests of what is shown of one."""

from __future__ import annotations

from tremor_tui.control.bench import (
    BenchPlan,
    BenchPoint,
    BenchRun,
    Conditions,
    Latency,
    Schedule,
    Spread,
)

CONDITIONS = Conditions(
    2, "A processor", "Linux", "CPython 3.11.7", "0.1.0", {"orjson": "3.10"}, "asyncio", (0.1, 1.5)
)
CURVES: dict[Schedule, dict[int, float]] = {
    "async": {1: 400, 8: 440, 64: 400},
    "threads": {1: 360, 8: 200, 64: 40},
    "executors": {1: 400, 8: 800, 64: 780},
}


def point(schedule: Schedule, flows: int, wall: float, rounds: int = 3) -> BenchPoint:
    """A point whose rounds are 90, 100 and 105 % of a figure; two processes where that makes sense."""
    processes = min(2, flows) if schedule == "executors" else 1
    walls = [wall * part for part in (0.9, 1.0, 1.05)][:rounds]
    cpus = [one / processes for one in walls]
    return BenchPoint(
        schedule,
        flows,
        len(walls),
        3,
        wall=Spread.of(walls),
        cpu=Spread.of(cpus),
        events=Spread.of([one * 1e6 / 630 for one in walls]),
        walls=tuple(walls),
        cpus=tuple(cpus),
        overflow=0.9,
        load=float(processes),
        latency=Latency(900_000, 1_500_000, 3_000_000, 12_000_000, 2_500_000_000, (0, 0, 1)),
        processes=processes,
    )


def run(schedules: tuple[Schedule, ...] = ("async", "threads", "executors"), factor: float = 1.0) -> BenchRun:
    """A finished run; `factor` makes all of it faster."""
    points = [point(one, flows, wall * factor) for one in schedules for flows, wall in CURVES[one].items()]
    plan = BenchPlan(schedules, (1, 8, 64), rounds=3)
    return BenchRun(plan, CONDITIONS, tuple(points), 1_700_000_000_000_000_000, 12.5, True)
