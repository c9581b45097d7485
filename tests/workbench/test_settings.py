from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.conftest import Opened
from tremor_tui.workbench.glyphs import ASCII, UNICODE
from tremor_tui.workbench.settings import Settings, config_path, read_settings
from tremor_tui.workbench.terminal import wants_ascii

pytestmark = pytest.mark.anyio


def read(folder: Path, text: str) -> Settings:
    """The settings in a file with this text."""
    path = folder / "config.toml"
    path.write_text(text)
    return read_settings(path)


def test_without_a_file_everything_is_as_the_workbench_has_it(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none.toml") == Settings()


def test_the_file_is_in_the_users_config_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path() == tmp_path / "tremor-tui/config.toml"


def test_everything_that_can_be_chosen_is_read(tmp_path: Path) -> None:
    text = """
        theme = "nord"
        ascii = true
        mouse = false
        [keymap]
        "flow.tap" = "ctrl+t"
        all.leave = "Q"
        [columns]
        tasks = ["task", "busy"]
    """
    found = read(tmp_path, text)

    assert (found.theme, found.ascii, found.mouse, found.complaints) == ("nord", True, False, ())
    assert found.keymap == {"flow.tap": "ctrl+t", "all.leave": "Q"}
    assert found.columns == {"tasks": ("task", "busy")}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('\ntheme = "pink"', "config.toml:2: there is no theme `pink`; there are tremor,"),
        ("mouse = 1", "config.toml:1: `mouse` is true or false"),
        ('colour = "red"', "config.toml:1: there is no setting `colour`; there are theme, ascii, mouse"),
        ('[keymap]\n\n"flow.tep" = "x"', "config.toml:3: there is no action `flow.tep`"),
        ('[keymap]\nflow.tap = "q"', "config.toml:2: `q` is the key of `all.leave`"),
        ('[keymap.flow]\ntap = "ctrl+m"', "config.toml:2: `^m` is enter to most terminals"),
        ('[keymap]\n"flow.tap" = ["x"]', "config.toml:2: the keys of `flow.tap` are a text"),
        ('[columns]\ntasks = "task"', "config.toml:2: the columns of `tasks` are a list of their names"),
        ('[columns]\ntasks = ["tusk"]', "config.toml:2: `tasks` has no column `tusk`; there are state, task"),
        ('[columns]\nerrors = ["id"]', "config.toml:2: no table `errors` has columns to choose"),
        ("keymap = 1", "config.toml:1: `keymap` is a table"),
    ],
)
def test_a_bad_entry_is_said_with_its_line_and_the_rest_counts(
    tmp_path: Path, text: str, complaint: str
) -> None:
    found = read(tmp_path, f"{text}\n[columns.x]\n" if "[columns]" in text else f"ascii = true\n{text}")

    if "[columns]" not in text:
        line = complaint.split(":")[1]
        complaint = complaint.replace(f":{line}:", f":{int(line) + 1}:", 1)
        assert found.ascii is True
    assert any(said.startswith(complaint) for said in found.complaints), found.complaints


@pytest.mark.parametrize("text", ["theme = ", "[keymap", "\x00", "x = 1\nx = 2"])
def test_a_file_that_is_no_toml_is_passed_over_and_said(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)

    assert found.theme == ""
    assert "is passed over: " in found.complaints[0]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    assert "cannot be read" in read_settings(tmp_path / "config.toml").complaints[0]


async def test_the_workbench_obeys_its_settings(opened: Opened, tmp_path: Path) -> None:
    chosen = read(tmp_path, 'theme = "nord"\nascii = true\n[keymap]\n"all.help" = "f11"\n"tasks.sort" = "s"')
    async with opened(settings=chosen) as bench:
        assert bench.app.theme == "nord"
        assert bench.app.glyphs is ASCII
        await bench.press("2", "s")
        await bench.sees("Sort by")
        await bench.press("escape", "question_mark")
        assert len(bench.app.screen_stack) == 1
        await bench.press("f11")
        await bench.sees("sort by a column")
        assert any("s " in line and "sort by a column" in line for line in bench.lines())


async def test_complaints_are_on_the_alert_line(opened: Opened, tmp_path: Path) -> None:
    async with opened(settings=read(tmp_path, 'theme = "pink"')) as bench:
        assert any("there is no theme `pink`" in said.text for said in bench.store.said)


@pytest.mark.parametrize(
    ("environment", "is_ascii"),
    [
        ({}, False),
        ({"TERM": "linux"}, True),
        ({"TERM": "dumb", "LANG": "en_GB.UTF-8"}, True),
        ({"TERM": "xterm", "LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "en_GB.utf8"}, False),
        ({"LANG": "C"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "en_GB.ISO-8859-1"}, True),
        ({"LC_ALL": "POSIX", "LANG": "en_GB.UTF-8"}, True),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, False),
    ],
)
def test_terminals_without_utf8_are_drawn_on_with_ascii(environment: dict[str, str], is_ascii: bool) -> None:
    assert wants_ascii(environment) is is_ascii


async def test_glyphs_that_are_chosen_win_over_the_terminal(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "linux")
    async with opened(settings=Settings(ascii=False)) as bench:
        assert bench.app.glyphs is UNICODE
