"""Stage 3 for trickle: a query's statements to its graph as data.

Statements are taken in their order, as a stream must be created before it is selected from; definitions
may stand anywhere. A nested pipeline is checked where it is created and its nodes move in under its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from string import ascii_lowercase

from tremor_tui.errors import CheckError, CompileError, did_you_mean
from tremor_tui.language.check.arguments import Args, Given, bind, settings, take
from tremor_tui.language.check.definitions import find, find_window
from tremor_tui.language.check.expr import const_value
from tremor_tui.language.check.graph import find_loop, loop_diagnostic, numbered, order, prune
from tremor_tui.language.check.loose import warn_of_nodes, warn_of_ports
from tremor_tui.language.check.nodes import make_script, try_operator
from tremor_tui.language.check.scope import Problems, Scope
from tremor_tui.language.check.script import check_select
from tremor_tui.language.check.windows import check_definition, check_window, grouped_target
from tremor_tui.language.ir.query import (
    Edge,
    Node,
    OperatorNode,
    PassNode,
    QueryIR,
    ScriptNode,
    SelectNode,
    WindowIR,
)
from tremor_tui.language.ir.script import SelectIR
from tremor_tui.language.tree.expr import Name
from tremor_tui.language.tree.query import (
    Config,
    Create,
    CreateStream,
    DefineOperator,
    DefinePipeline,
    DefineScript,
    DefineWindow,
    Query,
    QueryStatement,
    Select,
    StreamPort,
)
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.port import ERR, IN, OUT
from tremor_tui.model.record import dataclass


@dataclass(slots=True)
class CheckedQuery:
    """A graph, and the warnings that came up."""

    query: QueryIR
    warnings: list[Diagnostic]


def check_query(query: Query, scope: Scope, *, name: str, args: Args | None = None) -> CheckedQuery:
    """A stand-alone query; `scope` holds what it defines and uses. Raises CheckError."""
    problems = scope.problems
    config = _config(query.config, scope, problems)
    checker = _Checker(scope, args, problems)
    checker.add_ports(
        [(port, query.span) for port in _listed(config, "from") or [IN]],
        [(port, query.span) for port in _listed(config, "into") or [OUT, ERR]],
    )
    named = config.get("id")
    return checker.check(query.statements, named if isinstance(named, str) else name, config, query.span)


def check_pipeline(
    definition: DefinePipeline, scope: Scope, args: Args, *, name: str, within: frozenset[Span] = frozenset()
) -> CheckedQuery:
    """A defined pipeline with the values of its arguments; `scope` is that of its body. Raises CheckError.

    `within` are the places of the pipelines that it is part of.
    """
    problems = Problems()
    config = _config(definition.config, scope, problems)
    checker = _Checker(scope, args, problems, within | {definition.span})
    named = (*_named(definition.from_ports), *_named(definition.into_ports))
    checker.declared = frozenset(port for port, _ in named) - {ERR}
    checker.add_ports(
        _named(definition.from_ports) or [(IN, definition.span)],
        _named(definition.into_ports) or [(OUT, definition.span), (ERR, definition.span)],
    )
    return checker.check(definition.statements, name, config, definition.span)


def check_unused(definition: DefinePipeline, scope: Scope, problems: Problems) -> None:
    """What can be said of a pipeline that nothing creates: its expressions, and names taken by ports."""
    checker = _Checker(scope, None, problems)
    checker.add_ports(_named(definition.from_ports), _named(definition.into_ports))
    checker.check_apart(definition)


def _config(config: Sequence[Config], scope: Scope, problems: Problems) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for directive in config:
        try:
            values[directive.name.text] = const_value(directive.value, scope)
        except CompileError as error:
            take(problems, error)
    return values


def _listed(config: dict[str, Value], key: str) -> list[str]:
    text = config.get(key)
    return [port.strip() for port in text.split(",") if port.strip()] if isinstance(text, str) else []


def _named(ports: Sequence[Name] | None) -> list[tuple[str, Span]]:
    return [(port.text, port.span) for port in ports or ()]


@dataclass(frozen=True, slots=True)
class _Nested:
    """A pipeline that was moved in: its ports are the nodes `NAME/PORT`."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(slots=True)
