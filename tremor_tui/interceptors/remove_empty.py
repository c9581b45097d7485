"""Empty frames are left out."""

from __future__ import annotations

from collections.abc import Mapping

from tremor_tui.interceptors.contract import PerFrame, preprocessor
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings


class RemoveEmpty(PerFrame):
    """Passes a frame on where it is not empty."""

    def process(self, chunk: bytes) -> list[bytes]:
        """The frame, or none."""
        return [chunk] if chunk else []


@preprocessor("remove-empty")
def remove_empty(config: Mapping[str, Value] | None) -> RemoveEmpty:
    """Takes no settings."""
    Settings(config, "preprocessor remove-empty").done()
    return RemoveEmpty()
