"""What a codec is: a stateless pair of functions between a frame of bytes and a value.

A codec is made once per connector from its configuration. It never awaits and keeps nothing between
frames. Batch forms exist because a call per frame is the cost that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Protocol, TypeVar, runtime_checkable

from tremor_tui.errors import DataError
from tremor_tui.model.batch import Value
from tremor_tui.model.projection import Projection
from tremor_tui.registry import Registry

A = TypeVar("A")
B = TypeVar("B")


@runtime_checkable
class Codec(Protocol):
    """One format.

    `decode` raises DecodeError, `encode` raises EncodeError; both messages say what is wrong and where.
    `decode_batch` returns the values that decoded and, for each frame that did not, its index and error;
    it never raises. `encode_batch` is the same the other way. `mime_types` are those it answers to.
    """

    mime_types: ClassVar[tuple[str, ...]]

    def decode(self, frame: bytes) -> Value: ...
    def encode(self, value: Value) -> bytes: ...
    def decode_batch(self, frames: Sequence[bytes]) -> tuple[list[Value], list[tuple[int, Exception]]]: ...
    def encode_batch(self, values: Sequence[Value]) -> tuple[list[bytes], list[tuple[int, Exception]]]: ...


@runtime_checkable
class Projecting(Protocol):
    """A codec of JSON that can decode some fields of a record alone.

    `project` gives a decoder that refuses exactly what the codec refuses. `is_plain`: a value's frame may be
    written as it came.
    """

    @property
    def is_plain(self) -> bool: ...
    def decode_batch(self, frames: Sequence[bytes]) -> tuple[list[Value], list[tuple[int, Exception]]]: ...
    def project(self, fields: frozenset[str]) -> Projection: ...


CodecFactory = Callable[[Mapping[str, Value]], Codec]
"""Makes a codec from its `config` record. Raises ConfigError."""

codecs: Registry[CodecFactory] = Registry("tremor_tui.codecs", "codec")
codec = codecs.register


class BatchForms:
    """The batch forms in terms of the single ones; a codec with a faster way overrides them."""

    def decode(self, frame: bytes) -> Value:
        """One frame to its value."""
        raise NotImplementedError

    def encode(self, value: Value) -> bytes:
        """One value to its frame."""
        raise NotImplementedError

    def decode_batch(self, frames: Sequence[bytes]) -> tuple[list[Value], list[tuple[int, Exception]]]:
        """The values of the frames that decode, and (index, DecodeError) of those that do not."""
        return _each(self.decode, frames)

    def encode_batch(self, values: Sequence[Value]) -> tuple[list[bytes], list[tuple[int, Exception]]]:
        """The frames of the values that encode, and (index, EncodeError) of those that do not."""
        return _each(self.encode, values)


def _each(function: Callable[[A], B], items: Sequence[A]) -> tuple[list[B], list[tuple[int, Exception]]]:
    done: list[B] = []
    bad: list[tuple[int, Exception]] = []
    for index, item in enumerate(items):
        try:
            done.append(function(item))
        except DataError as error:
            bad.append((index, error))
    return done, bad
