"""Numbers and base64 from text, settings of plug-ins, and Influx's lines."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tremor_tui.errors import ConfigError
from tremor_tui.model import line_protocol
from tremor_tui.model.config import Settings
from tremor_tui.model.line_protocol import BadLine
from tremor_tui.model.numbers import parse_float, parse_integer
from tremor_tui.model.octets import from_base64, to_base64


def test_integers_from_text() -> None:
    assert parse_integer("-12") == -12
    assert parse_integer("+007") == 7
    assert parse_integer(str(2**63 - 1)) == 2**63 - 1
    for text in ("", "+", "1_0", " 1", "1 ", "٣", "1.0", "0x1", str(2**63), "9" * 9999):
        assert parse_integer(text) is None


def test_floats_from_text() -> None:
    assert parse_float("-1.5e3") == -1500.0
    assert parse_float(".5") == 0.5
    assert parse_float("INF") == float("inf")
    for text in ("", "1_0", " 1", "1e", "0x1p3", "٣", "--1", "1" * 20_000):
        assert parse_float(text) is None


@given(st.binary())
def test_base64_there_and_back(octets: bytes) -> None:
    text = to_base64(octets)
    assert from_base64(text) == from_base64(text.rstrip("=")) == from_base64(text.encode()) == octets


@pytest.mark.parametrize("text", ["a", "YQ=", "YR==", "Y Q==", "YQ==YQ==", "-_==", "é", "=", "YQ===="])
def test_what_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        from_base64(text)


def test_settings_are_read_once_with_their_types() -> None:
    settings = Settings({"a": "x", "n": 3, "f": False, "gone": None}, "thing")

    assert settings.text("a") == "x"
    assert settings.integer("n", 1, 0, 5) == 3
    assert settings.flag("f", True) is False
    assert settings.text("gone", "y") == "y"
    settings.done()


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"a": 1}, "a"),
        ({}, "a"),
        ({"a": "x", "n": 9}, "n"),
        ({"a": "x", "n": True}, "n"),
        ({"a": "x", "b": 1}, "b"),
    ],
)
def test_a_wrong_setting_is_named(config: dict[str, Any], key: str) -> None:
    settings = Settings(config, "thing")
    with pytest.raises(ConfigError, match="thing") as caught:
        _read(settings)
    assert caught.value.key == key


def _read(settings: Settings) -> None:
    settings.text("a")
    settings.integer("n", 1, 0, 5)
    settings.done()


def test_a_choice_is_one_of_them() -> None:
    assert Settings({"mode": "a"}, "thing").choice("mode", ("a", "b")) == "a"
    with pytest.raises(ConfigError, match="`c` is not a mode of thing"):
        Settings({"mode": "c"}, "thing").choice("mode", ("a", "b"))


RECORD = {
    "measurement": "wea, ther",
    "tags": {"a=b": "c,d", "e": "f g"},
    "fields": {"x": 1, "y": -2.5, "z": 'a "b"', "w": True, "v": "back\\slash"},
    "timestamp": 7,
}


def test_an_influx_record_comes_back_from_its_line() -> None:
    assert line_protocol.read(line_protocol.write(RECORD), 0) == RECORD


def test_an_influx_line_without_a_time_gets_the_time_of_its_arrival() -> None:
    found = line_protocol.read("m f=1", 42)
    assert found is not None
    assert found["timestamp"] == 42
    assert line_protocol.read("  # a comment", 42) is None


@pytest.mark.parametrize(
    "line", ["m", "m f", "m f=", "m f=x", "m,a f=1", "m f=1 x", 'm f="a', 'm f="a"b', "m f=1i2"]
)
def test_a_broken_influx_line_is_refused(line: str) -> None:
    with pytest.raises(BadLine, match="missing"):
        line_protocol.read(line, 0)


@pytest.mark.parametrize(
    "value",
    [
        1,
        {"measurement": "m"},
        {"measurement": "m", "fields": {}},
        {"measurement": "m", "fields": {"a": None}},
        {"measurement": "m", "fields": {"a": float("nan")}},
        {"measurement": "m", "fields": {"a": 2**63}},
        {"measurement": "m", "fields": {"a": 1}, "tags": {"b": 1}},
        {"measurement": "m", "fields": {"a": 1}, "timestamp": -1},
        {"measurement": "m\n", "fields": {"a": 1}},
    ],
)
def test_a_value_that_is_no_influx_record_is_refused(value: Any) -> None:
    with pytest.raises(BadLine):
        line_protocol.write(value)
