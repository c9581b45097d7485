"""One builder per alternative of the grammar: parts become a node of the tree.

A builder gets the parts of its alternative in order (tokens, nodes, lists of nodes), the offset at
which each part starts, and the offset at which the last one ends. Lists under way are Python lists,
which grow in place; `whole` and the builders of nodes turn them into tuples.

`MISSING` stands for a part that error repair gave up; lists leave it out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from tremor_tui.language.lex.tokens import Token
from tremor_tui.language.parse import build_expr, build_query, build_script
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Span

MISSING = object()
MANY_TERMS = 100
"""An operator chain of so many terms makes the parser measure the tree."""


class Context:
    """What builders share: the way from offsets to spans, and whether the tree may be very deep."""

    __slots__ = ("_starts", "is_deep", "name")

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._starts = [0, *(match.end() for match in re.finditer("\n", source.text))]
        self.is_deep = False

    def span(self, start: int, end: int) -> Span:
        """The span between two offsets."""
        starts = self._starts
        line = end_line = bisect_right(starts, start)
        if line < len(starts) and end >= starts[line]:
            end_line = bisect_right(starts, end)
        return Span(
            self.name,
            line,
            start - starts[line - 1] + 1,
            end_line,
            end - starts[end_line - 1] + 1,
            start,
            end,
        )

    def of(self, token: Token) -> Span:
        """The span of a token."""
        return self.span(token.start, token.end)

    def count_terms(self, terms: int) -> None:
        """Notes that an operator chain has so many terms."""
        if terms > MANY_TERMS:
            self.is_deep = True


def first(c: Context, v: list[Any], s: list[int], end: int) -> list[Any]:
    return [] if v[0] is MISSING else [v[0]]


def more(c: Context, v: list[Any], s: list[int], end: int) -> list[Any]:
    if v[1] is not MISSING:
        v[0].append(v[1])
    return v[0]  # type: ignore[no-any-return]


def append(c: Context, v: list[Any], s: list[int], end: int) -> list[Any]:
    if v[2] is not MISSING:
        v[0].append(v[2])
    return v[0]  # type: ignore[no-any-return]


def whole(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, ...]:
    return tuple(v[0])


def empty(c: Context, v: list[Any], s: list[int], end: int) -> list[Any]:
    return []


def doc_line(c: Context, v: list[Any], s: list[int], end: int) -> list[Any]:
    v[0].append(v[1].value)
    return v[0]  # type: ignore[no-any-return]


def nothing(c: Context, v: list[Any], s: list[int], end: int) -> None:
    return None


def no_tuple(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, ...]:
    return ()


def no_items(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, ...]:
    return ()


def some_items(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, ...]:
    return tuple(v[1])


def pick(c: Context, v: list[Any], s: list[int], end: int) -> Any:
    return v[0]


def second(c: Context, v: list[Any], s: list[int], end: int) -> Any:
    return v[1]


def third(c: Context, v: list[Any], s: list[int], end: int) -> Any:
    return v[2]


_LISTS = (first, more, append, whole, empty, doc_line, nothing, no_tuple, no_items, some_items)

BUILDERS: dict[str, Callable[..., Any]] = {
    build.__name__.removesuffix("_"): build
    for build in (
        *_LISTS,
        pick,
        second,
        third,
        *build_expr.BUILDERS,
        *build_script.BUILDERS,
        *build_query.BUILDERS,
    )
}
"""The builder of each name in the grammar."""
