"""What generated code calls: operators that are more than Python's, tests of values, and folds.

Every public name here is a name in generated code (`NAMES`). Helpers raise `EvalError` with a sentence;
the place is known from where the call stands in the generated text (`traceback.py`), `part` picks one of
the call's parts (an operand). Lookups just fail: their message is found afterwards, from the values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tremor_tui.extractors.contract import NO_MATCH
from tremor_tui.model.batch import Value
from tremor_tui.model.values import INT_MAX, INT_MIN, UINT_MAX, Incomparable
from tremor_tui.model.values import deep_merge as merged
from tremor_tui.model.values import equal as _equal
from tremor_tui.model.values import greater as _greater
from tremor_tui.model.values import greater_equal as _greater_equal
from tremor_tui.model.values import less as _less
from tremor_tui.model.values import less_equal as _less_equal
from tremor_tui.model.values import to_text as text
from tremor_tui.model.values import type_name as _kind

MISSING: Final[Any] = type("Missing", (), {"__repr__": lambda self: "MISSING", "__slots__": ()})()
"""Stands for a key that is not there and a variable that is not set."""
NO_RECORD: Final[dict[str, Value]] = {}
"""What a value that is no record is taken for when its fields are looked up."""
INF: Final = float("inf")
NAN: Final = float("nan")
_NUMBERS: Final = frozenset({int, float})


class EvalError(Exception):
    """An evaluation fails: a sentence, a hint, and which part of the failing piece of text to underline."""

    def __init__(self, message: str, part: int | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.part = part
        self.hint = hint


def kind(value: Value) -> str:
    """The type of a value as tremor's messages name it."""
    return "nothing" if value is MISSING else _kind(value)


def conflict(got: Value, *expected: str, part: int | None = None, hint: str = "") -> EvalError:
    """The value's type is not one of the expected ones."""
    wanted = expected[0] if len(expected) == 1 else "one of " + ", ".join(expected)
    return EvalError(f"Conflicting types, got {kind(got)} but expected {wanted}", part, hint)


# --- arithmetic -------------------------------------------------------------------------------------


def _undefined(op: str, left: Value, right: Value) -> EvalError:
    kinds = f"`{kind(left)}` and `{kind(right)}`"
    return EvalError(f"The binary operation `{op}` is not defined for the type {kinds}")


def _overflow(op: str) -> EvalError:
    return EvalError(f"The binary operation `{op}` caused an over- or underflow")


def _wide(left: int, right: int) -> bool:
    """Whether integers have neither a common unsigned nor a common signed type: then floats are used."""
    return (left < 0 and right > INT_MAX) or (right < 0 and left > INT_MAX)


def _fit(op: str, result: int, left: int, right: int) -> int:
    if left >= 0 and right >= 0:
        if INT_MIN <= result <= UINT_MAX:
            return result
    elif INT_MIN <= result <= INT_MAX:
        return result
    raise _overflow(op)


def add(left: Value, right: Value) -> Value:
    """`+`."""
    a, b = type(left), type(right)
    if a is int and b is int:
        if _wide(left, right):
            return float(left) + float(right)
        return _fit("+", left + right, left, right)
    if a is b and a is not bool and a in (float, str, list):
        return left + right
    if a is dict and b is dict:
        return {**left, **right}
    if a in (int, float) and b in (int, float):
        return left + right
    raise _undefined("+", left, right)


def sub(left: Value, right: Value) -> Value:
    """`-`."""
    a, b = type(left), type(right)
    if a is int and b is int:
        if _wide(left, right):
            return float(left) - float(right)
        return _fit("-", left - right, left, right)
    if a in (int, float) and b in (int, float):
        return left - right
    raise _undefined("-", left, right)


def mul(left: Value, right: Value) -> Value:
    """`*`."""
    a, b = type(left), type(right)
    if a is int and b is int:
        if _wide(left, right):
            return float(left) * float(right)
        return _fit("*", left * right, left, right)
    if a in (int, float) and b in (int, float):
        return left * right
    raise _undefined("*", left, right)


