from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tremor_tui.control.editing import TextChange, applied
from tremor_tui.control.places import state_dir
from tremor_tui.errors import TremorError
from tremor_tui.workbench.journal import JOIN_NS, Journal, difference
from tremor_tui.workbench.journal_files import HERE, MOST, JournalFiles

FILE = "/flows/a.troy"
ALPHABET = 'ab \n\r\t#é日"\U0001f600'


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def opened(text: str, files: JournalFiles = HERE) -> Journal:
    journal = Journal(FILE, files)
    journal.open(text)
    return journal


@pytest.fixture
def other() -> Iterator[JournalFiles]:
    """What another process holds: the system tells locks of one opened file from those of another."""
    files = JournalFiles()
    yield files
    files.close()


def edit(journal: Journal, text: str, start: int, end: int, new: str) -> str:
    changes = (TextChange(FILE, start, end, new),)
    journal.add(text, changes, "edited")
    return applied(text, changes)


def kept_journals() -> list[Path]:
    return list((state_dir() / "undo").glob("*.jsonl"))


def kept_lines() -> list[bytes]:
    (file,) = kept_journals()
    return file.read_bytes().splitlines()


def test_undo_returns_the_exact_text_and_redo_the_edit() -> None:
    journal = opened("a\r\nb\n")

    after = edit(journal, "a\r\nb\n", 1, 3, "\n# x\r\n")

    assert journal.undo(after) == "a\r\nb\n"
    assert journal.redo("a\r\nb\n") == after


def test_a_thousand_random_edits_undone_are_the_same_text_also_after_a_restart() -> None:
    rng = random.Random(7)
    first = text = "define flow main\nflow\nend;\n"
    journal = opened(text)
    for _ in range(1000):
        start, end = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
        end = min(end, start + 12)
        new = "".join(rng.choice(ALPHABET) for _ in range(rng.randint(0, 9)))
        text = edit(journal, text, start, end, new)
    last = text

    again = opened(text)
    while again.undoable:
        text = again.undo(text)
    assert text == first
    while again.redoable:
        text = again.redo(text)

    assert text == last


