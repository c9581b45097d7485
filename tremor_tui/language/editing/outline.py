"""Outline: the picture of a draft, tolerant of what is not finished.

Makes `picture.Outline` of the views of `flow.py` and `inner.py`; `lacking.py` says what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tremor_tui.language.editing.bodies import bodies_of, body_text, operator_ports, script_ports
from tremor_tui.language.editing.constants import Unknown, Values, value_of
from tremor_tui.language.editing.draft import Draft, Found
from tremor_tui.language.editing.file import File
from tremor_tui.language.editing.flow import FlowView, flows_of
from tremor_tui.language.editing.inner import Inner, InnerEdge, InnerNode
from tremor_tui.language.editing.lacking import FlowLacks, inner_lacks
from tremor_tui.language.editing.owners import Owners
from tremor_tui.language.editing.picture import Edge, Flow, Graph, Node, Outline, SettingNow, place_of
from tremor_tui.language.tree.deploy import DefineConnector
from tremor_tui.language.tree.expr import Node as TreeNode
from tremor_tui.language.tree.query import (
    Create,
    DefineOperator,
    DefineScript,
    Select,
    Setting,
)
from tremor_tui.model.port import ERR, IN, OUT


def outline(draft: Draft) -> Outline:
    """The picture of a draft."""
    flows = flows_of(draft)
    owners = Owners(flows)
    made = tuple(_flow(flow, owners) for flow in flows)
    files = tuple(str(file.path) for file in draft.files.values() if not file.is_library)
    return Outline(made, files)


def _flow(flow: FlowView, owners: Owners) -> Flow:
    settings = flow.deploy.settings if flow.deploy else ()
    return Flow(
        flow.alias,
        flow.definition.node.name.text,
        flow.deploy is not None,
        Graph(tuple(_nodes(flow, owners)), tuple(_edges(flow))),
        {alias: _inside(flow, alias, inner, owners) for alias, inner in flow.insides.items()},
        tuple(argument.name.text for argument in flow.definition.node.args),
        _settings(flow.draft.main, settings, {}),
        place_of(flow.file, flow.definition.node),
        fixed(flow.file),
    )


def fixed(file: File) -> str:
    """Why a file cannot be changed; empty where it can."""
    if file.is_library:
        return f"it belongs to the library ({file.name})"
    return "its text does not parse" if file.text.has_faults else ""


def _settings(file: File, settings: Sequence[Setting], args: Values) -> tuple[SettingNow, ...]:
    return tuple(_setting(file, one, args) for one in settings)


def _setting(file: File, one: Setting, args: Values) -> SettingNow:
    value = value_of(one.value, args)
    text = file.text.text[one.value.span.start : one.value.span.end]
    if isinstance(value, Unknown):
        return SettingNow(one.name.text, text, None, False)
    return SettingNow(one.name.text, text, value)


# --- a flow -------------------------------------------------------------------------------------------


def _nodes(flow: FlowView, owners: Owners) -> Iterator[Node]:
    lacks = FlowLacks(flow)
    linked = {end.node for edge in flow.edges.values() for end in (edge.source, edge.target)}
    for name, create in flow.creates.items():
        found = flow.found[name]
        args = flow.arguments(name)
        is_connector = create.kind == "connector"
        yield Node(
            name,
            _connector_kind(flow, name) if is_connector else "pipeline",
            create.name.text,
            _detail(found, create) if is_connector else create.name.text,
            create.target.text if create.target else create.name.text,
            flow.file.name,
            create.span.line,
            _ports_in(flow, name),
            _ports_out(flow, name),
            _settings(found.file, found.node.settings, args) if found and is_connector else (),
            flow.config(name) if is_connector else {},
            tuple(argument.name.text for argument in found.node.args) if found else (),
            _settings(flow.file, create.settings, flow.args),
            created=place_of(flow.file, create),
            defined=place_of(found.file, found.node) if found else None,
            shared=owners.others(flow, name),
            fixed=fixed(found.file) if found else "",
            is_unused=is_connector and name not in linked,
            lacks=tuple(lacks.lacks(name)),
            lints=tuple(lacks.lints(name)),
        )


def _detail(found: Found[DefineConnector] | None, create: Create) -> str:
    return found.node.kind.text if found else ""


def _connector_kind(flow: FlowView, name: str) -> str:
    """What the links make of a connector; without links what it can be."""
    gives = any(edge.source.node == name for edge in flow.edges.values())
    takes = any(edge.target.node == name for edge in flow.edges.values())
    if not gives and not takes:
        gives, takes = flow.sides(name)
    return "both" if gives and takes else "source" if gives else "sink"


def _ports_in(flow: FlowView, name: str) -> tuple[str, ...]:
    if name.startswith("connector/") and not flow.sides(name)[1]:
        return ()
    return flow.ports_in(name) or (IN,)


def _ports_out(flow: FlowView, name: str) -> tuple[str, ...]:
    if name.startswith("connector/") and not flow.sides(name)[0]:
        return (ERR,)
    return flow.ports_out(name) or (OUT, ERR)


def _edges(flow: FlowView) -> Iterator[Edge]:
    for edge in flow.edges.values():
        yield Edge(
            edge.id,
            edge.source.node,
            edge.source.port,
            edge.target.node,
            edge.target.port,
            place_of(flow.file, edge.connects[0]),
            fault=edge.source.fault or edge.target.fault,
        )


# --- the inside of a pipeline -------------------------------------------------------------------------


def _inside(flow: FlowView, alias: str, inner: Inner, owners: Owners) -> Graph:
    nodes = tuple(_inner_node(inner, node, owners) for node in inner.nodes.values())
    return Graph(nodes, tuple(_inner_edges(f"{flow.alias}:pipeline/{alias}", inner.edges)))


def inner_edge_id(prefix: str, edge: InnerEdge) -> str:
    """The id of an edge inside a pipeline; `prefix` is `FLOW:pipeline/ALIAS`."""
    return f"{prefix}:{'/'.join(edge.source)}>{'/'.join(edge.target)}"


def _inner_edges(prefix: str, edges: Sequence[InnerEdge]) -> Iterator[Edge]:
    for edge in edges:
        yield Edge(
            inner_edge_id(prefix, edge),
            *edge.source,
            *edge.target,
            place_of(edge.file, edge.select),
            edge.is_unused,
        )


def _inner_node(inner: Inner, node: InnerNode, owners: Owners) -> Node:
    create = node.statement if isinstance(node.statement, Create) else None
    lacks, lints = inner_lacks(inner, node)
    found = node.found
    return Node(
        node.id,
        node.kind,
        node.id,
        _inner_detail(node),
        (create.target.text if create.target else create.name.text) if create else "",
        node.file.name,
        node.statement.span.line,
        inner_ports_in(node),
        inner_ports_out(node),
        _inner_settings(node),
        inner_config(node),
        _arguments(found),
        _settings(node.file, create.settings, node.args) if create else (),
        _inner_text(node),
        place_of(node.file, node.statement),
        place_of(found.file, found.node) if found else None,
        owners.inner_others(inner, node),
        _inner_fixed(node),
        node.is_unused,
        tuple(lacks),
        tuple(lints),
    )


def _arguments(found: Found[TreeNode] | None) -> tuple[str, ...]:
    if found is None or not isinstance(found.node, (DefineScript, DefineOperator)):
        return ()
    return tuple(argument.name.text for argument in found.node.args)


def _inner_fixed(node: InnerNode) -> str:
    if node.part_of:
        return f"it is a part of the pipeline `{node.part_of}`"
    return fixed(node.found.file if node.found else node.file)


def _inner_detail(node: InnerNode) -> str:
    if node.kind == "operator":
        return node.found.node.kind.text if node.found and isinstance(node.found.node, DefineOperator) else ""
    return node.kind


def inner_ports_in(node: InnerNode) -> tuple[str, ...]:
    """The ports that events may be led to."""
    if node.kind in ("input", "select"):
        return ()
    if node.found and isinstance(node.found.node, DefineScript):
        return tuple(bodies_of(node.found.node))
    return (IN,)


def inner_ports_out(node: InnerNode) -> tuple[str, ...]:
    """The ports that events may be led from."""
    if node.kind in ("output", "select"):
        return ()
    if node.found and isinstance(node.found.node, DefineScript):
        return script_ports(node.found.node)
    if node.kind == "operator":
        return operator_ports(_inner_detail(node), inner_config(node))
    return (OUT,)


def inner_config(node: InnerNode) -> dict[str, object]:
    """The settings of an operator, as far as they are constants."""
    if node.found is None or not isinstance(node.found.node, DefineOperator):
        return {}
    values = {one.name.text: value_of(one.value, node.args) for one in node.found.node.settings}
    return {name: value for name, value in values.items() if not isinstance(value, Unknown)}


def _inner_settings(node: InnerNode) -> tuple[SettingNow, ...]:
    if isinstance(node.statement, Select):
        return tuple(
            SettingNow(key, node.file.text.text[part.span.start : part.span.end], None, False)
            for key, part in select_parts(node.statement).items()
        )
    if node.found is None:
        return ()
    match node.found.node:
        case DefineOperator() as definition:
            return _settings(node.found.file, definition.settings, node.args)
        case DefineScript() as definition:
            text = node.found.file.text
            return tuple(
                SettingNow(port, body_text(text, definition, body), None, False)
                for port, body in bodies_of(definition).items()
            )
    return ()


def select_parts(select: Select) -> dict[str, TreeNode]:
    """The parts of a select that are written, by their word."""
    parts: dict[str, TreeNode | None] = {
        "select": select.target,
        "from": select.source,
        "where": select.where,
        "group by": select.group,
        "into": select.into,
        "having": select.having,
    }
    return {key: part for key, part in parts.items() if part is not None}


def _inner_text(node: InnerNode) -> str:
    if isinstance(node.statement, Select):
        return node.file.text.text[node.statement.span.start : node.statement.span.end].replace("\r\n", "\n")
    if node.found and isinstance(node.found.node, DefineScript):
        return body_text(node.found.file.text, node.found.node, node.found.node.script)
    return ""
