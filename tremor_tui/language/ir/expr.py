"""Expressions and patterns with names resolved: what scripts, selects and `with` values become.

What an evaluation may refer to is down to six roots (`RootIR`), variables (`LocalIR`) and constants.
`args` are constants by now. Every node has the span of its text; what a failure underlines is that span
unless the node's docstring says otherwise. Paths, calls and operators are pure: their order matters for
which failure comes first, and for nothing else.

A `match` or `for` has effectors that are statements (`script.py`) where it `is_mutable`; elsewhere only
the last effector stands, since tremor evaluates no other.

Long because it is a plain list of nodes that refer to each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass

if TYPE_CHECKING:
    from tremor_tui.language.ir.script import DropIR, EmitIR, LetIR

RootName = Literal["event", "meta", "state", "group", "window"]
Arithmetic = Literal["+", "-", "*", "/", "%", "&", "^", "<<", ">>", ">>>"]
Comparison = Literal["==", "!=", ">=", ">", "<=", "<"]
Logic = Literal["and", "or", "xor"]
PatchOp = Literal["insert", "upsert", "update", "erase", "move", "copy", "merge", "default"]


class IR:
    """A node of an expression or pattern."""

    __slots__ = ()
    span: Span


@dataclass(frozen=True, slots=True)
class ConstIR(IR):
    """A value known at compile time; never to be changed."""

    value: Any
    span: Span


@dataclass(frozen=True, slots=True)
class RootIR(IR):
    """`event`, `$` (`meta`), `state`, `group` or `window`."""

    name: RootName
    span: Span


@dataclass(frozen=True, slots=True)
class LocalIR(IR):
    """A variable. `slot` is unique in its script or function, `name` as written; it may be unset.

    `hint` is what to say if it is.
    """

    slot: str
    name: str
    span: Span
    hint: str = ""


@dataclass(frozen=True, slots=True)
class AggregateIR(IR):
    """The result of the aggregate number `index` of a select."""

    index: int
    span: Span


@dataclass(frozen=True, slots=True)
class StringIR(IR):
    """A string with interpolations: strings are taken as they are, other values as JSON."""

    parts: tuple[ExprIR, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ListIR(IR):
    """A list."""

    items: tuple[ExprIR, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RecordIR(IR):
    """A record: pairs of key and value. A later key replaces an equal earlier one."""

    items: tuple[tuple[ExprIR, ExprIR], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class BytesPartIR(IR):
    """One part of a bytes literal. `bits` is 0 for a whole `binary`, where it counts bytes."""

    value: ExprIR
    kind: Literal["signed", "unsigned", "binary"]
    is_little: bool
    bits: int
    span: Span


@dataclass(frozen=True, slots=True)
class BytesIR(IR):
    """`<< … >>`; a failure underlines the part."""

    parts: tuple[BytesPartIR, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class UnaryIR(IR):
    """`-x`, `+x`, `!x`, `not x`; a failure underlines the operand."""

    op: Literal["+", "-", "not", "!"]
    operand: ExprIR
    span: Span


@dataclass(frozen=True, slots=True)
class BinaryIR(IR):
    """An arithmetic operator or comparison; both sides are evaluated, left first."""

    op: Arithmetic | Comparison
    left: ExprIR
    right: ExprIR
    span: Span


@dataclass(frozen=True, slots=True)
class LogicIR(IR):
    """`and`, `or`, `xor`: bools only; the first two stop early. A failure underlines the side."""

    op: Logic
    left: ExprIR
    right: ExprIR
    span: Span


@dataclass(frozen=True, slots=True)
class CallIR(IR):
    """A call. `target` is a native function's path, or the id of a `FunctionIR` of the script.

    `name` is the function as tremor's messages call it.
    """

    target: str
    is_native: bool
    args: tuple[ExprIR, ...]
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class RecurIR(IR):
    """`recur(…)`: the function starts again with these arguments. Only as a leaf of its body."""

    args: tuple[ExprIR, ...]
    span: Span


# --- paths ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeyIR(IR):
    """`.name` or `["name"]`."""

    key: str
    span: Span


@dataclass(frozen=True, slots=True)
class IndexIR(IR):
    """`[3]`: a constant index, not negative."""

    index: int
    span: Span


@dataclass(frozen=True, slots=True)
class AtIR(IR):
    """`[expr]`: a key of a record or an index of a list."""

    at: ExprIR
    span: Span


@dataclass(frozen=True, slots=True)
class RangeIR(IR):
    """`[start:end]` of a list."""

    start: ExprIR
    end: ExprIR
    span: Span


@dataclass(frozen=True, slots=True)
class PathIR(IR):
    """A root and at least one segment; a failure underlines the segment."""

    root: ExprIR
    segments: tuple[SegmentIR, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class PresenceIR(IR):
    """`present path` or `absent path`; `path` may also be a root or local alone."""

    is_present: bool
    path: ExprIR
    span: Span


# --- match, for, patch, merge -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseIR(IR):
    """`case pattern when guard => effectors`; there is at least one effector."""

    pattern: PatternIR
    guard: ExprIR | None
    effectors: tuple[EffectorIR, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MatchIR(IR):
    """`match`. `default` has the effectors of a final `case _` without guard, None where there is none."""

    target: ExprIR
    cases: tuple[CaseIR, ...]
    default: tuple[EffectorIR, ...] | None
    is_mutable: bool
    span: Span


@dataclass(frozen=True, slots=True)
class ForCaseIR(IR):
    """`case (key, value) when guard => effectors`; its span is that of `(key, value)`, as failures show."""

    key: LocalIR
    value: LocalIR
    guard: ExprIR | None
    effectors: tuple[EffectorIR, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ForIR(IR):
    """`for`. `initial` is an empty list and `fold` is `+` where they were not written."""

    target: ExprIR
    cases: tuple[ForCaseIR, ...]
    initial: ExprIR
    fold: Arithmetic | Logic
    is_mutable: bool
    span: Span


@dataclass(frozen=True, slots=True)
class PatchOpIR(IR):
    """One operation. `value` is the other key for `copy` and `move`; see `tree.expr.PatchOperation`."""

    op: PatchOp
    key: ExprIR | None
    value: ExprIR | None
    span: Span


@dataclass(frozen=True, slots=True)
class PatchIR(IR):
    """`patch`; a failure underlines the operation, or the target if that is no record."""

    target: ExprIR
    operations: tuple[PatchOpIR, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MergeIR(IR):
    """`merge`; a failure underlines the side that is no record."""

    target: ExprIR
    value: ExprIR
    span: Span


# --- patterns ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExtractorIR(IR):
    """A test of a string by the extractor `name` with a rule that was checked."""

    name: str
    rule: str
    span: Span


@dataclass(frozen=True, slots=True)
class AnyIR(IR):
    """`_`."""

    span: Span


@dataclass(frozen=True, slots=True)
class EqualIR(IR):
    """Matches what is equal to the expression's value."""

    expr: ExprIR
    span: Span


