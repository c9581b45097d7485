"""`for` as a Python loop.

What a body may write is unknown when its first round begins, so nothing is owned there but the records of
roots and variables that the body assigns below: those are copied once, before the loop. Records below
them are copied in the first round that writes into them, as a variable says (`Frame.flags`).
"""

from __future__ import annotations

from collections.abc import Iterator

from tremor_tui.language.emit import assign, paths, statements
from tremor_tui.language.emit import expr as expressions
from tremor_tui.language.emit.frame import NOWHERE, Dest, Frame, Place
from tremor_tui.language.emit.types import type_of
from tremor_tui.language.emit.writer import Code, Site, atom, call, code
from tremor_tui.language.ir.expr import (
    IR,
    AtIR,
    ConstIR,
    ExprIR,
    ForCaseIR,
    ForIR,
    LocalIR,
    PathIR,
    RootIR,
    children,
    walk,
)
from tremor_tui.language.ir.script import LetIR


def loop(frame: Frame, node: ForIR, dest: Dest) -> None:
    """The lines of a `for`; its result to `dest`."""
    target = frame.held(expressions.expr(frame, node.target), "items")
    total = ""
    if dest.kind != "none":
        total = frame.temporary("total")
        frame.put(total, " = ", _start(frame, node.initial))
    _own_before(frame, node)
    before, frame.flags = frame.flags, _flags(frame, node)
    frame.known.forget()
    known = frame.known.copy()
    key, value = frame.temporary("key"), frame.temporary("value")
    frame.put(
        f"for {key}, {value} in ",
        call("pairs", target, "ctx", site=Site(node.target.span, context=node.span)),
        ":",
    )
    with frame.deeper():
        _cases(frame, node, key, value, total)
    frame.flags = before
    known.owned &= frame.known.owned
    known.forget()
    frame.known = known
    if dest.kind != "none":
        statements.deliver(frame, atom(total), dest)


def _start(frame: Frame, initial: ExprIR) -> Code:
    if isinstance(initial, ConstIR) and initial.value == []:
        return atom("[]")
    return call("begin", expressions.expr(frame, initial))


def _own_before(frame: Frame, node: ForIR) -> None:
    """Copies what the body writes into; forgets all else, as an earlier round may have shared it."""
    kept: set[Place] = set()
    for inner in walk(node):
        if not isinstance(inner, LetIR) or not isinstance(inner.target, PathIR):
            continue
        root = inner.target.root
        place = paths.place_of(root)
        if place and isinstance(root, (RootIR, LocalIR)) and _is_kept(node, place[0][0]):
            kept.add(place[0])
            if not frame.owns(place[0]):
                _copy(frame, root, inner)
    frame.known.owned &= kept


def _flags(frame: Frame, node: ForIR) -> dict[Place, str]:
    """A variable for each record below a kept root that the loop writes into and never shows whole."""
    lets = [inner for inner in walk(node) if isinstance(inner, LetIR)]
    read = [place for let in lets for place in assign.places(let.value)]
    read += [place for part in _not_lets(node) for place in assign.places(part)]
    written = [found for let in lets if (found := paths.place_of(let.target)) is not None]
    flags: dict[Place, str] = {}
    for names, is_exact in written:
        for size in range(2, len(names) + (0 if is_exact else 1)):
            place = names[:size]
            is_held = place[:-1] in flags or (size == 2 and frame.owns(place[:1]))
            if not is_held or any(_touches(other, place) for other in [*read, *written]):
                break
            flags.setdefault(place, frame.temporary("copied"))
    for flag in flags.values():
        frame.put(flag, " = False")
    return flags


def _touches(other: tuple[Place, bool], place: Place) -> bool:
    """Whether the value at another place is, or may be, the one at this place or around it."""
    names, is_exact = other
    return place[: len(names)] == names and (is_exact or len(names) < len(place))


def _not_lets(node: IR) -> Iterator[IR]:
    """What a loop evaluates beside `let`: the outermost expressions, without those in them."""
    for child in children(node):
        if isinstance(child, LetIR):
            if isinstance(child.target, PathIR):
                yield from (part.at for part in child.target.segments if isinstance(part, AtIR))
            yield from _not_lets(child.value)
        elif isinstance(child, (PathIR, RootIR, LocalIR)):
            yield child
        else:
            yield from _not_lets(child)


def _is_kept(node: ForIR, root: str) -> bool:
    """Whether no round can give the record of a root a second name, or replace it."""
    for inner in walk(node):
        if isinstance(inner, LetIR) and paths.place_of(inner.target) == ((root,), True):
            return False
    return root not in _shared(node)


def _shared(node: ForIR) -> set[str]:
    """The roots and variables that the loop reads as a whole."""
    whole: set[str] = set()
    below = {id(n.root) for n in walk(node) if isinstance(n, PathIR)}
    for inner in walk(node):
        if isinstance(inner, (RootIR, LocalIR)) and id(inner) not in below:
            whole.add(inner.name if isinstance(inner, RootIR) else inner.slot)
    return whole


def _copy(frame: Frame, root: RootIR | LocalIR, node: LetIR) -> None:
    if isinstance(root, LocalIR) and root.slot not in frame.known.slots:
        return
    name = root.name if isinstance(root, RootIR) else frame.names.of(root.slot, root.name)
    if name != "meta" or frame.meta_is_record:
        frame.put("if type(", name, ") is dict:")
        with frame.deeper():
            assign.copy_root(frame, root, name, atom(name), node.span)
    else:
        assign.copy_root(frame, root, name, atom(name), node.span)


def _cases(frame: Frame, node: ForIR, key: str, value: str, total: str) -> None:
    """The cases of one round: the first one whose guard holds."""
    depth, is_closed = 0, False
    for number, case in enumerate(node.cases):
        if is_closed:
            break
        for variable, name in ((case.key, key), (case.value, value)):
            frame.put(frame.names.of(variable.slot, variable.name), f" = {name}")
            frame.known.slots.add(variable.slot)
        if case.guard is None:
            _body(frame, node, case, total)
            is_closed = True
            break
        test = expressions.condition(frame, case.guard)
        frame.put("if ", test, ":")
        before = frame.known.copy()
        with frame.deeper():
            _body(frame, node, case, total)
        after, frame.known = frame.known, before
        frame.known = after.meet(before)
        if number < len(node.cases) - 1:
            frame.put("else:")
            frame.enter()
            depth += 1
    for _ in range(depth):
        frame.leave()


def _body(frame: Frame, node: ForIR, case: ForCaseIR, total: str) -> None:
    if not total:
        statements.effectors(frame, case.effectors, NOWHERE)
        return
    last = case.effectors[-1]
    name = frame.temporary("one")
    for effector in case.effectors[:-1]:
        if statements.statement(frame, effector, NOWHERE):
            return
    if statements.statement(frame, last, Dest("name", name)):
        return
    _add(frame, node, case, total, name)


def _add(frame: Frame, node: ForIR, case: ForCaseIR, total: str, name: str) -> None:
    site = Site(case.span, parts=(case.span, case.effectors[-1].span), context=node.span)
    if node.fold == "+" and type_of(node.initial) == "array":
        frame.put(f"{total}.append({name})")
    else:
        frame.put(f"{total} = ", call("fold", total, repr(node.fold), name, site=site))
    if node.fold in ("or", "and"):
        frame.put(code(f"if {total} is {node.fold == 'or'}:"))
        with frame.deeper():
            frame.put("break")
