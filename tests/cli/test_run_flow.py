"""`run` of a .troy file as a process: signals, exit codes, the live line."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import completed, process

ENDLESS = """
define flow main
flow
  define connector tick from metronome with config = {"interval": 5000000} end;
  define connector out from file
  with codec = "json", postprocessors = ["separate"], config = {"path": "OUT", "mode": "truncate"} end;
  define pipeline main pipeline select 1 from in into out; end;
  create connector tick;
  create connector out;
  create pipeline main;
  connect /connector/tick to /pipeline/main;
  connect /pipeline/main to /connector/out;
end;
deploy flow main;
"""


@pytest.fixture
def endless(folder: Path) -> Path:
    path = folder / "main.troy"
    path.write_text(ENDLESS.replace("OUT", "out.json"))
    return path


def wait_for_lines(path: Path, count: int) -> None:
    deadline = time.monotonic() + 15
    while not path.exists() or path.read_text().count("\n") < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_drains_a_flow(endless: Path, folder: Path, number: signal.Signals) -> None:
    with process("run", str(endless)) as started:
        wait_for_lines(folder / "out.json", 5)

        started.send_signal(number)
        out, err = started.communicate(timeout=15)

    written = (folder / "out.json").read_text().count("\n")
    told = re.search(r"main: ([\d,]+) in, ([\d,]+) out, 0 to err, 0 left", err)
    assert (started.returncode, out) == (0, "")
    assert told
    assert int(told[1].replace(",", "")) == int(told[2].replace(",", "")) == written


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_flow_that_cannot_drain_is_forced_and_says_what_is_left(endless: Path, folder: Path) -> None:
    endless.write_text(ENDLESS.replace("OUT", "/dev/full").replace('"truncate"', '"append"'))
    with process("run", str(endless), "--drain-seconds", "0.5") as started:
        assert started.stderr
        first = started.stderr.readline()

        started.send_signal(signal.SIGTERM)
        _, err = started.communicate(timeout=15)

    assert "no space left" in first.lower()
    assert started.returncode == 75
    told = re.search(r"ended by force: ([\d,]+) events were not delivered", err)
    assert told
    assert int(told[1].replace(",", "")) > 0
    assert "Traceback" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_second_signal_forces_at_once(endless: Path) -> None:
    endless.write_text(ENDLESS.replace("OUT", "/dev/full").replace('"truncate"', '"append"'))
    with process("run", str(endless), "--drain-seconds", "60") as started:
        assert started.stderr
        started.stderr.readline()
        started.send_signal(signal.SIGTERM)
        while "draining" not in started.stderr.readline():
            continue

        begin = time.monotonic()
        started.send_signal(signal.SIGINT)
        started.communicate(timeout=15)

    assert started.returncode == 75
    assert time.monotonic() - begin < 10


def read_until(terminal: int, pattern: bytes) -> bytes:
    """What a terminal shows up to the first match; what came where it has gone before."""
    seen = b""
    deadline = time.monotonic() + 15
    while not re.search(pattern, seen):
        assert time.monotonic() < deadline, seen
        if select.select([terminal], [], [], 1.0)[0]:
            seen += os.read(terminal, 4096)
    return seen


def test_a_terminal_shows_a_live_line(endless: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-m", "tremor_tui", "run", str(endless)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environment,
    ) as started:
        os.close(theirs)
        seen = read_until(ours, rb"main: [\d,]+ in \([\d,]+/s\), [\d,]+ out .* fill \d+%")
        started.send_signal(signal.SIGINT)
        seen += read_until(ours, rb" 0 left, ")
    os.close(ours)

    assert started.returncode == 0
    assert b"\r\x1b[K" in seen


def test_an_exit_connector_gives_the_status(endless: Path) -> None:
    text = ENDLESS.replace("select 1 from", 'select {"exit": 7} from')
    text = re.sub(r"define connector out from file\n.*end;", "define connector out from `exit`;", text)
    endless.write_text(text)

    ran = completed("run", str(endless))

    assert ran.status == 7, ran.err
