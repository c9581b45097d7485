"""Steps at flow level: connectors, pipelines and the links between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tremor_tui.connectors.contract import connectors, sides
from tremor_tui.errors import ConfigError, EditError, did_you_mean
from tremor_tui.language.editing import names, statements
from tremor_tui.language.editing.batch import New, block
from tremor_tui.language.editing.changes import Change
from tremor_tui.language.editing.draft import KINDS
from tremor_tui.language.editing.editor import Done, Editor
from tremor_tui.language.editing.flow import FlowEdge, FlowEnd, FlowView
from tremor_tui.language.editing.places import Places
from tremor_tui.language.tree.deploy import Connect, Endpoint
from tremor_tui.language.tree.layout import INDENT
from tremor_tui.language.tree.query import Create
from tremor_tui.model.batch import Value
from tremor_tui.model.port import ERR, IN, OUT

MAIN = "main"
W = TypeVar("W")


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
    edge = _edge(view, new.edge) if new.edge else None
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
        _join(view, places, source, node)
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


def _taken(view: FlowView) -> set[str]:
    """The names of nodes, and of what they are made from."""
    nodes = {node.partition("/")[2] for node in view.creates}
    return nodes | {name for _, name in view.names.own}


def _free(view: FlowView, new: NewNode) -> str:
    nodes = {node.partition("/")[2] for node in view.creates}
    if new.name:
        names.checked(new.name, nodes, "node")
        return names.unique(new.name, _taken(view) - nodes)
    return names.unique(new.alias or new.of or new.what, _taken(view))


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


# --- links --------------------------------------------------------------------------------------------


def check_node(view: FlowView, node: str) -> None:
    """Raises EditError where the flow has no such node."""
    if node not in view.creates:
        raise EditError(f"the flow has no node `{node}`", did_you_mean(node, list(view.creates)))


def _edge(view: FlowView, edge: str) -> FlowEdge:
    if edge not in view.edges:
        raise EditError(f"the flow has no edge `{edge}`", "the picture may be older than the text")
    return view.edges[edge]


def source_end(view: FlowView, node: str, port: str) -> FlowEnd:
    """A port that events leave by; the usual one where `port` is empty. Raises EditError."""
    check_node(view, node)
    kind, _, alias = node.partition("/")
    ports = view.ports_out(node) or (OUT, ERR)
    if not port:
        port = OUT if OUT in ports else next((one for one in ports if one != ERR), ports[0])
    if f"{OUT}/{port}" in ports and port not in ports:
        port = f"{OUT}/{port}"
    if port not in ports:
        raise EditError(f"`{alias}` has no output port `{port}`", did_you_mean(port, ports))
    if kind == "connector" and port == OUT and not view.sides(node)[0]:
        raise EditError(f"`{alias}` only takes events, none come out of it", f"its port `{ERR}` gives errors")
    return FlowEnd(kind, alias, port)


def target_end(view: FlowView, node: str, port: str) -> FlowEnd:
    """A port that events enter by; the usual one where `port` is empty. Raises EditError."""
    check_node(view, node)
    kind, _, alias = node.partition("/")
    ports = view.ports_in(node) or (IN,)
    if not port:
        port = IN if IN in ports else ports[0]
    if f"{IN}/{port}" in ports and port not in ports:
        port = f"{IN}/{port}"
    if port not in ports:
        raise EditError(f"`{alias}` has no input port `{port}`", did_you_mean(port, ports))
    if kind == "connector" and not view.sides(node)[1]:
        raise EditError(f"`{alias}` only brings events, it takes none")
    return FlowEnd(kind, alias, port)


def _join(view: FlowView, places: Places, source: FlowEnd, target: FlowEnd) -> str:
    """Connects two ends, with a pipeline between two connectors; its alias, if one was written."""
    if source.kind == "pipeline" or target.kind == "pipeline":
        places.link(statements.connect(source, target))
        return ""
    alias = names.unique("passthrough", {*_taken(view), target.alias})
    places.define(statements.pipeline_of("pipeline", alias, "", "", {}, ""))
    places.create(statements.create("pipeline", alias), "pipeline")
    places.link(statements.connect(source, FlowEnd("pipeline", alias, IN)))
    places.link(statements.connect(FlowEnd("pipeline", alias, OUT), target))
    return alias


def _into(editor: Editor, view: FlowView, places: Places, edge: FlowEdge, node: FlowEnd) -> None:
    """Leads a link to a new node, and that to where the link led."""
    batch = editor.batch(view.file)
    after = FlowEnd(node.kind, node.alias, OUT)
    first = edge.connects[0]
    if edge.source.kind == "connector" and node.kind == "connector":
        batch.remove(first)
        _join(view, places, edge.source, node)
    else:
        batch.over(first.target, statements.end_text(node, IN).removeprefix("/"))
    if after.kind == "connector" and edge.target.kind == "connector":
        _join(view, places, after, edge.target)
    elif first in batch.removed:
        places.link(statements.connect(after, edge.target))
    else:
        batch.after(first, New(statements.connect(after, edge.target)))


def connect(editor: Editor, source: str, target: str, source_port: str, target_port: str) -> Done:
    """Connects port to port. Raises EditError."""
    view = editor.view()
    start, end = source_end(view, source, source_port), target_end(view, target, target_port)
    if f"{view.alias}:{start.node}/{start.port}>{end.node}/{end.port}" in view.edges:
        raise EditError(f"`{start.alias}` is connected to `{end.alias}` already")
    places = Places(editor.batch(view.file), view.definition.node.statements)
    between = _join(view, places, start, end)
    editor.make()
    if between:
        words = f"connected `{start.alias}` to `{end.alias}`, with the pipeline `{between}` between them"
        return Done(f"pipeline/{between}", words)
    port = "" if start.port == OUT else f"/{start.port}"
    return Done(target, f"connected `{start.alias}{port}` to `{end.alias}`")


def disconnect(editor: Editor, edge: str) -> Done:
    """Takes a link away. Raises EditError."""
    view = editor.view()
    found = _edge(view, edge)
    batch = editor.batch(view.file)
    for one in found.connects:
        batch.remove(one)
    editor.make()
    return Done(found.source.node, f"disconnected `{found.source.alias}` from `{found.target.alias}`")


def reconnect(editor: Editor, edge: str, end: str, node: str, port: str) -> Done:
    """Moves one end of a link. Raises EditError."""
    view = editor.view()
    found = _edge(view, edge)
    start = source_end(view, node, port) if end == "source" else found.source
    stop = target_end(view, node, port) if end == "target" else found.target
    if f"{view.alias}:{start.node}/{start.port}>{stop.node}/{stop.port}" in view.edges:
        raise EditError(f"`{start.alias}` is connected to `{stop.alias}` already")
    batch = editor.batch(view.file)
    words = f"connected `{start.alias}` to `{stop.alias}` instead"
    if start.kind == stop.kind == "connector":
        alias = _join(view, Places(batch, view.definition.node.statements), start, stop)
        for one in found.connects:
            batch.remove(one)
        editor.make()
        return Done(f"pipeline/{alias}", f"{words}, with a pipeline between them")
    for one in found.connects:
        moved = one.source if end == "source" else one.target
        text = statements.end_text(start, OUT) if end == "source" else statements.end_text(stop, IN)
        batch.over(moved, text.removeprefix("/"))
    editor.make()
    return Done(node, words)


# --- delete, duplicate, rename ------------------------------------------------------------------------


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
    alias = names.unique("passthrough", _taken(view))
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
    alias = names.checked(wanted, nodes, "node") if wanted else names.unique(create.name.text, _taken(view))
    batch = editor.batch(view.file)
    target = create.target.text if create.target else create.name.text
    if found is not None and found.file is view.file and found.names is view.names:
        target = names.unique(alias, _taken(view) - {alias} | {name for _, name in view.names.own})
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
