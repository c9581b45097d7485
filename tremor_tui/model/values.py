"""What a value is, when two are equal, how they sort, and how they are written as text and JSON.

A value is None, bool, int (-2^63 up to 2^64 - 1), float, str, bytes, a list of values or a dict from str to
value, of exactly these types. Nothing here changes its arguments. Values nest at most `MAX_DEPTH` levels.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any, Final

import orjson

from tremor_tui.model.batch import Value

MAX_DEPTH: Final = 512
"""Levels of lists and records within each other, in and out."""
INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
UINT_MAX: Final = 2**64 - 1
EPSILON: Final = 2.220446049250313e-16

_KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "bool",
    int: "integer",
    float: "float",
    str: "string",
    bytes: "binary",
    list: "array",
    dict: "record",
}
_NUMBERS: Final = (int, float)
_TEXTS: Final = (str, bytes)


class ValueFault(Exception):  # noqa: N818 - reads as what happened
    """A value cannot be used like this; the message is a sentence. Callers give it its place."""


class Incomparable(ValueFault):
    """Two values have no order; `left` and `right` are their kinds."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"a {left} and a {right} have no order")
        self.left = left
        self.right = right


class Overflow(ValueFault):
    """The result of integer arithmetic does not fit 64 bits."""


class BadJson(ValueFault):
    """A text is not JSON, or holds a number that does not fit. `position` counts from 0."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


def type_name(value: Value) -> str:
    """The kind of a value as `type::as_string` says it."""
    return _KINDS[type(value)]


def is_number(value: Value) -> bool:
    """Whether it is an integer or a float; a bool is neither."""
    return type(value) in _NUMBERS


# -- integers ------------------------------------------------------------------------------------------


def checked(result: int, left: int, right: int) -> int:
    """The result of an integer operation on two integers, unsigned where neither is negative.

    Raises Overflow where it does not fit: above 2^64 - 1, or above 2^63 - 1 where an operand is negative.
    """
    top = UINT_MAX if left >= 0 and right >= 0 else INT_MAX
    if INT_MIN <= result <= top:
        return result
    raise Overflow("the result does not fit in 64 bits")


# -- equality and order --------------------------------------------------------------------------------


def equal(left: Value, right: Value) -> bool:
    """Tremor's `==`: deep; numbers within one float epsilon; strings and binaries by their bytes.

    NaN equals nothing, infinity not even itself. Never raises, but for nesting beyond `MAX_DEPTH`.
    """
    try:
        return _equal(left, right)
    except RecursionError:
        raise too_deep() from None


def _equal(left: Value, right: Value) -> bool:  # noqa: C901 - one frame per level, so that 512 fit
    kind, other = type(left), type(right)
    if kind is other:
        if kind is dict:
            if len(left) != len(right):
                return False
            for key, value in left.items():  # noqa: SIM110
                if key not in right or not _equal(value, right[key]):
                    return False
            return True
        if kind is list:
            if len(left) != len(right):
                return False
            for index, value in enumerate(left):  # noqa: SIM110
                if not _equal(value, right[index]):
                    return False
            return True
        if kind is float:
            return bool(abs(left - right) < EPSILON)
        return bool(left == right)
    if kind in _NUMBERS and other in _NUMBERS:
        return bool(abs(left - right) < EPSILON)
    if kind in _TEXTS and other in _TEXTS:
        return _octets(left) == _octets(right)
    return False


def _ordered(left: Value, right: Value) -> tuple[Any, Any]:
    """The pair as Python orders it. Raises Incomparable."""
    kind, other = type(left), type(right)
    if (kind in _NUMBERS and other in _NUMBERS) or (kind is other and kind in _TEXTS):
        return left, right
    if kind in _TEXTS and other in _TEXTS:
        return _octets(left), _octets(right)
    raise Incomparable(_KINDS[kind], _KINDS[other])


def _octets(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def less(left: Value, right: Value) -> bool:
    """Tremor's `<`. Numbers with numbers, strings and binaries with each other; else Incomparable."""
    left, right = _ordered(left, right)
    return bool(left < right)


