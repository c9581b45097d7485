"""Statements: effectors in order, `let`, `emit`, `drop`, `recur`, and where values go.

Each function says whether control never goes on after what it put.
"""

from __future__ import annotations

from tremor_tui.language.emit import assign, loops, match, paths
from tremor_tui.language.emit import expr as expressions
from tremor_tui.language.emit.frame import NOWHERE, Dest, Frame
from tremor_tui.language.emit.writer import Code, atom
from tremor_tui.language.ir.expr import EffectorIR, ForIR, MatchIR, RecurIR
from tremor_tui.language.ir.script import DropIR, EmitIR, LetIR


def effectors(frame: Frame, nodes: tuple[EffectorIR, ...], dest: Dest) -> bool:
    """All but the last one for what they do, the last one for its value."""
    rest = list(nodes)
    while len(rest) > 1 or (rest and dest.kind == "none"):
        group = assign.together(frame, rest if dest.kind == "none" else rest[:-1])
        if group:
            frame.line = group[0].span.line
            assign.assign_together(frame, group)
            del rest[: len(group)]
        elif statement(frame, rest.pop(0), NOWHERE):
            return True
    return statement(frame, rest[0], dest) if rest else False


def statement(frame: Frame, node: EffectorIR, dest: Dest) -> bool:
    """One statement, and its value to `dest`. What has no effect is left out where no value is wanted."""
    frame.line = node.span.line
    if isinstance(node, DropIR):
        frame.put("return None")
        return True
    if isinstance(node, EmitIR):
        return _emit(frame, node)
    if isinstance(node, RecurIR):
        return _recur(frame, node)
    if isinstance(node, LetIR):
        return _let(frame, node, dest)
    if isinstance(node, MatchIR):
        return _match(frame, node, dest)
    if isinstance(node, ForIR):
        return _for(frame, node, dest)
    if dest.kind == "none":
        return False
    return deliver(frame, expressions.expr(frame, node), dest)


def deliver(frame: Frame, value: Code, dest: Dest) -> bool:
    """A value to where it goes."""
    if dest.kind == "name":
        frame.put(dest.name, " = ", value)
        return False
    if dest.kind == "none":
        return False
    frame.put("return ", *(('"out", ', value, ", meta") if frame.kind == "script" else (value,)))
    return True


def _match(frame: Frame, node: MatchIR, dest: Dest) -> bool:
    if dest.kind == "none" and not node.is_mutable:
        return False
    return match.match(frame, node, dest)


def _for(frame: Frame, node: ForIR, dest: Dest) -> bool:
    if dest.kind == "none" and not node.is_mutable:
        return False
    if dest.kind != "return":
        loops.loop(frame, node, dest)
        return False
    name = frame.temporary("all")
    loops.loop(frame, node, Dest("name", name))
    return deliver(frame, atom(name), dest)


def _emit(frame: Frame, node: EmitIR) -> bool:
    port = expressions.expr(frame, node.port) if node.port else atom('"out"')
    value = expressions.expr(frame, node.value) if node.value else atom("event")
    frame.put("return ", port, ", ", value, ", meta")
    return True


def _recur(frame: Frame, node: RecurIR) -> bool:
    function = frame.function
    if function is None:
        raise TypeError("`recur` stands outside of a function")
    values = [expressions.expr(frame, arg) for arg in node.args]
    names = [frame.names.of(param.slot, param.name) for param in function.params]
    count = min(len(names), len(values))
    held = values if count <= 1 else [frame.held(value) for value in values]
    for name, value in zip(names, held, strict=False):
        if str(value) != name:
            frame.put(name, " = ", value)
    frame.put("continue")
    return True


def _let(frame: Frame, node: LetIR, dest: Dest) -> bool:
    value, is_over = _value(frame, node.value)
    if is_over:
        return True
    if dest.kind != "none":
        value = frame.named(value, "value")
    assign.assign(frame, node, value)
    if dest.kind == "none":
        return False
    reached = paths.place_of(node.target)
    if reached:
        frame.share(reached[0])
    return deliver(frame, value, dest)


def _value(frame: Frame, node: EffectorIR) -> tuple[Code, bool]:
    """The value of what stands to the right of `let … =`, and whether control never comes back."""
    if isinstance(node, (MatchIR, ForIR, LetIR, EmitIR, DropIR, RecurIR)):
        name = frame.temporary("value")
        is_over = statement(frame, node, Dest("name", name))
        return atom(name), is_over
    return expressions.expr(frame, node), False
