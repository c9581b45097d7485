"""Evaluates calls with literal arguments, such as the examples of functions, straight from their tree."""

from tremor_tui.functions.contract import find
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree import expr as tree
from tremor_tui.model.batch import Value


def evaluate(text: str) -> Value:
    """The value of the one expression in `text`."""
    parsed = parse(Source(text, "example"), "script")
    assert parsed.tree is not None, [diagnostic.short() for diagnostic in parsed.diagnostics]
    (statement,) = parsed.tree.statements
    return _value(statement)


def _value(node: object) -> Value:
    match node:
        case tree.Scalar(value=value):
            return value
        case tree.String(parts=parts):
            return "".join(part.value for part in parts if isinstance(part, tree.Text))
        case tree.List(items=items):
            return [_value(item) for item in items]
        case tree.Record(fields=fields):
            return {_value(field.key): _value(field.value) for field in fields}
        case tree.Unary(op="-", operand=operand):
            return -_value(operand)
        case tree.Call(function=name, args=args):
            path = "::".join((*(part.text for part in name.module), name.name.text))
            function = find(path)
            assert function is not None, path
            return function.call(*[_value(arg) for arg in args])
        case _:
            raise AssertionError(f"an example holds a {type(node).__name__}")
