"""Projection: decodes the fields of JSON records that somebody reads, and refuses what a full decoder does.

A decoder that skips fields does not look at all that is in them: it lets pass text that is not UTF-8, numbers
that do not fit and values that nest too deeply. So a whole batch is searched for signs of these first, in few
passes; a batch with any sign, and one with a frame that does not decode, is gone through frame by frame, and
a frame that is out of the ordinary is decoded in full. So no frame is judged otherwise than by the full
decoder, and what is read of it is the same.
"""

from __future__ import annotations

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

_NUMBER: Final = rb"\s*-?[0-9](?:[0-9]{18}|[0-9.]*[eE]\+?[0-9])"
_SIGNS: Final = tuple(re2.compile(start + _NUMBER).search for start in (rb"\[", b":", b","))
"""A number is large where it has 19 digits or an exponent. It stands after one of these, and a search that
begins with one certain byte is several times quicker than one for any of them."""
_SHALLOW: Final = 2 * MAX_DEPTH
"""Bytes of the longest frame that cannot nest too deeply."""


class Projection:
    """Decodes some fields of records. `fields` are names of top-level fields, none of them for none."""

    def __init__(self, fields: frozenset[str], full: Full) -> None:
        self.fields = fields
        self._decode = decoder_of(fields)
        self._full = full

    def decode_batch(self, frames: Sequence[bytes]) -> tuple[list[Value], Bad]:
        """A view of each good frame (see `Batch.views`), and index and error of the others."""
        if are_ordinary(frames):
            decode = self._decode
            try:
                return [decode(frame) for frame in frames], []
            except (msgspec.DecodeError, RecursionError):
                pass
        return self._one_by_one(frames)

    def _one_by_one(self, frames: Sequence[bytes]) -> tuple[list[Value], Bad]:
        views: list[Value] = []
        bad: Bad = []
        for index, frame in enumerate(frames):
            try:
                views.append(self._one(frame))
            except Exception as error:  # DataError: what the full decoder says
                bad.append((index, error))
        return views, bad

    def _one(self, frame: bytes) -> Value:
        if is_ordinary(b"," + frame) and not _may_be_deep(frame):
            try:
                return self._decode(frame)
            except (msgspec.DecodeError, RecursionError):
                pass
        return self._full(frame)


def decoder_of(fields: frozenset[str]) -> Callable[[bytes], Value]:
    """Decodes these fields of a record, looking no closer. Raises msgspec's errors."""
    shape = TypedDict("shape", dict.fromkeys(sorted(fields), Any), total=False)  # type: ignore[misc]
    decode: Callable[[bytes], Value] = msgspec.json.Decoder(shape).decode
    return decode


def are_ordinary(frames: Sequence[bytes]) -> bool:
    """Whether none of the frames needs a full decoder's eye; a false alarm is possible."""
    return is_ordinary(b",".join((b"", *frames))) and (
        max(map(len, frames), default=0) <= _SHALLOW or not any(map(_may_be_deep, frames))
    )


def is_ordinary(octets: bytes) -> bool:
    """Whether nothing in it needs a full decoder's eye; a false alarm is possible. It begins with a comma."""
    if not octets.isascii():
        try:
            octets.decode()
        except UnicodeDecodeError:
            return False
    return not any(search(octets) for search in _SIGNS)


def _may_be_deep(frame: bytes) -> bool:
    if len(frame) <= _SHALLOW:
        return False
    # finding is many times quicker than counting, and most records are flat
    if frame.find(b"[") < 0 and frame.find(b"{", 1) < 0:
        return False
    return frame.count(b"[") + frame.count(b"{") > MAX_DEPTH


def one_liners(frames: Sequence[bytes]) -> list[bytes]:
    """The frames, those with line ends in them without these, as a sink may end its lines by them."""
    joined = b"".join(frames)
    if b"\n" in joined or b"\r" in joined:
        return [orjson.dumps(orjson.loads(frame)) if _is_broken(frame) else frame for frame in frames]
    return frames if isinstance(frames, list) else list(frames)


def _is_broken(frame: bytes) -> bool:
    return b"\n" in frame or b"\r" in frame
