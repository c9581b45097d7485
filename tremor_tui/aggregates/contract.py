"""What an aggregate is: a path, parameters, and a state that takes rows, merges, and gives a result.

    state = find("stats::mean").init()      # one per group and window
    state.accumulate(4)                     # one row: the call's arguments
    state.accumulate_many(2, [1, 2.5])      # the same rows as a column per argument
    wider.merge(state)                      # a tilt frame: `wider` holds what came earlier
    state.emit()                            # the result so far; the state stays as it is

A state is a small slotted object, and its methods are what is called for each row: the caller binds
`state.accumulate` once per group and passes the arguments as they are, which costs two thirds of a
function that gets state and a tuple of arguments. A caller with several rows of one group passes columns
instead: types are checked and sums, minima and lists are made by builtins, which saves a third to a half
of each row, and nearly all of it for `count` and `win`. Both give the same results to the bit.

A window that starts over takes a new state from `init`; results share nothing that a state still
changes. The values that a state holds are shared with others and never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

from tremor_tui.model.batch import Value
from tremor_tui.model.record import dataclass
from tremor_tui.model.values import type_name
from tremor_tui.registry import Registry


class AggregateError(Exception):
    """An aggregate refuses its arguments; the message is a sentence without the aggregate's name.

    `argument` is the index of the argument at fault. The state is as it was before the call.
    """

    def __init__(self, message: str, argument: int = 0) -> None:
        super().__init__(message)
        self.argument = argument


class State(Protocol):
    """What an aggregate has seen in one window of one group.

    `accumulate(*args)` takes one row. `accumulate_many(rows, *columns)` takes several, in order; each
    column has `rows` values. Both raise AggregateError and then have taken nothing of the call.
    `merge(other)` adds what another state of the same aggregate saw later, and leaves that one as it is.
    `emit()` is the result so far.
    """

    @property
    def accumulate(self) -> Callable[..., None]: ...
    @property
    def accumulate_many(self) -> Callable[..., None]: ...
    def merge(self, other: Any, /) -> None: ...
    def emit(self) -> Value: ...


@dataclass(frozen=True, slots=True)
class Example:
    """The arguments of some rows, and the result; examples run as tests."""

    rows: tuple[tuple[Value, ...], ...]
    result: Value


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate.

    `path` as scripts know it without the library's name: `stats::mean`. `init` makes an empty state.
    `params` are the names shown in help; one ending in `?` may be left out. `warning`, where there is
    one, is a sentence on performance for whoever writes a call. `is_numeric`: it refuses rows whose first
    argument is no number. Beside that an aggregate refuses a row only for its other arguments; who does it
    for what it holds keeps a select from taking an event with all aggregates or with none.
    """

    path: str
    init: Callable[[], State]
    params: tuple[str, ...]
    returns: str
    doc: str = ""
    warning: str = ""
    examples: tuple[Example, ...] = ()
    is_numeric: bool = False

    @property
    def min_arity(self) -> int:
        """The fewest arguments it takes."""
        return sum(1 for param in self.params if not param.endswith("?"))

    @property
    def max_arity(self) -> int:
        """The most arguments it takes."""
        return len(self.params)


aggregates: Registry[dict[str, Aggregate]] = Registry("tremor_tui.aggregates", "aggregate module")
"""Module name (`stats`) to its aggregates by their last name (`mean`)."""


def find(path: str) -> Aggregate | None:
    """The aggregate of a path such as `stats::mean` or `aggr::stats::mean`, or None.

    The segment before the last names the file.
    """
    module, _, name = path.rpartition("::")
    stem = module.rsplit("::", 1)[-1]
    if stem not in aggregates:
        return None
    return aggregates.get(stem).get(name)


S = TypeVar("S", bound=type[State])


class Module:
    """Collects the aggregates of one file and registers them as one module.

    stats = Module("stats")

    @stats.aggregate("mean", "value", returns="float", examples=[([(1,), (3,)], 2.0)])
    class Mean: ...
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.table: dict[str, Aggregate] = {}
        aggregates.register(name)(self.table)

    def aggregate(
        self,
        name: str,
        *params: str,
        returns: str,
        warning: str = "",
        examples: Sequence[tuple[Sequence[tuple[Value, ...]], Value]] = (),
        is_numeric: bool = False,
    ) -> Callable[[S], S]:
        """Enters a class of states as an aggregate; its docstring is the documentation.

        `examples` are pairs: the arguments of each row, and the result.
        """

        def enter(state: S) -> S:
            shown = tuple(Example(tuple(rows), result) for rows, result in examples)
            doc = (state.__doc__ or "").strip()
            path = f"{self.name}::{name}"
            self.table[name] = Aggregate(path, state, params, returns, doc, warning, shown, is_numeric)
            return state

        return enter


NUMBERS: Final = frozenset((int, float))
"""The types of values that are numbers; a bool is none."""


def not_a_number(value: Value) -> AggregateError:
    """What to raise for a value that should have been a number."""
    kind = type_name(value)
    return AggregateError(f"needs a number, not {'an' if kind == 'array' else 'a'} {kind}")


def check_numbers(column: Sequence[Value]) -> None:
    """Raises AggregateError where a value is no number."""
    if not NUMBERS.issuperset(map(type, column)):
        raise not_a_number(next(value for value in column if type(value) not in NUMBERS))
