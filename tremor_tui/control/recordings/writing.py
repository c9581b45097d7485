"""Writing: appends pictures, marks and samples to a folder of bounded files."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import Final

from tremor_tui import __version__
from tremor_tui.control.recordings import SUFFIX, VERSION, Header, Recorded, encode_line, member_header
from tremor_tui.control.snapshots import EngineSnapshot, FlowFiles, Marked, TapSamples
from tremor_tui.errors import ControlError

MEGABYTE: Final = 1_000_000
MEMBER_PICTURES: Final = 30
LEAST_MB: Final = 1
FILES: Final = 8
"""A recording at its limit has about so many files, so an eighth of it goes at a time."""


class RecordingWriter:
    """Writes one recording. Every method raises ControlError where the folder cannot be written.

    A record is on its way to the disk when the method returns; what a crash cuts off is at most a line. The
    oldest files of the folder are deleted when all together have more than `limit_mb`.
    """

    def __init__(self, folder: Path, engine: str, limit_mb: int = 256) -> None:
        if limit_mb < LEAST_MB:
            raise ControlError(f"a recording has at least {LEAST_MB} MB, not {limit_mb}")
        self.folder = folder
        self._engine = engine
        self._limit = limit_mb * MEGABYTE
        self._file = -1
        self._path = folder
        self._written = 0
        self._pictures = 0
        self._packer: _Member | None = None
        self._files: dict[str, FlowFiles] = {}
        self._number = self._last_number()

    def picture(self, picture: EngineSnapshot) -> None:
        """Appends a picture; begins a new member, or a new file, where it is time to."""
        if self._file < 0 or self._written > self._limit // FILES:
            self._next_file(picture)
        elif self._packer is None or self._pictures >= MEMBER_PICTURES:
            self._next_member(picture.at_ns)
        self._pictures += 1
        self._append(picture)

    def files(self, files: FlowFiles) -> None:
        """Appends the texts of a flow; they are said again in each file."""
        self._files[files.flow] = files
        self.more(files)

    def more(self, record: Marked | TapSamples | FlowFiles) -> None:
        """Appends something between two pictures; what comes before the first picture is left out."""
        if self._packer is not None:
            self._append(record)

    def close(self) -> None:
        """Ends the recording; a second time does nothing."""
        if self._file >= 0:
            self._end_member()
            os.close(self._file)
            self._file = -1

    # --- inside

    def _append(self, record: Recorded) -> None:
        assert self._packer is not None
        self._write(self._packer.add(encode_line(record)))

    def _next_member(self, at_ns: int) -> None:
        self._end_member()
        self._packer, self._pictures = _Member(), 0
        self._write(member_header(at_ns))

    def _end_member(self) -> None:
        packer, self._packer = self._packer, None
        if packer is not None:
            self._write(packer.end())

    def _next_file(self, picture: EngineSnapshot) -> None:
        self.close()
        self._number += 1
        self._path = self.folder / f"{self._number:04d}{SUFFIX}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._file = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise _cannot(self._path, error) from None
        self._written = 0
        self._make_room()
        self._next_member(picture.at_ns)
        self._append(Header(VERSION, self._engine, __version__, picture.at_ns))
        for files in self._files.values():
            self._append(files)

    def _make_room(self) -> None:
        """Deletes the oldest files until a further one fits."""
        try:
            found = sorted(self.folder.glob(f"*{SUFFIX}"))
            sizes = [path.stat().st_size for path in found]
            while len(found) > 1 and sum(sizes) > self._limit - self._limit // FILES:
                found.pop(0).unlink()
                sizes.pop(0)
        except OSError as error:
            raise _cannot(self.folder, error) from None

    def _last_number(self) -> int:
        """So that a further recording into the same folder comes after what is there."""
        try:
            names = [path.stem for path in self.folder.glob(f"*{SUFFIX}")]
        except OSError as error:
            raise _cannot(self.folder, error) from None
        return max((int(name) for name in names if name.isdecimal()), default=0)

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            self._packer = None
            raise _cannot(self._path, error) from None
        self._written += len(data)


class _Member:
    """One gzip member, flushed after each line."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        self._sum = self._size = 0

    def add(self, line: bytes) -> bytes:
        self._sum = zlib.crc32(line, self._sum)
        self._size += len(line)
        return self._packer.compress(line) + self._packer.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self._packer.flush() + struct.pack("<II", self._sum, self._size & 0xFFFFFFFF)


def _cannot(path: Path, error: OSError) -> ControlError:
    hint = "make room, or record to another folder" if error.errno == 28 else "check the path and its rights"
    return ControlError(f"cannot record to `{path}`: {error.strerror or error}", hint)
