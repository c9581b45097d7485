"""Expressions as Python expressions; lines they need first are put into the frame.

`expr(frame, node)` is the entry. `shares=False` says that the value is only looked at, so that records it
is made of keep their owner (see `frame.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

from tremor_tui.functions.contract import find
from tremor_tui.language.emit import loops, match, paths
from tremor_tui.language.emit.frame import Dest, Frame
from tremor_tui.language.emit.types import is_scalar, type_of
from tremor_tui.language.emit.writer import Code, Site, atom, call, code, joined, literal, unit, within
from tremor_tui.language.ir.expr import (
    AggregateIR,
    BinaryIR,
    BytesIR,
    CallIR,
    ConstIR,
    ExprIR,
    ForIR,
    ListIR,
    LocalIR,
    LogicIR,
    MatchIR,
    MergeIR,
    PatchIR,
    PatchOpIR,
    PathIR,
    PresenceIR,
    RecordIR,
    RootIR,
    StringIR,
    UnaryIR,
)

OPERATORS = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "&": "band", "^": "bxor", "<<": "shl",
    ">>": "shr", ">>>": "ushr", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
}  # fmt: skip
UNARY = {"-": "neg", "+": "pos", "!": "invert", "not": "negated"}
EXACT = 2**53
"""Integers up to this one are floats without loss, so Python compares them as tremor does."""


def expr(frame: Frame, node: ExprIR, shares: bool = True) -> Code:
    """The Python expression of a node."""
    if isinstance(node, (PathIR, RootIR, LocalIR)):
        return paths.read(frame, node, shares)
    return _emit(node, frame)


@singledispatch
def _emit(node: ExprIR, frame: Frame) -> Code:
    raise TypeError(f"{type(node).__name__} is no expression")


@_emit.register
def _const(node: ConstIR, frame: Frame) -> Code:
    return frame.constant(node.value)


@_emit.register
def _aggregate(node: AggregateIR, frame: Frame) -> Code:
    return unit(f"results[{node.index}]")


@_emit.register
def _string(node: StringIR, frame: Frame) -> Code:
    parts = [_part(frame, part) for part in node.parts]
    return code(joined(" + ", parts)) if len(parts) > 1 else parts[0]


def _part(frame: Frame, node: ExprIR) -> Code:
    piece = expr(frame, node, shares=False)
    if type_of(node) == "string":
        return within(piece)
    return call("text", piece, site=Site(node.span))


@_emit.register
def _list(node: ListIR, frame: Frame) -> Code:
    return unit("[", joined(", ", [expr(frame, item) for item in node.items]), "]")


@_emit.register
def _record(node: RecordIR, frame: Frame) -> Code:
    items = [code(expr(frame, key), ": ", expr(frame, value)) for key, value in node.items]
    return unit("{", joined(", ", items), "}")


@_emit.register
def _bytes(node: BytesIR, frame: Frame) -> Code:
    parts = [
        code("(", expr(frame, p.value, False), f", {p.kind!r}, {p.is_little}, {p.bits})") for p in node.parts
    ]
    return call("pack", *parts, site=Site(node.span, parts=tuple(part.span for part in node.parts)))


@_emit.register
def _unary(node: UnaryIR, frame: Frame) -> Code:
    operand = expr(frame, node.operand, False)
    if node.op in ("not", "!") and type_of(node.operand) == "bool":
        return code("not ", within(operand))
    return call(UNARY[node.op], operand, site=Site(node.operand.span, context=node.span))


# --- binary operators -------------------------------------------------------------------------------


@_emit.register
def _binary(node: BinaryIR, frame: Frame) -> Code:
    shares = node.op == "+"
    left, right = expr(frame, node.left, shares), expr(frame, node.right, shares)
    if node.op in ("==", "!="):
        return equality(node.left, left, node.right, right, node.op == "==")
    return call(OPERATORS[node.op], left, right, site=Site(node.span))


def equality(
    left_node: ExprIR | None, left: Code, right_node: ExprIR, right: Code, is_equal: bool = True
) -> Code:
    """`left == right`; in Python's own operators where that means the same."""
    if isinstance(right_node, ConstIR):
        known = type_of(left_node) if left_node else None
        return with_constant(left, right_node, is_equal, known == "string")
    if isinstance(left_node, ConstIR):
        return with_constant(right, left_node, is_equal, type_of(right_node) == "string")
    test = call("eq", left, right)
    return test if is_equal else code("not ", test)


def with_constant(piece: Code, constant: ConstIR, is_equal: bool, is_string: bool = False) -> Code:
    """Whether a value equals a constant."""
    value = constant.value
    if value is None or isinstance(value, bool):
        return code(within(piece), " is " if is_equal else " is not ", repr(value))
    if isinstance(value, str):
        return _with_string(within(piece), value, is_equal, is_string)
    if isinstance(value, int) and 2 <= abs(value) < EXACT:
        return code(within(piece), " == " if is_equal else " != ", repr(value))
    test = call("eq", piece, literal(value))
    return test if is_equal else code("not ", test)


def _with_string(piece: Code, value: str, is_equal: bool, is_string: bool) -> Code:
    if is_string:
        return code(piece, " == " if is_equal else " != ", ascii(value))
    both = f"({value!a}, {value.encode()!a})"
    return code(piece, " in " if is_equal else " not in ", both)


