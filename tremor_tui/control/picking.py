"""Paths of fields: `event.user.id`, `user.id`, `tags[0]`, `$class`; read as text, applied to JSON values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from tremor_tui.errors import ControlError

MISSING: Final = object()
"""What a path gives where the value has no such field."""
_STEP = re.compile(r"\.?(?:([^\W\d]\w*)|`([^`]+)`)|\[(\d+)\]|\[\"([^\"\\]+)\"\]")


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A field of an event, or of its metadata where `of_meta`; no steps: all of it."""

    text: str
    steps: tuple[str | int, ...] = ()
    of_meta: bool = False

    def of(self, value: Any, meta: Any) -> Any:
        """The field's value, or MISSING."""
        found = (meta or {}) if self.of_meta else value
        for step in self.steps:
            found = _inner(found, step)
            if found is MISSING:
                return MISSING
        return found


def field_path(text: str) -> FieldPath:
    """Reads a path. Raises ControlError where it is none."""
    text = text.strip()
    of_meta = text.startswith("$")
    rest = text[1:] if of_meta else text
    if rest == "event" and not of_meta:
        return FieldPath(text)
    rest = rest if of_meta else re.sub(r"^event(?=[.\[])", "", rest)
    steps: list[str | int] = []
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        if match is None or (steps and match[0][0] not in ".["):
            break
        steps.append(int(match[3]) if match[3] else match[1] or match[2] or match[4])
        at = match.end()
    if at < len(rest) or not (steps or of_meta):
        raise ControlError(f"`{text}` is no path of a field", "as in `event.user.id`, `tags[0]` or `$class`")
    return FieldPath(text, tuple(steps), of_meta)


def field_paths(text: str) -> tuple[FieldPath, ...]:
    """Reads paths with commas or blanks between them. Raises ControlError."""
    return tuple(field_path(one) for one in re.split(r"[,\s]+", text.strip()) if one)


def _inner(value: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else MISSING
    return value.get(step, MISSING) if isinstance(value, dict) else MISSING
