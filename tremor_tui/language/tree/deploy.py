"""Statements of troy, and the roots of a deployment and of a module."""

from __future__ import annotations

from typing import Literal, TypeAlias

from tremor_tui.language.tree.expr import Name, Node, QualifiedName
from tremor_tui.language.tree.query import (
    Argument,
    Config,
    Create,
    DefinePipeline,
    QueryDefinition,
    Setting,
)
from tremor_tui.language.tree.script import Declaration, Use
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass

EndpointKind = Literal["connector", "pipeline"]


@dataclass(frozen=True, slots=True)
class DefineConnector(Node):
    """`define connector name from kind args arg, … with setting, … end`.

    Both clauses are optional, but `args` and the `end` need a `with`.
    """

    name: Name
    kind: Name
    args: tuple[Argument, ...]
    settings: tuple[Setting, ...]
    doc: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Endpoint(Node):
    """`/connector/name/port` or `/pipeline/name/port` after `connect` or `to`; the port is optional.

    The span starts at the kind, after the first slash.
    """

    kind: EndpointKind
    name: Name
    port: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class Connect(Node):
    """`connect source to target`; never from connector to connector."""

    source: Endpoint
    target: Endpoint
    span: Span


@dataclass(frozen=True, slots=True)
class DefineFlow(Node):
    """`define flow name args arg, … flow statements end`; the arguments are optional."""

    name: Name
    args: tuple[Argument, ...]
    statements: tuple[FlowStatement, ...]
    doc: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class DeployFlow(Node):
    """`deploy flow name from mod::target with setting, … end`.

    `target` is None where `from` is not written: then it is the flow of the same name. The settings,
    with their `end`, are optional.
    """

    name: Name
    target: QualifiedName | None
    settings: tuple[Setting, ...]
    doc: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Deployment(Node):
    """A whole troy file: `#!config` lines, `### doc` lines, both optional, then statements."""

    config: tuple[Config, ...]
    doc: tuple[str, ...]
    statements: tuple[DeployStatement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Module(Node):
    """A whole file that a `use` names, of any dialect: `### doc` lines and definitions."""

    doc: tuple[str, ...]
    statements: tuple[ModuleStatement, ...]
    span: Span


FlowStatement: TypeAlias = Use | DefinePipeline | DefineConnector | Create | Connect
DeployStatement: TypeAlias = Use | DefineFlow | DeployFlow
ModuleStatement: TypeAlias = Declaration | QueryDefinition | DefineConnector | DefineFlow
