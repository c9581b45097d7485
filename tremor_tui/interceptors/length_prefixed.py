"""Each frame follows its length, 8 bytes big-endian."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tremor_tui.errors import FrameError
from tremor_tui.interceptors.contract import MAX_FRAME, postprocessor, preprocessor
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings

WIDTH = 8


class Reader:
    """Collects bytes until a frame is whole."""

    def __init__(self) -> None:
        self.discarded = 0
        self._buffer = bytearray()
        self._need = WIDTH

    def process(self, chunk: bytes) -> list[bytes]:
        """The frames that are whole now. Raises FrameError for a length above 16 MiB."""
        buffer = self._buffer
        buffer += chunk
        if len(buffer) < self._need:
            return []
        frames = []
        at = 0
        while len(buffer) - at >= WIDTH:
            length = int.from_bytes(buffer[at : at + WIDTH])
            if length > MAX_FRAME:
                raise FrameError(f"a frame of {length} bytes is announced; at most {MAX_FRAME} are taken")
            if len(buffer) - at < WIDTH + length:
                self._need = WIDTH + length
                break
            frames.append(bytes(buffer[at + WIDTH : at + WIDTH + length]))
            at += WIDTH + length
        else:
            self._need = WIDTH
        del buffer[:at]
        return frames

    def finish(self) -> list[bytes]:
        """None; a frame that is not whole is lost and counted."""
        self.discarded += bool(self._buffer)
        self._buffer.clear()
        self._need = WIDTH
        return []


class Writer:
    """Writes length and frame."""

    def process(self, frames: Sequence[bytes]) -> list[bytes]:
        """The frames with their lengths, as one piece."""
        return [b"".join(len(frame).to_bytes(WIDTH) + frame for frame in frames)] if frames else []

    def finish(self) -> list[bytes]:
        """Nothing is due at the end."""
        return []


@preprocessor("length-prefixed")
def reader(config: Mapping[str, Value] | None) -> Reader:
    """Takes no settings."""
    Settings(config, "preprocessor length-prefixed").done()
    return Reader()


@postprocessor("length-prefixed")
def writer(config: Mapping[str, Value] | None) -> Writer:
    """Takes no settings."""
    Settings(config, "postprocessor length-prefixed").done()
    return Writer()