def test_letters_typed_in_a_row_are_one_edit_and_those_after_a_pause_another() -> None:
    journal = opened("")
    for at, text in enumerate(("l", "le", "let")):
        journal.typed("let"[:at], text, at * JOIN_NS // 2)
    journal.typed("let", "let x", 5 * JOIN_NS)

    assert journal.undo("let x") == "let"
    assert journal.undo("let") == ""


@pytest.mark.parametrize(("before", "after"), [("ab", "Xab\n"), ("a\nb", "a\nb\n"), ("one two", "One two!")])
def test_a_new_line_or_another_place_begins_another_edit(before: str, after: str) -> None:
    journal = opened(before)
    middle = before + "." if before == "one two" else before + "x"
    journal.typed(before, middle, 1)
    last = "!" + middle if before == "one two" else middle + "\n"

    journal.typed(middle, last, 2)

    assert journal.undo(last) == middle


def test_what_was_typed_is_kept_over_a_restart_as_one_edit() -> None:
    journal = opened("")
    for at in range(5):
        journal.typed("hello"[:at], "hello"[: at + 1], at)

    again = opened("hello")

    assert again.undo("hello") == ""
    assert again.undoable is None


def test_a_file_that_somebody_else_wrote_begins_a_new_branch_and_says_so() -> None:
    journal = opened("mine")
    text = edit(journal, "mine", 0, 0, "# ")
    before = kept_lines()

    again = Journal(FILE)
    words = again.open("theirs")

    assert "changed elsewhere" in words
    assert again.undoable is None
    assert kept_lines()[: len(before)] == before
    assert edit(again, "theirs", 0, 0, "# ") == "# theirs"
    assert again.undo("# theirs") == "theirs"
    assert text == "# mine"


def test_edits_that_were_not_saved_can_be_done_again() -> None:
    journal = opened("saved")
    text = edit(journal, "saved", 5, 5, "!")
    text = edit(journal, text, 6, 6, "!")

    again = Journal(FILE)
    words = again.open("saved")

    assert words == "2 edits were not saved; U does them again"
    assert again.redo(again.redo("saved")) == "saved!!"


def test_an_edit_after_undo_drops_what_could_be_done_again() -> None:
    journal = opened("a")
    journal.undo(edit(journal, "a", 1, 1, "b"))

    text = edit(journal, "a", 1, 1, "c")

    assert journal.redoable is None
    assert opened(text).undo(text) == "a"


def test_undo_of_a_text_that_the_journal_does_not_know_is_refused() -> None:
    journal = opened("a")
    edit(journal, "a", 1, 1, "b")

    with pytest.raises(TremorError, match="not the one"):
        journal.undo("something else")


def test_a_line_that_was_cut_off_is_left_out() -> None:
    journal = opened("a")
    text = edit(journal, "a", 1, 1, "b")
    (file,) = kept_journals()
    with file.open("ab") as out:
        out.write(b'{"do":[[[0,')

    assert opened(text).undo(text) == "a"


def test_a_journal_does_not_grow_by_what_says_nothing_any_more() -> None:
    journal = opened("")
    text = edit(journal, "", 0, 0, "x")
    for _ in range(300):
        text = journal.redo(journal.undo(text))

    opened(text)

    assert len(kept_lines()) == 3
    assert opened(text).undo(text) == ""


def test_two_workbenches_that_type_into_one_text_keep_a_journal_each(other: JournalFiles) -> None:
    one, two = opened("a"), opened("a", other)
    left, right = "a", "a"
    for _ in range(50):
        left, right = edit(one, left, len(left), len(left), "l"), edit(two, right, 0, 0, "r")

    assert len(kept_journals()) == 2
    for _ in range(50):
        left, right = one.undo(left), two.undo(right)
    assert (left, right) == ("a", "a")


@pytest.mark.parametrize("is_last_of_other", [False, True])
def test_whoever_comes_next_undoes_what_led_to_the_text_as_it_was_saved_last(
    other: JournalFiles, is_last_of_other: bool
) -> None:
    left = edit(opened("a"), "a", 1, 1, " from here")
    right = edit(opened("a", other), "a", 1, 1, " from there")
    other.close()

    saved = right if is_last_of_other else left

    assert opened(saved).undo(saved) == "a"


def test_what_a_workbench_that_is_open_has_not_saved_is_not_done_again_by_another(
    other: JournalFiles,
) -> None:
    there = opened("a", other)
    text = edit(there, edit(there, "a", 1, 1, "b"), 2, 2, "c")
    here = Journal(FILE)

    assert here.open("ab") == "", "it lost nothing"
    assert here.redoable is None
    assert here.undo("ab") == "a"
    assert there.undo(text) == "ab"


def test_a_journal_is_free_again_when_its_process_was_killed(tmp_path: Path) -> None:
    held = f"""\
import sys
from tremor_tui.workbench.journal import Journal
Journal({FILE!r}).open("a")
print("held", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        opened("a")
        assert len(kept_journals()) == 2
        process.kill()
    opened("a", JournalFiles())

    assert len(kept_journals()) == 2, "no third one was begun"


def test_a_text_that_is_open_too_often_is_edited_without_a_journal(other: JournalFiles) -> None:
    others = [JournalFiles() for _ in range(MOST)]
    for files in others:
        opened("a", files)
    journal = Journal(FILE, other)

    with pytest.raises(TremorError, match="too many workbenches"):
        journal.open("a")

    assert journal.undo(edit(journal, "a", 1, 1, "b")) == "a"
    for files in others:
        files.close()


def test_without_a_state_folder_undo_works_and_says_that_it_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tremor-tui").mkdir(mode=0o700)
    (tmp_path / "tremor-tui" / "undo").write_text("in the way")
    journal = Journal(FILE)

    with pytest.raises(TremorError, match="not kept over a restart"):
        journal.open("a")

    assert journal.undo(edit(journal, "a", 1, 1, "b")) == "a"


@pytest.mark.parametrize(
    ("before", "after"), [("", "a"), ("aaa", "aa"), ("abc", "abc"), ("a\nb", "b"), ("xyx", "xyxyx")]
)
def test_a_difference_leads_from_one_text_to_the_other(before: str, after: str) -> None:
    assert applied(before, difference(before, after)) == after
