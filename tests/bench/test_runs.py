from __future__ import annotations

import select
import signal
import subprocess
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from tremor_tui.bench import compare as comparing
from tremor_tui.bench import rounds
from tremor_tui.bench.compare import ComparePlan, Timed, check_same, compare, figures, turned
from tremor_tui.bench.cost import measure_cost
from tremor_tui.bench.files import Took, compare_files, timed
from tremor_tui.bench.pool import Pool
from tremor_tui.bench.rounds import Tally, measure, order, processes
from tremor_tui.bench.tables import findings
from tremor_tui.bench.worker import Answer, Begin, End, Measure
from tremor_tui.control.bench import SCHEDULES, BenchPlan, BenchStep, Schedule, Spread, decode_step
from tremor_tui.control.launch import python_command, python_environment
from tremor_tui.errors import ConfigError, ControlError
from tremor_tui.metrics.instruments import Histogram
from tremor_tui.workbench.benched import remarks

SHORT = BenchPlan(flows=(1, 2), rounds=2, seconds=0.05, warmup=0.0)


def quiet(done: int, of: int, now: str) -> None:
    """Hears of progress."""


def answer(size: int, cpu_s: float, wall_s: float = 1.0, events: int = 100, over: int = 10) -> Answer:
    latency = Histogram()
    latency.add(1000, events)
    return Answer(
        int(wall_s * 1e9), int(cpu_s * 1e9), events, size, over, tuple(latency.counts), latency.largest
    )


# -- figures -------------------------------------------------------------------------------------------


def test_a_point_has_the_medians_and_ranges_of_its_rounds() -> None:
    tally = Tally()
    for size, cpu in ((100_000_000, 0.5), (300_000_000, 1.0), (200_000_000, 1.0)):
        tally.add([answer(size, cpu)])

    point = tally.point(("async", 8), SHORT)

    assert point.wall == Spread(200.0, 100.0, 300.0)
    assert point.cpu == Spread(200.0, 200.0, 300.0)
    assert point.walls == (100.0, 300.0, 200.0)
    assert (point.done, point.of, point.overflow) == (3, 2, 0.1)
    assert (point.latency.max_ns, point.latency.p999_ns) == (1000, 1000)
    assert sum(point.latency.counts) == 300


def test_processes_add_up_by_the_clock_and_share_processor_time() -> None:
    tally = Tally()
    tally.add([answer(100_000_000, 1.0), answer(200_000_000, 1.0, wall_s=2.0)])

    point = tally.point(("executors", 2), SHORT)

    assert point.wall.median == 200.0
    assert point.cpu.median == 150.0
    assert point.processes == 2


@pytest.mark.parametrize(
    ("schedule", "flows", "count"),
    [("async", 64, 1), ("threads", 8, 1), ("executors", 1, 1), ("executors", 8, 2)],
)
def test_no_more_processes_than_flows(schedule: Schedule, flows: int, count: int) -> None:
    assert processes(SHORT, (schedule, flows)) == count


def test_each_round_has_all_points_in_another_order() -> None:
    cases = BenchPlan(schedules=("async", "executors")).cases

    orders = [order(cases, turn) for turn in range(5)]

    assert all(sorted(one) == sorted(cases) for one in orders)
    assert len({one[0] for one in orders}) == 5


def test_sides_take_turns_at_being_first() -> None:
    sides: list[comparing.Side] = ["tremor-tui", "hand"]

    assert [turned(sides, turn)[0] for turn in range(4)] == ["tremor-tui", "hand"] * 2


def test_ratios_are_taken_within_a_round() -> None:
    ours: list[Timed] = [(1000, 630_000, 900, 1_000_000), (1000, 630_000, 900, 4_000_000)]
    hand: list[Timed] = [(1000, 630_000, 0, 2_000_000), (1000, 630_000, 0, 8_000_000)]

    found = figures("tremor-tui", ours, hand)

    assert found.ratios == (2.0, 2.0)
    assert found.per_event_us == Spread(2.5, 1.0, 4.0)
    assert (found.overflow, found.cpu.high) == (0.9, 630.0)


