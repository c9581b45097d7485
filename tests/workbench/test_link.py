from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.workbench.conftest import SIZES, Opened
from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import Diagnostic
from tremor_tui.errors import ControlError, EngineLost
from tremor_tui.model.diagnostic import Span
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.testing.scenes import TROY

pytestmark = pytest.mark.anyio


async def test_a_lost_engine_is_said_at_once_and_found_again(opened: Opened) -> None:
    first, second = FakePlane(), FakePlane(step=500)
    async with opened(first, EngineLost("nobody answers"), second) as bench:
        await bench.sees("LIVE")
        await bench.press("t")
        await bench.until(lambda: bench.store.tap is not None)

        start = time.monotonic()
        first.lose()
        await bench.sees("data is")
        assert time.monotonic() - start < 1.0
        assert "trying again" in bench.text
        await bench.sees("connected to local#4711 again")

        assert any(isinstance(request, do.OpenTap) for request in second.asked)
        assert "LIVE" in bench.text


async def test_unsaved_text_outlives_the_engine(opened: Opened, tmp_path: Path) -> None:
    first, second = FakePlane(base=str(tmp_path)), FakePlane(base=str(tmp_path))
    async with opened(first, second) as bench:
        await bench.until(lambda: bench.store.flow)
        await bench.press("4")
        await bench.until(lambda: bench.app.script.draft)
        await bench.press("#")

        first.lose()
        await bench.until(lambda: bench.planes == [first, second])
        await bench.press("escape", "4")

        assert bench.app.script.editor.text == "#" + TROY


async def test_a_notice_is_on_the_screen_within_a_second(opened: Opened) -> None:
    async with opened() as bench:
        await bench.sees("LIVE")

        start = time.monotonic()
        bench.plane.notice("executor 0 was restarted; live began anew")
        await bench.sees("executor 0 was restarted")

        assert time.monotonic() - start < 1.0


async def test_a_restart_is_said_even_without_a_notice(opened: Opened) -> None:
    async with opened() as bench:
        await bench.sees("LIVE")

        bench.plane.restarts += 1
        bench.plane.push()

        await bench.sees("executor 0 was restarted; its flows began anew")


async def test_a_first_connection_that_is_refused_is_said(opened: Opened) -> None:
    refusal = FakePlane(refuse=lambda request: ControlError("another protocol", "update it"))
    async with opened(refusal) as bench:
        await bench.sees("another protocol (update it)")


@pytest.mark.parametrize("size", SIZES)
async def test_the_start_screen_offers_the_same_numbers_everywhere(
    opened: Opened, size: tuple[int, int]
) -> None:
    async def find() -> list[str]:
        return ["local#1", "nightly"]

    async with opened(size=size, engine="", find=find) as bench:
        await bench.sees("2 found: local#1, nightly")
        assert "Open a .troy file" in bench.text
        assert "Empty canvas" in bench.text

        await bench.press("6", *"nig", "enter")

        await bench.sees("classify")


async def test_one_engine_that_runs_is_attached_to_with_one_key(opened: Opened) -> None:
    async def find() -> list[str]:
        return ["nightly"]

    async with opened(engine="", find=find) as bench:
        await bench.sees("Attach to nightly")

        await bench.press("6")

        await bench.sees("classify")


async def test_a_file_is_opened_deployed_and_tapped(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "live.troy").write_text(TROY)
    async with opened(engine="", file="live.troy") as bench:
        await bench.until(lambda: bench.store.tap is not None)

        asked = next(request for request in bench.plane.asked if isinstance(request, do.Deploy))
        assert asked.path == str(tmp_path / "live.troy")
        assert asked.base == str(tmp_path)


async def test_the_start_screen_asks_for_a_path(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "live.troy").write_text(TROY)
    async with opened(engine="") as bench:
        await bench.press("5", *"live.troy", "enter")

        await bench.sees("classify")


async def test_a_file_that_is_not_there_is_said(opened: Opened) -> None:
    async with opened(engine="", file="gone.troy") as bench:
        # the whole path is more than the alert line has room for where pytest's folders are deep
        await bench.until(
            lambda: any("gone.troy: No such file or directory" in one.text for one in bench.store.said)
        )


async def test_a_file_that_does_not_compile_is_shown_with_what_is_wrong(
    opened: Opened, tmp_path: Path
) -> None:
    (tmp_path / "live.troy").write_text(TROY)
    wrong = Diagnostic("this is no flow", Span("live.troy", 2, 1, 2, 5), "say what it is")

    def refuse(request: do.Request) -> ControlError | None:
        return ControlError(wrong.message, wrong.hint, (wrong,)) if isinstance(request, do.Deploy) else None

    plane = FakePlane(base=str(tmp_path), refuse=refuse, deployed=False, diagnose=lambda path, text: (wrong,))
    async with opened(plane, engine="", file="live.troy") as bench:
        await bench.sees("define flow live")

        await bench.sees("2:1")
        assert "say what it is" in bench.text


async def test_leaving_asks_where_the_engine_would_end_and_can_keep_it(opened: Opened) -> None:
    async with opened() as bench:
        await bench.sees("LIVE")

        await bench.press("q")
        assert "30 s after its last workbench left" in bench.text
        await bench.press("down", "enter")
        await bench.until(lambda: not bench.app.is_running or bench.plane.asked[-1] == do.Keep(True))


async def test_stopping_a_flow_asks_first(opened: Opened) -> None:
    async with opened() as bench:
        await bench.sees("LIVE")

        await bench.press("f6", "enter")
        assert not any(isinstance(request, do.StopFlow) for request in bench.plane.asked)
        await bench.press("f6", "down", "enter")

        await bench.sees("live has stopped")


async def test_help_shows_the_keys_of_the_place_and_the_palette_every_action(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("question_mark")
        assert "look inside the pipeline" in bench.text
        await bench.press("escape", "ctrl+p", *"bottle")
        await bench.press("escape", "ctrl+p", *"next theme", "enter")

        await bench.until(lambda: bench.app.theme == "tremor-light")


async def test_keys_of_the_screen_beneath_a_dialog_do_not_act(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node)
        node = bench.store.node

        await bench.press("question_mark", "right", "2")

        assert bench.store.node == node
        assert bench.app.place_now == "flow"


async def test_f8_saves_a_picture(opened: Opened, tmp_path: Path) -> None:
    async with opened() as bench:
        await bench.press("f8")

        await bench.sees("saved tremor-tui-")
        assert len(written(tmp_path)) == 1


async def test_every_theme_can_be_worn(opened: Opened) -> None:
    async with opened() as bench:
        await bench.sees("classify")
        for _ in range(8):
            bench.app.act_theme()
            await bench.pilot.pause()
            await bench.sees("classify")


def written(folder: Path) -> list[Path]:
    """The pictures in a folder."""
    return list(folder.glob("tremor-tui-*.svg"))
