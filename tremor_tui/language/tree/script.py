"""Statements of tremor-script, and the root of a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from tremor_tui.language.tree.expr import Case, Effector, Expr, Name, Node, Path, QualifiedName, String
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Let(Node):
    """`let path = value`; `equals_span` is that of the `=`.

    The grammar takes any effector as value, even `let` and `drop`; `check` decides.
    """

    path: Path
    value: Effector
    equals_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Emit(Node):
    """`emit`, `emit value`, `emit => "port"` or `emit value => "port"`; both parts are optional."""

    value: Expr | None
    port: String | None
    span: Span


@dataclass(frozen=True, slots=True)
class Drop(Node):
    """`drop`."""

    span: Span


@dataclass(frozen=True, slots=True)
class Const(Node):
    """`const NAME = value`; `doc` has the texts after `##`, one for each line before it."""

    name: Name
    value: Expr
    doc: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Fn(Node):
    """`fn name(param, …) with statements end`; it `is_open` if the parameters end in `...`."""

    name: Name
    params: tuple[Name, ...]
    is_open: bool
    body: tuple[Effector, ...]
    doc: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class PatternFn(Node):
    """`fn name(param, …) of case (p, …) => … case _ => … end`; the last case is always `_`."""

    name: Name
    params: tuple[Name, ...]
    cases: tuple[Case, ...]
    doc: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class IntrinsicFn(Node):
    """`intrinsic fn name(param, …) as mod::name`: binds a function of the host."""

    name: Name
    params: tuple[Name, ...]
    is_open: bool
    target: QualifiedName
    doc: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class UseTree(Node):
    """`a::b`, `a::b as c` or `a::{ tree, … }`.

    `names` has at least one; `alias` is None where it is not written and in a tree with branches.
    """

    names: tuple[Name, ...]
    alias: Name | None
    branches: tuple[UseTree, ...]
    span: Span

    def targets(self, before: tuple[Name, ...] = ()) -> Iterator[tuple[tuple[Name, ...], Name | None]]:
        """Every module it names: its full path, and its alias if it has one."""
        path = before + self.names
        if not self.branches:
            yield path, self.alias
        for branch in self.branches:
            yield from branch.targets(path)


@dataclass(frozen=True, slots=True)
class Use(Node):
    """`use tree`; the span includes the keyword."""

    tree: UseTree
    span: Span


@dataclass(frozen=True, slots=True)
class Script(Node):
    """A whole script: `### doc` lines, which are optional, then statements, at least one."""

    doc: tuple[str, ...]
    statements: tuple[ScriptStatement, ...]
    span: Span


Declaration: TypeAlias = Const | Fn | PatternFn | IntrinsicFn | Use
ScriptStatement: TypeAlias = Expr | Let | Emit | Drop | Declaration
