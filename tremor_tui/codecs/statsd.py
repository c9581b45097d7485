"""StatsD lines such as `sam:7|c|@0.1`: a frame is `{metric, type, value, sample_rate, action}`.

`action` is there for gauges with a sign alone: `add` or `sub`, with the value without its sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tremor_tui.codecs.contract import BatchForms, codec
from tremor_tui.errors import DecodeError, EncodeError
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings
from tremor_tui.model.numbers import parse_float, parse_integer
from tremor_tui.model.values import UINT_MAX, is_number, to_json

TYPES = ("c", "ms", "g", "h", "s")
SIGNS = {"+": "add", "-": "sub"}


class StatsD(BatchForms):
    """It has no settings."""

    mime_types: ClassVar[tuple[str, ...]] = ()

    def decode(self, frame: bytes) -> Value:
        """One line. Raises DecodeError."""
        try:
            text = frame.decode()
        except UnicodeDecodeError as error:
            raise DecodeError(f"the frame is not UTF-8 from byte {error.start} on") from None
        metric, colon, rest = text.partition(":")
        written, bar, rest = rest.partition("|")
        if not colon or not bar:
            raise DecodeError("a line of statsd looks like `metric:value|type`")
        kind, bar, rate = rest.partition("|@")
        if kind not in TYPES:
            raise DecodeError(f"`{kind[:20]}` is no type of statsd; they are {', '.join(TYPES)}")
        record: dict[str, Value] = {"metric": metric, "type": kind, "value": _number(written)}
        if kind == "g" and written[:1] in SIGNS:
            record["action"] = SIGNS[written[:1]]
            record["value"] = abs(record["value"])
        if bar:
            record["sample_rate"] = _rate(rate)
        return record

    def encode(self, value: Value) -> bytes:
        """The line of a record. Raises EncodeError."""
        if type(value) is not dict:
            raise EncodeError("a record with `metric`, `type` and `value` is wanted")
        metric, kind, number = value.get("metric"), value.get("type"), value.get("value")
        if type(metric) is not str or ":" in metric or "\n" in metric:
            raise EncodeError("`metric` must be a string without a colon or a line feed")
        if kind not in TYPES:
            raise EncodeError(f"`type` must be one of {', '.join(TYPES)}")
        try:
            return f"{metric}:{_sign(value)}{_text(number, 'value')}|{kind}{_rated(value)}".encode()
        except UnicodeEncodeError:
            raise EncodeError("`metric` holds half a surrogate pair") from None


def _number(text: str) -> int | float:
    number = parse_integer(text, high=UINT_MAX)
    if number is not None:
        return number
    real = parse_float(text)
    if real is None or not abs(real) < float("inf"):
        raise DecodeError(f"`{text[:40]}` is no number")
    return real


def _rate(text: str) -> float:
    rate = parse_float(text)
    if rate is None or not abs(rate) < float("inf"):
        raise DecodeError(f"`{text[:40]}` is no sample rate")
    return rate


def _sign(value: Mapping[str, Value]) -> str:
    if value["type"] != "g":
        return ""
    return {"add": "+", "sub": "-"}.get(str(value.get("action")), "")


def _rated(value: Mapping[str, Value]) -> str:
    rate = value.get("sample_rate")
    return "" if rate is None else f"|@{_text(rate, 'sample_rate')}"


def _text(number: Value, key: str) -> str:
    if not is_number(number) or not abs(number) < float("inf"):
        raise EncodeError(f"`{key}` must be a finite number")
    return to_json(number)


@codec("statsd")
def statsd(config: Mapping[str, Value]) -> StatsD:
    """Takes no settings."""
    Settings(config, "codec statsd").done()
    return StatsD()
