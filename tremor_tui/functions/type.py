"""`std::type`: what kind of value something is."""

from __future__ import annotations

from tremor_tui.functions.contract import Module
from tremor_tui.model.batch import Value
from tremor_tui.model.values import INT_MAX, type_name

type_module = Module("type")


@type_module.function("value", returns="string", examples=[("type::as_string(1.0)", "float")])
def as_string(value: Value) -> Value:
    """`null`, `bool`, `integer`, `float`, `string`, `binary`, `array` or `record`."""
    return type_name(value)


@type_module.function("value", returns="bool", examples=[("type::is_null(null)", True)])
def is_null(value: Value) -> Value:
    """Whether it is null."""
    return value is None


@type_module.function("value", returns="bool", examples=[("type::is_bool(1)", False)])
def is_bool(value: Value) -> Value:
    """Whether it is true or false."""
    return isinstance(value, bool)


@type_module.function("value", returns="bool", examples=[("type::is_integer(1)", True)])
def is_integer(value: Value) -> Value:
    """Whether it is an integer of 64 bits with a sign; larger ones are numbers alone."""
    return type(value) is int and value <= INT_MAX


@type_module.function("value", returns="bool", examples=[("type::is_float(1)", False)])
def is_float(value: Value) -> Value:
    """Whether it is a float."""
    return isinstance(value, float)


@type_module.function("value", returns="bool", examples=[("type::is_number(1)", True)])
def is_number(value: Value) -> Value:
    """Whether it is an integer or a float."""
    return type(value) in (int, float)


@type_module.function("value", returns="bool", examples=[('type::is_string("")', True)])
def is_string(value: Value) -> Value:
    """Whether it is a string."""
    return isinstance(value, str)


@type_module.function("value", returns="bool", examples=[("type::is_array([])", True)])
def is_array(value: Value) -> Value:
    """Whether it is an array."""
    return isinstance(value, list)


@type_module.function("value", returns="bool", examples=[("type::is_record({})", True)])
def is_record(value: Value) -> Value:
    """Whether it is a record."""
    return isinstance(value, dict)


@type_module.function("value", returns="bool", examples=[('type::is_binary("")', False)])
def is_binary(value: Value) -> Value:
    """Whether it is a binary."""
    return isinstance(value, bytes)
