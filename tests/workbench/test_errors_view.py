"""The Errors screen: what failed is listed live, opened at its line, tried, replayed, discarded, written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.workbench.conftest import SIZES, Bench, Opened
from tests.workbench.test_events_view import WithPlaces, write_flow
from tremor_tui.control.authoring import MakeTest
from tremor_tui.control.letters import DiscardLetters, ReplayLetters
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.workbench.screens.errors import ErrorsView

pytestmark = pytest.mark.anyio


@pytest.fixture
def plane(tmp_path: Path) -> FakePlane:
    made = FakePlane(base=str(tmp_path))
    made.letters.fail(count=22)
    made.letters.fail(
        "body is not JSON", 11, stage="decode", task="live/source/replay", node="", file="", line=0
    )
    made.letters.fail("connection lost", 4, tries=5)
    return made


def sent(plane: FakePlane, kind: type) -> list[object]:
    return [one for one in plane.asked if isinstance(one, kind)]


def view(bench: Bench) -> ErrorsView:
    return bench.app.view_of(ErrorsView)


@pytest.mark.parametrize("size", SIZES)
async def test_letters_are_listed_newest_first_with_their_count_in_the_tab(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    async with opened(plane, size=size) as bench:
        await bench.sees("Errors(37)")
        await bench.press("5")
        await bench.sees("Event 37")

        rows = [line for line in bench.lines() if " dead" in line and "tries" not in line]
        assert (
            rows[0].split()[-5:] == ["connection", "lost", "5", "dead"][-5:] or "connection lost" in rows[0]
        )
        assert "3 reasons: no customer 22 | body is not JSON 11 | connection lost 4" in bench.text
        assert "failed at" in bench.text
        assert "line 6" in bench.text
        assert 'emit {"error": "no customer"}' in bench.text
        assert "v7 (now v8)" in bench.text


async def test_an_empty_list_says_what_it_is_for(opened: Opened, tmp_path: Path) -> None:
    async with opened(FakePlane(base=str(tmp_path)), size=(80, 24)) as bench:
        await bench.press("5")
        await bench.sees("No event has failed and waits here.")
        await bench.press("R")
        await bench.sees("no event that failed is listed")


async def test_new_letters_do_not_move_the_one_that_is_selected(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        await bench.press("down", "down")
        await bench.sees("Event 35")

        plane.letters.fail("a new reason", 3)
        plane.push()
        await bench.sees("a new reason")

        assert view(bench).mail.selected == 35
        assert "Event 35" in bench.text


async def test_a_held_list_stays_as_it_is_until_it_is_let_go(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        await bench.press("f9")
        plane.letters.fail("a new reason")
        plane.push()
        await bench.sees("HELD")
        await bench.pilot.pause(0.2)
        assert "a new reason" not in bench.text

        await bench.press("f9")
        await bench.sees("a new reason")


async def test_groups_filter_and_marks_say_what_an_action_is_about(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        await bench.press("G")
        await bench.sees("waiting")
        await bench.until(lambda: view(bench).mail.meant()[2] == "4 'connection lost'")
        await bench.press("home")
        assert view(bench).mail.meant()[2] == "22 'no customer'"

        await bench.press("escape", "slash", *"JSON", "enter")
        await bench.sees("filter: JSON")
        await bench.until(lambda: view(bench).mail.total == 11)
        await bench.press("space", "space")
        assert view(bench).mail.meant()[:2] == ((32, 33), None)
        await bench.press("escape", "escape")
        await bench.until(lambda: view(bench).mail.total == 37)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("state:dead !node:replay", 26), ("id:91003", 1), ('"not JSON"', 11), ("#", 0)],
)
async def test_letters_are_found_by_the_grammar_of_every_list(
    opened: Opened, plane: FakePlane, wanted: str, found: int
) -> None:
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        view(bench)._filter(wanted)
        await bench.until(lambda: view(bench).mail.total == found)


async def test_a_group_is_tried_and_the_summary_and_each_result_are_said(
    opened: Opened, plane: FakePlane
) -> None:
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        await bench.press("G", "home", "R")
        await bench.sees("dry run of 22 'no customer': 22 -> err, 0 would be sent")

        assert "fails (line 6): no customer" in bench.text
        (request,) = sent(plane, ReplayLetters)
        assert isinstance(request, ReplayLetters)
        assert (request.dry_run, request.which and request.which.reason) == (True, "no customer")


async def test_a_real_replay_asks_first_and_counts_what_came_of_it(opened: Opened, plane: FakePlane) -> None:
    plane.letters.fixed = True
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        await bench.press("space", "space", "ctrl+r")
        await bench.sees("Each of 2 marked enters the task where it failed again, through")
        await bench.press("down", "enter")
        assert not sent(plane, ReplayLetters)

        await bench.press("ctrl+r")
        await bench.sees("Each of 2 marked")
        await bench.press("enter")
        await bench.sees("replay: 2 replayed")
        plane.push()
        await bench.sees("Errors(35)")
        (request,) = sent(plane, ReplayLetters)
        assert isinstance(request, ReplayLetters)
        assert (request.ids, request.dry_run) == ((36, 37), False)

        await bench.press("A")
        await bench.sees("replayed")


async def test_what_fails_again_is_dead_again_with_one_try_more(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        await bench.press("ctrl+r")
        await bench.sees("Each of #37")
        await bench.press("enter")
        await bench.sees("1 failed again")
        await bench.until(lambda: view(bench).mail.lines[0].tries == 6)


async def test_discarding_asks_first(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        await bench.press("x")
        await bench.sees("until their place is needed")
        await bench.press("enter")
        await bench.sees("discarded 1 letters")
        await bench.until(lambda: view(bench).mail.total == 36)
        assert len(sent(plane, DiscardLetters)) == 1


async def test_marked_letters_are_written_to_a_new_file(
    opened: Opened, plane: FakePlane, tmp_path: Path
) -> None:
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        await bench.press("space", "E")
        await bench.sees("Write 1 marked to")
        await bench.press("ctrl+u", *"out.jsonl", "enter")
        await bench.until((tmp_path / "out.jsonl").exists)
        await bench.sees("1 letters are in")
        await bench.press("E", "ctrl+u", *"out.jsonl", "enter")
        await bench.sees("cannot write")

    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [37]


async def test_enter_opens_the_line_that_failed(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        await bench.press("enter")
        await bench.until(lambda: bench.app.place_now == "script")
        await bench.until(lambda: bench.app.script.editor.cursor_location[0] == 5)
        assert bench.app.script.draft is not None
        assert bench.app.script.draft.path.endswith("access_log.trickle")


async def test_an_event_becomes_a_test(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        await bench.press("T")
        await bench.until(lambda: sent(plane, MakeTest) or len(bench.app.screen_stack) > 1)


async def test_a_read_only_workbench_may_try_but_not_send(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane, read_only=True) as bench:
        await bench.press("5")
        await bench.sees("Event 37")
        await bench.press("R")
        await bench.sees("dry run of 1")
        await bench.press("ctrl+r")
        await bench.sees("may only look")
        assert len(sent(plane, ReplayLetters)) == 1


async def test_hostile_text_of_an_event_is_shown_harmless(opened: Opened, plane: FakePlane) -> None:
    evil = "\x1b]52;c;AAAA\x07\u202eevil"
    plane.letters.fail(evil, event=json.dumps({"a": evil}, ensure_ascii=False), source=evil, meta=f'"{evil}"')
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 38")
        assert not {"\x1b", "\x07", "\u202e"} & set(bench.text)


async def test_s_opens_the_script_with_the_event_that_failed_as_its_sample(
    opened: Opened, tmp_path: Path
) -> None:
    plane = WithPlaces(base=str(tmp_path))
    plane.letters.fail(count=1)
    write_flow(tmp_path)
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 1")
        await bench.press("S")
        await bench.until(lambda: bench.app.place_now == "script")
        previewing = bench.app.script.previewing
        await bench.until(lambda: previewing._panel.samples)
        assert json.loads(previewing._panel.samples[0].value)["id"] == 91001


async def test_what_failed_outside_of_a_pipeline_is_no_sample(opened: Opened, tmp_path: Path) -> None:
    plane = FakePlane(base=str(tmp_path))
    plane.letters.fail("body is not JSON", 1, stage="decode", task="live/source/replay", node="")
    async with opened(plane) as bench:
        await bench.press("5")
        await bench.sees("Event 1")
        await bench.press("S")
        await bench.sees("a sample is made of a whole event that failed in a pipeline")
