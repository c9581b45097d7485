"""The Events screen: several taps, what is asked of them, events with their paths, and breaks."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len

from tests.workbench.conftest import SIZES, Bench, Opened
from tremor_tui.control import commands as do
from tremor_tui.control import events as ask
from tremor_tui.control.snapshots import FlowSnapshot, GraphSnapshot
from tremor_tui.errors import ControlError
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.testing.scenes import Part
from tremor_tui.workbench.taps import Tap
from tremor_tui.workbench.widgets.ring_log import waiting_words

pytestmark = pytest.mark.anyio


async def at_events(bench: Bench, *downs: int) -> None:
    """Opens the screen and a tap on so many edges, each so many options down."""
    await bench.until(lambda: bench.store.flow is not None)
    await bench.press("3")
    await bench.sees("No tap is open")
    for count, down in enumerate(downs, 1):
        await bench.press("a", *["down"] * down, "enter")
        await bench.until(lambda count=count: len(bench.store.taps) == count)  # type: ignore[misc]


def asked(bench: Bench, kind: type) -> list[object]:
    return [request for request in bench.plane.asked if isinstance(request, kind)]


@pytest.mark.parametrize("size", SIZES)
async def test_events_of_several_edges_are_shown_together(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size=size) as bench:
        await at_events(bench, 1, 2)
        bench.plane.push()
        bench.plane.push()
        await bench.sees("of 2 edges")
        await bench.sees("/cart")

        assert [tap.edge.partition(">")[2] for tap in bench.store.taps] == [
            "pipeline/classify/in",
            "connector/requests/in",
        ]
        assert "parse to classify" in bench.text
        assert "classify to requests" in bench.text
        assert "sampled 4 of 800" in bench.text
        assert {cell_len(line) for line in bench.lines()} == {size[0]}
        await bench.press("o")
        await bench.sees("sampled 2 of 400")


async def test_taps_of_this_screen_want_paths_and_those_of_the_flow_get_them_here(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node)
        await bench.press("t")
        await bench.until(lambda: bench.store.taps)
        await bench.press("3")
        await bench.until(lambda: bench.store.taps[0].trace)

    assert asked(bench, ask.ChangeTap) == [ask.ChangeTap(1, 20.0, trace=True)]


async def test_an_expression_is_checked_as_it_is_typed_and_then_only_matches_come(opened: Opened) -> None:
    def wrong(request: do.Request) -> ControlError | None:
        return None

    plane = FakePlane(refuse=wrong)
    span = Span("filter", 1, 9, 1, 9)
    refused = do.Preview
    plane.preview = lambda samples, _: ask_previewed(plane, span)
    async with opened(plane) as bench:
        await at_events(bench, 1)
        await bench.press("f", *"event.n ==")
        await bench.sees("column 9: it ends too early")
        await bench.press("enter")
        await bench.sees("column 9: it ends too early")
        await bench.press(*" 1")
        await bench.until(lambda: "too early" not in bench.text)
        await bench.press("enter")
        await bench.until(lambda: bench.store.tap.matching == "event.n == 1")
        for _ in range(6):
            bench.plane.push()
        await bench.sees("matched 2 of 300")

    assert asked(bench, refused)


def ask_previewed(plane: FakePlane, span: Span):  # type: ignore[no-untyped-def]
    from tremor_tui.control.snapshots import Previewed

    last = [request for request in plane.asked if isinstance(request, do.Preview)][-1]
    found = (Diagnostic("it ends too early", span),) if last.text.endswith("==") else ()
    return Previewed(diagnostics=found)


async def test_picked_fields_are_columns(opened: Opened) -> None:
    async with opened(size=SIZES[0]) as bench:
        await at_events(bench, 1)
        await bench.press("p", *"status $class gone", "enter")
        await bench.until(lambda: len(bench.store.tap.fields) == 3)
        for _ in range(4):
            bench.plane.push()
        await bench.sees("502")

        head = next(line for line in bench.lines() if "status" in line and "shows" not in line)
        row = next(line for line in bench.lines() if "502" in line)
        assert row.index("502") == head.index("status")
        assert row.index("ok") == head.index("$class")
        assert row.index("-", row.index("ok")) == head.index("gone")


async def test_a_path_that_is_none_is_refused_with_a_hint(opened: Opened) -> None:
    async with opened() as bench:
        await at_events(bench, 1)
        await bench.press("n", *"a..b")
        await bench.sees("is no path of a field")
        await bench.press("escape")
        assert bench.store.tap.top == ""


async def test_the_most_frequent_values_of_a_field_are_bars(opened: Opened) -> None:
    async with opened(size=SIZES[0]) as bench:
        await at_events(bench, 1)
        await bench.press("n", *"status", "enter")
        await bench.until(lambda: bench.store.tap.top == "status")
        for _ in range(20):
            bench.plane.push()
        await bench.sees("50%")

        row = next(line for line in bench.lines() if "200" in line and "50%" in line)
        assert "█" in row


async def test_the_rate_goes_up_and_down_in_steps(opened: Opened) -> None:
    async with opened() as bench:
        await at_events(bench, 1)
        await bench.until(lambda: bench.store.tap.trace)
        await bench.press("plus")
        await bench.until(lambda: bench.plane.events.taps[1].per_second == 50)
        await bench.press("minus", "minus")
        await bench.until(lambda: bench.plane.events.taps[1].per_second == 5)


async def test_a_change_that_the_engine_refuses_leaves_the_tap_as_it_was(opened: Opened) -> None:
    def refuse(request: do.Request) -> ControlError | None:
        return ControlError("not now") if isinstance(request, ask.ChangeTap) and request.top else None

    async with opened(FakePlane(refuse=refuse)) as bench:
        await at_events(bench, 1)
        await bench.press("n", *"status", "enter")
        await bench.sees("not now")
        assert bench.store.tap.top == ""


async def test_an_event_opens_with_its_path_and_times(opened: Opened) -> None:
    async with opened(size=SIZES[0]) as bench:
        await at_events(bench, 1)
        bench.plane.push()
        await bench.until(lambda: bench.store.tap.ring)
        await bench.press("enter")
        await bench.until(lambda: bench.app.screen_stack[1:])
        await bench.press("end")
        await bench.sees("dropped on purpose")

        assert "waited 4.4ms" in bench.text
        assert "written" in bench.text
    assert asked(bench, ask.GetTrace)


async def test_the_next_event_can_be_followed(opened: Opened) -> None:
    async with opened() as bench:
        await at_events(bench)
        await bench.press("t")
        await bench.sees("Event of replay")
        assert "parse_line" in bench.text


async def test_marked_events_are_exported_as_lines_of_json(opened: Opened, tmp_path: Path) -> None:
    async with opened() as bench:
        await at_events(bench, 1)
        for _ in range(5):
            bench.plane.push()
        await bench.until(lambda: len(bench.store.tap.ring) == 5)
        await bench.press("up", "up", "m", "E")
        await bench.sees("1 marked events are in events-")

    lines = exported_to(tmp_path)
    assert len(lines) == 1
    assert (lines[0]["meta"], lines[0]["edge"]) == ({"class": "ok"}, bench.store.tap.edge)
    assert "status" in str(lines[0]["value"])


def exported_to(folder: Path) -> list[dict[str, object]]:
    (file,) = folder.glob("events-*.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()]


async def test_held_events_are_counted_and_a_text_is_sought(opened: Opened) -> None:
    async with opened() as bench:
        await at_events(bench, 1)
        bench.plane.push()
        await bench.until(lambda: bench.store.tap.ring)
        await bench.press("space")
        bench.plane.push()
        await bench.sees("held, 1 passed")
        await bench.press("slash", *"nowhere", "enter")
        await bench.sees("No kept event has this text.")
        await bench.press("escape")
        await bench.until(lambda: bench.store.tap.wanted == "")
        await bench.press("x")
        await bench.sees("No tap is open")


@pytest.mark.parametrize("size", SIZES)
async def test_a_break_is_set_stepped_and_ended_by_keys(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size=size) as bench:
        await at_events(bench, 1)
        await bench.press("b", "enter", *"run > 20 ms", "enter")
        await bench.sees("HELD")
        assert "before pipeline/classify: run > 20 ms" in bench.text
        assert "270 wait" in bench.text
        assert "lets go in 28 s" in bench.text
        assert {cell_len(line) for line in bench.lines()} == {size[0]}
        await bench.press("s")
        await bench.sees("269 wait")
        await bench.press("g")
        await bench.sees("BREAK")
        await bench.press("escape")
        await bench.until(lambda: "BREAK" not in bench.text)

    kinds = (ask.SetBreak, ask.StepBreak, ask.GoBreak, ask.ClearBreak)
    assert [type(request) for request in bench.plane.asked if isinstance(request, kinds)] == list(kinds)
    assert asked(bench, ask.SetBreak)[0] == ask.SetBreak("live", "pipeline/classify", "run > 20 ms")


async def test_b_on_a_node_of_the_flow_holds_it_and_the_node_says_so(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")
        await bench.press("b", "enter")
        await bench.sees("pipeline/parse is held before an event: 3 shows it")
        bench.plane.push()
        await bench.sees("PAU")
        await bench.press("left", "b")
        await bench.sees("a source takes no events")


async def test_shift_b_on_a_task_offers_a_run_that_is_too_long(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.flow is not None)
        await bench.press("2")
        await bench.until(lambda: bench.store.task == "live/pipeline/parse")
        await bench.press("B")
        await bench.sees("Hold before pipeline/parse")
        await bench.press("enter")
        await bench.until(lambda: asked(bench, ask.SetBreak))

    assert asked(bench, ask.SetBreak) == [ask.SetBreak("live", "pipeline/parse", "run > 20 ms")]


async def test_a_break_of_another_client_is_shown_without_keys(opened: Opened) -> None:
    async with opened() as bench:
        await at_events(bench, 1)
        bench.plane.events.answer(ask.SetBreak("live", "pipeline/parse", "event.n == 1"))
        await bench.sees("Another client set it")
        await bench.press("s")
        await bench.sees("nothing is held")
    assert not asked(bench, ask.StepBreak)


async def test_a_read_only_workbench_sets_no_break(opened: Opened) -> None:
    async with opened(read_only=True) as bench:
        await at_events(bench, 1)
        await bench.press("b")
        await bench.sees("may only look")
        assert len(bench.app.screen_stack) == 1


async def test_hostile_text_of_events_never_reaches_the_screen_raw(opened: Opened) -> None:
    hostile = json.dumps({"n": "\x1b[2J\u202e\x07 x"}, ensure_ascii=False)
    async with opened() as bench:
        await at_events(bench, 1)
        tap = bench.store.tap
        sample = ask.Sample(1, hostile, hostile)
        top = ask.Top((ask.TopValue('"\x1b[31m"', 3),), 3)
        tap.top = "n"
        bench.store.take(ask.TapSamples(tap.number, tap.edge, (sample,), 1, 1, 1, 1, 1, "\x1b]0;x", top), 0.0)
        held = ask.BreakSnapshot(5, "live", "pipeline/a\x1b", "t", "\x1b[1m", "held", events=(sample,))
        bench.store.take(held, 0.0)
        await bench.press("p", *"n", "enter", "enter")
        await bench.pilot.pause(0.2)
        shown = bench.text
    assert not any(ord(char) < 32 and char != "\n" for char in shown)
    assert "\u202e" not in shown


async def test_an_event_is_sent_to_its_script_as_the_first_sample(opened: Opened, tmp_path: Path) -> None:
    plane = WithPlaces(base=str(tmp_path))
    write_flow(tmp_path)
    async with opened(plane) as bench:
        await at_events(bench, 0)
        bench.plane.push()
        await bench.until(lambda: bench.store.tap.ring)
        sent = bench.store.tap.ring[-1]
        await bench.press("S")
        await bench.until(lambda: bench.app.place_now == "script")
        previewing = bench.app.script.previewing
        await bench.until(lambda: previewing._panel.samples)

    assert previewing._panel.samples[0] is sent


class WithPlaces(FakePlane):
    """Its scripts say where they are."""

    def _inside(self, part: Part) -> GraphSnapshot:
        inside = super()._inside(part)
        place = {"file": f"{self.base}/access_log.trickle", "line": 4}
        nodes = (
            msgspec.structs.replace(node, **(place if node.kind == "script" else {})) for node in inside.nodes
        )
        return msgspec.structs.replace(inside, nodes=tuple(nodes))


def write_flow(folder: Path) -> None:
    for name, text in FakePlane().files.items():
        (folder / name).write_text(text)


async def test_taps_are_opened_again_after_the_engine_was_lost(opened: Opened, tmp_path: Path) -> None:
    first, second = FakePlane(base=str(tmp_path)), FakePlane(base=str(tmp_path))
    async with opened(first, second) as bench:
        await at_events(bench, 1, 2)
        bench.store.taps[0].matching = "event.n == 1"
        first.lose()
        await bench.until(lambda: len(second.events.taps) == 2)

    assert [tap.matching for tap in second.events.taps.values()] == ["event.n == 1", ""]


def test_a_tap_of_a_flow_that_has_ended_waits_for_nothing() -> None:
    taps = [Tap("live:a/out>b/in", "a to b")]
    assert waiting_words(taps, FlowSnapshot("live", "running")) == "Waiting for an event."
    assert waiting_words(taps, FlowSnapshot("live", "stopped")).startswith("The flow has ended")
