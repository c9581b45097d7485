"""Steps inside a pipeline: deleting, duplicating and renaming nodes."""

from __future__ import annotations

from tremor_tui.errors import EditError
from tremor_tui.language.editing import names, statements
from tremor_tui.language.editing.batch import Batch, New
from tremor_tui.language.editing.draft import KINDS
from tremor_tui.language.editing.editor import Done, Editor
from tremor_tui.language.editing.flow_nodes import main_ways
from tremor_tui.language.editing.inner import Inner
from tremor_tui.language.editing.inner_add import defined_names
from tremor_tui.language.editing.inner_links import (
    is_part,
    is_plain,
    keep_one,
    node_of,
    select_at,
    shown,
    still,
    text_of,
)
from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.query import Create, CreateStream, Select
from tremor_tui.model.port import OUT


def delete(editor: Editor, node: str, *, rejoin: bool) -> Done:
    """Takes a node away with its selects; `rejoin` joins what they led from and to. Raises EditError."""
    inner = editor.open_inside()
    found = node_of(inner, node)
    if found is not None and found.part_of:
        raise is_part(node, found.part_of)
    if found is not None and found.kind in ("input", "output"):
        raise EditError(f"`{node}` is a port of the pipeline", "ports are named in the pipeline's definition")
    if node in inner.selects:
        return _delete_select(editor, inner, node, rejoin=rejoin)
    batch = editor.batch(inner.file)
    ins = [one for one in inner.selects.values() if one.into.stream.text == node]
    outs = [one for one in inner.selects.values() if one.source.stream.text == node]
    if rejoin:
        _check_rejoin(ins, outs, node)
        ways = main_ways(outs, _port)
        if not _rejoin(inner, batch, ins, ways or outs):
            return _leave_junction(editor, inner, node, outs)
        for one in outs:
            if one not in ways:
                batch.remove(one)
    else:
        for one in [*ins, *outs]:
            batch.remove(one)
    _remove_node(inner, batch, node)
    keep_one(inner, batch)
    editor.make()
    words = f"deleted `{node}` and joined what was around it" if rejoin else f"deleted `{node}`"
    return Done(_near(editor.inner(), ins, outs), words)


def _port(select: Select) -> str:
    return select.source.port.text if select.source.port else OUT


def _near(inner: Inner, ins: list[Select], outs: list[Select]) -> str:
    for name in [*(one.source.stream.text for one in ins), *(one.into.stream.text for one in outs)]:
        if name in inner.nodes:
            return name
    return ""


def _check_rejoin(ins: list[Select], outs: list[Select], node: str) -> None:
    if not ins or not outs:
        side = "into" if not ins else "from"
        raise EditError(f"nothing is selected {side} `{node}`", "delete it without reconnecting")


def _rejoin(inner: Inner, batch: Batch, ins: list[Select], outs: list[Select]) -> bool:
    """Joins selects where one side only hands events on; False where that cannot be."""
    if all(map(is_plain, outs)) and (len(outs) == 1 or all(map(is_plain, ins))):
        return _join(inner, batch, ins, outs, keep_ins=True)
    if all(map(is_plain, ins)) and len(ins) == 1:
        return _join(inner, batch, ins, outs, keep_ins=False)
    return False


def _join(inner: Inner, batch: Batch, ins: list[Select], outs: list[Select], *, keep_ins: bool) -> bool:
    kept, others = (ins, outs) if keep_ins else (outs, ins)
    for select in kept:
        moved = select.into if keep_ins else select.source
        ends = [text_of(inner, one.into if keep_ins else one.source) for one in others]
        batch.over(moved, ends[0])
        for end in ends[1:]:
            batch.after(select, New(statements.select(text_of(inner, select.source), end)))
    for select in others:
        batch.remove(select)
    # A select names what is created above it: the one that stays may stand above what it now leads to.
    return all(_is_below(inner, select, other) for select in kept for other in others)


def _is_below(inner: Inner, select: Select, other: Select) -> bool:
    names = (other.into.stream.text, other.source.stream.text)
    creates = [inner.create_of(name) for name in names]
    return all(one is None or one.span.start < select.span.start for one in creates)


def _leave_junction(editor: Editor, inner: Inner, node: str, outs: list[Select]) -> Done:
    """Makes a stream of a node where the selects around it cannot become one."""
    file = inner.file
    editor.drop()
    batch = editor.batch(file)
    create = inner.create_of(node)
    if isinstance(create, CreateStream) or create is None:
        raise EditError(f"the selects around `{node}` cannot become one", "take one of them away first")
    found = inner.found.names.inside(inner.found.node).made_by(create)
    batch.over(create, f"create stream {text_of(inner, create.name)}")
    ways = main_ways(outs, _port)
    for select in outs:
        if select not in ways:
            batch.remove(select)
        elif select.source.port is not None:
            batch.over(select.source, text_of(inner, select.source.stream))
    if found is not None and found.file is file and _users(inner, create) == 1 and _is_own(inner, found.node):
        batch.remove(found.node)
    editor.make()
    return Done(shown(editor, node), f"made a stream of `{node}`, as the selects around it cannot become one")


