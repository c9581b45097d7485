"""json, string, binary and null: what each does on its own account."""

import pytest

from tremor_tui.codecs.contract import codecs
from tremor_tui.errors import ConfigError, DecodeError, EncodeError


def test_json_keeps_the_order_of_keys_or_sorts_them() -> None:
    value = {"b": 1, "a": {"d": 2, "c": 3}}
    assert codecs.get("json")({}).encode(value) == b'{"b":1,"a":{"d":2,"c":3}}'
    assert codecs.get("json")({"mode": "sorted"}).encode(value) == b'{"a":{"c":3,"d":2},"b":1}'


def test_json_refuses_another_mode() -> None:
    with pytest.raises(ConfigError) as caught:
        codecs.get("json")({"mode": "random"})
    assert caught.value.key == "mode"


def test_json_writes_floats_as_floats_and_binaries_as_base64() -> None:
    assert codecs.get("json")({}).encode([2.0, float("inf"), b"snot"]) == b'[2.0,null,"c25vdA=="]'


def test_json_says_where_a_frame_is_wrong() -> None:
    with pytest.raises(DecodeError, match="line 1 column 4"):
        codecs.get("json")({}).decode(b"[1,}")


def test_json_refuses_integers_that_would_become_floats_in_a_batch_too() -> None:
    frames = [b"1", b'{"n": 18446744073709551616}', b'{"ts": 1700000000000000000}']
    values, errors = codecs.get("json")({}).decode_batch(frames)
    assert values == [1, {"ts": 1700000000000000000}]
    assert [(index, "64 bits" in str(error)) for index, error in errors] == [(1, True)]


def test_string_says_which_byte_is_wrong() -> None:
    with pytest.raises(DecodeError, match="byte 2"):
        codecs.get("string")({}).decode(b"ab\xffc")


def test_string_writes_other_values_as_json() -> None:
    assert codecs.get("string")({}).encode({"a": 1.0}) == b'{"a":1.0}'
    with pytest.raises(EncodeError, match="surrogate"):
        codecs.get("string")({}).encode("a\ud800")


def test_binary_takes_strings_and_binaries_as_they_are() -> None:
    codec = codecs.get("binary")({})
    assert [codec.encode(value) for value in (b"\xff", "é", [1])] == [b"\xff", "é".encode(), b"[1]"]


def test_null_is_nothing_both_ways() -> None:
    codec = codecs.get("null")({})
    assert codec.decode(b"anything") is None
    assert codec.encode({"a": 1}) == b""
