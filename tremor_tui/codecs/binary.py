"""Bytes as they are: a frame is a binary value. Strings are written as UTF-8, other values as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tremor_tui.codecs.contract import BatchForms, codec
from tremor_tui.errors import EncodeError
from tremor_tui.model import values
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings


class Binary(BatchForms):
    """It has no settings."""

    mime_types: ClassVar[tuple[str, ...]] = ("application/octet-stream",)

    def decode(self, frame: bytes) -> Value:
        """The frame; every frame decodes."""
        return bytes(frame)

    def encode(self, value: Value) -> bytes:
        """A binary as it is, a string as its UTF-8, anything else as JSON. Raises EncodeError."""
        try:
            if type(value) is bytes:
                return value
            return value.encode() if type(value) is str else values.encode(value)
        except UnicodeEncodeError as error:
            raise EncodeError(f"character {error.start} of the string is half a surrogate pair") from None
        except values.ValueFault as error:
            raise EncodeError(str(error)) from None


@codec("binary")
def binary(config: Mapping[str, Value]) -> Binary:
    """Takes no settings."""
    Settings(config, "codec binary").done()
    return Binary()
