"""What a native function is: its path, its types, whether it is pure, and examples that run.

A function takes and returns values. It raises `FunctionError` with a sentence; the compiled script turns
that into a ScriptError at the place of the call. Arguments and results are never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tremor_tui.model.batch import Value
from tremor_tui.model.record import dataclass
from tremor_tui.model.sizes import is_small, too_large
from tremor_tui.model.values import type_name
from tremor_tui.registry import Registry


class FunctionError(Exception):
    """A native function refuses its arguments; the message is a sentence without the function's name.

    `argument` is the index of the argument at fault, or None where it is the call as a whole.
    """

    def __init__(self, message: str, argument: int | None = None) -> None:
        super().__init__(message)
        self.argument = argument

    def told(self, name: str) -> tuple[str, str]:
        """The message and hint for a call of `name`, such as `string::len/1`."""
        return f"Runtime error in function {name}: {self}", ""


class BadType(FunctionError):  # noqa: N818 - reads as what happened
    """An argument is of the wrong kind; the message is a sentence that says which, and what was wanted."""

    def told(self, name: str) -> tuple[str, str]:
        """The message as tremor has it, and the sentence as its hint."""
        return f"Bad type passed to function {name}", str(self)


def sized(value: Value) -> Value:
    """A string or list that a function made. Raises FunctionError where it is enormous."""
    if not is_small(value):
        raise FunctionError(f"the result is too large: {too_large(value)}")
    return value


@dataclass(frozen=True, slots=True)
class Function:
    """One native function.

    `path` as scripts know it without the library's name: `string::len`. `params` are the names shown in
    help; one ending in `...` takes the rest, one ending in `?` may be left out. `is_pure` functions give
    the same result for the same arguments, so calls with constants are folded. `wants_context` functions
    get the event's Context before their arguments. `examples` are tremor calls and their results as JSON;
    they run as tests.
    """

    path: str
    call: Callable[..., Value]
    params: tuple[str, ...]
    returns: str
    is_pure: bool = True
    wants_context: bool = False
    doc: str = ""
    examples: tuple[tuple[str, Value], ...] = ()

    @property
    def min_arity(self) -> int:
        """The fewest arguments it takes."""
        return sum(1 for p in self.params if not p.endswith(("...", "?")))

    @property
    def max_arity(self) -> int | None:
        """The most arguments it takes, None where there is no limit."""
        return None if any(p.endswith("...") for p in self.params) else len(self.params)


functions: Registry[dict[str, Function]] = Registry("tremor_tui.functions", "function module")
"""Module name (`string`) to its functions by their last name (`len`)."""


def find(path: str) -> Function | None:
    """The native function of a path such as `string::len` or `tremor::system::hostname`, or None.

    The segment before the last names the file.
    """
    module, _, name = path.rpartition("::")
    stem = module.rsplit("::", 1)[-1]
    if stem not in functions:
        return None
    return functions.get(stem).get(name)


class Module:
    """Collects the functions of one file and registers them as one module.

    string = Module("string")

    @string.function("input", returns="integer", examples=[('string::len("ab")', 2)])
    def len_(input: Value) -> Value: ...
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.table: dict[str, Function] = {}
        functions.register(name)(self.table)

    def function(
        self, *params: str, returns: str = "any", pure: bool = True, context: bool = False, **kw: Any
    ) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
        """Enters a function under its Python name without a trailing underscore.

        Keyword `examples`: list of (tremor call, result).
        """

        def enter(call: Callable[..., Value]) -> Callable[..., Value]:
            name = call.__name__.rstrip("_")
            doc = (call.__doc__ or "").strip()
            examples = tuple(kw.get("examples", ()))
            self.table[name] = Function(
                f"{self.name}::{name}", call, params, returns, pure, context, doc, examples
            )
            return call

        return enter


# -- readers of arguments: the value itself, or a FunctionError that says what was wanted ----------------


def refuse(value: Value, wanted: str, argument: int) -> BadType:
    """The error for an argument of the wrong kind; `wanted` is like "a string"."""
    kind = type_name(value)
    article = "an" if kind[0] in "ai" else "a"
    given = "null" if value is None else f"{article} {kind}"
    return BadType(f"argument {argument + 1} must be {wanted}, not {given}", argument)


def text_of(value: Value, argument: int) -> str:
    """A string."""
    if type(value) is str:
        return value
    raise refuse(value, "a string", argument)


def octets_of(value: Value, argument: int) -> bytes:
    """A binary, or a string's UTF-8."""
    if type(value) is bytes:
        return value
    if type(value) is str:
        return value.encode("utf-8", "surrogatepass")
    raise refuse(value, "a binary or a string", argument)


def array_of(value: Value, argument: int) -> list[Value]:
    """An array."""
    if type(value) is list:
        return value
    raise refuse(value, "an array", argument)


def record_of(value: Value, argument: int) -> dict[str, Value]:
    """A record."""
    if type(value) is dict:
        return value
    raise refuse(value, "a record", argument)


def integer_of(value: Value, argument: int, low: int | None = None, high: int | None = None) -> int:
    """An integer, from `low` up to `high`."""
    if type(value) is not int:
        raise refuse(value, "an integer", argument)
    if low is not None and value < low:
        raise FunctionError(f"argument {argument + 1} must be at least {low}, not {value}", argument)
    if high is not None and value > high:
        raise FunctionError(f"argument {argument + 1} must be at most {high}, not {value}", argument)
    return value


def number_of(value: Value, argument: int) -> int | float:
    """An integer or a float."""
    if type(value) is int or type(value) is float:
        return value
    raise refuse(value, "a number", argument)
