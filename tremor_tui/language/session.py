"""A session: statements of tremor-script one after the other, each as soon as it is written.

Definitions, variables, `event`, `$` and `state` last from statement to statement. Each statement becomes a
script of its own: it begins by setting the variables, and ends by giving its value, the variables and the
event back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Literal

from tremor_tui.aggregates import contract as aggregates
from tremor_tui.errors import CheckError, ParseError
from tremor_tui.functions import contract as functions
from tremor_tui.language.check.env import Env
from tremor_tui.language.check.expr import calls_of
from tremor_tui.language.check.scope import Problems, Scope
from tremor_tui.language.check.script import check_effector, declare_all
from tremor_tui.language.depth import deep
from tremor_tui.language.documentation import Help, aggregate_help, function_help, native_help
from tremor_tui.language.ir.expr import (
    CaseIR,
    ConstIR,
    EffectorIR,
    EqualIR,
    ExprIR,
    ListIR,
    LocalIR,
    MatchIR,
    PresenceIR,
    RootIR,
    walk,
)
from tremor_tui.language.ir.script import DropIR, EmitIR, LetIR, ScriptIR, reachable
from tremor_tui.language.lex.lexer import UNTERMINATED_HEREDOC, lex
from tremor_tui.language.load.loader import load_script
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.parse.parser import expected_at, parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.script import Const, Fn, IntrinsicFn, Let, PatternFn, Use
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.record import dataclass

DONE = "\x00done"
"""The port by which a statement that runs to its end leaves; no text can name it."""
_DECLARATIONS = (Use, Const, Fn, PatternFn, IntrinsicFn)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a statement: a definition, the value of an expression, an assignment, or an event."""

    kind: Literal["defined", "value", "assigned", "emitted", "dropped"]
    value: Value = None
    port: str = ""
    warnings: tuple[Diagnostic, ...] = ()


def wants_more(text: str) -> bool:
    """Whether a text is the beginning of something: it fits as far as it goes, but is not whole."""
    source = Source(text, "")
    if not lex(source).tokens:
        return False
    parsed = parse(source, "script")
    if parsed.tree is not None:
        return False
    open_heredoc = any(d.message == UNTERMINATED_HEREDOC for d in parsed.diagnostics)
    return open_heredoc or bool(expected_at(source, "script", len(text) + 1))


