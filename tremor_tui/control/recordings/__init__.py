"""Recordings: an engine's pictures, marks and tapped samples in files, and a plane that plays them.

`writing.py`  appends to a folder of files, bounded in size; what was written survives a crash
`reading.py`  finds its way in such a folder or one of its files, past what is damaged
`player.py`   a ControlPlane over a recording: play, pause, step, speed, jump; everything else is refused

A file is a row of gzip members, so that `zcat` shows it, each a few lines of JSON and flushed after each
line. The first line of a file is a `Header`. A member begins with a picture, and its gzip header carries a
field with the time of that picture: jumping needs no reading of what is before, and a damaged member hides
none of its neighbours. Lines are, by their `type`: `recording`, `snapshot`, `marked`, `tap`, `files`.
"""

from __future__ import annotations

import struct
from typing import Final

import msgspec

from tremor_tui.control.base import Picture
from tremor_tui.control.snapshots import EngineSnapshot, FlowFiles, Marked, TapSamples

VERSION: Final = 1
SUFFIX: Final = ".ttr"
MEMBER: Final = bytes.fromhex("1f8b080400000000 00ff 0c00") + b"TT\x08\x00"
"""How the gzip header of a member begins; eight bytes follow, the time of its first picture."""


class Header(Picture, frozen=True, tag="recording"):
    """The first line of a file: who wrote it, and when it begins."""

    version: int
    engine: str
    program: str
    begin_ns: int


Recorded = Header | EngineSnapshot | Marked | TapSamples | FlowFiles
_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Header | EngineSnapshot | Marked | TapSamples | FlowFiles] = (
    msgspec.json.Decoder(Recorded)
)


def member_header(at_ns: int) -> bytes:
    """The gzip header of a member that begins at that time."""
    return MEMBER + struct.pack("<q", at_ns)


def encode_line(record: Recorded) -> bytes:
    """A record as a line."""
    return _encoder.encode(record) + b"\n"


def decode_line(line: bytes) -> Recorded:
    """A line as a record. Raises ValueError where it is none."""
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def time_of(record: Recorded) -> int:
    """When it was, by the engine's clock; 0 where it does not say."""
    match record:
        case EngineSnapshot(at_ns=at_ns):
            return at_ns
        case Header(begin_ns=at_ns):
            return at_ns
        case Marked(mark):
            return mark.at_ns
        case TapSamples(samples=samples):
            return samples[-1].at_ns if samples else 0
        case FlowFiles():
            return 0
