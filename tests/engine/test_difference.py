from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.conftest import Running
from tests.engine.texts import flow, write_flow
from tremor_tui.control.client import connect
from tremor_tui.control.commands import Compare, Deploy, Snapshot
from tremor_tui.control.snapshots import Compared, EngineSnapshot
from tremor_tui.engine.applying import judged_tasks
from tremor_tui.engine.compiling.link import FlowPlan
from tremor_tui.engine.compiling.plan import plan
from tremor_tui.engine.difference import compare
from tremor_tui.engine.executors.link import Texts
from tremor_tui.engine.shape import shape_of
from tremor_tui.errors import ControlError

COUNTS = "let state = state + 1; event"
WINDOW = """
    define window lately from tumbling with size = 3 end;
    select aggr::stats::count() from work[lately] into out;"""


def planned(text: str) -> FlowPlan:
    found = plan(Texts("/one.troy", "/", texts={"/one.troy": text}))
    assert not any(d.is_error for d in found.diagnostics), found.diagnostics
    return found.flows[0]


def changed(old: str, new: str) -> Compared:
    return compare(planned(old), planned(new))


def windowed(text: str = flow()) -> str:
    return text.replace("select event from work into out;", WINDOW)


def test_a_script_that_changes_is_named_with_its_pipeline() -> None:
    assert changed(flow(), flow(script="event + 1")).text == "changes main/work"


def test_the_state_of_a_script_is_kept() -> None:
    found = changed(flow(script=COUNTS), flow(script=COUNTS.replace("1", "2")))

    assert found.text == "changes main/work (state kept)"
    assert found.pipelines[0].kept == ("work",)


def test_the_state_of_a_script_with_another_name_is_lost() -> None:
    found = changed(flow(script=COUNTS), flow(script=COUNTS).replace("work", "toil"))

    assert "adds main/toil" in found.text
    assert "removes main/work" in found.text
    assert "(state of work lost)" in found.text


def test_what_only_moves_in_the_text_is_no_change() -> None:
    found = changed(flow(), "# a comment\n\n" + flow())

    assert found.text == "moves main in the text, no more"
    assert [change.alias for change in found.pipelines] == ["main"]


def test_a_window_that_moves_in_the_text_keeps_what_it_holds() -> None:
    found = changed(windowed(), "\n" + windowed())

    assert found.text == "moves main in the text, no more"
    assert found.pipelines[0].lost == ()
    assert found.pipelines[0].kept[0].startswith("select of line ")


def test_a_window_that_is_made_otherwise_loses_what_it_holds_and_says_so() -> None:
    other = windowed().replace("lately", "soon")

    assert "(state of select of line " in changed(windowed(), other).text


def test_two_windows_that_change_places_keep_their_own_state() -> None:
    second = WINDOW.replace("define window lately", "define window later").replace("[lately]", "[later]")
    text = flow().replace("select event from work into out;", WINDOW + second)
    turned = flow().replace("select event from work into out;", second + WINDOW)

    assert changed(text, turned).pipelines[0].lost == ()


def test_nodes_that_are_added_and_removed_are_named() -> None:
    plain = "select event from work into out;"
    more = f"create stream extra;\n    select event.a from work into extra;\n    {plain}"
    more += "\n    select event from extra into out;"
    added = changed(flow(), flow().replace(plain, more)).text
    removed = changed(flow().replace(plain, more), flow()).text

    assert added.startswith("adds main/select of line ")
    assert removed.startswith("removes main/select of line ")


def test_nodes_that_are_connected_otherwise_are_told_of() -> None:
    text = flow().replace("select event from work into out;", "select event from work into err;")

    assert changed(flow(), text).text.startswith("changes main/connections")


def test_texts_that_are_the_same_differ_in_nothing() -> None:
    assert changed(flow(), flow()) == Compared("one")


def test_a_new_sink_is_told_of_with_what_it_does_to_its_file() -> None:
    sink = """define connector two from file
    with codec = "json", config = {"path": "two", "mode": "MODE"} end;
  create connector two; connect /pipeline/main to /connector/two;"""
    added = changed(flow(), flow(extra=sink.replace("MODE", "truncate")))
    removed = changed(flow(extra=sink.replace("MODE", "truncate")), flow())
    other = changed(flow(extra=sink.replace("MODE", "truncate")), flow(extra=sink.replace("MODE", "append")))

    assert added.text == "adds connector/two; two empties `two` first"
    assert (added.added, added.linked) == (("connector/two",), ("/pipeline/main/out to /connector/two/in",))
    assert removed.text == "removes connector/two"
    assert other.text == "replaces connector/two; two writes on at the end of `two`"
    assert (other.changed, other.refused) == (("connector/two",), ())


def test_a_source_with_other_settings_begins_anew_and_that_is_said() -> None:
    found = changed(flow(), flow().replace("10000000", "20000000"))

    assert found.text == "replaces connector/tick; tick, which has other settings, begins anew"


def test_links_between_nodes_that_stay_are_told_of() -> None:
    link = "connect /connector/tick to /pipeline/main;"
    found = changed(flow(extra="connect /pipeline/main/err to /connector/nowhere;"), flow())

    assert link in flow()
    assert found.text == "unlinks /pipeline/main/err to /connector/nowhere/in"


def test_a_pipeline_that_goes_takes_its_state_with_it() -> None:
    more = "create pipeline more from main; connect /connector/tick to /pipeline/more;"
    text = flow(script=COUNTS, extra=more + "connect /pipeline/more to /connector/nowhere;")

    assert changed(text, flow(script=COUNTS)).text == "removes pipeline/more (state of more/work lost)"


def test_only_pipelines_that_do_something_else_are_judged() -> None:
    two = flow(extra="create pipeline more from other;\n  connect /connector/tick to /pipeline/more;\n")
    other = flow().partition("define pipeline main")[2].partition("create connector tick;")[0]
    two = two.replace("  create connector tick;", f"define pipeline other{other}  create connector tick;")
    two = two.replace("end;\ndeploy", "connect /pipeline/more to /connector/nowhere;\nend;\ndeploy")
    old, new = planned(two), planned(two.replace("      event\n", "      event + 1\n", 1))

    moved = planned("\n" + two)
    assert judged_tasks(old, new, ("main", "more"), shape_of(old, new)) == ("main",)
    assert judged_tasks(old, moved, ("main", "more"), shape_of(old, moved)) == ("main", "more")


@pytest.mark.anyio
async def test_comparing_changes_nothing_and_is_open_to_who_may_only_look(
    running: Running, folders: Path
) -> None:
    path = write_flow(folders)
    async with running(), connect() as plane, connect(read_only=True) as other:
        await plane.submit(Deploy(str(path), str(folders)))

        found = await other.submit(Compare("one", {str(path): flow(script="event + 1")}))
        gone = await other.submit(Compare("one", {str(path): flow("other")}))
        with pytest.raises(ControlError) as caught:
            await other.submit(Compare("one", {str(path): flow(script="let = 1")}))

        picture = await plane.submit(Snapshot())
    assert isinstance(found, Compared)
    assert found.text == "changes main/work"
    assert isinstance(gone, Compared)
    assert gone.refused == ("the file no longer deploys `one`",)
    assert caught.value.diagnostics
    assert isinstance(picture, EngineSnapshot)
    assert picture.flows[0].version == 1
