from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tremor_tui.control import places
from tremor_tui.errors import ControlError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def test_sockets_and_logs_live_in_private_folders(home: Path) -> None:
    assert places.run_dir() == home / "tremor-tui"
    assert places.log_path("local") == home / "state" / "tremor-tui" / "local.log"
    assert stat.S_IMODE(places.run_dir().stat().st_mode) == 0o700


def test_a_folder_that_others_may_enter_is_closed_to_them(home: Path) -> None:
    (home / "tremor-tui").mkdir(mode=0o755)

    assert stat.S_IMODE(places.run_dir().stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(home: Path) -> None:
    (home / "tremor-tui").mkdir()
    os.chown(home / "tremor-tui", 65534, 65534)

    with pytest.raises(ControlError, match="belongs to somebody else"):
        places.run_dir()


def test_a_link_in_the_place_of_the_folder_is_refused(home: Path) -> None:
    (home / "elsewhere").mkdir()
    (home / "tremor-tui").symlink_to(home / "elsewhere")

    with pytest.raises(ControlError, match="belongs to somebody else"):
        places.run_dir()


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\0b", "-x", ".hidden", "a b", "x" * 49, "ä"])
def test_names_that_would_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(ControlError, match="cannot be called"):
        places.checked_name(name)


def test_a_socket_path_that_is_too_long_for_the_system_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / ("x" * 90)))

    with pytest.raises(ControlError, match="longer than 107 bytes") as caught:
        places.socket_path("local")
    assert "XDG_RUNTIME_DIR" in caught.value.hint
