"""Prints expressions, paths and patterns, one level at a time (see printer.py)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tremor_tui.language.lex.tokens import KEYWORDS
from tremor_tui.language.tree import expr as tree
from tremor_tui.language.tree.layout import Mark
from tremor_tui.language.tree.levels import LEVELS
from tremor_tui.language.tree.printer_pieces import Comments, Item, Sub, items, statements

COMPLEX, EXPR, UNARY, INVERSION, SIMPLE = 0, 1, 11, 12, 13
"""What a place takes without brackets; between EXPR and UNARY are the levels of operators."""
STATEMENT = -1
_ENDING_QUOTE = re.compile(r'"(?="|\Z)')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def level_of(node: tree.Node, place: int) -> int:
    """How tightly a node binds; below `place` it needs brackets there."""
    if isinstance(node, tree.Match | tree.For):
        is_statement = node.is_mutable or place != STATEMENT
        return COMPLEX if is_statement else STATEMENT - 1
    if isinstance(node, tree.Binary):
        return LEVELS[node.op]
    if isinstance(node, tree.Unary):
        return UNARY if node.op in ("+", "-") else INVERSION
    return INVERSION if isinstance(node, tree.Presence) else SIMPLE


def name(node: tree.Name) -> list[Item]:
    text = node.text
    plain = text.isidentifier() and not text.startswith("_") and text not in KEYWORDS
    return [text if plain else f"`{text}`"]


def qualified(node: tree.QualifiedName) -> list[Item]:
    out: list[Item] = []
    for part in node.module:
        out += [Sub(part), "::"]
    return [*out, Sub(node.name)]


# --- values -----------------------------------------------------------------------------------------


def scalar(node: tree.Scalar) -> list[Item]:
    match node.value:
        case None:
            return ["null"]
        case bool():
            return ["true" if node.value else "false"]
        case float():
            return [number(node.value)]
        case _:
            return [str(node.value)]


def number(value: float) -> str:
    """A float as tremor reads it: with a dot, and at most one sign in the exponent."""
    if value == float("inf"):
        return "1.0e999"
    mantissa, _, exponent = repr(value).partition("e")
    mantissa = mantissa if "." in mantissa else f"{mantissa}.0"
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def string(node: tree.String) -> list[Item]:
    out: list[Item] = ['"""\n' if node.is_heredoc else '"']
    for part in node.parts:
        if isinstance(part, tree.Text):
            out.append(heredoc_text(part.value) if node.is_heredoc else quoted_text(part.value))
        else:
            out.append(Sub(part))
    return [*out, '"""' if node.is_heredoc else '"']


def text(node: tree.Text) -> list[Item]:
    return [quoted_text(node.value)]


def quoted_text(value: str) -> str:
    """The inside of a string with its escapes."""
    if value.isalnum():
        return value
    written = "".join(_ESCAPES.get(c) or (c if c >= " " else f"\\u{ord(c):04x}") for c in value)
    return written.replace("#{", "\\#{")


def heredoc_text(value: str) -> str:
    """The inside of a heredoc: quotes are escaped where they could end it."""
    written = value.replace("\\", "\\\\").replace("#{", "\\#{")
    return _ENDING_QUOTE.sub('\\\\"', written)


def interpolation(node: tree.Interpolation) -> list[Item]:
    return ["#{", Sub(node.expr, EXPR), "}"]


def list_(node: tree.List) -> list[Item]:
    return items("[", node.items, "]", node.span.end)


def record(node: tree.Record) -> list[Item]:
    return items("{", node.fields, "}", node.span.end)


def field(node: tree.Field) -> list[Item]:
    return [Sub(node.key), ": ", Sub(node.value)]


def bytes_(node: tree.Bytes) -> list[Item]:
    return items("<<", node.parts, ">>", node.span.end)


def bytes_part(node: tree.BytesPart) -> list[Item]:
    bits: list[Item] = [] if node.bits is None else [f":{node.bits}"]
    kind: list[Item] = [] if node.kind is None else ["/", Sub(node.kind)]
    value: list[Item] = [Sub(node.value, SIMPLE)]
    if isinstance(node.value, tree.Bytes):
        value = ["(", *value, ")"]  # as `>>>` is another token than `>> >`
    return [*value, *bits, *kind]


# --- operators and calls ----------------------------------------------------------------------------


def unary(node: tree.Unary) -> list[Item]:
    op = "not " if node.op == "not" else node.op
    return [op, Sub(node.operand, UNARY if node.op in ("+", "-") else INVERSION)]