def test_sides_that_write_other_events_are_not_compared() -> None:
    with pytest.raises(ControlError, match="do not do the same"):
        check_same("even", "keys", {"hand": [(100, 63_000, 0, 1)], "tremor-tui": [(100, 61_000, 0, 1)]})


# -- real runs -----------------------------------------------------------------------------------------


def test_a_run_measures_every_point_over_the_real_runtime() -> None:
    steps: list[BenchStep] = []
    plan = msgspec.structs.replace(SHORT, schedules=SCHEDULES, flows=(2,), rounds=1)

    run = measure(plan, steps.append)

    assert run.finished
    assert [step.done for step in steps] == [0, 1, 2, 3]
    assert [step.over for step in steps] == [False, False, False, True]
    assert [(one.schedule, one.done, one.processes) for one in run.points] == [
        ("async", 1, 1),
        ("threads", 1, 1),
        ("executors", 1, 2),
    ]
    for point in run.points:
        size = point.wall.median * 1e6 / point.events.median
        assert 600 < size < 660
        assert 0 < point.latency.p50_ns <= point.latency.max_ns
        assert 0 <= point.overflow <= 1
    assert steps[-1].run.points == run.points


def test_a_plan_that_cannot_be_run_is_refused_before_anything_starts() -> None:
    with pytest.raises(ConfigError, match="flows are 1 to"):
        measure(BenchPlan(flows=(0,)), lambda step: None)


def test_a_worker_tells_what_went_wrong_and_goes_on() -> None:
    with Pool() as pool:
        with pytest.raises(ControlError, match="no flow to measure"):
            pool.ask([Measure(0.0, 0.01)])
        assert pool.ask([End()]) == [Answer()]


def test_a_worker_that_was_killed_is_told() -> None:
    with Pool() as pool:
        pool.ask([End()])
        pool._workers[0].kill()
        with pytest.raises(ControlError, match="ended with status -9"):
            pool.ask([End()])


def test_a_worker_whose_driver_is_killed_ends_in_the_middle_of_a_measurement() -> None:
    worker = subprocess.Popen(
        python_command("tremor_tui.bench.worker"), stdin=subprocess.PIPE, env=python_environment()
    )
    assert worker.stdin
    worker.stdin.write(msgspec.json.encode(End()) + b"\n")
    worker.stdin.close()

    assert worker.wait(15) == 0


def test_both_sides_are_compared_in_memory() -> None:
    plan = ComparePlan(data=("even",), scripts=("classify", "change"), rounds=2, seconds=0.05, warmup=0.02)

    made = compare(plan, quiet)

    assert [(cell.data, cell.script) for cell in made.cells] == [("even", "classify"), ("even", "change")]
    for cell in made.cells:
        by_side = {side.side: side for side in cell.sides}
        assert by_side["hand"].ratio == Spread(1.0, 1.0, 1.0)
        assert by_side["tremor-tui"].ratio.low > 0


def test_both_sides_are_compared_from_file_to_file() -> None:
    plan = ComparePlan(data=("text",), scripts=("keys",), rounds=1, events=2000, files=True)

    made = compare_files(plan, quiet)

    [cell] = made.cells
    assert [side.side for side in cell.sides] == ["tremor-tui", "hand"]
    assert all(side.startup_ms > 0 and side.wall is not None for side in cell.sides)


def test_a_side_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match=r"status 1: .*no-such-file"):
        timed(python_command("tremor_tui", "run", str(tmp_path / "no-such-file.trickle")))
    assert isinstance(timed(python_command("tremor_tui", "--version")), Took)


def test_statistics_on_and_off_are_measured_by_turns() -> None:
    heard: list[str] = []

    made = measure_cost(
        msgspec.structs.replace(SHORT, flows=(1,)), lambda done, of, now: heard.append(now.rpartition(" ")[2])
    )

    assert heard == ["off", "on", "on", "off"]
    assert made.costs[0].ratio.median > 0


# -- the process that the Bench screen reads -----------------------------------------------------------


