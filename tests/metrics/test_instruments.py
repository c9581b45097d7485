"""Histograms keep their bounds, percentiles bound what they say, and series give rates."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tremor_tui.metrics.instruments import Histogram, Recent, Series


@given(st.integers(1, 2**62))
def test_a_bucket_holds_what_its_bounds_say(value: int) -> None:
    histogram = Histogram()

    histogram.add(value)

    index = len(histogram.trimmed()) - 1
    assert 2 ** (index / 4) <= value * 1.0000001
    assert value <= 2 ** ((index + 1) / 4) * 1.0000001


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=60))
def test_a_percentile_bounds_its_share_and_is_less_than_a_fifth_too_high(values: list[int]) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add(value)

    median, last = histogram.percentiles((0.5, 1.0))

    middle = sorted(values)[(len(values) - 1) // 2]
    assert middle * 0.99999 - 1 <= median <= middle * 1.19
    assert last == max(values)


def test_values_below_one_count_as_one() -> None:
    histogram = Histogram()

    histogram.add(0)
    histogram.add(-5)

    assert histogram.trimmed() == (2,)


def test_nothing_has_percentiles_of_zero() -> None:
    assert Histogram().percentiles((0.5, 0.99)) == [0, 0]


def test_recent_forgets_after_two_turns() -> None:
    recent = Recent()
    recent.add(1000)

    recent.turn()
    kept = recent.percentiles((0.5,))
    recent.turn()

    assert kept == [1000]
    assert recent.percentiles((0.5,)) == [0]


def test_a_series_gives_rates_over_its_window() -> None:
    series = Series(3)
    for second in range(5):
        series.note(second * 10**9, (second * 100, 7))

    assert series.rates(5 * 10**9, (500, 7)) == (100.0, 0.0)


def test_a_series_without_samples_gives_zero() -> None:
    assert Series().rates(10**9, (5, 6)) == (0.0, 0.0)
