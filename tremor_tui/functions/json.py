"""`std::json`: JSON texts."""

from __future__ import annotations

from tremor_tui.functions.contract import FunctionError, Module, text_of
from tremor_tui.model.batch import Value
from tremor_tui.model.values import BadJson, ValueFault, from_json, to_json, to_json_pretty

json = Module("json")


@json.function("string", returns="any", examples=[('json::decode("[1, null]")', [1, None])])
def decode(text: Value) -> Value:
    """The value of a JSON text."""
    try:
        return from_json(text_of(text, 0))
    except BadJson as error:
        raise FunctionError(f"the string is not JSON: {error}", 0) from None


@json.function("any", returns="string", examples=[('json::encode({"a": [1, 2.0]})', '{"a":[1,2.0]}')])
def encode(value: Value) -> Value:
    """The value as JSON on one line."""
    try:
        return to_json(value)
    except ValueFault as error:
        raise FunctionError(str(error), 0) from None


@json.function("any", returns="string", examples=[("json::encode_pretty([1])", "[\n  1\n]")])
def encode_pretty(value: Value) -> Value:
    """The value as JSON on many lines."""
    try:
        return to_json_pretty(value)
    except ValueFault as error:
        raise FunctionError(str(error), 0) from None
