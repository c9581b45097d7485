"""What a preprocessor (bytes to frames) and a postprocessor (frames to bytes) must do.

One instance serves one stream, in order, and may keep that stream's leftover between calls. None awaits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from tremor_tui.errors import LifecycleError
from tremor_tui.model.batch import Value
from tremor_tui.registry import Registry


class Preprocessor(Protocol):
    """Bytes to frames.

    `process` takes what was read and returns the frames that are complete; any split of the same bytes
    gives the same frames. `finish` returns what is left when the stream ends. Both raise FrameError where
    the stream cannot go on, and DecodeError where only this chunk is lost. `discarded` counts pieces
    dropped by a limit, for the caller to report. One that is a `PerFrame` takes each chunk for a frame.
    """

    discarded: int

    def process(self, chunk: bytes) -> list[bytes]: ...
    def finish(self) -> list[bytes]: ...


class PerFrame:
    """A preprocessor that takes each chunk for a frame of its own: it stands behind one that cuts.

    It keeps nothing between calls.
    """

    def __init__(self) -> None:
        self.discarded = 0

    def process(self, chunk: bytes) -> list[bytes]:
        """The frames that this frame becomes."""
        raise NotImplementedError

    def finish(self) -> list[bytes]:
        """Nothing is left."""
        return []


class Postprocessor(Protocol):
    """Frames to bytes.

    `process` returns pieces to be written one after the other; `finish` what is due at the end.
    """

    def process(self, frames: Sequence[bytes]) -> list[bytes]: ...
    def finish(self) -> list[bytes]: ...


def held(one: Preprocessor) -> dict[str, Any]:
    """What a preprocessor holds, for its like in another process.

    Raises LifecycleError where that is more than bytes, numbers and lists of them.
    """
    if isinstance(one, PerFrame):
        return {"discarded": one.discarded}
    found = {name: value for name, value in vars(one).items() if not callable(value)}
    for value in found.values():
        if not isinstance(value, (bool, int, float, str, bytes, bytearray, list, type(None))):
            raise LifecycleError(f"what the preprocessor {type(one).__name__} holds cannot be handed over")
    return {name: bytes(value) if isinstance(value, bytearray) else value for name, value in found.items()}


def hold(one: Preprocessor, plain: Mapping[str, Any]) -> None:
    """Gives a fresh preprocessor what its like held."""
    for name, value in plain.items():
        own = getattr(one, name)
        setattr(one, name, bytearray(value) if isinstance(own, bytearray) else value)


PreprocessorFactory = Callable[[Mapping[str, Value] | None], Preprocessor]
"""Makes one from its `config` record, None where only its name was given. Raises ConfigError."""
PostprocessorFactory = Callable[[Mapping[str, Value] | None], Postprocessor]

MAX_FRAME: Final = 16 << 20
"""Bytes of a frame at most, also of one that is unpacked."""
ALIASES: Final = {
    name: name.replace("-", "_") for name in ("remove-empty", "length-prefixed", "textual-length-prefixed")
}

preprocessors: Registry[PreprocessorFactory] = Registry("tremor_tui.interceptors", "preprocessor", ALIASES)
postprocessors: Registry[PostprocessorFactory] = Registry("tremor_tui.interceptors", "postprocessor", ALIASES)
preprocessor = preprocessors.register
postprocessor = postprocessors.register
