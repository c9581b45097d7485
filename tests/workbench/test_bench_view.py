"""The Bench screen: a run is started, grows, is stopped, compared and exported; what cannot be is said."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.workbench.conftest import SIZES, Bench, Opened
from tremor_tui.control.bench import (
    SCHEDULES,
    BenchPlan,
    BenchRun,
    Conditions,
    StartBench,
    WatchBench,
    decode_run,
    encode_run,
)
from tremor_tui.control.commands import Keep
from tremor_tui.errors import ControlError
from tremor_tui.testing.fake_bench import FakeBench, run_of, wall
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.workbench.benched import (
    AXES,
    FULL,
    SHORT,
    Benched,
    lasting,
    megabytes,
    of_plan,
    remarks,
    takes,
)
from tremor_tui.workbench.screens.bench import BenchView, fields_of, plan_in

pytestmark = pytest.mark.anyio
PLAN = BenchPlan(SCHEDULES)


def idle(tmp_path: Path) -> FakePlane:
    """A plane whose engine runs no flow."""
    return FakePlane(base=str(tmp_path), deployed=False)


def with_files(base: Path, files: dict[str, bytes]) -> FakePlane:
    """An idle plane, and files where the workbench was started."""
    for name, text in files.items():
        Path(base, name).write_bytes(text)
    return idle(base)


def written(base: Path) -> dict[str, bytes]:
    """What was exported, by kind."""
    return {path.suffix: path.read_bytes() for path in base.glob("bench-*")}


async def shown(bench: Bench) -> FakeBench:
    """Goes to the screen and waits until the engine is followed."""
    bench.app.show("bench")
    await bench.until(lambda: bench.plane.bench.is_watched)
    return bench.plane.bench


async def measured(bench: Bench, plan: BenchPlan = PLAN) -> FakeBench:
    """A whole run is on the screen."""
    fake = await shown(bench)
    fake.answer(StartBench(plan))
    fake.go_on()
    await bench.sees("of its best")
    return fake


def view_of(bench: Bench) -> BenchView:
    return bench.app.view_of(BenchView)


@pytest.mark.parametrize("size", SIZES)
async def test_before_a_run_it_says_what_it_is_for_and_the_key(
    opened: Opened, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(idle(tmp_path), size=size) as bench:
        await shown(bench)
        await bench.sees(f"starts a quick look, about {takes(SHORT)}")
        assert f"makes it a full run, about {takes(FULL)}" in bench.text

        assert "Nothing was measured yet" in bench.text
        assert "would take time" not in bench.text


async def test_flows_that_would_disturb_it_are_named_before_and_after(opened: Opened) -> None:
    async with opened() as bench:
        fake = await shown(bench)
        await bench.sees("live takes in 2.00k/s now")
        await bench.press("enter")
        await bench.until(lambda: any("takes time from what is measured" in s.text for s in bench.store.said))
        fake.go_on(beside="flow live of this engine, 2000 events/s")

        await bench.sees("too low: beside it ran flow live of this engine")


@pytest.mark.parametrize("size", SIZES)
async def test_the_curves_grow_with_each_step(opened: Opened, tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(idle(tmp_path), size=size) as bench:
        fake = await shown(bench)
        await bench.press("f", "enter")
        await bench.sees("run 1 of 105")
        before = sum(line.count("e ·") for line in bench.lines())
        fake.go_on(20)
        await bench.sees("run 21 of 105")
        await bench.sees("e · ·")
        fake.go_on()
        await bench.until(lambda: "of 105" not in bench.text)

        assert before == 0
        assert StartBench(FULL) in bench.plane.asked
        assert f"{wall('async', 64):.0f}" in bench.text
        assert "64 flows: async 0.91 of its best" in bench.text
        assert "2 executors are 1.78 of async at 64" in bench.text
        assert "2 cores, load 0.2 to 1.9, CPython 3.11.4" in bench.text


async def test_a_run_that_was_there_before_is_shown_so_far(opened: Opened, tmp_path: Path) -> None:
    plane = idle(tmp_path)
    plane.bench.answer(StartBench(PLAN))
    plane.bench.go_on(30)
    async with opened(plane) as bench:
        assert WatchBench() not in plane.asked
        await shown(bench)

        await bench.sees("run 31 of 105")


async def test_after_a_lost_connection_it_follows_again(opened: Opened, tmp_path: Path) -> None:
    first, second = idle(tmp_path), idle(tmp_path)
    second.bench.answer(StartBench(PLAN))
    second.bench.go_on(7)
    async with opened(first, second) as bench:
        await measured(bench)
        first.lose()

        await bench.sees("run 8 of 105")


async def test_s_stops_a_run_and_what_was_measured_stays(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path)) as bench:
        fake = await shown(bench)
        await bench.press("enter")
        await bench.until(lambda: view_of(bench).shown.is_running)
        fake.go_on(10)
        await bench.sees("run 11 of 27")
        await bench.press("enter")
        await bench.sees("a benchmark runs; s stops it")
        await bench.press("s")

        await bench.sees("stopped by workbench 1 at 10 of 27")
        assert "not measured yet" not in bench.text
        assert f"{wall('async', SHORT.flows[-1]):.0f}" in bench.text


async def test_y_goes_through_the_axes(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path)) as bench:
        await measured(bench)
        seen = []
        for _ in AXES:
            seen.append(view_of(bench).shown.axis.title)
            await bench.sees(f"Bench  {seen[-1]}")
            await bench.press("y")

        assert seen == ["MB/s", "events/s", "MB per CPU-second", "p99 latency"]
        assert view_of(bench).shown.axis is AXES[0]


async def test_arrows_show_the_figures_of_another_size(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path)) as bench:
        await measured(bench)
        await bench.sees("At 64 flows")
        await bench.press("right", "left", "h")

        await bench.sees("At 16 flows")
        assert "[16]" in bench.text


async def test_a_click_shows_the_size_below_it(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path)) as bench:
        await measured(bench)
        await bench.pilot.click("#scaling", offset=(13, 8))

        await bench.sees("At 1 flow ")


async def test_a_narrow_terminal_turns_to_the_table_of_all_sizes(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path), size=(80, 24)) as bench:
        await measured(bench)
        assert "MB/s by flows" not in bench.text
        await bench.press("t")

        await bench.sees("MB/s by flows")
        assert "At 64 flows" not in bench.text


async def test_a_kept_run_is_laid_over_in_capitals_and_compared(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path)) as bench:
        await measured(bench)
        await bench.press("c")
        await bench.sees("Lay a run over this one")
        await bench.press("enter")
        await bench.sees("x1.25")

        assert any("E :" in line for line in bench.lines())
        await bench.press("escape")
        await bench.until(lambda: "x1.25" not in bench.text)


async def test_a_run_from_a_file_is_laid_over_and_a_damaged_one_is_not(
    opened: Opened, tmp_path: Path
) -> None:
    plane = with_files(tmp_path, {"a.json": encode_run(run_of(PLAN, PLAN.steps, 0.5)), "b.json": b"{"})
    plane.bench.kept = {}
    async with opened(plane) as bench:
        await measured(bench)
        for name in ("a", "b"):
            await bench.press("c")
            await bench.sees("a file")
            await bench.press("enter")
            await bench.sees("A saved run")
            await bench.press(name, *".json", "enter")
            await bench.sees("x2.00")

        await bench.sees("b.json: this is no saved run")


async def test_a_kept_run_alone_is_a_picture_too(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path)) as bench:
        await shown(bench)
        await bench.press("c")
        await bench.sees("Lay a run over this one")
        await bench.press("enter")

        await bench.sees("At 64 flows")


async def test_e_writes_json_svg_and_text(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path)) as bench:
        fake = await measured(bench)
        for downs in ((), ("down",), ("down", "down")):
            await bench.press("E")
            await bench.sees("curves and tables in characters")
            await bench.press(*downs, "enter")
        await bench.until(lambda: len(written(tmp_path)) == 3)
        files = written(tmp_path)

        assert fake.step is not None
        assert decode_run(files[".json"]) == fake.step.run
        assert files[".svg"] == b"<svg>21 points</svg>"
        assert b"64 flows: async 0.91 of its best" in files[".txt"]


async def test_variant_and_length_are_chosen_by_keys_and_the_rest_in_a_form(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened(idle(tmp_path)) as bench:
        await shown(bench)
        await bench.press("v")
        await bench.sees("all branches alike; unchanged")
        await bench.press("down", "enter")
        await bench.press("o")
        await bench.sees("whole_events")
        await bench.press("down", "ctrl+u", *"async", "down", "ctrl+u", *"8, 1", "enter")
        await bench.sees("next: even classify  a  1,8")
        await bench.press("f", "enter")
        await bench.until(lambda: view_of(bench).shown.run)
        run = view_of(bench).shown.run

        assert run is not None
        plan = run.plan
        assert (plan.data, plan.schedules, plan.rounds) == ("even", ("async",), 5)
        assert plan.flows == FULL.flows


async def test_who_may_only_look_starts_none(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path), read_only=True) as bench:
        await shown(bench)
        await bench.press("enter")

        await bench.sees("start the benchmark: this workbench may only look")
        assert "starts a quick look" not in bench.text
        assert not any(isinstance(asked, StartBench) for asked in bench.plane.asked)


async def test_why_an_engine_refuses_is_said(opened: Opened, tmp_path: Path) -> None:
    plane = idle(tmp_path)
    plane.refuse = lambda request: (
        ControlError("there is no room", "make some") if isinstance(request, StartBench) else None
    )
    async with opened(plane) as bench:
        await shown(bench)
        await bench.press("enter")

        await bench.sees("there is no room (make some)")


async def test_the_start_screen_begins_an_engine_to_measure(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path), engine="") as bench:
        await bench.sees("Measure how fast it is here")
        await bench.press("9")

        await bench.sees("starts a quick look")
        assert bench.app.is_attached


async def test_axis_and_plan_survive(opened: Opened, tmp_path: Path) -> None:
    async with opened() as bench:
        bench.app.show("bench")
        await bench.press("f")
        view_of(bench).shown.turn()

    async with opened() as bench:
        await bench.until(lambda: view_of(bench).shown.plan == FULL)

        assert view_of(bench).shown.axis is AXES[1]


async def test_ascii_draws_no_other_character(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path), ascii_only=True) as bench:
        await measured(bench)

        assert bench.text.replace("±", "").isascii()


def test_a_plan_goes_through_the_form_unchanged() -> None:
    assert plan_in(fields_of(FULL), FULL) == FULL
    assert plan_in(fields_of(SHORT), SHORT) == SHORT


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [("rounds", "0", "rounds are 1 to 1000"), ("seconds", "soon", "number"), ("flows", "3", "no `3`")],
)
def test_what_is_no_plan_is_refused_with_the_reason(name: str, text: str, words: str) -> None:
    fields = [field.with_text(text) if field.title == name else field for field in fields_of(FULL)]

    with pytest.raises(ValueError, match=words):
        plan_in(fields, FULL)


def test_what_makes_a_run_too_low_is_said() -> None:
    run = BenchRun(
        msgspec.structs.replace(PLAN, executors=4), Conditions(2, load=(1.5, 2.0)), beside="flow live"
    )

    assert remarks(run) == [
        "too low: beside it ran flow live",
        "too low: the load was 1.5 on 2 cores before it began",
        "4 executors share 2 cores",
    ]
    assert remarks(run_of(PLAN, 3)) == []


def test_a_latency_is_compared_with_the_lowest() -> None:
    shown = Benched(over=run_of(PLAN, PLAN.steps), axis=AXES[3])

    assert shown.ratios() == "64 flows: async x64 of its lowest (at 1), threads x64, executors x64"
    assert shown.gain() == ""


def test_a_plan_in_words() -> None:
    assert of_plan(FULL) == "skewed classify  a t e  1-64  5 x 1 s"
    assert of_plan(msgspec.structs.replace(SHORT, flows=(1, 8))) == "skewed classify  a t e  1,8  3 x 0.25 s"
    assert lasting(13.2) == "13 s"
    assert lasting(147.6) == "2 min 28 s"


@pytest.mark.parametrize(("value", "text"), [(0, "-"), (0.83, "0.8"), (41.2, "41"), (1234, "1.23k")])
def test_megabytes_have_up_to_five_characters(value: float, text: str) -> None:
    assert megabytes(value) == text


@pytest.mark.parametrize("size", SIZES)
async def test_leaving_while_a_benchmark_runs_asks_and_can_keep_the_engine(
    opened: Opened, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(idle(tmp_path), size=size) as bench:
        fake = await shown(bench)
        fake.answer(StartBench(PLAN))
        await bench.until(lambda: bench.app.view_of(BenchView).shown.is_running)
        bench.plane.push()
        await bench.press("q")
        await bench.sees("Leave?")
        assert "A benchmark runs (0 of" in bench.text
        assert "its flows" not in bench.text
        await bench.press("down", "enter")
        await bench.until(lambda: Keep(True) in bench.plane.asked)


async def test_leaving_after_a_benchmark_asks_nothing(opened: Opened, tmp_path: Path) -> None:
    async with opened(idle(tmp_path)) as bench:
        await measured(bench)
        bench.plane.push()
        await bench.pilot.pause()
        assert bench.app.view_of(BenchView).loses() == ""
        await bench.press("q")
        assert not bench.app.is_running or "Leave?" not in bench.text
