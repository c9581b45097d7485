"""Frames on every socket of the control plane: four bytes of length, big-endian, then JSON.

A frame from a client is an `Ask` (a number and a request); one to a client is a `Reply` (that number and
an answer) or a `Push`. Decoding checks every field's type, so a malformed frame is a ControlError here and
never an odd value further in.
"""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from tremor_tui.control.commands import Request
from tremor_tui.control.snapshots import Answer, Pushed
from tremor_tui.errors import ControlError

MAX_FRAME: Final = 16 * 1024 * 1024
"""A longer frame is refused and its connection closed."""
PREFIX: Final = 4

T = TypeVar("T")


class Ask(msgspec.Struct, frozen=True):
    """A request; `number` comes back with its answer."""

    number: int
    request: Request


class Reply(msgspec.Struct, frozen=True, tag="reply"):
    """The answer to request `number`."""

    number: int
    answer: Answer


class Push(msgspec.Struct, frozen=True, tag="push"):
    """Something nobody asked for in particular."""

    pushed: Pushed


class _Numbered(msgspec.Struct, frozen=True):
    number: int


Incoming = Reply | Push

_encoder = msgspec.json.Encoder()
_asks: msgspec.json.Decoder[Ask] = msgspec.json.Decoder(Ask)
_numbers: msgspec.json.Decoder[_Numbered] = msgspec.json.Decoder(_Numbered)
_incoming: msgspec.json.Decoder[Reply | Push] = msgspec.json.Decoder(Incoming)


def encode(frame: Ask | Reply | Push) -> bytes:
    """A frame with its length. Raises ControlError above MAX_FRAME, and for text that is not Unicode."""
    try:
        return prefixed(_encoder.encode(frame))
    except UnicodeEncodeError as error:
        # The names of files may be any bytes; Python hands over those that are not UTF-8 as surrogates.
        shown = error.object.encode("utf-8", "backslashreplace").decode()
        words = f"what is not UTF-8 cannot be sent: `{shown[:200]}`"
        raise ControlError(words, "rename the file, if it is one's name") from None


def prefixed(body: bytes) -> bytes:
    """Any body with its length in front. Raises ControlError above MAX_FRAME."""
    if len(body) > MAX_FRAME:
        raise ControlError(f"a frame of {len(body)} bytes is too long", f"the limit is {MAX_FRAME} bytes")
    return len(body).to_bytes(PREFIX, "big") + body


def decode_ask(body: bytes) -> Ask:
    """A client's frame. Raises ControlError with what is wrong and where."""
    return _decode(_asks, body)


def number_of(body: bytes) -> int:
    """The number of a frame whose request is malformed, so that its refusal can be told apart; else 0."""
    try:
        return _numbers.decode(body).number
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0


def decode_incoming(body: bytes) -> Incoming:
    """An engine's frame. Raises ControlError with what is wrong and where."""
    return _decode(_incoming, body)


def _decode(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ControlError(f"a malformed frame: {error}") from None


class Splitter:
    """Cuts a stream of bytes into the bodies of frames, however it was split on its way."""

    def __init__(self) -> None:
        self._left = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies that are complete now. Raises ControlError on a length above MAX_FRAME."""
        left = self._left
        left += data
        bodies = []
        at = 0
        while len(left) - at >= PREFIX:
            length = int.from_bytes(left[at : at + PREFIX], "big")
            if length > MAX_FRAME:
                raise ControlError(f"a frame of {length} bytes is too long")
            if len(left) - at < PREFIX + length:
                break
            bodies.append(bytes(left[at + PREFIX : at + PREFIX + length]))
            at += PREFIX + length
        del left[:at]
        return bodies
