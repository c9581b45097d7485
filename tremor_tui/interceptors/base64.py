"""Each frame is written in base64."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence

from tremor_tui.errors import DecodeError
from tremor_tui.interceptors.contract import PerFrame, postprocessor, preprocessor
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings
from tremor_tui.model.octets import from_base64


class Decoder(PerFrame):
    """Base64 to bytes, frame by frame."""

    def process(self, chunk: bytes) -> list[bytes]:
        """The bytes of one frame. Raises DecodeError where it is not base64; the next one may be."""
        try:
            return [from_base64(chunk)]
        except ValueError as error:
            raise DecodeError(f"a frame cannot be decoded: {error}") from None


class Encoder:
    """Bytes to base64."""

    def process(self, frames: Sequence[bytes]) -> list[bytes]:
        """One piece for each frame."""
        return [b64encode(frame) for frame in frames]

    def finish(self) -> list[bytes]:
        """Nothing is due at the end."""
        return []


@preprocessor("base64")
def decoder(config: Mapping[str, Value] | None) -> Decoder:
    """Takes no settings."""
    Settings(config, "preprocessor base64").done()
    return Decoder()


@postprocessor("base64")
def encoder(config: Mapping[str, Value] | None) -> Encoder:
    """Takes no settings."""
    Settings(config, "postprocessor base64").done()
    return Encoder()
