"""The documented calls of every native function, as scripts: through library, compiler and generated code."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.language.scripts import run
from tremor_tui.functions.contract import functions
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.model.values import equal

CALLS = [
    pytest.param(*example, id=example[0])
    for table in functions.load_all().values()
    for function in table.values()
    for example in function.examples
]
LIBRARIES = ("std", "tremor")


def _uses(call: str) -> str:
    return "".join(_use(module) for module in sorted(set(re.findall(r"(\w+)::", call))))


def _use(module: str) -> str:
    for library in LIBRARIES:
        if ModuleLoader([]).find([library, module]):
            return f"use {library}::{module};\n"
    pytest.fail(f"no module of the library binds the functions of `{module}`")


@pytest.mark.parametrize(("call", "result"), CALLS)
def test_a_documented_call_gives_its_result_in_a_script(call: str, result: Any) -> None:
    assert equal(run(_uses(call) + call), result)


@pytest.mark.parametrize(("call", "result"), CALLS[::10])
def test_a_call_that_is_not_folded_gives_the_same(call: str, result: Any) -> None:
    text = f"{_uses(call)}match event of case 1 => null case _ => {call} end"
    assert equal(run(text, 2), result)
