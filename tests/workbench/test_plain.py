from __future__ import annotations

import pytest

from tremor_tui.control.commands import Request
from tremor_tui.control.letters import ListLetters
from tremor_tui.control.plane import ControlPlane
from tremor_tui.control.snapshots import Answer, Diagnostic, Receipt, Warned
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


class Changes(FakePlane):
    """A warning comes and goes; a version is applied and goes back; another client does something."""

    def _watch(self, rate: float) -> None:
        self.warnings = (
            Warned("stall", "classify has not yielded", "t", active=True, file="x.troy", line=14),
        )
        self.push()
        self.warnings = ()
        self._apply("live")
        self.push()
        self.last_apply = Receipt("live", 7, events=3, pause_ns=2_000_000, went_back_from=8)
        self.version, self.note = 7, "v8 went back to v7"
        self.push()
        self.tell("live: v9 was applied by workbench 4712", "workbench 4712")
        self.lose()


def test_warnings_and_applies_are_a_line_each_and_what_is_over_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(Changes())

    lines = capsys.readouterr().out.splitlines()
    wanted = [
        "flow live runs v7",
        "warning: classify has not yielded at x.troy:14",
        "flow live: v8 was applied and is watched",
        "flow live: v8 live, 240 queued events kept, pause 3.0ms",
        "over: warning: classify has not yielded at x.troy:14",
        "flow live runs v7",
        "flow live: v8 went back, v7 live, 3 queued events kept, pause 2.0ms",
        "info: live: v9 was applied by workbench 4712",
    ]
    assert [line for line in lines if line in wanted] == wanted


class Fails(FakePlane):
    """Events fail between pictures, the last of them a second after the first."""

    def _watch(self, rate: float) -> None:
        self.push()
        self.letters.fail("no customer", 2)
        self.push()
        self.letters.fail("no total")
        self.push()
        self.push(10)
        self.push(10)
        self.lose()

    async def submit(self, request: Request) -> Answer:
        """Answers about letters, as one does that is not lost yet."""
        if isinstance(request, ListLetters):
            return self.letters.answer(request)
        return await super().submit(request)


def test_dead_letters_are_a_line_a_second_with_the_newest_reason(capsys: pytest.CaptureFixture[str]) -> None:
    run(Fails())

    lines = [line for line in capsys.readouterr().out.splitlines() if "dead letters" in line]
    assert lines == [
        "flow live: dead letters that wait: 2, the newest: parse/parse_line: no total",
        "flow live: dead letters that wait: 3, the newest: parse/parse_line: no total",
    ]
