"""Any text is a program or is refused: no traceback, no hang, every diagnostic inside its text.

The long version is `python -m tests.benchmarks.fuzz`; a number that fails here is shown there with `--only`.
"""

from __future__ import annotations

import os
import sys
from time import time_ns

import pytest

from tests.benchmarks.fuzz import program
from tests.properties.trial import Trial

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
