"""A real program in a real pseudo-terminal: keys in, screen out. Needs `pyte` (extra `dev`).

with Terminal(["tremor-tui", "workbench"], columns=80, rows=24) as terminal:
    terminal.wait_for("Start")
    terminal.send("q")
    assert terminal.wait_ended() == 0
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte

KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f12": "\x1b[24~",
    "ctrl+space": "\x00",
    "ctrl+g": "\x07",
    "ctrl+t": "\x14",
    "ctrl+s": "\x13",
    "ctrl+p": "\x10",
    "ctrl+end": "\x1b[1;5F",
    "end": "\x1b[F",
    "home": "\x1b[H",
}


class Terminal:
    """A program with its terminal. `screen` is what a person would see; `raw` all bytes it wrote."""

    def __init__(
        self,
        command: Sequence[str],
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self._master, self._slave = pty.openpty()
        self.resize(columns, rows)
        self.process = subprocess.Popen(
            list(command),
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=_environment(environment or {}),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0) and None,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self._pump_until(lambda: self.process.poll() is not None, 5)
            except TimeoutError:
                self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._slave)

    @property
    def text(self) -> str:
        """The screen as lines."""
        return "\n".join(self.screen.display)

    def attributes(self) -> list[int | list[bytes | int]]:
        """The terminal's modes, as `termios.tcgetattr` gives them."""
        return termios.tcgetattr(self._slave)

    def resize(self, columns: int, rows: int) -> None:
        """Gives the terminal another size and tells the program."""
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if columns and rows:
            self.screen.resize(rows, columns)

    def notify_size(self) -> None:
        """Tells the program once more; a terminal that keeps its size tells it nothing."""
        self.process.send_signal(signal.SIGWINCH)

    def send(self, *keys: str) -> None:
        """Presses keys by name (`KEYS`); any other text is typed as it is."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())

    def pump(self, seconds: float = 0.0) -> bool:
        """Reads what the program wrote, waiting up to `seconds` for it; whether there was any."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        data = os.read(self._master, 65536)
        self.raw += data
        self._stream.feed(data)
        return True

    def settle(self, seconds: float) -> None:
        """Reads what the program writes for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.pump(left)

    def wait_for(self, text: str, seconds: float = 10.0) -> None:
        """Returns once the screen shows `text`. Raises TimeoutError with the screen."""
        self._pump_until(lambda: text in self.text, seconds, text)

    def wait_until(self, condition: Callable[[Terminal], bool], seconds: float = 10.0) -> None:
        """Returns once `condition` holds. Raises TimeoutError with the screen."""
        self._pump_until(lambda: condition(self), seconds, "the condition")

    def wait_ended(self, seconds: float = 10.0) -> int:
        """The program's exit status. Raises TimeoutError with the screen."""
        self._pump_until(lambda: self.process.poll() is not None, seconds, "the end")
        while self.pump(0.02):
            pass
        return self.process.returncode

    def _pump_until(self, condition: Callable[[], bool], seconds: float, what: str = "") -> None:
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {seconds} s for {what}; the screen:\n{self.text}")
            self.pump(0.05)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """Ours and more, but for what would give the program another size than its terminal has."""
    given = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **more}
    return {name: value for name, value in given.items() if name not in ("COLUMNS", "LINES")}
