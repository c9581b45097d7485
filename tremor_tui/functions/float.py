"""`std::float`: floats from text, and the kinds of floats."""

from __future__ import annotations

import math

from tremor_tui.functions.contract import FunctionError, Module, number_of, text_of
from tremor_tui.model.batch import Value
from tremor_tui.model.numbers import parse_float

float_module = Module("float")


@float_module.function("string", returns="float", examples=[('float::parse("1e3")', 1000.0)])
def parse(given: Value) -> Value:
    """The float that the string is; `inf` and `nan` are floats."""
    number = parse_float(text_of(given, 0))
    if number is None:
        raise FunctionError("the string is not a number", 0)
    return number


@float_module.function("number", returns="bool", examples=[("float::is_finite(1.0)", True)])
def is_finite(number: Value) -> Value:
    """Whether it is neither infinite nor NaN."""
    return math.isfinite(number_of(number, 0))


@float_module.function("number", returns="bool", examples=[('float::is_nan(float::parse("nan"))', True)])
def is_nan(number: Value) -> Value:
    """Whether it is NaN, the result of what has none."""
    return math.isnan(number_of(number, 0))


@float_module.function("number", returns="bool", examples=[('float::is_infinite(float::parse("inf"))', True)])
def is_infinite(number: Value) -> Value:
    """Whether it is infinite."""
    return math.isinf(number_of(number, 0))
