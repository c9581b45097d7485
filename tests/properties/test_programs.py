"""Any text is a program or is refused: no traceback, no hang, every diagnostic inside its text.

The long version is `python -m tests.benchmarks.fuzz`; a number that fails here is shown there with `--only`.
"""

from __future__ import annotations

import os
import sys
from time import time_ns

import pytest

from tests.benchmarks.fuzz import program
from tests.language.query_texts import Run
from tests.properties.trial import Trial
from tremor_tui.language.parse.parser import Start

SEED = int(os.environ.get("TREMOR_TUI_SEED", time_ns() // 1_000_000_000 % 1_000_000))
CHUNKS, SIZE = 10, 200


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_any_program_is_refused_or_does_what_it_says(trial: Trial, chunk: int) -> None:
    sys.stdout.write(f"TREMOR_TUI_SEED={SEED}\n")
    for number in range(SIZE):
        made = (SEED * CHUNKS + chunk) * SIZE + number
        start, text = program(made)

        fault = trial(text, start, made)

        assert fault is None, f"--only {made}\n{fault}\n{text}"
    assert trial.compiled > SIZE // 10


FOUND: list[tuple[Start, str]] = [
    ("script", "<<(<<(<<1>>)>>)>>"),
    ("module", "fn f() of case _ => value.a end; fn g() with f() end; const C = f()"),
    ("query", "select event from in group by event.a into out having window.x or group[0] == 1"),
    ("query", "select event from in where window.x == group into out"),
    ("query", "select event from in group by match event of case keys = _ => keys end into out"),
    ("script", "let x = match event of case r = _ => r[0] == true[0] end; x"),
]
"""Programs that once did what none may do."""


@pytest.mark.parametrize(("start", "text"), FOUND)
def test_what_was_found_once_stays_right(trial: Trial, start: Start, text: str) -> None:
    assert trial(text, start) is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("select event from in group by event.a into out having group[0] == 1", [{"a": 1}]),
        ('select event from in into out having group[1] == "[null]" and event.a > 1', [{"a": 2}]),
        (
            """
            define window one from tumbling with size = 1 end;
            select aggr::win::last(event.a) from in[one] into out having window == "one" and event > 1
            """,
            [2],
        ),
    ],
)
def test_having_knows_group_and_window(text: str, values: list[object]) -> None:
    run = Run(text)

    assert run({"a": 1}, {"a": 2})["out"] == values
    assert run.errors == []
