"""`check`: compiles a file as far as that goes without running it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.diagnose import read, show
from tremor_tui.cli.modules import module_path
from tremor_tui.cli.options import File, Format, Queries, refuse_queries
from tremor_tui.engine.sources import Program, check, texts_of
from tremor_tui.errors import CompileError


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "check", check_file)


Speed = Annotated[
    bool,
    typer.Option("--speed", help="Say what is on the fast path too, and which line keeps the rest off it."),
]


def check_file(
    file: File, queries: Queries = None, error_format: Format = "full", speed: Speed = False
) -> int:
    """Compile a file without running it and show what is wrong with it.

    A .tremor or .trickle file that only defines things is checked as a module. Warnings do not fail it.
    A .yaml file of tremor 0.9 is checked with its pipelines: the .trickle files named after it, else those
    beside it. Modules are sought beside the file, then along TREMOR_PATH.
    """
    refuse_queries(file, queries)
    try:
        texts = texts_of(queries or ())
        program = Program.open(file, Path.cwd(), module_path(), texts, shown=str(file))
    except CompileError as error:
        show(error.diagnostics, read, error_format)
        return 1
    found = check(program)
    show(found, program.find, error_format)
    if any(diagnostic.is_error for diagnostic in found):
        return 1
    if speed:
        from tremor_tui.cli.running.speeds import lines_of  # it needs the runtime

        for line in lines_of(program):
            output.data(line)
    return 0
