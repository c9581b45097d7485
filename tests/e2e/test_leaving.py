"""A workbench that is ended from outside leaves a usable terminal, and the flow never notices."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.numbered import command, count_written, open_terminal, places, write_flow, written

NUMBERS = 60_000


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_flow_in_a_server_never_notices_that_its_workbenches_are_ended(tmp_path: Path) -> None:
    write_flow(tmp_path, NUMBERS)
    server = subprocess.Popen(
        command("server", "run", "flow.troy"),
        cwd=tmp_path,
        env=places(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_lines(tmp_path, 1)
        for number in (signal.SIGTERM, signal.SIGHUP):
            end_workbench(tmp_path, number)
        wait_for_lines(tmp_path, NUMBERS)
    finally:
        server.terminate()
        status = server.wait(10)

    assert status == 0
    assert [int(row["n"]) for row in written(tmp_path)] == list(range(NUMBERS))


def end_workbench(folder: Path, number: signal.Signals) -> None:
    """Attaches a workbench, ends it with a signal, and looks at what it leaves behind."""
    with open_terminal(folder, command("attach"), 80, 24) as terminal:
        before = terminal.attributes()
        terminal.wait_for("RUN", 20)
        terminal.process.send_signal(number)

        assert terminal.wait_ended() == 128 + number
        assert terminal.attributes() == before
        for mode in (b"?1049l", b"?1000l", b"?2004l", b"?25h"):
            assert mode in terminal.raw[-4096:], f"{mode!r} was not sent"


def wait_for_lines(folder: Path, wanted: int) -> None:
    end = time.monotonic() + 60
    while count_written(folder) < wanted:
        assert time.monotonic() < end, f"{count_written(folder)} of {wanted} lines after 60 s"
        time.sleep(0.05)
