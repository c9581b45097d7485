"""Reading and testing paths.

A lookup of a key in a record is Python's own; that it failed, and why, is found from where it stands
(`load/traceback.py`).
"""

from __future__ import annotations

from tremor_tui.language.emit import expr as expressions
from tremor_tui.language.emit.frame import Frame, Place
from tremor_tui.language.emit.writer import Code, PathKind, Site, atom, call, code, unit, within
from tremor_tui.language.ir.expr import (
    AtIR,
    ExprIR,
    IndexIR,
    KeyIR,
    LocalIR,
    PathIR,
    PresenceIR,
    RangeIR,
    RootIR,
    SegmentIR,
)

_KINDS: dict[str, PathKind] = {"event": "event", "meta": "global", "state": "state"}


# --- reading ----------------------------------------------------------------------------------------


def read(frame: Frame, node: PathIR | RootIR | LocalIR, shares: bool) -> Code:
    """The value at a path."""
    if shares:
        _share(frame, node)
    if not isinstance(node, PathIR):
        return root_text(frame, node)
    piece, again, rest = _from_found(frame, node)
    for segment in rest:
        piece, again = _step(frame, piece, again, segment, path_kind(node.root))
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


def path_kind(root: ExprIR) -> PathKind:
    """What messages call a path's root."""
    return _KINDS.get(root.name, "local") if isinstance(root, RootIR) else "local"


def root_text(frame: Frame, node: RootIR | LocalIR) -> Code:
    """The text of a root or variable."""
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
        piece = root_text(frame, root)
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
        return [], root_text(frame, root)
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
