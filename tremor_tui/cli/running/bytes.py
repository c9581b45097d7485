"""Bytes in and out of a synchronous run: what there is to read now, and all of what is to be written."""

from __future__ import annotations

import os
import select
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tremor_tui.errors import ConnectionLost

READ_SIZE = 256 * 1024
DASH = Path("-")


class Stop:
    """Becomes set when the user or the system asks to end; a read that waits then returns."""

    def __init__(self) -> None:
        self.is_set = False
        self._reader, self._writer = os.pipe()

    def fileno(self) -> int:
        """Readable once it is set."""
        return self._reader

    def set(self, *_: object) -> None:
        """Ends the run after the batch at hand."""
        self.is_set = True
        os.write(self._writer, b"x")

    def close(self) -> None:
        """Lets go of its pipe."""
        os.close(self._reader)
        os.close(self._writer)


@contextmanager
def stopping() -> Iterator[Stop]:
    """A Stop that SIGINT and SIGTERM set; the handlers are put back afterwards."""
    stop = Stop()
    before = {number: signal.signal(number, stop.set) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        stop.close()


class Reader:
    """Reads a file or stdin. `is_file`: all of it is there already."""

    def __init__(self, path: Path, stop: Stop) -> None:
        self.name = "stdin" if path == DASH else str(path)
        self._stop = stop
        try:
            self._file = 0 if path == DASH else os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            mode = os.fstat(self._file).st_mode
        except OSError as error:
            raise _cannot("read", self.name, error) from None
        if stat.S_ISDIR(mode):
            raise ConnectionLost(f"cannot read `{self.name}`: it is a folder", "name a file in it")
        self.is_file = stat.S_ISREG(mode)

    def chunks(self) -> Iterator[bytes]:
        """What there is to read, again and again, until the end or until it is stopped."""
        while not self._stop.is_set:
            if not self.is_file:
                select.select([self._file, self._stop.fileno()], [], [])
                if self._stop.is_set:
                    return
            try:
                data = os.read(self._file, READ_SIZE)
            except OSError as error:
                raise _cannot("read", self.name, error) from None
            if not data:
                return
            yield data


class Writer:
    """Writes to a file or stdout, at once. Raises BrokenPipeError where nobody reads any more."""

    def __init__(self, path: Path) -> None:
        self.name = "stdout" if path == DASH else str(path)
        create = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        try:
            self._file = 1 if path == DASH else os.open(path, create, 0o666)
        except OSError as error:
            raise _cannot("write", self.name, error) from None

    def write(self, data: bytes) -> None:
        """Returns when all of it is written."""
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._file, left) :]
            except BlockingIOError:
                select.select([], [self._file], [])
            except BrokenPipeError:
                raise
            except OSError as error:
                raise _cannot("write", self.name, error) from None


def _cannot(what: str, name: str, error: OSError) -> ConnectionLost:
    hints = {2: "check the path", 13: "check the permissions", 28: "make room, or write elsewhere with -o"}
    reason = (error.strerror or str(error)).lower()
    return ConnectionLost(f"cannot {what} `{name}`: {reason}", hints.get(error.errno or 0, ""))
