"""Writing pieces to a file descriptor and knowing, at every moment, how much of them is out."""

from __future__ import annotations

import errno
import os
import socket
import stat
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

import anyio

from tremor_tui.errors import ConfigError, ConnectionLost
from tremor_tui.model.origin import OriginUri

write_some = os.write
"""The system call; a test puts a failing one in its place."""
_USER: Final = {
    errno.ENOENT: "no such file or folder",
    errno.EACCES: "no permission",
    errno.EPERM: "not allowed",
    errno.EISDIR: "it is a folder",
    errno.ENOTDIR: "a part of the path is not a folder",
    errno.EROFS: "the file system is read-only",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "the links go in circles",
}
"""What does not heal by waiting."""


class Pieces:
    """The bytes of one write. `out` counts those that the kernel has taken."""

    def __init__(self, pieces: Sequence[bytes] = ()) -> None:
        self._ends = list(accumulate(map(len, pieces)))
        self._data = memoryview(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        self.out = 0

    @property
    def left(self) -> int:
        """How many pieces are not out, or not wholly."""
        return len(self._ends) - bisect_right(self._ends, self.out)

    @property
    def torn(self) -> int:
        """How many bytes of a piece are out whose rest is not."""
        whole = bisect_right(self._ends, self.out)
        return self.out - (self._ends[whole - 1] if whole else 0)

    def take_back(self) -> None:
        """The bytes of a torn piece were removed again."""
        self.out -= self.torn

    async def write(self, file: int) -> None:
        """Writes what is left. Raises OSError; what is out by then is counted."""
        data, end = self._data, len(self._data)
        while self.out < end:
            try:
                self.out += write_some(file, data[self.out :])
            except BlockingIOError:
                await anyio.wait_writable(file)


def identity(file: int | None) -> tuple[int, int]:
    """What tells a file from every other one of this machine; zeros where none is open."""
    if file is None:
        return 0, 0
    found = os.fstat(file)
    return found.st_dev, found.st_ino


def check_same(name: str, file: int, expected: tuple[int, int] | None) -> None:
    """Raises ConfigError where a file that was opened again is another one."""
    if expected is not None and identity(file) != expected:
        raise ConfigError(f"`{name}` is another file than before", "it was replaced meanwhile", "path")


def why_stays(name: str, path: Path, file: int | None) -> str:
    """Why an open file cannot be handed over to another process, or empty."""
    if file is None:
        return f"`{name}` is not open"
    if not stat.S_ISREG(os.fstat(file).st_mode):
        return f"`{name}` is no regular file"
    try:
        found = path.stat()
    except OSError:
        return f"`{name}` is gone from its place"
    return "" if (found.st_dev, found.st_ino) == identity(file) else f"`{name}` is another file by now"


def lost(path: str, error: OSError, action: str) -> ConnectionLost:
    """What is raised for an error that may pass."""
    return ConnectionLost(f"cannot {action} `{path}`: {(error.strerror or str(error)).lower()}")


def refused(path: str, error: OSError, action: str, hint: str) -> ConfigError | ConnectionLost:
    """What is raised where a file does not open: a setting to mend, or something that may pass."""
    if error.errno in _USER:
        return ConfigError(f"cannot {action} `{path}`: {_USER[error.errno]}", hint, "path")
    return lost(path, error, action)


def origin(scheme: str, path: str = "") -> OriginUri:
    """Where events of a file on this machine come from."""
    return OriginUri(scheme, socket.gethostname(), None, tuple(piece for piece in path.split("/") if piece))
