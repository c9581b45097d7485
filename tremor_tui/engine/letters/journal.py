"""Journal: records of letters on disk, one line each: a checksum, a blank, JSON. Plain calls, no loop.

A line whose checksum does not fit is skipped and counted, so a torn end or a flipped bit costs the records it
is in and no others. Only who runs the engine may read it (0600).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from zlib import crc32

import msgspec

from tremor_tui.engine.letters.records import Record

SUM: Final = 8
MAX_LINE: Final = 8 * 1024 * 1024

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


class Journal:
    """The file. `size` is its length in bytes; `damaged` lines were skipped when it was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.damaged = 0
        self._file = -1

    def read(self) -> Iterator[Record]:
        """The records in it; none where there is no file. Raises OSError where it cannot be read."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            while line := file.readline(MAX_LINE):
                record = _record(line)
                if record is None:
                    self.damaged += 1
                else:
                    yield record

    def append(self, records: Iterable[Record]) -> None:
        """Writes records behind the others, all or none of them. Raises OSError."""
        data = b"".join(map(_line, records))
        if self._file < 0:
            self._open()
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except OSError:
            os.ftruncate(self._file, self.size)
            raise
        self.size += len(data)

    def rewrite(self, records: Iterable[Record]) -> None:
        """Puts these in the place of all there is, or leaves all as it was. Raises OSError."""
        draft = self.path.with_suffix(".new")
        size = 0
        try:
            made = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(made, "wb") as file:
                for record in records:
                    size += file.write(_line(record))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        self.close()
        self.size = size

    def close(self) -> None:
        """Closes the file; the next record opens it again."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _open(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.open(self.path, flags, 0o600)
        self.size = os.fstat(self._file).st_size
        if self.size and os.pread(self._file, 1, self.size - 1) != b"\n":
            self.size += os.write(self._file, b"\n")  # a torn line must not take the next one with it


def _line(record: Record) -> bytes:
    body = _encoder.encode(record)
    return b"%08x " % crc32(body) + body + b"\n"


def _record(line: bytes) -> Record | None:
    body = line[SUM + 1 : -1]
    if line[:SUM] != b"%08x" % crc32(body) or not line.endswith(b"\n"):
        return None
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
