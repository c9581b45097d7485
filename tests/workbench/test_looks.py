"""Small things that a screen owes the reader: whole words, whole figures, one number for one thing."""

from __future__ import annotations

import re

import msgspec
import pytest

from tests.workbench.conftest import SIZES, Opened
from tremor_tui.control.snapshots import Split
from tremor_tui.workbench.settings import Settings
from tremor_tui.workbench.widgets.inspector import Inspector
from tremor_tui.workbench.widgets.painted import Line
from tremor_tui.workbench.widgets.scroll_text import folded

pytestmark = pytest.mark.anyio


def text_of(line: Line) -> str:
    return "".join(segment.text for segment in line.segments)


async def test_the_four_shares_of_a_task_have_their_signs_at_every_width(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.picture)
        inspector = bench.app.query(Inspector).first()
        task = msgspec.structs.replace(bench.store.picture.tasks[0], split=Split(2, 1, 2, 95))

        for width in (*range(36, 48), 60, 80, 116):
            for line in inspector.split(task, width, False):
                assert re.findall(r"\d+%", text_of(line)[:width]) == ["2%", "1%", "2%", "95%"], width


@pytest.mark.parametrize("size", SIZES)
async def test_the_tab_and_the_list_of_errors_tell_one_number(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size=size) as bench:
        await bench.press("5")
        await bench.sees("Errors (0)")
        flow = bench.store.picture.flows[0]
        letters = msgspec.structs.replace(flow.letters, open=41, kept=41, failed=41)
        moved = msgspec.structs.replace(flow, letters=letters)
        bench.store.latest = msgspec.structs.replace(bench.store.latest, flows=(moved,))
        bench.app.store.touch()

        await bench.sees("Errors (41)")
        assert re.findall(r"Errors ?\((\d+)\)", bench.text) == ["41", "41"]


async def test_the_settings_choose_the_columns_of_the_tasks(opened: Opened) -> None:
    async with opened(settings=Settings(columns={"tasks": ("task", "max", "busy")})) as bench:
        await bench.press("2")
        await bench.sees("Busy%")

        header = next(line for line in bench.lines() if " Max " in line and "Busy%" in line)
        assert header.strip("│ ").split() == ["Task", "Max", "Busy%"]


async def test_columns_for_which_there_is_no_room_are_left_out_from_the_right(opened: Opened) -> None:
    chosen = ("task", "kind", "idle", "ready", "polls", "max", "busy", "queue", "in", "out", "p99", "blocked")
    async with opened(size=(80, 24), settings=Settings(columns={"tasks": chosen})) as bench:
        await bench.press("2")
        await bench.sees("Polls/s")

        header = next(line for line in bench.lines() if "Polls/s" in line)
        assert header.split()[:7] == ["Task", "Kind", "Idle%", "Ready%", "Polls/s", "Max", "Busy%"]
        assert "Block%" not in header


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('"agent": "Mozilla/5.0 (X11; Linux)"', ['"agent": "Mozilla/', "     5.0 (X11; ", '     Linux)"']),
        ('"path": "/a/long/path"', ['"path": "/a/long/', '     path"']),
        ('"k": "' + "x" * 22 + '"', ['"k": "' + "x" * 14, "     " + "x" * 8 + '"']),
    ],
)
def test_what_goes_on_in_the_next_line_is_cut_between_words(text: str, lines: list[str]) -> None:
    assert [text_of(line) for line in folded([Line().add(text)], 20)] == lines