def div(left: Value, right: Value) -> Value:
    """`/`: always a float; an integer by zero fails, a float by zero is infinite or not a number."""
    a, b = type(left), type(right)
    if a not in (int, float) or b not in (int, float):
        raise _undefined("/", left, right)
    if right == 0:
        if a is int and b is int:
            raise EvalError("The binary operation `/` must have a non zero RHS")
        return _by_zero(float(left), float(right))
    return float(left) / float(right)


def _by_zero(left: float, zero: float) -> float:
    if left == 0 or left != left:
        return NAN
    return INF if (left > 0) == (str(zero)[0] != "-") else -INF


def _integers(op: str, left: Value, right: Value) -> None:
    if type(left) is not int or type(right) is not int or _wide(left, right):
        raise _undefined(op, left, right)


def mod(left: Value, right: Value) -> Value:
    """`%`: of integers, with the sign of the left side."""
    _integers("%", left, right)
    if right == 0:
        raise EvalError("The binary operation `%` must have a non zero RHS")
    result = abs(left) % abs(right)
    return -result if left < 0 else result


def band(left: Value, right: Value) -> Value:
    """`&`: of integers or bools."""
    if type(left) is bool and type(right) is bool:
        return left and right
    _integers("&", left, right)
    return left & right


def bxor(left: Value, right: Value) -> Value:
    """`^`: of integers or bools."""
    if type(left) is bool and type(right) is bool:
        return left is not right
    _integers("^", left, right)
    return left ^ right


def _shift(op: str, left: Value, right: Value) -> None:
    _integers(op, left, right)
    if not 0 <= right < 64:
        raise EvalError("RHS value is larger than or equal to the number of bits in LHS value")


def _signed(bits: int) -> int:
    bits &= UINT_MAX
    return bits - 2**64 if bits > INT_MAX else bits


def shl(left: Value, right: Value) -> Value:
    """`<<`: bits shifted out are lost."""
    _shift("<<", left, right)
    return left << right & UINT_MAX if left >= 0 else _signed(left << right)


def shr(left: Value, right: Value) -> Value:
    """`>>`: keeps the sign."""
    _shift(">>", left, right)
    return left >> right


def ushr(left: Value, right: Value) -> Value:
    """`>>>`: takes the left side for 64 bits without sign."""
    _shift(">>>", left, right)
    return left >> right if left >= 0 else _signed((left & UINT_MAX) >> right)


def _no_unary(op: str, value: Value) -> EvalError:
    return EvalError(f"The unary operation `{op}` is not defined for the type `{kind(value)}`")


def neg(value: Value) -> Value:
    """`-x`."""
    if type(value) is float:
        return -value
    if type(value) is int and INT_MIN <= -value <= INT_MAX:
        return -value
    raise _no_unary("-", value)


def pos(value: Value) -> Value:
    """`+x`."""
    if type(value) in (int, float):
        return value
    raise _no_unary("+", value)


def invert(value: Value) -> Value:
    """`!x`: the other bool, or all bits changed."""
    if type(value) is bool:
        return not value
    if type(value) is int:
        return value ^ UINT_MAX if value >= 0 else ~value
    raise _no_unary("!", value)


def negated(value: Value) -> bool:
    """`not x`."""
    if type(value) is bool:
        return not value
    raise _no_unary("not", value)


# --- comparison and logic ---------------------------------------------------------------------------


def eq(left: Value, right: Value) -> bool:
    """`==`; never fails."""
    if type(left) is str and type(right) is str:
        return left == right
    return False if left is MISSING else _equal(left, right)


def _compare(op: str, compare: Any, left: Value, right: Value) -> bool:
    try:
        return bool(compare(left, right))
    except Incomparable:
        raise _undefined(op, left, right) from None


