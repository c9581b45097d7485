"""Events, keys, names and files that mean harm never reach the terminal as they are: real programs, ptys."""

from __future__ import annotations

import signal
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.e2e import hostile
from tests.e2e.numbered import command, open_terminal, places
from tremor_tui.cli.output import visible
from tremor_tui.testing.terminal import Terminal
from tremor_tui.workbench.terminal import clean, clean_lines

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]
BAD = {"Cc", "Cs", "Zl", "Zp"}
spiced = some.text(some.one_of(some.characters(), some.sampled_from(hostile.ALL + "\x1b[]P;07m\n")))


@given(spiced)
def test_what_is_cleaned_can_neither_act_nor_turn_nor_hide(text: str) -> None:
    shown = clean(text)

    assert not [char for char in shown if unicodedata.category(char) in BAD]
    assert not set(shown) & set(hostile.BIDI + "\u200b\u2060\ufeff\u00ad")
    assert clean(shown) == shown
    assert clean_lines(text).count("\n") == text.count("\n")
    shown.encode("utf-8")


@given(spiced)
def test_what_the_command_line_prints_can_neither_act_nor_turn(text: str) -> None:
    shown = visible(text)

    assert not [char for char in shown if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"]
    assert not set(shown) & set(hostile.BIDI)
    shown.encode("utf-8")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Path]:
    """A folder in which an engine runs the flow."""
    hostile.write_flow(tmp_path)
    with subprocess.Popen(
        command("server", "run", "flow.troy"),
        cwd=tmp_path,
        env=places(tmp_path),
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stderr
        while "ready on" not in (line := started.stderr.readline()):
            assert line, "it ended before it was ready"
        yield tmp_path
        started.send_signal(signal.SIGTERM)
        started.communicate(timeout=20)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_no_screen_lets_it_through(tmp_path: Path, size: tuple[int, int]) -> None:
    file = hostile.write_flow(tmp_path, "fl\x1b]0;7777\x07o\u202ew.troy")
    with open_terminal(tmp_path, command("workbench", file.name), *size) as terminal:
        terminal.wait_for("RUN", 20)
        terminal.wait_until(lambda t: "kind" in t.text)
        look_at_everything(terminal)

        hostile.assert_screen_is_safe(bytes(terminal.raw))


def look_at_everything(terminal: Terminal) -> None:
    """Every screen, an event in all its fields, an inside, details, warnings, what fails, the script."""
    keys = "tab up enter esc esc enter esc 2 enter esc w esc 3 4 esc 5 down enter esc 6 1 ? esc"
    for key in keys.split():
        terminal.send(key)
        terminal.settle(0.25)


def test_lines_of_the_workbench_hold_no_control_sequence_at_all(server: Path) -> None:
    with open_terminal(server, command("attach", "--plain"), 100, 30) as terminal:
        terminal.wait_until(lambda t: b"task hostile/" in t.raw)
        terminal.settle(1.0)

        hostile.assert_text_is_safe(terminal.raw.decode())


@pytest.mark.parametrize(
    "arguments",
    [
        ("ls",),
        ("status",),
        ("top", "--count", "2", "--interval", "0.2"),
        ("tap", "work/out", "--count", "4", "--meta"),
        ("tap", "work/err", "--count", "2"),
    ],
)
def test_commands_print_no_control_sequence_at_all(server: Path, arguments: tuple[str, ...]) -> None:
    with open_terminal(server, command(*arguments), 200, 50) as terminal:
        assert terminal.wait_ended() == 0

        hostile.assert_text_is_safe(terminal.raw.decode())


@pytest.mark.parametrize("arguments", [("check",), ("run",), ("workbench", "--plain"), ("workbench",)])
def test_a_file_that_is_called_so_is_refused_in_words(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    name = b"no\x1b[7777m\xff.troy".decode("utf-8", "surrogateescape")
    (tmp_path / name).write_text("define flow a flow")

    with open_terminal(tmp_path, command(*arguments, name), 100, 30) as terminal:
        if arguments == ("workbench",):
            terminal.wait_for("cannot be sent")
            hostile.assert_screen_is_safe(bytes(terminal.raw))
            return
        assert terminal.wait_ended() == 1

        hostile.assert_screen_is_safe(bytes(terminal.raw))
        assert "Traceback" not in terminal.text
