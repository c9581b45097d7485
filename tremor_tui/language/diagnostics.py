"""Diagnostics drawn under their source line, in tremor's shape.

    Error:
        3 | let x = event.tota;
          |         ^^^^^^^^^^ the key `tota` is not there
          Hint: did you mean `total`?

`Diagnostic` itself is in `model/diagnostic.py`, because clients show it too.
"""

from __future__ import annotations

from collections.abc import Callable

from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic, Span, harmless

CONTEXT_LINES = 2


def render(diagnostic: Diagnostic, find: Callable[[str], Source | None]) -> str:
    """The long form: the place underlined in its source, `CONTEXT_LINES` around it, then the hint.

    `find` gives the source of a file name, or None; then the short form stands in.
    """
    title = _title(diagnostic)
    source = find(diagnostic.span.file) if diagnostic.span else None
    if diagnostic.span is None or source is None:
        return harmless("\n".join([diagnostic.short(), *_hint(diagnostic, "  ")]))
    body = _body(diagnostic, diagnostic.span, source)
    return harmless("\n".join([f"{title} {diagnostic.where}", *body, *_hint(diagnostic, " " * 6)]))


def _title(diagnostic: Diagnostic) -> str:
    if diagnostic.severity == "error":
        return "Error:"
    return f"Warning({diagnostic.warning_class or 'general'}):"


def _hint(diagnostic: Diagnostic, indent: str) -> list[str]:
    return [f"{indent}hint: {diagnostic.hint}"] if diagnostic.hint else []


def _body(diagnostic: Diagnostic, span: Span, source: Source) -> list[str]:
    first = max(1, span.line - CONTEXT_LINES)
    lines = [f"{n:5d} | {source.line(n)}" for n in range(first, span.end_line + 1)]
    start = span.column if span.line == span.end_line else 1
    width = max(1, span.end_column - start)
    lines.append(f"      | {' ' * (start - 1)}{'^' * width} {diagnostic.message}")
    after = range(span.end_line + 1, span.end_line + 1 + CONTEXT_LINES)
    return lines + [f"{n:5d} | {source.line(n)}" for n in after if source.line(n)]
