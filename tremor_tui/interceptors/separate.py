"""Frames end at a separator byte, usually a newline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tremor_tui.errors import ConfigError
from tremor_tui.interceptors.contract import MAX_FRAME, postprocessor, preprocessor
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings

BARE_LENGTH = 8192
"""Bytes of a frame at most where only the name is given."""


class Cutter:
    """Cuts at the separator; drops and counts frames longer than `max_length`.

    With `buffered` off each chunk stands for itself: what follows its last separator is a frame.
    """

    def __init__(self, separator: bytes, max_length: int, buffered: bool = True) -> None:
        self.discarded = 0
        self._separator = separator
        self._limit = max_length
        self._buffered = buffered
        self._rest: list[bytes] = []
        self._size = 0
        self._skipping = False

    def process(self, chunk: bytes) -> list[bytes]:
        """The frames that end in this chunk."""
        pieces = chunk.split(self._separator)
        longest = len(chunk) + self._size
        if self._buffered:
            if len(pieces) == 1:
                self._keep(chunk)
                return []
            self._complete(pieces)
        if longest > self._limit and pieces and max(map(len, pieces)) > self._limit:
            return self._without_long(pieces)
        return pieces

    def finish(self) -> list[bytes]:
        """What follows the last separator, where it is not empty."""
        rest = b"".join(self._rest)
        self._forget()
        self._skipping = False
        return [rest] if rest else []

    def _complete(self, pieces: list[bytes]) -> None:
        """Puts what was kept before the first piece, and keeps the last one."""
        last = pieces.pop()
        if self._skipping:
            del pieces[0]
            self._skipping = False
        elif self._rest:
            pieces[0] = b"".join((*self._rest, pieces[0]))
        self._forget()
        self._keep(last)

    def _keep(self, piece: bytes) -> None:
        if self._skipping or not piece:
            return
        self._rest.append(piece)
        self._size += len(piece)
        if self._size > self._limit:
            self._forget()
            self._skipping = True
            self.discarded += 1

    def _forget(self) -> None:
        self._rest = []
        self._size = 0

    def _without_long(self, pieces: list[bytes]) -> list[bytes]:
        kept = [piece for piece in pieces if len(piece) <= self._limit]
        self.discarded += len(pieces) - len(kept)
        return kept


class Joiner:
    """Writes the separator after each frame; the frames of one call make one piece."""

    def __init__(self, separator: bytes) -> None:
        self._separator = separator

    def process(self, frames: Sequence[bytes]) -> list[bytes]:
        """The frames, each followed by the separator."""
        return [self._separator.join((*frames, b""))] if frames else []

    def finish(self) -> list[bytes]:
        """Nothing is due at the end."""
        return []


def _separator(settings: Settings) -> bytes:
    octets = settings.text("separator", "\n").encode("utf-8", "surrogatepass")
    if len(octets) != 1:
        raise ConfigError("the separator must be one byte", "", "separator")
    return octets


@preprocessor("separate")
def cutter(config: Mapping[str, Value] | None) -> Cutter:
    """`separator`, `max_length` (16 MiB where a config leaves it out), `buffered`."""
    if config is None:
        return Cutter(b"\n", BARE_LENGTH)
    settings = Settings(config, "preprocessor separate")
    separator = _separator(settings)
    limit = settings.integer("max_length", 0) or MAX_FRAME
    buffered = settings.flag("buffered", True)
    settings.done()
    return Cutter(separator, limit, buffered)


@postprocessor("separate")
def joiner(config: Mapping[str, Value] | None) -> Joiner:
    """`separator`."""
    settings = Settings(config, "postprocessor separate")
    separator = _separator(settings)
    # upstream shares one config record between both directions, so these are known here too
    settings.integer("max_length", 0)
    settings.flag("buffered", True)
    settings.done()
    return Joiner(separator)
