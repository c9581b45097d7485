"""Stage 4: what is known at compile time is evaluated there, while checking.

`folded(node, …)` gives the node or the constant that it always is. Values are those that the generated
code would yield, as the same helpers make them.
"""

from __future__ import annotations

from collections.abc import Callable

from tremor_tui.errors import ScriptError
from tremor_tui.functions.contract import FunctionError, find
from tremor_tui.language.ir.expr import (
    BinaryIR,
    BytesIR,
    CallIR,
    ConstIR,
    ExprIR,
    IndexIR,
    KeyIR,
    ListIR,
    LogicIR,
    PathIR,
    PresenceIR,
    RangeIR,
    RecordIR,
    SegmentIR,
    StringIR,
    UnaryIR,
)
from tremor_tui.language.ir.script import FunctionIR, reachable
from tremor_tui.language.load.loader import load
from tremor_tui.language.load.operators import MISSING, OPERATORS, UNARY, EvalError
from tremor_tui.language.load.prelude import (
    find as find_key,
)
from tremor_tui.language.load.prelude import (
    find_index,
    find_part,
    pack,
)
from tremor_tui.language.load.traceback import lookup_fault, range_fault
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Context
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.values import ValueFault, to_text

Report = Callable[[Diagnostic], None]


def folded(node: ExprIR, functions: dict[str, FunctionIR], report: Report) -> ExprIR:
    """The constant that a node is, if its parts are constants; its faults are reported."""
    fold = _FOLDS.get(type(node))
    if fold is None:
        return node
    try:
        return fold(node, functions)
    except _Fault as fault:
        report(fault.diagnostic)
    except ScriptError as error:
        report(error.diagnostic)
    except (RecursionError, MemoryError, ValueFault) as error:
        report(Diagnostic(f"The value is too large: {error}", node.span))
    return node


class _Fault(Exception):  # noqa: N818 - reads as what happened
    """Evaluation at compile time failed."""

    def __init__(self, error: EvalError, span: Span, context: Span | None = None) -> None:
        self.diagnostic = Diagnostic(error.message, span, error.hint, context=context)


def _values(nodes: tuple[ExprIR, ...]) -> list[Value] | None:
    values = [node.value for node in nodes if isinstance(node, ConstIR)]
    return values if len(values) == len(nodes) else None


def _list(node: ListIR, functions: object) -> ExprIR:
    values = _values(node.items)
    return node if values is None else ConstIR(values, node.span)


def _record(node: RecordIR, functions: object) -> ExprIR:
    keys = _values(tuple(key for key, _ in node.items))
    values = _values(tuple(value for _, value in node.items))
    if keys is None or values is None:
        return node
    return ConstIR(dict(zip(keys, values, strict=True)), node.span)


def _string(node: StringIR, functions: object) -> ExprIR:
    values = _values(node.parts)
    if values is not None:
        return ConstIR("".join(map(to_text, values)), node.span)
    parts: list[ExprIR] = []
    for part in node.parts:
        last = parts[-1] if parts else None
        if isinstance(part, ConstIR) and isinstance(last, ConstIR):
            parts[-1] = ConstIR(to_text(last.value) + to_text(part.value), last.span.to(part.span))
        else:
            parts.append(part)
    return StringIR(tuple(parts), node.span)


def _bytes(node: BytesIR, functions: object) -> ExprIR:
    values = _values(tuple(part.value for part in node.parts))
    if values is None:
        return node
    parts = [(v, p.kind, p.is_little, p.bits) for v, p in zip(values, node.parts, strict=True)]
    try:
        return ConstIR(pack(*parts), node.span)
    except EvalError as error:
        raise _Fault(error, node.parts[error.part or 0].span, node.span) from None


def _unary(node: UnaryIR, functions: object) -> ExprIR:
    if not isinstance(node.operand, ConstIR):
        return node
    try:
        return ConstIR(UNARY[node.op](node.operand.value), node.span)
    except EvalError as error:
        raise _Fault(error, node.span) from None


def _binary(node: BinaryIR, functions: object) -> ExprIR:
    if not isinstance(node.left, ConstIR) or not isinstance(node.right, ConstIR):
        return node
    try:
        return ConstIR(OPERATORS[node.op](node.left.value, node.right.value), node.span)
    except EvalError as error:
        raise _Fault(error, node.span) from None


