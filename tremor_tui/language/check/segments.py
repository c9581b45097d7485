"""The steps of paths: keys, indexes and ranges."""

from __future__ import annotations

from tremor_tui.language.check import expr as expressions
from tremor_tui.language.check.env import Env
from tremor_tui.language.ir.expr import AtIR, ConstIR, IndexIR, KeyIR, RangeIR, SegmentIR
from tremor_tui.language.load.prelude import decreasing
from tremor_tui.language.tree import expr as tree
from tremor_tui.model.values import type_name


def segment(node: tree.Segment, env: Env) -> SegmentIR:
    """One step of a path. What a failure underlines is without the brackets."""
    if isinstance(node, tree.KeySegment):
        return KeyIR(node.name.text, node.span)
    if isinstance(node, tree.RangeSegment):
        start, end = expressions.check_expr(node.start, env), expressions.check_expr(node.end, env)
        return _checked_range(RangeIR(start, end, node.start.span.to(node.end.span)), env)
    at = expressions.check_expr(node.index, env)
    span = node.index.span
    if isinstance(at, ConstIR) and isinstance(at.value, str):
        return KeyIR(at.value, span)
    if isinstance(at, ConstIR) and type(at.value) is int and at.value >= 0:
        return IndexIR(at.value, span)
    if not isinstance(at, ConstIR) or not isinstance(node.index, tree.Scalar):
        return AtIR(at, span)
    message = f"Conflicting types, got {type_name(at.value)} but expected one of integer, string"
    env.problems.error(message, span)
    return AtIR(expressions.faulty(span), span)


def _checked_range(node: RangeIR, env: Env) -> RangeIR:
    """Constant ends are checked at once, whatever they are ends of."""
    if isinstance(node.start, ConstIR) and isinstance(node.end, ConstIR):
        ends = (node.start, node.end)
        wrong = [end for end in ends if type(end.value) is not int or end.value < 0]
        for end in wrong[:1]:
            message = f"Conflicting types, got {type_name(end.value)} but expected integer"
            env.problems.error(message, end.span, "give indexes from 0 on")
        if not wrong and node.end.value < node.start.value:
            fault = decreasing(node.start.value, node.end.value)
            env.problems.error(fault.message, node.span, fault.hint)
    return node
