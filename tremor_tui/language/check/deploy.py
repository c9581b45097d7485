"""Stage 3 for troy: what to create for each deployed flow, and how it is linked.

Everything is defined before it is created. A flow is checked once for each `deploy`, with its arguments; one
that nothing deploys is checked for what does not depend on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

from tremor_tui.connectors.contract import connectors
from tremor_tui.errors import CheckError, CompileError, ConfigError, did_you_mean
from tremor_tui.language.check.arguments import Args, Given, bind, check_names, settings, take
from tremor_tui.language.check.connector import check_keys, make_connector
from tremor_tui.language.check.definitions import find
from tremor_tui.language.check.links import Shape, check_directions, warn_of_ends
from tremor_tui.language.check.query import check_pipeline, check_unused
from tremor_tui.language.check.scope import Problems, Scope
from tremor_tui.language.ir.deploy import ConnectorIR, DeployIR, Endpoint, FlowIR, LinkIR, PipelineIR
from tremor_tui.language.ir.query import QueryIR, ScriptNode, SelectNode
from tremor_tui.language.tree import deploy as tree
from tremor_tui.language.tree.query import Create, DefinePipeline
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.port import ERR, IN, OUT
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class CheckedDeploy:
    """The flows to deploy, and the warnings that came up."""

    deploy: DeployIR
    warnings: list[Diagnostic]


def check_deploy(deployment: tree.Deployment, scope: Scope) -> CheckedDeploy:
    """A troy file; `scope` holds what it defines and uses. Raises CheckError with all faults."""
    problems = scope.problems
    flows: dict[str, FlowIR] = {}
    deployed: set[int] = set()
    seen: dict[str, Span] = {}
    for statement in deployment.statements:
        if isinstance(statement, tree.DeployFlow):
            try:
                _claim(seen, statement)
                definition, where = find(scope, tree.DefineFlow, statement, is_ordered=True)
                deployed.add(id(definition))
                flows[statement.name.text] = _deployed(statement, definition, where, scope, problems)
            except CompileError as error:
                take(problems, error)
    for statement in deployment.statements:
        if isinstance(statement, tree.DefineFlow) and id(statement) not in deployed:
            _FlowChecker(scope.enter(statement), None, problems).check(statement.statements)
    problems.settle()
    return CheckedDeploy(DeployIR(tuple(flows.values())), problems.found)


def _claim(seen: dict[str, Span], statement: tree.DeployFlow) -> None:
    name = statement.name.text
    if name in seen:
        message = f"the flow `{name}` is deployed twice"
        hint = f"choose another name, as in `deploy flow {name}_2 from {name}`"
        raise CheckError([Diagnostic(message, statement.name.span, hint)])
    seen[name] = statement.name.span


def _deployed(
    statement: tree.DeployFlow, definition: tree.DefineFlow, where: Scope, scope: Scope, problems: Problems
) -> FlowIR:
    given = Given(statement.settings, scope, None, statement.span)
    args = bind(definition.args, given, where, f"the flow `{definition.name.text}`")
    checker = _FlowChecker(where.enter(definition), args, problems)
    checker.check(definition.statements)
    return FlowIR(
        statement.name.text,
        definition.name.text,
        tuple(one for one in checker.connectors.values() if one is not None),
        tuple(one for one in checker.pipelines.values() if one is not None),
        tuple(checker.links),
        statement.span,
    )


@dataclass(slots=True)
class _FlowChecker:
    """Builds one flow. `args` None: they are not known, and no value that needs them is looked at.

    A connector or pipeline is None where it did not check, so that links to it are not faulted as well.
    """

    scope: Scope
    args: Args | None
    problems: Problems
    connectors: dict[str, ConnectorIR | None] = field(default_factory=dict)
    pipelines: dict[str, PipelineIR | None] = field(default_factory=dict)
    links: list[LinkIR] = field(default_factory=list)
    created: dict[tuple[str, str], Span] = field(default_factory=dict)

    def check(self, statements: Sequence[tree.FlowStatement]) -> None:
        """All statements; creations first, as links may stand before them in a text that tremor takes."""
        for statement in statements:
            if isinstance(statement, tree.DefineConnector):
                check_keys(statement, self.problems)
            elif isinstance(statement, DefinePipeline):
                check_unused(statement, self.scope.enter(statement), self.problems)
            elif isinstance(statement, Create):
                self._try(self._create, statement)
        for statement in statements:
            if isinstance(statement, tree.Connect):
                self._connect(statement)
        check_directions(self.links, self.connectors, self.problems)
        if not self.problems.has_errors:
            warn_of_ends(Shape(self.created, self.pipelines, self.links), self.problems)

    def _try(self, check: Callable[[Create], None], create: Create) -> None:
        try:
            check(create)
        except CompileError as error:
            take(self.problems, error)

    def _create(self, create: Create) -> None:
        name, kind = create.name.text, create.kind
        if (kind, name) in self.created:
            message = f"the {kind} `{name}` is created twice"
            raise CheckError([Diagnostic(message, create.name.span, "choose another name")])
        self.created[kind, name] = create.span
        if kind == "connector":
            self.connectors[name] = None
            self.connectors[name] = self._connector(create)
        else:
            self.pipelines[name] = None
            self.pipelines[name] = self._pipeline(create)

    def _given(self, create: Create) -> Given:
        return Given(create.settings, self.scope, self.args or {}, create.span)

    def _is_open(self, create: Create) -> bool:
        """Whether its values depend on arguments that are not known."""
        return self.args is None and bool(create.settings)

    def _connector(self, create: Create) -> ConnectorIR | None:
        definition, where = find(self.scope, tree.DefineConnector, create, is_ordered=True)
        what = f"the connector `{definition.name.text}`"
        if self._is_open(create):
            check_names(definition.args, create.settings, what, self.problems)
            return None
        values = bind(definition.args, self._given(create), where, what)
        inner = Problems()
        config = settings(definition.settings, where, values, inner)
        inner.settle()
        made = make_connector(definition, config, create.name.text, create.span, inner)
        inner.settle()
        return made

    def _pipeline(self, create: Create) -> PipelineIR | None:
        definition, where = find(self.scope, DefinePipeline, create, is_ordered=True)
        what = f"the pipeline `{definition.name.text}`"
        if self._is_open(create):
            check_names(definition.args, create.settings, what, self.problems)
            return None
        values = bind(definition.args, self._given(create), where, what)
        checked = check_pipeline(definition, where.enter(definition), values, name=create.name.text)
        for warning in checked.warnings:
            self.problems.add(warning)
        return PipelineIR(create.name.text, checked.query, create.span, sources_of(checked.query))

    # -- links ----------------------------------------------------------------------------------------

    def _connect(self, connect: tree.Connect) -> None:
        source = self._source(connect.source)
        target = self._target(connect.target)
        if source is not None and target is not None:
            self.links.append(LinkIR(source, target, connect.span))

    def _source(self, end: tree.Endpoint) -> Endpoint | None:
        if not self._is_created(end):
            return None
        pipeline = self.pipelines.get(end.name.text) if end.kind == "pipeline" else None
        known = pipeline.query.outputs if pipeline else (OUT, ERR)
        port = self._port(end, OUT, known) if pipeline or end.kind == "connector" else OUT
        return Endpoint(end.kind, end.name.text, port) if port is not None else None

    def _target(self, end: tree.Endpoint) -> Endpoint | None:
        if not self._is_created(end):
            return None
        if end.kind == "pipeline":
            pipeline = self.pipelines[end.name.text]
            port = self._port(end, IN, pipeline.query.inputs) if pipeline else IN
        else:
            connector = self.connectors[end.name.text]
            port = self._port(end, IN, (IN, *sink_ports(connector.kind))) if connector else IN
        return Endpoint(end.kind, end.name.text, port) if port is not None else None

    def _is_created(self, end: tree.Endpoint) -> bool:
        name = end.name.text
        if (end.kind, name) in self.created:
            return True
        known = sorted(alias for kind, alias in self.created if kind == end.kind)
        other = "pipeline" if end.kind == "connector" else "connector"
        hint = did_you_mean(name, known, f"create it in this flow: `create {end.kind} {name};`")
        if (other, name) in self.created:
            hint = f"there is a {other} of that name: /{other}/{name}"
        self.problems.error(f"the flow has no {end.kind} called `{name}`", end.name.span, hint)
        return False

    def _port(self, end: tree.Endpoint, default: str, known: Sequence[str]) -> str | None:
        """The name of the port meant: as written, or below the usual one (`in/aux` for `aux`)."""
        wanted = end.port.text if end.port else default
        for name in (wanted, f"{default}/{wanted}"):
            if name in known:
                return name
        span = end.port.span if end.port else end.span
        side = "output" if default == OUT else "input"
        message = f"the {end.kind} `{end.name.text}` has no {side} port `{wanted}`"
        self.problems.error(message, span, did_you_mean(wanted, known))
        return None


def sink_ports(kind: str) -> tuple[str, ...]:
    """The input ports that a kind of connector has beside `in`."""
    try:
        return connectors.get(kind).sink_ports
    except ConfigError:
        return ()


def sources_of(query: QueryIR) -> tuple[str, ...]:
    """The names of the files that a pipeline comes from, its definition's first."""
    names = [query.span.file] if query.span else []
    for node in query.nodes:
        match node:
            case ScriptNode():
                names += [name for script in node.scripts.values() for name in script.sources]
            case SelectNode():
                names += node.select.sources
            case _:
                names += [node.span.file] if node.span else []
    return tuple(dict.fromkeys(names))
