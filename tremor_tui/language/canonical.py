"""The canonical form of a text: what `fmt` writes.

`canonical(canonical(x)) == canonical(x)`, and both mean the same: the tree is compared before a text is
given back. Comments are kept.
"""

from __future__ import annotations

from pathlib import PurePath

from tremor_tui.errors import CompileError, ParseError
from tremor_tui.language.depth import deep
from tremor_tui.language.parse.parser import Parsed, Start, parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.printer import print_tree
from tremor_tui.language.tree.walk import same
from tremor_tui.model.diagnostic import Diagnostic

STARTS: dict[str, Start] = {".tremor": "script", ".trickle": "query", ".troy": "deploy"}


@deep
def canonical(source: Source) -> str:
    """The text of a .tremor, .trickle or .troy file in canonical form.

    Raises ParseError for a text that does not parse, CompileError for another kind of file.
    """
    start, parsed = parse_any(source)
    if parsed.tree is None:
        raise ParseError(parsed.diagnostics)
    text = print_tree(parsed.tree, parsed.comments, source.text)
    again: Parsed[Node] = parse(Source(text, source.name), start)
    if again.tree is None or not same(parsed.tree, again.tree) or _said(parsed) != _said(again):
        raise CompileError([_unsafe(source)])
    return text


def parse_any(source: Source) -> tuple[Start, Parsed[Node]]:
    """A file parsed as what it is by its extension, or else as a module. Raises CompileError."""
    suffix = PurePath(source.name).suffix
    if suffix not in STARTS:
        message = f"a file is told by its extension, and `{suffix}` is none of " + ", ".join(STARTS)
        raise CompileError([Diagnostic(message, hint="rename it", file=source.name)])
    start = STARTS[suffix]
    parsed: Parsed[Node] = parse(source, start)
    if parsed.tree is None:
        others: Start = "module"
        module: Parsed[Node] = parse(source, others)
        if module.tree is not None or _reach(module) > _reach(parsed):
            return "module", module
    return start, parsed


def _reach(parsed: Parsed[Node]) -> int:
    """How far a text was understood."""
    return min((d.span.start for d in parsed.diagnostics if d.span), default=-1)


def _said(parsed: Parsed[Node]) -> list[str]:
    return [comment.text.rstrip() for comment in parsed.comments]


def _unsafe(source: Source) -> Diagnostic:
    hint = "this is a bug of the formatter: please report the text"
    return Diagnostic(
        "the canonical form would not mean the same; left as it is", hint=hint, file=source.name
    )