@dataclass(slots=True)
class Session:
    """What lasts from statement to statement."""

    loader: ModuleLoader
    ctx: Context = field(default_factory=Context)
    event: Value = field(default_factory=dict)
    meta: dict[str, Value] = field(default_factory=dict)
    cell: Cell = field(default_factory=Cell)
    variables: dict[str, Value] = field(default_factory=dict)
    scope: Scope = field(default_factory=Scope)
    _declared: list[Node] = field(default_factory=list)
    _count: int = 0

    def run(self, text: str) -> Iterator[Result]:
        """Runs the statements of a text one by one. Raises CompileError and ScriptError at the first fault.

        What the statements before the fault did stays.
        """
        self._count += 1
        source = self.loader.keep(Source(text, f"<{self._count}>"))
        parsed = parse(source, "script")
        if parsed.tree is None:
            raise ParseError(parsed.diagnostics)
        for statement in parsed.tree.statements:
            if isinstance(statement, _DECLARATIONS):
                yield self.define(statement)
            else:
                yield self._evaluate(statement)

    @deep
    def define(self, node: Node) -> Result:
        """Enters a definition; one of the same name makes way. Raises CheckError."""
        others = [old for old in self._declared if not _replaces(node, old)]
        place = next((i for i, old in enumerate(self._declared) if _replaces(node, old)), len(others))
        tries = [[*others[:place], node, *others[place:]], [*others, node]]
        scopes = [self._scope(declared) for declared in tries]
        # Where a new definition needs what came after the old one, it moves there.
        at = next((i for i, scope in enumerate(scopes) if not scope.problems.has_errors), None)
        if at is None:
            raise CheckError(scopes[1].problems.found)
        self._declared, self.scope = tries[at], scopes[at]
        return Result("defined", warnings=_of_text(node.span.file, self.scope.problems))

    def _scope(self, declared: Sequence[Node]) -> Scope:
        scope = Scope("", self.loader)
        declare_all(scope, declared)
        return scope

    @deep
    def _evaluate(self, node: Node) -> Result:
        problems = Problems()
        env = Env(self.scope, problems, "script", {})
        known = [env.local(name, node.span, assigned=True) for name in self.variables]
        body = check_effector(node, env)  # type: ignore[arg-type]
        if problems.has_errors:
            raise CheckError(problems.found)
        used = {part.slot for part in walk(body) if isinstance(part, LocalIR)}
        known = [variable for variable in known if variable.slot in used]
        names = [name for name in env.assigned if name in used]
        values = (ConstIR(self.variables[variable.name], node.span) for variable in known)
        lets = (LetIR(variable, value, node.span) for variable, value in zip(known, values, strict=True))
        whole = (*lets, *_ended(body, names, node.span))
        ir = ScriptIR(whole, reachable(calls_of(env)), node.span.file, node.span)
        left = load_script(ir)(self.event, self.meta, self.cell, self.ctx)
        return self._kept(left, node, names, tuple(problems.found))

    def _kept(
        self,
        left: tuple[str, Value, dict[str, Value] | None] | None,
        node: Node,
        names: list[str],
        warnings: tuple[Diagnostic, ...],
    ) -> Result:
        if left is None:
            return Result("dropped", warnings=warnings)
        port, value, meta = left
        self.meta = meta or {}
        if port != DONE:
            return Result("emitted", value, port, warnings)
        value, self.event, kept = value
        self.variables.update((name, found[0]) for name, found in zip(names, kept, strict=True) if found)
        return Result("assigned" if isinstance(node, Let) else "value", value, "", warnings)

    def help(self, path: str) -> Help | None:
        """What there is to say about a function by its path, whether its module is in use or not."""
        *modules, name = path.split("::")
        scope: Scope | None = self.scope
        for module in modules:
            scope = scope.modules.get(module) if scope else None
        function = scope.functions.get(name) if scope else None
        if function is not None:
            return function_help(function)
        return _elsewhere(path)


def _elsewhere(path: str) -> Help | None:
    """A function or aggregate by the last two parts of its path."""
    aggregate = aggregates.find(path) if path.startswith("aggr::") else None
    if aggregate is not None:
        return aggregate_help(aggregate)
    function = functions.find(path)
    return native_help(function, path.rpartition("::")[2]) if function else None


def _replaces(node: Node, old: Node) -> bool:
    """Whether two definitions cannot stand side by side."""
    if isinstance(node, Use) or isinstance(old, Use):
        return False
    is_const = isinstance(node, Const)
    same_name = node.name.text == old.name.text  # type: ignore[attr-defined]
    return is_const == isinstance(old, Const) and same_name


def _of_text(file: str, problems: Problems) -> tuple[Diagnostic, ...]:
    return tuple(d for d in problems.found if d.span is not None and d.span.file == file)


def _ended(body: EffectorIR, names: Sequence[str], span: Span) -> list[EffectorIR]:
    """A statement that ends by giving `[value, event, [[variable], …]]`; `[]` for one that is not set."""
    if isinstance(body, (EmitIR, DropIR)):
        return [body]
    result = LocalIR("result 0", "result", span)
    kept = ListIR(tuple(_if_set(LocalIR(name, name, span), span) for name in names), span)
    parts = ListIR((result, RootIR("event", span), kept), span)
    return [LetIR(result, body, span), EmitIR(parts, ConstIR(DONE, span), span)]


def _if_set(variable: LocalIR, span: Span) -> ExprIR:
    is_set = CaseIR(EqualIR(ConstIR(True, span), span), None, (ListIR((variable,), span),), span)
    return MatchIR(PresenceIR(True, variable, span), (is_set,), (ConstIR([], span),), False, span)
