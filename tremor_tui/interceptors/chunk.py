"""Frames are joined to pieces of at most so many bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tremor_tui.interceptors.contract import postprocessor
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings


class Chunk:
    """Keeps frames until the next one would not fit; a frame that alone is too long is dropped, counted."""

    def __init__(self, max_bytes: int) -> None:
        self.discarded = 0
        self._limit = max_bytes
        self._frames: list[bytes] = []
        self._size = 0

    def process(self, frames: Sequence[bytes]) -> list[bytes]:
        """The pieces that are full."""
        pieces: list[bytes] = []
        for frame in frames:
            if len(frame) > self._limit:
                self.discarded += 1
                continue
            if self._size + len(frame) > self._limit:
                pieces += self.finish()
            self._frames.append(frame)
            self._size += len(frame)
            if self._size == self._limit:
                pieces += self.finish()
        return pieces

    def finish(self) -> list[bytes]:
        """What was kept."""
        piece = b"".join(self._frames)
        self._frames, self._size = [], 0
        return [piece] if piece else []


@postprocessor("chunk")
def chunk(config: Mapping[str, Value] | None) -> Chunk:
    """`max_bytes` of a piece."""
    settings = Settings(config, "postprocessor chunk")
    limit = settings.integer("max_bytes", None, 1)
    settings.done()
    return Chunk(limit)
