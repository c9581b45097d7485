"""Source: a text with a name, and the way from offsets to lines and columns."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from pathlib import Path

from tremor_tui.errors import CompileError
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A text to compile. `name` is what diagnostics show; `path` is its file, if it has one."""

    text: str
    name: str
    path: Path | None = None
    _starts: list[int] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._starts.append(0)
        self._starts.extend(i + 1 for i, char in enumerate(self.text) if char == "\n")

    @classmethod
    def read(cls, path: Path, name: str | None = None) -> Source:
        """Reads a file. Raises CompileError if it is missing, barred or not UTF-8."""
        shown = name or str(path)
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise CompileError([_unreadable(shown, error)]) from None
        try:
            return cls(raw.decode("utf-8"), shown, path)
        except UnicodeDecodeError as error:
            raise CompileError([_not_utf8(raw, shown, error)]) from None

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of the character at `offset`."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """The span of the characters from `start` up to, not including, `end`."""
        line, column = self.position(start)
        end_line, end_column = self.position(end)
        return Span(self.name, line, column, end_line, end_column, start, end)

    def line(self, number: int) -> str:
        """The text of line `number` (from 1) without its line end; empty past the end."""
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].removesuffix("\r")


def _unreadable(name: str, error: OSError) -> Diagnostic:
    reason = (error.strerror or str(error)).lower()
    hints = {2: "check the path", 13: "check the file's permissions", 21: "name a file in it"}
    return Diagnostic(f"cannot read `{name}`: {reason}", hint=hints.get(error.errno or 0, ""), file=name)


def _not_utf8(raw: bytes, name: str, error: UnicodeDecodeError) -> Diagnostic:
    before = raw[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    span = Span(name, line, column, line, column + 1, 0, 0)
    message = f"the text is not UTF-8: byte 0x{raw[error.start]:02x}"
    return Diagnostic(message, span, "save the file as UTF-8")
