"""Steps inside a pipeline: the selects that link nodes, and the ends that they may have.

Every edge inside is one half of a `select`, so that connecting writes one and disconnecting takes one away.
What a select names must be created above it.
"""

from __future__ import annotations

from collections.abc import Sequence

from tremor_tui.errors import EditError, did_you_mean
from tremor_tui.language.editing import statements
from tremor_tui.language.editing.batch import Batch, New
from tremor_tui.language.editing.editor import Done, Editor
from tremor_tui.language.editing.inner import Inner, InnerEdge, InnerNode
from tremor_tui.language.editing.outline import inner_edge_id, inner_ports_in, inner_ports_out
from tremor_tui.language.editing.places import Places
from tremor_tui.language.editing.writing import name as quoted
from tremor_tui.language.editing.writing import unindented
from tremor_tui.language.tree.expr import KeywordRoot, Node, Path
from tremor_tui.language.tree.query import Select, StreamPort
from tremor_tui.model.port import ERR, IN, OUT

ALONE = "a pipeline has at least one statement"


def edge_of(editor: Editor, inner: Inner, edge: str) -> InnerEdge:
    prefix = f"{editor.view().alias}:pipeline/{editor.inside}"
    for one in inner.edges:
        if inner_edge_id(prefix, one) == edge:
            return one
    raise EditError(f"the pipeline has no edge `{edge}`", "the picture may be older than the text")


def owner(inner: Inner, node: str) -> str:
    """The name that a select has for a node: that of the nested pipeline for one of its ports."""
    one = inner.nodes.get(node)
    return one.part_of if one is not None and one.part_of else node


def node_of(inner: Inner, node: str) -> InnerNode | None:
    """A node of the picture; None for the name of a nested pipeline. Raises EditError."""
    if node in inner.nested:
        return None
    if node not in inner.nodes:
        raise EditError(f"the pipeline has no node `{node}`", did_you_mean(node, list(inner.nodes)))
    return inner.nodes[node]


def source_text(inner: Inner, node: str, port: str) -> str:
    """How a select names a port that events leave by; the usual one where empty. Raises EditError."""
    found = node_of(inner, node)
    if found is None:
        return _nested_text(inner, node, port or OUT, "source")
    if found.kind == "output":
        raise EditError(f"`{node}` is where events leave the pipeline: nothing comes out of it here")
    if found.kind == "select":
        hint = "put a stream or a script into its edge, and connect from that"
        raise EditError("a select has one way out", hint)
    if found.part_of:
        return _part_text(inner, found, "source")
    ports = inner_ports_out(found)
    port = port or (OUT if OUT in ports else next((one for one in ports if one != ERR), OUT))
    if found.kind in ("input", "stream") and port != OUT:
        raise EditError(f"`{node}` has no output port `{port}`")
    return end_text(inner, node, port, "source")


def target_text(inner: Inner, node: str, port: str) -> str:
    """How a select names a port that events enter by; the usual one where empty. Raises EditError."""
    found = node_of(inner, node)
    if found is None:
        return _nested_text(inner, node, port or IN, "target")
    if found.kind == "input":
        raise EditError(f"`{node}` is where events enter the pipeline: nothing goes into it here")
    if found.kind == "select":
        hint = "put a stream or a script into its edge, and connect to that"
        raise EditError("a select has one way in", hint)
    if found.part_of:
        return _part_text(inner, found, "target")
    ports = inner_ports_in(found)
    port = port or IN
    if port not in ports:
        raise EditError(f"`{node}` has no input port `{port}`", did_you_mean(port, ports))
    return end_text(inner, node, port, "target")


def end_text(inner: Inner, node: str, port: str, side: str) -> str:
    usual = OUT if side == "source" else IN
    if "/" in node and node not in inner.nested:
        stream, _, extra = node.partition("/")  # a port like `in/aux` or `out/aux`
        return f"{quoted(stream)}/{quoted(extra)}"
    return quoted(node) + ("" if port == usual else f"/{quoted(port)}")


def _nested_text(inner: Inner, node: str, port: str, side: str) -> str:
    nested = inner.nested[node]
    ports = nested.outputs if side == "source" else nested.inputs
    if port not in ports:
        raise EditError(f"`{node}` has no port `{port}` on this side", did_you_mean(port, ports))
    return end_text(inner, node, port, side)


def _part_text(inner: Inner, node: InnerNode, side: str) -> str:
    port = node.id.removeprefix(f"{node.part_of}/")
    nested = inner.nested.get(node.part_of)
    if nested is None or port not in (nested.outputs if side == "source" else nested.inputs):
        raise is_part(node.id, node.part_of)
    return _nested_text(inner, node.part_of, port, side)


def is_part(node: str, pipeline: str) -> EditError:
    hint = f"change the definition of `{pipeline}`"
    return EditError(f"`{node}` is a part of the pipeline `{pipeline}`", hint)


def text_of(inner: Inner, node: Node) -> str:
    return inner.file.text.text[node.span.start : node.span.end]


def is_plain(select: Select) -> bool:
    """Whether a select hands events on as they are."""
    target = select.target
    is_event = (
        isinstance(target, Path) and isinstance(target.root, KeywordRoot) and target.root.name == "event"
    )
    parts = (select.windows, select.where, select.group, select.having)
    return is_event and not getattr(target, "segments", ()) and not any(parts)


