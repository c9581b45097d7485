"""What a preprocessor (bytes to frames) and a postprocessor (frames to bytes) must do.

One instance serves one stream, in order, and may keep that stream's leftover between calls. None awaits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from tremor_tui.model.batch import Value
from tremor_tui.registry import Registry


class Preprocessor(Protocol):
    """Bytes to frames.

    `process` takes what was read and returns the frames that are complete; any split of the same bytes
    gives the same frames. `finish` returns what is left when the stream ends. Both raise FrameError where
    the stream cannot go on. `discarded` counts pieces dropped by a limit, for the caller to report.
    """

    discarded: int

    def process(self, chunk: bytes) -> list[bytes]: ...
    def finish(self) -> list[bytes]: ...


class Postprocessor(Protocol):
    """Frames to bytes.

    `process` returns pieces to be written one after the other; `finish` what is due at the end.
    """

    def process(self, frames: Sequence[bytes]) -> list[bytes]: ...
    def finish(self) -> list[bytes]: ...


PreprocessorFactory = Callable[[Mapping[str, Value] | None], Preprocessor]
"""Makes one from its `config` record, None where only its name was given. Raises ConfigError."""
PostprocessorFactory = Callable[[Mapping[str, Value] | None], Postprocessor]

preprocessors: Registry[PreprocessorFactory] = Registry("tremor_tui.interceptors", "preprocessor")
postprocessors: Registry[PostprocessorFactory] = Registry("tremor_tui.interceptors", "postprocessor")
preprocessor = preprocessors.register
postprocessor = postprocessors.register
