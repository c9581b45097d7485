"""MessagePack: values in a compact binary form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from tremor_tui.codecs.contract import BatchForms, codec
from tremor_tui.errors import DecodeError, EncodeError
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings
from tremor_tui.model.values import MAX_DEPTH, depth

SCALARS = frozenset((type(None), bool, int, float, str, bytes))


class MsgPack(BatchForms):
    """Keys must be strings; extension types are refused."""

    mime_types: ClassVar[tuple[str, ...]] = (
        "application/msgpack",
        "application/x-msgpack",
        "application/vnd.msgpack",
    )

    def decode(self, frame: bytes) -> Value:
        """One value. Raises DecodeError."""
        try:
            value = msgspec.msgpack.decode(frame)
        except (msgspec.DecodeError, RecursionError, OverflowError, ValueError) as error:
            raise DecodeError(f"the frame is not MessagePack: {error}") from None
        _check(value)
        return value

    def encode(self, value: Value) -> bytes:
        """The value. Raises EncodeError where it nests too deeply or holds text that is not Unicode."""
        if depth(value) > MAX_DEPTH:
            raise EncodeError(f"the value nests more than {MAX_DEPTH} levels")
        try:
            return msgspec.msgpack.encode(value)
        except (UnicodeEncodeError, OverflowError, RecursionError) as error:
            raise EncodeError(f"the value cannot be written as MessagePack: {error}") from None


def _check(value: Value) -> None:
    """Raises DecodeError where it is not one of our values all the way down."""
    layer = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[Value] = []
        for item in layer:
            if type(item) is dict:
                if not all(type(key) is str for key in item):
                    raise DecodeError("the frame has a record with a key that is no string")
                below.extend(item.values())
            elif type(item) is list:
                below.extend(item)
            elif type(item) not in SCALARS:
                raise DecodeError("the frame holds an extension type")
        if not below:
            return
        layer = below
    raise DecodeError(f"the value nests more than {MAX_DEPTH} levels")


@codec("msgpack")
def msgpack(config: Mapping[str, Value]) -> MsgPack:
    """Takes no settings."""
    Settings(config, "codec msgpack").done()
    return MsgPack()
