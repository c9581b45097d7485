"""What is as it was when the workbench is opened again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.conftest import Opened
from tremor_tui.control.places import state_dir
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.workbench.memory import recall, remember, texts_of
from tremor_tui.workbench.screens.tasks import TasksView

pytestmark = pytest.mark.anyio


def test_what_is_remembered_comes_back_for_that_file_alone() -> None:
    remember("file:/a", {"screen": "tasks"})

    assert recall("file:/a").values == {"screen": "tasks"}
    assert recall("file:/b").values == {}


def files() -> list[Path]:
    """The files of the memory."""
    return sorted((state_dir() / "workbench").glob("*.json"))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 99, "of": "file:/a", "values": {}}', '"x"', "\xff"]
)
def test_what_is_damaged_is_said_and_passed_over(text: str) -> None:
    remember("file:/a", {"screen": "tasks"})
    files()[0].write_bytes(text.encode("latin-1"))

    found = recall("file:/a")

    assert found.values == {}
    assert "passed over" in found.complaint


def test_values_of_another_kind_are_passed_over() -> None:
    assert texts_of({"taps": ["a", 1, None]}, "taps") == ["a"]
    assert texts_of({"taps": "a"}, "taps") == []


async def test_screen_selection_tap_and_theme_survive(opened: Opened) -> None:
    edge = "live:connector/replay/out>pipeline/parse/in"
    async with opened() as bench:
        await bench.press("1")
        bench.app.act_theme()
        await bench.until(lambda: bench.store.node)
        bench.app.flow.canvas.select("pipeline/parse")
        await bench.app.open_tap(edge)
        await bench.press("2")
        theme = bench.app.theme

    async with opened() as bench:
        await bench.until(lambda: bench.store.tap)

        assert bench.app.place_now == "tasks"
        assert bench.store.node == "pipeline/parse"
        assert bench.store.tap.edge == edge
        assert bench.app.theme == theme != "tremor"


async def test_the_inside_of_a_pipeline_survives(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("1")
        await bench.until(lambda: bench.store.node)
        bench.app.flow.canvas.select("pipeline/parse")
        await bench.press("enter")
        await bench.until(lambda: bench.store.inside == "parse")

    async with opened() as bench:
        await bench.until(lambda: bench.store.inside == "parse")


async def test_the_order_of_the_table_survives(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("2", "o", "home", "down", "enter", "r")
        table = bench.app.view_of(TasksView).table
        order = table.sort_by, table.is_falling

    async with opened() as bench:
        table = bench.app.view_of(TasksView).table
        await bench.until(lambda: (table.sort_by, table.is_falling) == order)


async def test_what_is_no_longer_there_is_passed_over(opened: Opened) -> None:
    gone = {"screen": "nowhere", "flow": "live", "inside": "gone", "node": "x", "task": "y", "taps": ["z"]}
    remember("engine:local#4711", {**gone, "views": {"tasks": {"sort_by": "nothing", "is_falling": 7}}})

    async with opened() as bench:
        await bench.sees("LIVE")

        assert bench.app.place_now == "flow"
        assert bench.store.inside == ""
        assert bench.store.tap is None


async def test_a_damaged_memory_is_said(opened: Opened) -> None:
    remember("engine:local#4711", {})
    for path in files():
        path.write_text("{")

    async with opened() as bench:
        await bench.until(lambda: any("is damaged" in said.text for said in bench.store.said))


async def test_an_engine_without_flows_begins_with_a_choice(opened: Opened) -> None:
    async with opened(FakePlane(deployed=False)) as bench:
        await bench.sees("Pick a start.")
