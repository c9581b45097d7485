from __future__ import annotations

from tremor_tui.control.snapshots import Histogram, TaskSnapshot
from tremor_tui.workbench.spread import Spreads, longest, percentiles


def task(*counts: int) -> TaskSnapshot:
    return TaskSnapshot("a/pipeline/b", "a", "b", "pipeline", run=Histogram(counts))


def test_a_window_holds_what_came_since_its_begin() -> None:
    spreads = Spreads()
    for second in range(100, 171, 5):
        spreads.take(second, [task(second, 7)])
    now = task(172, 9, 1)

    assert spreads.counts(now, 10, 171) == (12, 2, 1)
    assert spreads.counts(now, 60, 171) == (62, 2, 1)
    assert spreads.counts(now, 0, 171) == (172, 9, 1)


def test_a_window_that_is_not_known_yet_holds_what_is_known() -> None:
    spreads = Spreads()
    spreads.take(100, [task(5)])

    assert spreads.counts(task(8), 60, 103) == (3,)
    assert Spreads().counts(task(8), 10, 103) == (8,)


def test_a_task_that_began_anew_counts_from_nothing_and_one_that_is_gone_is_forgotten() -> None:
    spreads = Spreads()
    spreads.take(100, [task(50, 50)])
    assert spreads.counts(task(3, 60), 10, 105) == (0, 10)

    spreads.take(110, [])
    assert spreads.counts(task(3, 60), 10, 111) == (3, 60)


def test_percentiles_are_bounds_of_buckets_and_none_is_above_the_longest() -> None:
    counts = [0] * 40 + [500, 250, 150, 98, 0, 2]

    p50, p75, p90, p99, p999 = percentiles(counts, 2800)

    assert p50 < p75 < p90 < p99 < p999 == 2800
    assert p50 == int(2 ** (41 / 4))
    assert percentiles([]) == [0] * 5
    assert longest(counts) == int(2 ** (46 / 4))
    assert longest(()) == 0