def binary(node: tree.Binary) -> list[Item]:
    level = LEVELS[node.op]
    left, right = Sub(node.left, level), Sub(node.right, level + 1)
    return [Mark.OPEN, left, Mark.LINE, node.op, " ", right, Mark.CLOSE]


def presence(node: tree.Presence) -> list[Item]:
    return ["present " if node.is_present else "absent ", Sub(node.path)]


def call(node: tree.Call) -> list[Item]:
    return [Sub(node.function), *items("(", node.args, ")", node.span.end)]


def recur(node: tree.Recur) -> list[Item]:
    return ["recur", *items("(", node.args, ")", node.span.end)]


# --- paths ------------------------------------------------------------------------------------------


def path(node: tree.Path) -> list[Item]:
    segments: list[Item] = [Sub(segment) for segment in node.segments]
    if isinstance(node.root, tree.KeywordRoot) and node.root.name == "$" and node.segments:
        first = node.segments[0]
        if isinstance(first, tree.KeySegment):
            segments[0] = Sub(first.name)
    return [Sub(node.root), *segments]


def keyword_root(node: tree.KeywordRoot) -> list[Item]:
    return [node.name]


def named_root(node: tree.LocalRoot | tree.ConstRoot) -> list[Item]:
    return [Sub(node.name)]


def expr_root(node: tree.ExprRoot) -> list[Item]:
    if isinstance(node.expr, tree.Call | tree.Record | tree.List):
        return [Sub(node.expr)]
    return ["(", Sub(node.expr), ")"]


def key_segment(node: tree.KeySegment) -> list[Item]:
    return [".", Sub(node.name)]


def index_segment(node: tree.IndexSegment) -> list[Item]:
    return ["[", Sub(node.index), "]"]


def range_segment(node: tree.RangeSegment) -> list[Item]:
    return ["[", Sub(node.start), ":", Sub(node.end), "]"]


# --- match, for, patch, merge -----------------------------------------------------------------------


def match(node: tree.Match) -> list[Item]:
    head: list[Item] = ["match ", Sub(node.target), " of"]
    return [*head, *_arms(node.cases, node.is_mutable), Comments(node.span.end, Mark.HARD), "end"]


def _arms(nodes: tuple[tree.Case, ...] | tuple[tree.ForCase, ...], is_mutable: bool) -> list[Item]:
    out: list[Item] = [Mark.IN]
    for node in nodes:
        out.append(Comments(node.span.start, Mark.HARD))
        out += _for_arm(node, is_mutable) if isinstance(node, tree.ForCase) else arm(node, is_mutable)
    return [*out, Mark.OUT]


def arm(node: tree.Case, is_mutable: bool, is_fn: bool = False) -> list[Item]:
    """One `case` of a `match`, or of a pattern function."""
    if is_fn and isinstance(node.pattern, tree.TuplePattern):
        pattern = items("(", node.pattern.items, ")", node.pattern.span.end)
    else:
        pattern = [Sub(node.pattern)]
    return ["case ", *pattern, *_guard(node.guard), " =>", *_effectors(node.effectors, is_mutable)]


def _for_arm(node: tree.ForCase, is_mutable: bool) -> list[Item]:
    names: list[Item] = ["case (", Sub(node.key), ", ", Sub(node.value), ")"]
    return [*names, *_guard(node.guard), " =>", *_effectors(node.effectors, is_mutable)]


def _guard(guard: tree.Expr | None) -> list[Item]:
    return [" when ", Sub(guard)] if guard is not None else []


def _effectors(nodes: tuple[tree.Effector, ...], is_mutable: bool) -> list[Item]:
    level, separator = (STATEMENT, ";") if is_mutable else (COMPLEX, ",")
    if len(nodes) == 1:
        before = Comments(nodes[0].span.start, Mark.LINE)
        return [Mark.OPEN, Mark.IN, before, Sub(nodes[0], level), Mark.OUT, Mark.CLOSE]
    return [Mark.IN, *statements(nodes, separator, level), Mark.OUT]


def for_(node: tree.For) -> list[Item]:
    folding: list[Item] = []
    if node.initial is not None:
        use = f" use {node.fold}" if node.fold else ""
        folding = ["into ", Sub(node.initial), use, Mark.HARD]
    head: list[Item] = ["for ", Sub(node.target), " of", *_arms(node.cases, node.is_mutable)]
    return [*head, Comments(node.span.end, Mark.HARD), *folding, "end"]


def patch(node: tree.Patch) -> list[Item]:
    body = statements(node.operations)
    head: list[Item] = ["patch ", Sub(node.target), " of", Mark.IN, *body, Mark.OUT]
    return [*head, Comments(node.span.end, Mark.HARD), "end"]


