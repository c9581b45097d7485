"""Finds the definition that a `create` or `deploy` names."""

from __future__ import annotations

from typing import TypeVar

from tremor_tui.errors import CheckError, did_you_mean
from tremor_tui.language.check.scope import Scope
from tremor_tui.language.tree.deploy import DefineConnector, DefineFlow, DeployFlow
from tremor_tui.language.tree.expr import Node, QualifiedName
from tremor_tui.language.tree.query import Create, DefineOperator, DefinePipeline, DefineScript, DefineWindow
from tremor_tui.model.diagnostic import Diagnostic, Span

D = TypeVar("D", bound=Node)
WORDS: dict[type[Node], str] = {
    DefineConnector: "connector",
    DefineFlow: "flow",
    DefineOperator: "operator",
    DefinePipeline: "pipeline",
    DefineScript: "script",
    DefineWindow: "window",
}


def find(scope: Scope, kind: type[D], statement: Create | DeployFlow, *, is_ordered: bool) -> tuple[D, Scope]:
    """The definition that a statement names, and the scope it was made in.

    `is_ordered`: it must stand before the statement, if it is in the same scope. Raises CheckError.
    """
    name = statement.target or QualifiedName((), statement.name, statement.name.span)
    found = scope.definition(kind, name)
    # Tremor underlines the name where definitions come in order, and else the statement.
    span = statement.name.span if is_ordered else statement.span
    if found is None:
        raise CheckError([_missing(scope, kind, name, span)])
    if is_ordered and not name.module and found[0].span.start > statement.span.start:
        hint = "move its definition up"
        message = f"the {WORDS[kind]} `{name.text}` is defined after it is used"
        raise CheckError([Diagnostic(message, span, hint)])
    return found


def find_window(scope: Scope, name: QualifiedName) -> tuple[DefineWindow, Scope]:
    """The definition of a window. Raises CheckError."""
    found = scope.definition(DefineWindow, name)
    if found is None:
        raise CheckError([_missing(scope, DefineWindow, name, name.span)])
    return found


def _missing(scope: Scope, kind: type[Node], name: QualifiedName, span: Span) -> Diagnostic:
    what = WORDS[kind]
    hint = scope.module_hint(name.module)
    if not hint:
        hint = did_you_mean(name.text, scope.names(kind), "")
    return Diagnostic(
        f"there is no {what} called `{name.text}`", span, hint or f"define it before: `define {what} …`"
    )
