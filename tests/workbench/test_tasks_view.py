from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from tests.workbench.conftest import SIZES, Bench, Opened
from tremor_tui.control import commands as do
from tremor_tui.control.limits import RULES, Limits
from tremor_tui.control.snapshots import EngineSnapshot, HotLine, TaskSnapshot, Warned
from tremor_tui.errors import ControlError
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.testing.scenes import SLOW, TRICKLE, TROY
from tremor_tui.workbench.actions import of
from tremor_tui.workbench.screens.tasks import TasksView
from tremor_tui.workbench.widgets import table as table_module
from tremor_tui.workbench.widgets.histogram import columns
from tremor_tui.workbench.widgets.why import TRIALS

pytestmark = pytest.mark.anyio


class HotPlane(FakePlane):
    """A plane that knows which line takes the time of `classify`."""

    def picture(self) -> EngineSnapshot:
        found = super().picture()
        hot = (HotLine(0.91, 214, "access_log.trickle", 8),)
        tasks = tuple(
            msgspec.structs.replace(one, hot=hot) if one.alias == "classify" else one for one in found.tasks
        )
        return msgspec.structs.replace(found, tasks=tasks)


class TurnedPlane(FakePlane):
    """A plane whose busiest task becomes its idlest."""

    is_turned = False

    def picture(self) -> EngineSnapshot:
        found = super().picture()
        if not self.is_turned:
            return found
        return msgspec.structs.replace(found, tasks=tuple(turned(one) for one in found.tasks))


def turned(task: TaskSnapshot) -> TaskSnapshot:
    split = msgspec.structs.replace(task.split, busy=100.0 - task.split.busy)
    return msgspec.structs.replace(task, split=split)


def names_of(bench: Bench) -> list[str]:
    return [task.alias for task in bench.app.view_of(TasksView).table.rows()]


@pytest.mark.parametrize("size", SIZES)
async def test_the_table_shows_every_task_and_where_its_time_goes(
    opened: Opened, size: tuple[int, int]
) -> None:
    async with opened(size=size) as bench:
        await bench.press("2")
        await bench.sees("Busy%")

        for column in ("State", "Task", "Block%", "In/s", "Run p99", "Queue"):
            assert column in bench.text
        for task in ("replay", "parse", "dead_letters"):
            assert task in bench.text
        assert "Why is it slow?" in bench.text
        assert "budget" in bench.text


