"""Steps at flow level: adding nodes, also as the first of a flow and into a link."""

from __future__ import annotations

from dataclasses import field

from tremor_tui.connectors.contract import connectors, sides
from tremor_tui.errors import ConfigError, EditError, did_you_mean
from tremor_tui.language.editing import names, statements
from tremor_tui.language.editing.batch import New, block
from tremor_tui.language.editing.changes import Change
from tremor_tui.language.editing.draft import KINDS
from tremor_tui.language.editing.editor import Done, Editor
from tremor_tui.language.editing.flow import FlowEdge, FlowEnd, FlowView
from tremor_tui.language.editing.flow_links import check_node, edge_of, join, source_end, taken_names
from tremor_tui.language.editing.places import Places
from tremor_tui.language.tree.layout import INDENT
from tremor_tui.model.batch import Value
from tremor_tui.model.port import ERR, IN, OUT
from tremor_tui.model.record import dataclass

MAIN = "main"


@dataclass(frozen=True, slots=True)
class NewNode:
    """What to add; as `control.editing.AddNode`, with all settings in it."""

    what: str
    of: str = ""
    name: str = ""
    alias: str = ""
    settings: dict[str, Value] = field(default_factory=dict)
    text: str = ""
    after: str = ""
    port: str = ""
    edge: str = ""


def add(editor: Editor, new: NewNode) -> Done:
    """Adds a node. Raises EditError."""
    view = editor.flow()
    if new.what == "connector":
        _check_kind(new)
    if view is None:
        return _skeleton(editor, new)
    edge = edge_of(view, new.edge) if new.edge else None
    source = edge.source if edge else _after(view, new)
    alias = _free(view, new)
    places = Places(editor.batch(view.file), view.definition.node.statements)
    for text in _written(new, alias):
        _put(places, text)
    kind = "connector" if new.what == "connector" else "pipeline"
    node = FlowEnd(kind, alias, IN)
    words = f"added `{alias}`"
    if edge is not None:
        _check_middle(view, edge, new)
        _into(editor, view, places, edge, node)
        words = f"put `{alias}` between `{edge.source.alias}` and `{edge.target.alias}`"
    elif source is not None and _takes(new):
        join(view, places, source, node)
        words = f"added `{alias}` after `{source.alias}`"
    elif new.after:
        words += ", which is not connected"
    editor.make()
    return Done(node.node, words)


def _check_kind(new: NewNode) -> None:
    if new.of not in connectors.names():
        hint = did_you_mean(new.of, connectors.names())
        raise EditError(f"there is no kind of connector called `{new.of}`", hint)


def _skeleton(editor: Editor, new: NewNode) -> Done:
    """Writes a whole flow with the node in it."""
    if new.after or new.edge:
        raise EditError("there is no flow yet", "add a node first")
    file = editor.draft.main
    alias = names.checked(new.name, (), "node") if new.name else names.unique(new.alias or new.what, ())
    flow = names.unique(editor.alias or MAIN, editor.draft.names().taken(KINDS["connector"]))
    body = block([New(text) for text in _written(new, alias)], INDENT)
    written = f"define flow {flow}\nflow\n{body}end;\n\ndeploy flow {flow};\n"
    text = file.text
    kept = len(text.text.rstrip())
    gap = "\n\n" if kept else ""
    if kept and not text.is_empty and not text.text[:kept].endswith(";"):
        last = text.parsed.tokens[-1]
        file.change([Change(last.end, last.end, ";")])
        kept, text = kept + 1, file.text
    made = (gap + written).replace("\n", text.newline)
    file.change([Change(kept, len(text.text), made)])
    kind = "connector" if new.what == "connector" else "pipeline"
    return Done(f"{kind}/{alias}", f"began the flow `{flow}` with `{alias}`")


def _written(new: NewNode, alias: str) -> list[str]:
    """The definition of a new node, and what creates it."""
    if new.what == "connector":
        return [
            statements.define_connector(alias, new.of, new.settings),
            statements.create("connector", alias),
        ]
    inner = names.unique(alias, (IN, OUT, ERR))
    define = statements.pipeline_of(new.what, alias, inner, new.of, new.settings, new.text)
    return [define, statements.create("pipeline", alias)]


def _put(places: Places, text: str) -> None:
    if text.startswith("define"):
        places.define(text)
    else:
        places.create(text, text.split()[1])


def _free(view: FlowView, new: NewNode) -> str:
    nodes = {node.partition("/")[2] for node in view.creates}
    if new.name:
        names.checked(new.name, nodes, "node")
        return names.unique(new.name, taken_names(view) - nodes)
    return names.unique(new.alias or new.of or new.what, taken_names(view))


def _after(view: FlowView, new: NewNode) -> FlowEnd | None:
    """Where events come from for a node that is added after another; None leaves it unconnected."""
    if not new.after:
        return None
    check_node(view, new.after)
    if new.port or new.after.startswith("pipeline/"):
        return source_end(view, new.after, new.port)
    gives = any(edge.source.node == new.after for edge in view.edges.values())
    takes = any(edge.target.node == new.after for edge in view.edges.values())
    if not view.sides(new.after)[0] or (takes and not gives):
        return None
    return source_end(view, new.after, new.port)


def _sides(new: NewNode) -> tuple[bool, bool]:
    config = new.settings.get("config")
    try:
        return sides(connectors.get(new.of), config if isinstance(config, dict) else {})
    except ConfigError:
        return True, True


def _takes(new: NewNode) -> bool:
    return new.what != "connector" or _sides(new)[1]


def _check_middle(view: FlowView, edge: FlowEdge, new: NewNode) -> None:
    if new.what == "connector" and _sides(new) != (True, True):
        hint = "add it after a node, and connect it"
        raise EditError(f"a `{new.of}` does not take events and give them too", hint)


def _into(editor: Editor, view: FlowView, places: Places, edge: FlowEdge, node: FlowEnd) -> None:
    """Leads a link to a new node, and that to where the link led."""
    batch = editor.batch(view.file)
    after = FlowEnd(node.kind, node.alias, OUT)
    first = edge.connects[0]
    if edge.source.kind == "connector" and node.kind == "connector":
        batch.remove(first)
        join(view, places, edge.source, node)
    else:
        batch.over(first.target, statements.end_text(node, IN).removeprefix("/"))
    if after.kind == "connector" and edge.target.kind == "connector":
        join(view, places, after, edge.target)
    elif first in batch.removed:
        places.link(statements.connect(after, edge.target))
    else:
        batch.after(first, New(statements.connect(after, edge.target)))
