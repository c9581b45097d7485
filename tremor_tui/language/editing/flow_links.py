"""Steps at flow level: links between connectors and pipelines, and the ends that they may have."""

from __future__ import annotations

from tremor_tui.errors import EditError, did_you_mean
from tremor_tui.language.editing import names, statements
from tremor_tui.language.editing.editor import Done, Editor
from tremor_tui.language.editing.flow import FlowEdge, FlowEnd, FlowView
from tremor_tui.language.editing.places import Places
from tremor_tui.model.port import ERR, IN, OUT


def check_node(view: FlowView, node: str) -> None:
    """Raises EditError where the flow has no such node."""
    if node not in view.creates:
        raise EditError(f"the flow has no node `{node}`", did_you_mean(node, list(view.creates)))


def edge_of(view: FlowView, edge: str) -> FlowEdge:
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


def taken_names(view: FlowView) -> set[str]:
    """The names of nodes, and of what they are made from."""
    nodes = {node.partition("/")[2] for node in view.creates}
    return nodes | {name for _, name in view.names.own}


def join(view: FlowView, places: Places, source: FlowEnd, target: FlowEnd) -> str:
    """Connects two ends, with a pipeline between two connectors; its alias, if one was written."""
    if source.kind == "pipeline" or target.kind == "pipeline":
        places.link(statements.connect(source, target))
        return ""
    alias = names.unique("passthrough", {*taken_names(view), target.alias})
    places.define(statements.pipeline_of("pipeline", alias, "", "", {}, ""))
    places.create(statements.create("pipeline", alias), "pipeline")
    places.link(statements.connect(source, FlowEnd("pipeline", alias, IN)))
    places.link(statements.connect(FlowEnd("pipeline", alias, OUT), target))
    return alias


def connect(editor: Editor, source: str, target: str, source_port: str, target_port: str) -> Done:
    """Connects port to port. Raises EditError."""
    view = editor.view()
    start, end = source_end(view, source, source_port), target_end(view, target, target_port)
    if f"{view.alias}:{start.node}/{start.port}>{end.node}/{end.port}" in view.edges:
        raise EditError(f"`{start.alias}` is connected to `{end.alias}` already")
    places = Places(editor.batch(view.file), view.definition.node.statements)
    between = join(view, places, start, end)
    editor.make()
    if between:
        words = f"connected `{start.alias}` to `{end.alias}`, with the pipeline `{between}` between them"
        return Done(f"pipeline/{between}", words)
    port = "" if start.port == OUT else f"/{start.port}"
    return Done(target, f"connected `{start.alias}{port}` to `{end.alias}`")


def disconnect(editor: Editor, edge: str) -> Done:
    """Takes a link away. Raises EditError."""
    view = editor.view()
    found = edge_of(view, edge)
    batch = editor.batch(view.file)
    for one in found.connects:
        batch.remove(one)
    editor.make()
    return Done(found.source.node, f"disconnected `{found.source.alias}` from `{found.target.alias}`")


def reconnect(editor: Editor, edge: str, end: str, node: str, port: str) -> Done:
    """Moves one end of a link. Raises EditError."""
    view = editor.view()
    found = edge_of(view, edge)
    start = source_end(view, node, port) if end == "source" else found.source
    stop = target_end(view, node, port) if end == "target" else found.target
    if f"{view.alias}:{start.node}/{start.port}>{stop.node}/{stop.port}" in view.edges:
        raise EditError(f"`{start.alias}` is connected to `{stop.alias}` already")
    batch = editor.batch(view.file)
    words = f"connected `{start.alias}` to `{stop.alias}` instead"
    if start.kind == stop.kind == "connector":
        alias = join(view, Places(batch, view.definition.node.statements), start, stop)
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
