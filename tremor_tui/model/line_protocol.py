"""Influx's line protocol: `measurement,tag=x field=1i 1465839830100400200` to a record and back.

The record is `{measurement, tags, fields, timestamp}`.
"""

from __future__ import annotations

from typing import Final

from tremor_tui.model.batch import Value
from tremor_tui.model.numbers import parse_float, parse_integer
from tremor_tui.model.values import INT_MAX, UINT_MAX, float_text

TRUE: Final = ("t", "T", "true", "True", "TRUE")
FALSE: Final = ("f", "F", "false", "False", "FALSE")


class BadLine(Exception):  # noqa: N818 - reads as what happened
    """The text is not a line of the protocol; the message says where."""


def read(text: str, ingest_ns: int) -> dict[str, Value] | None:
    """The record of a line, None for an empty line or a comment. Raises BadLine.

    A line without a timestamp gets `ingest_ns`.
    """
    line = text.strip()
    if not line or line.startswith("#"):
        return None
    scan = _Scan(line)
    measurement = scan.until(", ")
    tags = scan.tags() if scan.next(",") else {}
    if not scan.next(" "):
        raise scan.fail("a blank before the fields")
    fields = scan.fields()
    return {
        "measurement": measurement,
        "tags": tags,
        "fields": fields,
        "timestamp": scan.timestamp(ingest_ns),
    }


class _Scan:
    def __init__(self, line: str) -> None:
        self.line = line
        self.at = 0

    def fail(self, wanted: str) -> BadLine:
        return BadLine(f"{wanted} is missing at offset {self.at}")

    def next(self, letter: str) -> bool:
        """Takes the letter where it is next."""
        if not self.line.startswith(letter, self.at):
            return False
        self.at += 1
        return True

    def until(self, stops: str) -> str:
        """The text up to one of the letters, which stays; a backslash before one of them escapes it."""
        pieces: list[str] = []
        line = self.line
        while self.at < len(line):
            letter = line[self.at]
            if letter in stops:
                return "".join(pieces)
            if letter == "\\" and self.at + 1 < len(line):
                self.at += 1
                escaped = line[self.at]
                pieces.append(escaped if escaped in stops or escaped == "\\" else "\\" + escaped)
            else:
                pieces.append(letter)
            self.at += 1
        raise self.fail(f"one of `{stops}`")

    def tags(self) -> dict[str, Value]:
        tags: dict[str, Value] = {}
        while True:
            key = self.until("=, ")
            if not self.next("="):
                raise self.fail("the value of a tag")
            tags[key] = self.until(", ")
            if not self.next(","):
                return tags

    def fields(self) -> dict[str, Value]:
        fields: dict[str, Value] = {}
        while True:
            key = self.until("=")
            self.at += 1
            fields[key] = self.text() if self.next('"') else self.value()
            if not self.next(","):
                return fields

    def text(self) -> str:
        text = self.until('"')
        self.at += 1
        if self.at < len(self.line) and self.line[self.at] not in ", ":
            raise self.fail("a comma or a blank after a text")
        return text

    def value(self) -> Value:
        end = self.at
        while end < len(self.line) and self.line[end] not in ", ":
            end += 1
        word = self.line[self.at : end]
        value = _value(word)
        if value is None:
            raise self.fail("the value of a field")
        self.at = end
        return value

    def timestamp(self, ingest_ns: int) -> int:
        if not self.next(" "):
            return ingest_ns
        number = parse_integer(self.line[self.at :], 0, UINT_MAX)
        if number is None:
            raise self.fail("a timestamp")
        return number


def _value(word: str) -> Value:
    if word in TRUE or word in FALSE:
        return word in TRUE
    if word.endswith("i"):
        return parse_integer(word[:-1], high=UINT_MAX)
    return parse_float(word)


def write(value: Value) -> str:
    """The line of a record. Raises BadLine where the record is not of the right shape."""
    if not isinstance(value, dict) or not isinstance(value.get("measurement"), str):
        raise BadLine("a record with the string `measurement` is wanted")
    fields = value.get("fields")
    if not isinstance(fields, dict) or not fields:
        raise BadLine("the record needs `fields` with at least one field")
    line = _escaped(value["measurement"], ", ") + _written_tags(value.get("tags"))
    line += " " + ",".join(f"{_escaped(key, ',= ')}={_written(field)}" for key, field in fields.items())
    timestamp = value.get("timestamp")
    if timestamp is None:
        return line
    if type(timestamp) is not int or timestamp < 0:
        raise BadLine("`timestamp` must be an integer of nanoseconds")
    return f"{line} {timestamp}"


def _written_tags(tags: Value) -> str:
    if tags is None:
        return ""
    if not isinstance(tags, dict) or not all(isinstance(tag, str) for tag in tags.values()):
        raise BadLine("`tags` must be a record of strings")
    return "".join(f",{_escaped(key, ',= ')}={_escaped(tags[key], ',= ')}" for key in sorted(tags))


def _written(field: Value) -> str:
    if isinstance(field, bool):
        return "true" if field else "false"
    if isinstance(field, int):
        if field > INT_MAX:
            raise BadLine(f"the field {field} does not fit in 64 bits with a sign")
        return f"{field}i"
    if isinstance(field, float) and abs(field) < float("inf"):
        return float_text(field)
    if isinstance(field, str) and "\n" not in field:
        return '"' + _escaped(field, '"') + '"'
    raise BadLine("a field must be a bool, a finite number, or a string of one line")


def _escaped(text: str, letters: str) -> str:
    if "\n" in text:
        raise BadLine("a name must not hold a line feed")
    for letter in "\\" + letters:
        text = text.replace(letter, "\\" + letter)
    return text
