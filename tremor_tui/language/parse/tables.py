"""The parser's tables, unpacked once, at the first parse.

Unpacking takes a few milliseconds, and a client that never parses does not pay for them.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from tremor_tui.language.parse import _tables
from tremor_tui.language.parse.build import BUILDERS

Builder = Callable[[Any, list[Any], list[int], int], Any]
END = "$END"


class Rule(NamedTuple):
    """One alternative: what it makes, of how many parts, and how; None passes its only part on."""

    makes: str
    size: int
    builder: Builder | None


class Tables(NamedTuple):
    """Per state: what to do at a token (the state to go to, or -1 - a rule), and where a part leads."""

    actions: list[dict[str, int]]
    gotos: list[dict[str, int]]
    rules: list[Rule]
    starts: dict[str, int]
    ends: dict[str, int]


@cache
def tables() -> Tables:
    """The tables of all four starts."""
    raw = json.loads(zlib.decompress(base64.b85decode(_tables.PACKED)))
    return Tables(
        [raw["actions"][actions] for actions, _ in raw["states"]],
        [raw["gotos"][gotos] for _, gotos in raw["states"]],
        [Rule(makes, size, BUILDERS[alias] if alias else None) for makes, size, alias in raw["rules"]],
        raw["starts"],
        raw["ends"],
    )


def fits(states: list[int], kind: str, end: int) -> bool:
    """Whether a token of this kind can come next; changes nothing."""
    return advance(list(states), kind, end)


def advance(states: list[int], kind: str, end: int) -> bool:
    """Moves a stack of states over one token; False, with the stack in between, if it does not fit."""
    actions, gotos, rules = tables()[:3]
    while (action := actions[states[-1]].get(kind)) is not None:
        if action >= 0:
            states.append(action)
            return True
        makes, size, _ = rules[-1 - action]
        if size:
            del states[-size:]
        states.append(gotos[states[-1]][makes])
    return kind == END and states[-1] == end
