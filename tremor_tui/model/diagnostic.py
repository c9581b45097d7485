"""Where something is in a text, and what is to be said about it: `Span` and `Diagnostic`.

They are plain data, below every room, because the compiler makes them, the control plane carries
them, and the command line and the workbench show them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "hint"]
WarningClass = Literal["general", "performance", "consistency", "behaviour"]
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
_PICTURES |= dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)


def harmless(text: str) -> str:
    """A text as a terminal may show it: a picture stands for each control character but tab and line feed."""
    return text if text.isprintable() else text.translate(_PICTURES)


class Span(msgspec.Struct, frozen=True, order=True):
    """A piece of a text: from (line, column) up to, not including, (end_line, end_column).

    Lines and columns count from 1, columns in characters. `start` and `end` are character offsets
    from 0, `end` exclusive. `file` is the text's name as shown to the user (`Source.name`).
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int = 0
    end: int = 0

    def to(self, last: Span) -> Span:
        """The span from the start of this one to the end of `last`."""
        return Span(self.file, self.line, self.column, last.end_line, last.end_column, self.start, last.end)

    def whole_lines(self) -> Span:
        """The span from the beginning of its first line."""
        start = self.start - self.column + 1
        return Span(self.file, self.line, 1, self.end_line, self.end_column, start, self.end)

    def with_lines(self, count: int) -> Span:
        """The lines of the span and so many around it, as a context; offsets are the span's."""
        last = self.end_line + count
        return Span(self.file, max(1, self.line - count), 1, last, self.end_column, self.start, self.end)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}-{self.end_line}:{self.end_column}"


class Diagnostic(msgspec.Struct, frozen=True):
    """One thing to tell the author of a text: where, what, and what to do about it.

    `span` is None where the fault has no place. `context` is the wider piece of text around it
    (tremor's *outer* span), shown but not underlined. `warning_class` is set on warnings alone.
    `expected` lists what would have fitted, for parse errors.
    """

    message: str
    span: Span | None = None
    hint: str = ""
    severity: Severity = "error"
    warning_class: WarningClass | None = None
    context: Span | None = None
    expected: tuple[str, ...] = ()
    file: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it keeps the text from running."""
        return self.severity == "error"

    @property
    def where(self) -> str:
        """`FILE:L1:C1-L2:C2`, or `FILE` where it has no place."""
        return str(self.span) if self.span else self.file or "-"

    def short(self) -> str:
        """The one-line form: `FILE:L1:C1-L2:C2: error: message`."""
        label = f"warning[{self.warning_class}]" if self.warning_class else self.severity
        return harmless(f"{self.where}: {label}: {self.message}")
