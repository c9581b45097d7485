"""Nothing: every frame decodes to null, every value is written as no bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tremor_tui.codecs.contract import BatchForms, codec
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings


class Null(BatchForms):
    """It has no settings."""

    mime_types: ClassVar[tuple[str, ...]] = ()

    def decode(self, frame: bytes) -> Value:
        """Null, whatever the frame holds."""
        return None

    def encode(self, value: Value) -> bytes:
        """No bytes, whatever the value is."""
        return b""


@codec("null")
def null(config: Mapping[str, Value]) -> Null:
    """Takes no settings."""
    Settings(config, "codec null").done()
    return Null()
