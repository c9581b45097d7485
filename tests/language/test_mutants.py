"""Scripts with random mistakes: each is refused, or does what the slow evaluator does."""

from __future__ import annotations

import re
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from tests.language.reference import Failed, Reference
from tests.language.scripts import compiled
from tests.language.test_script_errors import AT_RUN_TIME
from tests.language.test_scripts import FACTS
from tremor_tui.errors import CompileError, ScriptError
from tremor_tui.language.compile import CompiledScript
from tremor_tui.model.context import Cell, Context

PIECE = re.compile(r'"[^"]*"|\w+|\s+|.', re.DOTALL)
TEXTS = [text for text, *_ in [*FACTS, *AT_RUN_TIME]]
PIECES = [piece for text in TEXTS for piece in PIECE.findall(text) if piece.strip()]
ODD: list[Any] = [None, True, -1, 2**64 - 1, 1.5, float("nan"), "", b"\xff", [], {}]
VALUES = [event for _, event, *_ in [*FACTS, *AT_RUN_TIME]] + ODD


def mutant(random: Random) -> str:
    pieces = PIECE.findall(random.choice(TEXTS))
    for _ in range(random.randint(1, 3)):
        index = random.randrange(len(pieces) + 1)
        other = PIECE.findall(random.choice(TEXTS))
        start = random.randrange(len(other))
        changes = [
            [random.choice(PIECES)],
            [" ", random.choice(PIECES), " "],
            [],
            other[start : start + random.randint(1, 6)],
        ]
        pieces[index : index + random.randint(0, 1)] = random.choice(changes)
    return "".join(pieces)


@pytest.mark.parametrize("seed", range(40))
def test_a_mutant_is_refused_or_does_what_the_slow_evaluator_does(seed: int) -> None:
    random = Random(seed)
    ran = 0
    for _ in range(40):
        text = mutant(random)
        try:
            script = compiled(text)
        except CompileError:
            continue
        ran += 1
        event, state = random.choice(VALUES), random.choice(VALUES)
        assert outcome(script, event, state) == expected(script, event, state), (text, event, state)
    assert ran


def outcome(script: CompiledScript, event: Any, state: Any) -> str:
    cell = Cell(deepcopy(state))
    try:
        result = script.call(deepcopy(event), None, cell, Context())
    except ScriptError:
        return f"failed, state {cell.state!r}"
    shown = (result[0], result[1], result[2] or {}) if result else None
    return f"{shown!r}, state {cell.state!r}"


def expected(script: CompiledScript, event: Any, state: Any) -> str:
    cell = Cell(deepcopy(state))
    try:
        result = Reference(script.ir.functions, deepcopy(event), {}, cell, Context()).script(script.ir)
    except Failed:
        return f"failed, state {cell.state!r}"
    return f"{result!r}, state {cell.state!r}"
