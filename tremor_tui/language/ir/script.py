"""What a script, a function of it, and a select's expressions become, ready to emit.

Statements first (`LetIR`, `EmitIR`, `DropIR`), then the units that are emitted as Python functions.
Expressions that stand as statements are in `expr.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Literal

from tremor_tui.language.ir.expr import IR, EffectorIR, ExprIR, LocalIR, PathIR, RootIR
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class LetIR(IR):
    """`let path = value`; the target is `event`, `state`, a local, or a path below these or `$`.

    Its value is the value assigned. A failure on the way underlines the segment.
    """

    target: PathIR | LocalIR | RootIR
    value: EffectorIR
    span: Span


@dataclass(frozen=True, slots=True)
class EmitIR(IR):
    """`emit value => port`: ends the script. A None value is the event, a None port is `out`."""

    value: ExprIR | None
    port: ExprIR | None
    span: Span


@dataclass(frozen=True, slots=True)
class DropIR(IR):
    """`drop`: ends the script with no event."""

    span: Span


@dataclass(frozen=True, slots=True)
class FunctionIR:
    """A function written in tremor. `id` is unique among all modules of a program.

    `params` are variables; `rest` is the one that holds surplus arguments, None unless it is open.
    `native` is the path of the host's function for `intrinsic fn`, and then there is no body.
    `is_const`: without calls of impure functions, so that calls with constants are folded. `calls` are
    the functions it calls itself.
    """

    id: str
    name: str
    params: tuple[LocalIR, ...]
    rest: LocalIR | None
    body: tuple[EffectorIR, ...]
    span: Span
    native: str | None = None
    is_const: bool = True
    calls: tuple[FunctionIR, ...] = ()
    doc: str = ""

    def accepts(self, count: int) -> bool:
        """Whether it may be called with so many arguments."""
        return count >= len(self.params) if self.rest else count == len(self.params)


def reachable(functions: Iterable[FunctionIR]) -> dict[str, FunctionIR]:
    """The functions and all that they call, by id, callees before callers."""
    found: dict[str, FunctionIR] = {}
    for function in functions:
        if function.id not in found:
            found.update((key, f) for key, f in reachable(function.calls).items() if key not in found)
            found[function.id] = function
    return found


@dataclass(frozen=True, slots=True)
class ScriptIR:
    """One script body; it becomes `script(event, meta, cell, ctx)` (see `language/__init__.py`).

    `functions` are the ones it calls, directly or not, by id, callees before callers. `name` is shown in
    the generated text's header. `sources` are the names of all files it comes from, its own first.
    """

    body: tuple[EffectorIR, ...]
    functions: Mapping[str, FunctionIR]
    name: str
    span: Span
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupIR:
    """`group by`: one expression, a `set` of groups, or `each` element of a list."""

    kind: Literal["expr", "set", "each"]
    expr: ExprIR | None
    items: tuple[GroupIR, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class AggregateCallIR:
    """A call of the aggregate function `path` (`stats::mean`) in a target; its arguments see the event."""

    path: str
    args: tuple[ExprIR, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class SelectIR:
    """The expressions of a select. `windows` are the names of its windows' definitions, in order.

    In `having`, `event` is the result of `target`. `aggregates` are the calls that `AggregateIR` nodes of
    the target number, in the order of the text. `functions` is as in `ScriptIR`, for all of them.
    """

    target: ExprIR
    where: ExprIR | None
    having: ExprIR | None
    group_by: GroupIR | None
    windows: tuple[str, ...]
    functions: Mapping[str, FunctionIR]
    name: str
    span: Span
    aggregates: tuple[AggregateCallIR, ...] = field(default=())
    sources: tuple[str, ...] = ()