def child(plan: bytes) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        python_command("tremor_tui.bench.child"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=python_environment(),
        bufsize=0,
    )
    assert process.stdin
    process.stdin.write(plan + b"\n")
    return process


def lines_of(process: subprocess.Popen[bytes]) -> list[BenchStep]:
    """Its steps, read to its end."""
    assert process.stdout
    with process.stdout as stdout:
        return [decode_step(line) for line in stdout.read().splitlines()]


def test_the_child_tells_each_step_and_ends() -> None:
    process = child(msgspec.json.encode(msgspec.structs.replace(SHORT, flows=(1,), rounds=1)))

    steps = lines_of(process)

    assert [(step.done, step.of, step.over) for step in steps] == [(0, 1, False), (1, 1, True)]
    assert steps[-1].run.finished
    assert process.wait() == 0
    assert process.stdin
    process.stdin.close()


def test_the_child_tells_why_it_cannot() -> None:
    for plan, words in ((b"{", "no plan"), (b'{"rounds": 0}', "rounds are 1 to 1000")):
        process = child(plan)
        [step] = lines_of(process)
        assert step.over
        assert words in step.error
        assert process.wait() == 1
        assert process.stdin
        process.stdin.close()


@pytest.mark.parametrize("how", ["its stdin ends", "SIGTERM"])
def test_the_child_and_its_workers_end_with_whoever_asked(how: str) -> None:
    process = child(msgspec.json.encode(msgspec.structs.replace(SHORT, seconds=60.0)))
    assert process.stdout
    assert process.stdin
    assert select.select([process.stdout], [], [], 15)[0]
    process.stdout.readline()
    workers = psutil.Process(process.pid).children()

    begin = time.monotonic()
    process.stdin.close() if how == "its stdin ends" else process.send_signal(signal.SIGTERM)

    assert process.stdout.read() == b""
    assert process.wait() == 143
    assert psutil.wait_procs(workers, timeout=5)[1] == []
    assert time.monotonic() - begin < 10
    process.stdout.close()
    process.stdin.close()


# -- steps that fail -----------------------------------------------------------------------------------


class Broken:
    """A pool whose `threads 2:2:1` does not answer; `asked` is what it was asked, `closed` how often."""

    asked: list[tuple[str, int]]
    closed = 0
    fails: tuple[tuple[str, int], ...] = (("threads", 2),)

    def __enter__(self) -> Broken:
        type(self).asked, type(self).closed = [], 0
        return self

    def __exit__(self, *raised: object) -> None:
        """Nothing was started."""

    def close(self) -> None:
        type(self).closed += 1

    def ask(self, orders: list[Begin | Measure | End], takes_s: float = 0.0) -> list[Answer]:
        first = orders[0]
        if isinstance(first, Begin):
            case = (first.schedule, sum(one.flows for one in orders if isinstance(one, Begin)))
            self.asked.append(case)
            if case in self.fails:
                raise ControlError("a process that measures did not answer in time")
        return [answer(100_000_000, 1.0)] * len(orders)


def test_a_step_that_fails_is_told_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "Pool", Broken)
    steps: list[BenchStep] = []

    run = measure(BenchPlan(("async", "threads"), (1, 2), rounds=4, seconds=0.05), steps.append)

    points = {(point.schedule, point.flows): point for point in run.points}
    bad = points.pop(("threads", 2))
    assert all((point.done, point.failures) == (4, 0) for point in points.values())
    assert (bad.done, bad.failures, Broken.closed) == (0, 2, 2)
    assert Broken.asked.count(("threads", 2)) == 2  # once more, and then it is left out
    assert run.finished
    assert steps[-1].done == steps[-1].of == 16
    sentence = "threads 2:2:1 failed in 2 of 4 rounds: a process that measures did not answer in time"
    assert findings(run)[0] == sentence
    assert remarks(run)[0] == sentence


def test_where_every_step_fails_the_run_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "Pool", Broken)
    with pytest.raises(ControlError, match="did not answer in time"):
        measure(BenchPlan(("threads",), (2,), rounds=3, seconds=0.05), lambda step: None)
