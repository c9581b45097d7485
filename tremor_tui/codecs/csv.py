"""One row of comma-separated values: a frame is an array of strings. Later rows of a frame are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tremor_tui.codecs.contract import BatchForms, codec
from tremor_tui.errors import DecodeError, EncodeError
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings
from tremor_tui.model.values import ValueFault, display, type_name


class Csv(BatchForms):
    """As RFC 4180 has it: fields may be quoted, and a quote within them is written twice."""

    mime_types: ClassVar[tuple[str, ...]] = ("text/csv",)

    def decode(self, frame: bytes) -> Value:
        """The fields of the first row that is not empty. Raises DecodeError."""
        try:
            text = frame.decode().lstrip("\r\n")
        except UnicodeDecodeError as error:
            raise DecodeError(f"the frame is not UTF-8 from byte {error.start} on") from None
        if not text:
            raise DecodeError("the frame has no row")
        return _quoted(text) if '"' in text else _first_line(text).split(",")

    def encode(self, value: Value) -> bytes:
        """The row of an array; what is no string is written as text. Raises EncodeError."""
        if type(value) is not list or not value:
            given = "an empty one" if value == [] else type_name(value)
            raise EncodeError(f"a row is an array of at least one field, not {given}")
        try:
            fields = [field if type(field) is str else display(field) for field in value]
            row = ",".join(map(_written, fields)) if fields != [""] else '""'
            return row.encode()
        except (ValueFault, UnicodeEncodeError) as error:
            raise EncodeError(f"the row cannot be written: {error}") from None


def _first_line(text: str) -> str:
    return text.replace("\r", "\n").split("\n", 1)[0]


def _written(field: str) -> str:
    if any(letter in field for letter in ',"\r\n'):
        return '"' + field.replace('"', '""') + '"'
    return field


def _quoted(text: str) -> list[str]:
    """The fields of a row with quotes; a quote counts at the start of a field alone."""
    fields = []
    at = 0
    while True:
        field = ""
        if text.startswith('"', at):
            field, at = _inside(text, at + 1)
        end = at
        while end < len(text) and text[end] not in ",\r\n":
            end += 1
        fields.append(field + text[at:end])
        if not text.startswith(",", end):
            return fields
        at = end + 1


def _inside(text: str, at: int) -> tuple[str, int]:
    """What is up to the closing quote, and where the text goes on behind it."""
    pieces: list[str] = []
    while True:
        end = text.find('"', at)
        if end < 0:
            return "".join([*pieces, text[at:]]), len(text)
        pieces.append(text[at:end])
        if not text.startswith('""', end):
            return "".join(pieces), end + 1
        pieces.append('"')
        at = end + 2


@codec("csv")
def csv(config: Mapping[str, Value]) -> Csv:
    """Takes no settings."""
    Settings(config, "codec csv").done()
    return Csv()
