from __future__ import annotations

from pathlib import Path

import pytest
from textual.strip import Strip

from tests.workbench.conftest import SIZES, Bench, Opened
from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import Compared, Diagnostic
from tremor_tui.errors import ControlError
from tremor_tui.testing.fake_plane import FakePlane, unknown_name
from tremor_tui.testing.scenes import TRICKLE, TROY
from tremor_tui.workbench.draft import Draft, keep, kept
from tremor_tui.workbench.widgets.editor import Editor

pytestmark = pytest.mark.anyio


@pytest.fixture
def plane(tmp_path: Path) -> FakePlane:
    (tmp_path / "live.troy").write_text(TROY)
    (tmp_path / "access_log.trickle").write_text(TRICKLE)
    return FakePlane(base=str(tmp_path), diagnose=unknown_name)


def on_disk(plane: FakePlane) -> str:
    """The flow's file as it is on disk."""
    return Path(plane.base, "live.troy").read_text()


def write(plane: FakePlane, text: str) -> None:
    """Somebody else writes the flow's file."""
    Path(plane.base, "live.troy").write_text(text)


async def edit(bench: Bench) -> None:
    """Opens the first file of the flow in the editor."""
    await bench.until(lambda: bench.store.flow)
    await bench.press("4")
    await bench.until(lambda: bench.app.script.draft and not bench.app.script.problems.state)


