"""Shows diagnostics of files on this machine: drawn under their source, or one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tremor_tui.cli import output
from tremor_tui.cli.output import ErrorFormat
from tremor_tui.errors import CompileError
from tremor_tui.language.diagnostics import render
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic

Find = Callable[[str], Source | None]


def show(diagnostics: Iterable[Diagnostic], find: Find, style: ErrorFormat) -> None:
    """Prints diagnostics on stderr, in their order."""
    if style == "short":
        output.short(diagnostics)
        return
    for diagnostic in diagnostics:
        output.drawn(render(diagnostic, find))


def read(name: str) -> Source | None:
    """A source by the name that it was given relative to this folder; None where it cannot be read."""
    try:
        return Source.read(Path(name), name)
    except CompileError:
        return None