@_emit.register
def _logic(node: LogicIR, frame: Frame) -> Code:
    site = Site(node.span, parts=(node.left.span, node.right.span), context=node.span)
    left = _side(frame, node.left, "left_of", node.op, site)
    if node.op == "xor":
        right = _side(frame, node.right, "right_of", node.op, site)
        return code(within(left), " is not ", within(right))
    with frame.aside() as block:
        right = _side(frame, node.right, "right_of", node.op, site)
    if not block:
        is_chain = isinstance(node.left, LogicIR) and node.left.op == node.op and not left.is_atom
        return code(left if is_chain else within(left), f" {node.op} ", within(right))
    name = frame.temporary()
    frame.put(name, " = ", left)
    frame.put("if ", name, ":") if node.op == "and" else frame.put("if not ", name, ":")
    with frame.deeper():
        frame.splice(block)
        frame.put(name, " = ", right)
    return atom(name)


def _side(frame: Frame, node: ExprIR, check: str, op: str, site: Site) -> Code:
    piece = expr(frame, node, False)
    return piece if type_of(node) == "bool" else call(check, repr(op), piece, site=site)


def condition(frame: Frame, node: ExprIR, context: Site | None = None) -> Code:
    """An expression that has to be a bool: a guard, `where`."""
    piece = expr(frame, node, False)
    return piece if type_of(node) == "bool" else call("truth", piece, site=context or Site(node.span))


# --- calls ------------------------------------------------------------------------------------------


@_emit.register
def _call(node: CallIR, frame: Frame) -> Code:
    context = node.span.with_lines(2)
    site = Site(node.span, "call", name=f"{node.name}/{len(node.args)}", context=context)
    if not node.is_native:
        args = [expr(frame, arg) for arg in node.args]
        return call(frame.program.function(node.target), *_arguments(frame, node, args), "ctx", site=site)
    native = find(node.target)
    args = [expr(frame, arg, shares=not is_scalar(node)) for arg in node.args]
    first = ["ctx"] if native and native.wants_context else []
    return call(frame.program.native(node.target), *first, *args, site=site)


def _arguments(frame: Frame, node: CallIR, args: list[Code]) -> list[Code]:
    """The arguments of a function; the surplus ones of an open function as a list."""
    function = frame.program.functions[node.target]
    if function.rest is None:
        return args
    count = len(function.params)
    return [*args[:count], unit("[", joined(", ", args[count:]), "]")]


# --- patch, merge, and what needs lines -------------------------------------------------------------


@_emit.register
def _presence(node: PresenceIR, frame: Frame) -> Code:
    return paths.presence(frame, node)


@_emit.register
def _merge(node: MergeIR, frame: Frame) -> Code:
    target, value = expr(frame, node.target), expr(frame, node.value)
    site = Site(node.span, parts=(node.target.span, node.value.span), context=node.span)
    return call("merge", target, value, site=site)


@_emit.register
def _patch(node: PatchIR, frame: Frame) -> Code:
    """All operands are evaluated before the first operation, except those of `default`."""
    target = frame.held(expr(frame, node.target), "record")
    operands = [_operands(frame, op) for op in node.operations]
    name = frame.temporary("record")
    check = call("record", target, site=Site(node.target.span, context=node.span))
    frame.put(name, " = {**", check, "}")
    for op, (key, value) in zip(node.operations, operands, strict=True):
        _OPERATIONS.get(op.op, _apply)(frame, name, op, key, value)
    return atom(name)


def _operands(frame: Frame, op: PatchOpIR) -> tuple[Code | None, Code | None]:
    key = frame.held(expr(frame, op.key), "key") if op.key else None
    if op.op == "default" or op.value is None:
        return key, None
    return key, frame.held(expr(frame, op.value), "value")


def _apply(frame: Frame, name: str, op: PatchOpIR, key: Code | None, value: Code | None) -> None:
    frame.put(call(op.op, name, key or "", value or "", site=Site(op.span)))


def _upsert(frame: Frame, name: str, op: PatchOpIR, key: Code | None, value: Code | None) -> None:
    frame.put(f"{name}[", key or "", "] = ", value or "")


def _erase(frame: Frame, name: str, op: PatchOpIR, key: Code | None, value: Code | None) -> None:
    frame.put(f"{name}.pop(", key or "", ", None)")


def _merge_op(frame: Frame, name: str, op: PatchOpIR, key: Code | None, value: Code | None) -> None:
    if key is not None:
        frame.put(call("merge_key", name, key, value or "", site=Site(op.span)))
    else:
        frame.put(f"{name} = ", call("merge_all", name, value or "", site=Site(op.span)))


def _default(frame: Frame, name: str, op: PatchOpIR, key: Code | None, value: Code | None) -> None:
    if op.value is None:
        return
    if key is None:
        frame.put(f"{name} = ", call("defaults", name, expr(frame, op.value), site=Site(op.span)))
        return
    frame.put("if ", key, f" not in {name}:")
    with frame.deeper():
        frame.put(f"{name}[", key, "] = ", expr(frame, op.value))


_OPERATIONS: dict[str, Callable[[Frame, str, PatchOpIR, Code | None, Code | None], None]] = {
    "upsert": _upsert,
    "erase": _erase,
    "merge": _merge_op,
    "default": _default,
}


@_emit.register
def _match(node: MatchIR, frame: Frame) -> Code:
    name = frame.temporary()
    match.match(frame, node, Dest("name", name))
    return atom(name)


@_emit.register
def _for(node: ForIR, frame: Frame) -> Code:
    name = frame.temporary()
    loops.loop(frame, node, Dest("name", name))
    return atom(name)
