"""The popup and the help for a call: when they show, what they take, and what never happens to typing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.workbench.conftest import SIZES, Bench, Opened
from tremor_tui.control import commands as do
from tremor_tui.control.authoring import Complete, Suggestion
from tremor_tui.control.snapshots import Answer
from tremor_tui.errors import ControlError
from tremor_tui.testing.fake_plane import FakePlane, unknown_name
from tremor_tui.testing.scenes import TRICKLE, TROY

pytestmark = pytest.mark.anyio


@pytest.fixture
def plane(tmp_path: Path) -> FakePlane:
    (tmp_path / "live.troy").write_text(TROY)
    (tmp_path / "access_log.trickle").write_text(TRICKLE)
    return FakePlane(base=str(tmp_path), diagnose=unknown_name)


async def edit(bench: Bench) -> None:
    """Opens the first file of the flow with an empty first line."""
    await bench.until(lambda: bench.store.flow)
    await bench.press("4")
    await bench.until(lambda: bench.app.script.draft and not bench.app.script.problems.state)
    await bench.press("enter", "up")


def first_line(bench: Bench) -> str:
    return str(bench.app.script.editor.document.get_line(0))


def asked(plane: FakePlane) -> list[Complete]:
    return [request for request in plane.asked if isinstance(request, Complete)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_dot_shows_the_keys_of_samples_below_the_cursor(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    async with opened(plane, size=size) as bench:
        await edit(bench)

        await bench.press(*"event.")
        await bench.sees("in 5 of 20")

        row = next(row for row, line in enumerate(bench.lines()) if "event." in line)
        assert "╭" in bench.lines()[row + 1]
        assert "status" in bench.lines()[row + 2]
        assert "integer  404  in 20 of 20" in bench.lines()[row + 2]


@pytest.mark.parametrize("key", ["tab", "enter"])
async def test_arrows_move_and_a_key_takes_without_typing_itself(
    opened: Opened, plane: FakePlane, key: str
) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press(*"event.")
        await bench.sees("in 5 of 20")

        await bench.press("down", "down", "up", key)

        assert first_line(bench) == "event.client"
        assert not bench.app.script.popup.display


async def test_escape_closes_the_popup_first_and_leaves_the_screen_then(
    opened: Opened, plane: FakePlane
) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press(*"event.")
        await bench.sees("in 5 of 20")

        await bench.press("escape")
        assert bench.app.place_now == "script"
        assert not bench.app.script.popup.display

        await bench.press("escape")
        assert bench.app.place_now == "flow"


async def test_what_is_typed_narrows_what_is_shown_at_once(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press(*"event.")
        await bench.sees("in 5 of 20")
        many = len(asked(plane))
        plane.refuse = lambda request: ControlError("no") if isinstance(request, Complete) else None
        place = bench.app.script.popup.region

        await bench.press("r", "e")

        assert bench.app.script.popup.region == place, "another size would lay out the screen for each key"
        assert [item.label for item in bench.app.script.popup.items] == ["request_time"]
        assert len(asked(plane)) <= many + 1
        await bench.press("tab")
        assert first_line(bench) == "event.request_time"


async def test_letters_show_words_after_a_pause_and_a_space_ends_it(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press("s", "p")
        await bench.until(lambda: bench.app.script.popup.display)
        await bench.press("space")

        assert not bench.app.script.popup.display
        assert first_line(bench) == "sp "


async def test_ctrl_space_asks_where_nothing_is_typed(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press("ctrl+@")

        await bench.until(lambda: bench.app.script.popup.display)
        assert {"split", "select"} <= {item.label for item in bench.app.script.popup.items}


@pytest.mark.parametrize("size", SIZES)
async def test_within_a_call_its_signature_shows_with_the_argument_at_hand(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    async with opened(plane, size=size) as bench:
        await edit(bench)

        await bench.press(*"split(a, ")
        await bench.sees("split(input, separator) -> array")
        await bench.until(lambda: bench.app.script.hint.hint and bench.app.script.hint.hint.active == 1)

        await bench.press("b", "right_parenthesis", "semicolon")
        await bench.until(lambda: not bench.app.script.hint.display)


async def test_an_answer_that_comes_too_late_is_dropped_and_typing_never_waits(
    opened: Opened, plane: FakePlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = asyncio.Event()
    submit = plane.submit

    async def slow(request: do.Request) -> Answer:
        if isinstance(request, Complete) and not late.is_set():
            await late.wait()
        return await submit(request)

    async with opened(plane) as bench:
        await edit(bench)
        monkeypatch.setattr(plane, "submit", slow)

        await bench.press(*"event.")
        await bench.press(*["backspace"] * 6, *"let x")
        assert first_line(bench) == "let x"
        late.set()
        await bench.pilot.pause(0.05)

        assert not any(item.kind == "key" for item in bench.app.script.popup.items)


async def test_a_refused_question_says_nothing_and_typing_goes_on(opened: Opened, plane: FakePlane) -> None:
    plane.refuse = lambda request: ControlError("busy") if isinstance(request, Complete) else None
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press(*"event.s")
        await bench.until(lambda: asked(plane))

        assert first_line(bench) == "event.s"
        assert "busy" not in bench.text


async def test_a_click_takes_a_suggestion(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press(*"event.")
        await bench.sees("in 5 of 20")

        await bench.pilot.click("#popup", offset=(5, 2))
        await bench.until(lambda: first_line(bench) == "event.client")


async def test_samples_of_the_script_go_with_the_question(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await bench.until(lambda: bench.store.flow)
        await bench.press("4")
        await bench.until(lambda: len(bench.app.script.files.drafts) > 1)
        await bench.press("ctrl+g", "down", "enter")
        await bench.until(lambda: any(isinstance(one, do.OpenTap) for one in plane.asked))
        plane.push()
        await bench.sees("0 dropped")

        await bench.press(*"event.")
        await bench.until(lambda: asked(plane) and asked(plane)[-1].samples)

        assert len(asked(plane)[-1].samples) == len(asked(plane)[-1].metas) == 20


@pytest.mark.parametrize("size", SIZES)
async def test_f4_explains_the_word_at_the_cursor(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    async with opened(plane, size=size) as bench:
        await edit(bench)

        await bench.press("f4")

        await bench.sees("Splits a string.")
        assert "split(input, separator) -> array" in bench.text
        await bench.press("escape")
        assert bench.app.place_now == "script"


async def test_a_hint_that_names_the_word_is_written_by_one_key(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press(*"let a = evnt;")
        await bench.sees("there is no variable `evnt`")

        await bench.press("f12")

        assert first_line(bench) == "let a = event;"
        await bench.press("f12")
        await bench.sees("no problem here names the word")


async def test_a_new_line_begins_below_the_text_of_the_one_before(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press("space", "space", "x", "enter", "y")

        assert bench.app.script.editor.document.get_line(1) == "  y"


async def test_enter_after_a_whole_word_ends_the_line(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        plane.authoring.items = (Suggestion("in", "keyword", "in"), Suggestion("into", "keyword", "into"))
        await bench.press("i", "n")
        await bench.until(lambda: bench.app.script.popup.display)

        await bench.press("enter", "x")

        assert first_line(bench) == "in"
        assert bench.app.script.editor.document.get_line(1) == "x"
