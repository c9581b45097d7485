from __future__ import annotations

import os
from pathlib import Path

import pytest

from tremor_tui.errors import TremorError
from tremor_tui.workbench.draft import ChangedOnDisk, Draft, forget, keep, kept


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    file = tmp_path / "a.troy"
    file.write_text("old\n")
    return Draft("a.troy", str(file), "old\n", "new\n")


def test_saving_replaces_the_file_and_leaves_nothing_beside_it(draft: Draft) -> None:
    os.chmod(draft.path, 0o600)

    draft.save("new\n")

    assert Path(draft.path).read_text() == "new\n"
    assert not draft.is_unsaved
    assert Path(draft.path).stat().st_mode & 0o777 == 0o600
    assert len(list(Path(draft.path).parent.iterdir())) == 1


def test_what_somebody_else_wrote_is_never_overwritten_silently(draft: Draft) -> None:
    Path(draft.path).write_text("theirs\n")

    with pytest.raises(ChangedOnDisk):
        draft.save("new\n")

    assert Path(draft.path).read_text() == "theirs\n"
    draft.overwrite("new\n")
    assert Path(draft.path).read_text() == "new\n"


def test_the_same_text_on_disk_is_no_conflict(draft: Draft) -> None:
    Path(draft.path).write_text("new\n")

    draft.save("new\n")

    assert not draft.is_unsaved


def test_a_file_that_is_gone_is_written_again(draft: Draft) -> None:
    Path(draft.path).unlink()

    draft.save("new\n")

    assert Path(draft.path).read_text() == "new\n"


def test_a_link_stays_a_link(draft: Draft, tmp_path: Path) -> None:
    link = tmp_path / "link.troy"
    link.symlink_to(draft.path)

    Draft("link.troy", str(link), "old\n", "new\n").save("new\n")

    assert link.is_symlink()
    assert Path(draft.path).read_text() == "new\n"


def test_a_library_file_is_refused(draft: Draft) -> None:
    draft.is_writable = False

    with pytest.raises(TremorError, match="belongs to the library"):
        draft.save("new\n")


def test_a_folder_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    draft = Draft("a", str(tmp_path / "gone" / "a"), "", "x")

    with pytest.raises(TremorError, match="cannot write") as error:
        draft.save("x")

    assert error.value.hint == "the text is still here, unsaved"


def test_a_diagnostic_names_a_draft_by_name_path_or_relative_path(draft: Draft) -> None:
    base = str(Path(draft.path).parent)

    assert draft.names("a.troy", "/elsewhere")
    assert draft.names(draft.path, "/elsewhere")
    assert draft.names("./x/../a.troy", base)
    assert not draft.names("b.troy", base)


def test_what_was_not_saved_is_kept_until_it_is_let_go(draft: Draft) -> None:
    keep([draft])

    again = Draft(draft.name, draft.path, "old\n", "old\n")
    assert kept(again) == "new\n"
    forget(again)

    assert kept(again) == ""


def test_a_saved_text_is_not_kept(draft: Draft) -> None:
    draft.save("new\n")

    keep([draft])

    assert kept(draft) == ""


def test_a_kept_text_that_lies_on_disk_is_not_offered(draft: Draft) -> None:
    keep([draft])

    assert kept(Draft(draft.name, draft.path, "new\n", "new\n")) == ""
