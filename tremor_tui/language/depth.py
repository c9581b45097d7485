"""Room for recursion: trees nest as deeply as the parser allows, whatever Python's own limit is set to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from tremor_tui.errors import CheckError
from tremor_tui.model.diagnostic import Diagnostic

P = ParamSpec("P")
R = TypeVar("R")
FRAMES = 12_000
"""Enough for a tree of 512 levels with some 20 calls for each."""


@contextmanager
def room() -> Iterator[None]:
    """Inside, calls may nest that deeply at least."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def deep(function: Callable[P, R]) -> Callable[P, R]:
    """The function, with room for recursion. Raises CheckError where even that is not enough."""

    @wraps(function)
    def roomy(*args: P.args, **kwargs: P.kwargs) -> R:
        with room():
            try:
                return function(*args, **kwargs)
            except RecursionError:
                raise CheckError([Diagnostic("the text nests too deeply")]) from None

    return roomy
