"""What type an expression's value has, where the text alone says it."""

from __future__ import annotations

from tremor_tui.functions.contract import find
from tremor_tui.language.ir.expr import (
    BinaryIR,
    BytesIR,
    CallIR,
    ConstIR,
    ExprIR,
    ListIR,
    LogicIR,
    MergeIR,
    PatchIR,
    PresenceIR,
    RecordIR,
    StringIR,
    UnaryIR,
)
from tremor_tui.model.values import type_name

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
SCALARS = frozenset({"null", "bool", "integer", "float", "string", "binary"})
_RETURNS = {"bool": "bool", "string": "string", "integer": "integer", "int": "integer", "float": "float"}
_FIXED: dict[type, str] = {
    LogicIR: "bool",
    PresenceIR: "bool",
    StringIR: "string",
    ListIR: "array",
    RecordIR: "record",
    PatchIR: "record",
    MergeIR: "record",
    BytesIR: "binary",
}


def type_of(node: ExprIR) -> str | None:
    """The type's name as `type::as_string` says it, None where it is not known."""
    if isinstance(node, ConstIR):
        return type_name(node.value)
    if isinstance(node, BinaryIR):
        return "bool" if node.op in COMPARISONS else "float" if node.op == "/" else None
    if isinstance(node, UnaryIR):
        return "bool" if node.op == "not" else None
    if isinstance(node, CallIR):
        return _returned(node)
    return _FIXED.get(type(node))


def _returned(node: CallIR) -> str | None:
    function = find(node.target) if node.is_native else None
    return _RETURNS.get(function.returns) if function else None


def is_scalar(node: ExprIR) -> bool:
    """Whether the value is certainly no list or record, so that it needs no owner."""
    if isinstance(node, (BinaryIR, UnaryIR)):
        return not (isinstance(node, BinaryIR) and node.op == "+")
    return type_of(node) in SCALARS
