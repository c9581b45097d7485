"""Each frame follows its length in decimal digits and a blank, as in syslog's octet counting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tremor_tui.errors import FrameError
from tremor_tui.interceptors.contract import MAX_FRAME, postprocessor, preprocessor
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings

MAX_DIGITS = 10
BLANKS = b" \t\n\r\x0c"


class Reader:
    """Collects bytes until a frame is whole."""

    def __init__(self) -> None:
        self.discarded = 0
        self._buffer = bytearray()
        self._need = 1

    def process(self, chunk: bytes) -> list[bytes]:
        """The frames that are whole now. Raises FrameError for a bad length, or one above 16 MiB."""
        self._buffer += chunk
        if len(self._buffer) < self._need:
            return []
        frames = []
        at = 0
        self._need = 1
        while (start := self._start(at)) is not None:
            length = self._length(at, start)
            if len(self._buffer) - start < length:
                self._need = start - at + length
                break
            frames.append(bytes(self._buffer[start : start + length]))
            at = start + length
        del self._buffer[:at]
        return frames

    def _start(self, at: int) -> int | None:
        """Where the frame starts whose length stands at `at`, None where the blank is still to come."""
        for index in range(at, min(len(self._buffer), at + MAX_DIGITS + 1)):
            if self._buffer[index] in BLANKS:
                return index + 1
        if len(self._buffer) - at > MAX_DIGITS:
            self._length(at, at + MAX_DIGITS + 1)
        return None

    def _length(self, at: int, start: int) -> int:
        digits = bytes(self._buffer[at : start - 1])
        if not digits.isdigit() or len(digits) >= MAX_DIGITS:
            shown = digits[:MAX_DIGITS].decode("ascii", "backslashreplace")
            raise FrameError(f"a frame must start with its length, not with `{shown}`")
        if int(digits) > MAX_FRAME:
            raise FrameError(f"a frame of {int(digits)} bytes is announced; at most {MAX_FRAME} are taken")
        return int(digits)

    def finish(self) -> list[bytes]:
        """None; a frame that is not whole is lost and counted."""
        self.discarded += bool(self._buffer)
        self._buffer.clear()
        self._need = 1
        return []


class Writer:
    """Writes length, blank and frame."""

    def process(self, frames: Sequence[bytes]) -> list[bytes]:
        """The frames with their lengths, as one piece."""
        return [b"".join(b"%d %b" % (len(frame), frame) for frame in frames)] if frames else []

    def finish(self) -> list[bytes]:
        """Nothing is due at the end."""
        return []


@preprocessor("textual-length-prefixed")
def reader(config: Mapping[str, Value] | None) -> Reader:
    """Takes no settings."""
    Settings(config, "preprocessor textual-length-prefixed").done()
    return Reader()


@postprocessor("textual-length-prefixed")
def writer(config: Mapping[str, Value] | None) -> Writer:
    """Takes no settings."""
    Settings(config, "postprocessor textual-length-prefixed").done()
    return Writer()
