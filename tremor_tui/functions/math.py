"""`std::math`: rounding, and the larger or smaller of two numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

from tremor_tui.functions.contract import Module, number_of
from tremor_tui.model.batch import Value
from tremor_tui.model.values import INT_MIN, UINT_MAX

math_module = Module("math")


def _whole(number: Value, rounded: Callable[[float], int]) -> int:
    """The number as an integer; what does not fit becomes the nearest that does, NaN becomes 0."""
    given = number_of(number, 0)
    if type(given) is int:
        return given
    if math.isnan(given):
        return 0
    if math.isinf(given):
        return UINT_MAX if given > 0 else INT_MIN
    return max(INT_MIN, min(UINT_MAX, rounded(given)))


def _round(number: float) -> int:
    """To the nearest, halves away from zero."""
    whole = math.trunc(number)
    rest = abs(number - whole)
    return whole + (0 if rest < 0.5 else 1 if number > 0 else -1)


@math_module.function("n", returns="integer", examples=[("math::floor(-1.5)", -2)])
def floor(number: Value) -> Value:
    """The largest integer that is not above it."""
    return _whole(number, math.floor)


@math_module.function("n", returns="integer", examples=[("math::ceil(1.1)", 2)])
def ceil(number: Value) -> Value:
    """The smallest integer that is not below it."""
    return _whole(number, math.ceil)


@math_module.function("n", returns="integer", examples=[("math::round(2.5)", 3)])
def round_(number: Value) -> Value:
    """The nearest integer; halves go away from zero."""
    return _whole(number, _round)


@math_module.function("n", returns="integer", examples=[("math::trunc(-1.5)", -1)])
def trunc(number: Value) -> Value:
    """The integer in front of the point."""
    return _whole(number, math.trunc)


@math_module.function("n1", "n2", returns="number", examples=[("math::max(1, 2)", 2)])
def max_(left: Value, right: Value) -> Value:
    """The larger one; a float where one of them is."""
    first, second = number_of(left, 0), number_of(right, 1)
    if type(first) is int and type(second) is int:
        return first if first >= second else second
    return float(first) if first >= second else float(second)


@math_module.function("n1", "n2", returns="number", examples=[("math::min(1, 2.0)", 1.0)])
def min_(left: Value, right: Value) -> Value:
    """The smaller one; a float where one of them is."""
    first, second = number_of(left, 0), number_of(right, 1)
    if type(first) is int and type(second) is int:
        return first if first <= second else second
    return float(first) if first <= second else float(second)
