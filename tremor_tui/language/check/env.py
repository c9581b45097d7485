"""Env: what the expression at hand may refer to, and the variables around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import Literal

from tremor_tui.errors import did_you_mean
from tremor_tui.language.check.scope import Problems, Scope
from tremor_tui.language.ir.expr import LocalIR
from tremor_tui.language.ir.script import AggregateCallIR, FunctionIR
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass

Kind = Literal["script", "select", "function", "constant"]


@dataclass(slots=True)
class Env:
    """Where an expression stands.

    `kind` says what is allowed: a `script` may refer to everything and assign; a `select` only reads, and
    knows no variables and no state; a `function` sees its parameters, and no event; a `constant` is
    evaluated at compile time. `args` are the values of `args`, None where they are not known yet.
    `aggregates` collects the aggregate calls of a select's target, None where there may be none.
    `calls` collects the functions in use.
    """

    scope: Scope
    problems: Problems
    kind: Kind
    args: dict[str, Value] | None = None
    aggregates: list[AggregateCallIR] | None = None
    in_aggregate: bool = False
    params: tuple[LocalIR, ...] = ()
    rest: LocalIR | None = None
    is_leaf: bool = False
    calls: dict[str, FunctionIR] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _shadows: list[tuple[str, str]] = field(default_factory=list)
    _count: int = 0

    def local(self, name: str, span: Span, *, assigned: bool = False) -> LocalIR:
        """The variable that a name stands for here."""
        for shadowed, slot in reversed(self._shadows):
            if shadowed == name:
                return LocalIR(slot, name, span)
        known = [*self._names, *(shadowed for shadowed, _ in self._shadows), *self.scope.consts]
        is_known = assigned or name in self._names
        hint = "" if is_known else did_you_mean(name, known, "set it with `let` before it is used")
        if assigned:
            self._names[name] = name
        return LocalIR(name, name, span, hint)

    @property
    def assigned(self) -> list[str]:
        """The variables that were assigned so far."""
        return list(self._names)

    @contextmanager
    def shadow(self, *names: tuple[str, Span]) -> Iterator[tuple[LocalIR, ...]]:
        """New variables that hide others of their name, inside."""
        made = []
        for name, span in names:
            self._count += 1
            made.append(LocalIR(f"{name} {self._count}", name, span))
        self._shadows += [(variable.name, variable.slot) for variable in made]
        try:
            yield tuple(made)
        finally:
            del self._shadows[len(self._shadows) - len(made) :]

    @contextmanager
    def leaf(self, is_leaf: bool) -> Iterator[None]:
        """Whether what is checked inside is the last thing a function does; only then it may recur."""
        before = self.is_leaf
        self.is_leaf = before and is_leaf
        try:
            yield
        finally:
            self.is_leaf = before
