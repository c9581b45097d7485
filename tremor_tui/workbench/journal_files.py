"""Journal files: which file keeps the journal of a text, where several workbenches run at once.

    undo/NAME.jsonl, undo/NAME.1.jsonl, …   journals of one text
    undo/NAME.lock, undo/NAME.1.lock, …     held by the process that writes the one of that number

No two processes write one file. Each takes a free one; at its start it reads, of all of them, the one that
led to the text as it is now, so that what the last one to save did can be undone by whoever comes next.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from tremor_tui.control.places import state_dir

MOST = 8
"""Journals of one text: of those that nobody writes the oldest gives way."""


class JournalFiles:
    """The journals that a process holds, until it ends; the system lets go of them however it ends."""

    def __init__(self) -> None:
        self._held: dict[Path, int] = {}

    def of(self, path: str) -> list[Path]:
        """The journals of the text at `path`, those first that were written last. Raises OSError."""
        return sorted((file for file in _names(path) if file.exists()), key=_age)

    def take(self, file: Path) -> bool:
        """Whether this process may write a journal from now on. Raises OSError."""
        if file in self._held:
            return True
        lock = os.open(file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._held[file] = lock
        return True

    def another(self, path: str) -> Path | None:
        """A journal to be written anew: one that is not there yet, else the oldest that is free.

        None where other processes hold all of them. Raises OSError.
        """
        unused = [file for file in _names(path) if not file.exists()]
        return next((file for file in (*unused, *reversed(self.of(path))) if self.take(file)), None)

    def close(self) -> None:
        """Lets go of all of them."""
        for lock in self._held.values():
            os.close(lock)
        self._held.clear()


HERE = JournalFiles()
"""Those of this process."""


def _names(path: str) -> Iterator[Path]:
    folder = state_dir() / "undo"
    folder.mkdir(mode=0o700, exist_ok=True)
    name = hashlib.sha256(os.path.abspath(path).encode()).hexdigest()[:32]
    for number in range(MOST):
        yield folder / (f"{name}.{number}.jsonl" if number else f"{name}.jsonl")


def _age(file: Path) -> float:
    return -file.stat().st_mtime_ns
