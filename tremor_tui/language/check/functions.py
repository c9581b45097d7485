"""Functions written in tremor: `fn … with`, `fn … of` and `intrinsic fn`."""

from __future__ import annotations

from tremor_tui.errors import did_you_mean
from tremor_tui.functions.contract import find, functions
from tremor_tui.language.check import expr as expressions
from tremor_tui.language.check import match as matches
from tremor_tui.language.check.env import Env
from tremor_tui.language.check.scope import Problems, Scope
from tremor_tui.language.ir.expr import (
    AnyIR,
    AssignIR,
    CallIR,
    CaseIR,
    EffectorIR,
    EqualIR,
    IndexIR,
    ListIR,
    LocalIR,
    MatchIR,
    PathIR,
    PatternIR,
    TuplePatternIR,
    walk,
)
from tremor_tui.language.ir.script import FunctionIR, LetIR
from tremor_tui.language.tree import expr as tree
from tremor_tui.language.tree.script import Fn, IntrinsicFn, PatternFn
from tremor_tui.model.diagnostic import Span


def declare_function(scope: Scope, node: Fn | PatternFn | IntrinsicFn) -> None:
    """Enters a function into its scope; a second one of that name is a problem."""
    name = node.name.text
    function = _intrinsic(scope, node) if isinstance(node, IntrinsicFn) else _written(scope, node)
    if name in scope.functions:
        scope.twice("function", name, node.span)
    elif function is not None:
        scope.functions[name] = function


def _identity(scope: Scope, name: str) -> str:
    return f"{scope.name}::{name}" if scope.name else name


def _doc(node: Fn | PatternFn | IntrinsicFn) -> str:
    return "\n".join(line.strip() for line in node.doc)


def _intrinsic(scope: Scope, node: IntrinsicFn) -> FunctionIR | None:
    path = node.target.text.removeprefix("core::")
    if find(path) is None:
        module = path.rsplit("::", 2)[-2] if "::" in path else ""
        known = sorted(functions.get(module)) if module in functions else []
        hint = did_you_mean(node.target.name.text, known, "it is not supported yet")
        scope.problems.error(f"The native function `{path}` is not defined", node.target.span, hint)
        return None
    params = tuple(LocalIR(p.text, p.text, p.span) for p in node.params)
    rest = LocalIR("args", "args", node.span) if node.is_open else None
    identity = _identity(scope, node.name.text)
    return FunctionIR(identity, node.name.text, params, rest, (), node.span, native=path, doc=_doc(node))


def _written(scope: Scope, node: Fn | PatternFn) -> FunctionIR:
    problems = Problems()
    env = Env(scope, problems, "function", {})
    env.params = tuple(env.local(p.text, p.span, assigned=True) for p in node.params)
    env.rest = LocalIR("args", "args", node.span) if isinstance(node, Fn) and node.is_open else None
    env.is_leaf = True
    body = _plain_body(node, env) if isinstance(node, Fn) else (_pattern_body(node, env),)
    for diagnostic in problems.found:
        scope.problems.add(diagnostic)
    return FunctionIR(
        _identity(scope, node.name.text),
        node.name.text,
        env.params,
        env.rest,
        body,
        node.span,
        is_const=_is_const(body, env),
        calls=tuple(env.calls.values()),
        doc=_doc(node),
    )


def _is_const(body: tuple[EffectorIR, ...], env: Env) -> bool:
    if env.problems.has_errors or not all(function.is_const for function in env.calls.values()):
        return False
    return all(_is_pure(node) for part in body for node in walk(part))


def _is_pure(node: object) -> bool:
    if not isinstance(node, CallIR) or not node.is_native:
        return True
    function = find(node.target)
    return function is not None and function.is_pure and not function.wants_context


def _plain_body(node: Fn, env: Env) -> tuple[EffectorIR, ...]:
    return matches.effectors(node.body, env, is_mutable=True)


# --- fn … of ----------------------------------------------------------------------------------------


def _pattern_body(node: PatternFn, env: Env) -> EffectorIR:
    """A match over the parameters. In an arm a parameter is what its pattern yields."""
    cases = [_case(case, env) for case in node.cases]
    matches.warn_defaults(cases, node.span, env)
    default = cases.pop().effectors if cases and matches.is_default(cases[-1]) else None
    return MatchIR(ListIR(env.params, node.span), tuple(cases), default, True, node.span)


def _case(node: tree.Case, env: Env) -> CaseIR:
    with env.leaf(False):
        pattern = matches.check_pattern(node.pattern, env)
        guard = expressions.check_expr(node.guard, env) if node.guard else None
    effectors = matches.effectors(node.effectors, env, is_mutable=True)
    if isinstance(pattern, TuplePatternIR) and any(_yields(item) for item in pattern.items):
        return _bound(node, env, pattern, guard, effectors)
    return CaseIR(pattern, guard, effectors, node.span)


def _yields(item: PatternIR) -> bool:
    """Whether a pattern's result differs from what it matches."""
    return not isinstance(item, (AnyIR, EqualIR))


def _bound(
    node: tree.Case, env: Env, pattern: TuplePatternIR, guard: object, effectors: tuple[EffectorIR, ...]
) -> CaseIR:
    span: Span = node.pattern.span
    with env.shadow(("found", span)) as (result,):
        lets = tuple(
            LetIR(param, PathIR(result, (IndexIR(number, span),), span), span)
            for number, param in enumerate(env.params)
            if number < len(pattern.items) and _yields(pattern.items[number])
        )
    assigned = AssignIR(result, pattern, span)
    return CaseIR(assigned, guard, (*lets, *effectors), node.span)  # type: ignore[arg-type]
