"""What holds on every screen: keys, help, palette, footer, and a workbench that may only look."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from textual.command import DiscoveryHit

from tests.workbench.conftest import SIZES, Bench, Opened
from tremor_tui.control.snapshots import Notice
from tremor_tui.engine.engine import Engine, Settings
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.testing.scenes import TRICKLE, TROY
from tremor_tui.workbench.actions import ACTIONS, PLACES, Action, Keys, of, shown
from tremor_tui.workbench.actions.keys import MERGED
from tremor_tui.workbench.palette import Commands
from tremor_tui.workbench.screens.help import help_lines
from tremor_tui.workbench.screens.view import View

pytestmark = pytest.mark.anyio
KEPT = {"escape", "space", "tab"}
"""Keys of everywhere that a place may use for what is alike: to leave something, to mark, the next pane."""
SIDE_EFFECTS = {"picture", "text_export", "leave", "new_engine", "show_start"}


def keys_of(action: Action) -> list[str]:
    return [key for key in action.keys.split(",") if key]


async def test_every_action_can_be_done(opened: Opened) -> None:
    async with opened() as bench:
        app = bench.app
        owners = {place: _owner(bench, place) for place in PLACES if place != "all"}
        for action in ACTIONS:
            method = f"act_{action.id}"
            view = action.id.removeprefix("show_")
            assert (
                hasattr(app, method)
                or (action.place != "all" and hasattr(owners[action.place], method))
                or app.view_named(view) is not None
            ), action


def _owner(bench: Bench, place: str) -> object:
    """The view that has a place."""
    if place == "start":
        return bench.app.start
    views = [view for view in bench.app.views() if isinstance(view, View)]
    return next(view for view in views if view.pane_of(place) is not None)


@pytest.mark.parametrize("place", PLACES)
def test_no_key_means_two_things_in_a_place(place: str) -> None:
    own = Counter(key for action in of(place) for key in keys_of(action))
    assert [key for key, many in own.items() if many > 1] == []

    common = {key for action in of("all") for key in keys_of(action)}
    assert place == "all" or set(own) & common <= KEPT


def test_no_key_is_one_that_terminals_merge_or_do_not_send() -> None:
    for action in ACTIONS:
        keys = keys_of(action)
        assert not set(keys) & MERGED.keys(), action
        rare = [key for key in keys if key.startswith(("alt+", "super+", "ctrl+shift+"))]
        assert not keys or len(rare) < len(keys), action


async def test_every_binding_is_in_the_help_and_in_the_palette(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("1")
        app = bench.app
        bound = {
            (place, key)
            for node in (app, *app.query("*"))
            for key, bindings in node._bindings.key_to_bindings.items()
            for binding in bindings
            if (place := (binding.id or "").partition(".")[0]) in PLACES
        }
        hits = [hit async for hit in Commands(app.screen).discover()]
        offered = {hit.display: str(hit.help) for hit in hits if isinstance(hit, DiscoveryHit)}

        assert {place for place, _ in bound} == set(PLACES)
        for action in ACTIONS:
            title = action.words[0].upper() + action.words[1:]
            assert title in {str(words) for words in offered}, action
            for key in keys_of(action):
                assert (action.place, key) in bound, action
        assert len(bound) == sum(len(keys_of(action)) for action in ACTIONS)


@pytest.mark.parametrize("place", PLACES)
async def test_the_help_of_a_place_names_all_its_keys_and_those_of_everywhere(
    opened: Opened, place: str
) -> None:
    async with opened() as bench:
        lines = [line.plain for line in help_lines(place, bench.app.keys, bench.app.ink, bench.app.glyphs)]
        for action in (*of(place), *of("all")):
            assert not action.keys or any(action.words in line and action.key in line for line in lines), (
                action
            )


@pytest.mark.parametrize("size", SIZES)
async def test_the_footer_has_eight_keys_at_most_and_help_among_them(
    opened: Opened, size: tuple[int, int]
) -> None:
    async with opened(size=size) as bench:
        for place in PLACES:
            if place != "all":
                await _go(bench, place)
                chosen = bench.app._footer()
                assert 0 < len(chosen) <= 8, place
                assert any(action.id == "help" for action in chosen), place


async def _go(bench: Bench, place: str) -> None:
    """Shows a place."""
    if place == "start":
        bench.app.show("start")
    else:
        owner = _owner(bench, place)
        assert isinstance(owner, View)
        bench.app.show(str(owner.id))
        pane = owner.pane_of(place)
        assert pane is not None
        pane.focus()
    await bench.pilot.pause()


async def test_a_key_that_is_off_gives_its_reason(opened: Opened) -> None:
    async with opened(FakePlane(deployed=False)) as bench:
        bench.app.show("flow")
        await bench.press("f6")

        await bench.sees("drain the flow and stop it: no flow runs here")


async def test_the_palette_goes_where_an_action_belongs(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("1", "ctrl+p", *"sort by a col", "enter")

        await bench.sees("Sort by")
        assert bench.app.place_now == "tasks"


async def test_the_palette_says_why_an_action_is_off(opened: Opened) -> None:
    async with opened(FakePlane(deployed=False)) as bench:
        await bench.press("ctrl+p", *"drain the flow")

        await bench.sees("off: no flow runs here")


# Looking only


@pytest.mark.parametrize("place", PLACES)
async def test_no_key_of_a_workbench_that_may_only_look_changes_anything(
    opened: Opened, tmp_path: Path, place: str
) -> None:
    files = {"live.troy": TROY, "access_log.trickle": TRICKLE}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    plane = FakePlane(base=str(tmp_path))
    async with opened(plane, read_only=True) as bench:
        for action in of(place):
            if place != "all":
                await _go(bench, place)
            if action.id in SIDE_EFFECTS:
                continue
            bench.app.action_act(action.id, place)
            await bench.pilot.pause()
            while len(bench.app.screen_stack) > 1:
                await bench.press("escape")
            if action.is_change:
                assert "may only look" in bench.store.said[-1].text, action

        looks = Engine(Settings("looks"), lambda _text: None)._plane._looking
        assert [type(request) for request in plane.asked if not isinstance(request, looks)] == []
    assert {path.name: path.read_text() for path in sorted(tmp_path.glob("*"))} == files  # noqa: ASYNC240


# Two at one engine


async def test_what_another_workbench_did_is_said_with_its_author(opened: Opened) -> None:
    async with opened() as bench:
        bench.plane.tell("live: v8 was applied by workbench 4712", "workbench 4712")

        await bench.sees("v8 was applied by workbench 4712")


async def test_what_another_workbench_wrote_comes_into_the_editor(opened: Opened, tmp_path: Path) -> None:
    async with opened(_on_disk(tmp_path)) as bench:
        await bench.press("4")
        await bench.until(lambda: len(bench.app.drafts.all) > 1 and not bench.app.script.problems.state)

        (tmp_path / "live.troy").write_text("# theirs\n" + TROY)
        bench.plane.tell("live.troy was saved", "workbench 4712", str(tmp_path / "live.troy"))

        await bench.until(lambda: bench.app.script.editor.text.startswith("# theirs"))
        assert not bench.store.unsaved


async def test_what_another_wrote_over_an_edit_is_a_conflict_and_nothing_is_lost(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened(_on_disk(tmp_path)) as bench:
        await bench.press("4")
        await bench.until(lambda: len(bench.app.drafts.all) > 1 and not bench.app.script.problems.state)
        await bench.press(*"# mine ")

        (tmp_path / "live.troy").write_text("# theirs\n" + TROY)
        bench.plane.tell("live.troy was saved", "workbench 4712", str(tmp_path / "live.troy"))

        await bench.sees("workbench 4712 wrote live.troy while you edit it")
        assert bench.app.script.editor.text.startswith("# mine ")
        await bench.press("ctrl+s")
        await bench.sees("Changed on disk")
        await bench.press("escape")
        assert (tmp_path / "live.troy").read_text().startswith("# theirs")


def _on_disk(folder: Path) -> FakePlane:
    plane = FakePlane(base=str(folder))
    for name, text in plane.files.items():
        (folder / name).write_text(text)
    return plane


async def test_what_a_workbench_saves_is_told_to_the_others(opened: Opened, tmp_path: Path) -> None:
    async with opened(_on_disk(tmp_path)) as bench:
        await bench.press("4")
        await bench.until(lambda: len(bench.app.drafts.all) > 1 and not bench.app.script.problems.state)
        await bench.press(*"# mine ", "ctrl+s")

        await bench.until(lambda: any(type(r).__name__ == "Saved" for r in bench.plane.asked))


def test_a_notice_without_files_asks_for_nothing() -> None:
    assert Notice("x").files == ()


# A keymap of the user's own


def test_a_keymap_gives_an_action_other_keys() -> None:
    keys = Keys(ACTIONS, {"flow.tap": "ctrl+t, f11"})

    assert [a.keys for a in keys.of("flow") if a.id == "tap"] == ["ctrl+t,f11"]
    assert keys.wrong == {}


@pytest.mark.parametrize(
    ("name", "key", "reason"),
    [
        ("flow.nothing", "x", "there is no action `flow.nothing`"),
        ("flow.tap", "q", "`q` is the key of `all.leave`"),
        ("flow.tap", "ctrl+i", "`^i` is tab to most terminals"),
        ("flow.tap", "", "keys are names with commas between"),
        ("all.leave", "down", "`↓` is the key of"),
    ],
)
def test_a_keymap_that_cannot_be_is_refused_with_its_reason(name: str, key: str, reason: str) -> None:
    keys = Keys(ACTIONS, {name: key})

    assert keys.wrong[name].startswith(reason)
    assert keys.actions == ACTIONS


def test_every_key_is_written_as_it_stands_on_the_keyboard() -> None:
    written = {key: shown(key) for action in ACTIONS for key in action.keys.split(",") if key}
    assert [key for key, name in written.items() if "_" in name and key != "underscore"] == []
    assert (written["plus"], written["minus"], written["less_than_sign"]) == ("+", "-", "<")
    assert written["ctrl+down"] == "^↓"
