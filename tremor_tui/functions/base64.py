"""`std::base64`: bytes as text."""

from __future__ import annotations

from tremor_tui.functions.contract import FunctionError, Module, octets_of, text_of
from tremor_tui.model.batch import Value
from tremor_tui.model.octets import from_base64, to_base64

base64 = Module("base64")


@base64.function("input", returns="string", examples=[('base64::encode("snot")', "c25vdA==")])
def encode(given: Value) -> Value:
    """A binary, or a string's UTF-8, as base64 with padding."""
    return to_base64(octets_of(given, 0))


@base64.function(
    "input", returns="binary", examples=[('string::from_utf8_lossy(base64::decode("c25vdA=="))', "snot")]
)
def decode(given: Value) -> Value:
    """The binary that the text stands for; padding may be missing."""
    try:
        return from_base64(text_of(given, 0))
    except ValueError as error:
        raise FunctionError(f"the string cannot be decoded: {error}", 0) from None
