"""Makes the nodes of a graph that have definitions: scripts and operators."""

from __future__ import annotations

from tremor_tui.errors import CheckError, CompileError, ConfigError, UnknownName, did_you_mean
from tremor_tui.language.check.arguments import Args, take
from tremor_tui.language.check.expr import const_value
from tremor_tui.language.check.scope import Problems, Scope
from tremor_tui.language.check.script import check_script
from tremor_tui.language.ir.query import ScriptNode
from tremor_tui.language.ir.script import ScriptIR
from tremor_tui.language.tree.expr import Expr
from tremor_tui.language.tree.query import DefineOperator, DefineScript, ScriptBody
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Context
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.port import IN
from tremor_tui.operators.contract import ALIASES, operators


def make_script(
    definition: DefineScript, scope: Scope, values: Args | None, name: str, span: Span
) -> ScriptNode:
    """A script with its arguments folded in; `values` None where they are not known. Raises CheckError."""
    problems = Problems()
    scripts: dict[str, ScriptIR] = {}
    for port, body in _bodies(definition, problems):
        try:
            scripts[port] = check_script(body.statements, scope, args=values, name=name, span=body.span)
        except CompileError as error:
            take(problems, error)
    state = _state(definition.state, scope, values, problems)
    problems.settle()
    return ScriptNode(name, scripts, state, span)


def _bodies(definition: DefineScript, problems: Problems) -> list[tuple[str, ScriptBody]]:
    bodies = {IN: definition.script}
    for body in definition.named:
        port = body.port.text if body.port else IN
        place = body.port.span if body.port else body.span
        if port == IN:
            hint = "events on `in` go to the part that starts with `script` alone"
            problems.error("the port `in` belongs to the main script", place, hint)
        elif port in bodies:
            problems.error(f"the port `{port}` has a script already", place, "leave one of them out")
        else:
            bodies[port] = body
    return list(bodies.items())


def _state(state: Expr | None, scope: Scope, values: Args | None, problems: Problems) -> Value:
    if state is None or values is None:
        return None
    try:
        return const_value(state, scope, args=values, is_exact=True)
    except CompileError as error:
        take(problems, error)
        return None


def try_operator(definition: DefineOperator, config: dict[str, Value]) -> None:
    """Makes the operator once, to hear what it says. Raises CheckError."""
    kind = definition.kind.text
    try:
        operators.get(kind)(config, Context())
    except UnknownName:
        message, hint = f"there is no operator called `{kind}`", did_you_mean(kind, list(ALIASES))
        raise CheckError([Diagnostic(message, definition.kind.span, hint)]) from None
    except ConfigError as error:
        places = {setting.name.text: setting.name.span for setting in definition.settings}
        span = places.get(error.key, definition.kind.span)
        raise CheckError([Diagnostic(error.message, span, error.hint)]) from None
