"""UTF-8 text: a frame is a string. Other values are written as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from tremor_tui.codecs.contract import BatchForms, codec
from tremor_tui.errors import DecodeError, EncodeError
from tremor_tui.model import values
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings

Errors = list[tuple[int, Exception]]


class String(BatchForms):
    """It has no settings."""

    mime_types: ClassVar[tuple[str, ...]] = ("text/plain", "text/html")

    def decode(self, frame: bytes) -> Value:
        """The text. Raises DecodeError with the offset of the first byte that is not UTF-8."""
        try:
            return frame.decode()
        except UnicodeDecodeError as error:
            raise DecodeError(f"the frame is not UTF-8 from byte {error.start} on") from None

    def encode(self, value: Value) -> bytes:
        """A string as its UTF-8, anything else as JSON. Raises EncodeError."""
        try:
            return value.encode() if type(value) is str else values.encode(value)
        except UnicodeEncodeError as error:
            raise EncodeError(f"character {error.start} of the string is half a surrogate pair") from None
        except values.ValueFault as error:
            raise EncodeError(str(error)) from None

    def decode_batch(self, frames: Sequence[bytes]) -> tuple[list[Value], Errors]:
        """All at once; one by one where any of them is bad."""
        try:
            return [frame.decode() for frame in frames], []
        except UnicodeDecodeError:
            return super().decode_batch(frames)


@codec("string")
def string(config: Mapping[str, Value]) -> String:
    """Takes no settings."""
    Settings(config, "codec string").done()
    return String()
