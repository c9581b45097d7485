"""Known results of HdrHistogram (hdrhistogram 7.5) and DDSketch (sketches-ddsketch 0.3), and their errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.aggregates.test_aggregates import NO_NUMBERS, get
from tremor_tui.aggregates.contract import AggregateError

ASKED = ["0.5", "0.9", "0.99", "0.9999", "0", "1"]
SQUARES = [i * i * 7 % 100003 for i in range(1, 501)]
FRACTIONS = [i * i * 0.37 + 0.01 for i in range(1, 301)]
DEFAULT = ["0.5", "0.9", "0.95", "0.99", "0.999", "0.9999", "0.99999"]
SKETCHES = ["stats::hdr", "stats::dds"]
QUANTILES = [0.1, 0.5, 0.9, 0.99]


def sketched(path: str, values: Sequence[Any], *percentiles: Any) -> Any:
    state = get(path).init()
    for value in values:
        state.accumulate(value, *percentiles)
    return state.emit()


def test_hdr_of_many_integers_is_what_hdrhistogram_gives() -> None:
    assert sketched("stats::hdr", SQUARES, ASKED) == {
        "count": 500,
        "min": 7,
        "max": 100351,
        "mean": 45262.188,
        "stdev": 29835.911813126404,
        "var": 890181633.7206557,
        "percentiles": {"0.5": 43007, "0.9": 88575, "0.99": 99839, "0.9999": 100351, "0": 7, "1": 100351},
    }


def test_hdr_takes_the_integer_part_of_floats() -> None:
    assert sketched("stats::hdr", FRACTIONS, ASKED) == {
        "count": 300,
        "min": 0,
        "max": 33535,
        "mean": 11156.706666666667,
        "stdev": 9959.834525765084,
        "var": 99198303.78062218,
        "percentiles": {"0.5": 8383, "0.9": 27007, "0.99": 32639, "0.9999": 33535, "0": 0, "1": 33535},
    }


def test_dds_of_many_integers_is_what_ddsketch_gives() -> None:
    percentiles = {"0.5": 43058.2, "0.9": 88462.2, "0.99": 99741.2, "0.9999": 99741.2, "0": 7.0, "1": 99937.0}
    assert sketched("stats::dds", SQUARES, ASKED) == {
        "count": 500,
        "sum": 22634153.0,
        "min": 7.0,
        "max": 99937.0,
        "mean": 22634153.0 / 500,
        "percentiles": percentiles,
    }


def test_dds_of_floats_is_what_ddsketch_gives() -> None:
    got = sketched("stats::dds", FRACTIONS, ASKED)
    assert got["sum"] == 3346671.4999999977
    assert (got["min"], got["max"]) == (0.38, 33300.01)
    assert got["percentiles"] == {
        "0.5": 8352.0,
        "0.9": 27181.5,
        "0.99": 32542.4,
        "0.9999": 33199.8,
        "0": 0.4,
        "1": 33300.1,
    }


def test_dds_over_a_wide_range_is_what_ddsketch_gives() -> None:
    got = sketched("stats::dds", [10.0**power for power in range(-9, 18)], ["0.5", "0.9", "1"])
    assert got["percentiles"] == {"0.5": 9999.2, "0.9": 99484641888271.6, "1": 1e17}


def test_dds_counts_the_smallest_values_as_zero() -> None:
    got = sketched("stats::dds", [0, 0, 1e-9, 5], ["0.5", "0.9", "1"])
    assert got["percentiles"] == {"0.5": 0.0, "0.9": 0.0, "1": 5.0}
    assert (got["count"], got["min"]) == (4, 0.0)


def test_dds_counts_values_2048_buckets_below_the_largest_in_the_lowest_bucket() -> None:
    got = sketched("stats::dds", [0, 0, 1e-9, 2e-9, 1e-300, 1e300, 3], ["0.5", "0.9"])
    assert got["percentiles"] == {"0.5": 0.0, "0.9": 1.6530389904093677e282}


def test_hdr_rounds_a_percentile_to_percent_and_back_as_tremor_does() -> None:
    got = sketched("stats::hdr", range(1, 126), ["0.056", "0.5"])
    assert got["percentiles"] == {"0.056": 8, "0.5": 63}


def test_hdr_of_nothing_is_all_zero() -> None:
    assert sketched("stats::hdr", []) == {
        "count": 0,
        "min": 0,
        "max": 0,
        "mean": 0.0,
        "stdev": 0.0,
        "var": 0.0,
        "percentiles": dict.fromkeys(DEFAULT, 0),
    }


def test_dds_of_nothing_is_all_zero() -> None:
    expected = {"count": 0, "sum": 0.0, "min": 0.0, "max": 0.0, "mean": 0.0}
    assert sketched("stats::dds", []) == expected | {"percentiles": dict.fromkeys(DEFAULT, 0.0)}


@pytest.mark.parametrize(("path", "kind"), [("stats::hdr", int), ("stats::dds", float)])
def test_extremes_and_percentiles_have_the_type_that_tremor_gives(path: str, kind: type) -> None:
    for values in ([], [1, 2.5, 300]):
        got = sketched(path, values)
        assert type(got["count"]) is int
        assert type(got["mean"]) is float
        assert {type(got[key]) for key in ("min", "max")} == {kind}
        assert {type(value) for value in got["percentiles"].values()} == {kind}


@pytest.mark.parametrize("path", SKETCHES)
@pytest.mark.parametrize("value", [*NO_NUMBERS, -1, -0.5, math.nan], ids=repr)
def test_what_is_no_number_or_negative_is_ignored(path: str, value: Any) -> None:
    assert sketched(path, [1, value, 2]) == sketched(path, [1, 2])


def test_dds_ignores_infinity_and_hdr_takes_it_as_the_largest_integer() -> None:
    assert sketched("stats::dds", [math.inf, 2]) == sketched("stats::dds", [2])
    assert sketched("stats::hdr", [math.inf])["max"] == 2**64 - 1


def test_the_largest_numbers_are_taken() -> None:
    assert sketched("stats::hdr", [2**64 - 1, 1e300])["max"] == 2**64 - 1
    assert sketched("stats::dds", [1e308, 1e308], ["1"])["percentiles"] == {"1": 1e308}


@pytest.mark.parametrize("path", SKETCHES)
def test_the_first_event_settles_which_percentiles_are_given(path: str) -> None:
    state = get(path).init()
    state.accumulate("ignored", ["0.5"])
    state.accumulate(1, ["0.9"])
    assert list(state.emit()["percentiles"]) == ["0.5"]


@pytest.mark.parametrize("path", SKETCHES)
def test_percentiles_keep_their_spelling_and_only_strings_count(path: str) -> None:
    got = sketched(path, [1], ["0.50", ".9", 0.99, None])
    assert list(got["percentiles"]) == ["0.50", ".9"]
    assert list(sketched(path, [1], "0.5")["percentiles"]) == DEFAULT


@pytest.mark.parametrize("path", SKETCHES)
@pytest.mark.parametrize("text", ["", "p99", "0,9", " 0.9", "0_9", "nan", "1e", "٠.٥"])
def test_a_percentile_that_is_no_decimal_number_is_refused_at_each_event(path: str, text: str) -> None:
    state = get(path).init()
    for _ in range(2):
        with pytest.raises(AggregateError, match="no decimal number") as caught:
            state.accumulate(1, ["0.5", text])
        assert caught.value.argument == 1
    with pytest.raises(AggregateError):
        state.accumulate_many(1, [1], [[text]])
    assert state.emit()["count"] == 0


@pytest.mark.parametrize("text", ["99", "1.01", "-0.1", "1e999"])
def test_dds_refuses_a_percentile_beyond_one_and_hdr_takes_the_nearest(text: str) -> None:
    with pytest.raises(AggregateError, match=r'from "0" to "1"'):
        sketched("stats::dds", [1], [text])
    expected = 1 if text.startswith("-") else 9
    assert sketched("stats::hdr", [1, 9], [text])["percentiles"] == {text: expected}


@given(st.lists(st.integers(0, 2**60), min_size=1, max_size=700))
def test_hdr_percentiles_are_at_most_one_percent_above_the_true_ones(values: list[int]) -> None:
    got = sketched("stats::hdr", values, [str(quantile) for quantile in QUANTILES])["percentiles"]
    values.sort()
    for quantile in QUANTILES:
        true = values[max(1, math.ceil(quantile * 100.0 / 100.0 * len(values))) - 1]
        assert true <= got[str(quantile)] <= true * 1.01


@given(st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=700))
def test_dds_percentiles_are_within_one_percent_before_rounding_up(values: list[float]) -> None:
    got = sketched("stats::dds", values, [str(quantile) for quantile in QUANTILES])["percentiles"]
    values.sort()
    for quantile in QUANTILES:
        true = values[int(quantile * (len(values) - 1))]
        assert true * 0.9899 <= got[str(quantile)] <= true * 1.0101 + 0.1


def test_many_rows_are_counted_in_bounded_memory() -> None:
    for path in SKETCHES:
        state: Any = get(path).init()
        for power in range(40):
            state.accumulate_many(1000, [1.7**power * (1 + row / 999) for row in range(1000)])
        assert len(state.waiting) < 2000
        assert len(state.buckets) <= 57 * 128 + 256
        assert state.emit()["count"] == 40_000
