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
    for number in range(around.line, max(around.end_line, span.end_line) + 1):
        lines.append(f"{number:5d} | {source.line(number)}")
        if number == span.end_line:
            lines += _callout(diagnostic, span)
    is_last = max(around.end_line, span.end_line) == span.end_line
    return "\n".join(lines) + ("\n\n" if is_last else "\n")


def _callout(diagnostic: Diagnostic, span: Span) -> list[str]:
    is_one_line = span.line == span.end_line
    start = span.column if is_one_line else 1
    width = max(1, span.end_column - start)
    drawn = [f"      | {' ' * (start - 1)}{'^' * width} {diagnostic.message}"]
    if diagnostic.hint:
        drawn.append(f"      | {' ' * (start + width)}NOTE: {diagnostic.hint}")
    return drawn
