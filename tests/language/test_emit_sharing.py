"""Generated code never changes a value that has a second name: it does what an evaluator does that
copies everything."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

import pytest

from tests.language.reference import Failed, Reference
from tests.language.scripts import compiled
from tremor_tui.errors import ScriptError
from tremor_tui.model.context import Cell, Context

LEAF = '{"a": 1, "b": {"a": 1, "b": {}, "c": {}}, "c": {}, "k": "a"}'
FULL = f'{{"a": {LEAF}, "b": {LEAF}, "c": {LEAF}, "k": "b"}}'
HEAD = (
    'fn pair(p) with let p.c = 1; {"a": p, "b": p, "c": {}} end;\nlet x = %s;\nlet y = %s;\nlet k1 = "b";\n'
)
LASTS = ["event", "[event, x, y]", "[event, state, $]", "[x, y, state]", "x", "let event.c = x"]
SCALARS = ["1", "{}", LEAF, LEAF, FULL, FULL, FULL]


class Author:
    """Writes random scripts about a few records with few keys, so that they meet."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def script(self) -> str:
        statements = [self.statement(2) for _ in range(self.random.randint(1, 5))]
        return HEAD % (FULL, FULL) + ";\n".join([*statements, self.random.choice(LASTS)])

    def key(self) -> str:
        return self.random.choice("abc")

    def root(self) -> str:
        return self.random.choice(["event", "event", "state", "x", "y"])

    def path(self) -> str:
        keys = [self.key() for _ in range(self.random.choice([0, 0, 1, 1, 1, 2, 2, 3]))]
        if keys and self.random.random() < 0.08:
            return "$" + ".".join(keys)
        return ".".join([self.root(), *keys])

    def expression(self) -> str:
        a, b, key = self.path(), self.path(), self.key()
        constant = self.random.choice(SCALARS)
        choices = [
            *[a] * 4,
            *[constant] * 2,
            *[f'{{"a": {a}, "b": {b}, "c": {a}}}'] * 2,
            f"merge {a} of {b} end",
            f'patch {a} of upsert "{key}" => {b}; default "c" => {{}} end',
            f"({a} == {b})",
            f"(present {a} and absent {b})",
            f"pair({a})",
            f"pair({b})",
            f"for {a} of case (k, v) => v end",
            f"{a} + {b}",
            f"match {a} of case r = %{{ present {key} }} => r case _ => {b} end",
        ]
        return self.random.choice(choices)

    def block(self, depth: int) -> str:
        return "; ".join(self.statement(depth - 1) for _ in range(self.random.randint(1, 3)))

    def statement(self, depth: int) -> str:
        kind = self.random.random()
        if kind < 0.55 or not depth:
            target = self.path()
            return f"let {target} = {self.expression()}"
        if kind < 0.7:
            index = self.random.choice(['"a"', '"#{"b"}"', "k1", "event.k"])
            return f"let {self.root()}[{index}].{self.key()} = {self.expression()}"
        if kind < 0.85:
            return self.match(depth)
        guard = self.random.choice(["", "", " when v == 1"])
        other = " case (k, v) => let y = v" if guard else ""
        return f"for {self.path()} of case (k, v){guard} => {self.block(depth)}{other} end"

    def match(self, depth: int) -> str:
        key, other = self.key(), self.key()
        return (
            f"match {self.path()} of case %{{ {key} == 1 }} => {self.block(depth)} "
            f"case r = %{{ present {key}, {other} ~= %{{}} }} => let y = r; {self.block(depth)} "
            f"case _ => {self.block(depth)} end"
        )

    def value(self, depth: int = 3) -> Any:
        if not depth or self.random.random() < 0.1 * (3 - depth):
            return self.random.choice([1, {}, {}])
        return {key: self.value(depth - 1) for key in "abc"} | {"k": self.random.choice("ab")}


@pytest.mark.parametrize("seed", range(300))
def test_generated_code_does_what_an_evaluator_does_that_shares_nothing(seed: int) -> None:
    author = Author(seed)
    script = compiled(author.script())
    event, state = author.value(), author.value()
    before, kept = deepcopy(event), deepcopy(state)
    cell, shown = Cell(state), Cell(deepcopy(state))
    for _ in range(2):
        reference = Reference(script.ir.functions, deepcopy(event), {}, shown, Context())
        assert _result(script.call, event, cell) == _expected(reference, script.ir), script.emitted.text
        assert cell.state == shown.state, script.emitted.text
        assert event == before, script.emitted.text
        assert state == kept, script.emitted.text


def _expected(reference: Reference, ir: Any) -> Any:
    try:
        return reference.script(ir)
    except Failed:
        return "failed", None, None


def _result(call: Any, event: Any, cell: Cell) -> Any:
    try:
        port, value, meta = call(event, None, cell, Context())
    except ScriptError:
        return "failed", None, None
    return port, value, meta or {}
