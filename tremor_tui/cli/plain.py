"""Takes the plain forms of `run`, and the bare command, without loading typer: a third of their start.

A plain form has one FILE and options of this table, each word by itself. Everything else (other options,
`--infile=x`, help, mistakes) is left to typer, which knows the whole command; a test holds the table
against it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tremor_tui.cli.ending import status_of

PLAIN: Final[dict[str, tuple[str, type[str] | type[Path] | None]]] = {
    "--infile": ("infile", Path),
    "-i": ("infile", Path),
    "--outfile": ("outfile", Path),
    "-o": ("outfile", Path),
    "--decoder": ("decoder", str),
    "-d": ("decoder", str),
    "--encoder": ("encoder", str),
    "-e": ("encoder", str),
    "--preprocessor": ("preprocessor", str),
    "--postprocessor": ("postprocessor", str),
    "--origin-uri": ("origin_uri", str),
    "--instance": ("instance", str),
    "--fail-on-error": ("fail_on_error", None),
    "--whole-events": ("whole_events", None),
}
"""Options of `run`: the parameter that they give, and what it is made of; None for a flag."""


def plain(arguments: Sequence[str]) -> int | None:
    """The exit status of what the arguments ask for; None where they are not plain."""
    if not arguments:
        return status_of(_bare)
    if arguments[0] != "run":
        return None
    given = read_run(arguments[1:])
    return None if given is None else status_of(_run(*given))


def read_run(words: Sequence[str]) -> tuple[Path, dict[str, object]] | None:
    """The file and the parameters of a plain `run`, or None."""
    files: list[str] = []
    given: dict[str, object] = {}
    rest = iter(words)
    for word in rest:
        if word in PLAIN:
            name, make = PLAIN[word]
            value = "" if make is None else next(rest, "")
            if make is not None and not _is_value(value):
                return None
            given[name] = True if make is None else make(value)
        elif _is_value(word) and word != "-":
            files.append(word)
        else:
            return None
    return (Path(files[0]), given) if len(files) == 1 else None


def _is_value(word: str) -> bool:
    return word == "-" or (bool(word) and not word.startswith("-"))


def _run(file: Path, given: dict[str, object]) -> Callable[[], int]:
    def run() -> int:
        from tremor_tui.cli.running import entry

        return entry.run(file, **given)  # type: ignore[arg-type]

    return run


def _bare() -> int:
    from tremor_tui.cli.opening import Looks, open_workbench

    return open_workbench(None, "", Looks())