def lt(left: Value, right: Value) -> bool:
    """`<`."""
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return bool(left < right)
    return _compare("<", _less, left, right)


def le(left: Value, right: Value) -> bool:
    """`<=`."""
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return bool(left <= right)
    return _compare("<=", _less_equal, left, right)


def gt(left: Value, right: Value) -> bool:
    """`>`."""
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return bool(left > right)
    return _compare(">", _greater, left, right)


def ge(left: Value, right: Value) -> bool:
    """`>=`."""
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return bool(left >= right)
    return _compare(">=", _greater_equal, left, right)


def truth(value: Value) -> bool:
    """The value of a guard."""
    if type(value) is bool:
        return value
    raise conflict(value, "bool")


def left_of(op: str, value: Value) -> bool:
    """The left side of `and`, `or`, `xor`."""
    if type(value) is bool:
        return value
    kinds = f"`{kind(value)}` and `<not executed>`"
    raise EvalError(f"The binary operation `{op}` is not defined for the type {kinds}", 0)


def right_of(op: str, value: Value) -> bool:
    """The right side of `and`, `or`, `xor`."""
    if type(value) is bool:
        return value
    raise EvalError(f"The binary operation `{op}` is not defined for the type `bool` and `{kind(value)}`", 1)


def isset(value: Value) -> Value:
    """The value of a variable that may be unset."""
    if value is MISSING:
        raise NameError
    return value


def plain(value: Value) -> Value:
    """A binary as the string of the same bytes, if there is one; anything else as it is."""
    if type(value) is bytes:
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    return value


# --- lookups ----------------------------------------------------------------------------------------


def at(value: Value, index: int) -> Value:
    """`value[3]`, of a list only."""
    if type(value) is list:
        return value[index]
    raise TypeError


def lookup(value: Value, key: Value) -> Value:
    """`value[key]`: a key of a record, an index of a list."""
    if type(key) is str:
        if type(value) is dict:
            return value[key]
    elif type(value) is list and type(key) is int and key >= 0:
        return value[key]
    raise TypeError


def part(value: Value, start: Value, end: Value) -> Value:
    """`value[start:end]`, of a list only; both ends have to be in it."""
    if type(value) is list and type(start) is int and type(end) is int and 0 <= start <= end <= len(value):
        return value[start:end]
    raise IndexError


def find(value: Value, key: str) -> Value:
    """`value.key`, or MISSING."""
    return value.get(key, MISSING) if type(value) is dict else MISSING


def find_index(value: Value, index: int) -> Value:
    """`value[3]`, or MISSING."""
    return value[index] if type(value) is list and index < len(value) else MISSING


def find_at(value: Value, key: Value) -> Value:
    """`value[key]`, or MISSING. Fails for an index that is no natural number."""
    if type(value) is dict and type(key) is str:
        return value.get(key, MISSING)
    if type(value) is not list:
        return MISSING
    return find_index(value, natural(key, value))


def find_part(value: Value, start: Value, end: Value) -> Value:
    """`value[start:end]`, or MISSING. Fails for an end before the start."""
    if type(value) is not list:
        return MISSING
    first, last = natural(start, value, 0), natural(end, value, 1)
    if last < first:
        raise decreasing(first, last)
    return value[first:last] if last <= len(value) else MISSING


def natural(index: Value, items: list[Value], part: int | None = None) -> int:
    """An index of a list, if it is a natural number; it may be past the end."""
    if type(index) is not int:
        raise conflict(index, "integer", part=part)
    if index < 0:
        raise EvalError(
            f"Bad array index, got `{index}` but expected an index in the range 0:{len(items)}", part
        )
    return index


def decreasing(start: int, end: int) -> EvalError:
    """A range ends before it starts."""
    return EvalError(f"A range's end cannot be smaller than its start, {start}:{end} is invalid")


