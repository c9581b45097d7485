"""Aggregates that keep values of a window: the first, the last, or all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tremor_tui.aggregates.contract import Module
from tremor_tui.model.batch import Value

win = Module("win")
_EXPENSIVE: Final = "collecting keeps every value of the window in memory; an aggregate in `stats` does not"
_NOTHING: Final = object()
"""Stands for no value at all, as a null is a value."""


@win.aggregate(
    "first", "value", returns="any", examples=[([(1,), (2,)], 1), ([(None,), (2,)], None), ([], None)]
)
class First:
    """The first value of the window; null where there was none."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: Value = _NOTHING

    def accumulate(self, value: Value) -> None:
        """Keeps it where it is the first."""
        if self.value is _NOTHING:
            self.value = value

    def accumulate_many(self, rows: int, values: Sequence[Value]) -> None:
        """As `accumulate`, for each."""
        if rows and self.value is _NOTHING:
            self.value = values[0]

    def merge(self, other: First) -> None:
        """Takes the other's where this one has none."""
        if self.value is _NOTHING:
            self.value = other.value

    def emit(self) -> Value:
        """The value or null."""
        return None if self.value is _NOTHING else self.value


@win.aggregate(
    "last", "value", returns="any", examples=[([(1,), (2,)], 2), ([(1,), (None,)], None), ([], None)]
)
class Last:
    """The last value of the window; null where there was none."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: Value = _NOTHING

    def accumulate(self, value: Value) -> None:
        """Keeps it."""
        self.value = value

    def accumulate_many(self, rows: int, values: Sequence[Value]) -> None:
        """As `accumulate`, for each."""
        if rows:
            self.value = values[-1]

    def merge(self, other: Last) -> None:
        """Takes the other's where it has one."""
        if other.value is not _NOTHING:
            self.value = other.value

    def emit(self) -> Value:
        """The value or null."""
        return None if self.value is _NOTHING else self.value


class _Collected:
    """All values in a list. `accumulate` is the list's own `append`: a row runs no code of ours."""

    __slots__ = ("accumulate", "items")

    def __init__(self) -> None:
        self.items: list[Value] = []
        self.accumulate: Callable[[Value], None] = self.items.append

    def accumulate_many(self, rows: int, values: Sequence[Value]) -> None:
        """As `accumulate`, for each."""
        self.items.extend(values)

    def emit(self) -> Value:
        """The values so far, in a list of the caller's own."""
        return self.items.copy()


@win.aggregate(
    "collect_flattened",
    "value",
    returns="array",
    warning=_EXPENSIVE,
    examples=[([(1,), ("a",), ([2],)], [1, "a", [2]]), ([], [])],
)
class CollectFlattened(_Collected):
    """All values of the window in one list. A wider window has all values of its frames in one list."""

    __slots__ = ()

    def merge(self, other: CollectFlattened) -> None:
        """Adds the other's values one by one."""
        self.items.extend(other.items)


@win.aggregate(
    "collect_nested",
    "value",
    returns="array",
    warning=_EXPENSIVE,
    examples=[([(1,), ("a",), ([2],)], [1, "a", [2]]), ([], [])],
)
class CollectNested(_Collected):
    """All values of the window in a list. A wider window has one list for each of its frames."""

    __slots__ = ()

    def merge(self, other: CollectNested) -> None:
        """Adds the other's list as one value."""
        self.items.append(other.items.copy())
