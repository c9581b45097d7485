"""The text in an error event: the failure under its source lines, in the shape that tremor gives it.

Queries pass this text on as data, so its shape is kept to the space.
"""

from __future__ import annotations

from collections.abc import Callable

from tremor_tui.errors import ScriptError
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic, Span

Find = Callable[[str], Source | None]


def error_text(find: Find) -> Callable[[ScriptError], str]:
    """A `render` for `build`; `find` gives the source of a file name."""

    def render(error: ScriptError) -> str:
        diagnostic = error.diagnostic
        source = find(diagnostic.span.file) if diagnostic.span else None
        if diagnostic.span is None or source is None:
            return f"Error: {diagnostic.message}"
        return _drawn(diagnostic, diagnostic.span, source)

    return render


def _drawn(diagnostic: Diagnostic, span: Span, source: Source) -> str:
    around = diagnostic.context or span
    lines = ["Error: "]
    feeds = source.text.count("\n")
    last = max(min(around.end_line, feeds + (not source.text.endswith("\n"))), span.end_line)
    for number in range(around.line, last + 1):
        lines.append(f"{number:5d} | {source.line(number)}")
        if number == span.end_line:
            lines += _callout(diagnostic, span)
    is_complete = last == span.end_line or last <= feeds
    return "\n".join(lines) + ("\n\n" if is_complete else "\n")


def _callout(diagnostic: Diagnostic, span: Span) -> list[str]:
    is_one_line = span.line == span.end_line
    start = span.column if is_one_line else 1
    width = max(1, span.end_column - start)
    drawn = [f"      | {' ' * (start - 1)}{'^' * width} {diagnostic.message}"]
    note = _note(diagnostic.hint)
    if note:
        drawn.append(f"      | {' ' * (start + width)}NOTE: {note}")
    return drawn


def _note(hint: str) -> str:
    """A hint in tremor's words, where it gives one; ours are not for data."""
    if hint.startswith("did you mean `"):
        return hint.replace("did you mean", "Did you mean to use", 1)
    return f"C{hint[1:]}." if hint.startswith("consider adding") else ""
