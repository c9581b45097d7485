"""JSON, one document per frame.

Decoding refuses what orjson changes silently (integers beyond 64 bits) and what would fail later (more than
512 levels). A batch is first decoded by msgspec as values of a few levels whose integers fit, which proves
all that at once and takes less time than orjson with a search for signs of it; a frame that is otherwise goes
to orjson by itself. Where many frames are otherwise, the next batches go to orjson at once: each is searched,
and only where there is a sign its frames are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, ClassVar, Final

import msgspec
import orjson

from tremor_tui.codecs.contract import BatchForms, codec
from tremor_tui.errors import DecodeError, EncodeError
from tremor_tui.model import values
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings
from tremor_tui.model.projection import ALL, AllFields, Projection, are_ordinary

Errors = list[tuple[int, Exception]]
_OTHERWISE: Final = (msgspec.DecodeError, UnicodeDecodeError)
_LEVELS: Final = 5
"""Levels below the top of what msgspec decodes; each doubles the size of the type."""
_REST: Final = 32
"""Batches that go to orjson at once after one of which msgspec could not decode a quarter."""


class Json(BatchForms):
    """`sort_keys` writes records in the order of their keys, for texts that are compared."""

    mime_types: ClassVar[tuple[str, ...]] = ("application/json",)

    def __init__(self, sort_keys: bool = False) -> None:
        self._option = orjson.OPT_SORT_KEYS if sort_keys else 0
        self._resting = 0

    def decode(self, frame: bytes) -> Value:
        """One document. Raises DecodeError with line and column."""
        try:
            return values.from_json(frame)
        except values.BadJson as error:
            raise DecodeError(f"the frame is not JSON: {error}") from None

    def encode(self, value: Value) -> bytes:
        """Compact JSON; binaries become base64. Raises EncodeError."""
        try:
            return values.encode(value, self._option)
        except values.ValueFault as error:
            raise EncodeError(str(error)) from None

    def decode_batch(self, frames: Sequence[bytes]) -> tuple[list[Value], Errors]:
        """All at once; one by one where any of them is bad or needs a closer look."""
        if self._resting:
            self._resting -= 1
        else:
            try:
                return list(map(_shallow(), frames)), []
            except _OTHERWISE:
                return self._each(frames)
        try:
            done = list(map(orjson.loads, frames))
        except orjson.JSONDecodeError:
            return super().decode_batch(frames)
        return (done, []) if are_ordinary(frames) else self._checked(done, frames)

    def _each(self, frames: Sequence[bytes]) -> tuple[list[Value], Errors]:
        """Frame by frame, by msgspec where it can."""
        done: list[Value] = []
        bad: Errors = []
        decode, failed = _shallow(), 0
        for index, frame in enumerate(frames):
            try:
                done.append(decode(frame))
                continue
            except _OTHERWISE:
                failed += 1
            try:
                done.append(self.decode(frame))
            except DecodeError as error:
                bad.append((index, error))
        if 4 * failed > len(frames):
            self._resting = _REST
        return done, bad

    def _checked(self, done: list[Value], frames: Sequence[bytes]) -> tuple[list[Value], Errors]:
        """The same values without those that `from_json` refuses."""
        bad: Errors = []
        for index, frame in enumerate(frames):
            try:
                values.check_json(frame, done[index])
            except values.BadJson as error:
                bad.append((index, DecodeError(f"the frame is not JSON: {error}")))
        skip = {index for index, _ in bad}
        return [value for index, value in enumerate(done) if index not in skip] if skip else done, bad

    def project(self, fields: frozenset[str]) -> Projection:
        """A decoder of those fields of records that refuses the same frames."""
        return AllFields(self.decode_batch) if fields == ALL else Projection(fields, self.decode)

    @property
    def is_plain(self) -> bool:
        """Whether a value's frame may be written as it came in place of encoding the value."""
        return self._option == 0

    def encode_batch(self, items: Sequence[Value]) -> tuple[list[bytes], Errors]:
        """All at once; one by one where any of them is out of the ordinary."""
        option = self._option
        try:
            # copies: orjson gives thousands of bytes room to what it makes, and a batch that is kept so
            # takes fresh memory for each event, which costs three times the encoding
            return [b"%b" % orjson.dumps(item, None, option) for item in items], []
        except TypeError:
            return super().encode_batch(items)


@cache
def _shallow() -> Callable[[bytes], Value]:
    """Decodes JSON of few levels in which all integers fit 63 bits. Raises msgspec's errors for any other."""
    scalar: Any = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | float | str | bool | None
    shape = scalar
    for _ in range(_LEVELS):
        shape = scalar | GenericAlias(list, (shape,)) | GenericAlias(dict, (str, shape))
    decode: Callable[[bytes], Value] = msgspec.json.Decoder(shape).decode
    return decode


@codec("json")
def json(config: Mapping[str, Value]) -> Json:
    """`mode`: `sorted` or `unsorted` (default)."""
    settings = Settings(config, "codec json")
    mode = settings.choice("mode", ("sorted", "unsorted"), "unsorted")
    settings.done()
    return Json(mode == "sorted")
