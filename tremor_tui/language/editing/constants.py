"""Constants: what an expression of a `with` is, where that can be told from the text alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tremor_tui.language.tree.expr import (
    Expr,
    KeySegment,
    KeywordRoot,
    List,
    Path,
    Record,
    Scalar,
    String,
    Unary,
)
from tremor_tui.language.tree.query import Argument, Setting
from tremor_tui.model.batch import Value

Values = Mapping[str, Value]
"""The values of arguments by name, as far as they are known."""


class Unknown:
    """What is no constant."""


UNKNOWN = Unknown()


def value_of(expr: Expr, args: Values) -> Value | Unknown:
    """The value of an expression; `args` are those of the definition around it."""
    match expr:
        case Scalar(value):
            return value
        case String():
            return expr.constant if expr.constant is not None else UNKNOWN
        case List(items):
            made = [value_of(item, args) for item in items]
            return UNKNOWN if any(isinstance(one, Unknown) for one in made) else made
        case Record():
            return _record(expr, args)
        case Unary("-", operand):
            number = value_of(operand, args)
            return -number if isinstance(number, (int, float)) else UNKNOWN
        case Path():
            name = argument(expr)
            return args[name] if name is not None and name in args else UNKNOWN
    return UNKNOWN


def _record(record: Record, args: Values) -> Value | Unknown:
    made: dict[str, Value] = {}
    for field in record.fields:
        key, value = field.key.constant, value_of(field.value, args)
        if key is None or isinstance(value, Unknown):
            return UNKNOWN
        made[key] = value
    return made


def argument(expr: Expr) -> str | None:
    """The name where an expression is an argument and no more: `args.name`."""
    match expr:
        case Path(KeywordRoot("args"), (KeySegment(name),)):
            return name.text
    return None


def known(expr: Expr, args: Values) -> dict[str, Value]:
    """The fields of a record that are constants, where an expression is one."""
    if not isinstance(expr, Record):
        value = value_of(expr, args)
        return value if isinstance(value, dict) else {}
    made: dict[str, Value] = {}
    for field in expr.fields:
        key, value = field.key.constant, value_of(field.value, args)
        if key is not None and not isinstance(value, Unknown):
            made[key] = value
    return made


def bound(declared: Sequence[Argument], given: Sequence[Setting], outer: Values) -> dict[str, Value]:
    """The values of arguments that are known: given where it is created, or the default."""
    made: dict[str, Value] = {}
    for argument in declared:
        if argument.default is not None:
            _put(made, argument.name.text, value_of(argument.default, {}))
    for setting in given:
        made.pop(setting.name.text, None)
        _put(made, setting.name.text, value_of(setting.value, outer))
    return made


def _put(made: dict[str, Value], name: str, value: Value | Unknown) -> None:
    if not isinstance(value, Unknown):
        made[name] = value
