"""Stage 3 for scripts, selects and modules: statements and definitions.

* `check_script(statements, scope, args=…)`: a script's body, with its own `use`, `const` and `fn`;
* `check_select(select, scope, args=…)`: the expressions of a select;
* `declare_all(scope, statements)`: what a module or a pipeline's body defines.

They raise CheckError with everything found; warnings are left in `scope.problems`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tremor_tui.language.check import expr as expressions
from tremor_tui.language.check import segments
from tremor_tui.language.check.env import Env
from tremor_tui.language.check.functions import declare_function
from tremor_tui.language.check.scope import Problems, Scope
from tremor_tui.language.depth import deep
from tremor_tui.language.ir.expr import (
    ConstIR,
    EffectorIR,
    ExprIR,
    IndexIR,
    LocalIR,
    PathIR,
    RangeIR,
    RootIR,
)
from tremor_tui.language.ir.script import (
    DropIR,
    EmitIR,
    GroupIR,
    LetIR,
    ScriptIR,
    SelectIR,
    reachable,
)
from tremor_tui.language.tree import expr as tree
from tremor_tui.language.tree.deploy import DefineConnector, DefineFlow
from tremor_tui.language.tree.query import (
    DefineOperator,
    DefinePipeline,
    DefineScript,
    DefineWindow,
    Group,
    GroupEach,
    GroupExpr,
    GroupSet,
    Select,
)
from tremor_tui.language.tree.script import (
    Const,
    Drop,
    Emit,
    Fn,
    IntrinsicFn,
    Let,
    PatternFn,
    ScriptStatement,
    Use,
)
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Diagnostic, Span

_DEFINED = (DefineWindow, DefineOperator, DefineScript, DefinePipeline, DefineConnector, DefineFlow)
_DEFINITIONS: dict[type[tree.Node], str] = {
    DefineWindow: "window",
    DefineOperator: "operator",
    DefineScript: "script",
    DefinePipeline: "pipeline",
    DefineConnector: "connector",
    DefineFlow: "flow",
}


# --- definitions ------------------------------------------------------------------------------------


@deep
def declare_all(scope: Scope, statements: Iterable[object]) -> None:
    """Enters what the statements define and use into the scope; passes over all else."""
    for statement in statements:
        declare(scope, statement)


def declare(scope: Scope, statement: object) -> ConstIR | None:
    """Enters one definition. Gives the value of a `const`."""
    if isinstance(statement, Use):
        if scope.loader is not None:
            scope.loader.use(scope, statement)
    elif isinstance(statement, Const):
        return _const(scope, statement)
    elif isinstance(statement, (Fn, PatternFn, IntrinsicFn)):
        declare_function(scope, statement)
    elif isinstance(statement, _DEFINED):
        scope.define(statement, statement.name, _DEFINITIONS[type(statement)])
    return None


def _const(scope: Scope, node: Const) -> ConstIR:
    name = node.name.text
    if name.upper() != name:
        scope.problems.warn("const's are canonically written in UPPER_CASE", node.span, "consistency")
    problems = Problems()
    value = expressions.constant(
        expressions.check_expr(node.value, Env(scope, problems, "constant")), problems
    )
    for diagnostic in problems.found:
        scope.problems.add(diagnostic)
    made = ConstIR(value, node.span)
    if name in scope.consts:
        scope.twice("const", name, node.span)
    else:
        scope.consts[name] = made
    return made


# --- scripts ----------------------------------------------------------------------------------------


@deep
def check_script(
    statements: Sequence[ScriptStatement],
    scope: Scope,
    *,
    args: dict[str, Value] | None = None,
    name: str = "script",
    span: Span | None = None,
) -> ScriptIR:
    """A script's body. It has a scope of its own, with nothing of the scope around it but its file.

    `args` are the values of its arguments; None where they are not known, for a definition that is only
    checked: the result cannot run then. Raises CheckError.
    """
    problems = Problems()
    own = Scope(scope.name, scope.loader, problems, files=list(scope.files))
    env = Env(own, problems, "script", args)
    body = [effector for node in statements for effector in _statement(node, env)]
    _hand_on(own, scope)
    problems.settle()
    whole = span or _whole(statements)
    event = EmitIR(None, None, whole)
    functions = reachable(env.calls.values())
    return ScriptIR(tuple(body) or (event,), functions, name, whole, tuple(own.files))


def _hand_on(own: Scope, scope: Scope) -> None:
    """Warnings, and the names of the files in use, are those of the scope around too."""
    for diagnostic in own.problems.found:
        if not diagnostic.is_error:
            scope.problems.add(diagnostic)
    scope.files.extend(file for file in own.files if file not in scope.files)


def _whole(statements: Sequence[ScriptStatement]) -> Span:
    return statements[0].span.to(statements[-1].span)


def _statement(node: ScriptStatement, env: Env) -> Iterable[EffectorIR]:
    if isinstance(node, (Use, Const, Fn, PatternFn, IntrinsicFn)):
        value = declare(env.scope, node)
        return [value] if value is not None else []
    return [check_effector(node, env)]


def check_effector(node: tree.Effector, env: Env) -> EffectorIR:
    """A statement: an expression, `let`, `emit` or `drop`."""
    if isinstance(node, Let):
        return _let(node, env)
    if isinstance(node, Emit):
        return _emit(node, env)
    if isinstance(node, Drop):
        if env.kind != "script":
            env.problems.error("Can not drop from this location", node.span, "only a script may drop")
        return DropIR(node.span)
    return expressions.check_expr(node, env)


def _emit(node: Emit, env: Env) -> EffectorIR:
    if env.kind != "script":
        env.problems.error("Can not emit from this location", node.span, "only a script may emit")
    value = expressions.check_expr(node.value, env) if node.value else None
    port = expressions.check_expr(node.port, env) if node.port else None
    return EmitIR(value, port, node.span)


def _let(node: Let, env: Env) -> EffectorIR:
    value = check_effector(node.value, env)
    target = _target(node, env)
    if env.kind in ("select", "constant"):
        env.problems.error("Nothing can be assigned here", node.span, "assign in a script")
    if target is None:
        return expressions.faulty(node.span)
    return LetIR(target, value, node.span)


def _target(node: Let, env: Env) -> PathIR | LocalIR | RootIR | None:
    """Where `let` assigns to; None, and a problem, where that is not possible."""
    root = _target_root(node, env)
    span = node.path.span.to(node.span)
    if root is None:
        return None
    if not node.path.segments:
        if isinstance(root, RootIR) and root.name == "meta":
            env.problems.warn("This always fails: the keys of `$` are assigned one by one", span, "behaviour")
        return root
    steps = tuple(segments.segment(part, env) for part in node.path.segments)
    for part in steps:
        if isinstance(part, (IndexIR, RangeIR)):
            hint = "build a new array instead"
            env.problems.error("It is not supported to assign value into an array", part.span, hint)
            return None
    return PathIR(root, steps, node.path.span)


def _target_root(node: Let, env: Env) -> LocalIR | RootIR | None:
    root = node.path.root
    if isinstance(root, tree.KeywordRoot) and root.name in ("event", "$", "state"):
        return RootIR("meta" if root.name == "$" else root.name, root.span)
    if isinstance(root, tree.LocalRoot) and root.name.text not in env.scope.consts:
        return env.local(root.name.text, node.path.span, assigned=not node.path.segments)
    span = node.path.span.to(node.span)
    env.problems.error("Can't assign to a constant expression", span, "give it another name")
    return None


# --- selects ----------------------------------------------------------------------------------------


@deep
def check_select(
    node: Select, scope: Scope, *, args: dict[str, Value] | None = None, name: str = "select"
) -> SelectIR:
    """The expressions of a select. Raises CheckError.

    Aggregates may be called in the target where the select has windows. Whether a windowed target refers
    to the event outside of them is for the caller (`pipeline` knows the groups).
    """
    problems = Problems()
    calls: list[Env] = []

    def env() -> Env:
        calls.append(Env(scope, problems, "select", args))
        return calls[-1]

    def optional(part: tree.Expr | None) -> ExprIR | None:
        return expressions.check_expr(part, env()) if part is not None else None

    target_env = env()
    target_env.aggregates = [] if node.windows else None
    target = expressions.check_expr(node.target, target_env)
    having, where = optional(node.having), optional(node.where)
    group = _group(node.group, env()) if node.group else None
    for diagnostic in problems.found:
        if not diagnostic.is_error:
            scope.problems.add(diagnostic)
    problems.found = [_without_locals(fault, node) for fault in problems.found]
    problems.settle()
    functions = reachable(f for used in calls for f in used.calls.values())
    windows = tuple(window.text for window in node.windows)
    aggregates = tuple(target_env.aggregates or ())
    return SelectIR(
        target, where, having, group, windows, functions, name, node.span, aggregates, tuple(scope.files)
    )


def _group(node: Group, env: Env) -> GroupIR:
    if isinstance(node, GroupSet):
        return GroupIR("set", None, tuple(_group(item, env) for item in node.items), node.span)
    if isinstance(node, GroupEach):
        return GroupIR("each", expressions.check_expr(node.expr, env), (), node.span)
    if isinstance(node, GroupExpr):
        return GroupIR("expr", expressions.check_expr(node.expr, env), (), node.span)
    raise TypeError("an unknown group")


NO_LOCALS = "Local variables are not allowed here"


def _without_locals(fault: Diagnostic, select: Select) -> Diagnostic:
    """The fault of a local in a select, at the whole expression as in tremor, with a better hint."""
    span = fault.span
    if fault.message != NO_LOCALS or span is None:
        return fault
    parts = [part.span for part in (select.target, select.where, select.group, select.having) if part]
    around = next((part for part in parts if part.start <= span.start and span.end <= part.end), span)
    return Diagnostic(fault.message, around, "a field of the event is `event.name`", context=select.span)
