"""Binds `with` values to declared `args`: who gives what, what is missing, what is unknown.

A value is evaluated in the scope of the statement that gives it, a default in the scope of its definition.
"""

from __future__ import annotations

from collections.abc import Sequence

from tremor_tui.errors import CompileError, did_you_mean
from tremor_tui.language.check.expr import const_value
from tremor_tui.language.check.scope import Problems, Scope
from tremor_tui.language.tree.expr import Expr
from tremor_tui.language.tree.query import Argument, Setting
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.record import dataclass

Args = dict[str, Value]
"""The values of arguments by name."""


def take(problems: Problems, error: CompileError) -> None:
    """Adds all that an inner check found."""
    for diagnostic in error.diagnostics:
        problems.add(diagnostic)


def advise(problems: Problems, message: str, span: Span | None, hint: str) -> None:
    """Adds a warning that says what to do."""
    problems.add(Diagnostic(message, span, hint, "warning", "general"))


@dataclass(frozen=True, slots=True)
class Given:
    """The values that a `create` or `deploy` gives: its `with`, and where that is evaluated.

    `args` are those of the pipeline or flow that the statement stands in, None where there are none.
    `span` is the statement's. `unknown_span` is underlined where a name is not declared; None underlines
    the name.
    """

    settings: Sequence[Setting]
    scope: Scope
    args: Args | None
    span: Span
    unknown_span: Span | None = None


def bind(declared: Sequence[Argument], given: Given, scope: Scope, what: str) -> Args:
    """The value of each declared argument. `scope` is the definition's, `what` names it in messages.

    Raises CheckError with everything that is wrong.
    """
    problems = Problems()
    names = [argument.name.text for argument in declared]
    values: Args = {}
    for setting in given.settings:
        name = setting.name.text
        if name not in names:
            span = given.unknown_span or setting.name.span
            problems.add(_unknown(setting, names, what, span))
        elif name in values:
            problems.error(f"`{name}` is given twice", setting.name.span, "leave one of them out")
        else:
            values[name] = _given(setting, given, problems)
    for argument in declared:
        if argument.name.text not in values:
            values[argument.name.text] = _default(argument, scope, given, what, problems)
    problems.settle()
    return values


def check_names(
    declared: Sequence[Argument], given: Sequence[Setting], what: str, problems: Problems
) -> None:
    """Whether all that is given is declared, where the values are not known."""
    names = [argument.name.text for argument in declared]
    for setting in given:
        if setting.name.text not in names:
            problems.add(_unknown(setting, names, what, setting.name.span))


def _unknown(setting: Setting, names: list[str], what: str, span: Span) -> Diagnostic:
    name = setting.name.text
    hint = did_you_mean(name, names, "" if names else "it takes none: leave out the `with`")
    return Diagnostic(f"{what} has no argument `{name}`", span, hint)


def _default(argument: Argument, scope: Scope, given: Given, what: str, problems: Problems) -> Value:
    if argument.default is not None:
        return _value(argument.default, scope, None, problems)
    name = argument.name.text
    place = f"{given.span.file}:{given.span.line}"
    problems.error(
        f"{what} needs a value for its argument `{name}`",
        argument.name.span,
        f"give it where it is created ({place}): `with {name} = … end`",
    )
    return None


def _given(setting: Setting, given: Given, problems: Problems) -> Value:
    return _value(setting.value, given.scope, given.args, problems)


def _value(expr: Expr, scope: Scope, args: Args | None, problems: Problems) -> Value:
    try:
        return const_value(expr, scope, args=args)
    except CompileError as error:
        take(problems, error)
        return None


def settings(given: Sequence[Setting], scope: Scope, args: Args | None, problems: Problems) -> Args:
    """The values of a definition's `with`, by name; a name that stands twice is a problem."""
    values: Args = {}
    for setting in given:
        if setting.name.text in values:
            problems.error(f"`{setting.name.text}` is set twice", setting.name.span, "leave one of them out")
        values[setting.name.text] = _value(setting.value, scope, args, problems)
    return values