@dataclass(frozen=True, slots=True)
class ExtractIR(IR):
    """`~ name|rule|`."""

    extractor: ExtractorIR
    span: Span


@dataclass(frozen=True, slots=True)
class CompareFieldIR(IR):
    """`field == expr` and the like."""

    key: str
    op: Comparison
    value: ExprIR
    span: Span


@dataclass(frozen=True, slots=True)
class ExtractFieldIR(IR):
    """`field ~= name|rule|`."""

    key: str
    extractor: ExtractorIR
    span: Span


@dataclass(frozen=True, slots=True)
class PatternFieldIR(IR):
    """`field ~= %{…}` (or `%[…]`, `%(…)`)."""

    key: str
    pattern: RecordPatternIR | ArrayPatternIR | TuplePatternIR
    span: Span


@dataclass(frozen=True, slots=True)
class PresenceFieldIR(IR):
    """`present field` or `absent field`."""

    is_present: bool
    key: str
    span: Span


@dataclass(frozen=True, slots=True)
class RecordPatternIR(IR):
    """`%{ field, … }`."""

    fields: tuple[FieldIR, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ArrayPatternIR(IR):
    """`%[ item, … ]`."""

    items: tuple[ItemIR, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TuplePatternIR(IR):
    """`%( item, … )`."""

    items: tuple[ItemIR, ...]
    is_open: bool
    span: Span


@dataclass(frozen=True, slots=True)
class AssignIR(IR):
    """`name = pattern`: the variable gets what the pattern yields."""

    variable: LocalIR
    pattern: PatternIR
    span: Span


SegmentIR: TypeAlias = KeyIR | IndexIR | AtIR | RangeIR
ExprIR: TypeAlias = (
    ConstIR
    | RootIR
    | LocalIR
    | AggregateIR
    | StringIR
    | ListIR
    | RecordIR
    | BytesIR
    | UnaryIR
    | BinaryIR
    | LogicIR
    | CallIR
    | RecurIR
    | PathIR
    | PresenceIR
    | MatchIR
    | ForIR
    | PatchIR
    | MergeIR
)
FieldIR: TypeAlias = CompareFieldIR | ExtractFieldIR | PatternFieldIR | PresenceFieldIR
ItemIR: TypeAlias = AnyIR | EqualIR | ExtractIR | RecordPatternIR
PatternIR: TypeAlias = ItemIR | ArrayPatternIR | TuplePatternIR | AssignIR
EffectorIR: TypeAlias = "ExprIR | LetIR | EmitIR | DropIR"


_PARTS: dict[type[IR], tuple[str, ...]] = {}
"""The fields of each kind of node that may hold nodes."""
_PLAIN = frozenset(
    {"Any", "Span", "str", "bool", "int", "str | None", "tuple[str, ...]", "RootName", "Logic"}
)


def _parts(kind: type[IR]) -> tuple[str, ...]:
    parts = tuple(field.name for field in fields(kind) if str(field.type) not in _PLAIN)  # type: ignore[arg-type]
    return _PARTS.setdefault(kind, parts)


def children(node: IR) -> list[IR]:
    """The nodes directly below a node, in the order of its fields."""
    kind = type(node)
    found: list[IR] = []
    parts = _PARTS.get(kind)
    for name in _parts(kind) if parts is None else parts:
        value = getattr(node, name)
        if isinstance(value, IR):
            found.append(value)
        elif type(value) is tuple:
            found += _nodes(value)
    return found


def walk(node: IR) -> Iterator[IR]:
    """The node and all nodes below it, each before its children."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        below = children(node)
        below.reverse()
        stack += below


def _nodes(values: tuple[object, ...]) -> Iterator[IR]:
    for value in values:
        if isinstance(value, IR):
            yield value
        elif type(value) is tuple:
            yield from _nodes(value)
