"""Steps at flow level: deleting, duplicating and renaming nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from tremor_tui.errors import EditError
from tremor_tui.language.editing import names, statements
from tremor_tui.language.editing.batch import New
from tremor_tui.language.editing.draft import KINDS
from tremor_tui.language.editing.editor import Done, Editor
from tremor_tui.language.editing.flow import FlowEdge, FlowEnd, FlowView
from tremor_tui.language.editing.flow_links import check_node, taken_names
from tremor_tui.language.editing.places import Places
from tremor_tui.language.tree.deploy import Connect, Endpoint
from tremor_tui.language.tree.query import Create
from tremor_tui.model.port import ERR, IN, OUT

W = TypeVar("W")


def delete(editor: Editor, node: str, *, rejoin: bool) -> Done:
    """Takes a node away with its links; `rejoin` joins what they led from and to. Raises EditError."""
    view = editor.view()
    check_node(view, node)
    batch = editor.batch(view.file)
    ins = [edge for edge in view.edges.values() if edge.target.node == node and edge.source.node != node]
    outs = [edge for edge in view.edges.values() if edge.source.node == node and edge.target.node != node]
    ways = main_ways(outs, lambda edge: edge.source.port)
    kept: set[int] = set()
    if rejoin:
        _check_rejoin(ins, ways, node)
        if any(one.source.kind == two.target.kind == "connector" for one in ins for two in ways):
            return _replace_by_pipeline(editor, view, node, ins, ways)
        kept = _rejoin(editor, view, ins, ways)
    for edge in view.edges.values():
        if node in (edge.source.node, edge.target.node):
            for one in edge.connects:
                if one.span.start not in kept:
                    batch.remove(one)
    _remove_node(editor, view, node)
    editor.make()
    alias = node.partition("/")[2]
    nearest = ins[0].source.node if ins else outs[0].target.node if outs else ""
    how = f"deleted `{alias}` and joined what was around it" if rejoin else f"deleted `{alias}`"
    return Done(nearest, how)


def main_ways(outs: Sequence[W], port: Callable[[W], str]) -> list[W]:
    """Where events go on when a node is taken out of their way: behind `out`, else behind all but `err`."""
    return [one for one in outs if port(one) == OUT] or [one for one in outs if port(one) != ERR]


def _check_rejoin(ins: list[FlowEdge], outs: list[FlowEdge], node: str) -> None:
    if not ins or not outs:
        side = "into" if not ins else "out of"
        raise EditError(f"nothing leads {side} `{node.partition('/')[2]}`", "delete it without reconnecting")


def _rejoin(editor: Editor, view: FlowView, ins: list[FlowEdge], outs: list[FlowEdge]) -> set[int]:
    """Leads each link into the node to what it led to; the places of the links that stay."""
    batch = editor.batch(view.file)
    kept: set[int] = set()
    there = set(view.edges)
    for edge in ins:
        first = edge.connects[0]
        wanted = [one.target for one in outs if _id(view, edge.source, one.target) not in there]
        there |= {_id(view, edge.source, target) for target in wanted}
        for target in wanted[:1]:
            kept.add(first.span.start)
            batch.over(first.target, statements.end_text(target, IN).removeprefix("/"))
        for target in wanted[1:]:
            batch.after(first, New(statements.connect(edge.source, target)))
    return kept


def _id(view: FlowView, source: FlowEnd, target: FlowEnd) -> str:
    return f"{view.alias}:{source.node}/{source.port}>{target.node}/{target.port}"


def _replace_by_pipeline(
    editor: Editor, view: FlowView, node: str, ins: list[FlowEdge], outs: list[FlowEdge]
) -> Done:
    """Puts a pipeline that hands events on where a node was between connectors."""
    batch = editor.batch(view.file)
    places = Places(batch, view.definition.node.statements)
    alias = names.unique("passthrough", taken_names(view))
    places.define(statements.pipeline_of("pipeline", alias, "", "", {}, ""))
    places.create(statements.create("pipeline", alias), "pipeline")
    into, out = FlowEnd("pipeline", alias, IN), FlowEnd("pipeline", alias, OUT)
    for edge in ins:
        for one in edge.connects:
            batch.over(one.target, statements.end_text(into, IN).removeprefix("/"))
    for edge in outs:
        for one in edge.connects:
            batch.over(one.source, statements.end_text(out, OUT).removeprefix("/"))
    editor.make()
    done = delete(editor, node, rejoin=False)
    words = f"{done.words} and put the pipeline `{alias}` in its place, as connectors need one between them"
    return Done(f"pipeline/{alias}", words)


def _remove_node(editor: Editor, view: FlowView, node: str) -> None:
    """Takes away what creates a node, and its definition where nothing else uses it."""
    batch = editor.batch(view.file)
    create, found = view.creates[node], view.found[node]
    batch.remove(create)
    is_own = found is not None and found.file is view.file and found.names is view.names
    if found is None or not is_own or _users(view, create) > 1:
        _keep_one(editor, view)
        return
    batch.remove(found.node)
    if all(one in batch.removed for one in view.definition.node.statements):
        batch.removed.remove(found.node)


def _keep_one(editor: Editor, view: FlowView) -> None:
    if all(one in editor.batch(view.file).removed for one in view.definition.node.statements):
        hint = "a flow has at least one statement: add another node first"
        raise EditError("this is all that the flow is made of", hint)


def _users(view: FlowView, create: Create) -> int:
    """How many nodes of the flow are made by the definition that a statement names."""
    wanted = view.names.made_by(create)
    made = [view.names.made_by(one) for one in view.names.creates()]
    return sum(one is not None and wanted is not None and one.key == wanted.key for one in made)


def duplicate(editor: Editor, node: str, wanted: str) -> Done:
    """A second node beside the first, not connected. Raises EditError."""
    view = editor.view()
    check_node(view, node)
    create, found = view.creates[node], view.found[node]
    nodes = {one.partition("/")[2] for one in view.creates}
    alias = (
        names.checked(wanted, nodes, "node") if wanted else names.unique(create.name.text, taken_names(view))
    )
    batch = editor.batch(view.file)
    target = create.target.text if create.target else create.name.text
    if found is not None and found.file is view.file and found.names is view.names:
        target = names.unique(alias, taken_names(view) - {alias} | {name for _, name in view.names.own})
        batch.after(found.node, New(statements.renamed_copy(view.file.text, found.node, target)))
    batch.after(create, New(statements.create_copy(view.file.text, create, alias, target)))
    editor.make()
    return Done(f"{create.kind}/{alias}", f"duplicated `{create.name.text}` as `{alias}`")


def rename(editor: Editor, node: str, wanted: str) -> Done:
    """Gives a node another name, wherever the flow names it. Raises EditError."""
    view = editor.view()
    check_node(view, node)
    kind, _, old = node.partition("/")
    if wanted == old:
        return Done(node, f"left `{old}` as it is")
    taken = {one.partition("/")[2] for one in view.creates if one.startswith(f"{kind}/")}
    names.checked(wanted, taken, kind)
    batch = editor.batch(view.file)
    create = view.creates[node]
    batch.over(create.name, wanted)
    if create.target is None:
        _rename_definition(editor, view, create, wanted)
    for end in _ends(view, kind, old):
        batch.over(end.name, wanted)
    editor.make()
    return Done(f"{kind}/{wanted}", f"renamed `{old}` to `{wanted}`")


def _rename_definition(editor: Editor, view: FlowView, create: Create, wanted: str) -> None:
    """Takes the definition of the same name along, or names it."""
    batch = editor.batch(view.file)
    found = view.names.made_by(create)
    is_free = (KINDS[create.kind], wanted) not in view.names.own
    if found is not None and _users(view, create) == 1 and is_free:
        batch.over(found.node.name, wanted)  # type: ignore[attr-defined]
    else:
        place = create.name.span.end
        source = view.file.text.text[create.name.span.start : place]
        batch.replace(place, place, f" from {source}")


def _ends(view: FlowView, kind: str, alias: str) -> Iterator[Endpoint]:
    for statement in view.names.statements:
        if isinstance(statement, Connect):
            for end in (statement.source, statement.target):
                if end.kind == kind and end.name.text == alias:
                    yield end