async def test_rows_are_sorted_by_the_chosen_column(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("2")
        await bench.sees("Busy%")
        names = [task.alias for task in bench.app.view_of(TasksView).table.rows()]
        assert names[:2] == ["classify", "parse"]

        await bench.press("o")
        await bench.sees("Sort by")
        await bench.press("up", "up", "up", "enter")

        assert bench.app.view_of(TasksView).table.sort_by == "task"
        assert [task.alias for task in bench.app.view_of(TasksView).table.rows()] == sorted(names)
        await bench.press("O")
        assert [task.alias for task in bench.app.view_of(TasksView).table.rows()] == sorted(
            names, reverse=True
        )


async def test_a_click_on_a_header_sorts(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("2")
        await bench.sees("Busy%")
        row, line = next(
            (y, line) for y, line in enumerate(bench.lines()) if "Busy%" in line and "Idle%" in line
        )

        await bench.pilot.click(offset=(line.index("Idle%") + 1, row))
        await bench.pilot.pause()

        assert bench.app.view_of(TasksView).table.sort_by == "idle"


async def test_a_filter_leaves_what_fits_and_escape_clears_it(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("2", "slash", *"sink", "enter")
        assert {task.kind for task in bench.app.view_of(TasksView).table.rows()} == {"sink"}

        await bench.press("escape")

        assert len(bench.app.view_of(TasksView).table.rows()) == 7


async def test_the_selection_stays_with_its_task_when_rows_change_places(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("2", "down")
        chosen = bench.store.task

        bench.plane.push(40)
        await bench.pilot.pause(0.2)

        assert bench.store.task == chosen


async def test_rows_keep_still_under_the_hand_and_are_sorted_again_after_it(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(table_module, "time", SimpleNamespace(monotonic=lambda: now))
    plane = TurnedPlane(base=str(tmp_path))
    async with opened(plane) as bench:
        await bench.press("2")
        await bench.sees("Busy%")
        before = names_of(bench)
        await bench.press("down")
        plane.is_turned = True
        plane.push(1)
        await bench.until(lambda: bench.store.task_of("live/pipeline/classify").split.busy > 50)
        assert names_of(bench) == before

        now += table_module.HELD_S

        assert names_of(bench) != before
        assert names_of(bench)[-1] == before[0]


async def test_a_chosen_order_is_shown_at_once_though_rows_are_held(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("2")
        await bench.sees("Busy%")
        await bench.press("down")
        before = names_of(bench)

        await bench.press("O")

        assert names_of(bench) != before


async def test_a_stall_is_marked_and_explained_with_its_line(opened: Opened) -> None:
    stall = Warned(
        "stall",
        "has not yielded for 41 ms",
        "live/pipeline/classify",
        "live",
        1,
        12,
        True,
        "access_log.trickle",
        14,
    )
    async with opened(FakePlane(scene=SLOW, warnings=(stall,))) as bench:
        await bench.press("2")
        await bench.until(lambda: bench.store.task)
        await bench.press("home")
        assert any("⚠" in line and "classify" in line for line in bench.lines())
        words = " ".join(line.plain.strip() for line in bench.app.view_of(TasksView).why.body(60, 12))
        assert "has not yielded for 41 ms at access_log.trickle:14 (12 times)" in words

        await bench.press("w")

        assert "access_log.trickle:14" in bench.text
        assert "12 times" in bench.text


async def test_t_shows_the_task_in_its_flow(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("2", "end", "t")

        assert bench.store.node == "connector/alerts"
        assert "Flow  live" in bench.text


async def test_enter_shows_every_figure(opened: Opened) -> None:
    async with opened(size=(80, 24)) as bench:
        await bench.press("2", "enter")

        for word in ("queue", "total", "bytes", "executor", "discarded"):
            assert word in bench.text


def test_histogram_columns_keep_the_highest_count() -> None:
    counts = (0,) * 40 + (3, 9, 4) + (0,) * 10 + (1,)

    sums, first, last = columns(counts, 30)

    assert max(sums) == 9
    assert min(i for i, many in enumerate(sums) if many) > 0
    assert first < 10 < 13.75 < last


def test_an_empty_histogram_has_empty_columns() -> None:
    assert columns((), 5)[0] == [0] * 5


async def test_the_limiting_task_is_selected_and_e_opens_its_line(opened: Opened, tmp_path: Path) -> None:
    files = {"live.troy": TROY, "access_log.trickle": TRICKLE}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    plane = HotPlane(scene=SLOW, base=str(tmp_path), files=files)
    async with opened(plane) as bench:
        await bench.sees("Flow  live")

        await bench.press("2")
        await bench.sees("access_log.trickle line 8 takes 91% of")
        assert bench.store.task == "live/pipeline/classify"
        await bench.press("e")

        script = bench.app.script
        await bench.until(lambda: script.draft and script.draft.name == "access_log.trickle")
        await bench.until(lambda: bench.app.script.editor.cursor_location[0] == 7)


async def test_b_goes_to_the_task_that_blocks_this_one(opened: Opened) -> None:
    async with opened(FakePlane(scene=SLOW)) as bench:
        await bench.press("2", "down")
        assert bench.store.task == "live/pipeline/parse"
        await bench.sees("blocked")

        await bench.press("b")

        assert bench.store.task == "live/pipeline/classify"
        await bench.press("end", "b")
        await bench.sees("this task is not blocked")


async def test_the_window_of_the_run_times_is_chosen(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("2")
        await bench.sees("total")
        before = sum(bench.store.task_of(bench.store.task).run.counts)

        await bench.press("H")
        await bench.sees("last 10 s")
        bench.plane.push(60)
        await bench.until(lambda: sum(bench.store.task_of(bench.store.task).run.counts) > before)
        await bench.sees("p99.9")
        await bench.press("H")
        await bench.sees("last 60 s")


async def test_recording_is_begun_with_a_folder_and_ended_by_the_same_key(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened() as bench:
        await bench.press("2", "r")
        await bench.sees("Record to a folder")
        await bench.press("enter")
        await bench.until(lambda: any(isinstance(r, do.StartRecording) for r in bench.plane.asked))
        asked = next(r for r in bench.plane.asked if isinstance(r, do.StartRecording))
        assert asked.folder.startswith(f"{tmp_path}/recordings/")

        recording = msgspec.structs.replace(bench.plane.picture(), recording=asked.folder)
        bench.plane._out.put_nowait(recording)
        await bench.sees("REC")
        await bench.press("r")
        await bench.until(lambda: any(isinstance(r, do.StopRecording) for r in bench.plane.asked))


async def test_statistics_are_switched_and_said_to_be_off(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("2", "D")
        await bench.until(lambda: do.SetStatistics(False) in bench.plane.asked)

        bench.plane._out.put_nowait(msgspec.structs.replace(bench.plane.picture(), statistics=False))

        await bench.sees("statistics off")
        await bench.sees("D turns them on")


@pytest.mark.parametrize("size", SIZES)
async def test_the_limits_are_edited_in_a_form(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size=size) as bench:
        await bench.press("2", "W")
        await bench.sees("Limits of warnings")
        for rule in RULES:
            assert rule.words.strip() in bench.text
        await bench.press("up", "end", "backspace", "backspace", "backspace", *"20", "enter")

        await bench.until(lambda: any(isinstance(r, do.SetLimits) for r in bench.plane.asked))
        assert do.SetLimits(Limits(stall_ms=20)) in bench.plane.asked


async def test_a_limit_that_is_no_number_changes_nothing(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("2", "W")
        await bench.press("up", "end", "backspace", "backspace", "backspace", *"=x", "enter")

        await bench.sees("a limit is a number")
        assert not any(isinstance(r, do.SetLimits) for r in bench.plane.asked)


def test_every_key_that_is_offered_against_slowness_is_a_key_of_the_screen() -> None:
    keys = {key: action.id for action in of("tasks") for key in action.keys.split(",")}

    assert {trial: keys.get(key) for trial, (key, _) in TRIALS.items() if trial != "history"} == {
        "line": "task_edit",
        "break": "task_break",
        "blocker": "blocker",
        "limits": "limits",
        "tap": "task_flow",
    }


@pytest.mark.parametrize("size", SIZES)
async def test_the_fast_path_is_shown_for_the_selected_task_and_for_the_whole_flow(
    opened: Opened, size: tuple[int, int]
) -> None:
    plane = FakePlane(scene=SLOW)
    async with opened(plane, size=size) as bench:
        await bench.press("2")
        await bench.sees("Busy%")
        await bench.press("F")
        await bench.sees("Fast path  live")
        assert "pipeline classify  partly on the fast path" in bench.text
        assert "access_log.trickle line 9" in bench.text
        await bench.press("escape", "enter")
        await bench.sees("Task  classify")
        await bench.press("end", "down", "down")
        await bench.sees("behind these, so one by one as well")


async def test_the_fast_path_is_asked_once_for_a_version_and_not_with_each_picture(opened: Opened) -> None:
    plane = FakePlane()
    async with opened(plane) as bench:
        await bench.press("2")
        await bench.sees("Fast path yes")
        for _ in range(5):
            plane.push()
        await bench.pilot.pause()
        assert plane.asked.count(do.AskSpeed("live")) == 1
        plane.version += 1
        plane.push()
        await bench.until(lambda: plane.asked.count(do.AskSpeed("live")) == 2)


async def test_an_engine_that_does_not_know_the_fast_path_leaves_the_panel_as_it_is(opened: Opened) -> None:
    def refuse(request: do.Request) -> ControlError | None:
        return ControlError("no such request") if isinstance(request, do.AskSpeed) else None

    async with opened(FakePlane(refuse=refuse)) as bench:
        await bench.press("2")
        await bench.sees("Why is it slow?")
        assert "Fast path" not in bench.text
        await bench.press("F")
        await bench.sees("no such request")
