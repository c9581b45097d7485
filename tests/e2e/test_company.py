"""Two real workbenches at one engine: what is done in one shows in the other, with its author."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.numbered import MODULE, command, open_terminal, places, write_flow
from tremor_tui.testing.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


def test_edits_and_applies_of_one_workbench_show_in_the_other(tmp_path: Path) -> None:
    write_flow(tmp_path, 200_000, 2_000)
    (tmp_path / "stage.trickle").write_text(MODULE.replace("script let", "script\nlet"))
    with (
        running(tmp_path),
        open_terminal(tmp_path, command("attach"), 120, 36) as one,
        open_terminal(tmp_path, command("attach"), 120, 36) as two,
        open_terminal(tmp_path, command("attach", "--read-only"), 120, 36) as looks,
    ):
        everyone = [one, two, looks]
        author = f"workbench {one.process.pid}"
        shown(everyone, "RUN", everyone)
        open_module(one, everyone)
        open_module(two, everyone)

        one.send("down", "end", "\x7f", "1", "ctrl+s")
        shown([two, looks], f"stage.trickle was saved by {author}", everyone)
        shown([two], "$v = 1", everyone)
        # F5 saves, too, but its apply is told in the same moment and takes the alert line.
        one.send("end", "\x7f", "2", "f5")
        shown([two, looks], f"v2 was applied by {author}", everyone)
        shown([two], "$v = 2", everyone)

        two.send("# theirs")
        shown([two], "# theirs", everyone)
        one.send("end", "\x7f", "3", "ctrl+s")
        shown([two], f"{author} wrote stage.trickle while you edit it", everyone)
        two.send("ctrl+s")
        shown([two], "Changed on disk", everyone)

        looks.send("f6")
        shown([looks], "this workbench may only look", everyone)


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """An engine that runs the flow, and is ended whatever happens."""
    server = subprocess.Popen(
        command("server", "run", "flow.troy"),
        cwd=folder,
        env=places(folder),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr
        while "ready on" not in (line := server.stderr.readline()):
            assert line, "it ended before it was ready"
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=20)


def open_module(terminal: Terminal, everyone: list[Terminal]) -> None:
    """Opens the module of the flow in the Script screen, with the cursor at its beginning."""
    terminal.send("4")
    shown([terminal], "stage.trickle", everyone)
    terminal.send("\x07")  # ctrl+g: the files
    shown([terminal], "Files of the flow", everyone)
    terminal.send("down", "enter")
    shown([terminal], "define pipeline stage", everyone)
    terminal.send("home")


def shown(terminals: list[Terminal], words: str, everyone: list[Terminal]) -> None:
    """Waits until terminals have shown a sentence; all are read, for a program nobody reads stands still."""
    missing = list(terminals)
    end = time.monotonic() + 20
    while missing:
        assert time.monotonic() < end, f"{words} is not on:\n{missing[0].text}"
        for terminal in everyone:
            terminal.pump(0.02)
        missing = [t for t in missing if words not in t.text and words.encode() not in t.raw]
