"""Scope: what the names of one file (or of one pipeline's body) stand for.

A name is looked up in its own scope, or through a module that the scope uses; never in the scope around.
A module's own imports are reachable through it: `use std; std::string::len(x)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING, TypeVar

from tremor_tui.errors import CheckError
from tremor_tui.language.check.near import import_hint
from tremor_tui.language.ir.expr import ConstIR
from tremor_tui.language.ir.script import FunctionIR
from tremor_tui.language.tree.expr import Name, Node, QualifiedName
from tremor_tui.model.diagnostic import Diagnostic, Span, WarningClass
from tremor_tui.model.record import dataclass

if TYPE_CHECKING:
    from tremor_tui.language.modules import ModuleLoader

D = TypeVar("D", bound=Node)


@dataclass(slots=True)
class Problems:
    """The diagnostics of one check, in the order they were found; each once."""

    found: list[Diagnostic] = field(default_factory=list)

    def error(self, message: str, span: Span | None, hint: str = "", context: Span | None = None) -> None:
        """One more error; `context` is the wider piece of text around it."""
        self.add(Diagnostic(message, span, hint, context=context))

    def warn(self, message: str, span: Span, warning_class: WarningClass) -> None:
        """One more warning."""
        self.add(Diagnostic(message, span, severity="warning", warning_class=warning_class))

    def add(self, diagnostic: Diagnostic) -> None:
        """One more of either."""
        if diagnostic not in self.found:
            self.found.append(diagnostic)

    @property
    def has_errors(self) -> bool:
        """Whether anything keeps the text from running."""
        return any(diagnostic.is_error for diagnostic in self.found)

    def settle(self) -> None:
        """Raises CheckError, with everything found, if there are errors."""
        if self.has_errors:
            raise CheckError(self.found)


@dataclass(slots=True)
class Scope:
    """Definitions by name, one table per kind, and the modules in use by alias.

    `name` is the module's path (`std::string`), empty for the main file. `definitions` holds windows,
    operators, scripts, pipelines, connectors and flows, by type of node and name. `problems` is where
    faults in the definitions went: those of a module that is used are the main file's too.
    """

    name: str = ""
    loader: ModuleLoader | None = None
    problems: Problems = field(default_factory=Problems)
    consts: dict[str, ConstIR] = field(default_factory=dict)
    functions: dict[str, FunctionIR] = field(default_factory=dict)
    definitions: dict[tuple[type[Node], str], Node] = field(default_factory=dict)
    modules: dict[str, Scope] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def module(self, path: Sequence[Name]) -> Scope | None:
        """The scope that a module path such as `a::b` leads to; itself for an empty path."""
        scope: Scope | None = self
        for name in path:
            scope = scope.modules.get(name.text) if scope else None
        return scope

    def function(self, name: QualifiedName) -> FunctionIR | None:
        """The function of that name."""
        scope = self.module(name.module)
        return scope.functions.get(name.name.text) if scope else None

    def const(self, name: QualifiedName) -> ConstIR | None:
        """The constant of that name."""
        scope = self.module(name.module)
        return scope.consts.get(name.name.text) if scope else None

    def definition(self, kind: type[D], name: QualifiedName) -> tuple[D, Scope] | None:
        """The definition of that kind and name, and the scope it was made in."""
        scope = self.module(name.module)
        found = scope.definitions.get((kind, name.name.text)) if scope else None
        return (found, scope) if scope and isinstance(found, kind) else None

    def names(self, kind: type[Node]) -> list[str]:
        """The names of all definitions of a kind that can be reached with one module name at most."""
        own = [name for found, name in self.definitions if found is kind]
        below = [
            f"{alias}::{name}"
            for alias, module in self.modules.items()
            for found, name in module.definitions
            if found is kind
        ]
        return sorted(own) + sorted(below)

    def define(self, node: Node, name: Name, what: str) -> None:
        """Enters a definition. A second one of the same kind and name is a problem."""
        key = (type(node), name.text)
        if key in self.definitions:
            self.twice(what, name.text, node.span)
        else:
            self.definitions[key] = node

    def twice(self, what: str, name: str, span: Span) -> None:
        """A name is defined a second time."""
        self.problems.error(f"Can't define the {what} `{name}` twice", span, "give it another name")

    def enter(self, definition: Node) -> Scope:
        """The scope of a definition's body: what the body itself defines and uses, and nothing else."""
        from tremor_tui.language.check.script import declare_all

        scope = Scope(self.name, self.loader, self.problems, files=self.files)
        declare_all(scope, getattr(definition, "statements", ()))
        return scope

    def module_hint(self, path: Sequence[Name]) -> str:
        """What to do where a module path leads nowhere."""
        scope: Scope = self
        for at, name in enumerate(path):
            below = scope.modules.get(name.text)
            if below is None:
                return import_hint([part.text for part in path], at, sorted(scope.modules))
            scope = below
        return ""
