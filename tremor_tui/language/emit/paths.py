"""Reading, testing and assigning paths.

A lookup of a key in a record is Python's own; that it failed, and why, is found from where it stands
(`load/traceback.py`). An assignment copies each record on the way that is not owned yet, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tremor_tui.language.emit import expr as expressions
from tremor_tui.language.emit.frame import Frame, Place
from tremor_tui.language.emit.writer import Code, PathKind, Site, atom, call, code, joined, unit, within
from tremor_tui.language.ir.expr import (
    IR,
    AtIR,
    EffectorIR,
    ExprIR,
    ForIR,
    IndexIR,
    KeyIR,
    LocalIR,
    LogicIR,
    MatchIR,
    MergeIR,
    PatchIR,
    PathIR,
    PresenceIR,
    RangeIR,
    RecordIR,
    RecurIR,
    RootIR,
    SegmentIR,
    children,
    walk,
)
from tremor_tui.language.ir.script import DropIR, EmitIR, LetIR
from tremor_tui.model.diagnostic import Span

_WITH_LINES = (MatchIR, ForIR, PatchIR, LogicIR, LetIR, EmitIR, DropIR, RecurIR)
"""Nodes that may put lines before the expression they become."""
_KINDS: dict[str, PathKind] = {"event": "event", "meta": "global", "state": "state"}


# --- reading ----------------------------------------------------------------------------------------


def read(frame: Frame, node: PathIR | RootIR | LocalIR, shares: bool) -> Code:
    """The value at a path."""
    if shares:
        _share(frame, node)
    if not isinstance(node, PathIR):
        return _root(frame, node)
    piece, again, rest = _from_found(frame, node)
    for segment in rest:
        piece, again = _step(frame, piece, again, segment, _kind(node.root))
    return piece


def _from_found(frame: Frame, node: PathIR) -> tuple[Code, str, tuple[SegmentIR, ...]]:
    """Where to look up from: the nearest place that has a name, and the segments below it."""
    reached = place_of(node)
    start = place_of(node.root)
    if reached and start:
        for size in range(len(reached[0]), len(start[0]), -1):
            name = frame.known.found.get(reached[0][:size])
            if name is not None:
                return atom(name), name, node.segments[size - len(start[0]) :]
    return (*_start(frame, node.root), node.segments)


def _share(frame: Frame, node: ExprIR) -> None:
    place = place_of(node)
    if place is not None:
        names, is_exact = place
        frame.share(names, below=not is_exact)


def place_of(node: ExprIR) -> tuple[Place, bool] | None:
    """Where a path leads as far as it has plain keys, and whether that is all of it."""
    if isinstance(node, RootIR):
        return (node.name,), True
    if isinstance(node, LocalIR):
        return (node.slot,), True
    if not isinstance(node, PathIR):
        return None
    start = place_of(node.root)
    if start is None:
        return None
    names = start[0]
    for segment in node.segments:
        if not isinstance(segment, KeyIR):
            return names, False
        names = (*names, segment.key)
    return names, True


def _kind(root: ExprIR) -> PathKind:
    return _KINDS.get(root.name, "local") if isinstance(root, RootIR) else "local"


def _root(frame: Frame, node: RootIR | LocalIR) -> Code:
    if isinstance(node, RootIR):
        return atom(node.name)
    name = frame.names.of(node.slot, node.name)
    if node.slot in frame.known.slots:
        return atom(name)
    site = Site(node.span, "local", name=node.name, hint=node.hint)
    return call("isset", name, site=site) if node.slot in frame.optional else atom(name, site)


def _start(frame: Frame, root: ExprIR) -> tuple[Code, str]:
    """The root of a path, and the text that gives it again later."""
    if isinstance(root, (RootIR, LocalIR)):
        piece = _root(frame, root)
        name = root.name if isinstance(root, RootIR) else frame.names.of(root.slot, root.name)
        return piece, name
    return _named(frame, expressions.expr(frame, root, False), "root")


def _named(frame: Frame, piece: Code, stem: str) -> tuple[Code, str]:
    """The piece with its value kept under a name, inside the same expression."""
    if piece.is_atom and piece.site is None:
        return piece, str(piece)
    name = frame.temporary(stem)
    return unit("(", name, " := ", piece, ")"), name


def _step(frame: Frame, piece: Code, again: str, segment: SegmentIR, kind: PathKind) -> tuple[Code, str]:
    """One segment further."""
    if isinstance(segment, KeyIR):
        key = ascii(segment.key)
        site = Site(segment.span, "lookup", container=again, key=key, path=kind)
        return unit(within(piece), f"[{key}]", site=site), f"{again}[{key}]"
    if isinstance(segment, IndexIR):
        site = Site(segment.span, "lookup", container=again, key=str(segment.index), path=kind)
        return call("at", piece, str(segment.index), site=site), f"at({again}, {segment.index})"
    if isinstance(segment, AtIR):
        key_code, key = _named(frame, expressions.expr(frame, segment.at, False), "key")
        site = Site(segment.span, "lookup", container=again, key=key, path=kind)
        return call("lookup", piece, key_code, site=site), f"lookup({again}, {key})"
    return _range(frame, piece, again, segment)


def _range(frame: Frame, piece: Code, again: str, segment: RangeIR) -> tuple[Code, str]:
    start_code, start = _named(frame, expressions.expr(frame, segment.start, False), "start")
    end_code, end = _named(frame, expressions.expr(frame, segment.end, False), "end")
    ends = (segment.start.span, segment.end.span)
    site = Site(segment.span, "range", parts=ends, container=again, key=f"({start}, {end})")
    return call("part", piece, start_code, end_code, site=site), f"part({again}, {start}, {end})"


# --- present and absent -----------------------------------------------------------------------------


def presence(frame: Frame, node: PresenceIR) -> Code:
    """`present path` or `absent path`."""
    path = node.path
    if not isinstance(path, PathIR):
        return _bare(frame, path, node.is_present)
    tests, value = _present_root(frame, path.root)
    for number, segment in enumerate(path.segments):
        is_last = number == len(path.segments) - 1
        value = _test(frame, tests, value, segment, is_last)
    test = code(tests[0], *(piece for test in tests[1:] for piece in (" and ", test)))
    return code(*_without_not(test, node.is_present))


def _without_not(test: Code, is_present: bool) -> tuple[str | Code, ...]:
    return (test,) if is_present else ("not ", unit("(", test, ")"))


def _present_root(frame: Frame, root: ExprIR) -> tuple[list[Code], Code]:
    if isinstance(root, LocalIR) and root.slot not in frame.known.slots:
        name = frame.names.of(root.slot, root.name)
        return [code(name, " is not MISSING")], atom(name)
    if isinstance(root, (RootIR, LocalIR)):
        return [], _root(frame, root)
    return [], expressions.expr(frame, root, False)


def _bare(frame: Frame, root: ExprIR, is_present: bool) -> Code:
    if isinstance(root, LocalIR) and root.slot not in frame.known.slots:
        name = frame.names.of(root.slot, root.name)
        return code(name, " is not MISSING" if is_present else " is MISSING")
    return atom(str(is_present))


def _test(frame: Frame, tests: list[Code], value: Code, segment: SegmentIR, is_last: bool) -> Code:
    """Adds the test of one segment; returns what stands for the value there."""
    if isinstance(segment, KeyIR) and is_last and value.is_atom:
        tests.append(code("type(", value, ") is dict and ", ascii(segment.key), " in ", value))
        return value
    name = frame.temporary("at")
    tests.append(code("(", name, " := ", _found(frame, value, segment), ") is not MISSING"))
    return atom(name)


def _found(frame: Frame, value: Code, segment: SegmentIR) -> Code:
    if isinstance(segment, KeyIR):
        return call("find", value, ascii(segment.key))
    if isinstance(segment, IndexIR):
        return call("find_index", value, str(segment.index))
    if isinstance(segment, AtIR):
        at = expressions.expr(frame, segment.at, False)
        return call("find_at", value, at, site=Site(segment.span))
    start, end = (expressions.expr(frame, side, False) for side in (segment.start, segment.end))
    site = Site(segment.span, parts=(segment.start.span, segment.end.span))
    return call("find_part", value, start, end, site=site)


# --- assignment -------------------------------------------------------------------------------------


def assign(frame: Frame, node: LetIR, value: Code) -> None:
    """`let path = value`; `value` is evaluated before anything is copied, where that could be seen."""
    target = node.target
    if isinstance(target, PathIR):
        _assign_below(frame, node, target, value)
        return
    place = place_of(target)
    names = place[0] if place else ()
    frame.put(_assigned(frame, target), " = ", value)
    frame.share(names)
    frame.write(names[0])
    if isinstance(node.value, (RecordIR, PatchIR, MergeIR)):
        frame.own(names)
    if isinstance(target, LocalIR):
        frame.known.slots.add(target.slot)


def _assigned(frame: Frame, target: ExprIR) -> str:
    """What stands to the left of `=` for a root or variable."""
    if isinstance(target, LocalIR):
        return frame.names.of(target.slot, target.name)
    name = target.name if isinstance(target, RootIR) else ""
    return "cell.state = state" if name == "state" and frame.kind == "script" else name


def _assign_below(frame: Frame, node: LetIR, target: PathIR, value: Code) -> None:
    keys = [_key(frame, segment) for segment in target.segments]
    root = place_of(target.root)
    names: Place | None = root[0] if root else None
    frame.write(names[0] if names else "")
    if not _is_apart(node.value, target) or (names == ("state",) and not value.is_atom):
        value = frame.named(value, "value")
    container = _own_root(frame, target, names or ())
    spans = [segment.span for segment in target.segments]
    for number, segment in enumerate(target.segments[:-1]):
        names = (*names, segment.key) if names and isinstance(segment, KeyIR) else None
        container = _own_below(frame, container, keys[number], names, spans[number : number + 2])
    frame.put(_stored(container, keys[-1], spans[-1]), " = ", value)
    reached = place_of(target)
    if reached:
        frame.share(reached[0], below=not reached[1])


def together(frame: Frame, nodes: Sequence[EffectorIR]) -> Sequence[LetIR]:
    """The statements at the beginning that assign keys of one record, if they can be made one.

    Not for `state`: there, what was assigned before a failure stays.
    """
    group: list[LetIR] = []
    root: Place = ()
    keys: set[str] = set()
    for node in nodes:
        place = place_of(node.target) if isinstance(node, LetIR) else None
        if not isinstance(node, LetIR) or place is None or len(place[0]) != 2 or not place[1]:
            break
        first = place[0][:1]
        if first == ("state",) or (root and first != root) or not _is_free(node.value, first, keys):
            break
        root = first
        keys.add(place[0][1])
        group.append(node)
    is_worth_it = len(group) > 1 and not frame.owns(root)
    return group if is_worth_it or (group and _may_be_none(frame, root)) else []


def _may_be_none(frame: Frame, root: Place) -> bool:
    return root == ("meta",) and not frame.meta_is_record and not frame.owns(root)


def _is_free(value: EffectorIR, root: Place, keys: set[str]) -> bool:
    """Whether a value depends on no key that is assigned before it, and needs no lines of its own."""
    if any(isinstance(node, _WITH_LINES) for node in walk(value)):
        return False
    return not any(names[:1] == root and (len(names) == 1 or names[1] in keys) for names, _ in _places(value))


def assign_together(frame: Frame, nodes: Sequence[LetIR]) -> None:
    """Several keys of a record that is not owned, in one go."""
    target = nodes[0].target
    if not isinstance(target, PathIR) or not isinstance(target.root, (RootIR, LocalIR)):
        return
    place = place_of(target.root)
    root = place[0] if place else ()
    piece = _root(frame, target.root)
    name = _assigned(frame, target.root).rpartition("= ")[2]
    items = []
    for node in nodes:
        path = node.target
        last = path.segments[-1] if isinstance(path, PathIR) else None
        key = last.key if isinstance(last, KeyIR) else ""
        items.append(code(ascii(key), ": ", expressions.expr(frame, node.value)))  # type: ignore[arg-type]
    fields = joined(", ", items)
    if _may_be_none(frame, root):
        _put_meta(frame, fields)
    else:
        copied = _copied(piece, Site(target.segments[0].span, "assign", container=name))
        frame.put(_assigned(frame, target.root), " = {", copied, ", ", fields, "}")
    frame.write(root[0])
    frame.own(root)


def _copied(piece: Code, site: Site) -> Code:
    return unit("**", call("record", piece, site=site))


def _put_meta(frame: Frame, fields: Code) -> None:
    frame.put("if meta:")
    with frame.deeper():
        frame.put("meta = {**meta, ", fields, "}")
    frame.put("else:")
    with frame.deeper():
        frame.put("meta = {", fields, "}")


def _is_apart(value: IR, target: PathIR) -> bool:
    """Whether the value is none of the records that are copied on the way to the target."""
    reached = place_of(target)
    if reached is None:
        return False
    return all(names != reached[0][: len(names)] for names, _ in _places(value))


def _places(node: IR) -> Iterator[tuple[Place, bool]]:
    """The places that an expression reads."""
    place = place_of(node) if isinstance(node, (PathIR, RootIR, LocalIR)) else None
    if place is not None:
        yield place
    if place is None or isinstance(node, PathIR):
        for child in children(node):
            if not isinstance(child, (RootIR, LocalIR)) or place is None:
                yield from _places(child)


def _key(frame: Frame, segment: SegmentIR) -> Code:
    if isinstance(segment, KeyIR):
        return atom(ascii(segment.key))
    at = segment.at if isinstance(segment, AtIR) else None
    if at is None:
        raise TypeError("an index or range cannot be assigned to")
    name = frame.temporary("key")
    frame.put(name, " = ", call("key_of", expressions.expr(frame, at, False), site=Site(at.span)))
    return atom(name)


def _own_root(frame: Frame, target: PathIR, names: Place) -> Code:
    root = target.root
    piece = _root(frame, root) if isinstance(root, (RootIR, LocalIR)) else atom("")
    name = str(frame.names.of(root.slot, root.name)) if isinstance(root, LocalIR) else str(piece)
    if not frame.owns(names):
        copy_root(frame, root, name, piece, target.segments[0].span)
    return atom(name)


def copy_root(frame: Frame, root: ExprIR, name: str, piece: Code, span: Span) -> None:
    """Makes the record of a root or variable one that may be written into."""
    site = Site(span, "assign", container=name, path=_kind(root))
    copied = unit("{**", piece, "}", site=site)
    if name == "meta" and not frame.meta_is_record:
        frame.put("meta = {**meta} if meta else {}")
    else:
        frame.put(_assigned(frame, root), " = ", copied)
    place = place_of(root)
    if place:
        frame.own(place[0])


def _stored(container: Code, key: Code, span: Span) -> Code:
    """`container[key]`, to be assigned; fails where the container is no record after all (see `loops.py`)."""
    return unit(container, "[", key, "]", site=Site(span, "assign", container=str(container)))


def _own_below(frame: Frame, container: Code, key: Code, names: Place | None, spans: Sequence[Span]) -> Code:
    """Makes the record at `container[key]` one that may be written into; creates it where it is missing.

    `spans` are those of the key and of the next one, which is to be looked up in that record.
    """
    if names and frame.owns(names):
        return unit(container, "[", key, "]")
    name = frame.temporary("record")
    stored = _stored(container, key, spans[0])
    is_there = code(key, " in ", container, site=Site(spans[0], "assign", container=str(container)))
    site = Site(spans[1], "assign", container=f"lookup({container}, {key})", key=str(container))
    copied = unit("{**", container, "[", key, "]}", site=site)
    frame.put(stored, " = ", name, " = ", copied, " if ", is_there, " else {}")
    if names:
        frame.own(names)
    return atom(name)
