from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tremor_tui.workbench.draft import Draft, kept
from tremor_tui.workbench.terminal import clean, clean_lines

ROOT = Path(__file__).resolve().parents[2]
HARMFUL = {chr(c) for c in (*range(32), *range(127, 160))} | set("\u202a\u202e\u2066\u2069\u200b\u200f\ufeff")


@given(some.text())
def test_nothing_harmful_is_left(text: str) -> None:
    assert not HARMFUL & set(clean(text))
    assert not HARMFUL - {"\n"} & set(clean_lines(text))


@given(some.text(some.characters(categories=["L", "N", "P", "Zs"]).filter(lambda c: c not in HARMFUL)))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a·b"),
        ("a\x1b]52;c;aGk=\x07b", "a·b"),
        ("a\x1bPq#0\x1b\\b", "a·b"),
        ("a\x9b2Jb", "a·b"),
        ("a\u202eb", "a·b"),
        ("a\rb", "a·b"),
        ("e" + "\u0301" * 9, "e\u0301\u0301"),
        ("naïve 日本", "naïve 日本"),
    ],
)
def test_escape_sequences_are_taken_out(text: str, shown: str) -> None:
    assert clean(text) == shown


@dataclass
class Terminal:
    """The real program on a pty: what it wrote, and the modes of the terminal."""

    process: subprocess.Popen[bytes]
    master: int
    slave: int
    before: list[object]
    written: bytes = b""

    def read_until(self, condition: Callable[[], object]) -> None:
        """Reads what it writes until a condition holds."""
        end = time.monotonic() + 15
        while not condition():
            assert time.monotonic() < end, self.written[-2000:]
            if select.select([self.master], [], [], 0.05)[0]:
                self.written += os.read(self.master, 65536)

    def wait(self) -> int:
        """Reads until it has ended; its exit code."""
        self.read_until(lambda: self.process.poll() is not None)
        while select.select([self.master], [], [], 0.05)[0]:
            self.written += os.read(self.master, 65536)
        return self.process.returncode

    def screen(self) -> str:
        """What a terminal shows of what was written."""
        screen = pyte.Screen(100, 30)
        pyte.ByteStream(screen).feed(self.written)
        return "\n".join(screen.display)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (30, 100))
    before = termios.tcgetattr(slave)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.workbench.signalled"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    found = Terminal(process, master, slave, before)
    found.read_until(lambda: b"classify" in found.written)
    yield found
    if process.poll() is None:
        process.kill()
        process.wait()
    os.close(master)
    os.close(slave)


def assert_restored(terminal: Terminal) -> None:
    """Every mode that was set was reset after it was last set, and the tty is as it was."""
    out = terminal.written
    for mode in (b"1049", b"1000", b"1003", b"1006", b"2004", b"1004"):
        assert out.rfind(b"\x1b[?" + mode + b"l") > out.rfind(b"\x1b[?" + mode + b"h"), mode
    assert out.rfind(b"\x1b[?25h") > out.rfind(b"\x1b[?25l")
    assert out.rfind(b"\x1b[?7h") > out.rfind(b"\x1b[?7l")
    assert termios.tcgetattr(terminal.slave) == terminal.before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_a_whole_terminal(terminal: Terminal, number: int) -> None:
    terminal.process.send_signal(number)

    assert terminal.wait() == 128 + number
    assert_restored(terminal)


def test_a_crash_leaves_a_whole_terminal(terminal: Terminal) -> None:
    os.write(terminal.master, b"\x1b[23~")

    assert terminal.wait() == 1
    assert_restored(terminal)


def test_a_signal_ends_a_workbench_whose_loop_is_stuck(terminal: Terminal) -> None:
    os.write(terminal.master, b"\x1b[21~")
    terminal.read_until(lambda: not select.select([terminal.master], [], [], 0.5)[0])

    terminal.process.send_signal(signal.SIGTERM)

    assert terminal.wait() == 128 + signal.SIGTERM
    assert_restored(terminal)


@pytest.mark.parametrize("ending", [b"", b"\x1b[23~"])
def test_text_that_is_not_saved_outlives_a_signal_and_a_crash(terminal: Terminal, ending: bytes) -> None:
    os.write(terminal.master, b"4")
    terminal.read_until(lambda: "define flow live" in terminal.screen())
    os.write(terminal.master, b"# mine ")
    terminal.read_until(lambda: "# mine define flow" in terminal.screen())

    if ending:
        os.write(terminal.master, ending)
    else:
        terminal.process.send_signal(signal.SIGTERM)
    terminal.wait()

    assert kept(Draft("live.troy", "/flows/live.troy", "", "")).startswith("# mine define flow live")


def test_leaving_by_key_leaves_a_whole_terminal(terminal: Terminal) -> None:
    terminal.read_until(lambda: "LIVE" in terminal.screen())
    os.write(terminal.master, b"q")
    terminal.read_until(lambda: "Leave?" in terminal.screen())
    os.write(terminal.master, b"\x1b[A\r")

    assert terminal.wait() == 0
    assert_restored(terminal)
