"""A command is a function that returns its exit status; `add` makes typer obey that."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import typer

from tremor_tui.cli.ending import unless_unheard

P = ParamSpec("P")


def add(app: typer.Typer, name: str, function: Callable[P, int]) -> None:
    """Enters a command; its docstring is its help."""
    app.command(name)(obeying(function))


def obeying(function: Callable[P, int]) -> Callable[P, None]:
    """The function as typer wants it: a status that is not 0 ends the program with it."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        status = unless_unheard(lambda: function(*args, **kwargs))
        if status:
            raise typer.Exit(status)

    return run