class _Checker:
    """Builds one graph. `names` are what a select may name; None is a node, or what did not check.

    `args` are None for a query of its own that is given none.
    """

    scope: Scope
    args: Args | None
    problems: Problems
    within: frozenset[Span] = frozenset()
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    names: dict[str, _Nested | None] = field(default_factory=dict)
    created: dict[str, Span] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    checked: set[int] = field(default_factory=set)

    def add_ports(self, inputs: Sequence[tuple[str, Span]], outputs: Sequence[tuple[str, Span]]) -> None:
        for role, ports in (("input", inputs), ("output", outputs)):
            for port, span in ports:
                if port in self.nodes:
                    self.problems.error(f"there are two ports called `{port}`", span, "rename one of them")
                self._add(PassNode(port, role, span))

    def check(
        self, statements: Sequence[QueryStatement], name: str, config: dict[str, Value], span: Span
    ) -> CheckedQuery:
        for statement in statements:
            self._statement(statement)
        for statement in statements:
            self._definition(statement)
        if not self.problems.has_errors:
            self._check_shape()
        self.problems.settle()
        return CheckedQuery(self._arranged(name, config, span), self.problems.found)

    def _check_shape(self) -> None:
        """Looks for a loop, which is an error, and for loose ends, which are not."""
        loop = find_loop(self.edges)
        if loop:
            self.problems.add(loop_diagnostic(loop, self.nodes))
            return
        kept, _ = prune(self.nodes, self.edges)
        warn_of_nodes(self.created, self.nodes, self.edges, kept, self.problems)
        warn_of_ports(self.nodes, self.edges, self.declared, self.problems)

    def check_apart(self, definition: DefinePipeline) -> None:
        """The statements one by one, without the graph; `args` are not known."""
        ports = {IN} if definition.from_ports is None else set()
        ports |= {OUT, ERR} if definition.into_ports is None else set()
        for statement in definition.statements:
            if isinstance(statement, CreateStream) and statement.name.text in {*ports, *self.nodes}:
                self._refuse_name(statement.name, statement.span)
        for statement in definition.statements:
            self._definition(statement)
            if isinstance(statement, Select):
                try:
                    self._expressions(statement, "select", None)
                except CompileError as error:
                    take(self.problems, error)

    def _refuse_name(self, name: Name, span: Span) -> None:
        message = f"the name `{name.text}` is a port of this pipeline"
        self.problems.error(message, span, "choose another name")

    def _arranged(self, name: str, config: dict[str, Value], span: Span) -> QueryIR:
        nodes, edges = prune(self.nodes, self.edges)
        ordered = order(nodes, edges)
        ports = [node for node in nodes.values() if isinstance(node, PassNode)]
        return QueryIR(
            name,
            tuple(ordered),
            numbered(edges),
            tuple(node.id for node in ports if node.role == "input"),
            tuple(node.id for node in ports if node.role == "output"),
            config,
            span,
        )

    def _add(self, node: Node) -> None:
        self.nodes[node.id] = node
        self.names[node.id] = None

    # -- statements -----------------------------------------------------------------------------------

    def _statement(self, statement: QueryStatement) -> None:
        try:
            match statement:
                case CreateStream():
                    self._claim(statement.name, statement.span)
                    self._add(PassNode(statement.name.text, "stream", statement.span))
                case Create():
                    self._create(statement)
                case Select():
                    self._select(statement)
                case _:
                    pass
        except CompileError as error:
            take(self.problems, error)

    def _claim(self, name: Name, span: Span) -> None:
        """Takes a name for what is created. Raises CheckError if it is taken."""
        if name.text in self.names:
            what = (
                "a port of this pipeline" if name.text in self.nodes and self._is_port(name.text) else "taken"
            )
            raise CheckError([Diagnostic(f"the name `{name.text}` is {what}", span, "choose another name")])
        self.names[name.text] = None
        self.created[name.text] = span

    def _is_port(self, name: str) -> bool:
        node = self.nodes[name]
        return isinstance(node, PassNode) and node.role != "stream"

    def _create(self, create: Create) -> None:
        self._claim(create.name, create.span)
        match create.kind:
            case "script":
                self._add(self._script(create))
            case "operator":
                self._add(self._operator(create))
            case "pipeline":
                self._pipeline(create)
            case _:
                hint = "connectors are created in a flow"
                raise CheckError([Diagnostic("a pipeline has no connectors", create.span, hint)])

    def _given(self, create: Create) -> Given:
        return Given(create.settings, self.scope, self.args, create.span)

    def _script(self, create: Create) -> ScriptNode:
        definition, scope = find(self.scope, DefineScript, create, is_ordered=False)
        self.checked.add(id(definition))
        values = bind(definition.args, self._given(create), scope, f"the script `{definition.name.text}`")
        return make_script(definition, scope, values, create.name.text, create.span)

    def _operator(self, create: Create) -> OperatorNode:
        definition, scope = find(self.scope, DefineOperator, create, is_ordered=False)
        what = f"the operator `{definition.name.text}`"
        values = bind(definition.args, self._given(create), scope, what)
        inner = Problems()
        config = settings(definition.settings, scope, values, inner)
        inner.settle()
        try_operator(definition, config)
        return OperatorNode(create.name.text, definition.kind.text, config, create.span)

    def _pipeline(self, create: Create) -> None:
        definition, scope = find(self.scope, DefinePipeline, create, is_ordered=False)
        if definition.span in self.within:
            message = f"the pipeline `{definition.name.text}` would be a part of itself"
            raise CheckError([Diagnostic(message, create.span, "pipelines cannot recur")])
        given = replace(self._given(create), unknown_span=create.with_span)
        values = bind(definition.args, given, scope, f"the pipeline `{definition.name.text}`")
        self.checked.add(id(definition))
        name = create.name.text
        inner = check_pipeline(definition, scope.enter(definition), values, name=name, within=self.within)
        for warning in inner.warnings:
            self.problems.add(warning)
        self._inline(name, inner.query)

    def _inline(self, name: str, query: QueryIR) -> None:
        for node in query.nodes:
            moved = replace(node, id=f"{name}/{node.id}")
            self.nodes[moved.id] = replace(moved, role="stream") if isinstance(moved, PassNode) else moved
        self.edges += [
            replace(edge, source=f"{name}/{edge.source}", target=f"{name}/{edge.target}")
            for edge in query.edges
        ]
        self.names[name] = _Nested(query.inputs, query.outputs)

    # -- selects --------------------------------------------------------------------------------------

    def _select(self, select: Select) -> None:
        source, target = self._source(select.source), self._target(select.into)
        name = self._select_name(select.span.line)
        node = SelectNode(
            name, self._expressions(select, name, self.args or {}), select.span, self._windows(select)
        )
        self.nodes[name] = node
        if source and target:
            self.edges.append(Edge(*source, name, IN, span=select.span))
            self.edges.append(Edge(name, OUT, *target, span=select.span))

    def _expressions(self, select: Select, name: str, args: Args | None) -> SelectIR:
        made = check_select(select, self.scope, args=args, name=name)
        return grouped_target(made, self.problems) if select.windows else made

    def _windows(self, select: Select) -> tuple[WindowIR, ...]:
        made = []
        for window in select.windows:
            definition, scope = find_window(self.scope, window)
            self.checked.add(id(definition))
            made.append(check_window(definition, scope, window.name.text))
        return tuple(made)

    def _select_name(self, line: int) -> str:
        name = f"select-{line}"
        letters = iter(ascii_lowercase)
        free = name
        while free in self.nodes:
            free = f"{name}{next(letters, len(self.nodes))}"
        return free

    def _source(self, end: StreamPort) -> tuple[str, str] | None:
        """The node and output port that a select reads; None, and a problem, where there is none."""
        stream, port = end.stream.text, end.port.text if end.port else OUT
        if not self._is_known(end):
            return None
        nested = self.names[stream]
        if nested is not None:
            return (f"{stream}/{port}", OUT) if self._has_port(end, port, nested.outputs) else None
        if stream == IN and port != OUT:
            return self._extra_port(f"{IN}/{port}", "input", end.span), OUT
        return (stream, port) if stream in self.nodes else None

    def _target(self, end: StreamPort) -> tuple[str, str] | None:
        """The node and input port that a select writes to."""
        stream, port = end.stream.text, end.port.text if end.port else IN
        if not self._is_known(end):
            return None
        nested = self.names[stream]
        if nested is not None:
            return (f"{stream}/{port}", IN) if self._has_port(end, port, nested.inputs) else None
        if stream == OUT and port != IN:
            return self._extra_port(f"{OUT}/{port}", "output", end.span), IN
        return (stream, port) if stream in self.nodes else None

    def _extra_port(self, name: str, role: str, span: Span) -> str:
        if name not in self.nodes:
            self.nodes[name] = PassNode(name, role, span)
        return name

    def _is_known(self, end: StreamPort) -> bool:
        name = end.stream.text
        if name in self.names:
            return True
        hint = did_you_mean(name, sorted(self.names), f"create it before this: `create stream {name};`")
        self.problems.error(f"there is no stream, node or port called `{name}`", end.stream.span, hint)
        return False

    def _has_port(self, end: StreamPort, port: str, known: Sequence[str]) -> bool:
        if port in known:
            return True
        message = f"the pipeline `{end.stream.text}` has no port `{port}` on this side"
        self.problems.error(message, end.stream.span, did_you_mean(port, known))
        return False

    # -- definitions that are not created -------------------------------------------------------------

    def _definition(self, statement: QueryStatement) -> None:
        """Checks what nothing creates, so that its faults show as well."""
        if isinstance(statement, DefinePipeline) and id(statement) not in self.checked:
            check_unused(statement, self.scope.enter(statement), self.problems)
        if isinstance(statement, DefineScript) and id(statement) not in self.checked:
            try:
                make_script(statement, self.scope, None, statement.name.text, statement.span)
            except CompileError as error:
                take(self.problems, error)
        if isinstance(statement, DefineWindow) and id(statement) not in self.checked:
            try:
                check_definition(statement, self.scope)
            except CompileError as error:
                take(self.problems, error)
