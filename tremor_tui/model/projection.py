"""Projection: decodes the fields of JSON records that somebody reads, and refuses what a full decoder does.

A decoder that skips fields does not look at all that is in them: it lets pass text that is not UTF-8, numbers
that do not fit and values that nest too deeply. So a whole batch is searched for signs of these first, in few
passes; of a batch with any sign each frame is looked at by itself, and a frame that is out of the ordinary is
decoded in full. So no frame is judged otherwise than by the full decoder, and what is read of it is the same.

What is large in a number: an integer beyond 64 bits has at least 19 digits behind a minus, or 20. What has
fewer digits and does not fit a float has an exponent of 290 or more, which has three digits at least.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import orjson
import re2
from typing_extensions import TypedDict

from tremor_tui.model.values import MAX_DEPTH

Value = Any
Full = Callable[[bytes], Value]
"""The full decoder of one frame; raises DataError."""
Bad = list[tuple[int, Exception]]

ALL: Final = frozenset({"\0"})
"""In place of fields: events are decoded whole, and whoever takes the views may change them."""
_NUMBER: Final = rb"\s*(?:-[0-9]{19}|[0-9]{20}|-?[0-9][0-9.]*[eE]\+?[0-9]{3})"
_SIGNS: Final = tuple(re2.compile(start + _NUMBER).search for start in (rb"\[", b":", b","))
"""A number stands after one of these, and a search that begins with one certain byte is several times quicker
than one for any of them."""
_SHALLOW: Final = 2 * MAX_DEPTH
"""Bytes of the longest frame that cannot nest too deeply."""
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Projection:
    """Decodes some fields of records. `fields` are names of top-level fields, none of them for none."""

    def __init__(self, fields: frozenset[str], full: Full) -> None:
        self.fields = fields
        self._decode = decoder_of(fields)
        self._full = full

    def decode_batch(self, frames: Sequence[bytes], joined: bytes | None = None) -> tuple[list[Value], Bad]:
        """A view of each good frame (see `Batch.views`), and index and error of the others.

        `joined` is what `join` makes of them, where it is there already.
        """
        if not are_ordinary(frames, joined):
            return self._each(self._with_care, frames)
        try:
            return list(map(self._decode, frames)), []
        except _UNREADABLE:
            return self._each(self._quickly, frames)

    def _each(self, decode: Full, frames: Sequence[bytes]) -> tuple[list[Value], Bad]:
        views: list[Value] = []
        bad: Bad = []
        for index, frame in enumerate(frames):
            try:
                views.append(decode(frame))
            except Exception as error:  # DataError: what the full decoder says
                bad.append((index, error))
        return views, bad

    def _with_care(self, frame: bytes) -> Value:
        return self._quickly(frame) if are_ordinary((frame,)) else self._full(frame)

    def _quickly(self, frame: bytes) -> Value:
        try:
            return self._decode(frame)
        except _UNREADABLE:
            return self._full(frame)


class AllFields(Projection):
    """Decodes whole events; `decode` is the full decoder of a batch."""

    def __init__(self, decode: Callable[[Sequence[bytes]], tuple[list[Value], Bad]]) -> None:
        self.fields = ALL
        self._decode_all = decode

    def decode_batch(self, frames: Sequence[bytes], joined: bytes | None = None) -> tuple[list[Value], Bad]:
        """The value of each good frame, and index and error of the others."""
        return self._decode_all(frames)


def decoder_of(fields: frozenset[str]) -> Callable[[bytes], Value]:
    """Decodes these fields of a record, looking no closer. Raises msgspec's errors."""
    shape = TypedDict("shape", dict.fromkeys(sorted(fields), Any), total=False)  # type: ignore[misc]
    decode: Callable[[bytes], Value] = msgspec.json.Decoder(shape).decode
    return decode


def join(frames: Sequence[bytes]) -> bytes:
    """The frames in one, a comma before each, as a number stands after a comma or a bracket."""
    return b",".join((b"", *frames))


def are_ordinary(frames: Sequence[bytes], joined: bytes | None = None) -> bool:
    """Whether none of the frames needs a full decoder's eye; a false alarm is possible."""
    octets = join(frames) if joined is None else joined
    if not octets.isascii() and not _are_text(frames):
        return False
    if any(search(octets) is not None for search in _SIGNS):
        return False
    return max(map(len, frames), default=0) <= _SHALLOW or not any(map(_may_be_deep, frames))


def _are_text(frames: Sequence[bytes]) -> bool:
    try:
        # one by one: what decodes to a large text spends most of the time on its memory
        deque(map(bytes.decode, frames), maxlen=0)
    except UnicodeDecodeError:
        return False
    return True


def _may_be_deep(frame: bytes) -> bool:
    if len(frame) <= _SHALLOW:
        return False
    # finding is many times quicker than counting, and most records are flat
    if frame.find(b"[") < 0 and frame.find(b"{", 1) < 0:
        return False
    return frame.count(b"[") + frame.count(b"{") > MAX_DEPTH


def have_breaks(joined: bytes) -> bool:
    """Whether there is a line end in what `join` made."""
    return b"\n" in joined or b"\r" in joined


def one_liners(frames: Sequence[bytes]) -> list[bytes]:
    """The frames, those with line ends in them without these, as a sink may end its lines by them."""
    return list(map(_one_liner, frames))


def _one_liner(frame: bytes) -> bytes:
    stripped = frame.strip(b" \t\r\n")
    return orjson.dumps(orjson.loads(frame)) if b"\n" in stripped or b"\r" in stripped else stripped
