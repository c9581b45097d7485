from __future__ import annotations

import pytest

from tests.workbench.conftest import SIZES, Opened
from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import Sample, TapSamples
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.testing.scenes import SLOW, wide_scene

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("size", SIZES)
async def test_the_flow_shows_every_task_with_its_rate_and_state(
    opened: Opened, size: tuple[int, int]
) -> None:
    async with opened(size=size) as bench:
        await bench.sees("slow_failures")

        for name in ("replay", "parse", "classify", "requests", "dead_letters", "alerts"):
            assert name in bench.text
        assert "in 2.00k" in bench.lines()[0]
        assert "RUN" in bench.lines()[0]
        assert "busy" in bench.text
        assert "p99" in bench.text


@pytest.mark.parametrize("size", SIZES)
async def test_no_line_is_wider_than_the_terminal(opened: Opened, size: tuple[int, int]) -> None:
    from rich.cells import cell_len

    async with opened(size=size) as bench:
        await bench.sees("parse")
        for key in ("t", "v", "2", "4", "escape", "1", "enter", "0"):
            await bench.press(key)
            assert {cell_len(line) for line in bench.lines()} == {size[0]}
            assert len(bench.lines()) == size[1]


async def test_arrows_go_to_the_nearest_node_and_brackets_along_the_edge(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")

        await bench.press("right")
        assert bench.store.node == "pipeline/classify"
        await bench.press("h")
        assert bench.store.node == "pipeline/parse"
        await bench.press("left_square_bracket")
        assert bench.store.node == "connector/replay"
        await bench.press("right_square_bracket")
        assert bench.store.node == "pipeline/parse"


async def test_a_node_is_found_by_the_one_grammar_and_two_keys_go_through_what_is_found(
    opened: Opened,
) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")

        await bench.press("slash", *"kind:pipeline !parse", "enter")
        assert bench.store.node == "pipeline/classify"
        await bench.press("slash", *"kind:pipeline", "enter")
        found = [bench.store.node]
        for key in ("full_stop", "full_stop", "comma"):
            await bench.press(key)
            found.append(bench.store.node)
        nodes = [node.id for node in bench.store.graph.nodes if node.kind == "pipeline"]
        two = [nodes[0], nodes[1], nodes[2 % len(nodes)], nodes[1]]
        assert found == two
        await bench.press("slash", *"zzz", "enter")
        assert "no node is found by" in bench.text


async def test_v_goes_through_the_edges_of_a_node_and_escape_comes_back(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")

        await bench.press("v")
        assert bench.store.edge == "live:pipeline/parse/out>pipeline/classify/in"
        assert "parse to classify" in bench.text
        await bench.press("v")
        assert bench.store.edge.startswith("live:pipeline/parse/err")
        await bench.press("escape")
        assert bench.store.edge == ""


async def test_enter_unfolds_a_pipeline_and_escape_folds_it(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")

        await bench.press("enter")
        assert "live ▶ parse" in bench.text
        assert "parse_line" in bench.text
        await bench.press("escape")
        assert bench.store.node == "pipeline/parse"
        assert "classify" in bench.text


async def test_a_click_selects_and_two_clicks_unfold(opened: Opened) -> None:
    async with opened() as bench:
        await bench.sees("classify")
        row, line = next((y, line) for y, line in enumerate(bench.lines()) if " classify " in line)

        await bench.pilot.click(offset=(line.index("classify"), row))
        assert bench.store.node == "pipeline/classify"
        await bench.pilot.click(offset=(line.index("classify"), row), times=2)
        await bench.pilot.pause()
        assert bench.store.inside == "classify"


async def test_a_tap_shows_events_how_many_of_how_many_and_one_of_them_whole(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")

        await bench.press("t")
        await bench.until(lambda: bench.store.tap is not None)
        bench.plane.push()
        await bench.sees('"client"')
        assert "parse to classify" in bench.text
        assert "sampled 1 of 200" in bench.text

        await bench.press("tab", "enter")
        assert '"method": ' in bench.text
        assert "metadata" in bench.text
        await bench.press("escape", "x")
        await bench.until(lambda: isinstance(bench.plane.asked[-1], do.CloseTap))
        assert bench.store.tap is None


async def test_a_held_tap_counts_what_passes_and_a_filter_hides_what_does_not_fit(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")
        await bench.press("t")
        await bench.until(lambda: bench.store.tap is not None)
        bench.plane.push()
        await bench.until(lambda: len(bench.store.tap.ring) == 1)

        await bench.press("tab", "p")
        bench.plane.push()
        await bench.until(lambda: bench.store.tap.missed == 1)
        assert len(bench.store.tap.ring) == 1
        await bench.press("slash", *"nowhere", "enter")
        assert "No kept event has this text." in bench.text


async def test_the_tap_is_looked_through_by_the_one_grammar(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")
        await bench.press("t")
        await bench.until(lambda: bench.store.tap is not None)
        bench.plane.push()
        await bench.until(lambda: len(bench.store.tap.ring) == 1)

        await bench.press("tab", "slash", *"class:ok !nowhere", "enter")
        assert len(bench.store.tap.shown()) == 1
        bench.store.tap.wanted = "!class:ok"
        assert bench.store.tap.shown() == []


async def test_events_cannot_act_on_the_terminal(opened: Opened) -> None:
    evil = "\x1b]52;c;aGVsbG8=\x07\x1b[2J\x9b31m\u202e\u200b" + "e" + "\u0301" * 5000
    async with opened() as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")
        await bench.press("t")
        await bench.until(lambda: bench.store.tap is not None)

        bench.plane._out.put_nowait(TapSamples(1, "", (Sample(1, evil),), 1, 1))
        await bench.until(lambda: len(bench.store.tap.ring) == 1)
        await bench.press("tab", "enter")

        assert not {"\x1b", "\x9b", "\u202e", "\u200b", "\x07"} & set(bench.text)
        assert bench.text.count("\u0301") <= 4


async def test_what_limits_the_flow_is_said_and_g_goes_there(opened: Opened) -> None:
    async with opened(FakePlane(scene=SLOW)) as bench:
        await bench.sees("classify limits the flow")

        await bench.press("g")

        assert bench.store.node == "pipeline/classify"
        assert any("classify" in line and "◆" in line for line in bench.lines()[2:20])


@pytest.mark.parametrize("size", [(1, 1), (0, 0), (40, 10), (59, 15), (500, 5), (20, 60)])
async def test_any_size_is_survived_and_small_ones_say_so(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(FakePlane(scene=wide_scene(30))) as bench:
        for view in "123":
            await bench.press(view)
            await bench.pilot.resize_terminal(*size)
            await bench.pilot.pause()
            bench.plane.push()
            await bench.pilot.pause()
            if 30 < size[0] < 60:
                await bench.sees("one pane")
            await bench.pilot.resize_terminal(120, 36)
            await bench.press("escape")


async def test_a_large_flow_scrolls_so_that_the_selected_node_is_in_view(opened: Opened) -> None:
    async with opened(FakePlane(scene=wide_scene(100)), size=(80, 24)) as bench:
        await bench.sees("parse_0")

        await bench.press(*["down"] * 30)

        assert bench.store.node_title(bench.store.node) in bench.text


async def test_ascii_draws_with_ascii_alone(opened: Opened) -> None:
    async with opened(ascii_only=True) as bench:
        await bench.sees("classify")
        await bench.press("2")

        assert bench.text.isascii()


async def test_space_freezes_the_view_and_counts_what_passes_behind_it(opened: Opened) -> None:
    async with opened() as bench:
        await bench.sees("parse")

        await bench.press("space")
        held = bench.store.picture.at_ns
        bench.plane.push(5)
        await bench.sees("FROZEN, 1 pictures behind")
        assert bench.store.picture.at_ns == held
        await bench.press("space")

        assert bench.store.picture.at_ns > held


async def test_a_read_only_workbench_commands_nothing(opened: Opened) -> None:
    async with opened(read_only=True) as bench:
        await bench.sees("read only")

        await bench.press("P", "f6")

        assert not any(isinstance(asked, do.PauseFlow | do.StopFlow) for asked in bench.plane.asked)
        assert "may only look" in bench.text


async def test_a_small_terminal_shows_one_pane_and_tab_the_next(opened: Opened) -> None:
    async with opened(size=(50, 14)) as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")
        await bench.press("t")
        await bench.until(lambda: bench.store.tap is not None)
        bench.plane.push()
        await bench.until(lambda: len(bench.store.tap.ring) == 1)
        assert "Tap " not in bench.text

        await bench.press("tab")
        await bench.sees('{"client"')
        assert "Flow  live" not in bench.text
        await bench.press("escape")

        await bench.sees("Flow  live")


async def test_z_gives_the_pane_the_screen_and_takes_it_back(opened: Opened) -> None:
    async with opened() as bench:
        await bench.sees("busy")

        await bench.press("z")
        await bench.until(lambda: "yields/s" not in bench.text)
        await bench.press("z")

        await bench.sees("yields/s")
