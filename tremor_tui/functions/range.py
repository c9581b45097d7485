"""`std::range`: runs of integers."""

from __future__ import annotations

from tremor_tui.functions.contract import FunctionError, Module, integer_of
from tremor_tui.model.batch import Value

range_module = Module("range")
MAX_LENGTH = 1_000_000
"""Elements of a range."""


@range_module.function("a", "b", returns="array", examples=[("range::range(1, 4)", [1, 2, 3])])
def range_(first: Value, end: Value) -> Value:
    """The integers from `a` up to, not including, `b`; a million at most."""
    low, high = integer_of(first, 0), integer_of(end, 1)
    if high - low > MAX_LENGTH:
        raise FunctionError(f"the range has {high - low} elements; at most {MAX_LENGTH} are made")
    return list(range(low, high))
