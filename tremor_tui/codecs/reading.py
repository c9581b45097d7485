"""Reading: decodes the frames of one source, whole or only the fields that somebody reads.

A flow's source and `run` over a file read alike: of each batch it is asked anew which fields its events are
read for. Where they are known and the codec can decode some fields alone, batches are larger, as their rows
take so little time each, and carry their frames in place of their values.

    reading = Reading(codec)
    reading.choose(fields)                      # None: events are read whole
    decoded = reading.decode(frames)            # of at most `reading.widen(limit)` rows and bytes
    decoded.dress(batch, frames of the values)  # gives the batch its frames
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tremor_tui.codecs.contract import Codec, Projecting
from tremor_tui.model.batch import WHOLE, Batch, Value
from tremor_tui.model.projection import Projection, have_breaks, join, one_liners

WIDE: Final = 4
"""Batches of rows that are not decoded whole may be larger by so much."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What frames decode to: one value (or view) for each good one, index and error of the others.

    `fields` are what the views were decoded for, None where they are whole values.
    """

    values: list[Value]
    bad: list[tuple[int, Exception]]
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
        if fields is None or self._json is None:
            self._projection = None
        elif self._projection is None or self._projection.fields != fields:
            self._projection = self._json.project(fields)

    @property
    def is_partial(self) -> bool:
        """Whether only some fields are decoded."""
        return self._projection is not None

    def widen(self, limit: int) -> int:
        """How many rows, or bytes, a batch may have where one of whole events may have `limit`."""
        return limit if self._projection is None else limit * WIDE

    def decode(self, frames: Sequence[bytes]) -> Decoded:
        """Decodes frames; raises nothing."""
        if self._json is None:
            return Decoded(*self._codec.decode_batch(frames), None, False, False)
        octets = join(frames)
        breaks = have_breaks(octets)
        projection = self._projection
        if projection is None:
            return Decoded(*self._codec.decode_batch(frames), None, True, breaks)
        return Decoded(*projection.decode_batch(frames, octets), projection.fields, True, breaks)