def key_of(value: Value) -> str:
    """A key on the way to what is assigned."""
    if type(value) is str:
        return value
    raise conflict(value, "string")


# --- patterns ---------------------------------------------------------------------------------------


def equal_items(items: list[Value], value: Value) -> list[Value]:
    """`[index, value]` for each element that is equal to the value."""
    return [[i, value] for i, item in enumerate(items) if eq(item, value)]


def matching_items(items: list[Value], extract: Any, ctx: Any) -> list[Value]:
    """`[index, result]` for each element that an extractor matches."""
    results = ((i, extract(item, ctx)) for i, item in enumerate(items))
    return [[i, result] for i, result in results if result is not NO_MATCH]


def no_clause() -> EvalError:
    """A match without a clause that fits."""
    hint = (
        "consider adding a `case _ => null` clause at the end of your match or validate full "
        "coverage beforehand"
    )
    return EvalError("A match expression executed but no clause matched", hint=hint)


def recursion() -> EvalError:
    """`recur` was called too often."""
    return EvalError("Recursion limit Reached")


def items_of(value: Value) -> list[Value]:
    """The elements that `each` groups by."""
    if type(value) is list:
        return value
    raise conflict(value, "array")


# --- for --------------------------------------------------------------------------------------------


def pairs(value: Value) -> Iterable[tuple[Value, Value]]:
    """What `for` goes over: keys and values, or indexes and elements; nothing for other values."""
    if type(value) is dict:
        return value.items()
    return enumerate(value) if type(value) is list else ()


def begin(value: Value) -> Value:
    """The initial value of a fold, which the fold may change."""
    if type(value) is dict:
        return dict(value)
    return list(value) if type(value) is list else value


def fields_of(value: Value) -> dict[str, Value]:
    """What a fold into a record adds to it."""
    if type(value) is dict:
        return value
    raise EvalError(f"Type error: Expected record, found {kind(value)}", 1)


def fold(total: Value, op: str, value: Value) -> Value:
    """One step of a fold. Part 0 is the case, part 1 its last effector."""
    if type(total) is list and op == "+":
        total.append(value)
        return total
    if type(total) is dict and op == "+":
        total.update(fields_of(value))
        return total
    if type(total) in (list, dict):
        raise EvalError(f"Invalid fold operation {op}", 1)
    if op in _LOGIC:
        return _LOGIC[op](_folded(op, total), _folded(op, value))
    return _number_fold(op, total, value)


def _folded(op: str, value: Value) -> bool:
    if type(value) is bool:
        return value
    kinds = f"`{kind(value)}` and `<not executed>`"
    raise EvalError(f"The binary operation `{op}` is not defined for the type {kinds}", 1)


def _number_fold(op: str, total: Value, value: Value) -> Value:
    numbers = (int, float)
    if type(total) not in numbers or type(value) not in numbers:
        error = _undefined(op, total, value)
        error.part = 0
        raise error
    try:
        return OPERATORS[op](total, value)
    except EvalError as error:
        error.part = 0
        raise


