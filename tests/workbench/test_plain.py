from __future__ import annotations

import pytest

from tremor_tui.control.plane import ControlPlane
from tremor_tui.control.snapshots import Diagnostic
from tremor_tui.errors import ControlError
from tremor_tui.testing.fake_plane import FakePlane
from tremor_tui.workbench.app import run_workbench


def run(plane: FakePlane, file: str | None = None) -> int:
    """Runs the plain workbench over a plane."""

    async def connect(_engine: str) -> ControlPlane:
        return plane

    return run_workbench(connect, engine="local", file=file, base="/flows", plain=True)


class Ends(FakePlane):
    """Pushes three pictures and a notice, then its engine is gone."""

    def _watch(self, rate: float) -> None:
        for _ in range(3):
            self.push()
        self.notice("executor 0 \x1b[31mwas restarted")
        self.lose()


def test_every_line_is_said_once_until_it_changes(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(Ends())

    out = capsys.readouterr().out
    assert code == 1
    assert out.count("flow live running in 2.00k/s out 1.94k/s err 60.0/s") == 1
    assert "task live/pipeline/classify running busy 40%" in out
    assert "warning: executor 0 ·was restarted" in out
    assert out.endswith("error: the connection to the engine broke\n")


def test_a_refusal_is_said_with_its_diagnostics(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = Diagnostic("this is no flow", hint="say what it is", file="x.troy")
    refuses = FakePlane(refuse=lambda request: ControlError(wrong.message, wrong.hint, (wrong,)))

    code = run(refuses, "x.troy")

    assert code == 1
    assert "x.troy: error: this is no flow" in capsys.readouterr().out
