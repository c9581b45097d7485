"""Says what a .troy file deploys: the shape of each flow, its texts, and where its generated code is from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tremor_tui.connectors.contract import connectors, renewal
from tremor_tui.control.snapshots import FileText
from tremor_tui.engine.compiling.link import ConnectorPlan, FlowPlan, NodePlan, Planned
from tremor_tui.engine.executors.link import Texts
from tremor_tui.engine.sources import Program, build_all, compile_flows, is_library
from tremor_tui.errors import CompileError
from tremor_tui.language.emit.script import emit_script, emit_select
from tremor_tui.language.emit.writer import Emitted
from tremor_tui.language.ir.deploy import ConnectorIR, Endpoint, FlowIR, LinkIR, settings_of
from tremor_tui.language.ir.query import OperatorNode, PassNode, QueryIR, ScriptNode, SelectNode
from tremor_tui.language.load.traceback import FILE
from tremor_tui.language.source import Source
from tremor_tui.pipeline.marks import fingerprint, mark_of, placeless, state_of

Lines = dict[str, list[tuple[int, str, int]]]
NOTED = re.compile(r"  # (\d+)$")
"""The line of tremor, as `emit/writer.py` notes it where it changes."""


def open_texts(texts: Texts) -> Program:
    """The program that texts describe. Raises CompileError."""
    return Program.open(Path(texts.path), Path(texts.base), texts.module_path, texts.texts)


def plan(texts: Texts) -> Planned:
    """What the file deploys, or the diagnostics that keep it from that."""
    try:
        compiled = compile_flows(open_texts(texts))
        build_all(compiled.ir)
    except CompileError as error:
        return Planned(diagnostics=error.diagnostics)
    files = tuple(_file(source) for source in compiled.sources.values())
    return Planned(tuple(_flow(flow) for flow in compiled.ir.flows), files, compiled.warnings)


def _flow(flow: FlowIR) -> FlowPlan:
    return FlowPlan(
        flow.alias,
        flow.definition,
        {connector.alias: _settings(connector) for connector in flow.connectors},
        tuple(_link(link) for link in flow.links),
        {pipeline.alias: fingerprint(pipeline.query) for pipeline in flow.pipelines},
        {pipeline.alias: _nodes(pipeline.query) for pipeline in flow.pipelines},
        {pipeline.alias: _wiring(pipeline.query) for pipeline in flow.pipelines},
        _lines(pipeline.query for pipeline in flow.pipelines),
        {connector.alias: _part(flow, connector) for connector in flow.connectors},
    )


def _nodes(query: QueryIR) -> dict[str, NodePlan]:
    return {node.id: _node(node) for node in query.nodes if not isinstance(node, PassNode)}


def _node(node: ScriptNode | OperatorNode | SelectNode) -> NodePlan:
    mark = mark_of(node)
    match node:
        case ScriptNode():
            return NodePlan(node.id, "script", mark, _uses_state(node))
        case OperatorNode():
            return NodePlan(node.id, node.kind, mark, node.kind != "passthrough")
        case SelectNode():
            line = f"select of line {node.span.line}" if node.span else node.id
            return NodePlan(line, "select", mark, bool(node.windows), state_of(node))


def _uses_state(node: ScriptNode) -> bool:
    return node.state is not None or "RootIR(name='state'" in placeless(node.scripts)


def _wiring(query: QueryIR) -> str:
    """The edges, with each select known by what it does."""
    marks = {node.id: _node(node).mark for node in query.nodes if isinstance(node, SelectNode)}
    return fingerprint(
        sorted(
            (marks.get(e.source, e.source), e.source_port, marks.get(e.target, e.target), e.target_port)
            for e in query.edges
        )
    )


def _settings(connector: ConnectorIR) -> str:
    """All that is said of a connector, but not where that is written."""
    return fingerprint((settings_of(connector), connector.metrics_interval_s))


def _part(flow: FlowIR, connector: ConnectorIR) -> ConnectorPlan:
    ends = [(link.source, link.target) for link in flow.links]
    return ConnectorPlan(
        connector.kind,
        fingerprint(settings_of(connector)),
        any(one.kind == "connector" and one.alias == connector.alias for one, _ in ends),
        any(one.kind == "connector" and one.alias == connector.alias for _, one in ends),
        renewal(connectors.get(connector.kind), connector.config),
    )


def _link(link: LinkIR) -> str:
    return f"{_end(link.source)} to {_end(link.target)}"


def _end(end: Endpoint) -> str:
    return f"/{end.kind}/{end.alias}/{end.port}"


def _file(source: Source) -> FileText:
    path = str(source.path.absolute()) if source.path else ""
    return FileText(source.name, path, source.text, writable=bool(path) and not is_library(source))


def _lines(queries: Iterable[QueryIR]) -> Lines:
    found: Lines = {}
    for query in queries:
        for emitted in _programs(query):
            found.setdefault(FILE.format(emitted.name), []).extend(_marks(emitted))
    return found


def _marks(emitted: Emitted) -> Iterator[tuple[int, str, int]]:
    """For each line of generated text that says so, the line of tremor that it is from."""
    for number, text in enumerate(emitted.text.splitlines(), 1):
        if sites := emitted.marks.get(number):
            span = sites[-1][2].span  # the last site of a line is the widest: the statement
            yield number, span.file, span.line
        elif noted := NOTED.search(text):
            yield number, emitted.module.file, int(noted[1])


def _programs(query: QueryIR) -> Iterator[Emitted]:
    for node in query.nodes:
        if isinstance(node, ScriptNode):
            yield from map(emit_script, node.scripts.values())
        elif isinstance(node, SelectNode):
            yield emit_select(node.select)
