from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.conftest import SIZES, Bench, Opened
from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import PreviewResult
from tremor_tui.errors import ControlError
from tremor_tui.testing.fake_plane import FakePlane, unknown_name
from tremor_tui.testing.scenes import TRICKLE, TROY
from tremor_tui.workbench.widgets.preview import note_of

pytestmark = pytest.mark.anyio
WIDE, NARROW = (120, 36), (80, 24)


@pytest.fixture
def plane(tmp_path: Path) -> FakePlane:
    (tmp_path / "live.troy").write_text(TROY)
    (tmp_path / "access_log.trickle").write_text(TRICKLE)
    return FakePlane(base=str(tmp_path), diagnose=unknown_name)


async def edit(bench: Bench) -> None:
    """Opens the file that defines a script that runs."""
    await bench.until(lambda: bench.store.flow)
    await bench.press("4")
    await bench.until(lambda: len(bench.app.script.files.drafts) > 1)
    await bench.press("ctrl+g", "down", "enter")
    await bench.sees("define script parse_line")
    await bench.until(lambda: not bench.app.script.problems.state)


async def sampled(bench: Bench) -> None:
    """Lets samples come, and the draft run on them."""
    await bench.until(lambda: any(isinstance(asked, do.OpenTap) for asked in bench.plane.asked))
    bench.plane.push()
    await bench.sees("0 dropped")


def asked(plane: FakePlane) -> list[do.Preview]:
    return [request for request in plane.asked if isinstance(request, do.Preview)]


async def test_where_there_is_room_the_preview_shows_by_itself(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane, size=WIDE) as bench:
        await edit(bench)
        await sampled(bench)

        assert "Preview  parse/parse_line" in bench.text
        assert "16 out  4 err  0 dropped" in bench.text
        assert "was out" in bench.text
        opened_tap = next(request for request in plane.asked if isinstance(request, do.OpenTap))
        assert opened_tap.edge == "live:pipeline/parse:in/out>parse_line/in"
        await bench.until(lambda: any(isinstance(request, do.CloseTap) for request in plane.asked))
        (request,) = asked(plane)
        assert (request.flow, request.pipeline, request.node) == ("live", "parse", "parse/parse_line")
        assert (len(request.samples), request.metas[0], request.limit_ms) == (20, '{"class":"ok"}', 100)


async def test_at_80_columns_f9_shows_and_hides_it(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane, size=NARROW) as bench:
        await edit(bench)
        assert "Preview" not in bench.text
        assert not any(isinstance(request, do.OpenTap) for request in plane.asked)

        await bench.press("f9")
        await sampled(bench)
        assert "16 out  4 err  0 dropped" in bench.text
        assert "define script parse_line" in bench.text

        await bench.press("f9")
        await bench.until(lambda: "Preview" not in bench.text)


@pytest.mark.parametrize("size", SIZES)
async def test_the_selected_sample_is_laid_out_beside_what_became_of_it(
    opened: Opened, plane: FakePlane, size: tuple[int, int]
) -> None:
    async with opened(plane, size=size) as bench:
        await edit(bench)
        await bench.press(*([] if size == WIDE else ["f9"]))
        await sampled(bench)
        assert "draft ▶ out" in bench.text
        assert "live v7 ▶ out" in bench.text

        await bench.press("ctrl+n", "ctrl+down")

        await bench.sees("draft ▶ err")
        assert "live v7 ▶ out" in bench.text
        assert '"error":' in bench.text
        await bench.press("ctrl+up")
        await bench.until(lambda: "draft ▶ err" not in bench.text)


async def test_the_draft_runs_on_the_same_samples_a_moment_after_a_key(
    opened: Opened, plane: FakePlane
) -> None:
    async with opened(plane, size=WIDE) as bench:
        await edit(bench)
        await sampled(bench)

        await bench.press("#", "#")
        await bench.until(lambda: len(asked(plane)) == 2)

        first, second = asked(plane)
        assert first.samples == second.samples
        assert second.texts == {f"{plane.base}/access_log.trickle": "##" + TRICKLE}


async def test_while_the_text_does_not_compile_the_last_good_draft_stays(
    opened: Opened, plane: FakePlane
) -> None:
    async with opened(plane, size=WIDE) as bench:
        await edit(bench)
        await sampled(bench)

        await bench.press(*"evnt ")
        await bench.sees("last good draft")

        assert not any("evnt" in text for request in asked(plane) for text in request.texts.values())
        assert "was out" in bench.text
        await bench.press(*["ctrl+z"] * 5)
        await bench.sees("16 out  4 err")


async def test_f3_takes_new_samples(opened: Opened, plane: FakePlane) -> None:
    async with opened(plane, size=WIDE) as bench:
        await edit(bench)
        await sampled(bench)

        await bench.press("f3")
        await bench.until(lambda: sum(isinstance(request, do.OpenTap) for request in plane.asked) == 2)
        plane.push()
        await bench.until(lambda: len(asked(plane)) == 2)

        first, second = asked(plane)
        assert first.samples != second.samples


async def test_a_preview_that_is_refused_says_so_and_the_editor_goes_on(
    opened: Opened, plane: FakePlane
) -> None:
    plane.refuse = lambda request: ControlError("too busy") if isinstance(request, do.Preview) else None
    async with opened(plane, size=WIDE) as bench:
        await edit(bench)
        await bench.until(lambda: any(isinstance(request, do.OpenTap) for request in plane.asked))
        plane.push()

        await bench.sees("not run: too busy")


async def test_a_file_without_a_script_that_runs_leaves_the_room_to_the_editor(
    opened: Opened, plane: FakePlane
) -> None:
    async with opened(plane, size=WIDE) as bench:
        await edit(bench)
        await bench.sees("Preview")

        await bench.press("ctrl+g", "up", "enter")

        await bench.until(lambda: "Preview" not in bench.text)
        await bench.press("f9")
        await bench.sees("Put the cursor into a `define script`")


OUT = PreviewResult("out", '{"a": 1, "b": 2}', "{}")


@pytest.mark.parametrize(
    ("result", "running", "note"),
    [
        (OUT, None, ("", False)),
        (OUT, OUT, ("", False)),
        (OUT, PreviewResult("err", OUT.value, "{}"), ("was err", True)),
        (OUT, PreviewResult(), ("was dropped", True)),
        (PreviewResult(), OUT, ("was out", True)),
        (OUT, PreviewResult("out", '{"a": 7, "c": 2}', "{}"), ("was a: 7, b: missing, c: 2", True)),
        (OUT, PreviewResult("out", "[1]", "{}"), ("was [1]", True)),
        (OUT, PreviewResult("out", OUT.value, '{"x": 1}'), ("other metadata", True)),
        (OUT, PreviewResult("err", error="no"), ("failed before: no", True)),
        (PreviewResult("err", error="no", line=3), OUT, ("line 3: no", True)),
        (PreviewResult("err", error="no"), PreviewResult("err", error="no"), ("no", False)),
    ],
)
def test_the_difference_to_what_runs_is_said_in_words(
    result: PreviewResult, running: PreviewResult | None, note: tuple[str, bool]
) -> None:
    assert note_of(result, running) == note
