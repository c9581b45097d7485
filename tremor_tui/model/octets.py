"""Bytes as base64 text, by the alphabet of RFC 4648; padding is written, and may be left out when read."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode


def to_base64(octets: bytes) -> str:
    """The text, with padding."""
    return b64encode(octets).decode()


def from_base64(text: str | bytes) -> bytes:
    """The bytes. Raises ValueError with a sentence where the text is no base64."""
    try:
        given = text.encode("ascii") if isinstance(text, str) else text
    except UnicodeEncodeError as error:
        raise ValueError(f"character {error.start} is not of the base64 alphabet") from None
    bare = given.rstrip(b"=")
    try:
        octets = b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(f"it is not base64: {error}") from None
    exact = b64encode(octets)
    if given not in (exact, exact.rstrip(b"=")):
        raise ValueError("it is not base64: its last characters are wrong")
    return octets
