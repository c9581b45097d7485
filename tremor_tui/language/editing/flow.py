"""FlowView: one flow of a draft, from its tree: what it creates, how that is linked, what is inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from functools import cached_property
from typing import Any, Final

from tremor_tui.connectors.contract import Connector, connectors, sides
from tremor_tui.errors import ConfigError
from tremor_tui.language.editing.constants import Values, bound, known
from tremor_tui.language.editing.draft import Draft, Found, Names
from tremor_tui.language.editing.file import File
from tremor_tui.language.editing.inner import Inner
from tremor_tui.language.tree.deploy import Connect, DefineConnector, DefineFlow, DeployFlow, Endpoint
from tremor_tui.language.tree.expr import Expr
from tremor_tui.language.tree.query import Create, DefinePipeline, Setting
from tremor_tui.model.port import ERR, IN, OUT
from tremor_tui.model.record import dataclass

BOTH: Final = (True, True)


@dataclass(frozen=True, slots=True)
class FlowEnd:
    """One end of a link. `fault` says why it cannot be."""

    kind: str
    alias: str
    port: str
    fault: str = ""

    @property
    def node(self) -> str:
        """The id of its node."""
        return f"{self.kind}/{self.alias}"


@dataclass(slots=True)
class FlowEdge:
    """A link; `connects` are the statements that make it, more than one where it is there twice."""

    id: str
    source: FlowEnd
    target: FlowEnd
    connects: list[Connect] = field(default_factory=list)


class FlowView:
    """A flow: `definition` is where it is defined, `deploy` what deploys it, under `alias`."""

    def __init__(
        self, draft: Draft, alias: str, definition: Found[DefineFlow], deploy: DeployFlow | None
    ) -> None:
        self.draft = draft
        self.alias = alias
        self.definition = definition
        self.deploy = deploy
        self.names: Names = definition.names.inside(definition.node)
        self.args: Values = bound(definition.node.args, deploy.settings if deploy else (), {})

    @property
    def file(self) -> File:
        """The file it is defined in."""
        return self.definition.file

    # -- what it creates ------------------------------------------------------------------------------

    @cached_property
    def creates(self) -> dict[str, Create]:
        """What it creates, by node id: `connector/a`, `pipeline/b`; the first of each."""
        made: dict[str, Create] = {}
        for create in self.names.creates():
            if create.kind in ("connector", "pipeline"):
                made.setdefault(f"{create.kind}/{create.name.text}", create)
        return made

    @cached_property
    def found(self) -> dict[str, Found[Any] | None]:
        """The definition of each node, a DefineConnector or DefinePipeline; None where there is none."""
        return {node: self.names.made_by(create) for node, create in self.creates.items()}

    def arguments(self, node: str) -> dict[str, object]:
        """What is known of the arguments of a node's definition."""
        found = self.found[node]
        return bound(found.node.args, self.creates[node].settings, self.args) if found else {}

    @cached_property
    def insides(self) -> dict[str, Inner]:
        """The inside of each pipeline, by alias."""
        made = {}
        for node, found in self.found.items():
            if found is not None and isinstance(found.node, DefinePipeline):
                pipeline = Found(found.node, found.file, found.names)
                made[node.partition("/")[2]] = Inner.of(pipeline, self.arguments(node))
        return made

    # -- connectors -----------------------------------------------------------------------------------

    def kind(self, node: str) -> type[Connector] | None:
        """The class of a connector; None where its kind is not known."""
        found = self.found.get(node)
        if found is None or not isinstance(found.node, DefineConnector):
            return None
        try:
            return connectors.get(found.node.kind.text)
        except ConfigError:
            return None

    def config(self, node: str) -> dict[str, object]:
        """The `config` of a connector, as far as it is constant."""
        found = self.found.get(node)
        expr = (
            setting(found.node.settings, "config")
            if found and not isinstance(found.node, DefinePipeline)
            else None
        )
        return known(expr, self.arguments(node)) if expr is not None else {}

    def sides(self, node: str) -> tuple[bool, bool]:
        """Whether a connector may be a source, and whether it may be a sink."""
        kind = self.kind(node)
        return sides(kind, self.config(node)) if kind is not None else BOTH

    # -- links ----------------------------------------------------------------------------------------

    @cached_property
    def edges(self) -> dict[str, FlowEdge]:
        """Its links by id; one that is written twice is there once."""
        made: dict[str, FlowEdge] = {}
        for connect in self.connects():
            source, target = self.source(connect.source), self.target(connect.target)
            name = f"{self.alias}:{source.node}/{source.port}>{target.node}/{target.port}"
            made.setdefault(name, FlowEdge(name, source, target)).connects.append(connect)
        return made

    def connects(self) -> Iterator[Connect]:
        """Its `connect` statements."""
        return (one for one in self.names.statements if isinstance(one, Connect))

    def source(self, end: Endpoint) -> FlowEnd:
        """The port that a `connect` leads from."""
        return self._end(end, OUT, self.ports_out(f"{end.kind}/{end.name.text}"))

    def target(self, end: Endpoint) -> FlowEnd:
        """The port that a `connect` leads to."""
        return self._end(end, IN, self.ports_in(f"{end.kind}/{end.name.text}"))

    def _end(self, end: Endpoint, usual: str, ports: Sequence[str] | None) -> FlowEnd:
        kind, alias, wanted = end.kind, end.name.text, end.port.text if end.port else usual
        if ports is None:
            there = f"{kind}/{alias}" in self.creates
            fault = "" if there else f"the flow has no {kind} called `{alias}`"
            return FlowEnd(kind, alias, wanted, fault)
        for port in (wanted, f"{usual}/{wanted}"):
            if port in ports:
                return FlowEnd(kind, alias, port)
        side = "output" if usual == OUT else "input"
        return FlowEnd(kind, alias, wanted, f"the {kind} `{alias}` has no {side} port `{wanted}`")

    def ports_out(self, node: str) -> tuple[str, ...] | None:
        """The ports that events may leave a node by; None where that is not known."""
        if node.startswith("pipeline/"):
            inner = self.insides.get(node.partition("/")[2])
            return tuple(inner.outputs) if inner else None
        return (OUT, ERR) if node in self.creates else None

    def ports_in(self, node: str) -> tuple[str, ...] | None:
        """The ports that events may enter a node by; None where that is not known."""
        if node.startswith("pipeline/"):
            inner = self.insides.get(node.partition("/")[2])
            return tuple(inner.inputs) if inner else None
        kind = self.kind(node)
        return None if kind is None else (IN, *kind.sink_ports)


def setting(settings: Sequence[Setting], name: str) -> Expr | None:
    """The expression of a setting; None where it is not set."""
    return next((one.value for one in settings if one.name.text == name), None)


def flows_of(draft: Draft) -> list[FlowView]:
    """The flows of a draft: those that are deployed, then those that are only defined."""
    names = draft.names()
    made: dict[str, FlowView] = {}
    used = set()
    for statement in names.statements:
        if isinstance(statement, DeployFlow):
            found = names.made_by(statement)
            if found is not None and isinstance(found.node, DefineFlow):
                definition = Found(found.node, found.file, found.names)
                used.add(definition.key)
                alias = statement.name.text
                made.setdefault(alias, FlowView(draft, alias, definition, statement))
    for statement in names.statements:
        if isinstance(statement, DefineFlow) and (draft.main.path, statement.span.start) not in used:
            alias = statement.name.text
            made.setdefault(alias, FlowView(draft, alias, Found(statement, draft.main, names), None))
    return list(made.values())
