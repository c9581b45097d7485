"""Expressions, paths and patterns: the nodes that all dialects share.

Two families of effectors exist: a `match` or `for` in statement position has effectors that are
statements, set apart by `;` (`is_mutable`); inside an expression they are expressions set apart by
`,`. Both are one node, as they differ in nothing else.

Long because it is a plain list of nodes that refer to each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass

if TYPE_CHECKING:
    from tremor_tui.language.tree.script import Drop, Emit, Let

UnaryOp = Literal["+", "-", "not", "!"]
ComparisonOp = Literal["==", "!=", ">=", ">", "<=", "<"]
FoldOp = Literal["or", "xor", "and", "^", "&", "<<", ">>", ">>>", "+", "-", "*", "/", "%"]
BinaryOp = FoldOp | ComparisonOp
PatchOp = Literal["insert", "upsert", "update", "erase", "move", "copy", "merge", "default"]
RootName = Literal["event", "$", "state", "args", "group", "window"]


class Node:
    """A piece of the tree. Every node has the `span` of its text."""

    __slots__ = ()
    span: Span


@dataclass(frozen=True, slots=True)
class Name(Node):
    """`name` or `` `any text` ``: an identifier; `text` is without the backticks."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class QualifiedName(Node):
    """`name`, or `mod::sub::name`; `module` is empty for a plain name."""

    module: tuple[Name, ...]
    name: Name
    span: Span

    @property
    def text(self) -> str:
        """The name as written, with `::` between its parts."""
        return "::".join([*(part.text for part in self.module), self.name.text])


# --- values -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scalar(Node):
    """`null`, `true`, `42`, `0xff`, `1.5`: an int is from 0 to 2**64-1, as minus is an operator."""

    value: bool | int | float | None
    span: Span


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A stretch of a string between interpolations; `value` has its escapes resolved."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Interpolation(Node):
    """`#{ expr }` inside a string or heredoc."""

    expr: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class String(Node):
    '''`"text #{ expr } text"` or a heredoc in `"""`; no part for `""`, no two `Text` side by side.'''

    parts: tuple[Text | Interpolation, ...]
    is_heredoc: bool
    span: Span

    @property
    def constant(self) -> str | None:
        """Its value if it has no interpolation, else None."""
        if not self.parts:
            return ""
        first = self.parts[0]
        return first.value if len(self.parts) == 1 and isinstance(first, Text) else None


