"""`let`: assignments to roots and variables, and below them.

An assignment copies each record on the way that is not owned yet, once (see `frame.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tremor_tui.language.emit import expr as expressions
from tremor_tui.language.emit import paths
from tremor_tui.language.emit.frame import Frame, Place
from tremor_tui.language.emit.writer import Code, Site, atom, call, code, joined, unit
from tremor_tui.language.ir.expr import (
    IR,
    AtIR,
    EffectorIR,
    ExprIR,
    ForIR,
    KeyIR,
    LocalIR,
    LogicIR,
    MatchIR,
    MergeIR,
    PatchIR,
    PathIR,
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


def assign(frame: Frame, node: LetIR, value: Code) -> None:
    """`let path = value`; `value` is evaluated before anything is copied, where that could be seen."""
    target = node.target
    if isinstance(target, RootIR) and target.name == "meta":
        span = target.span.to(node.span)
        frame.put(call("refuse", value, site=Site(span, context=span.with_lines(2))))
        return
    if isinstance(target, PathIR):
        _assign_below(frame, node, target, value)
        return
    place = paths.place_of(target)
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
    root = paths.place_of(target.root)
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
    reached = paths.place_of(target)
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
        place = paths.place_of(node.target) if isinstance(node, LetIR) else None
        if not isinstance(node, LetIR) or place is None or len(place[0]) != 2 or not place[1]:
            break
        first = place[0][:1]
        if (
            first == ("state",)
            or frame.owns(first)
            or (root and first != root)
            or not _is_free(node.value, first, keys)
        ):
            break
        root = first
        keys.add(place[0][1])
        group.append(node)
    return group if len(group) > 1 or (group and _may_be_none(frame, root)) else []


def _may_be_none(frame: Frame, root: Place) -> bool:
    return root == ("meta",) and not frame.meta_is_record and not frame.owns(root)


def _is_free(value: EffectorIR, root: Place, keys: set[str]) -> bool:
    """Whether a value depends on no key that is assigned before it, and needs no lines of its own."""
    if any(isinstance(node, _WITH_LINES) for node in walk(value)):
        return False
    return not any(names[:1] == root and (len(names) == 1 or names[1] in keys) for names, _ in places(value))


def assign_together(frame: Frame, nodes: Sequence[LetIR]) -> None:
    """Several keys of a record that is not owned, in one go."""
    target = nodes[0].target
    if not isinstance(target, PathIR) or not isinstance(target.root, (RootIR, LocalIR)):
        return
    place = paths.place_of(target.root)
    root = place[0] if place else ()
    piece = paths.root_text(frame, target.root)
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
    reached = paths.place_of(target)
    if reached is None:
        return False
    way, is_exact = reached
    return not any(
        names == way[: len(names)] or (not is_exact and names[: len(way)] == way)
        for names, _ in places(value)
    )


def places(node: IR) -> Iterator[tuple[Place, bool]]:
    """The places that a piece of IR reads, and whether each is all of a path."""
    place = paths.place_of(node) if isinstance(node, (PathIR, RootIR, LocalIR)) else None
    if place is not None:
        yield place
    if place is None or isinstance(node, PathIR):
        for child in children(node):
            if not isinstance(child, (RootIR, LocalIR)) or place is None:
                yield from places(child)


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
    piece = paths.root_text(frame, root) if isinstance(root, (RootIR, LocalIR)) else atom("")
    name = str(frame.names.of(root.slot, root.name)) if isinstance(root, LocalIR) else str(piece)
    if not frame.owns(names):
        copy_root(frame, root, name, piece, target.segments[0].span)
    return atom(name)


def copy_root(frame: Frame, root: ExprIR, name: str, piece: Code, span: Span) -> None:
    """Makes the record of a root or variable one that may be written into."""
    site = Site(span, "assign", container=name, path=paths.path_kind(root))
    copied = unit("{**", piece, "}", site=site)
    if name == "meta" and not frame.meta_is_record:
        frame.put("meta = {**meta} if meta else {}")
    else:
        frame.put(_assigned(frame, root), " = ", copied)
    place = paths.place_of(root)
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
    flag = frame.flags.get(names) if names else None
    if flag is not None:
        return _own_once(frame, container, key, names or (), spans, flag)
    name = frame.temporary("record")
    stored = _stored(container, key, spans[0])
    is_there = code(key, " in ", container, site=Site(spans[0], "assign", container=str(container)))
    site = Site(spans[1], "assign", container=f"lookup({container}, {key})", key=str(container))
    copied = unit("{**", container, "[", key, "]}", site=site)
    frame.put(stored, " = ", name, " = ", copied, " if ", is_there, " else {}")
    if names:
        frame.own(names)
    return atom(name)


def _own_once(
    frame: Frame, container: Code, key: Code, names: Place, spans: Sequence[Span], flag: str
) -> Code:
    """As `_own_below`, in a loop: copies in the first round that comes here."""
    del frame.flags[names]
    frame.put("if not ", flag, ":")
    with frame.deeper():
        _own_below(frame, container, key, names, spans)
        frame.put(flag, " = True")
    frame.flags[names] = flag
    return unit(container, "[", key, "]")
