"""csv, msgpack and statsd: what each does on its own account."""

from typing import Any

import msgspec
import pytest

from tremor_tui.codecs.contract import codecs
from tremor_tui.errors import DecodeError, EncodeError


@pytest.mark.parametrize(
    ("frame", "row"),
    [
        (b'"some "" field",1234567,other_text,"a,b\nc"', ['some " field', "1234567", "other_text", "a,b\nc"]),
        (b"a,,", ["a", "", ""]),
        (b"\r\na,b\r\nc,d", ["a", "b"]),
        (b'a"b,c', ['a"b', "c"]),
        (b'"a"b,"c', ["ab", "c"]),
        (b'""', [""]),
    ],
)
def test_a_row_of_csv(frame: bytes, row: list[str]) -> None:
    assert codecs.get("csv")({}).decode(frame) == row


def test_csv_writes_other_values_as_text() -> None:
    assert codecs.get("csv")({}).encode([1, 2.0, None, [1], "a,b"]) == b'1,2,null,[1],"a,b"'


@pytest.mark.parametrize("value", [{}, [], "a", ["\ud800"]])
def test_csv_refuses_what_is_no_row(value: Any) -> None:
    with pytest.raises(EncodeError):
        codecs.get("csv")({}).encode(value)


@pytest.mark.parametrize("frame", [b"", b"\n\r\n", b"\xff"])
def test_csv_refuses_frames_without_a_row(frame: bytes) -> None:
    with pytest.raises(DecodeError):
        codecs.get("csv")({}).decode(frame)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (msgspec.msgpack.encode({1: 2}), "no string"),
        (msgspec.msgpack.encode(msgspec.msgpack.Ext(5, b"x")), "extension"),
        (b"\x91" * 600 + b"\x01", "nests"),
        (b"\x91" * 100_000 + b"\x01", "not MessagePack"),
        (b"\x01\x02", "not MessagePack"),
        (b"", "not MessagePack"),
    ],
)
def test_msgpack_refuses_what_is_no_value(frame: bytes, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        codecs.get("msgpack")({}).decode(frame)


def test_msgpack_refuses_text_that_is_not_unicode_and_takes_512_levels() -> None:
    codec = codecs.get("msgpack")({})
    with pytest.raises(EncodeError, match="MessagePack"):
        codec.encode("\ud800")
    deep: Any = 1
    for _ in range(512):
        deep = [deep]
    assert codec.decode(codec.encode(deep)) == deep
    with pytest.raises(EncodeError, match="levels"):
        codec.encode([deep])


@pytest.mark.parametrize(
    ("line", "record"),
    [
        (b"sam:7|c|@0.1", {"metric": "sam", "type": "c", "value": 7, "sample_rate": 0.1}),
        (b"glork:320|ms", {"metric": "glork", "type": "ms", "value": 320}),
        (b"gauge:-10|g", {"metric": "gauge", "type": "g", "value": 10, "action": "sub"}),
        (b"gauge:+4.5|g", {"metric": "gauge", "type": "g", "value": 4.5, "action": "add"}),
        (b"gauge:333|g", {"metric": "gauge", "type": "g", "value": 333}),
        (b"uniques:-5|s", {"metric": "uniques", "type": "s", "value": -5}),
    ],
)
def test_a_line_of_statsd_both_ways(line: bytes, record: dict[str, Any]) -> None:
    codec = codecs.get("statsd")({})
    assert codec.decode(line) == record
    assert codec.encode(record) == line


@pytest.mark.parametrize("line", [b"a", b"a:1", b"a:x|c", b"a:1|q", b"a:1|c|@x", b"a:nan|c", b"\xff:1|c"])
def test_statsd_refuses_other_lines(line: bytes) -> None:
    with pytest.raises(DecodeError):
        codecs.get("statsd")({}).decode(line)


@pytest.mark.parametrize(
    "record",
    [
        1,
        {"metric": "a:b", "type": "c", "value": 1},
        {"metric": "a", "type": "x", "value": 1},
        {"metric": "a", "type": "c", "value": "1"},
        {"metric": "a", "type": "c", "value": float("nan")},
        {"metric": "a\ud800", "type": "c", "value": 1},
        {"metric": "a", "type": "c", "value": 1, "sample_rate": True},
    ],
)
def test_statsd_refuses_other_records(record: Any) -> None:
    with pytest.raises(EncodeError):
        codecs.get("statsd")({}).encode(record)
