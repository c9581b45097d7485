"""Tests in the Script screen: made of samples, run on the draft, in the way of an apply that breaks them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.conftest import SIZES, Bench, Opened
from tremor_tui.control import commands as do
from tremor_tui.control.authoring import MakeTest, RunTests, TestResult
from tremor_tui.control.snapshots import Diagnostic
from tremor_tui.errors import ControlError
from tremor_tui.model.diagnostic import Span
from tremor_tui.testing.fake_plane import FakePlane, unknown_name
from tremor_tui.testing.scenes import TRICKLE, TROY

pytestmark = pytest.mark.anyio
OUT = '[{"port":"out","value":{"class":"ok"}}]'


@pytest.fixture
def plane(tmp_path: Path) -> FakePlane:
    (tmp_path / "live.troy").write_text(TROY)
    (tmp_path / "access_log.trickle").write_text(TRICKLE)
    plane = FakePlane(base=str(tmp_path), diagnose=unknown_name)
    (tmp_path / "tests").mkdir()
    for name in ("plain", "null client"):
        file = tmp_path / "tests" / f"{name}.test.json"
        file.write_text(json.dumps({"name": name, "out": json.loads(OUT)}))
        plane.authoring.results.append(TestResult(str(file), name, "parse/parse_line", (), OUT, OUT))
    return plane


def kept(plane: FakePlane, name: str) -> Path:
    """The file of a test."""
    return Path(plane.base, "tests", f"{name}.test.json")


def content(plane: FakePlane, name: str) -> dict[str, Any]:
    """What stands in the file of a test."""
    found = json.loads(kept(plane, name).read_text())
    assert isinstance(found, dict)
    return found


def on_disk(plane: FakePlane) -> str:
    """The file that is edited, as it lies on disk."""
    return Path(plane.base, "access_log.trickle").read_text()


def write(plane: FakePlane, name: str, text: str) -> None:
    """Writes the file of a test."""
    kept(plane, name).write_text(text)


def is_kept(plane: FakePlane, name: str) -> bool:
    """Whether a test has its file."""
    return kept(plane, name).exists()


async def edit(bench: Bench) -> None:
    """Opens the file that defines a script that runs."""
    await bench.until(lambda: bench.store.flow)
    await bench.press("4")
    await bench.until(lambda: len(bench.app.script.files.drafts) > 1)
    await bench.press("ctrl+g", "down", "enter")
    await bench.sees("define script parse_line")
    await bench.until(lambda: not bench.app.script.problems.state and not bench.app.script.tests.state)


async def sampled(bench: Bench) -> None:
    if bench.app.size.width < 100:
        await bench.press("f9")
    await bench.until(lambda: any(isinstance(one, do.OpenTap) for one in bench.plane.asked))
    bench.plane.push()
    await bench.sees("0 dropped")


@pytest.mark.parametrize("size", SIZES)
async def test_f7_runs_the_tests_on_the_draft_and_shows_them(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    plane.authoring.failing = "null client"
    async with opened(plane, size=size) as bench:
        await edit(bench)

        await bench.press("#", "f7")

        await bench.sees("Tests (2)  ✔ 1  ✖ 1")
        await bench.sees("null client: expected port out")
        asked = [request for request in plane.asked if isinstance(request, RunTests)]
        assert asked[-1].texts == {f"{plane.base}/access_log.trickle": "#" + TRICKLE}


async def test_tests_of_an_earlier_text_say_so(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        await bench.sees("Tests (2)  ✔ 2")

        await bench.press("#")

        await bench.sees("of an earlier text")


@pytest.mark.parametrize("size", SIZES)
async def test_f7_again_gives_the_tests_the_keys_and_enter_opens_one(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    plane.authoring.failing = "null client"
    async with opened(plane, size=size) as bench:
        await edit(bench)
        await bench.press("#", "f7")
        await bench.sees("null client: expected port out")

        await bench.press("f7", "enter")
        await bench.sees('value.class: expected "ok", got nothing')
        assert "parse/parse_line" in bench.text
        await bench.press("escape")
        assert bench.app.place_now == "tests"
        await bench.press("escape")
        assert bench.app.place_now == "script"


async def test_what_came_may_become_what_is_expected(opened: Opened, plane: FakePlane) -> None:
    plane.authoring.failing = "null client"
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press("#", "f7")
        await bench.sees("null client: expected port out")

        await bench.press("f7", "enter", "down", "enter")
        await bench.sees("null client expects what came")

        assert content(plane, "null client")["out"] == [{"port": "err", "value": {}}]


async def test_a_test_may_be_deleted(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press("f7", "f7")
        await bench.press("enter", "down", "enter")

        await bench.sees("deleted plain")

        assert not is_kept(plane, "plain")


async def test_an_apply_runs_the_tests_and_needs_a_second_f5_where_one_fails(
    opened: Opened, plane: FakePlane
) -> None:
    plane.authoring.failing = "null client"
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press("#", "f5")
        await bench.sees("not applied: null client fails; F5 again applies it anyway")
        assert on_disk(plane) == TRICKLE
        assert not any(isinstance(request, do.Apply) for request in plane.asked)

        await bench.press("f5")
        await bench.sees("v8 live")


async def test_another_text_is_tested_again_before_it_is_applied(opened: Opened, plane: FakePlane) -> None:
    plane.authoring.failing = "null client"
    async with opened(plane) as bench:
        await edit(bench)
        await bench.press("#", "f5")
        await bench.sees("not applied: null client fails")

        await bench.press("#", "f5")
        await bench.until(lambda: sum(isinstance(one, RunTests) for one in plane.asked) >= 3)
        await bench.until(lambda: not bench.app.script.tests.state)

        assert not any(isinstance(request, do.Apply) for request in plane.asked)


async def test_an_engine_that_runs_no_tests_does_not_stop_an_apply(opened: Opened, plane: FakePlane) -> None:
    plane.refuse = lambda request: ControlError("no tests") if isinstance(request, RunTests) else None
    async with opened(plane) as bench:
        await edit(bench)

        await bench.press("#", "f5")

        await bench.sees("v8 live")
        assert "not run: no tests" in bench.text


# --- making one ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_a_sample_becomes_a_test_under_the_name_that_is_typed(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    async with opened(plane, size=size) as bench:
        await edit(bench)
        await sampled(bench)

        await bench.press("ctrl+t")
        await bench.sees("Make a test that expects")
        await bench.press(*"Näme 1", "enter")
        await bench.sees("kept tests/n_me_1.test.json")

        assert content(plane, "n_me_1")["name"] == "Näme 1"
        (asked,) = (request for request in plane.asked if isinstance(request, MakeTest))
        assert (asked.flow, asked.pipeline, asked.node) == ("live", "parse", "parse/parse_line")
        assert asked.ingest_ns > 0


async def test_where_draft_and_running_version_differ_either_may_be_expected(
    opened: Opened, plane: FakePlane
) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        await sampled(bench)
        await bench.press("#")

        await bench.press("ctrl+t")
        await bench.sees("running version:")
        await bench.press("down", "enter")
        await bench.sees("kept tests/parse_line_to_err.test.json")

        assert content(plane, "parse_line_to_err")["out"] == [{"port": "out"}]


async def test_a_name_that_is_taken_gets_a_number(opened: Opened, plane: FakePlane) -> None:
    write(plane, "parse_line_to_out", '{"mine": 1}')
    async with opened(plane) as bench:
        await edit(bench)
        await sampled(bench)

        await bench.press("ctrl+t")
        await bench.sees("Make a test that expects")
        await bench.press("enter")

        await bench.sees("kept tests/parse_line_to_out_2.test.json")
        assert content(plane, "parse_line_to_out") == {"mine": 1}


async def test_without_a_sample_it_says_what_is_missing(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane, size=(80, 24)) as bench:
        await edit(bench)

        await bench.press("ctrl+t")

        await bench.sees("no sample to make a test of: F3 takes samples")


async def test_an_event_of_an_edge_is_for_what_the_edge_leads_into(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await edit(bench)
        sample = plane._sample(1)
        edges = {edge.target: edge.id for edge in bench.store.flow.graph.edges}

        bench.app.make_test_of(sample, edges["pipeline/parse"])
        await bench.sees("Make a test that expects")
        await bench.press("escape")
        bench.app.make_test_of(sample, edges["connector/requests"])
        await bench.sees("no test: this edge leads into requests")

        asked = [request for request in plane.asked if isinstance(request, MakeTest)]
        assert [(one.pipeline, one.node) for one in asked] == [("parse", "")]


async def test_a_workbench_that_may_only_look_makes_no_test(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane, read_only=True) as bench:
        await edit(bench)

        bench.app.make_test("{}", "", "live", "parse")

        await bench.sees("this workbench may only look")
        assert not any(isinstance(request, MakeTest) for request in plane.asked)


@pytest.mark.parametrize("size", SIZES)
async def test_paths_that_samples_lack_are_among_the_problems(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    span = Span("access_log.trickle", 6, 11, 6, 16)
    words = "`event.note` is missing in 2 of 20 samples: a missing path is an error"
    plane.authoring.missing = (Diagnostic(words, span, "test for it: `present event.note`", "warning"),)
    async with opened(plane, size=size) as bench:
        await edit(bench)
        await sampled(bench)

        await bench.sees("`event.note` is missing in 2 of 20 samples")
        await bench.press("f2")

        assert bench.app.script.editor.cursor_location == (5, 10)


async def test_an_event_of_a_tap_becomes_a_test_by_one_key(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane) as bench:
        await bench.until(lambda: bench.store.flow)
        edge = next(edge for edge in bench.store.flow.graph.edges if edge.target == "pipeline/parse")
        bench.app.work(bench.app.flow.open_tap(edge.id, "into parse"))
        await bench.until(lambda: bench.store.tap)
        plane.push(3)
        await bench.until(lambda: bench.store.tap.ring)

        await bench.press("tab", "up", "T")
        await bench.sees("Make a test that expects")

        (asked,) = (request for request in plane.asked if isinstance(request, MakeTest))
        assert (asked.pipeline, asked.node) == ("parse", "")
