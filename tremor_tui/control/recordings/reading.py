"""Reading: finds its way in a recording, and past what is damaged in it."""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tremor_tui.control.recordings import MEMBER, SUFFIX, VERSION, Header, Recorded, decode_line
from tremor_tui.control.snapshots import EngineSnapshot
from tremor_tui.errors import ControlError

PIECE: Final = 4096
MOST_LINE: Final = 64 * 1024 * 1024
"""A longer line is damage: no frame of a plane is as long."""


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a file that can be read by itself: about half a minute."""

    path: Path
    start: int
    end: int
    at_ns: int


class Recording:
    """A folder of recorded files, or one of them. Raises ControlError where it is neither.

    `header` is that of the first file; `begin_ns` and `end_ns` are the times of the first and last picture.
    `damage` says what cannot be read, in words, or is empty; it grows while one reads.
    """

    def __init__(self, path: Path) -> None:
        files = _files(path)
        self.members = [member for file in files for member in _members(file)]
        self._damaged: dict[Member, str] = {}
        first = self._first_line(path)
        if first.version != VERSION:
            raise ControlError(
                f"`{path}` is a recording of version {first.version}, this program reads {VERSION}",
                f"play it with tremor-tui {first.program}",
            )
        self.header = first
        self.begin_ns = self.members[0].at_ns
        self.end_ns = self._last_picture_ns()

    @property
    def damage(self) -> str:
        """What could not be read so far."""
        if not self._damaged:
            return ""
        words = [f"{member.path.name}: {reason}" for member, reason in self._damaged.items()]
        more = f" (and {len(words) - 1} more places)" if len(words) > 1 else ""
        return words[0] + more

    def index(self, at_ns: int) -> int:
        """The member that holds that moment; the first or last one where it is outside."""
        times = [member.at_ns for member in self.members]
        return max(0, bisect_right(times, at_ns) - 1)

    def read(self, index: int) -> list[Recorded]:
        """The records of a member, those before a damaged place; never fails."""
        member = self.members[index]
        found: list[Recorded] = []
        try:
            for line in _lines(member):
                found.append(decode_line(line))  # noqa: PERF401 - what came before an error is kept
        except (OSError, ValueError, zlib.error, EOFError) as error:
            self._damaged[member] = _reason(error, index == len(self.members) - 1)
        return found

    def _first_line(self, path: Path) -> Header:
        records = self.read(0)
        if not records or not isinstance(records[0], Header):
            raise ControlError(f"`{path}` is damaged at its beginning", "nothing of it can be played")
        return records[0]

    def _last_picture_ns(self) -> int:
        for index in range(len(self.members) - 1, -1, -1):
            for record in reversed(self.read(index)):
                if isinstance(record, EngineSnapshot):
                    return record.at_ns
        raise ControlError("the recording holds no picture", "it ended before the first one was written")


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(path.glob(f"*{SUFFIX}"))
        if not files:
            raise ControlError(
                f"there is no recording in `{path}`", f"a recording is made of files *{SUFFIX}"
            )
        return files
    if not path.exists():
        raise ControlError(f"the recording `{path}` is not there", "check the path")
    return [path]


def _members(path: Path) -> Iterator[Member]:
    """Where the members of a file begin. Raises ControlError where it is no recording."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ControlError(f"cannot read `{path}`: {error.strerror or error}", "check its rights") from None
    if not data:
        raise ControlError(f"`{path}` is empty", "the recording ended before the first picture")
    if not data.startswith(MEMBER):
        raise ControlError(
            f"`{path}` is no recording of tremor-tui", "make one with `tremor-tui run --record FOLDER FILE`"
        )
    head, start = len(MEMBER), 0
    while start >= 0 and start + head + 8 <= len(data):
        after = data.find(MEMBER, start + head)
        (at_ns,) = struct.unpack_from("<q", data, start + head)
        yield Member(path, start, after if after >= 0 else len(data), at_ns)
        start = after


def _lines(member: Member) -> Iterator[bytes]:
    """The lines of a member as far as they are whole. Raises OSError, ValueError, zlib.error, EOFError."""
    with member.path.open("rb") as file:
        file.seek(member.start)
        data = file.read(member.end - member.start)
    unpacker = zlib.decompressobj(31)
    rest = bytearray()
    for at in range(0, len(data), PIECE):
        rest += unpacker.decompress(data[at : at + PIECE])
        *lines, last = rest.split(b"\n")
        rest = bytearray(last)
        if len(rest) > MOST_LINE:
            raise ValueError("a line without an end")
        yield from map(bytes, lines)
    if not unpacker.eof:
        raise EOFError


def _reason(error: Exception, is_last: bool) -> str:
    if isinstance(error, EOFError):
        return (
            "it was not ended (it still runs, or its engine was killed)" if is_last else "a part is missing"
        )
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "a part is damaged and left out"
