"""`fmt`: rewrites files in canonical form."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.diagnose import read, show
from tremor_tui.cli.options import Format
from tremor_tui.errors import CompileError, ConfigError
from tremor_tui.language.canonical import STARTS, canonical
from tremor_tui.language.source import Source

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Files, or folders of them.", show_default=False),
]
Check = Annotated[
    bool, typer.Option("--check", help="Change nothing; name what would change, and exit with 1.")
]
Stdout = Annotated[bool, typer.Option("--stdout", help="Change nothing; print the canonical form.")]


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "fmt", fmt)


def fmt(files: Files, check: Check = False, stdout: Stdout = False, error_format: Format = "full") -> int:
    """Rewrite .tremor, .trickle and .troy files in canonical form.

    Comments are kept, and one empty line where there were some. A file that does not parse is left alone.
    """
    status = 0
    for path in _each(files):
        try:
            source = Source.read(path)
            text = canonical(source)
        except CompileError as error:
            show(error.diagnostics, read, error_format)
            status = 1
            continue
        if stdout:
            output.whole(text)
        elif text != source.text:
            output.data(str(path))
            if check:
                status = 1
            else:
                replace(path, text)
    return status


def _each(files: Iterable[Path]) -> Iterator[Path]:
    for path in files:
        if path.is_dir():
            yield from sorted(
                below for below in path.rglob("*") if below.suffix in STARTS and below.is_file()
            )
        else:
            yield path


def replace(path: Path, text: str) -> None:
    """Replaces a file as a whole: whoever reads it sees the old text or the new one. Raises ConfigError.

    A link stays one, and the file keeps its permissions.
    """
    target = path.resolve()
    try:
        mode = target.stat().st_mode & 0o7777
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, mode)
            os.replace(name, target)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name)
            raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"cannot write `{path}`: {reason}", "check the permissions of its folder") from None
