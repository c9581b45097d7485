"""Finding: the one grammar of `/`, whatever is looked through: tasks, nodes, events, errors, tests.

    cust                 rows with this text, in upper or lower case
    "no cust"            quoted: the blank belongs to the text
    state:blocked        this text in the field `state`; of an event `user.name:anna` is a path
    !idle  !state:idle   rows without it
    classify !err        all of them must hold

A name before the colon that a row has no field for is part of the text, so that `12:41` finds a time. What
is asked for never fails: an open quote ends with the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

GRAMMAR = (
    ("text", "has this text, in upper or lower case"),
    ('"two words"', "has this text with its blank"),
    ("field:text", "has it in this field, of an event in this path"),
    ("!text", "has it not; also !field:text"),
    ("a !b", "all of them must hold; empty finds everything"),
)
"""How to ask, for the help and for the dialogs: a form and what it means."""
WORDS = 'text, "two words", field:text, !not; empty shows all'
"""The same in a line."""

_TERM = re.compile(
    r'(?P<no>!?+)(?:(?P<field>[A-Za-z_][\w.-]*):(?=[^\s]))?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]\S*))'
)
FieldOf = Callable[[str], str | None]
"""The text of a field; None where a row has none of that name."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: `text` in lower case, in `field` or anywhere, or not there."""

    text: str
    field: str = ""
    is_not: bool = False

    def holds(self, text: str, field_of: FieldOf) -> bool:
        """Whether it holds for a row with this text, in lower case, and these fields."""
        if self.field:
            found = field_of(self.field)
            if found is not None:
                return (self.text in found.lower()) is not self.is_not
            return (f"{self.field}:{self.text}".lower() in text) is not self.is_not
        return (self.text in text) is not self.is_not


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; without terms everything is found."""

    terms: tuple[Term, ...] = ()

    def finds(self, text: str, fields: Mapping[str, str] | FieldOf | None = None) -> bool:
        """Whether a row is found. `fields` are its fields, or what answers for one of them."""
        if not self.terms:
            return True
        field_of = fields if callable(fields) else (fields or {}).get
        lower = text.lower()
        return all(term.holds(lower, field_of) for term in self.terms)


@lru_cache(maxsize=64)
def wanted(text: str) -> Wanted:
    """What a line asks for."""
    terms = (_term(found) for found in _TERM.finditer(text))
    return Wanted(tuple(term for term in terms if term.text or term.field))


def _term(found: re.Match[str]) -> Term:
    text = found["quoted"] if found["quoted"] is not None else found["bare"]
    return Term(text.lower(), found["field"] or "", bool(found["no"]))


def json_fields(*texts: str) -> FieldOf:
    """The fields of events in JSON, by path (`user.name`); a text is read when one is asked for."""
    values: list[object] = []

    def field_of(path: str) -> str | None:
        if not values:
            values.extend(map(_read, texts))
        for value in values:
            found = _at(value, path.split("."))
            if found is not _NOTHING:
                return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
        return None

    return field_of


_NOTHING = object()


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # it was cut, or is no JSON: then it has no fields
        return None


def _at(value: object, path: list[str]) -> object:
    for name in path:
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return _NOTHING
    return value
