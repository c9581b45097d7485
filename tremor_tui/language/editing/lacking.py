"""Lacking: what a node must still have before it can run (`lacks`), and what it should have (`lints`).

What would not compile is lacking, and what is linked on one side alone. A node that has no links at all is
lacking too as long as no source leads to a sink; in a flow that works it is left over, which is a lint.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tremor_tui.connectors.contract import Field
from tremor_tui.errors import ConfigError
from tremor_tui.language.editing.constants import Unknown, value_of
from tremor_tui.language.editing.flow import FlowEdge, FlowView, setting
from tremor_tui.language.editing.inner import Inner, InnerNode
from tremor_tui.language.tree.expr import Record
from tremor_tui.language.tree.query import Argument, Create, DefineOperator, DefineScript, Setting
from tremor_tui.model.context import Context
from tremor_tui.model.port import ERR, OUT
from tremor_tui.operators.contract import described, operators

LOOSE = "it is connected to nothing"


class FlowLacks:
    """What the nodes of a flow lack."""

    def __init__(self, flow: FlowView) -> None:
        self._flow = flow
        self._edges = [edge for edge in flow.edges.values() if not (edge.source.fault or edge.target.fault)]
        self._below = _reached(self._edges, is_down=True)
        self._above = _reached(self._edges, is_down=False)
        self._works = any(
            edge.target.kind == "connector" and edge.target.node in self._below for edge in self._edges
        )

    def lacks(self, node: str) -> Iterator[str]:
        """What must be done."""
        found, create = self._flow.found[node], self._flow.creates[node]
        for edge in self._flow.edges.values():
            if node in (edge.source.node, edge.target.node) and (edge.source.fault or edge.target.fault):
                yield edge.source.fault or edge.target.fault
        if found is None:
            target = create.target.text if create.target else create.name.text
            yield f"there is no {create.kind} definition called `{target}`"
            return
        yield from _missing_args(found.node.args, create.settings)
        if create.kind == "connector":
            yield from self._settings(node)
            yield from self._connector(node)
        else:
            yield from self._pipeline(node)

    def _settings(self, node: str) -> Iterator[str]:
        found = self._flow.found[node]
        assert found is not None
        kind = self._flow.kind(node)
        if kind is None:
            yield f"there is no kind of connector called `{found.node.kind.text}`"
            return
        if kind.codec == "required" and setting(found.node.settings, "codec") is None:
            yield "it needs a codec"
        expr = setting(found.node.settings, "config")
        if expr is None or isinstance(expr, Record):
            written = [field.key.constant for field in expr.fields] if isinstance(expr, Record) else []
            yield from _missing(kind.fields, written, self._flow.config(node))

    def _connector(self, node: str) -> Iterator[str]:
        gives = [edge for edge in self._edges if edge.source.node == node]
        takes = [edge for edge in self._edges if edge.target.node == node]
        source, sink = self._flow.sides(node)
        if not gives and not takes:
            yield from self._loose()
        elif takes and not sink:
            yield "it only brings events, and something is connected to it"
        elif any(edge.source.port == OUT for edge in gives) and not source:
            yield "it only takes events, and something is connected from it"
        elif not takes and source and not sink and all(edge.source.port == ERR for edge in gives):
            yield "its port `out` leads nowhere, so its events are lost"
        elif takes and node not in self._below:
            yield "no source leads to it, so it gets no events"
        elif gives and not takes and node not in self._above:
            yield "it reaches no sink, so it does not start to read"

    def _loose(self) -> Iterator[str]:
        if not self._works:
            yield LOOSE

    def _pipeline(self, node: str) -> Iterator[str]:
        gives = [edge for edge in self._edges if edge.source.node == node]
        takes = [edge for edge in self._edges if edge.target.node == node]
        if not takes and not gives:
            yield from self._loose()
            return
        if not takes:
            yield "nothing is connected to it, so it gets no events"
        if not gives:
            yield "it is connected to nothing, so its events are lost"
        elif not any(edge.target.node.startswith("connector/") for edge in gives) and node not in self._above:
            yield "it reaches no sink"

    def lints(self, node: str) -> Iterator[str]:
        """What should be done."""
        gives = [edge for edge in self._edges if edge.source.node == node]
        ports = {edge.source.port for edge in gives}
        if self._works and not gives and not any(edge.target.node == node for edge in self._edges):
            yield LOOSE
        for port, count in Counter(edge.source.port for edge in gives).items():
            if count > 1:
                yield f"{count} nodes are connected to its port `{port}`: each gets every event"
        for edge in gives:
            if len(edge.connects) > 1:
                yield f"it is connected to `{edge.target.alias}` {len(edge.connects)} times"
        if node.startswith("pipeline/") and gives:
            yield from self._open_ports(node, ports)

    def _open_ports(self, node: str, linked: set[str]) -> Iterator[str]:
        inner = self._flow.insides.get(node.partition("/")[2])
        if inner is None:
            return
        if ERR in inner.outputs and ERR not in linked:
            yield "what fails in it is lost: its port `err` leads nowhere"
        fed = {edge.target[0] for edge in inner.edges if not edge.is_unused}
        for port in inner.outputs:
            if port != ERR and port in fed and port not in linked:
                yield f"what leaves by its port `{port.removeprefix(f'{OUT}/')}` is lost"


def _reached(edges: Sequence[FlowEdge], *, is_down: bool) -> set[str]:
    """All nodes that lie below a source, or above a sink; an `err` of a sink makes it no source."""
    pairs = [(edge.source.node, edge.target.node) for edge in edges]
    pairs = pairs if is_down else [(target, source) for source, target in pairs]
    takers = {edge.target.node for edge in edges}
    ends = [edge.source if is_down else edge.target for edge in edges]
    todo = [
        end.node
        for end in ends
        if end.kind == "connector" and not (is_down and end.port == ERR and end.node in takers)
    ]
    reached: set[str] = set()
    while todo:
        start = todo.pop()
        for source, target in pairs:
            if source == start and target not in reached:
                reached.add(target)
                todo.append(target)
    return reached


def _missing(
    fields: Sequence[Field], written: Sequence[str | None], config: Mapping[str, object]
) -> Iterator[str]:
    for field in fields:
        if field.required and field.name not in written:
            yield f"it needs `{field.name}`: {field.doc[:1].lower()}{field.doc[1:].removesuffix('.')}"
        elif field.required and field.name in config and config[field.name] is None:
            yield f"its `{field.name}` is null"


def _missing_args(declared: Sequence[Argument], given: Sequence[Setting]) -> Iterator[str]:
    names = {one.name.text for one in given}
    for argument in declared:
        if argument.default is None and argument.name.text not in names:
            yield f"it needs a value for its argument `{argument.name.text}`"


# --- inside a pipeline --------------------------------------------------------------------------------


def inner_lacks(inner: Inner, node: InnerNode) -> tuple[list[str], list[str]]:
    """What a node inside a pipeline lacks, and its lints."""
    if node.part_of:
        return [], []
    if node.kind == "select":
        return list(inner.faults.get(node.id, [])), []
    lacks = [*_definition_lacks(node), *_loose(inner, node)]
    return lacks, list(_inner_lints(inner, node))


def _definition_lacks(node: InnerNode) -> Iterator[str]:
    create = node.statement
    if not isinstance(create, Create):
        return
    if node.found is None:
        target = create.target.text if create.target else create.name.text
        yield f"there is no {create.kind} definition called `{target}`"
        return
    definition = node.found.node
    if isinstance(definition, (DefineScript, DefineOperator)):
        yield from _missing_args(definition.args, create.settings)
    if isinstance(definition, DefineOperator):
        kind = definition.kind.text
        try:
            fields = described(kind).fields
        except ConfigError:
            yield f"there is no operator called `{kind}`"
            return
        values = {one.name.text: value_of(one.value, node.args) for one in definition.settings}
        known = {name: value for name, value in values.items() if not isinstance(value, Unknown)}
        yield from _missing(fields, list(values), known)
        if len(known) == len(values) and all(not one.required or one.name in known for one in fields):
            yield from _refused(kind, known)


def _refused(kind: str, config: Mapping[str, object]) -> Iterator[str]:
    """What an operator says of its settings."""
    try:
        operators.get(kind)(config, Context())
    except ConfigError as error:
        yield error.message


def _loose(inner: Inner, node: InnerNode) -> Iterator[str]:
    fed = any(edge.target[0] == node.id for edge in inner.edges)
    read = any(edge.source[0] == node.id for edge in inner.edges)
    if node.kind == "input":
        if not read and not any(e.source[0] in inner.inputs for e in inner.edges):
            yield "nothing is selected from it, so no event enters"
        return
    if node.kind == "output":
        if not fed and node.id != ERR and not any(e.target[0] in inner.outputs for e in inner.edges):
            yield "nothing is selected into it, so no event leaves"
        return
    if read and not fed:
        yield "nothing is connected to it, so it gets no events"
    if fed and not read:
        yield "it is connected to nothing, so its events are lost"


def _inner_lints(inner: Inner, node: InnerNode) -> Iterator[str]:
    fed = any(edge.target[0] == node.id for edge in inner.edges)
    read = any(edge.source[0] == node.id for edge in inner.edges)
    if node.kind in ("input", "output") or not node.is_unused:
        return
    if fed and read:
        yield "it does not lie on a way from an input to an output"
    elif not fed and not read:
        yield LOOSE
