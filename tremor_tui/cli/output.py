"""Everything that the command line prints: data to stdout, talk to stderr, errors with a hint.

Nothing that came from outside is printed with its control characters: a name or a message must not be
able to steer the terminal.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from tremor_tui.errors import TremorError
    from tremor_tui.model.diagnostic import Diagnostic

ErrorFormat = Literal["short", "full"]
CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
RED, YELLOW, BOLD = "31", "33", "1"


def data(text: str) -> None:
    """A line of data, on stdout, at once."""
    print(visible(text), flush=True)


def whole(text: str) -> None:
    """A text that ends with its own line feed, on stdout; unchanged where no terminal shows it."""
    print(visible(text) if is_terminal(sys.stdout) else text, end="", flush=True)


def talk(text: str) -> None:
    """A line for people, on stderr."""
    print(visible(text), file=sys.stderr, flush=True)


def talk_over(text: str) -> None:
    """Replaces the last line of the terminal on stderr; only where that is a terminal."""
    print(f"\r\x1b[K{visible(text)}", end="", file=sys.stderr, flush=True)


def failure(message: str, hint: str = "") -> None:
    """`error: ...` and `hint: ...`, on stderr."""
    print(f"{_coloured('error:', RED)} {visible(message)}", file=sys.stderr)
    if hint:
        print(f"{_coloured('hint:', BOLD)} {visible(hint)}", file=sys.stderr, flush=True)


def error(caught: TremorError) -> None:
    """A TremorError: its diagnostics in the short form, or its sentence and hint."""
    diagnostics: Sequence[Diagnostic] = getattr(caught, "diagnostics", ())
    if diagnostics:
        short(diagnostics)
    else:
        failure(caught.message, caught.hint)


def short(diagnostics: Iterable[Diagnostic]) -> None:
    """Diagnostics, one line each and a line for each hint, on stderr."""
    for diagnostic in diagnostics:
        first, *more = diagnostic.short().splitlines()
        lines = [first, *(f"  {line}" for line in more)]
        if diagnostic.hint:
            lines.append(f"  hint: {diagnostic.hint}")
        print(visible("\n".join(lines)), file=sys.stderr, flush=True)


def drawn(text: str) -> None:
    """A diagnostic that was drawn under its source, on stderr."""
    first, newline, rest = visible(text).partition("\n")
    head, place = first.partition(":")[::2]
    colour = RED if head == "Error" else YELLOW
    print(f"{_coloured(f'{head}:', colour)}{place}{newline}{rest}", file=sys.stderr, flush=True)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: str = "") -> None:
    """Aligned columns on stdout; `right` has an `r` for each column that is aligned to the right."""
    cells = [[visible(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    flags = right.ljust(len(widths))
    for row in cells:
        padded = [
            cell.rjust(width) if flag == "r" else cell.ljust(width)
            for cell, width, flag in zip(row, widths, flags, strict=True)
        ]
        print("  ".join(padded).rstrip(), flush=True)


def visible(text: str) -> str:
    """The text with its control characters, but for line feeds and tabs, as `\\x1b`."""
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody looks at the stream."""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _coloured(text: str, colour: str) -> str:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not is_terminal(sys.stderr):
        return text
    return f"\x1b[{colour}m{text}\x1b[0m"