def connect(editor: Editor, source: str, target: str, source_port: str, target_port: str) -> Done:
    """Connects port to port by a select. Raises EditError."""
    inner = editor.open_inside()
    start, end = source_text(inner, source, source_port), target_text(inner, target, target_port)
    if _leads(inner, target, source, inner.edges):
        raise EditError(
            f"events would go round in circles: `{target}` leads to `{source}`",
            "connect to a node that does not lead back",
        )
    text = statements.select(start, end)
    for select in inner.selects.values():
        if is_plain(select) and (text_of(inner, select.source), text_of(inner, select.into)) == (start, end):
            raise EditError(f"`{start}` is connected to `{end}` already")
    places = Places(editor.batch(inner.file), inner.found.node.statements)
    ends = [inner.create_of(owner(inner, one)) for one in (source, target)]
    places.link(text, [one for one in ends if one is not None])
    editor.make()
    return Done(target, f"connected `{start}` to `{end}`")


def _leads(inner: Inner, start: str, end: str, edges: Sequence[InnerEdge]) -> bool:
    """Whether edges lead from one node to another, or they are one; a nested pipeline is all its nodes."""
    seen = {start, *(node for node in inner.nodes if inner.nodes[node].part_of == start)}
    goal = {end, *(node for node in inner.nodes if inner.nodes[node].part_of == end)}
    todo = list(seen)
    while todo:
        node = todo.pop()
        if node in goal:
            return True
        reached = {edge.target[0] for edge in edges if edge.source[0] == node} - seen
        seen |= reached
        todo += reached
    return False


def disconnect(editor: Editor, edge: str) -> Done:
    """Takes the select of an edge away. Raises EditError."""
    inner = editor.open_inside()
    found = edge_of(editor, inner, edge)
    if found.part_of:
        raise is_part(edge, found.part_of)
    batch = editor.batch(inner.file)
    batch.remove(found.select)
    keep_one(inner, batch)
    source, target = text_of(inner, found.select.source), text_of(inner, found.select.into)
    words = f"took away the select from `{source}` to `{target}`"
    if is_plain(found.select):
        words = f"disconnected `{source}` from `{target}`"
    editor.make()
    return Done(still(editor, _other_end(inner, found)), words)


def _other_end(inner: Inner, edge: InnerEdge) -> str:
    """A node that is still there when the select of an edge has gone."""
    return edge.target[0] if edge.source[0] in inner.selects else edge.source[0]


def keep_one(inner: Inner, batch: Batch) -> None:
    if all(one in batch.removed for one in inner.found.node.statements):
        raise EditError(ALONE, "add what comes in its place first, or delete the pipeline")


def reconnect(editor: Editor, edge: str, end: str, node: str, port: str) -> Done:
    """Leads the select of an edge from or into another node. Raises EditError."""
    inner = editor.open_inside()
    found = edge_of(editor, inner, edge)
    if found.part_of:
        raise is_part(edge, found.part_of)
    select = found.select
    text = source_text(inner, node, port) if end == "source" else target_text(inner, node, port)
    _check_way(inner, select, end, node)
    create = inner.create_of(owner(inner, node))
    batch = editor.batch(inner.file)
    moved: StreamPort = select.source if end == "source" else select.into
    if create is None or create.span.start < select.span.start:
        batch.over(moved, text)
    else:
        _move_below(inner, batch, select, create, (moved, text))
    editor.make()
    return Done(node, f"connected `{_line_of(select)}` to `{text}` instead")


def _line_of(select: Select) -> str:
    return f"line {select.span.line}"


def _check_way(inner: Inner, select: Select, end: str, node: str) -> None:
    """Raises EditError where a circle would come of it."""
    own = inner.select_id(select)
    start, stop = (node, own) if end == "source" else (own, node)
    # Of the select's own two edges, the one that is moved does not count.
    edges = [
        one for one in inner.edges if one.select is not select or (one.target[0] == own) == (end == "target")
    ]
    if _leads(inner, stop, start, edges):
        raise EditError("events would go round in circles", "connect to a node that does not lead back")


def _move_below(
    inner: Inner, batch: Batch, select: Select, create: Node, change: tuple[StreamPort, str]
) -> None:
    """Moves a select, with what stands above it, below what it will name."""
    text = inner.file.text
    start = text.start_of(select.span.start)
    moved, written = change
    raw = text.text[start : moved.span.start] + written + text.text[moved.span.end : select.span.end]
    end = text.closed(select) or select.span.end
    comments = text.comments_in(end, text.line_end(end)) if text.ends_line(end) else []
    lines = [text.text[one.start : one.end].rstrip() for one in comments]
    lines.append(unindented(raw.replace("\r\n", "\n"), text.indent(start)))
    batch.remove(select)
    batch.after(create, New("\n".join(lines)))


def shown(editor: Editor, name: str) -> str:
    """A node of the new picture that stands for a name: its input, for a nested pipeline."""
    inner = editor.inner()
    if name in inner.nested:
        return next((node for node in inner.nodes if inner.nodes[node].part_of == name), "")
    return name


def still(editor: Editor, node: str) -> str:
    """A node, if it is still there."""
    return node if node in editor.inner().nodes else ""


def select_like(editor: Editor, text: str) -> str:
    """The id of the last select that is written so."""
    inner = editor.inner()
    wanted = " ".join(text.split())
    found = [name for name, one in inner.selects.items() if " ".join(text_of(inner, one).split()) == wanted]
    return found[-1] if found else ""


def select_at(editor: Editor, select: Select) -> str:
    """The id of the select that begins where one began before."""
    inner = editor.inner()
    return next((name for name, one in inner.selects.items() if one.span.start == select.span.start), "")