def less_equal(left: Value, right: Value) -> bool:
    """Tremor's `<=`; see `less`."""
    left, right = _ordered(left, right)
    return bool(left <= right)


def greater(left: Value, right: Value) -> bool:
    """Tremor's `>`; see `less`."""
    left, right = _ordered(left, right)
    return bool(left > right)


def greater_equal(left: Value, right: Value) -> bool:
    """Tremor's `>=`; see `less`."""
    left, right = _ordered(left, right)
    return bool(left >= right)


def sort_key(value: Value) -> tuple[Any, ...]:
    """A key that sorts all values: records, arrays, strings and binaries, numbers, bools, null.

    Records sort by size, then keys, then values; NaN sorts after all other numbers.
    """
    match value:
        case None:
            return (5,)
        case bool():
            return (4, value)
        case int() | float():
            return (3, 0, value) if value == value else (3, 1)
        case str() | bytes():
            return (2, _octets(value))
        case list():
            return (1, [sort_key(item) for item in value])
        case _:
            keys = sorted(value)
            return (0, len(keys), keys, [sort_key(value[key]) for key in keys])


# -- merging -------------------------------------------------------------------------------------------


def deep_merge(left: Value, right: Value) -> Value:
    """`right` over `left`: records merge key by key and level by level, anything else is replaced.

    Null replaces too. Returns a new record and leaves both as they are; unchanged parts are shared.
    """
    if type(left) is not dict or type(right) is not dict:
        return right
    merged = dict(left)
    for key, value in right.items():
        below = merged.get(key)
        if type(value) is dict and type(below) is dict:
            value = deep_merge(below, value)
        merged[key] = value
    return merged


# -- text and JSON -------------------------------------------------------------------------------------


def to_text(value: Value) -> str:
    """A value as interpolation inserts it: a string raw, anything else as compact JSON."""
    return value if type(value) is str else to_json(value)


def to_json(value: Value) -> str:
    """Compact JSON. Floats always look like floats; NaN and infinities are null; binaries are base64.

    Raises ValueFault for more than `MAX_DEPTH` levels and for text that is not Unicode.
    """
    text = encode(value).decode()
    return _exact(value, text) if "e+" in text else text


def to_json_pretty(value: Value) -> str:
    """JSON on many lines, indented by two spaces; else as `to_json`."""
    return encode(value, orjson.OPT_INDENT_2).decode()


def key_text(value: Value) -> str:
    """JSON with sorted keys, so that equal records give equal text: the key of a group."""
    return encode(value, orjson.OPT_SORT_KEYS).decode()


def encode(value: Value, option: int = 0) -> bytes:
    """A value as UTF-8 JSON, by orjson options. Raises ValueFault as `to_json` does."""
    try:
        return orjson.dumps(value, _binary, option)
    except TypeError as error:
        if "ecursion" in str(error):
            return _encode_deep(value, option)
        raise ValueFault(f"the value cannot be written as JSON: {error}") from None