def _logic(node: LogicIR, functions: object) -> ExprIR:
    values = _values((node.left, node.right))
    if values is None or not all(isinstance(value, bool) for value in values):
        return node
    left, right = values
    result = {"and": left and right, "or": left or right, "xor": left is not right}[node.op]
    return ConstIR(result, node.span)


# --- paths ------------------------------------------------------------------------------------------


def _path(node: PathIR, functions: object) -> ExprIR:
    """Goes down from a constant as far as the segments are constants."""
    root, rest = node.root, node.segments
    while isinstance(root, ConstIR) and rest and _is_constant(rest[0]):
        root = ConstIR(_below(root.value, rest[0]), node.span)
        rest = rest[1:]
    return root if not rest else PathIR(root, rest, node.span)


def _is_constant(segment: SegmentIR) -> bool:
    if isinstance(segment, RangeIR):
        return isinstance(segment.start, ConstIR) and isinstance(segment.end, ConstIR)
    return isinstance(segment, (KeyIR, IndexIR))


def _found(value: Value, segment: SegmentIR) -> Value:
    if isinstance(segment, KeyIR):
        return find_key(value, segment.key)
    if isinstance(segment, IndexIR):
        return find_index(value, segment.index)
    if isinstance(segment, RangeIR):
        return find_part(value, *_ends(segment))
    return MISSING


def _ends(segment: RangeIR) -> tuple[Value, Value]:
    start, end = segment.start, segment.end
    return (start.value, end.value) if isinstance(start, ConstIR) and isinstance(end, ConstIR) else (0, 0)


def _below(value: Value, segment: SegmentIR) -> Value:
    try:
        found = _found(value, segment)
    except EvalError as error:
        raise _Fault(error, _part(segment, error.part)) from None
    if found is not MISSING:
        return found
    if isinstance(segment, RangeIR):
        raise _Fault(range_fault(value, *_ends(segment)), segment.span)
    key = segment.key if isinstance(segment, KeyIR) else segment.index if isinstance(segment, IndexIR) else 0
    raise _Fault(lookup_fault(value, key, "local"), segment.span)


def _part(segment: SegmentIR, part: int | None) -> Span:
    """What to underline of a segment: it, or one end of a range."""
    if not isinstance(segment, RangeIR) or part is None:
        return segment.span
    return (segment.start.span, segment.end.span)[part]


def _presence(node: PresenceIR, functions: object) -> ExprIR:
    path = node.path
    if isinstance(path, ConstIR):
        return ConstIR(node.is_present, node.span)
    if not isinstance(path, PathIR) or not isinstance(path.root, ConstIR):
        return node
    value = path.root.value
    for segment in path.segments:
        if not _is_constant(segment):
            return node
        try:
            value = _found(value, segment)
        except EvalError as error:
            raise _Fault(error, _part(segment, error.part)) from None
    return ConstIR((value is not MISSING) == node.is_present, node.span)


# --- calls ------------------------------------------------------------------------------------------


def _call(node: CallIR, functions: dict[str, FunctionIR]) -> ExprIR:
    values = _values(node.args)
    if values is None:
        return node
    if node.is_native:
        return _native(node, values)
    function = functions.get(node.target)
    if function is None or not function.is_const:
        return node
    from tremor_tui.language.emit.script import emit_value

    made = load(emit_value(node, reachable([function]), function.name))
    return ConstIR(made["constant"](Context()), node.span)


def _native(node: CallIR, values: list[Value]) -> ExprIR:
    function = find(node.target)
    if function is None or not function.is_pure or function.wants_context:
        return node
    try:
        return ConstIR(function.call(*values), node.span)
    except FunctionError as error:
        message, hint = error.told(f"{node.name}/{len(values)}")
        raise _Fault(EvalError(message, None, hint), node.span) from None


_FOLDS: dict[type, Callable[..., ExprIR]] = {
    ListIR: _list,
    RecordIR: _record,
    StringIR: _string,
    BytesIR: _bytes,
    UnaryIR: _unary,
    BinaryIR: _binary,
    LogicIR: _logic,
    PathIR: _path,
    PresenceIR: _presence,
    CallIR: _call,
}
