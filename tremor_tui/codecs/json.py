"""JSON, one document per frame.

Decoding is orjson's, and then refuses what orjson changes silently (integers beyond 64 bits) and what
would fail later (more than 512 levels): a batch is searched for signs of these, and only where there are any
its frames are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import orjson

from tremor_tui.codecs.contract import BatchForms, codec
from tremor_tui.errors import DecodeError, EncodeError
from tremor_tui.model import values
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings
from tremor_tui.model.projection import Projection, are_ordinary

Errors = list[tuple[int, Exception]]


class Json(BatchForms):
    """`sort_keys` writes records in the order of their keys, for texts that are compared."""

    mime_types: ClassVar[tuple[str, ...]] = ("application/json",)

    def __init__(self, sort_keys: bool = False) -> None:
        self._option = orjson.OPT_SORT_KEYS if sort_keys else 0

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
        try:
            done = list(map(orjson.loads, frames))
        except orjson.JSONDecodeError:
            return super().decode_batch(frames)
        return (done, []) if are_ordinary(frames) else self._checked(done, frames)

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
        return Projection(fields, self.decode)

    @property
    def is_plain(self) -> bool:
        """Whether a value's frame may be written as it came in place of encoding the value."""
        return self._option == 0

    def encode_batch(self, items: Sequence[Value]) -> tuple[list[bytes], Errors]:
        """All at once; one by one where any of them is out of the ordinary."""
        option = self._option
        try:
            return [orjson.dumps(item, None, option) for item in items], []
        except TypeError:
            return super().encode_batch(items)


@codec("json")
def json(config: Mapping[str, Value]) -> Json:
    """`mode`: `sorted` or `unsorted` (default)."""
    settings = Settings(config, "codec json")
    mode = settings.choice("mode", ("sorted", "unsorted"), "unsorted")
    settings.done()
    return Json(mode == "sorted")
