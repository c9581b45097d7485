"""`std::binary`: bytes one by one."""

from __future__ import annotations

from tremor_tui.functions.contract import FunctionError, Module, array_of, octets_of, refuse
from tremor_tui.model.batch import Value

binary = Module("binary")


@binary.function("input", returns="integer", examples=[("binary::len(binary::from_bytes([1, 2]))", 2)])
def len_(given: Value) -> Value:
    """How many bytes it has."""
    return len(octets_of(given, 0))


@binary.function(
    "input", returns="binary", examples=[("binary::into_bytes(binary::from_bytes([1, 255]))", [1, 255])]
)
def from_bytes(given: Value) -> Value:
    """The binary of an array of integers from 0 to 255."""
    items = array_of(given, 0)
    if not all(type(item) is int and 0 <= item <= 255 for item in items):
        raise FunctionError("the array must hold integers from 0 to 255 alone", 0)
    return bytes(items)


@binary.function(
    "input", returns="array", examples=[('binary::into_bytes(string::into_binary("ab"))', [97, 98])]
)
def into_bytes(given: Value) -> Value:
    """The bytes of a binary as integers."""
    if type(given) is not bytes:
        raise refuse(given, "a binary", 0)
    return list(given)
