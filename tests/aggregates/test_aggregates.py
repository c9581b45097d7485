from __future__ import annotations

import math
import statistics
from typing import Any

import pytest

from tremor_tui.aggregates.contract import Aggregate, AggregateError, Example, aggregates, find

NAMES = {
    "stats": {"count", "sum", "min", "max", "mean", "var", "stdev", "hdr", "dds"},
    "win": {"first", "last", "collect_flattened", "collect_nested"},
}
EVERY = [aggregate for table in aggregates.load_all().values() for aggregate in table.values()]
EXAMPLES = [(aggregate, example) for aggregate in EVERY for example in aggregate.examples]
STRICT = ["stats::sum", "stats::min", "stats::max", "stats::mean", "stats::var", "stats::stdev"]
NO_NUMBERS = [None, True, "1", b"1", [1], {"a": 1}]


def get(path: str) -> Aggregate:
    aggregate = find(path)
    assert aggregate is not None
    return aggregate


def result(path: str, *values: Any) -> Any:
    state = get(path).init()
    for value in values:
        state.accumulate(value)
    return state.emit()


def same(left: Any, right: Any) -> bool:
    """Equal in type, too."""
    return repr(left) == repr(right)


def test_every_aggregate_is_in_the_file_of_its_module() -> None:
    assert {name: set(table) for name, table in aggregates.load_all().items()} == NAMES
    assert aggregates.names() == ["stats", "win"]


@pytest.mark.parametrize("aggregate", EVERY, ids=lambda a: a.path)
def test_an_aggregate_is_found_by_its_path_with_or_without_the_library(aggregate: Aggregate) -> None:
    assert find(aggregate.path) is aggregate
    assert find(f"aggr::{aggregate.path}") is aggregate


@pytest.mark.parametrize("path", ["stats::median", "string::len", "stats", "", "contract::find"])
def test_what_is_no_aggregate_is_not_found(path: str) -> None:
    assert find(path) is None


@pytest.mark.parametrize("aggregate", EVERY, ids=lambda a: a.path)
def test_every_aggregate_has_documentation_and_a_type(aggregate: Aggregate) -> None:
    assert aggregate.doc.endswith(".")
    assert aggregate.returns in {"integer", "float", "record", "any", "array"}


def test_the_arity_follows_from_the_parameters() -> None:
    arities = {a.path: (a.min_arity, a.max_arity) for a in EVERY}
    assert arities.pop("stats::count") == (0, 0)
    assert arities.pop("stats::hdr") == arities.pop("stats::dds") == (1, 2)
    assert set(arities.values()) == {(1, 1)}


def test_collecting_warns_of_its_memory_and_nothing_else_warns() -> None:
    assert {a.path for a in EVERY if a.warning} == {"win::collect_flattened", "win::collect_nested"}


@pytest.mark.parametrize(("aggregate", "example"), EXAMPLES, ids=lambda x: getattr(x, "path", ""))
def test_examples_are_true(aggregate: Aggregate, example: Example) -> None:
    state = aggregate.init()
    for row in example.rows:
        state.accumulate(*row)
    assert same(state.emit(), example.result)


@pytest.mark.parametrize("aggregate", EVERY, ids=lambda a: a.path)
def test_every_aggregate_but_the_sketches_has_examples_with_and_without_rows(aggregate: Aggregate) -> None:
    if aggregate.returns != "record":
        assert {bool(example.rows) for example in aggregate.examples} == {True, False}


@pytest.mark.parametrize("path", ["stats::sum", "stats::min", "stats::max", "stats::mean", "stats::var"])
def test_results_over_integers_are_floats(path: str) -> None:
    assert type(result(path, 1, 2)) is float


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
@pytest.mark.parametrize("path", STRICT)
def test_a_value_that_is_no_number_is_refused_and_changes_nothing(path: str, value: Any) -> None:
    state = get(path).init()
    state.accumulate(3)
    before = state.emit()
    with pytest.raises(AggregateError, match=r"^needs a number, not an? "):
        state.accumulate(value)
    with pytest.raises(AggregateError, match=r"^needs a number, not an? "):
        state.accumulate_many(2, [7, value])
    assert same(state.emit(), before)


def test_a_refusal_names_the_kind_and_the_argument() -> None:
    with pytest.raises(AggregateError, match=r"^needs a number, not an array$") as caught:
        result("stats::sum", [1])
    assert caught.value.argument == 0


def test_variance_and_deviation_are_those_of_a_sample() -> None:
    values = [3, 1.5, 4, 1, 5.25, 9]
    assert math.isclose(result("stats::var", *values), statistics.variance(values))
    assert math.isclose(result("stats::stdev", *values), statistics.stdev(values))


@pytest.mark.parametrize("path", ["stats::var", "stats::stdev"])
def test_the_variance_of_one_value_is_no_number(path: str) -> None:
    assert math.isnan(result(path, 5))


def test_the_variance_of_values_far_from_zero_keeps_its_digits() -> None:
    assert result("stats::var", *(10**15 + n for n in (0, 1, 2))) == 1.0


def test_rounding_never_makes_a_variance_negative() -> None:
    # It takes a hundred million rows to get there, so the sums are set as these would leave them.
    state: Any = get("stats::stdev").init()
    state.count, state.distance, state.square = 4, 4.0, 3.9999999999999996
    assert state.emit() == 0.0


def test_floats_are_summed_in_order_as_tremor_does() -> None:
    assert result("stats::sum", *[0.1] * 10) == 0.9999999999999999
    state = get("stats::sum").init()
    state.accumulate_many(10, [0.1] * 10)
    assert state.emit() == 0.9999999999999999


@pytest.mark.parametrize("path", ["stats::min", "stats::max"])
def test_a_nan_is_neither_smallest_nor_largest(path: str) -> None:
    nan = math.nan
    for values in ([nan, 1, 2], [1, nan, 2], [1, 2, nan]):
        state = get(path).init()
        state.accumulate_many(3, values)
        assert state.emit() == result(path, *values) == result(path, 1, 2)
    assert result(path, nan) == 0.0


@pytest.mark.parametrize("value", [math.inf, -math.inf])
@pytest.mark.parametrize("path", ["stats::min", "stats::max"])
def test_an_infinity_alone_is_smallest_and_largest(path: str, value: float) -> None:
    assert result(path, value) == value


@pytest.mark.parametrize("path", STRICT)
def test_infinities_give_a_float_and_no_failure(path: str) -> None:
    assert type(result(path, math.inf, 1, -math.inf)) is float


def test_the_largest_integers_are_taken() -> None:
    assert result("stats::sum", 2**64 - 1, 2**64 - 1) == 2.0**65
    assert result("stats::max", 2**64 - 1) == 2.0**64
    assert result("stats::var", 2**64 - 1, -(2**63)) > 1e38


@pytest.mark.parametrize("path", ["win::collect_flattened", "win::collect_nested"])
def test_a_result_does_not_change_with_later_rows(path: str) -> None:
    state = get(path).init()
    state.accumulate(1)
    shown = state.emit()
    state.accumulate(2)
    assert shown == [1]
    assert state.emit() == [1, 2]


def test_first_and_last_keep_the_value_itself() -> None:
    value = {"a": [1]}
    assert result("win::first", value, 2) is value
    assert result("win::last", 2, value) is value


def test_a_window_without_rows_has_null_as_first_and_last() -> None:
    for path in ("win::first", "win::last"):
        state = get(path).init()
        state.accumulate_many(0, [])
        assert state.emit() is None
