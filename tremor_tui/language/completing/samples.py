"""Keys of sample events below a path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tremor_tui.model.batch import Value
from tremor_tui.model.record import dataclass
from tremor_tui.model.values import type_name

Path = tuple[str | int | None, ...]
"""Keys and indices; None stands for any index."""
ROWS = 200
"""So many samples are looked at, and so many elements of a list."""


@dataclass(slots=True)
class Seen:
    """A key as samples have it: the types of its values, the first value, and how many samples have it."""

    first: Value
    kinds: dict[str, None]
    count: int = 0
    total: int = 0


def keys_at(samples: Sequence[Value], path: Path) -> dict[str, Seen]:
    """The keys of the records at a path."""
    found: dict[str, Seen] = {}
    looked_at = samples[:ROWS]
    for sample in looked_at:
        records = [value for value in below([sample], path) if type(value) is dict]
        for key in dict.fromkeys(key for record in records for key in record):
            values = [record[key] for record in records if key in record]
            seen = found.setdefault(key, Seen(values[0], {}, 0, len(looked_at)))
            seen.kinds.update(dict.fromkeys(map(type_name, values)))
            seen.count += 1
    return found


def below(values: Iterable[Value], path: Path) -> list[Value]:
    """What stands at a path below each of the values; nothing where it is missing."""
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
