"""Keys of sample events below a path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tremor_tui.model.batch import Value
from tremor_tui.model.values import type_name

Path = tuple[str | int | None, ...]
"""Keys and indices; None stands for any index."""
ROWS = 200
"""So many samples are looked at, and so many elements of a list."""


def keys_at(samples: Sequence[Value], path: Path) -> dict[str, tuple[str, Value]]:
    """The keys of the records at a path: for each the types of its values, and the first value."""
    kinds: dict[str, dict[str, None]] = {}
    first: dict[str, Value] = {}
    for value in _below(samples[:ROWS], path):
        for key, item in value.items() if type(value) is dict else ():
            kinds.setdefault(key, {})[type_name(item)] = None
            first.setdefault(key, item)
    return {key: (" or ".join(kinds[key]), first[key]) for key in first}


def _below(values: Iterable[Value], path: Path) -> list[Value]:
    found = list(values)
    for step in path:
        found = [item for value in found for item in _step(value, step)]
    return found


def _step(value: Value, step: str | int | None) -> list[Value]:
    if type(value) is dict:
        return [value[step]] if isinstance(step, str) and step in value else []
    if type(value) is not list or isinstance(step, str):
        return []
    if step is None:
        return value[:ROWS]
    return value[step : step + 1] if step >= 0 else []
