"""A terminal is whole again whatever comes: storms of sizes, signals at any moment, suspending, odd ones."""

from __future__ import annotations

import os
import random
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.numbered import command, open_terminal, write_flow
from tremor_tui.testing.terminal import Terminal

ROOT = Path(__file__).parents[2]
FAKE = [sys.executable, "-m", "tests.workbench.signalled"]
"""The workbench on a plane of the test kit, with live pictures."""
SCREENS = {
    "flow": "1",
    "tasks": "2",
    "events": "3",
    "script": "4",
    "errors": "5",
    "history": "6",
    "bench": "7",
    "start": "0",
}
MANY = int(os.environ.get("TREMOR_TUI_RESIZES", "40"))
"""Sizes of a storm; 200 in the long form."""
ODD_SIZES = ((0, 0), (1, 1), (500, 200), (1, 50), (80, 1), (2, 2), (0, 24), (80, 0), (59, 15), (60, 16))
pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """The workbench on a fake engine, showing its flow."""
    with opened(tmp_path) as found:
        yield found


def opened(folder: Path, environment: dict[str, str] | None = None) -> Terminal:
    """Such a terminal, once it shows the flow."""
    os.environ.setdefault("PYTHONPATH", str(ROOT))
    places = {"XDG_STATE_HOME": str(folder / "state")}
    found = Terminal(FAKE, 80, 24, places | (environment or {}), ROOT)
    found.wait_for("classify", 20)
    return found


def assert_restored(terminal: Terminal, before: object) -> None:
    """Every mode that was set was reset after it was last set, and the tty is as it was."""
    out = bytes(terminal.raw)
    for mode in (b"1049", b"1000", b"1003", b"1006", b"2004", b"1004"):
        assert out.rfind(b"\x1b[?" + mode + b"l") > out.rfind(b"\x1b[?" + mode + b"h"), mode
    assert out.rfind(b"\x1b[?25h") > out.rfind(b"\x1b[?25l")
    assert out.rfind(b"\x1b[<u") > max((m.start() for m in re.finditer(rb"\x1b\[>\d+u", out)), default=-1)
    assert terminal.attributes() == before


def weather(terminal: Terminal, sizes: random.Random) -> None:
    """A storm of sizes, and 80x24 after it."""
    storm = [
        *ODD_SIZES,
        *((sizes.randint(1, 300), sizes.randint(1, 100)) for _ in range(MANY - len(ODD_SIZES))),
    ]
    sizes.shuffle(storm)
    for columns, rows in storm:
        terminal.resize(columns, rows)
        terminal.notify_size()
        terminal.pump(0.002)
    terminal.resize(80, 24)
    terminal.notify_size()


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS)
def test_a_storm_of_sizes_leaves_every_screen_as_it_was(terminal: Terminal, screen: str) -> None:
    terminal.send(SCREENS[screen])
    terminal.settle(0.3)
    sizes = random.Random(screen)
    weather(terminal, sizes)
    terminal.send("1" if screen != "script" else "esc")

    terminal.wait_until(lambda t: "classify" in t.text and "quit" in t.text.splitlines()[-1])
    assert terminal.process.poll() is None


@pytest.mark.slow
def test_a_storm_of_sizes_over_a_flow_of_ten_thousand_events_a_second_leaves_a_usable_program(
    tmp_path: Path,
) -> None:
    write_flow(tmp_path, 2_000_000, 10_000)
    with open_terminal(tmp_path, command("workbench", "flow.troy"), 80, 24) as terminal:
        before = terminal.attributes()
        terminal.wait_for("RUN", 20)

        weather(terminal, random.Random("real"))

        terminal.wait_until(lambda t: "numbers" in t.text and "quit" in t.text.splitlines()[-1])
        terminal.send("2")
        terminal.wait_for("Why is it slow")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait_ended() == 128 + signal.SIGTERM
        assert_restored(terminal, before)


