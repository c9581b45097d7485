"""Composing on the canvas, over a plane that draws and edits drafts with the language's own functions.

Long because every edit of the canvas is here beside the text that it makes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from tests.workbench.conftest import SIZES, Bench, Opened
from tremor_tui.control import commands as do
from tremor_tui.control.authoring import TestResult
from tremor_tui.control.company import Saved
from tremor_tui.control.editing import Edit, OutlinedGraph, OutlinedNode
from tremor_tui.control.snapshots import Compared, Diagnostic, GraphSnapshot, NodeSnapshot, PipelineChange
from tremor_tui.errors import ControlError
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.workbench.ink import STEADY, ink_of
from tremor_tui.workbench.screens.going_live import Difference, change_lines
from tremor_tui.workbench.screens.jump import Jump
from tremor_tui.workbench.screens.typed import LineEdit
from tremor_tui.workbench.sketch import changed_nodes, join
from tremor_tui.workbench.widgets.painted import Line

pytestmark = pytest.mark.anyio
INK = ink_of(STEADY.to_color_system().generate())

FROM_NOTHING = ("7", *"amet", "enter", *"ascr", "enter", *"acon", "enter", "f5", "enter")
TEXT = """# orders, as they come
define flow main
flow
  define connector ticks from metronome with config = {"interval": 1000000000} end; # one a second
  define connector console from stdio with codec = "json", postprocessors = ["separate"] end;
  define pipeline work
  pipeline
    define script work
    script
      event
    end;
    create script work;
    select event from in into work;
    select event from work into out;
  end;

  create connector ticks;
  create connector console;
  create pipeline work;

  connect /connector/ticks to /pipeline/work;
  connect /pipeline/work to /connector/console;
