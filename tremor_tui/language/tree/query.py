"""Statements of trickle, and the root of a query."""

from __future__ import annotations

from typing import Literal, TypeAlias

from tremor_tui.language.tree.expr import Expr, Name, Node, QualifiedName
from tremor_tui.language.tree.script import ScriptStatement, Use
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass

WindowKind = Literal["tumbling", "sliding"]
CreateKind = Literal["operator", "script", "pipeline", "connector"]


@dataclass(frozen=True, slots=True)
class Config(Node):
    """`#!config name = value`."""

    name: Name
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """`name` or `name = default` after `args`; without a default it is mandatory."""

    name: Name
    default: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Setting(Node):
    """`name = value` after `with`."""

    name: Name
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class ScriptBody(Node):
    """`script statements` or `script from port statements`; `port` is None for the main script.

    The span starts at the keyword and has no `end`.
    """

    port: Name | None
    statements: tuple[ScriptStatement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class DefineWindow(Node):
    """`define window name from kind with setting, … state expr script from tick … script … end`.

    Settings, `state`, the tick script and the script are each optional. The port of `tick` is what was
    written; that it is `tick` is for `check`.
    """

    name: Name
    kind: WindowKind
    settings: tuple[Setting, ...]
    state: Expr | None
    tick: ScriptBody | None
    script: ScriptBody | None
    doc: tuple[str, ...]
    kind_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class DefineOperator(Node):
    """`define operator name from mod::kind args arg, … with setting, … end`.

    Both clauses are optional, but `args` and the `end` need a `with`.
    """

    name: Name
    kind: QualifiedName
    args: tuple[Argument, ...]
    settings: tuple[Setting, ...]
    doc: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class DefineScript(Node):
    """`define script name args arg, … state expr script from port … script … end`.

    Arguments, `state` and the bodies for other ports (`named`) are optional.
    """

    name: Name
    args: tuple[Argument, ...]
    state: Expr | None
    named: tuple[ScriptBody, ...]
    script: ScriptBody
    doc: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class DefinePipeline(Node):
    """`define pipeline name from p, … into p, … args arg, … pipeline config statements end`.

    `from`, `into`, `args` and configs are optional; `from_ports` and `into_ports` are None where they
    are not written.
    """

    name: Name
    from_ports: tuple[Name, ...] | None
    into_ports: tuple[Name, ...] | None
    args: tuple[Argument, ...]
    config: tuple[Config, ...]
    statements: tuple[QueryStatement, ...]
    doc: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class CreateStream(Node):
    """`create stream name`."""

    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Create(Node):
    """`create kind name from mod::target with setting, … end`; also `connector`, in a flow.

    `target` is None where `from` is not written: then it is the definition of the same name. The
    settings, with their `end`, are optional. `with_span` goes from `with` to the last of them.
    """

    kind: CreateKind
    name: Name
    target: QualifiedName | None
    settings: tuple[Setting, ...]
    with_span: Span | None
    kind_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class StreamPort(Node):
    """`stream` or `stream/port`; `port` is None where it is not written."""

    stream: Name
    port: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class GroupExpr(Node):
    """An expression after `group by`."""

    expr: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class GroupSet(Node):
    """`set(group, …)` after `group by`, or in such a set."""

    items: tuple[Group, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class GroupEach(Node):
    """`each(expr)` after `group by`, or in a set."""

    expr: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Select(Node):
    """`select target from source[windows] where expr group by group into into having expr`.

    Windows, `where`, `group by` and `having` are each optional.
    """

    target: Expr
    source: StreamPort
    windows: tuple[QualifiedName, ...]
    where: Expr | None
    group: Group | None
    into: StreamPort
    having: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Query(Node):
    """A whole query: `#!config` lines, which are optional, then statements, at least one."""

    config: tuple[Config, ...]
    statements: tuple[QueryStatement, ...]
    span: Span


Group: TypeAlias = GroupExpr | GroupSet | GroupEach
QueryDefinition: TypeAlias = DefineWindow | DefineOperator | DefineScript | DefinePipeline
QueryStatement: TypeAlias = Use | QueryDefinition | CreateStream | Create | Select
