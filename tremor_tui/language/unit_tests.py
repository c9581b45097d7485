"""Unit tests written in tremor: finds `test::suite(…)` calls in a script and evaluates their tests.

    suite({"name": "…", "tags": […], "tests": [test({"name": "…", "test": EXPR})]})

Every `test` is compiled and evaluated by itself, with the `use`, `const` and `fn` of its file, so that one
that fails leaves the others alone. `event`, `$` and `state` are empty records in it. A suite without
`tags` does not run, as in tremor.
"""

from __future__ import annotations

from collections.abc import Iterator

from tremor_tui.errors import CheckError, CompileError, ParseError, ScriptError, TremorError
from tremor_tui.language.check.env import Env
from tremor_tui.language.check.expr import calls_of, check_expr
from tremor_tui.language.check.scope import Problems, Scope
from tremor_tui.language.check.script import check_effector, declare
from tremor_tui.language.depth import deep
from tremor_tui.language.ir.script import ScriptIR, reachable
from tremor_tui.language.load.loader import load_script
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree import expr as tree
from tremor_tui.language.tree.script import Const, Fn, IntrinsicFn, PatternFn, ScriptStatement, Use
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.record import dataclass
from tremor_tui.model.values import ValueFault, to_json, type_name

SUITE, TEST = "std::test::suite", "std::test::test"
_DECLARATIONS = (Use, Const, Fn, PatternFn, IntrinsicFn)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a test. `mismatch` is `EXPECTED != GOT`, for an assertion that does not hold.

    `diagnostics` are those of an expression that does not compile or that fails.
    """

    is_pass: bool
    mismatch: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitTest:
    """One `test::test(…)`; `expr` is None where it has no `test`, and then it says so when it runs."""

    name: str
    tags: tuple[str, ...]
    expr: tree.Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Suite:
    """One `test::suite(…)` that has tags."""

    name: str
    tags: tuple[str, ...]
    tests: tuple[UnitTest, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TestFile:
    """The suites of a file, in its order, and what evaluates their tests."""

    __test__ = False  # is none of pytest's
    suites: tuple[Suite, ...]
    warnings: tuple[Diagnostic, ...]
    scope: Scope

    def run(self, test: UnitTest, ctx: Context) -> Outcome:
        """Evaluates a test. Raises nothing for what is wrong with it."""
        if test.expr is None:
            hint = 'add `"test": test::assert(…)`'
            return Outcome(False, "", (Diagnostic("the test has no `test`", test.span, hint),))
        try:
            return _outcome(_evaluate(test.expr, self.scope, test.name, ctx), test)
        except CompileError as error:
            return Outcome(False, "", error.diagnostics)
        except ScriptError as error:
            return Outcome(False, "", (error.diagnostic,))
        except (TremorError, ValueFault) as error:
            return Outcome(False, "", (Diagnostic(str(error), test.span),))


@deep
def read_tests(source: Source, loader: ModuleLoader) -> TestFile:
    """The suites of a script. Raises CompileError where the file around the tests does not compile."""
    parsed = parse(source, "script")
    if parsed.tree is None:
        loader.keep(source)
        raise ParseError(parsed.diagnostics)
    scope = loader.main(source)
    calls = list(_declared(parsed.tree.statements, scope))
    scope.problems.settle()
    found = [_suite(call, scope) for call in calls]
    scope.problems.settle()
    suites = tuple(suite for suite in found if suite is not None)
    return TestFile(suites, tuple(scope.problems.found), scope)


def _declared(statements: tuple[ScriptStatement, ...], scope: Scope) -> Iterator[tree.Call]:
    """Declares what tests may use; gives the calls of `suite`, and checks whatever else there is."""
    env = Env(scope, scope.problems, "script", {})
    for statement in statements:
        if isinstance(statement, _DECLARATIONS):
            declare(scope, statement)
        elif isinstance(statement, tree.Call) and _calls(statement, scope, SUITE):
            yield statement
        else:
            check_effector(statement, env)


def _calls(node: tree.Call, scope: Scope, function: str) -> bool:
    found = scope.function(node.function)
    return found is not None and found.id == function


# --- what a suite says ------------------------------------------------------------------------------


def _suite(call: tree.Call, scope: Scope) -> Suite | None:
    spec = _spec(call, scope, "suite")
    if "tags" not in spec:
        return None
    tests = spec.get("tests")
    if not isinstance(tests, tree.List):
        span = tests.span if tests is not None else call.span
        scope.problems.error("the tests of a suite are a list", span, 'write `"tests": [test::test({…})]`')
        return None
    found = tuple(_test(item, scope) for item in tests.items)
    return Suite(_text(spec, "name", scope), _tags(spec, scope), found, call.span)


def _test(node: tree.Expr, scope: Scope) -> UnitTest:
    if not isinstance(node, tree.Call) or not _calls(node, scope, TEST):
        scope.problems.error("only tests may stand here", node.span, "wrap it in `test::test({…})`")
        return UnitTest("", (), None, node.span)
    spec = _spec(node, scope, "test")
    return UnitTest(_text(spec, "name", scope), _tags(spec, scope), spec.get("test"), node.span)


def _spec(call: tree.Call, scope: Scope, what: str) -> dict[str, tree.Expr]:
    """The record that a suite or test is given, by its keys."""
    if len(call.args) != 1 or not isinstance(call.args[0], tree.Record):
        hint = 'give one, with at least a `"name"`'
        scope.problems.error(f"a {what} is described by a record", call.span, hint)
        return {}
    return {f.key.constant: f.value for f in call.args[0].fields if f.key.constant is not None}


def _text(spec: dict[str, tree.Expr], key: str, scope: Scope) -> str:
    value = _known(spec, key, scope)
    return value if isinstance(value, str) else ""


def _tags(spec: dict[str, tree.Expr], scope: Scope) -> tuple[str, ...]:
    value = _known(spec, "tags", scope)
    return tuple(tag for tag in value if isinstance(tag, str)) if isinstance(value, list) else ()


def _known(spec: dict[str, tree.Expr], key: str, scope: Scope) -> Value:
    """The value of a name or of tags; what is wrong with it is a problem of the file."""
    if key not in spec:
        return None
    try:
        return _evaluate(spec[key], scope, key, Context())
    except CompileError as error:
        for diagnostic in error.diagnostics:
            scope.problems.add(diagnostic)
    except ScriptError as error:
        scope.problems.add(error.diagnostic)
    return None


# --- evaluation -------------------------------------------------------------------------------------


@deep
def _evaluate(node: tree.Expr, scope: Scope, name: str, ctx: Context) -> Value:
    """The value of an expression. Raises CheckError and ScriptError."""
    problems = Problems()
    env = Env(scope, problems, "script", {})
    body = check_expr(node, env)
    if problems.has_errors:
        raise CheckError(problems.found)
    functions = reachable(calls_of(env))
    script = load_script(ScriptIR((body,), functions, name, node.span, tuple(scope.files)))
    emitted = script({}, {}, Cell({}), ctx)
    return emitted[1] if emitted else None


def _outcome(value: Value, test: UnitTest) -> Outcome:
    match value:
        case True:
            return Outcome(True)
        case [expected, got]:
            return Outcome(False, f"{to_json(expected)} != {to_json(got)}")
        case False:
            return Outcome(False, "true != false")
        case _:
            hint = "a test is `true`, or what `test::assert` gives"
            span = test.expr.span if test.expr else test.span
            message = f"the test gives a value of type {type_name(value)}"
            return Outcome(False, "", (Diagnostic(message, span, hint),))