@dataclass(frozen=True, slots=True)
class List(Node):
    """`[a, b]`."""

    items: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Field(Node):
    """`"key": value` in a record; the key may be interpolated."""

    key: String
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Record(Node):
    """`{ "key": value, … }`."""

    fields: tuple[Field, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class BytesPart(Node):
    """`value`, `value:bits`, `value/kind` or `value:bits/kind` in a bytes literal.

    `bits` and `bits_span` are None together; `kind` is None where it is not written.
    """

    value: Expr
    bits: int | None
    bits_span: Span | None
    kind: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class Bytes(Node):
    """`<< part, … >>`."""

    parts: tuple[BytesPart, ...]
    span: Span


# --- operators and calls ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`-x`, `+x`, `!x` or `not x`."""

    op: UnaryOp
    operand: Expr
    op_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`left op right`; all binary operators associate to the left."""

    op: BinaryOp
    left: Expr
    right: Expr
    op_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Presence(Node):
    """`present path` (`is_present`) or `absent path`."""

    is_present: bool
    path: Path
    span: Span


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`name(arg, …)` or `mod::name(arg, …)`."""

    function: QualifiedName
    args: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Recur(Node):
    """`recur(arg, …)`: the enclosing function, called again."""

    args: tuple[Expr, ...]
    span: Span


# --- paths ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeywordRoot(Node):
    """`event`, `$`, `state`, `args`, `group` or `window` as the root of a path."""

    name: RootName
    span: Span


@dataclass(frozen=True, slots=True)
class LocalRoot(Node):
    """`name` as the root of a path: a local, a parameter or a constant of this scope."""

    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class ConstRoot(Node):
    """`mod::NAME` as the root of a path: a constant of another module."""

    name: QualifiedName
    span: Span


@dataclass(frozen=True, slots=True)
class ExprRoot(Node):
    """`(expr)`, a call, a record or a list as the root of a path; at least one segment follows."""

    expr: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class KeySegment(Node):
    """`.name`; the first one after `$` has no dot. The span is the name's alone."""

    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class IndexSegment(Node):
    """`[expr]`, brackets included in the span."""

    index: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class RangeSegment(Node):
    """`[start:end]`, brackets included in the span."""

    start: Expr
    end: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Path(Node):
    """A root and the segments after it: `event.a["b"][0]`, `$class`, `state`, `f(x)[1:2]`."""

    root: PathRoot
    segments: tuple[Segment, ...]
    span: Span


# --- match, for, patch, merge -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case(Node):
    """`case pattern when guard => effectors`; the guard is optional, there is at least one effector.

    In a pattern function (`fn … of`) the pattern is a closed `TuplePattern`, written `(p, …)`, or the
    final `_`.
    """

    pattern: Pattern
    guard: Expr | None
    effectors: tuple[Effector, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Match(Node):
    """`match target of case … end`."""

    target: Expr
    cases: tuple[Case, ...]
    is_mutable: bool
    span: Span


@dataclass(frozen=True, slots=True)
class ForCase(Node):
    """`case (key, value) when guard => effectors`; the guard is optional. `names_span` is `(key, value)`."""

    key: Name
    value: Name
    guard: Expr | None
    effectors: tuple[Effector, ...]
    names_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for target of case … into initial use op end`; `into` and, after it, `use` are optional.

    `fold` and `fold_span` are None together.
    """

    target: Expr
    cases: tuple[ForCase, ...]
    initial: Expr | None
    fold: FoldOp | None
    fold_span: Span | None
    is_mutable: bool
    span: Span


@dataclass(frozen=True, slots=True)
class PatchOperation(Node):
    """`insert "key" => value` and its like in a `patch`.

    `key` is None for `merge => value` and `default => value`. `value` is None for `erase "key"`, and
    the other key, a `String`, for `copy` and `move`. `op_span` is the keyword's.
    """

    op: PatchOp
    key: String | None
    value: Expr | None
    op_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Patch(Node):
    """`patch target of operation; … end`."""

    target: Expr
    operations: tuple[PatchOperation, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Merge(Node):
    """`merge target of value end`."""

    target: Expr
    value: Expr
    span: Span


# --- patterns ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Extractor(Node):
    """`name|rule|` after `~` or `~=`; `rule` has its escapes resolved and its lines joined.

    `rule_span` includes the bars.
    """

    name: Name
    rule: str
    rule_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Wildcard(Node):
    """`_`: matches anything."""

    span: Span


@dataclass(frozen=True, slots=True)
class ValuePattern(Node):
    """An expression as a pattern: matches what is equal to it."""

    expr: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class ExtractPattern(Node):
    """`~ name|rule|`."""

    extractor: Extractor
    span: Span


@dataclass(frozen=True, slots=True)
class FieldComparison(Node):
    """`field == expr` (or `!= >= > <= <`) in a record pattern."""

    field: Name
    op: ComparisonOp
    value: Expr
    op_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class FieldExtract(Node):
    """`field ~= name|rule|` or `alias = field ~= name|rule|`; `alias` is None where not written."""

    field: Name
    alias: Name | None
    extractor: Extractor
    span: Span


@dataclass(frozen=True, slots=True)
class FieldPattern(Node):
    """`field ~= %{…}` (or `%[…]`, `%(…)`) in a record pattern."""

    field: Name
    pattern: RecordPattern | ArrayPattern | TuplePattern
    span: Span


@dataclass(frozen=True, slots=True)
class FieldPresence(Node):
    """`present field` (`is_present`) or `absent field` in a record pattern."""

    is_present: bool
    field: Name
    span: Span


@dataclass(frozen=True, slots=True)
class RecordPattern(Node):
    """`%{ field, … }`; `%{}` has no fields."""

    fields: tuple[FieldTest, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ArrayPattern(Node):
    """`%[ item, … ]`; `%[]` has no items."""

    items: tuple[ItemPattern, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TuplePattern(Node):
    """`%( item, … )`, or `%( item, ... )` if it `is_open`; either may have no items."""

    items: tuple[ItemPattern, ...]
    is_open: bool
    span: Span


@dataclass(frozen=True, slots=True)
class AssignPattern(Node):
    """`name = pattern`. The grammar lets `pattern` be one more assignment; `check` decides."""

    name: Name
    pattern: Pattern
    span: Span


PathRoot: TypeAlias = KeywordRoot | LocalRoot | ConstRoot | ExprRoot
Segment: TypeAlias = KeySegment | IndexSegment | RangeSegment
Expr: TypeAlias = (
    Scalar
    | String
    | List
    | Record
    | Bytes
    | Unary
    | Binary
    | Presence
    | Call
    | Recur
    | Path
    | Match
    | For
    | Patch
    | Merge
)
FieldTest: TypeAlias = FieldComparison | FieldExtract | FieldPattern | FieldPresence
ItemPattern: TypeAlias = Wildcard | ValuePattern | ExtractPattern | RecordPattern
Pattern: TypeAlias = ItemPattern | ArrayPattern | TuplePattern | AssignPattern
Effector: TypeAlias = "Expr | Let | Emit | Drop"
