"""The History screen: ten minutes to scrub through, other screens as they were, recordings."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.control.pictures import START, S, picture
from tests.workbench.conftest import SIZES, Bench, Opened
from tremor_tui.control import commands as do
from tremor_tui.control.history import Mark, Marked
from tremor_tui.control.playing import Playing
from tremor_tui.control.recordings.player import Player
from tremor_tui.control.recordings.reading import Recording
from tremor_tui.control.recordings.writing import RecordingWriter
from tremor_tui.control.ring import SECOND
from tremor_tui.control.snapshots import ChannelSnapshot
from tremor_tui.errors import EngineLost
from tremor_tui.testing.fake_history import past_of
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.testing.scenes import SLOW
from tremor_tui.workbench.past import Past
from tremor_tui.workbench.screens.history import HistoryView, moment_of
from tremor_tui.workbench.widgets.graph import fold, plot

pytestmark = pytest.mark.anyio


def plane_with_past(tmp_path: Path) -> FakePlane:
    plane = FakePlane(scene=SLOW, base=str(tmp_path))
    plane.history = past_of(plane)
    return plane


async def enter(bench: Bench) -> Past:
    await bench.press("6")
    past: Past = bench.store.past
    await bench.until(lambda: len(past.ring) == 600)
    await bench.pilot.pause(0.15)
    return past


@pytest.mark.parametrize("size", SIZES)
async def test_graphs_values_and_changes_of_ten_minutes_are_shown(
    opened: Opened, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(plane_with_past(tmp_path), size=size) as bench:
        await enter(bench)

        for title in ("in/s", "out/s", "err/s", "lag p50", "lag p99"):
            assert title in bench.text
        for title in ("busy", "ready", "blocked", "idle", "queue", "run p99", "longest"):
            assert title in bench.text
        assert "last 10 min" in bench.text
        assert "312 ms" in bench.text


async def test_an_engine_without_a_past_says_what_the_screen_is_for(opened: Opened) -> None:
    async with opened(engine="") as bench:
        bench.app.show("history")
        await bench.sees("0 opens a file or attaches to an engine")


async def test_the_cursor_moves_zooms_and_comes_back_to_live(opened: Opened, tmp_path: Path) -> None:
    async with opened(plane_with_past(tmp_path)) as bench:
        past = await enter(bench)
        last = past.ring.last_s

        await bench.press("left", "left")
        step = bench.app.view_of(HistoryView).graphs.step
        assert past.cursor == last - 2 * step
        await bench.press("right_square_bracket")
        assert (past.span, past.window[0] <= past.cursor <= past.window[1]) == (60, True)
        await bench.press("right_square_bracket", "left")
        assert (past.span, past.cursor) == (10, last - 2 * step - 1)
        await bench.press("home")
        assert past.cursor == past.ring.first_s
        await bench.press("L")
        assert (past.cursor, past.window[1]) == (0, past.ring.last_s)


async def test_m_goes_from_change_to_change(opened: Opened, tmp_path: Path) -> None:
    async with opened(plane_with_past(tmp_path)) as bench:
        past = await enter(bench)

        await bench.press("M", "M", "M", "M")
        assert past.cursor == past.ring.marks[1].at_ns // SECOND
        await bench.sees("apply v7 (classify): 240 queued events carried over")
        await bench.press("m")
        assert past.cursor == past.ring.marks[2].at_ns // SECOND
        await bench.press("L", "m")
        await bench.sees("no change after this moment")


async def test_other_screens_show_the_moment_and_follow_the_cursor(opened: Opened, tmp_path: Path) -> None:
    async with opened(plane_with_past(tmp_path)) as bench:
        past = await enter(bench)
        await bench.press("home", "enter")
        first = past.cursor
        early = bench.store.task_of("live/pipeline/classify")
        await bench.press("2")
        await bench.sees("AS OF")
        bench.plane.push(40)
        await bench.pilot.pause(0.15)

        assert bench.store.picture.at_ns == first * SECOND
        assert early.queue.fill < 0.1
        await bench.press("6", "pagedown", "pagedown", "pagedown", "pagedown", "left")
        later = bench.store.task_of("live/pipeline/classify")
        assert later.queue.fill > 0.85
        await bench.press("L", "2")
        await bench.sees("LIVE")
        assert bench.store.picture is bench.store.latest


async def test_the_arrows_choose_a_task_or_an_edge(opened: Opened, tmp_path: Path) -> None:
    async with opened(plane_with_past(tmp_path)) as bench:
        past = await enter(bench)
        many = len(past.ring.tracks("task")) + len(past.ring.tracks("edge"))
        first, seen = past.subject, set()

        for _ in range(many):
            await bench.press("down")
            seen.add(past.subject)

        assert (past.subject, len(seen)) == (first, many)
        while past.subject is None or past.subject[0] != "edge":
            await bench.press("up")
        await bench.sees("events/s")


async def test_a_reconnect_keeps_the_past_and_asks_for_what_was_missed(
    opened: Opened, tmp_path: Path
) -> None:
    plane, again = plane_with_past(tmp_path), FakePlane(scene=SLOW, base=str(tmp_path), step=700)
    again.history = past_of(again)
    async with opened(plane, EngineLost("not yet"), again) as bench:
        past = await enter(bench)
        before = past.ring.value("flow", "live", "in", past.ring.last_s - 300)

        plane.lose()
        await bench.until(lambda: past.ring.last_s >= again.now // SECOND - 1)
        await bench.until(lambda: any(isinstance(r, do.AskHistory) for r in again.asked))
        await bench.until(lambda: past.missing_since_ns < 0 and not past.cursor)

        (asked,) = [request for request in again.asked if isinstance(request, do.AskHistory)]
        assert asked.since_ns > 0
        value = past.ring.value("flow", "live", "in", plane.now // SECOND - 300)
        assert value == before
        gap = past.ring.column("flow", "live", "in", plane.now // SECOND + 1, again.now // SECOND - 1)
        assert all(value == value for value in gap)


async def test_a_stall_is_told_of_when_it_is_seen(opened: Opened, tmp_path: Path) -> None:
    async with opened(plane_with_past(tmp_path)) as bench:
        await bench.press("2")
        text = "live/pipeline/classify has not yielded for 130 ms (limit 100 ms), at access_log.trickle:36"
        mark = Mark(bench.plane.now, "warning", text, "live", "live/pipeline/classify", lint="stall")

        bench.plane._out.put_nowait(Marked(mark))

        await bench.sees("has not yielded for 130 ms")
        await bench.sees("access_log.trickle:36")


async def test_a_recording_is_played_paused_and_jumped_in(tmp_path: Path, opened: Opened) -> None:
    writer = RecordingWriter(tmp_path / "rec", "x")
    for second in range(90):
        writer.picture(picture(second))
    writer.more(Marked(Mark((START + 89) * S, "apply", "apply v2", "one")))
    writer.close()
    plane = Player(Recording(tmp_path / "rec"), paused=True)

    async with opened(plane, engine="x", read_only=True) as bench:
        await bench.sees("RECORDING")
        await bench.press("6")
        past = bench.store.past
        await bench.press("full_stop")
        await bench.until(lambda: past.ring.last_s == START + 1)
        await bench.press("J", *"+60", "enter")
        await bench.until(lambda: past.ring.last_s == START + 61)
        await bench.until(lambda: len(past.ring) == 62)
        assert past.playing.paused
        await bench.press("greater_than_sign", "p")
        await bench.until(lambda: past.ring.last_s >= START + 62)
        assert past.playing.speed == 2.0


async def test_keys_of_recordings_say_so_where_none_is_played(opened: Opened, tmp_path: Path) -> None:
    async with opened(plane_with_past(tmp_path)) as bench:
        await enter(bench)
        await bench.press("p")
        await bench.sees("this is live")


def test_a_time_is_on_or_after_the_begin_of_the_recording() -> None:
    playing = Playing((START + 30) * S, START * S, (START + 90) * S)

    assert moment_of("+5", playing) == (START + 35) * S
    assert moment_of("-5", playing) == (START + 25) * S
    assert moment_of("nonsense", playing) is None
    assert moment_of("25:00", playing) is None
    found = moment_of("00:00:00", playing)
    assert found is not None
    assert found >= START * S


NAN = float("nan")


def test_columns_hold_the_largest_of_their_values() -> None:
    assert fold([1, 5, 2, 3], 2) == [5, 3]
    assert fold([1, 2], 4) == [1, 1, 2, 2]
    (column,) = fold([NAN, NAN], 1)
    assert column != column
    assert fold([], 3) == []


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [("block", [" ▄█", "▄██"]), ("ascii", [" -#", "-##"]), ("braille", [" ⣤⣿", "⣤⣿⣿"])],
)
def test_a_graph_is_drawn_in_each_set_of_symbols(symbols: str, expected: list[str]) -> None:
    assert plot([1, 3, 4], 3, 2, symbols, 4.0) == expected  # type: ignore[arg-type]


def test_nothing_is_blank_and_zero_is_the_lowest_step() -> None:
    assert plot([NAN, 0.0, 0.001], 3, 1, "block", 100.0) == [" ▁▁"]


def test_a_queue_that_grows_is_full_at_a_time_that_can_be_told() -> None:
    past = Past()
    for second in range(12):
        seen = picture(second)
        queue = ChannelSnapshot(fill=0.1 + 0.02 * second)
        task = msgspec.structs.replace(seen.tasks[0], queue=queue)
        past.take(msgspec.structs.replace(seen, tasks=(task, seen.tasks[1])))

    seconds = past.full_in("task", "one/pipeline/t0")

    assert seconds is not None
    assert seconds == pytest.approx((1 - 0.32) / 0.02, rel=0.1)
    assert past.full_in("task", "one/pipeline/t1") is None
    assert past.full_in("task", "nobody") is None
