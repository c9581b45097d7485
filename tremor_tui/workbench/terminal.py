"""Keeps the user's terminal whole: cleans what is shown, and restores its modes on every way out.

Textual 8 restores the terminal after a normal end and an exception, but not after SIGTERM or SIGHUP, so the
workbench has handlers of its own: they ask the app to leave, and, where it does not within a second (its
loop is stuck), restore the terminal from the handler and end the process.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import termios
from collections.abc import Callable, Iterator, Mapping
from types import FrameType

RESTORE = (
    "\x1b[?2026l"  # synchronised output
    "\x1b[?2048l\x1b[?2004l"  # resize reports, bracketed paste
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse
    "\x1b[?1004l"  # focus reports
    "\x1b[<u"  # Kitty's keyboard protocol
    "\x1b[?7h\x1b[?1049l\x1b[?25h\x1b[0m"  # line wrap, alternate screen, cursor, colours
)
GRACE_S = 1.0

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]?"  # CSI
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]?"
    r"|\x9b[0-?]*[ -/]*[@-~]?"
    r"|[\x90\x98\x9d\x9e\x9f].*?(?:\x07|\x1b\\|\x9c|$)",
    re.DOTALL,
)
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff"
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"  # no shape of their own
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]"
)
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{2})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def clean(text: str) -> str:
    """`text` without what could act on a terminal or disarrange a line.

    Escape sequences go; control, bidi, invisible and unpaired characters become `·`; of a stack of
    combining marks two are left.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPES.sub("·", text.replace("\t", "  "))
    return _STACKED.sub(r"\1", _HARMFUL.sub("·", text))


def wants_ascii(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is one that had better be drawn on with ASCII alone.

    That is a dumb one, the Linux console, whose fonts lack most of what we draw with, and any whose locale
    is set and is not UTF-8. Where no locale is set, nothing is known and UTF-8 is assumed: many a container
    has none.
    """
    if environment.get("TERM") in ("dumb", "linux"):
        return True
    asked = [environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    # Python itself sets LC_CTYPE where LANG is C (PEP 538): that says nothing of the terminal.
    if asked[1] in ("C.UTF-8", "C.utf8", "UTF-8") and asked[2] in ("C", "POSIX"):
        asked[1] = ""
    locale = next(filter(None, asked), "")
    return bool(locale) and not re.search(r"utf-?8", locale, re.IGNORECASE)


def clean_lines(text: str) -> str:
    """As `clean`, but lines stay lines."""
    return "\n".join(clean(line) for line in text.split("\n"))


@contextlib.contextmanager
def guarded(leave: Callable[[int], None]) -> Iterator[None]:
    """While it lasts, SIGTERM, SIGHUP and SIGINT call `leave(number)`; afterwards the terminal is as it was.

    `leave` must not wait. Where the process still lives a second later the handler restores the terminal
    and ends it with 128 + number.
    """
    before = _modes()

    def stop(number: int, _frame: FrameType | None) -> None:
        def force(_number: int, _frame: FrameType | None) -> None:
            restore(before)
            os._exit(128 + number)

        signal.signal(signal.SIGALRM, force)
        signal.setitimer(signal.ITIMER_REAL, GRACE_S)
        leave(number)

    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    old = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        restore(before)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip(numbers, old, strict=True):
            signal.signal(number, handler)


def restore(modes: list[object] | None) -> None:
    """Writes every sequence that ends what the workbench may have begun, and sets the tty's modes."""
    out = sys.__stderr__
    if out is None or not out.isatty():
        return
    # The other end may be gone already (SIGHUP): then there is no terminal left to restore.
    with contextlib.suppress(OSError):
        os.write(out.fileno(), RESTORE.encode())
    if modes is not None and sys.__stdin__ is not None:
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, modes)  # type: ignore[arg-type]


def _modes() -> list[object] | None:
    if sys.__stdin__ is None:
        return None
    try:
        return list(termios.tcgetattr(sys.__stdin__.fileno()))
    except (OSError, termios.error, ValueError):
        return None
