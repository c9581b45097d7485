"""Packing: an event and its metadata as text, and back to the very same values."""

from __future__ import annotations

from base64 import b64decode, b64encode

import msgspec

from tremor_tui.model.batch import Meta, Value
from tremor_tui.model.values import from_json


def pack(value: Value, meta: Meta | None) -> str:
    """Both, with what JSON cannot say: binaries, infinity, NaN."""
    return b64encode(msgspec.msgpack.encode((value, meta))).decode()


def unpack(event: str, meta: str, packed: str) -> tuple[Value, Meta | None]:
    """Both, of their JSON texts or, where it is not empty, of what `pack` made.

    Raises BadJson or ValueError where it is damaged.
    """
    if packed:
        value, about = msgspec.msgpack.decode(b64decode(packed))
        return value, about or None
    return from_json(event) if event else None, (from_json(meta) or None) if meta else None
