from __future__ import annotations

import msgspec
import pytest

from tests.bench.pictures import run
from tremor_tui.control.bench import (
    FLOWS,
    QUICK,
    BenchPlan,
    BenchStep,
    Spread,
    decode_run,
    decode_step,
    encode_run,
    problems,
)
from tremor_tui.errors import DataError


def test_a_saved_run_is_read_as_it_was() -> None:
    assert decode_run(encode_run(run())) == run()


def test_a_saved_run_says_everything_whatever_the_defaults_are() -> None:
    saved = msgspec.json.decode(encode_run(run()))

    assert saved["format"] == 1
    assert saved["plan"]["flows"] == [1, 8, 64]
    assert saved["plan"]["statistics"] is True
    assert saved["conditions"]["libraries"] == {"orjson": "3.10"}


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"plan": 1}', b"\xff", b'{"plan": {"data": "odd"}}'])
def test_what_is_no_run_is_refused(text: bytes) -> None:
    with pytest.raises(DataError, match="no saved run"):
        decode_run(text)


def test_a_run_of_another_format_is_refused() -> None:
    with pytest.raises(DataError, match="format 2"):
        decode_run(encode_run(msgspec.structs.replace(run(), format=2)))


def test_a_step_is_read_as_it_was_said() -> None:
    step = BenchStep(3, 9, run(), "async 1:1:1")

    assert decode_step(msgspec.json.encode(step)) == step
    with pytest.raises(DataError):
        decode_step(b"Traceback")


def test_a_plan_counts_its_measurements() -> None:
    plan = BenchPlan(("async", "threads"), rounds=5)

    assert plan.steps == 2 * len(FLOWS) * 5
    assert plan.cases[0] == ("async", 1)
    assert plan.expected_s > plan.steps * plan.seconds


@pytest.mark.parametrize(
    "plan",
    [
        BenchPlan(schedules=()),
        BenchPlan(flows=()),
        BenchPlan(flows=(0,)),
        BenchPlan(flows=(1, 1)),
        BenchPlan(rounds=0),
        BenchPlan(seconds=0.0),
        BenchPlan(seconds=float("nan")),
        BenchPlan(warmup=-1.0),
        BenchPlan(executors=0),
        BenchPlan(batch_rows=-1),
    ],
)
def test_what_is_wrong_with_a_plan_is_said(plan: BenchPlan) -> None:
    assert len(problems(plan)) == 1
    assert problems(BenchPlan()) == problems(QUICK) == []


def test_a_spread_is_the_median_and_the_range() -> None:
    assert Spread.of([3.0, 1.0, 8.0]) == Spread(3.0, 1.0, 8.0)
    assert Spread.of([]) == Spread()
    assert Spread.of([90.0, 100.0, 130.0]).part == pytest.approx(0.3)
