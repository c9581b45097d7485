"""Writing: new pieces of text in the form that `fmt` writes, and their indentation.

A new statement is written plainly, parsed where it will stand and printed, so that it has the form of the
printer at its depth. Lines inside of a heredoc or of a rule are never moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tremor_tui.errors import EditError
from tremor_tui.language.lex.lexer import lex
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.expr import Expr, Field, List, Name, Record, Scalar, String, Unary
from tremor_tui.language.tree.expr import Text as Stretch
from tremor_tui.language.tree.layout import INDENT
from tremor_tui.language.tree.printer import print_tree
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Span

NOWHERE = Span("", 1, 1, 1, 1)
LARGEST = (1 << 64) - 1


def indented(text: str, indent: str) -> str:
    """The lines of a text further to the right; empty lines stay empty."""
    held = _held(text)
    lines = text.split("\n")
    return "\n".join(indent + line if line and at not in held else line for at, line in enumerate(lines))


def dedented(text: str) -> str:
    """The lines of a text as far to the left as the least indented one allows, without empty ones around."""
    held = _held(text)
    lines = text.split("\n")
    free = [line for at, line in enumerate(lines) if at not in held and line.strip()]
    depth = min((len(line) - len(line.lstrip(" \t")) for line in free), default=0)
    moved = [
        line if at in held else line[depth:].rstrip() if line.strip() else "" for at, line in enumerate(lines)
    ]
    return "\n".join(moved).strip("\n")


def stretched(text: str, unit: str) -> str:
    """A text as `fmt` writes it with another space for each step to the right."""
    if unit == INDENT:
        return text
    held, lines = _held(text), text.split("\n")
    for at, line in enumerate(lines):
        bare = line.lstrip(" ")
        steps, rest = divmod(len(line) - len(bare), len(INDENT))
        if at not in held:
            lines[at] = unit * steps + " " * rest + bare
    return "\n".join(lines)


def unindented(text: str, indent: str) -> str:
    """The lines after the first without that space at their start, where they have it."""
    held = _held(text)
    first, *rest = text.split("\n")
    moved = [line if at in held else line.removeprefix(indent) for at, line in enumerate(rest, 1)]
    return "\n".join([first, *moved])


def _held(text: str) -> set[int]:
    """The lines, from 0, that begin inside of a token."""
    if '"""' not in text and "|" not in text:
        return set()
    starts = [0, *(at + 1 for at, char in enumerate(text) if char == "\n")]
    lexed = lex(Source(text, ""))
    inside = [(token.start, token.end) for token in lexed.tokens]
    inside += [
        (one.end, other.start)
        for one, other in zip(lexed.tokens, lexed.tokens[1:], strict=False)
        if one.kind in ("HEREDOC_OPEN", "PART") and other.kind in ("PART", "HEREDOC_CLOSE", "INTERPOLATION")
    ]
    found = set()
    for start, end in inside:
        if "\n" in text[start:end]:
            found |= {at for at, place in enumerate(starts) if start < place <= end}
    return found


# --- statements ---------------------------------------------------------------------------------------


def flow_statement(text: str) -> str:
    """A statement of a flow, as `fmt` writes it. Raises EditError where it does not parse."""
    return _printed("define flow x\nflow\n{}\n;\nend;", text, 2, 1, 1)


def inner_statement(text: str, depth: int = 2) -> str:
    """A statement of a pipeline that stands `depth` levels deep. Raises EditError where it does not parse."""
    if depth < 2:
        return _printed("define pipeline x\npipeline\n{}\n;\nend;", text, 2, 1, 1, "module")
    return _printed("define flow x\nflow\ndefine pipeline y\npipeline\n{}\n;\nend;\nend;", text, 4, 2, 2)


def _printed(around: str, text: str, head: int, tail: int, depth: int, start: Any = "deploy") -> str:
    whole = around.format(text.replace("\r\n", "\n"))
    parsed = parse(Source(whole, ""), start)
    if parsed.tree is None:
        fault = parsed.diagnostics[0]
        line = fault.span.line - around[: around.index("{")].count("\n") if fault.span else 1
        raise EditError(f"line {line}: {fault.message}", fault.hint)
    lines = print_tree(parsed.tree, parsed.comments, whole).removesuffix("\n").split("\n")
    left = len(INDENT) * depth
    body = [line[left:] if not line[:left].strip() else line for line in lines[head : len(lines) - tail]]
    return "\n".join(body).removesuffix(";")


def script_of(text: str) -> str:
    """The body of a script as a part of a statement, never empty. Raises EditError if it does not parse."""
    body = dedented(text.replace("\r\n", "\n")) or "event"
    fault = next(iter(parse(Source(body, ""), "script").diagnostics), None)
    if fault is not None and fault.is_error:
        line = fault.span.line if fault.span else 1
        raise EditError(f"the script does not parse: line {line}: {fault.message}", fault.hint)
    return body


# --- values -------------------------------------------------------------------------------------------


def expression(value: Value, text: str = "") -> str:
    """A JSON value, or else the text of an expression, as `fmt` writes it. Raises EditError."""
    if not text:
        return print_tree(_tree(value)).removesuffix("\n")
    whole = f"let x = {text}\n"
    parsed = parse(Source(whole, ""), "script")
    if parsed.tree is None or len(parsed.tree.statements) != 1 or parsed.comments:
        reason = parsed.diagnostics[0].message if parsed.diagnostics else "it is more than one"
        raise EditError(f"`{text}` is no expression: {reason}", 'strings are written in quotes: "text"')
    return text.strip()


def _tree(value: Value) -> Expr:
    """The expression that stands for a JSON value."""
    if value is None or type(value) is bool:
        return Scalar(value, NOWHERE)
    if type(value) in (int, float):
        return _number(value)
    if isinstance(value, str):
        return string(value)
    if isinstance(value, (list, tuple)):
        return List(tuple(map(_tree, value)), NOWHERE)
    if isinstance(value, dict):
        fields = (Field(string(key), _tree(inner), NOWHERE) for key, inner in value.items())
        return Record(tuple(fields), NOWHERE)
    raise EditError(f"a {type(value).__name__} cannot stand in a text")


def _number(value: int | float) -> Expr:
    if isinstance(value, int) and abs(value) > LARGEST:
        raise EditError(f"{value} is too large", "whole numbers have 64 bits")
    if value != value or value in (float("inf"), float("-inf")):
        raise EditError(f"{value} cannot stand in a text")
    if value < 0:
        return Unary("-", Scalar(-value, NOWHERE), NOWHERE, NOWHERE)
    return Scalar(value, NOWHERE)


def string(value: str) -> String:
    """A string without interpolation."""
    return String((Stretch(value, NOWHERE),) if value else (), False, NOWHERE)


def name(text: str) -> str:
    """A name as it is written: in backticks where it would be no identifier."""
    return print_tree(Name(text, NOWHERE)).removesuffix("\n")


def key_text(key: str) -> str:
    """The key of a record."""
    return print_tree(string(key)).removesuffix("\n")


def listed(parts: Iterable[str]) -> str:
    """Parts with commas."""
    return ", ".join(parts)