def patch_operation(node: tree.PatchOperation) -> list[Item]:
    key: list[Item] = [] if node.key is None else [" ", Sub(node.key)]
    value: list[Item] = [] if node.value is None else [" => ", Sub(node.value)]
    return [node.op, *key, *value]


def merge(node: tree.Merge) -> list[Item]:
    target, value = Sub(node.target), Sub(node.value)
    return [
        Mark.OPEN,
        "merge ",
        target,
        " of",
        Mark.IN,
        Mark.LINE,
        value,
        Mark.OUT,
        Mark.LINE,
        "end",
        Mark.CLOSE,
    ]


# --- patterns ---------------------------------------------------------------------------------------


def extractor(node: tree.Extractor) -> list[Item]:
    return [Sub(node.name), f"|{rule(node.rule)}|"]


def rule(value: str) -> str:
    """A rule with its escapes; space at its start is kept by a break after it."""
    bare = value.lstrip()
    spaces = value[: len(value) - len(bare)]
    written = bare.replace("\\", "\\\\").replace("|", "\\|")
    if not spaces:
        return written
    return f"{spaces}\\\n{written}" if bare else f" \\\n {spaces}"


def wildcard(node: tree.Wildcard) -> list[Item]:
    return ["_"]


def value_pattern(node: tree.ValuePattern) -> list[Item]:
    return [Sub(node.expr)]


def extract_pattern(node: tree.ExtractPattern) -> list[Item]:
    return ["~ ", Sub(node.extractor)]


def assign_pattern(node: tree.AssignPattern) -> list[Item]:
    return [Sub(node.name), " = ", Sub(node.pattern)]


def record_pattern(node: tree.RecordPattern) -> list[Item]:
    return items("%{", node.fields, "}", node.span.end)


def array_pattern(node: tree.ArrayPattern) -> list[Item]:
    return items("%[", node.items, "]", node.span.end)


def tuple_pattern(node: tree.TuplePattern) -> list[Item]:
    if not node.is_open:
        return items("%(", node.items, ")", node.span.end)
    out: list[Item] = ["%("]
    for item in node.items:
        out += [Sub(item), ", "]
    return [*out, "...)"]


def field_comparison(node: tree.FieldComparison) -> list[Item]:
    return [Sub(node.field), f" {node.op} ", Sub(node.value)]


def field_extract(node: tree.FieldExtract) -> list[Item]:
    alias: list[Item] = [] if node.alias is None else [Sub(node.alias), " = "]
    return [*alias, Sub(node.field), " ~= ", Sub(node.extractor)]


def field_pattern(node: tree.FieldPattern) -> list[Item]:
    return [Sub(node.field), " ~= ", Sub(node.pattern)]


def field_presence(node: tree.FieldPresence) -> list[Item]:
    return ["present " if node.is_present else "absent ", Sub(node.field)]


PRINTERS: dict[type[Any], Callable[[Any], list[Item]]] = {
    tree.Name: name,
    tree.QualifiedName: qualified,
    tree.Scalar: scalar,
    tree.Text: text,
    tree.Interpolation: interpolation,
    tree.String: string,
    tree.List: list_,
    tree.Field: field,
    tree.Record: record,
    tree.BytesPart: bytes_part,
    tree.Bytes: bytes_,
    tree.Unary: unary,
    tree.Binary: binary,
    tree.Presence: presence,
    tree.Call: call,
    tree.Recur: recur,
    tree.KeywordRoot: keyword_root,
    tree.LocalRoot: named_root,
    tree.ConstRoot: named_root,
    tree.ExprRoot: expr_root,
    tree.KeySegment: key_segment,
    tree.IndexSegment: index_segment,
    tree.RangeSegment: range_segment,
    tree.Path: path,
    tree.Match: match,
    tree.For: for_,
    tree.PatchOperation: patch_operation,
    tree.Patch: patch,
    tree.Merge: merge,
    tree.Extractor: extractor,
    tree.Wildcard: wildcard,
    tree.ValuePattern: value_pattern,
    tree.ExtractPattern: extract_pattern,
    tree.AssignPattern: assign_pattern,
    tree.RecordPattern: record_pattern,
    tree.ArrayPattern: array_pattern,
    tree.TuplePattern: tuple_pattern,
    tree.FieldComparison: field_comparison,
    tree.FieldExtract: field_extract,
    tree.FieldPattern: field_pattern,
    tree.FieldPresence: field_presence,
}
