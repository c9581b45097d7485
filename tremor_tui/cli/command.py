"""A command is a function that returns its exit status; `add` makes typer obey that."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import typer

P = ParamSpec("P")


def add(app: typer.Typer, name: str, function: Callable[P, int]) -> None:
    """Enters a command; its docstring is its help."""
    app.command(name)(obeying(function))


def obeying(function: Callable[P, int]) -> Callable[P, None]:
    """The function as typer wants it: a status that is not 0 ends the program with it.

    Where nobody reads stdout any more (`| head`) there is nothing left to do, and nothing went wrong.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            status = function(*args, **kwargs)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = 0
        if status:
            raise typer.Exit(status)

    return run