@pytest.mark.slow
def test_sizes_change_under_dialogs(terminal: Terminal) -> None:
    for key, words in (("?", "Keys"), ("w", "Warnings"), ("q", "Leave?"), (":", "Search")):
        terminal.send(key)
        terminal.settle(0.2)
        for columns, rows in ((0, 0), (20, 5), (1, 1), (200, 60), (80, 24)):
            terminal.resize(columns, rows)
            terminal.notify_size()
            terminal.settle(0.1)
        terminal.wait_for(words)
        terminal.send("esc")
        terminal.settle(0.3)  # a key that comes at once would be alt and that key
        terminal.wait_until(lambda t, shown=words: shown not in t.text)  # type: ignore[misc]
    assert terminal.process.poll() is None


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("seed", range(3))
def test_a_signal_at_any_moment_leaves_a_whole_terminal(tmp_path: Path, number: int, seed: int) -> None:
    moment = random.Random(f"{number} {seed}")
    with Terminal(FAKE, 80, 24, {"XDG_STATE_HOME": str(tmp_path)}, ROOT) as terminal:
        before = terminal.attributes()
        terminal.wait_until(lambda t: b"\x1b[?1049h" in t.raw)
        for _ in range(moment.randrange(8)):
            terminal.send(moment.choice(["1", "2", "4", "?", "esc", "tab", "enter", "down"]))
            terminal.pump(moment.random() * 0.1)
        terminal.process.send_signal(number)

        assert terminal.wait_ended() == 128 + number
        assert_restored(terminal, before)


def test_a_suspended_workbench_gives_the_terminal_back_and_takes_it_again(terminal: Terminal) -> None:
    held = terminal.attributes()
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.wait_until(lambda t: _state(t.process.pid) == "T")
    terminal.settle(0.1)
    out = bytes(terminal.raw)
    assert out.rfind(b"\x1b[?1049l") > out.rfind(b"\x1b[?1049h")
    assert out.rfind(b"\x1b[?1000l") > out.rfind(b"\x1b[?1000h")
    assert terminal.attributes() != held

    terminal.process.send_signal(signal.SIGCONT)
    terminal.wait_until(lambda t: bytes(t.raw).rfind(b"\x1b[?1049h") > bytes(t.raw).rfind(b"\x1b[?1049l"))
    terminal.wait_for("classify")
    assert terminal.attributes() == held
    terminal.send("2")
    terminal.wait_for("Busy%")


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


ODD: dict[str, tuple[dict[str, str], Callable[[bytes], object]]] = {
    "no colour": ({"NO_COLOR": "1"}, lambda raw: not re.search(rb"\x1b\[[\d;]*38;2;(?!(\d+);\1;\1)", raw)),
    "linux console": (
        {"TERM": "linux", "COLORTERM": ""},
        lambda raw: b"38;2;" not in raw and b"38;5;" not in raw,
    ),
    "no animations": ({"TEXTUAL_ANIMATIONS": "none"}, lambda raw: True),
    "not UTF-8": ({"LC_ALL": "C", "LANG": "C"}, lambda raw: True),
    "dumb": ({"TERM": "dumb", "COLORTERM": ""}, lambda raw: True),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ODD)
def test_states_are_readable_on_every_kind_of_terminal(tmp_path: Path, kind: str) -> None:
    environment, is_right = ODD[kind]
    with opened(tmp_path, environment) as terminal:
        terminal.send("2")
        terminal.wait_for("Busy%")
        assert any(state in terminal.text for state in ("RUN", "IDL"))
        terminal.settle(0.3)

        assert is_right(bytes(terminal.raw))
        if kind in ("linux console", "not UTF-8", "dumb"):
            drawn = re.sub(rb"\x1b[^a-zA-Z]*[a-zA-Z]", b"", bytes(terminal.raw)).decode()
            assert drawn.isascii(), set(re.findall(r"[^\x00-\x7f]", drawn))


def test_without_a_mouse_none_is_asked_for(tmp_path: Path) -> None:
    with open_terminal(
        tmp_path, [sys.executable, "-m", "tremor_tui", "workbench", "--no-mouse"], 80, 24
    ) as shown:
        shown.wait_for("Pick a start", 20)

        assert b"\x1b[?1000h" not in shown.raw
