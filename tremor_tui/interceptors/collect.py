"""Frames are kept and joined until there are so many bytes, or the stream ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tremor_tui.interceptors.contract import postprocessor
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings


class Collect:
    """A frame that would exceed `max_bytes` starts the next piece, however long it is; 0 is no limit."""

    def __init__(self, max_bytes: int) -> None:
        self._limit = max_bytes
        self._frames: list[bytes] = []
        self._size = 0

    def process(self, frames: Sequence[bytes]) -> list[bytes]:
        """The pieces that are full."""
        pieces: list[bytes] = []
        for frame in frames:
            if self._limit and self._size + len(frame) > self._limit:
                pieces += self.finish()
            self._frames.append(frame)
            self._size += len(frame)
        return pieces

    def finish(self) -> list[bytes]:
        """What was kept."""
        piece = b"".join(self._frames)
        self._frames, self._size = [], 0
        return [piece] if piece else []


@postprocessor("collect")
def collect(config: Mapping[str, Value] | None) -> Collect:
    """`max_bytes` of a piece, 0 (default) for all at the end."""
    settings = Settings(config, "postprocessor collect")
    limit = settings.integer("max_bytes", 0)
    settings.done()
    return Collect(limit)
