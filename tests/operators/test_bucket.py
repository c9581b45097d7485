from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from tremor_tui.errors import ConfigError, UnknownName
from tremor_tui.model.batch import Batch
from tremor_tui.model.context import Context
from tremor_tui.operators.bucket import BucketGrouper, Window
from tremor_tui.operators.contract import Operator, operators

MS = 1_000_000


def bucket() -> Operator:
    return operators.get("grouper::bucket")({}, Context())


def sent(operator: Operator, metas: list[Mapping[str, Any] | None], times: list[int]) -> dict[str, list[int]]:
    batch = Batch(
        list(range(len(metas))), range(len(metas)), times, metas=[dict(m) if m else None for m in metas]
    )
    return {port: made.values for port, made in operator.on_batch("in", batch)}


def test_events_above_the_rate_overflow() -> None:
    meta = {"class": "a", "rate": 2}

    assert sent(bucket(), [meta] * 4, [0, 1, 2, 3]) == {"out": [0, 1], "overflow": [2, 3]}


def test_the_rate_recovers_as_time_passes() -> None:
    meta = {"class": "a", "rate": 1}

    left = sent(bucket(), [meta] * 3, [0, 999 * MS, 1000 * MS])

    assert left == {"out": [0, 2], "overflow": [1]}


def test_time_range_and_windows_may_be_set() -> None:
    meta = {"class": "a", "rate": 1, "time_range": 10, "windows": 2}

    assert sent(bucket(), [meta] * 3, [0, 9 * MS, 10 * MS]) == {"out": [0, 2], "overflow": [1]}


def test_dimensions_are_limited_one_by_one() -> None:
    metas = [{"class": "a", "rate": 1, "dimensions": d} for d in ("x", ["x"], {"x": 1}, "x", None)]

    assert sent(bucket(), list(metas), [0] * 5) == {"out": [0, 1, 2, 4], "overflow": [3]}


def test_the_dimensions_unused_for_longest_are_forgotten() -> None:
    def meta(name: str) -> Mapping[str, Any]:
        return {"class": "a", "rate": 1, "dimensions": name, "cardinality": 2}

    metas: list[Mapping[str, Any] | None] = [meta(name) for name in "xyxzyx"]

    # The second x renews it, so z pushes y out, and the second y pushes x out.
    assert sent(bucket(), metas, [0] * 6) == {"out": [0, 1, 3, 4, 5], "overflow": [2]}


@pytest.mark.parametrize(
    "meta",
    [
        None,
        {},
        {"class": 1, "rate": 1},
        {"class": "a"},
        {"class": "a", "rate": -1},
        {"class": "a", "rate": 1.5},
    ],
)
def test_a_row_without_class_or_rate_goes_to_err(meta: Mapping[str, Any] | None) -> None:
    operator = bucket()

    assert sent(operator, [meta, {"class": "b", "rate": 1}], [0, 0]) == {"out": [1], "err": [0]}
    assert operator.errors == 1


def test_a_batch_without_metadata_goes_to_err() -> None:
    batch = Batch([1], [0], 0)

    assert bucket().on_batch("in", batch) == (("err", batch),)


def test_passes_and_overflows_are_counted_by_class() -> None:
    operator = BucketGrouper()

    sent(operator, [{"class": "a", "rate": 1}] * 3, [0] * 3)

    assert (operator.classes["a"].passed, operator.classes["a"].overflowed) == (1, 2)


def test_a_swap_keeps_what_passed() -> None:
    old, new = bucket(), bucket()
    sent(old, [{"class": "a", "rate": 1}], [0])

    new.restore(old.state())

    assert sent(new, [{"class": "a", "rate": 1}], [0]) == {"overflow": [0]}


def test_it_has_no_settings() -> None:
    with pytest.raises(ConfigError, match="no setting `rate`"):
        operators.get("grouper::bucket")({"rate": 1}, Context())


def test_unknown_operators_are_named_with_the_nearest_known_one() -> None:
    with pytest.raises(UnknownName) as caught:
        operators.get("grouper::buckit")

    assert "there is no operator called `grouper::buckit`" in caught.value.message


@given(
    st.integers(0, 5),
    st.integers(1, 4),
    st.lists(st.integers(0, 10), max_size=40),
)
def test_no_span_of_slots_passes_more_than_the_limit(limit: int, slots: int, gaps: list[int]) -> None:
    window, now, passed = Window(limit, slots, 1), 0, []
    for gap in gaps:
        now += gap
        if window.admit(now):
            passed.append(now)

    assert all(sum(start <= t < start + slots for t in passed) <= limit for start in range(now + 1))
