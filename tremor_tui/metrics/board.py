"""Board: a small table in shared memory that says which task of an executor runs, and since when.

One process writes it, another may read it while the writer's loop stands still. A writer without a reader
writes to memory of its own, so that the loop has one path only.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MAGIC: Final = 0x7472656D6F720001
SLOTS: Final = 1024
NAME_BYTES: Final = 120
_HEAD: Final = 8
"""Numbers before the names: magic, pid, sequence, running slot + 1, start, and three to spare."""
_PID, _SEQUENCE, _RUNNING, _START = 1, 2, 3, 4
SIZE: Final = _HEAD * 8 + SLOTS * NAME_BYTES


@dataclass(frozen=True, slots=True)
class Running:
    """What the board said: the task and the monotonic time (ns) at which its poll began.

    `sequence` is the number of the poll: the same number twice is the same poll.
    """

    task: str
    start_ns: int
    sequence: int
    pid: int


class Board:
    """The table. `enter` and `leave` cost three and one stores; they are called for each poll."""

    def __init__(self, memory: mmap.mmap | bytearray | None = None) -> None:
        whole = memoryview(memory if memory is not None else bytearray(SIZE))
        self._numbers = whole[: _HEAD * 8].cast("q")
        self._names = whole[_HEAD * 8 :]
        self._free = list(range(SLOTS - 1, -1, -1))
        self._polls = 0

    @classmethod
    def create(cls, path: Path) -> Board:
        """A new table in a file that only this user may read."""
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.ftruncate(file, SIZE)
            board = cls(mmap.mmap(file, SIZE))
        finally:
            os.close(file)
        board._numbers[_PID] = os.getpid()
        board._numbers[0] = MAGIC
        return board

    @classmethod
    def open(cls, path: Path) -> Board:
        """The table in a file, for reading. Raises OSError, and ValueError where it is no board."""
        file = os.open(path, os.O_RDWR)
        try:
            board = cls(mmap.mmap(file, SIZE))
        finally:
            os.close(file)
        if board._numbers[0] != MAGIC:
            raise ValueError(f"`{path}` is no board")
        return board

    def enroll(self, name: str) -> int:
        """A slot for a task of this name; the last slot is shared once all others are taken."""
        slot = self._free.pop() if len(self._free) > 1 else self._free[0]
        text = name.encode()[:NAME_BYTES]
        self._names[slot * NAME_BYTES : (slot + 1) * NAME_BYTES] = text.ljust(NAME_BYTES, b"\0")
        return slot

    def release(self, slot: int) -> None:
        """Gives a slot back."""
        if slot not in self._free:
            self._free.append(slot)

    def enter(self, slot: int, start_ns: int) -> None:
        """The task in this slot began a poll."""
        numbers = self._numbers
        self._polls += 1
        numbers[_START] = start_ns
        numbers[_SEQUENCE] = self._polls
        numbers[_RUNNING] = slot + 1

    def leave(self) -> None:
        """The poll is over."""
        self._numbers[_RUNNING] = 0

    def read(self) -> Running | None:
        """What runs now, or None: nothing, or it changed while we looked."""
        numbers = self._numbers
        sequence, running, start = numbers[_SEQUENCE], numbers[_RUNNING], numbers[_START]
        if not running or numbers[_SEQUENCE] != sequence or numbers[_RUNNING] != running:
            return None
        place = (running - 1) * NAME_BYTES
        name = bytes(self._names[place : place + NAME_BYTES]).rstrip(b"\0")
        return Running(name.decode(errors="replace"), start, sequence, numbers[_PID])
