"""Cost: what measuring tasks costs, as a ratio of throughput with the statistics on and off, by turns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tremor_tui.bench.conditions import conditions, load
from tremor_tui.bench.pool import Pool
from tremor_tui.bench.topology import write_events
from tremor_tui.bench.worker import Begin, End, Measure
from tremor_tui.control.base import Picture
from tremor_tui.control.bench import BenchPlan, Conditions, Spread


class Cost(Picture, frozen=True, omit_defaults=False):
    """With so many flows: MB per processor second with and without, and the ratio of each round."""

    flows: int
    on: Spread
    off: Spread
    ratio: Spread


class CostRun(Picture, frozen=True, omit_defaults=False):
    """A finished measurement; of the plan flows, data, script, rounds and seconds count."""

    plan: BenchPlan
    conditions: Conditions
    costs: tuple[Cost, ...]


def measure_cost(plan: BenchPlan, tell: Callable[[int, int, str], None]) -> CostRun:
    """Measures each number of flows with both, round by round. Raises ControlError."""
    before = load()
    figures: dict[int, dict[bool, list[float]]] = {n: {True: [], False: []} for n in plan.flows}
    done, of = 0, 2 * plan.rounds * len(plan.flows)
    with TemporaryDirectory(prefix="tremor-tui-bench-") as folder, Pool() as pool:
        events = write_events(Path(folder), plan.data, plan.seed)
        for turn in range(plan.rounds):
            for flows in plan.flows:
                for on in (True, False) if turn % 2 else (False, True):
                    tell(done, of, f"{flows}:{flows}:1 with statistics {'on' if on else 'off'}")
                    figures[flows][on].append(_measured(pool, plan, events, flows, on))
                    done += 1
    costs = [_cost(flows, made[True], made[False]) for flows, made in figures.items()]
    return CostRun(plan, conditions(before), tuple(costs))


def _measured(pool: Pool, plan: BenchPlan, events: Path, flows: int, on: bool) -> float:
    options = plan.whole_events, on, plan.batch_rows
    pool.ask([Begin("async", flows, plan.script, str(events), *options)])
    answer = pool.ask([Measure(plan.warmup, plan.seconds)], plan.warmup + plan.seconds)[0]
    pool.ask([End()])
    return answer.size / answer.cpu_ns * 1e3


def _cost(flows: int, on: list[float], off: list[float]) -> Cost:
    ratios = [one / other for one, other in zip(on, off, strict=True)]
    return Cost(flows, Spread.of(on), Spread.of(off), Spread.of(ratios))
