"""Frequent: the most frequent values of a field in bounded memory, with a bound of the error (Space-Saving).

A value that comes new while all places are taken takes that of the least frequent one, with its count as
error. So a count is never too low, and too high by its error at most; what is more frequent than
1 / PLACES of all events is always among them.
"""

from __future__ import annotations

from typing import Any, Final

from tremor_tui.control.events import TOP_VALUES, Top, TopValue
from tremor_tui.control.picking import MISSING, FieldPath
from tremor_tui.model.values import ValueFault, to_json

PLACES: Final = 100
MAX_KEY: Final = 200
"""Characters of a value's text that are told apart."""


class Frequent:
    """Counts values of one field."""

    __slots__ = ("_counts", "_errors", "counted", "missing", "path")

    def __init__(self, path: FieldPath) -> None:
        self.path = path
        self.counted = 0
        self.missing = 0
        self._counts: dict[str, int] = {}
        self._errors: dict[str, int] = {}

    def add(self, value: Any, meta: Any) -> None:
        """Counts the field of one event."""
        found = self.path.of(value, meta)
        if found is MISSING:
            self.missing += 1
            return
        try:
            key = to_json(found)[:MAX_KEY]
        except ValueFault:
            key = '"cannot be shown"'
        self.counted += 1
        counts = self._counts
        if key in counts:
            counts[key] += 1
        elif len(counts) < PLACES:
            counts[key] = 1
        else:
            least = min(counts, key=counts.__getitem__)
            self._errors.pop(least, None)
            self._errors[key] = error = counts.pop(least)
            counts[key] = error + 1

    def top(self) -> Top:
        """The most frequent values now."""
        best = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))[:TOP_VALUES]
        values = tuple(TopValue(key, count, self._errors.get(key, 0)) for key, count in best)
        return Top(values, self.counted, self.missing)
