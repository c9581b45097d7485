"""A folder to work in, folders for engines, and the command line in this process or as one of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tremor_tui.cli.start import run

ROOT = Path(__file__).parents[2]


@dataclass
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str


Cli = Callable[..., Ran]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Not tmp_path: the path of a Unix socket may have 107 bytes only.
    made = Path(tempfile.mkdtemp(prefix="tt-"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(made / "run"))
    monkeypatch.setenv("XDG_STATE_HOME", str(made / "state"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("TREMOR_PATH", raising=False)
    (made / "work").mkdir()
    monkeypatch.chdir(made / "work")
    yield made / "work"
    shutil.rmtree(made)


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Cli:
    """Runs a command in this process."""

    def call(*arguments: str) -> Ran:
        capfd.readouterr()
        status = run(arguments)
        return Ran(status, *capfd.readouterr())

    return call


def process(*arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    """Starts a command as a process of its own."""
    command = [sys.executable, "-m", "tremor_tui", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=stdin, stdout=pipe, stderr=pipe, text=True)


def completed(*arguments: str) -> Ran:
    """Runs a command as a process of its own to its end."""
    with process(*arguments) as started:
        out, err = started.communicate(timeout=30)
    return Ran(started.returncode, out, err)