def _binary(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is no value")


ORJSON_DEPTH: Final = 200
"""Levels that orjson writes in one go (its limit is 254); deeper values are written in slices."""


def _encode_deep(value: Value, option: int) -> bytes:
    layers = _layers(value)
    if len(layers) > MAX_DEPTH:
        raise too_deep()
    try:
        return orjson.dumps(_sliced(layers, option), _binary, option)
    except TypeError as error:
        raise ValueFault(f"the value cannot be written as JSON: {error}") from None


def _sliced(layers: list[list[Value]], option: int) -> Value:
    """The value, bottom up, with each so many levels written already."""
    done: dict[int, Value] = {}
    for level in range(len(layers) - 1, -1, -1):
        for item in layers[level]:
            if type(item) is list:
                copy: Value = [done.get(id(part), part) for part in item]
            else:
                copy = {key: done.get(id(part), part) for key, part in item.items()}
            if level and level % ORJSON_DEPTH == 0:
                copy = orjson.Fragment(orjson.dumps(copy, _binary, option))
            done[id(item)] = copy
    return done[id(layers[0][0])]


def _layers(value: Value) -> list[list[Value]]:
    """The lists and records of a value by level, each once per level."""
    layers = []
    found = [value]
    while layer := list({id(item): item for item in found if type(item) in (list, dict)}.values()):
        layers.append(layer)
        if len(layers) > MAX_DEPTH:
            break
        found = [part for item in layer for part in (item.values() if type(item) is dict else item)]
    return layers


def depth(value: Value) -> int:
    """How many lists and records are within each other: 0 for a number, 1 for `[]`; no more is counted
    than `MAX_DEPTH` + 1."""
    return len(_layers(value))


def too_deep() -> ValueFault:
    """What to raise where a value nests too deeply."""
    return ValueFault(f"the value nests more than {MAX_DEPTH} levels")


def float_text(number: float) -> str:
    """A float in JSON: the shortest digits that read back as it, `1e22` without a plus, NaN as null."""
    return orjson.dumps(number).decode().replace("e+", "e")


def display(value: Value) -> str:
    """A value as tremor's own library prints it in a list: as `to_text`, but 2.0 as `2`."""
    if type(value) is float:
        return _plain_float(value)
    return to_text(value)


def _plain_float(number: float) -> str:
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "inf" if number > 0 else "-inf"
    text = repr(number)
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        digits = len(mantissa.partition(".")[2])
        text = f"{number:.{max(0, digits - int(exponent))}f}"
    return text.removesuffix(".0")


def _exact(value: Value, text: str) -> str:
    """`text` with the exponents of large floats as tremor writes them; strings stay what they are."""
    if type(value) is float:
        return text.replace("e+", "e")
    if type(value) is list:
        return "[" + ",".join(to_json(item) for item in value) + "]"
    if type(value) is dict:
        pairs = (f"{to_json(key)}:{to_json(item)}" for key, item in value.items())
        return "{" + ",".join(pairs) + "}"
    return text


# -- reading JSON --------------------------------------------------------------------------------------

_SAME_DIGIT = bytes(48 if 48 <= byte <= 57 else byte for byte in range(256))
_DIGIT_OR_MINUS = bytes(48 if 48 <= byte <= 57 or byte == 45 else byte for byte in range(256))
_TWENTY = b"0" * 20
_MINUS_NINETEEN = b"-" + b"0" * 19
_FOUR = b"0000"


def from_json(text: bytes | str) -> Value:
    """The value of a JSON text. Raises BadJson.

    Refuses what would be changed silently: integers beyond 64 bits, numbers beyond a float, text that
    is not Unicode, more than `MAX_DEPTH` levels. Of duplicate keys the last one counts.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadJson(str(error), error.pos) from None
    check_json(text if isinstance(text, bytes) else text.encode(), value)
    return value


def check_json(octets: bytes, value: Value) -> None:
    """Raises BadJson where orjson's `value` of this JSON is not what stands there, or too deep."""
    brackets = octets.count(b"[") + octets.count(b"{") if len(octets) > 2 * MAX_DEPTH else 0
    if brackets > MAX_DEPTH and depth(value) > MAX_DEPTH:
        raise BadJson(f"the value nests more than {MAX_DEPTH} levels")
    if may_hold_big(octets):
        check_big(octets)


def may_hold_big(octets: bytes) -> bool:
    """Whether an integer in it might not fit 64 bits: false is certain, true is almost certain. Quick.

    Such an integer has at least 20 characters; every fifth byte hits four of them.
    """
    if _FOUR not in octets[::5].translate(_DIGIT_OR_MINUS):
        return False
    shape = octets.translate(_SAME_DIGIT)
    return _TWENTY in shape or _MINUS_NINETEEN in shape


def check_big(octets: bytes) -> None:
    """Raises BadJson where an integer in this valid JSON does not fit 64 bits."""
    json.loads(octets, parse_int=_bounded, parse_float=_ignore)


def _bounded(digits: str) -> int:
    if len(digits) <= 20:
        number = int(digits)
        if INT_MIN <= number <= UINT_MAX:
            return number
    shown = digits if len(digits) <= 24 else digits[:20] + "…"
    raise BadJson(f"the integer {shown} does not fit in 64 bits")


def _ignore(digits: str) -> float:
    return 0.0
