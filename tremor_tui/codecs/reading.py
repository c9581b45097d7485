"""Reading: decodes the frames of one source, whole or only the fields that somebody reads.

A flow's source and `run` over a file read alike: of each batch it is asked anew which fields its events are
read for. Where they are known and the codec can decode some fields alone, batches are larger, as their rows
take so little time each, and carry their frames in place of their values.

    reading = Reading(codec)
    reading.choose(fields)                          # None: events are read whole
    for decoded in reading.batches(frames, rows, size):
        decoded.dress(batch, frames of the values)  # gives the batch its frames
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tremor_tui.codecs.contract import Codec, Projecting
from tremor_tui.model.batch import WHOLE, Batch, Value
from tremor_tui.model.projection import ALL, Projection, have_breaks, join, one_liners

WIDE: Final = 4
"""Batches of rows that are not decoded whole may be larger by so much ..."""
WIDE_WHOLE: Final = 2
"""... and whole ones that a fused pipeline takes by so much: more of them leave the processor's cache."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What frames decode to: one value (or view) for each good one, index and error of the others.

    `size` is the bytes of all of them. `fields` are what the views were decoded for, None where they are
    whole values.
    """

    values: list[Value]
    bad: list[tuple[int, Exception]]
    frames: Sequence[bytes]
    size: int
    fields: frozenset[str] | None
    has_frames: bool
    has_breaks: bool

    def dress(self, batch: Batch, frames: Sequence[bytes]) -> None:
        """Gives a batch of some of the values the frames of them, with them or in their place."""
        if not self.has_frames:
            return
        if self.has_breaks:
            batch.raws = one_liners(frames)
        else:
            batch.raws = frames if isinstance(frames, list) else list(frames)
        if self.fields is not None:
            batch.views, batch.fields = batch.values, self.fields
            batch.shed(WHOLE)


class Reading:
    """Decodes with a codec what `choose` said."""

    __slots__ = ("_codec", "_json", "_projection")

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._json = codec if isinstance(codec, Projecting) else None
        self._projection: Projection | None = None

    def choose(self, fields: frozenset[str] | None) -> None:
        """Says what events are read for from now on."""
        if fields is None or self._json is None or fields > ALL:
            self._projection = None
        elif self._projection is None or self._projection.fields != fields:
            self._projection = self._json.project(fields)

    def batches(self, frames: Sequence[bytes], rows: int, size: int) -> Iterator[Decoded]:
        """Decodes frames, in parts of at most so many rows and bytes, or `WIDE` times as many."""
        if self._projection is not None:
            wide = WIDE_WHOLE if self._projection.fields == ALL else WIDE
            rows, size = rows * wide, size * wide
            parts = -(-len(frames) // rows) or 1
            rows = -(-len(frames) // parts) or 1  # parts of one size: a small one takes as long to send
        for start in range(0, len(frames), rows):
            part = frames[start : start + rows]
            octets = join(part)
            if len(octets) - len(part) <= size:
                yield self._decode(part, octets)
            else:
                yield from (self._decode(one, join(one)) for one in _by_size(part, size))

    def _decode(self, frames: Sequence[bytes], octets: bytes) -> Decoded:
        size = len(octets) - len(frames)
        if self._json is None:
            return Decoded(*self._codec.decode_batch(frames), frames, size, None, False, False)
        breaks = have_breaks(octets)
        projection = self._projection
        if projection is None:
            return Decoded(*self._codec.decode_batch(frames), frames, size, None, True, breaks)
        views, bad = projection.decode_batch(frames, octets)
        return Decoded(views, bad, frames, size, projection.fields, True, breaks)


def _by_size(frames: Sequence[bytes], limit: int) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    size = 0
    for frame in frames:
        if part and size + len(frame) > limit:
            yield part
            part, size = [], 0
        part.append(frame)
        size += len(frame)
    yield part
