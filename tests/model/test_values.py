"""Equality, order, merging, and the ways to JSON and back."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tremor_tui.model import values
from tremor_tui.model.values import BadJson, Incomparable, Overflow, ValueFault, equal

DEEP: Any = None
for _ in range(512):
    DEEP = [DEEP] if _ % 2 else {"a": DEEP}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, 1.0),
        (0.1 + 0.2, 0.3),
        ("a", b"a"),
        ([1, {"a": 2}], [1.0, {"a": 2}]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (None, None),
    ],
)
def test_equal_values(left: Any, right: Any) -> None:
    assert equal(left, right)
    assert equal(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True),
        (0, False),
        (0, None),
        (math.nan, math.nan),
        (math.inf, math.inf),
        (1, "1"),
        ([1], [True]),
        ({"a": 1}, {"a": 1, "b": 1}),
        ({"a": None}, {"b": None}),
        ([1, 2], [1]),
        (2**63, -(2**63)),
    ],
)
def test_unequal_values(left: Any, right: Any) -> None:
    assert not equal(left, right)
    assert not equal(right, left)


def test_deep_values_are_equal_and_written() -> None:
    assert values.depth(DEEP) == 512
    assert equal(DEEP, DEEP)
    assert values.from_json(values.to_json(DEEP)) == DEEP


def test_a_level_too_many_is_refused_in_and_out() -> None:
    with pytest.raises(ValueFault, match="512 levels"):
        values.to_json([DEEP])
    with pytest.raises(BadJson, match="512 levels"):
        values.from_json("[" * 513 + "]" * 513)


def test_numbers_and_texts_have_an_order() -> None:
    assert values.less(1, 1.5)
    assert values.greater_equal(2**64 - 1, 2**64 - 1)
    assert values.less("a", b"b")
    assert values.greater("é", "z")
    assert values.less_equal(b"a", "a")
    assert not values.less(math.nan, 1)


@pytest.mark.parametrize(("left", "right"), [(1, "1"), (True, 1), (None, None), ([], []), ({}, {}), ("a", 1)])
def test_other_values_have_none(left: Any, right: Any) -> None:
    for compare in (values.less, values.less_equal, values.greater, values.greater_equal):
        with pytest.raises(Incomparable, match="no order"):
            compare(left, right)


def test_all_values_sort() -> None:
    mixed = [None, True, False, 1, 0.5, math.nan, "b", b"a", [2], [1, 1], {"b": 1}, {"a": 2}, {}]

    mixed.reverse()
    ordered = sorted(mixed, key=values.sort_key)

    assert repr(ordered) == repr(
        [{}, {"a": 2}, {"b": 1}, [1, 1], [2], b"a", "b", 0.5, 1, math.nan, False, True, None]
    )


def test_results_fit_64_bits_or_overflow() -> None:
    assert values.checked(2**64 - 1, 2**63, 2**63 - 1) == 2**64 - 1
    assert values.checked(-1, 1, 2) == -1
    for result, left, right in ((2**64, 2**63, 2**63), (2**63, -1, 2**62), (-(2**63) - 1, -1, 1)):
        with pytest.raises(Overflow):
            values.checked(result, left, right)


def test_a_merge_replaces_all_but_records_and_touches_nothing() -> None:
    left = {"a": {"b": 1, "c": [1]}, "d": 1, "e": {"f": 1}}
    right = {"a": {"c": [2], "x": {}}, "d": None, "e": 2}
    before = repr((left, right))

    merged = values.deep_merge(left, right)

    assert merged == {"a": {"b": 1, "c": [2], "x": {}}, "d": None, "e": 2}
    assert repr((left, right)) == before


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\nb", "a\nb"),
        (2.0, "2.0"),
        (1e22, "1e22"),
        (1e-7, "1e-7"),
        (1e15, "1000000000000000.0"),
        (2**64 - 1, "18446744073709551615"),
        (b"snot", "c25vdA=="),
        (math.nan, "null"),
        ([1, "e+", 1e30, None, True, b"\x00"], '[1,"e+",1e30,null,true,"AA=="]'),
        ({"b": "é", "a": {}}, '{"b":"é","a":{}}'),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    if isinstance(value, bytes):
        text = f'"{text}"'
    assert values.to_text(value) == text


def test_the_key_of_a_group_does_not_depend_on_the_order_of_keys() -> None:
    assert values.key_text([{"b": 1, "a": 2}]) == values.key_text([{"a": 2, "b": 1}]) == '[{"a":2,"b":1}]'


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (2.0, "2"),
        (2.5, "2.5"),
        (1e22, "1" + "0" * 22),
        (1.5e-7, "0.00000015"),
        (math.inf, "inf"),
        (math.nan, "NaN"),
    ],
)
def test_a_float_in_a_list_of_words(number: float, shown: str) -> None:
    assert values.display(number) == shown


@pytest.mark.parametrize(
    "text",
    [
        "18446744073709551616",
        "-9223372036854775809",
        "[1, -9223372036854775809]",
        '{"a": ' + "9" * 5000 + "}",
        "1e999",
        "NaN",
        '"\\ud800"',
        "\ufeff1",
        "",
        "[1",
        "[1] 2",
        "01",
    ],
)
def test_json_that_would_be_changed_silently_is_refused(text: str) -> None:
    with pytest.raises(BadJson):
        values.from_json(text)


@given(st.integers(-(2**70), 2**70))
def test_an_integer_in_json_is_exact_or_refused(number: int) -> None:
    text = f'{{"timestamp": 1700000000000000000, "n": [{number}]}}'
    if -(2**63) <= number < 2**64:
        assert values.from_json(text)["n"] == [number]
    else:
        with pytest.raises(BadJson, match="64 bits"):
            values.from_json(text)


def test_long_digits_that_are_no_integer_pass() -> None:
    text = '{"a":"123456789012345678901234","b":0.12345678901234567890123,"c":1e3}'
    assert values.from_json(text) == {"a": "123456789012345678901234", "b": 0.12345678901234568, "c": 1000.0}


def test_what_is_no_value_cannot_be_written() -> None:
    deep: Any = object()
    for _ in range(300):
        deep = [deep]
    for value in (object(), deep):
        with pytest.raises(ValueFault, match=r"no value|serializable"):
            values.to_json(value)


def test_values_that_nest_beyond_all_limits_are_not_compared() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(ValueFault, match="nests"):
        equal(deep, deep)


def test_a_record_with_a_large_float_keeps_its_keys() -> None:
    assert values.to_json({"e+": 1e30, "b": ["e+"]}) == '{"e+":1e30,"b":["e+"]}'
    assert values.deep_merge(1, {"a": 1}) == {"a": 1}
    assert values.to_json_pretty({"a": [1]}) == '{\n  "a": [\n    1\n  ]\n}'


def test_half_a_surrogate_pair_cannot_be_written() -> None:
    with pytest.raises(ValueFault, match="JSON"):
        values.to_json("\ud800")
