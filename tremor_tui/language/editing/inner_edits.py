"""Steps inside a pipeline: scripts, operators, streams, nested pipelines, and the selects between them.

Every edge inside is one half of a `select`, so that connecting writes one and disconnecting takes one away.
What a select names must be created above it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tremor_tui.errors import EditError, did_you_mean
from tremor_tui.language.editing import names, statements
from tremor_tui.language.editing.batch import Batch, New
from tremor_tui.language.editing.draft import KINDS
from tremor_tui.language.editing.editor import Done, Editor
from tremor_tui.language.editing.flow_edits import NewNode, main_ways
from tremor_tui.language.editing.inner import Inner, InnerEdge, InnerNode
from tremor_tui.language.editing.outline import inner_edge_id, inner_ports_in, inner_ports_out
from tremor_tui.language.editing.places import Places
from tremor_tui.language.editing.writing import name as quoted
from tremor_tui.language.editing.writing import unindented
from tremor_tui.language.tree.expr import KeywordRoot, Node, Path
from tremor_tui.language.tree.query import Create, CreateStream, Select, StreamPort
from tremor_tui.model.port import ERR, IN, OUT

ALONE = "a pipeline has at least one statement"


def add(editor: Editor, new: NewNode) -> Done:
    """Adds a node inside a pipeline. Raises EditError."""
    inner = editor.open_inside()
    if new.what == "connector":
        raise EditError("a pipeline has no connectors", "add it in the flow, outside of the pipeline")
    if new.edge:
        return _insert(editor, inner, new, _edge(editor, inner, new.edge))
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
        before = inner.create_of(_owner(inner, new.after))
        places.link(statements.select(source, alias), [before] if before else [])
    editor.make()
    return Done(
        _shown(editor, alias), f"added `{alias}` after `{new.after}`" if source else f"added `{alias}`"
    )


def _add_select(editor: Editor, inner: Inner, places: Places, new: NewNode, source: str) -> Done:
    sink = _end_text(inner, inner.outputs[0], IN, "target")
    text = statements.inner_text(statements.select(source, sink, new.text), _indent(inner))
    before = inner.create_of(_owner(inner, new.after)) if new.after else None
    places.link(text, [before] if before else [])
    editor.make()
    return Done(_select_like(editor, text), f"added a select from `{source}` into `{sink}`")


def _create(inner: Inner, batch: Batch, places: Places, new: NewNode, before: Node | None = None) -> str:
    """Writes the definition of a node, where it needs one, and what creates it; its name."""
    taken = inner.taken | {name for _, name in _names(inner)}
    if new.name:
        alias = names.checked(new.name, inner.taken, "node")
        alias = names.unique(alias, taken - {alias} | inner.taken)
    else:
        alias = names.unique(new.alias or new.of or new.what, taken)
    define = statements.define_node(new.what, alias, new.of, new.settings, new.text)
    if define:
        places.define(statements.inner_text(define, _indent(inner)))
    places.create(statements.create(new.what, alias), new.what, before)
    return alias


def _names(inner: Inner) -> Iterator[tuple[type[Node], str]]:
    return iter(inner.found.names.inside(inner.found.node).own)


def _indent(inner: Inner) -> str:
    first = inner.found.node.statements[0].span.start
    text = inner.file.text
    return text.indent(first) if text.starts_line(first) else text.indent(first) + "  "


# --- into an edge -------------------------------------------------------------------------------------


def _insert(editor: Editor, inner: Inner, new: NewNode, edge: InnerEdge) -> Done:
    """Puts a node into one half of a select."""
    if edge.part_of:
        raise _is_part(edge.source[0], edge.part_of)
    batch, select = editor.batch(inner.file), edge.select
    places = Places(batch, inner.found.node.statements)
    at_source = edge.target[0] in inner.selects and not is_plain(select)
    if new.what == "select" and is_plain(select):
        text = statements.inner_text(statements.select("a", "b", new.text), _indent(inner))
        what = text.removeprefix("select ").rpartition("from a")[0].strip()
        batch.over(select.target, what)
        editor.make()
        now = _select_at(editor, select)
        return Done(now, "made a select of what only handed events on")
    node = NewNode("stream", alias="junction") if new.what == "select" else new
    alias = _create(inner, batch, places, node, before=select)
    what = new.text if new.what == "select" else ""
    if at_source:
        text = statements.select(_text(inner, select.source), alias, what)
        batch.before(select, New(_formed(inner, text)))
        batch.over(select.source, alias)
    else:
        text = statements.select(alias, _text(inner, select.into), what)
        batch.after(select, New(_formed(inner, text)))
        batch.over(select.into, alias)
    editor.make()
    shown = _select_like(editor, text) if new.what == "select" else _shown(editor, alias)
    return Done(shown, f"put `{alias}` between `{edge.source[0]}` and `{edge.target[0]}`")


def _formed(inner: Inner, text: str) -> str:
    return statements.inner_text(text, _indent(inner))


def is_plain(select: Select) -> bool:
    """Whether a select hands events on as they are."""
    target = select.target
    is_event = (
        isinstance(target, Path) and isinstance(target.root, KeywordRoot) and target.root.name == "event"
    )
    parts = (select.windows, select.where, select.group, select.having)
    return is_event and not getattr(target, "segments", ()) and not any(parts)


def _text(inner: Inner, node: Node) -> str:
    return inner.file.text.text[node.span.start : node.span.end]


# --- links --------------------------------------------------------------------------------------------


def _edge(editor: Editor, inner: Inner, edge: str) -> InnerEdge:
    prefix = f"{editor.view().alias}:pipeline/{editor.inside}"
    for one in inner.edges:
        if inner_edge_id(prefix, one) == edge:
            return one
    raise EditError(f"the pipeline has no edge `{edge}`", "the picture may be older than the text")


def _owner(inner: Inner, node: str) -> str:
    """The name that a select has for a node: that of the nested pipeline for one of its ports."""
    one = inner.nodes.get(node)
    return one.part_of if one is not None and one.part_of else node


def _node(inner: Inner, node: str) -> InnerNode | None:
    """A node of the picture; None for the name of a nested pipeline. Raises EditError."""
    if node in inner.nested:
        return None
    if node not in inner.nodes:
        raise EditError(f"the pipeline has no node `{node}`", did_you_mean(node, list(inner.nodes)))
    return inner.nodes[node]


def source_text(inner: Inner, node: str, port: str) -> str:
    """How a select names a port that events leave by; the usual one where empty. Raises EditError."""
    found = _node(inner, node)
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
    return _end_text(inner, node, port, "source")


def target_text(inner: Inner, node: str, port: str) -> str:
    """How a select names a port that events enter by; the usual one where empty. Raises EditError."""
    found = _node(inner, node)
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
    return _end_text(inner, node, port, "target")


def _end_text(inner: Inner, node: str, port: str, side: str) -> str:
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
    return _end_text(inner, node, port, side)


def _part_text(inner: Inner, node: InnerNode, side: str) -> str:
    port = node.id.removeprefix(f"{node.part_of}/")
    nested = inner.nested.get(node.part_of)
    if nested is None or port not in (nested.outputs if side == "source" else nested.inputs):
        raise _is_part(node.id, node.part_of)
    return _nested_text(inner, node.part_of, port, side)


def _is_part(node: str, pipeline: str) -> EditError:
    hint = f"change the definition of `{pipeline}`"
    return EditError(f"`{node}` is a part of the pipeline `{pipeline}`", hint)


def connect(editor: Editor, source: str, target: str, source_port: str, target_port: str) -> Done:
    """Connects port to port by a select. Raises EditError."""
    inner = editor.open_inside()
    start, end = source_text(inner, source, source_port), target_text(inner, target, target_port)
    if _leads(inner, target, source):
        raise EditError(
            f"events would go round in circles: `{target}` leads to `{source}`",
            "connect to a node that does not lead back",
        )
    text = statements.select(start, end)
    for select in inner.selects.values():
        if is_plain(select) and (_text(inner, select.source), _text(inner, select.into)) == (start, end):
            raise EditError(f"`{start}` is connected to `{end}` already")
    places = Places(editor.batch(inner.file), inner.found.node.statements)
    ends = [inner.create_of(_owner(inner, one)) for one in (source, target)]
    places.link(text, [one for one in ends if one is not None])
    editor.make()
    return Done(target, f"connected `{start}` to `{end}`")


def _leads(inner: Inner, start: str, end: str) -> bool:
    """Whether there is a way from one node to another, or they are one."""
    names = {start, *(node for node in inner.nodes if inner.nodes[node].part_of == start)}
    goal = {end, *(node for node in inner.nodes if inner.nodes[node].part_of == end)}
    todo, seen = list(names), set(names)
    while todo:
        node = todo.pop()
        if node in goal:
            return True
        for edge in inner.edges:
            if edge.source[0] == node and edge.target[0] not in seen:
                seen.add(edge.target[0])
                todo.append(edge.target[0])
    return False


def disconnect(editor: Editor, edge: str) -> Done:
    """Takes the select of an edge away. Raises EditError."""
    inner = editor.open_inside()
    found = _edge(editor, inner, edge)
    if found.part_of:
        raise _is_part(edge, found.part_of)
    batch = editor.batch(inner.file)
    batch.remove(found.select)
    _keep_one(inner, batch)
    source, target = _text(inner, found.select.source), _text(inner, found.select.into)
    words = f"took away the select from `{source}` to `{target}`"
    if is_plain(found.select):
        words = f"disconnected `{source}` from `{target}`"
    editor.make()
    return Done(_still(editor, _other_end(inner, found)), words)


def _other_end(inner: Inner, edge: InnerEdge) -> str:
    """A node that is still there when the select of an edge has gone."""
    return edge.target[0] if edge.source[0] in inner.selects else edge.source[0]


def _keep_one(inner: Inner, batch: Batch) -> None:
    if all(one in batch.removed for one in inner.found.node.statements):
        raise EditError(ALONE, "add what comes in its place first, or delete the pipeline")


def reconnect(editor: Editor, edge: str, end: str, node: str, port: str) -> Done:
    """Leads the select of an edge from or into another node. Raises EditError."""
    inner = editor.open_inside()
    found = _edge(editor, inner, edge)
    if found.part_of:
        raise _is_part(edge, found.part_of)
    select = found.select
    text = source_text(inner, node, port) if end == "source" else target_text(inner, node, port)
    _check_way(inner, select, end, node)
    create = inner.create_of(_owner(inner, node))
    batch = editor.batch(inner.file)
    moved: StreamPort = select.source if end == "source" else select.into
    if create is None or create.span.start < select.span.start:
        batch.over(moved, text)
    else:
        _move_below(inner, batch, select, create, (moved, text))
    editor.make()
    return Done(node, f"connected `{_text_of(select)}` to `{text}` instead")


def _text_of(select: Select) -> str:
    return f"line {select.span.line}"


def _check_way(inner: Inner, select: Select, end: str, node: str) -> None:
    """Raises EditError where a circle would come of it."""
    own = inner.select_id(select)
    start, stop = (node, own) if end == "source" else (own, node)
    others = [one for one in inner.edges if one.select is not select]
    rest = [one for one in inner.edges if one.select is select]
    kept = [one for one in rest if (one.target[0] == own) == (end == "target")]
    edges, inner.edges = inner.edges, [*others, *kept]
    try:
        if _leads(inner, stop, start):
            raise EditError("events would go round in circles", "connect to a node that does not lead back")
    finally:
        inner.edges = edges


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


# --- delete, duplicate, rename ------------------------------------------------------------------------


def delete(editor: Editor, node: str, *, rejoin: bool) -> Done:
    """Takes a node away with its selects; `rejoin` joins what they led from and to. Raises EditError."""
    inner = editor.open_inside()
    found = _node(inner, node)
    if found is not None and found.part_of:
        raise _is_part(node, found.part_of)
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
    _keep_one(inner, batch)
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
        ends = [_text(inner, one.into if keep_ins else one.source) for one in others]
        batch.over(moved, ends[0])
        for end in ends[1:]:
            batch.after(select, New(statements.select(_text(inner, select.source), end)))
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
    batch.over(create, f"create stream {_text(inner, create.name)}")
    ways = main_ways(outs, _port)
    for select in outs:
        if select not in ways:
            batch.remove(select)
        elif select.source.port is not None:
            batch.over(select.source, _text(inner, select.source.stream))
    if found is not None and found.file is file and _users(inner, create) == 1 and _is_own(inner, found.node):
        batch.remove(found.node)
    editor.make()
    return Done(
        _shown(editor, node), f"made a stream of `{node}`, as the selects around it cannot become one"
    )


def _delete_select(editor: Editor, inner: Inner, node: str, *, rejoin: bool) -> Done:
    select = inner.selects[node]
    batch = editor.batch(inner.file)
    source, target = _text(inner, select.source), _text(inner, select.into)
    if not rejoin:
        batch.remove(select)
        _keep_one(inner, batch)
        editor.make()
        words = f"took away the select from `{source}` to `{target}`"
        return Done(_still(editor, select.source.stream.text), words)
    if is_plain(select):
        hint = "delete it without reconnecting to take the connection away"
        raise EditError("this select only hands events on", hint)
    batch.over(select, statements.select(source, target))
    editor.make()
    return Done(_select_at(editor, select), f"`{source}` goes to `{target}` as it is")


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
    create = _create_of(inner, node)
    taken = inner.taken | {name for _, name in _names(inner)}
    alias = names.checked(wanted, inner.taken, "node") if wanted else names.unique(node, taken)
    batch, text = editor.batch(inner.file), inner.file.text
    if isinstance(create, CreateStream):
        batch.after(create, New(f"create stream {alias}"))
    else:
        target = create.target.text if create.target else create.name.text
        found = inner.found.names.inside(inner.found.node).made_by(create)
        if found is not None and _is_own(inner, found.node):
            target = names.unique(alias, {name for _, name in _names(inner)})
            batch.after(found.node, New(statements.renamed_copy(text, found.node, target)))
        batch.after(create, New(statements.create_copy(text, create, alias, target)))
    editor.make()
    return Done(_shown(editor, alias), f"duplicated `{node}` as `{alias}`")


def _create_of(inner: Inner, node: str) -> Create | CreateStream:
    found = _node(inner, node)
    if found is not None and found.part_of:
        raise _is_part(node, found.part_of)
    create = inner.create_of(node)
    if create is None:
        what = "a select" if node in inner.selects else "a port of the pipeline"
        raise EditError(f"`{node}` is {what}: it has no name of its own")
    return create


def rename(editor: Editor, node: str, wanted: str) -> Done:
    """Gives a node another name, wherever the pipeline names it. Raises EditError."""
    inner = editor.open_inside()
    create = _create_of(inner, node)
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
    return Done(_shown(editor, wanted), f"renamed `{old}` to `{wanted}`")


def _rename_definition(inner: Inner, batch: Batch, create: Create, wanted: str) -> None:
    own = inner.found.names.inside(inner.found.node)
    found = own.made_by(create)
    is_free = (KINDS[create.kind], wanted) not in own.own
    if found is not None and _users(inner, create) == 1 and is_free:
        batch.over(found.node.name, wanted)  # type: ignore[attr-defined]
    else:
        place = create.name.span.end
        batch.replace(place, place, f" from {_text(inner, create.name)}")


# --- after a step -------------------------------------------------------------------------------------


def _shown(editor: Editor, name: str) -> str:
    """A node of the new picture that stands for a name: its input, for a nested pipeline."""
    inner = editor.inner()
    if name in inner.nested:
        return next((node for node in inner.nodes if inner.nodes[node].part_of == name), "")
    return name


def _still(editor: Editor, node: str) -> str:
    """A node, if it is still there."""
    return node if node in editor.inner().nodes else ""


def _select_like(editor: Editor, text: str) -> str:
    """The id of the last select that is written so."""
    inner = editor.inner()
    wanted = " ".join(text.split())
    found = [name for name, one in inner.selects.items() if " ".join(_text(inner, one).split()) == wanted]
    return found[-1] if found else ""


def _select_at(editor: Editor, select: Select) -> str:
    """The id of the select that begins where one began before."""
    inner = editor.inner()
    return next((name for name, one in inner.selects.items() if one.span.start == select.span.start), "")
