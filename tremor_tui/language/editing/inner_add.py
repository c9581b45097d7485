"""Steps inside a pipeline: adding nodes, also into an edge."""

from __future__ import annotations

from collections.abc import Iterator

from tremor_tui.errors import EditError
from tremor_tui.language.editing import names, statements
from tremor_tui.language.editing.batch import Batch, New
from tremor_tui.language.editing.editor import Done, Editor
from tremor_tui.language.editing.flow_add import NewNode
from tremor_tui.language.editing.inner import Inner, InnerEdge
from tremor_tui.language.editing.inner_links import (
    edge_of,
    end_text,
    is_part,
    is_plain,
    owner,
    select_at,
    select_like,
    shown,
    source_text,
    text_of,
)
from tremor_tui.language.editing.places import Places
from tremor_tui.language.editing.writing import name as quoted
from tremor_tui.language.tree.expr import Node
from tremor_tui.model.port import IN, OUT


def add(editor: Editor, new: NewNode) -> Done:
    """Adds a node inside a pipeline. Raises EditError."""
    inner = editor.open_inside()
    if new.what == "connector":
        raise EditError("a pipeline has no connectors", "add it in the flow, outside of the pipeline")
    if new.edge:
        return _insert(editor, inner, new, edge_of(editor, inner, new.edge))
    if new.after and new.after in inner.selects:
        way = next((one for one in inner.edges if one.source == (new.after, OUT)), None)
        if way is None:
            raise EditError(f"`{new.after}` leads nowhere", "mend its `into` first")
        return _insert(editor, inner, new, way)
    source = source_text(inner, new.after, new.port) if new.after else ""
    batch = editor.batch(inner.file)
    places = Places(batch, inner.found.node.statements)
    if new.what == "select":
        return _add_select(editor, inner, places, new, source or quoted(inner.inputs[0]))
    alias = _create(inner, batch, places, new)
    if source:
        before = inner.create_of(owner(inner, new.after))
        places.link(statements.select(source, alias), [before] if before else [])
    editor.make()
    return Done(
        shown(editor, alias), f"added `{alias}` after `{new.after}`" if source else f"added `{alias}`"
    )


def _add_select(editor: Editor, inner: Inner, places: Places, new: NewNode, source: str) -> Done:
    sink = end_text(inner, inner.outputs[0], IN, "target")
    text = statements.inner_text(statements.select(source, sink, new.text), inner.file)
    before = inner.create_of(owner(inner, new.after)) if new.after else None
    places.link(text, [before] if before else [])
    editor.make()
    return Done(select_like(editor, text), f"added a select from `{source}` into `{sink}`")


def _create(inner: Inner, batch: Batch, places: Places, new: NewNode, before: Node | None = None) -> str:
    """Writes the definition of a node, where it needs one, and what creates it; its name."""
    taken = inner.taken | {name for _, name in defined_names(inner)}
    if new.name:
        alias = names.checked(new.name, inner.taken, "node")
        alias = names.unique(alias, taken - {alias} | inner.taken)
    else:
        alias = names.unique(new.alias or new.of or new.what, taken)
    define = statements.define_node(new.what, alias, new.of, new.settings, new.text)
    if define:
        places.define(statements.inner_text(define, inner.file))
    places.create(statements.create(new.what, alias), new.what, before)
    return alias


def defined_names(inner: Inner) -> Iterator[tuple[type[Node], str]]:
    return iter(inner.found.names.inside(inner.found.node).own)


def _insert(editor: Editor, inner: Inner, new: NewNode, edge: InnerEdge) -> Done:
    """Puts a node into one half of a select."""
    if edge.part_of:
        raise is_part(edge.source[0], edge.part_of)
    batch, select = editor.batch(inner.file), edge.select
    places = Places(batch, inner.found.node.statements)
    at_source = edge.target[0] in inner.selects and not is_plain(select)
    before, behind = text_of(inner, select.source), text_of(inner, select.into)
    if new.what == "select" and is_plain(select):
        text = statements.inner_text(statements.select("a", "b", new.text), inner.file)
        what = text.removeprefix("select ").rpartition("from a")[0].strip()
        batch.over(select.target, what)
        editor.make()
        now = select_at(editor, select)
        return Done(now, "made a select of what only handed events on")
    node = NewNode("stream", alias="junction") if new.what == "select" else new
    alias = _create(inner, batch, places, node, before=select)
    what = new.text if new.what == "select" else ""
    if at_source:
        text = statements.select(text_of(inner, select.source), alias, what)
        batch.before(select, New(_formed(inner, text)))
        batch.over(select.source, alias)
    else:
        text = statements.select(alias, text_of(inner, select.into), what)
        batch.after(select, New(_formed(inner, text)))
        batch.over(select.into, alias)
    editor.make()
    selected = select_like(editor, text) if new.what == "select" else shown(editor, alias)
    return Done(selected, f"put `{alias}` between `{before}` and `{behind}`")


def _formed(inner: Inner, text: str) -> str:
    return statements.inner_text(text, inner.file)
