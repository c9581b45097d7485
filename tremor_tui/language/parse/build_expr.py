"""Builders of expressions, paths and patterns (see build.py for their signature)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tremor_tui.language.lex.tokens import EXPECTED_NAMES, Token
from tremor_tui.language.tree import expr as tree
from tremor_tui.language.tree.levels import LEVELS

if TYPE_CHECKING:
    from tremor_tui.language.parse.build import Context


def _word(token: Token) -> Any:
    """The keyword or operator that a token is."""
    return EXPECTED_NAMES[token.kind]


def name(c: Context, v: list[Any], s: list[int], end: int) -> tree.Name:
    return tree.Name(v[0].value, c.span(s[0], end))


def plain_name(c: Context, v: list[Any], s: list[int], end: int) -> tree.QualifiedName:
    return tree.QualifiedName((), v[0], v[0].span)


def longer_name(c: Context, v: list[Any], s: list[int], end: int) -> tree.QualifiedName:
    before: tree.QualifiedName = v[0]
    return tree.QualifiedName((*before.module, before.name), v[2], c.span(s[0], end))


# --- values -----------------------------------------------------------------------------------------


def scalar(c: Context, v: list[Any], s: list[int], end: int) -> tree.Scalar:
    return tree.Scalar(v[0].value, c.span(s[0], end))


def true(c: Context, v: list[Any], s: list[int], end: int) -> tree.Scalar:
    return tree.Scalar(True, c.span(s[0], end))


def false(c: Context, v: list[Any], s: list[int], end: int) -> tree.Scalar:
    return tree.Scalar(False, c.span(s[0], end))


def null(c: Context, v: list[Any], s: list[int], end: int) -> tree.Scalar:
    return tree.Scalar(None, c.span(s[0], end))


def plain_string(c: Context, v: list[Any], s: list[int], end: int) -> tree.String:
    text: str = v[0].value
    parts = (tree.Text(text, c.span(s[0] + 1, end - 1)),) if text else ()
    return tree.String(parts, False, c.span(s[0], end))


def empty_string(c: Context, v: list[Any], s: list[int], end: int) -> tree.String:
    return tree.String((), v[0].kind == "HEREDOC_OPEN", c.span(s[0], end))


def string(c: Context, v: list[Any], s: list[int], end: int) -> tree.String:
    return tree.String(tuple(v[1]), v[0].kind == "HEREDOC_OPEN", c.span(s[0], end))


def text(c: Context, v: list[Any], s: list[int], end: int) -> tree.Text:
    return tree.Text(v[0].value, c.span(s[0], end))


def interpolation(c: Context, v: list[Any], s: list[int], end: int) -> tree.Interpolation:
    return tree.Interpolation(v[1], c.span(s[0], end))


def list_(c: Context, v: list[Any], s: list[int], end: int) -> tree.List:
    return tree.List(v[1] if len(v) == 3 else (), c.span(s[0], end))


def record(c: Context, v: list[Any], s: list[int], end: int) -> tree.Record:
    return tree.Record(v[1] if len(v) == 3 else (), c.span(s[0], end))


def field(c: Context, v: list[Any], s: list[int], end: int) -> tree.Field:
    return tree.Field(v[0], v[2], c.span(s[0], end))


def bytes_(c: Context, v: list[Any], s: list[int], end: int) -> tree.Bytes:
    return tree.Bytes(tuple(v[1]) if len(v) == 3 else (), c.span(s[0], end))


def bytes_value(c: Context, v: list[Any], s: list[int], end: int) -> tree.BytesPart:
    return tree.BytesPart(v[0], None, None, None, c.span(s[0], end))


def bytes_sized(c: Context, v: list[Any], s: list[int], end: int) -> tree.BytesPart:
    return tree.BytesPart(v[0], v[2].value, c.of(v[2]), None, c.span(s[0], end))


def bytes_typed(c: Context, v: list[Any], s: list[int], end: int) -> tree.BytesPart:
    return tree.BytesPart(v[0], None, None, v[2], c.span(s[0], end))


def bytes_full(c: Context, v: list[Any], s: list[int], end: int) -> tree.BytesPart:
    return tree.BytesPart(v[0], v[2].value, c.of(v[2]), v[4], c.span(s[0], end))


# --- operators and calls ----------------------------------------------------------------------------


def unary(c: Context, v: list[Any], s: list[int], end: int) -> tree.Unary:
    return tree.Unary(_word(v[0]), v[1], c.of(v[0]), c.span(s[0], end))


def presence(c: Context, v: list[Any], s: list[int], end: int) -> tree.Presence:
    return tree.Presence(v[0].kind == "PRESENT", v[1], c.span(s[0], end))


def chain_start(c: Context, v: list[Any], s: list[int], end: int) -> list[Any]:
    return [(v[0], s[0], s[1]), (v[1], v[2], s[2], end)]


def chain_more(c: Context, v: list[Any], s: list[int], end: int) -> list[Any]:
    v[0].append((v[1], v[2], s[2], end))
    return v[0]  # type: ignore[no-any-return]


def chain(c: Context, v: list[Any], s: list[int], end: int) -> tree.Expr:
    """Sorts a chain of operands and operators out by how tightly the operators bind."""
    left, *rest = v[0]
    c.count_terms(len(rest))
    operands: list[tuple[tree.Expr, int, int]] = [left]
    waiting: list[tuple[int, str, Token]] = []
    for token, operand, start, stop in rest:
        op = _word(token)
        level = LEVELS[op]
        while waiting and waiting[-1][0] >= level:
            _reduce(c, operands, waiting)
        waiting.append((level, op, token))
        operands.append((operand, start, stop))
    while waiting:
        _reduce(c, operands, waiting)
    return operands[0][0]


def _reduce(
    c: Context, operands: list[tuple[tree.Expr, int, int]], waiting: list[tuple[int, str, Token]]
) -> None:
    _, op, token = waiting.pop()
    right, _, end = operands.pop()
    left, start, _ = operands.pop()
    node = tree.Binary(op, left, right, c.of(token), c.span(start, end))  # type: ignore[arg-type]
    operands.append((node, start, end))


def call(c: Context, v: list[Any], s: list[int], end: int) -> tree.Call:
    return tree.Call(v[0], v[2] if len(v) == 4 else (), c.span(s[0], end))


def recur(c: Context, v: list[Any], s: list[int], end: int) -> tree.Recur:
    return tree.Recur(v[2] if len(v) == 4 else (), c.span(s[0], end))


# --- paths ------------------------------------------------------------------------------------------


def keyword_root(c: Context, v: list[Any], s: list[int], end: int) -> tree.KeywordRoot:
    return tree.KeywordRoot(_word(v[0]), c.span(s[0], end))


def named_root(c: Context, v: list[Any], s: list[int], end: int) -> tree.PathRoot:
    qualified: tree.QualifiedName = v[0]
    if qualified.module:
        return tree.ConstRoot(qualified, qualified.span)
    return tree.LocalRoot(qualified.name, qualified.span)


def root_path(c: Context, v: list[Any], s: list[int], end: int) -> tree.Path:
    return tree.Path(v[0], (), v[0].span)


def path(c: Context, v: list[Any], s: list[int], end: int) -> tree.Path:
    return tree.Path(v[0], tuple(v[1]), c.span(s[0], end))


def meta_path(c: Context, v: list[Any], s: list[int], end: int) -> tree.Path:
    first = tree.KeySegment(v[1], v[1].span)
    rest = v[2] if len(v) == 3 else ()
    return tree.Path(v[0], (first, *rest), c.span(s[0], end))


def expr_path(c: Context, v: list[Any], s: list[int], end: int) -> tree.Path:
    root = tree.ExprRoot(v[0], c.span(s[0], s[1]))
    return tree.Path(root, tuple(v[1]), c.span(s[0], end))


def key_segment(c: Context, v: list[Any], s: list[int], end: int) -> tree.KeySegment:
    return tree.KeySegment(v[1], v[1].span)


def index_segment(c: Context, v: list[Any], s: list[int], end: int) -> tree.IndexSegment:
    return tree.IndexSegment(v[1], c.span(s[0], end))


def range_segment(c: Context, v: list[Any], s: list[int], end: int) -> tree.RangeSegment:
    return tree.RangeSegment(v[1], v[3], c.span(s[0], end))


# --- match, for, patch, merge -----------------------------------------------------------------------


def match_statement(c: Context, v: list[Any], s: list[int], end: int) -> tree.Match:
    return tree.Match(v[1], tuple(v[3]), True, c.span(s[0], end))


def match_expr(c: Context, v: list[Any], s: list[int], end: int) -> tree.Match:
    return tree.Match(v[1], tuple(v[3]), False, c.span(s[0], end))


def case(c: Context, v: list[Any], s: list[int], end: int) -> tree.Case:
    return tree.Case(v[1], v[2], tuple(v[4]), c.span(s[0], end))


def fn_default(c: Context, v: list[Any], s: list[int], end: int) -> tree.Case:
    return tree.Case(v[1], None, tuple(v[3]), c.span(s[0], end))


def for_statement(c: Context, v: list[Any], s: list[int], end: int) -> tree.For:
    initial, fold, fold_span = v[4]
    return tree.For(v[1], tuple(v[3]), initial, fold, fold_span, True, c.span(s[0], end))


def for_expr(c: Context, v: list[Any], s: list[int], end: int) -> tree.For:
    initial, fold, fold_span = v[4]
    return tree.For(v[1], tuple(v[3]), initial, fold, fold_span, False, c.span(s[0], end))


def for_case(c: Context, v: list[Any], s: list[int], end: int) -> tree.ForCase:
    names = c.span(s[1], v[5].end)
    return tree.ForCase(v[2], v[4], v[6], tuple(v[8]), names, c.span(s[0], end))


def no_folding(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, ...]:
    return None, None, None


def into(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, ...]:
    return v[1], None, None


def into_use(c: Context, v: list[Any], s: list[int], end: int) -> tuple[Any, ...]:
    return v[1], _word(v[3]), c.of(v[3])


def patch(c: Context, v: list[Any], s: list[int], end: int) -> tree.Patch:
    return tree.Patch(v[1], tuple(v[3]), c.span(s[0], end))


def operation(c: Context, v: list[Any], s: list[int], end: int) -> tree.PatchOperation:
    return tree.PatchOperation(_word(v[0]), v[1], v[3], c.of(v[0]), c.span(s[0], end))


def whole_operation(c: Context, v: list[Any], s: list[int], end: int) -> tree.PatchOperation:
    return tree.PatchOperation(_word(v[0]), None, v[2], c.of(v[0]), c.span(s[0], end))


def erase(c: Context, v: list[Any], s: list[int], end: int) -> tree.PatchOperation:
    return tree.PatchOperation("erase", v[1], None, c.of(v[0]), c.span(s[0], end))


def merge(c: Context, v: list[Any], s: list[int], end: int) -> tree.Merge:
    return tree.Merge(v[1], v[3], c.span(s[0], end))


# --- patterns ---------------------------------------------------------------------------------------


def wildcard(c: Context, v: list[Any], s: list[int], end: int) -> tree.Wildcard:
    return tree.Wildcard(c.span(s[0], end))


def value_pattern(c: Context, v: list[Any], s: list[int], end: int) -> tree.ValuePattern:
    return tree.ValuePattern(v[0], c.span(s[0], end))


def extract_pattern(c: Context, v: list[Any], s: list[int], end: int) -> tree.ExtractPattern:
    return tree.ExtractPattern(v[1], c.span(s[0], end))


def extractor(c: Context, v: list[Any], s: list[int], end: int) -> tree.Extractor:
    return tree.Extractor(v[0], v[1].value, c.of(v[1]), c.span(s[0], end))


def assign_pattern(c: Context, v: list[Any], s: list[int], end: int) -> tree.AssignPattern:
    return tree.AssignPattern(v[0], v[2], c.span(s[0], end))


def record_pattern(c: Context, v: list[Any], s: list[int], end: int) -> tree.RecordPattern:
    return tree.RecordPattern(v[1] if len(v) == 3 else (), c.span(s[0], end))


def array_pattern(c: Context, v: list[Any], s: list[int], end: int) -> tree.ArrayPattern:
    return tree.ArrayPattern(tuple(v[1]) if len(v) == 3 else (), c.span(s[0], end))


def closed_tuple(c: Context, v: list[Any], s: list[int], end: int) -> tree.TuplePattern:
    return tree.TuplePattern(tuple(v[1]) if len(v) == 3 else (), False, c.span(s[0], end))


def any_tuple(c: Context, v: list[Any], s: list[int], end: int) -> tree.TuplePattern:
    return tree.TuplePattern((), True, c.span(s[0], end))


def open_tuple(c: Context, v: list[Any], s: list[int], end: int) -> tree.TuplePattern:
    return tree.TuplePattern(tuple(v[1]), True, c.span(s[0], end))


def fn_pattern(c: Context, v: list[Any], s: list[int], end: int) -> tree.TuplePattern:
    return tree.TuplePattern(tuple(v[1]), False, c.span(s[0], end))


def field_comparison(c: Context, v: list[Any], s: list[int], end: int) -> tree.FieldComparison:
    return tree.FieldComparison(v[0], _word(v[1]), v[2], c.of(v[1]), c.span(s[0], end))


def field_extract(c: Context, v: list[Any], s: list[int], end: int) -> tree.FieldExtract:
    return tree.FieldExtract(v[0], None, v[2], c.span(s[0], end))


def aliased_extract(c: Context, v: list[Any], s: list[int], end: int) -> tree.FieldExtract:
    return tree.FieldExtract(v[2], v[0], v[4], c.span(s[0], end))


def field_pattern(c: Context, v: list[Any], s: list[int], end: int) -> tree.FieldPattern:
    return tree.FieldPattern(v[0], v[2], c.span(s[0], end))


def field_presence(c: Context, v: list[Any], s: list[int], end: int) -> tree.FieldPresence:
    return tree.FieldPresence(v[0].kind == "PRESENT", v[1], c.span(s[0], end))


BUILDERS = (
    *(name, plain_name, longer_name, scalar, true, false, null, plain_string, empty_string, string),
    *(text, interpolation, list_, record, field, bytes_, bytes_value, bytes_sized, bytes_typed),
    *(bytes_full, unary, presence, chain_start, chain_more, chain, call, recur, keyword_root),
    *(named_root, root_path, path, meta_path, expr_path, key_segment, index_segment, range_segment),
    *(match_statement, match_expr, case, fn_default, for_statement, for_expr, for_case, no_folding),
    *(into, into_use, patch, operation, whole_operation, erase, merge, wildcard, value_pattern),
    *(extract_pattern, extractor, assign_pattern, record_pattern, array_pattern, closed_tuple),
    *(any_tuple, open_tuple, fn_pattern, field_comparison, field_extract, aliased_extract),
    *(field_pattern, field_presence),
)
