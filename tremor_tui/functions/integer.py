"""`std::integer`: integers from text."""

from __future__ import annotations

from tremor_tui.functions.contract import FunctionError, Module, text_of
from tremor_tui.model.batch import Value
from tremor_tui.model.numbers import parse_integer

integer = Module("integer")


@integer.function("string", returns="integer", examples=[('integer::parse("-42")', -42)])
def parse(given: Value) -> Value:
    """The integer of 64 bits that the string is in decimal digits."""
    number = parse_integer(text_of(given, 0))
    if number is None:
        raise FunctionError("the string is not an integer of 64 bits", 0)
    return number
