"""1,000 random edits of five commented files: the text is never spoilt, and undo gives back every byte.

After each edit the file parses, comments that do not belong to what was taken away are there in their order,
and the picture is that of the compiled flows where the text compiles. `TREMOR_TUI_EDITS=1000` is the whole
number; the default is a short form.
"""

from __future__ import annotations

import os

import pytest

from tests.properties.edit_texts import TEXTS
from tests.properties.edit_trial import Trial, check_picture

EDITS = int(os.environ.get("TREMOR_TUI_EDITS", "40"))
SEED = int(os.environ.get("TREMOR_TUI_SEED", "5"))


@pytest.mark.parametrize("name", TEXTS)
def test_the_files_compile_as_they_are_drawn(name: str) -> None:
    assert check_picture(TEXTS[name], Trial(TEXTS[name], 0).picture())


@pytest.mark.timeout(0 if EDITS > 100 else 20)
@pytest.mark.parametrize("name", TEXTS)
def test_random_edits_keep_the_text_whole_and_are_undone_to_the_byte(name: str) -> None:
    trial = Trial(TEXTS[name], SEED)
    while trial.steps < EDITS:
        trial.step()
        if len(trial.text) > 20_000 or trial.broken_for > 12:
            trial.undo_all()
    trial.undo_all()
    assert trial.text == trial.first
    assert trial.compiled