def _delete_select(editor: Editor, inner: Inner, node: str, *, rejoin: bool) -> Done:
    select = inner.selects[node]
    batch = editor.batch(inner.file)
    source, target = text_of(inner, select.source), text_of(inner, select.into)
    if not rejoin:
        batch.remove(select)
        keep_one(inner, batch)
        editor.make()
        words = f"took away the select from `{source}` to `{target}`"
        return Done(still(editor, select.source.stream.text), words)
    if is_plain(select):
        hint = "delete it without reconnecting to take the connection away"
        raise EditError("this select only hands events on", hint)
    batch.over(select, statements.select(source, target))
    editor.make()
    return Done(select_at(editor, select), f"`{source}` goes to `{target}` as it is")


def _remove_node(inner: Inner, batch: Batch, node: str) -> None:
    create = inner.create_of(node)
    if create is None:
        return
    batch.remove(create)
    if isinstance(create, CreateStream):
        return
    found = inner.found.names.inside(inner.found.node).made_by(create)
    if found is not None and _is_own(inner, found.node) and _users(inner, create) == 1:
        batch.remove(found.node)
        if all(one in batch.removed for one in inner.found.node.statements):
            batch.removed.remove(found.node)


def _is_own(inner: Inner, definition: Node) -> bool:
    return any(one is definition for one in inner.found.node.statements)


def _users(inner: Inner, create: Create) -> int:
    own = inner.found.names.inside(inner.found.node)
    wanted = own.made_by(create)
    made = [own.made_by(one) for one in own.creates()]
    return sum(one is not None and wanted is not None and one.key == wanted.key for one in made)


def duplicate(editor: Editor, node: str, wanted: str) -> Done:
    """A second node beside the first, not connected. Raises EditError."""
    inner = editor.open_inside()
    create = create_of(inner, node)
    taken = inner.taken | {name for _, name in defined_names(inner)}
    alias = names.checked(wanted, inner.taken, "node") if wanted else names.unique(node, taken)
    batch, text = editor.batch(inner.file), inner.file.text
    if isinstance(create, CreateStream):
        batch.after(create, New(f"create stream {alias}"))
    else:
        target = create.target.text if create.target else create.name.text
        found = inner.found.names.inside(inner.found.node).made_by(create)
        if found is not None and _is_own(inner, found.node):
            target = names.unique(alias, {name for _, name in defined_names(inner)})
            batch.after(found.node, New(statements.renamed_copy(text, found.node, target)))
        batch.after(create, New(statements.create_copy(text, create, alias, target)))
    editor.make()
    return Done(shown(editor, alias), f"duplicated `{node}` as `{alias}`")


def create_of(inner: Inner, node: str) -> Create | CreateStream:
    found = node_of(inner, node)
    if found is not None and found.part_of:
        raise is_part(node, found.part_of)
    create = inner.create_of(node)
    if create is None:
        what = "a select" if node in inner.selects else "a port of the pipeline"
        raise EditError(f"`{node}` is {what}: it has no name of its own")
    return create


def rename(editor: Editor, node: str, wanted: str) -> Done:
    """Gives a node another name, wherever the pipeline names it. Raises EditError."""
    inner = editor.open_inside()
    create = create_of(inner, node)
    old = create.name.text
    if wanted == old:
        return Done(node, f"left `{old}` as it is")
    names.checked(wanted, inner.taken - {old}, "node or port")
    batch = editor.batch(inner.file)
    batch.over(create.name, wanted)
    if isinstance(create, Create) and create.target is None:
        _rename_definition(inner, batch, create, wanted)
    for select in inner.selects.values():
        for end in (select.source, select.into):
            if end.stream.text == old:
                batch.over(end.stream, wanted)
    editor.make()
    return Done(shown(editor, wanted), f"renamed `{old}` to `{wanted}`")


def _rename_definition(inner: Inner, batch: Batch, create: Create, wanted: str) -> None:
    own = inner.found.names.inside(inner.found.node)
    found = own.made_by(create)
    is_free = (KINDS[create.kind], wanted) not in own.own
    if found is not None and _users(inner, create) == 1 and is_free:
        batch.over(found.node.name, wanted)  # type: ignore[attr-defined]
    else:
        place = create.name.span.end
        batch.replace(place, place, f" from {text_of(inner, create.name)}")
