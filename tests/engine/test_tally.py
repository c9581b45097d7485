from __future__ import annotations

import pytest

from tremor_tui.control.snapshots import TaskSnapshot
from tremor_tui.engine.tally import Count, Tally, fails, percent

SECOND = 10**9


def task(seen: int, err: int = 0, *, failed: int = 0, alias: str = "main") -> TaskSnapshot:
    return TaskSnapshot(
        f"f/pipeline/{alias}", "f", alias, "pipeline", events_in=seen, events_err=err, failed=failed
    )


def test_what_left_by_err_and_what_failed_without_one_are_counted() -> None:
    tally = Tally(10 * SECOND)

    tally.see([task(100, 3, failed=4), TaskSnapshot("f/sink/a", "f", "a", "sink", events_in=9)], 0)

    assert tally.total(["main"]) == Count(100, 7)


def test_pipelines_that_were_not_asked_for_do_not_count() -> None:
    tally = Tally(10 * SECOND)

    tally.see([task(100, 3), task(50, 50, alias="other")], 0)

    assert tally.total(["main"]) == Count(100, 3)


def test_a_counter_that_begins_anew_goes_on() -> None:
    tally = Tally(10 * SECOND)
    tally.see([task(100, 10)], 0)

    tally.see([task(20, 1)], SECOND)

    assert tally.total(["main"]) == Count(120, 11)


def test_lately_is_what_the_window_saw() -> None:
    tally = Tally(10 * SECOND)
    for second in range(31):
        tally.see([task(100 * second, second)], second * SECOND)

    assert tally.lately(["main"]) == Count(1000, 10)


@pytest.mark.parametrize(
    ("before", "since", "verdict"),
    [
        (Count(1000, 0), Count(1000, 50), False),
        (Count(1000, 0), Count(1000, 51), True),
        (Count(1000, 100), Count(1000, 150), False),
        (Count(1000, 100), Count(1000, 151), True),
        (Count(1000, 0), Count(19, 19), False),
        (Count(1000, 0), Count(20, 2), True),
        (Count(), Count(20, 20), True),
        (Count(1000, 1000), Count(20, 20), False),
    ],
)
def test_a_version_fails_five_points_above_what_ran_before(
    before: Count, since: Count, verdict: bool
) -> None:
    assert fails(before, since, is_over=True) is verdict


@pytest.mark.parametrize(
    ("since", "verdict"), [(Count(20, 3), False), (Count(20, 5), True), (Count(1000, 120), True)]
)
def test_before_its_time_is_over_it_goes_back_only_where_chance_is_ruled_out(
    since: Count, verdict: bool
) -> None:
    assert fails(Count(1000, 0), since, is_over=False) is verdict


def test_shares_are_written_in_percent() -> None:
    assert [percent(share) for share in (0.0, 0.125, 0.0004, 1.0)] == ["0 %", "12.5 %", "0 %", "100 %"]