end;
deploy flow main;
"""


def empty(tmp_path: Path) -> FakePlane:
    return FakePlane(base=str(tmp_path), deployed=False)


async def drawn(bench: Bench, text: str = TEXT) -> None:
    """Puts a draft on the canvas."""
    bench.app.composing.begin(str(Path(bench.app.base, "orders.troy")), text, "given")
    bench.app.show("flow")
    await bench.until(lambda: bench.store.outline and bench.store.outline.graph.nodes)
    bench.app.flow.canvas.select("pipeline/work")
    await bench.pilot.pause()


def read(path: str) -> str:
    return Path(path).read_text()


def written(folder: Path) -> list[Path]:
    return list(folder.glob("*.troy"))


def jumping(bench: Bench) -> Jump:
    """The labels that are on the screen."""
    screen = bench.app.screen
    assert isinstance(screen, Jump)
    return screen


def text_of(bench: Bench) -> str:
    draft = bench.app.drafts.find(bench.store.drafted)
    return draft.text if draft else ""


@pytest.mark.parametrize("size", SIZES)
async def test_a_flow_of_three_nodes_takes_at_most_20_keys_from_nothing(
    opened: Opened, tmp_path: Path, size: tuple[int, int]
) -> None:
    assert len(FROM_NOTHING) <= 20
    async with opened(empty(tmp_path), engine="", size=size) as bench:
        await bench.press(*FROM_NOTHING)

        await bench.until(lambda: any(isinstance(one, do.Deploy) for one in bench.plane.asked))
        asked = next(one for one in bench.plane.asked if isinstance(one, do.Deploy))
        text = read(asked.path)
        assert asked.path == str(tmp_path / "flow.troy")
        assert "connect /connector/metronome to /pipeline/transform;" in text
        assert "connect /pipeline/transform to /connector/console;" in text


async def test_nothing_is_written_before_it_is_saved_and_the_status_shows_a_star(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened(empty(tmp_path), engine="") as bench:
        await bench.press("7", *"amet", "enter")
        await bench.sees("flow.troy *")

        assert written(tmp_path) == []
        await bench.press("ctrl+s")
        await bench.sees("Save as")
        await bench.press("enter")
        await bench.sees("saved flow.troy")
        assert (tmp_path / "flow.troy").read_text() == text_of(bench)


async def test_an_incomplete_flow_says_what_it_lacks_and_is_not_applied(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened(empty(tmp_path), engine="") as bench:
        await bench.press("7", *"amet", "enter")
        await bench.sees("connected")

        await bench.press("f5")

        await bench.sees("Not applied: the flow is not complete")
        assert not any(isinstance(one, do.Deploy) for one in bench.plane.asked)


async def test_undo_returns_the_exact_text_and_redo_the_edit(opened: Opened, tmp_path: Path) -> None:
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench)
        await bench.press("x")
        await bench.until(lambda: "pipeline work" not in text_of(bench))
        deleted = text_of(bench)

        await bench.press("u")
        await bench.until(lambda: text_of(bench) == TEXT)
        await bench.press("U")
        await bench.until(lambda: text_of(bench) == deleted)
        await bench.press("ctrl+z")
        await bench.until(lambda: text_of(bench) == TEXT)

        assert "# one a second" in text_of(bench)


async def test_deleting_with_joining_keeps_what_led_to_it_connected(opened: Opened, tmp_path: Path) -> None:
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench)
        await bench.press("v", "i", *"scr", "enter")
        await bench.until(lambda: bench.store.node == "pipeline/transform")
        assert "connect /pipeline/work to /connector/console;" not in text_of(bench)

        await bench.press("X")

        await bench.until(lambda: "transform" not in text_of(bench))
        assert "connect /pipeline/work to /connector/console;" in text_of(bench)


async def test_a_node_is_put_into_the_selected_edge(opened: Opened, tmp_path: Path) -> None:
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench)

        await bench.press("v", "i", *"bat", "tab", "enter")

        await bench.until(lambda: "generic::batch" in text_of(bench))
        assert "connect /pipeline/work to /pipeline/batch;" in text_of(bench)
        assert "connect /pipeline/batch to /connector/console;" in text_of(bench)


async def test_labels_connect_a_port_and_refuse_the_others_with_a_reason(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench)

        await bench.press("c")
        await bench.sees("connect work/out to")
        jump = jumping(bench)
        refused = {target.id.split()[0]: target.refused for target in jump.targets}
        assert refused["connector/ticks"] == "takes no events"
        assert refused["pipeline/work"] == "itself"
        await bench.press("tab")
        await bench.sees("connect work/err to")
        label = next(a for a, target in jump.labelled.items() if target.id == "connector/console in")
        await bench.press(*label)

        await bench.until(lambda: "connect /pipeline/work/err to /connector/console;" in text_of(bench))


async def test_a_node_is_renamed_duplicated_copied_and_pasted(opened: Opened, tmp_path: Path) -> None:
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench)

        await bench.press("d")
        await bench.until(lambda: text_of(bench).count("create pipeline") == 2)
        bench.app.flow.canvas.select("connector/console")
        await bench.press("y", "p")
        await bench.until(lambda: text_of(bench).count("create connector") == 3)
        bench.app.flow.canvas.select("connector/console")
        await bench.press("n")
        await bench.press(*["backspace"] * 7, *"screen", "enter")

        await bench.until(lambda: "create connector screen" in text_of(bench))
        assert "connect /pipeline/work to /connector/screen;" in text_of(bench)


async def test_a_copied_script_is_pasted_into_another_flow(opened: Opened, tmp_path: Path) -> None:
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench, TEXT.replace("      event\n", "      event.copied\n"))
        await bench.press("enter")
        await bench.until(lambda: bench.store.inside == "work")
        bench.app.flow.canvas.select("work")
        await bench.press("y")
        await bench.sees("copied work")

        bench.app.composing.begin(str(tmp_path / "other.troy"))
        await bench.press("p")

        await bench.until(lambda: "event.copied" in text_of(bench))
        assert bench.store.drafted.endswith("other.troy")


async def test_a_form_changes_a_setting_at_its_place_and_keeps_comments(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened(empty(tmp_path), size=(80, 24)) as bench:
        await drawn(bench)
        bench.app.flow.canvas.select("connector/ticks")

        await bench.press("e")
        await bench.sees("Nanoseconds between two events")
        await bench.press(*["backspace"] * 20, *"0", "enter")
        await bench.sees("interval: it is at least 1")
        await bench.press("backspace", *"25", "enter")

        wanted = '{"interval": 25} end; # one a second'
        await bench.until(lambda: wanted in text_of(bench))


async def test_the_editor_and_the_canvas_show_one_text(opened: Opened, tmp_path: Path) -> None:
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench)
        await bench.press("e")
        await bench.until(lambda: bench.app.place_now == "script")
        assert bench.app.script.editor.text == TEXT
        editor = bench.app.script.editor
        at = TEXT.index("create connector console")
        editor.move_cursor((TEXT.count("\n", 0, at), 2))
        await bench.press(*"create connector more from console;")
        await bench.press("escape")

        await bench.until(lambda: bench.store.drawn_node("connector/more"))
        bench.app.flow.canvas.select("connector/more")
        await bench.press("x")
        await bench.until(lambda: "more" not in text_of(bench))
        await bench.press("4")

        await bench.until(lambda: bench.app.script.editor.text == text_of(bench))


async def test_nodes_inside_a_pipeline_are_composed_too(opened: Opened, tmp_path: Path) -> None:
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench)
        await bench.press("enter")
        await bench.until(lambda: bench.store.inside == "work")
        bench.app.flow.canvas.select("work")

        await bench.press(*"abat", "enter")

        await bench.until(lambda: "from generic::batch" in text_of(bench))
        assert "select event from work into batch;" in text_of(bench)


async def test_a_running_flow_shows_what_is_new_and_what_was_removed(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "access_log.trickle").write_text("")
    async with opened() as bench:
        await bench.until(lambda: bench.store.flow)

        await bench.press(*"Anul", "enter")

        await bench.until(lambda: bench.store.mark_of("connector/nowhere").state == "unused")
        assert bench.store.mark_of("connector/requests").state == "removed"
        await bench.sees("removed")
        await bench.press("f5")
        assert any(isinstance(one, Edit) for one in bench.plane.asked)


async def test_a_wire_is_drawn_with_the_mouse_from_a_port_to_a_node(opened: Opened, tmp_path: Path) -> None:
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench)
        await bench.press(*"Anul", "enter")
        await bench.until(lambda: bench.store.drawn_node("connector/nowhere"))
        await bench.pilot.pause()
        canvas = bench.app.flow.canvas
        start = canvas.place_of("pipeline/work", "out", port="err")
        end = canvas.place_of("connector/nowhere", "in")
        assert start is not None
        assert end is not None

        await bench.pilot.mouse_down(offset=(start[0] + 2, start[1]))
        await bench.pilot.hover(offset=(end[0] + 5, end[1]))
        assert canvas.drag is not None
        assert canvas.drag.port == "err"
        await bench.pilot.mouse_up(offset=(end[0] + 5, end[1]))

        await bench.until(lambda: "connect /pipeline/work/err to /connector/nowhere;" in text_of(bench))


async def test_an_end_of_an_edge_is_moved_with_the_mouse(opened: Opened, tmp_path: Path) -> None:
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench)
        await bench.press(*"Anul", "enter")
        await bench.until(lambda: bench.store.drawn_node("connector/nowhere"))
        await bench.pilot.pause()
        canvas = bench.app.flow.canvas
        arrow = canvas.place_of("connector/console", "in")
        end = canvas.place_of("connector/nowhere", "in")
        assert arrow is not None
        assert end is not None

        await bench.pilot.mouse_down(offset=(arrow[0] + 1, arrow[1]))
        await bench.pilot.hover(offset=(end[0] + 5, end[1]))
        await bench.pilot.mouse_up(offset=(end[0] + 5, end[1]))

        await bench.until(lambda: "connect /pipeline/work to /connector/nowhere;" in text_of(bench))
        assert "to /connector/console" not in text_of(bench)


async def test_the_right_button_lists_what_can_be_done_with_its_keys(opened: Opened, tmp_path: Path) -> None:
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench)
        place = bench.app.flow.canvas.place_of("connector/console", "in")
        assert place

        await bench.pilot.click(offset=(place[0] + 3, place[1]), button=3)

        await bench.sees("delete the node or edge")
        assert bench.store.node == "connector/console"


async def test_ctrl_o_goes_to_any_node_pane_or_tab(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node == "pipeline/parse")

        await bench.press("ctrl+o")
        await bench.sees("jump to")
        jump = jumping(bench)
        label = next(a for a, target in jump.labelled.items() if target.id == "connector/alerts")
        await bench.press(*label)
        assert bench.store.node == "connector/alerts"
        await bench.press("ctrl+o")
        jump = jumping(bench)
        label = next(a for a, target in jump.labelled.items() if target.id == "tab tasks")
        await bench.press(*label)

        assert bench.app.place_now == "tasks"


async def test_a_file_changed_outside_is_taken_over_where_nothing_is_unsaved(
    opened: Opened, tmp_path: Path
) -> None:
    file = tmp_path / "orders.troy"
    file.write_text(TEXT)
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench, "")
        assert bench.store.unsaved == 0

        file.write_text("# theirs\n" + TEXT)
        bench.app.flow.conflicts.look()

        await bench.sees("was changed outside and is taken over")
        assert text_of(bench) == "# theirs\n" + TEXT
        await bench.press("u")
        await bench.until(lambda: text_of(bench) == TEXT)


@pytest.mark.parametrize(("choice", "kept"), [(("down",), "mine"), (("down", "down"), "theirs")])
async def test_a_file_changed_outside_while_a_draft_is_unsaved_is_asked_about(
    opened: Opened, tmp_path: Path, choice: tuple[str, ...], kept: str
) -> None:
    file = tmp_path / "orders.troy"
    file.write_text(TEXT)
    theirs = "# theirs\n" + TEXT
    async with opened(empty(tmp_path)) as bench:
        await drawn(bench, "")
        await bench.press("d")
        await bench.until(lambda: bench.store.unsaved == 1)
        mine = text_of(bench)

        file.write_text(theirs)
        bench.app.flow.conflicts.look()
        await bench.sees("Keep mine")
        assert "-# theirs" in bench.text
        assert file.read_text() == theirs
        await bench.press(*choice, "enter")

        await bench.until(lambda: text_of(bench) == (mine if kept == "mine" else theirs))
        assert file.read_text() == theirs
        await bench.press("ctrl+s")
        await bench.until(lambda: file.read_text() == (mine if kept == "mine" else theirs))


async def test_a_template_asks_for_names_and_writes_nothing_before_f5(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "my.log").write_text("")
    async with opened(empty(tmp_path), engine="") as bench:
        await bench.press("2")
        await bench.sees("Read a log file")
        await bench.press(*["backspace"] * 10, *"my.log", "enter")

        await bench.until(lambda: bench.store.drawn_node("connector/log"))
        assert '"path": "my.log"' in text_of(bench)
        assert not (tmp_path / "read_a_log.troy").exists()
        await bench.press("f5", "enter")

        await bench.until(lambda: (tmp_path / "read_a_log.troy").exists())
        assert any(isinstance(one, do.Deploy) for one in bench.plane.asked)


async def test_what_is_typed_takes_the_place_of_the_path_that_a_template_proposes(
    opened: Opened, tmp_path: Path
) -> None:
    (tmp_path / "in.json").write_text("")
    async with opened(empty(tmp_path), engine="") as bench:
        await bench.press("3")
        await bench.sees("events.jsonl")
        await bench.press("up", "end", "down", *"in.json")
        await bench.sees(" in.json ")
        await bench.press("enter")

        await bench.until(lambda: bench.store.drawn_node("connector/orders"))
        assert '"path": "in.json"' in text_of(bench)
        assert bench.app.drafts.find(str(tmp_path / "dead_letters.troy")) is not None


def test_a_cursor_that_moves_keeps_what_is_proposed() -> None:
    line = LineEdit("log.txt", is_proposed=True)
    line.take(events.Key("home", None))
    line.insert("my_")
    assert line.text == "my_log.txt"
    line = LineEdit("log.txt", is_proposed=True)
    line.take(events.Key("backspace", None))
    assert (line.text, line.at, line.is_proposed) == ("", 0, False)


async def test_a_read_only_workbench_composes_nothing(opened: Opened) -> None:
    async with opened(read_only=True) as bench:
        await bench.until(lambda: bench.store.flow)

        await bench.press(*"axdp", "f5")

        assert not any(isinstance(one, Edit) for one in bench.plane.asked)
        assert "may only look" in bench.text


def test_a_difference_says_what_comes_and_goes_and_what_becomes_of_state() -> None:
    sketch = join(
        GraphSnapshot((NodeSnapshot("pipeline/a", "pipeline", "a"),)),
        OutlinedGraph((OutlinedNode("pipeline/b", "pipeline", "b"),)),
    )
    change = PipelineChange("c", changed=("x",), kept=("x",), lost=("y",))

    lines = [line.plain for line in change_lines(sketch, Compared("live", (change,)), INK)]

    assert lines == [
        "+ b is added",
        "- a is removed",
        "~ c: changed x",
        "  c: keeps the state of x",
        "! c: begins anew, its state is lost: y",
    ]


def test_a_difference_reads_all_that_the_engine_says_and_says_nothing_twice() -> None:
    sketch = join(
        GraphSnapshot((NodeSnapshot("connector/out", "sink", "out"),)),
        OutlinedGraph(
            (OutlinedNode("connector/out", "sink", "out"), OutlinedNode("connector/b", "source", "b"))
        ),
        changed_nodes(Compared("live", changed=("connector/out",)), ""),
    )
    compared = Compared(
        "live",
        added=("connector/b",),
        changed=("connector/out",),
        removed=("connector/c",),
        linked=("/connector/b/out to /pipeline/p/in",),
        unlinked=("/connector/c/out to /pipeline/p/in",),
        anew=("b reads its file from the start",),
    )

    lines = [line.plain for line in change_lines(sketch, compared, INK)]

    assert sketch.marks["connector/out"].state == "changed"
    assert lines == [
        "+ b is added",
        "+ link b/out to p/in",
        "- c is removed",
        "- link c/out to p/in",
        "~ out is replaced: it has other settings",
        "! b reads its file from the start",
    ]


async def renamed(bench: Bench) -> None:
    """The flow that runs is drawn, and its console has another name."""
    await bench.until(lambda: bench.store.flow)
    await bench.app.composing.open_shown()
    bench.app.flow.canvas.select("connector/console")
    await bench.press("n", *"console2", "enter")
    await bench.until(lambda: "console2" in text_of(bench))


async def test_f5_on_the_canvas_runs_the_tests_and_tells_others_what_it_saved(
    opened: Opened, tmp_path: Path
) -> None:
    file = tmp_path / "live.troy"
    file.write_text(TEXT.replace("flow main", "flow live"))
    plane = FakePlane(base=str(tmp_path), files={"live.troy": file.read_text()})
    plane.authoring.results.append(TestResult("t.test.json", "null client"))
    plane.authoring.failing = "null client"
    async with opened(plane) as bench:
        await renamed(bench)

        await bench.press("f5")
        await bench.sees("not applied: null client fails; F5 again applies it anyway")
        assert "console2" not in file.read_text()

        await bench.press("f5")
        await bench.sees("1 of 1 tests fail: null client")
        assert not any(isinstance(one, Saved) for one in plane.asked)
        await bench.press("f5")
        await bench.sees("v8 live")
        assert [one.paths for one in plane.asked if isinstance(one, Saved)] == [(str(file),)]


async def test_a_file_that_was_refused_is_on_the_canvas_too(opened: Opened, tmp_path: Path) -> None:
    file = tmp_path / "orders.troy"
    file.write_text(TEXT)
    wrong = Diagnostic("no", file=str(file))
    plane = empty(tmp_path)
    plane.refuse = lambda request: (
        ControlError("no", "", (wrong,)) if isinstance(request, do.Deploy) else None
    )
    async with opened(plane, engine="", file=str(file)) as bench:
        await bench.until(lambda: bench.store.drafted == str(file))

        bench.app.show("flow")

        await bench.until(lambda: bench.store.node_of("pipeline/work"))


async def test_before_an_apply_its_difference_is_shown_and_one_key_goes_on(
    opened: Opened, tmp_path: Path
) -> None:
    file = tmp_path / "live.troy"
    file.write_text(TEXT.replace("flow main", "flow live"))
    plane = FakePlane(base=str(tmp_path), files={"live.troy": file.read_text()})
    async with opened(plane) as bench:
        await bench.until(lambda: bench.store.flow)
        await bench.app.composing.open_shown()
        bench.app.flow.canvas.select("connector/console")
        await bench.press("n", *"console2", "enter")
        await bench.until(lambda: "console2" in text_of(bench))

        await bench.press("f5")
        await bench.sees("console2 is added")
        assert not any(isinstance(one, do.Apply) for one in plane.asked)
        await bench.press("f5")

        await bench.sees("v8 live")
        assert "console2" in file.read_text()
        assert bench.store.unsaved == 0


@pytest.mark.parametrize("size", SIZES)
async def test_what_an_apply_does_is_read_to_the_last_letter(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size=size) as bench:
        for length in range(size[0] - 14, size[0] + 2):
            words = "x" * (length - 4) + " end"
            bench.app.push_screen(Difference("Start", [Line().add(words)], "starts it"))
            await bench.sees("Start")
            assert " end " in bench.text, length
            await bench.press("escape")
