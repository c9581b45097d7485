"""The merge law: what two windows saw, merged, is what one window would have seen."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.aggregates.test_aggregates import get, result, same

SCALARS = ["count", "sum", "min", "max", "mean", "var", "stdev"]
NUMERIC = [f"stats::{name}" for name in SCALARS]
SKETCHES = ["stats::hdr", "stats::dds"]
KEEPING = ["win::first", "win::last", "win::collect_flattened"]
integers = st.lists(st.integers(-(10**6), 10**6), max_size=40)
positive = st.lists(st.integers(0, 2**50) | st.floats(0, 1e12), max_size=40)
floats = st.lists(st.floats(-1e6, 1e6), max_size=40)
values = st.lists(st.none() | st.booleans() | st.integers() | st.text(), max_size=20)
frames = st.lists(integers, max_size=6)


def taken(path: str, rows: list[Any]) -> Any:
    state = get(path).init()
    for row in rows:
        state.accumulate(*(() if path == "stats::count" else (row,)))
    return state


def merged(path: str, *parts: list[Any]) -> Any:
    state = get(path).init()
    for part in parts:
        state.merge(taken(path, part))
    return state.emit()


@pytest.mark.parametrize("path", NUMERIC + SKETCHES + KEEPING)
@given(parts=frames)
def test_frames_of_integers_merge_exactly(path: str, parts: list[list[int]]) -> None:
    whole = [value for part in parts for value in part]
    assert same(merged(path, *parts), taken(path, whole).emit())


@pytest.mark.parametrize("path", KEEPING)
@given(left=values, right=values)
def test_values_of_any_kind_merge_exactly(path: str, left: list[Any], right: list[Any]) -> None:
    assert same(merged(path, left, right), taken(path, left + right).emit())


@pytest.mark.parametrize("path", NUMERIC)
@given(left=floats, right=floats)
def test_floats_merge_within_the_rounding_of_their_sums(
    path: str, left: list[float], right: list[float]
) -> None:
    whole = taken(path, left + right).emit()
    got = merged(path, left, right)
    if whole is None or math.isnan(whole):
        assert same(got, whole)
        return
    largest = max(map(abs, left + right), default=0.0)
    size = {"var": largest**2 * 4, "stdev": 0.0}.get(path[7:], largest) * (len(left + right) + 1)
    # A root turns an error of e in the variance into at most sqrt(e).
    allowed = math.sqrt(largest**2 * 4 * 81 * 1e-14) if path.endswith("stdev") else size * 1e-14
    assert abs(got - whole) <= allowed


@pytest.mark.parametrize("path", SKETCHES)
@given(left=positive, right=positive)
def test_sketches_merge_exactly_but_for_the_rounding_of_a_sum(
    path: str, left: list[float], right: list[float]
) -> None:
    whole = taken(path, left + right).emit()
    got = merged(path, left, right)
    for key in ("sum", "mean"):
        assert math.isclose(got.pop(key, 0.0), whole.pop(key, 0.0), rel_tol=1e-12)
    assert same(got, whole)


@given(left=st.lists(st.floats(0, 1e300), max_size=30), right=st.lists(st.floats(0, 1e300), max_size=30))
def test_a_sketch_that_drops_its_lowest_buckets_merges_exactly(left: list[float], right: list[float]) -> None:
    whole = taken("stats::dds", left + right).emit()
    assert merged("stats::dds", left, right)["percentiles"] == whole["percentiles"]


@pytest.mark.parametrize("path", [*NUMERIC, *SKETCHES, *KEEPING, "win::collect_nested"])
@given(rows=integers, cut=st.integers(0, 40))
def test_columns_give_what_rows_give_to_the_bit(path: str, rows: list[int], cut: int) -> None:
    mixed = [value / 7 if value % 3 else value for value in rows]
    state = get(path).init()
    for part in (mixed[:cut], mixed[cut:]):
        state.accumulate_many(len(part), *(() if path == "stats::count" else (part,)))
    assert same(state.emit(), taken(path, mixed).emit())


@pytest.mark.parametrize("path", [*NUMERIC, *SKETCHES, *KEEPING, "win::collect_nested"])
def test_merging_leaves_the_other_as_it_is(path: str) -> None:
    wide, narrow = taken(path, [1, 2]), taken(path, [3, 4])
    before = narrow.emit()
    wide.merge(narrow)
    between = repr(wide.emit())
    assert same(narrow.emit(), before)
    narrow.accumulate(*(() if path == "stats::count" else (5,)))
    assert repr(wide.emit()) == between


def test_the_smallest_value_survives_merging_into_an_empty_window() -> None:
    assert merged("stats::min", [5, 7]) == 5.0
    assert merged("stats::min", [], [5], []) == 5.0
    assert merged("stats::max", [-5, -7]) == -5.0


def test_variances_of_windows_far_apart_merge_to_that_of_the_whole() -> None:
    assert merged("stats::var", [10, 11], [1000, 1001, 1005]) == result(
        "stats::var", 10, 11, 1000, 1001, 1005
    )


def test_nested_collections_nest_one_level_for_each_frame() -> None:
    narrow = [taken("win::collect_nested", rows) for rows in ([1, 2], [3])]
    wide = get("win::collect_nested").init()
    for state in narrow:
        wide.merge(state)
    widest = get("win::collect_nested").init()
    widest.merge(wide)
    assert wide.emit() == [[1, 2], [3]]
    assert widest.emit() == [[[1, 2], [3]]]


def test_a_null_counts_as_a_first_and_last_value_when_merging() -> None:
    assert merged("win::first", [None], [1]) is None
    assert merged("win::last", [1], [None]) is None
    assert merged("win::last", [1], []) == 1
    assert merged("win::first", [], [2]) == 2


@pytest.mark.parametrize("path", SKETCHES)
def test_the_percentiles_asked_for_pass_to_a_wider_window(path: str) -> None:
    narrow, wide = get(path).init(), get(path).init()
    narrow.accumulate(3, ["0.5"])
    wide.merge(narrow)
    wide.accumulate(3, ["0.9"])
    assert list(wide.emit()["percentiles"]) == ["0.5"]