@pytest.mark.parametrize("size", SIZES)
async def test_the_files_of_the_flow_are_listed_and_the_first_is_open(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    async with opened(plane, size=size) as bench:
        await edit(bench)

        await bench.sees("define flow live")
        assert "access_log.trickle" in bench.text
        assert "tremor::connectors" in bench.text
        assert "The text compiles." in bench.text


async def test_a_mistake_is_shown_at_its_place_a_moment_after_it_was_typed(
    opened: Opened, plane: FakePlane
) -> None:
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press(*"evnt ")
        await bench.sees("there is no variable `evnt`")

        assert "did you mean `event`?" in bench.text
        assert "1:1" in bench.text
        assert bench.app.script.editor._marks[0][0][:2] == (0, 4)
        asked = [request for request in plane.asked if isinstance(request, do.Diagnose)]
        assert asked[-1].texts[f"{plane.base}/live.troy"].startswith("evnt ")


async def test_f2_goes_to_the_problem(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        bench.app.script.editor.jump(3, 1)
        await bench.press(*"evnt ")
        await bench.sees("there is no variable")
        await bench.press("ctrl+end")

        await bench.press("f2")

        assert bench.app.script.editor.cursor_location == (2, 0)


async def test_ctrl_s_saves_and_the_marker_goes(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press("#")
        await bench.sees("live.troy *")
        await bench.press("ctrl+s")
        await bench.sees("saved live.troy")

        assert on_disk(plane) == "#" + TROY
        assert "live.troy *" not in bench.text


async def test_a_file_changed_by_somebody_else_is_not_overwritten(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        write(plane, "# theirs\n")

        await bench.press("#", "ctrl+s")
        await bench.sees("Changed on disk")
        assert on_disk(plane) == "# theirs\n"
        await bench.press("down", "enter")
        await bench.until(lambda: bench.app.script.editor.text == "# theirs\n")
        await bench.press("ctrl+z")

        assert bench.app.script.editor.text == "#" + TROY


async def test_f5_checks_saves_applies_and_shows_the_receipt(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press("#", "f5")
        await bench.sees("v8 live, 240 queued events kept, pause 3.0ms")

        assert on_disk(plane) == "#" + TROY
        assert any(isinstance(request, do.Apply) for request in plane.asked)


@pytest.mark.parametrize("size", SIZES)
async def test_what_f5_would_change_is_said_while_typing(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    async with opened(plane, size=size) as bench:
        await edit(bench)
        assert "F5 changes" not in bench.text

        await bench.press("#")
        await bench.sees("F5 changes parse/parse_line (state kept)")
        asked = [request for request in plane.asked if isinstance(request, do.Compare)]
        assert asked[-1].texts == {f"{plane.base}/live.troy": "#" + TROY}

        await bench.press("ctrl+z")
        await bench.until(lambda: "F5 changes" not in bench.text)


async def test_what_no_apply_makes_is_said_before_it_is_tried(opened: Opened, plane: FakePlane) -> None:
    plane.difference = Compared("live", refused=("connector `two` is new",), text="connector `two` is new")
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press("#")

        await bench.sees("F5 cannot apply: connector `two` is new")


async def test_a_text_that_does_not_compile_is_not_compared(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press("#")
        await bench.sees("F5 changes")

        await bench.press("enter", *"evnt ")
        await bench.sees("there is no variable `evnt`")

        await bench.until(lambda: "F5 changes" not in bench.text)


@pytest.mark.parametrize("size", SIZES)
async def test_the_version_that_runs_is_watched_and_f5_again_accepts_it(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    async with opened(plane, size=size) as bench:
        await edit(bench)
        await bench.press("#", "f5")
        await bench.sees("v8 live")
        plane.push()
        await bench.sees("watching v8 … 10 s")
        await bench.sees("watching v8 10 s")  # in the status bar
        plane.push(31)
        await bench.sees("watching v8 … 7 s")

        await bench.press("f5")

        await bench.sees("v8 is accepted")
        plane.push()
        await bench.until(lambda: "watching v8" not in bench.text)


@pytest.mark.parametrize("size", SIZES)
async def test_a_version_that_went_back_leaves_its_text_in_the_editor_unsaved(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    async with opened(plane, size=size) as bench:
        await edit(bench)
        await bench.press("#", "f5")
        await bench.sees("v8 live")

        plane.go_back({"live.troy": TROY})
        await bench.sees("v8 went back to v7: 12 % of events failed, 0 % before")
        await bench.sees("live.troy *")

        assert bench.app.script.editor.text == "#" + TROY
        await bench.press("f5")
        await bench.until(lambda: on_disk(plane) == "#" + TROY)
        assert "Changed on disk" not in bench.text


async def test_a_version_that_went_back_while_another_screen_was_shown_keeps_its_text(
    opened: Opened, plane: FakePlane
) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press("#", "f5")
        await bench.sees("v8 live")
        await bench.press("escape", "2")

        plane.go_back({"live.troy": TROY})
        await bench.sees("went back")
        await bench.press("4")
        await bench.sees("live.troy *")

        assert bench.app.script.editor.text == "#" + TROY


async def test_f5_with_a_mistake_saves_nothing_and_goes_to_it(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press(*"evnt ", "f5")
        await bench.sees("not applied: 1:1 there is no variable `evnt`")

        assert on_disk(plane) == TROY
        assert not any(isinstance(request, do.Apply) for request in plane.asked)


async def test_a_refused_apply_is_said_with_its_hint(opened: Opened, plane: FakePlane) -> None:
    def refuse(request: do.Request) -> ControlError | None:
        return (
            ControlError("it would remove a link", "stop the flow first")
            if isinstance(request, do.Apply)
            else None
        )

    plane.refuse = refuse
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press("#", "f5")

        await bench.sees("not applied: it would remove a link (stop the flow first)")


async def test_a_library_file_cannot_be_changed(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press("ctrl+g", "up", "enter", "x", "ctrl+s")

        assert bench.app.script.editor.text == "define connector exit from exit;\n"
        await bench.sees("belongs to the library")


async def test_letters_type_and_escape_goes_back_to_the_flow(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press("q", "1", "question_mark", "space")
        assert bench.app.script.editor.text.startswith("q1? ")
        await bench.press("escape")

        assert bench.app.place_now == "flow"


async def test_unsaved_text_is_kept_from_screen_to_screen_and_asked_for_at_the_end(
    opened: Opened, plane: FakePlane
) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press("#", "escape", "2", "4")
        assert bench.app.script.editor.text == "#" + TROY

        await bench.press("escape", "q")

        assert "Text that is not saved: live.troy." in bench.text


async def test_only_the_latest_answer_is_shown(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        script = bench.app.script
        script.diagnosing._asked += 1
        script.diagnosing.spread((Diagnostic("of now"),))

        script.diagnosing._asked += 1
        await script.diagnosing.now()

        assert [problem.message for problem in script.problems.found] == []


async def test_e_opens_the_script_of_the_selected_task(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")

        await bench.press("e")

        await bench.sees("define flow live")


@pytest.mark.parametrize("size", SIZES)
async def test_a_line_that_is_opened_before_the_screen_was_ever_shown_is_in_the_middle(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    plane.files["live.troy"] = "\n".join(f"# line {number} " for number in range(1, 101))
    write(plane, plane.files["live.troy"])
    async with opened(plane, size=size) as bench:
        await bench.until(lambda: bench.store.flow)

        bench.app.edit_place(f"{plane.base}/live.troy", 50)

        await bench.sees("line 50 ")
        for number in range(45, 56):
            assert f"line {number} " in bench.text


async def test_a_letter_draws_its_own_line_and_a_quote_all_lines_that_it_colours(
    opened: Opened, plane: FakePlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    plane.files["live.troy"] = "\n".join(f"let a{number} = 1;" for number in range(1, 101))
    write(plane, plane.files["live.troy"])
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press("enter", "up")
        drawn: set[int] = set()
        render = Editor.render_line

        def line(editor: Editor, y: int) -> Strip:
            drawn.add(y)
            return render(editor, y)

        monkeypatch.setattr(Editor, "render_line", line)

        await bench.press("x")
        assert drawn == {0}
        await bench.press("home", *'"""')
        await bench.until(lambda: len(drawn) > 20)


async def test_text_of_a_workbench_that_was_ended_is_offered_again(opened: Opened, plane: FakePlane) -> None:
    lost = Draft("live.troy", f"{plane.base}/live.troy", TROY, "# lost\n" + TROY)
    keep([lost])
    async with opened(plane) as bench:
        await bench.until(lambda: bench.store.flow)
        await bench.press("4")
        await bench.sees("held text that was not saved")

        await bench.press("enter")

        assert bench.app.script.editor.text == lost.text
        assert kept(lost) == ""
        await bench.press("ctrl+z")
        assert bench.app.script.editor.text == TROY