_LOGIC: Final[dict[str, Any]] = {
    "or": lambda a, b: a or b,
    "and": lambda a, b: a and b,
    "xor": lambda a, b: a is not b,
}
OPERATORS: Final[dict[str, Any]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": div,
    "%": mod,
    "&": band,
    "^": bxor,
    "<<": shl,
    ">>": shr,
    ">>>": ushr,
    "==": eq,
    "!=": lambda left, right: not eq(left, right),
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
"""Binary operators that evaluate both sides."""
UNARY: Final[dict[str, Any]] = {"-": neg, "+": pos, "!": invert, "not": negated}


# --- records and bytes ------------------------------------------------------------------------------


def record(value: Value, part: int | None = None) -> dict[str, Value]:
    """The value, if it is a record."""
    if type(value) is dict:
        return value
    raise conflict(value, "record", part=part)


def merge(target: Value, value: Value) -> Value:
    """`merge target of value end`. Parts are the two sides."""
    return merged(record(target, 0), record(value, 1))


def insert(target: dict[str, Value], key: str, value: Value) -> None:
    """`insert`, into a record that may be changed; so are the others."""
    _new_key(target, key)
    target[key] = value


def update(target: dict[str, Value], key: str, value: Value) -> None:
    """`update`."""
    if key not in target:
        raise EvalError(f"The key that is supposed to be updated does not exists: {key}")
    target[key] = value


def copy(target: dict[str, Value], source: str, key: str) -> None:
    """`copy`."""
    _new_key(target, key)
    if source in target:
        target[key] = target[source]


def move(target: dict[str, Value], source: str, key: str) -> None:
    """`move`."""
    _new_key(target, key)
    if source in target:
        target[key] = target.pop(source)


def _new_key(target: dict[str, Value], key: str) -> None:
    if key in target:
        raise EvalError(f"The key that is supposed to be written to already exists: {key}")


def merge_key(target: dict[str, Value], key: str, value: Value) -> None:
    """`merge "key" => value`."""
    below = target.get(key, MISSING)
    if below is MISSING:
        target[key] = merged({}, value)
    elif type(below) is dict and type(value) is dict:
        target[key] = merged(below, value)
    else:
        raise _no_merge(key, below)


def merge_all(target: dict[str, Value], value: Value) -> dict[str, Value]:
    """`merge => value`."""
    if type(value) is not dict:
        raise _no_merge("<target>", value)
    result: dict[str, Value] = merged(target, value)
    return result


def _no_merge(key: str, value: Value) -> EvalError:
    return EvalError(
        "Merge can only be performed on keys that either do not exist or are records but the key "
        f"'{key}' has the type {kind(value)}"
    )


def defaults(target: dict[str, Value], value: Value) -> dict[str, Value]:
    """`default => value`: what is missing in the target, level by level."""
    result = dict(target)
    for key, default in record(value).items():
        below = result.get(key, MISSING)
        if below is MISSING:
            result[key] = default
        elif type(below) is dict and type(default) is dict:
            result[key] = defaults(below, default)
    return result


def pack(*parts: tuple[Value, str, bool, int]) -> bytes:
    """`<< … >>`: parts are a value, its kind, whether it is little-endian, and bits (0: all bytes)."""
    total, bits = 0, 0
    for number, (value, form, is_little, size) in enumerate(parts):
        added, width = _bits(number, value, form, is_little, size)
        total, bits = total << width | added, bits + width
    whole, rest = divmod(bits, 8)
    head = (total >> rest).to_bytes(whole, "big")
    return head + bytes([total & (1 << rest) - 1]) if rest else head


def _bits(number: int, value: Value, form: str, is_little: bool, size: int) -> tuple[int, int]:
    if form == "binary":
        return _octets(number, value, size)
    low, high, name = (INT_MIN, INT_MAX, "an signed") if form == "signed" else (0, UINT_MAX, "an unsigned")
    if type(value) is not int or not low <= value <= high:
        raise EvalError(f"Not {name} integer: {text(value)}", number)
    if is_little:
        width = (size + 7) // 8
        value = int.from_bytes((value & (1 << 8 * width) - 1).to_bytes(width, "little"), "big")
    return value & (1 << size) - 1, size


def _octets(number: int, value: Value, size: int) -> tuple[int, int]:
    octets = value.encode() if type(value) is str else value
    if type(octets) is not bytes or len(octets) < size:
        raise EvalError(f"Not a long enough binary: {text(value)}", number)
    octets = octets[:size] if size else octets
    return int.from_bytes(octets, "big"), 8 * len(octets)


NAMES: Final[dict[str, Any]] = {
    name: value
    for name, value in globals().items()
    if not name.startswith("_") and name not in {"annotations", "Any", "Final", "Iterable", "Value"}
}
"""Everything that generated code may name."""
