"""What generated code calls: operators that are more than Python's, tests of values, and folds.

Every public name here is a name in generated code (`NAMES`). Helpers raise `EvalError` with a sentence;
the place is known from where the call stands in the generated text (`traceback.py`), `part` picks one of
the call's parts (an operand). Lookups just fail: their message is found afterwards, from the values.
"""

from __future__ import annotations

from typing import Any, Final

from tremor_tui.extractors.contract import NO_MATCH
from tremor_tui.language.load import operators, steps
from tremor_tui.language.load.operators import (
    MISSING,
    OPERATORS,
    EvalError,
    conflict,
    eq,
    kind,
    text,
    undefined,
)
from tremor_tui.model.batch import Value
from tremor_tui.model.values import INT_MAX, INT_MIN, UINT_MAX
from tremor_tui.model.values import deep_merge as merged

NO_RECORD: Final[dict[str, Value]] = {}
"""What a value that is no record is taken for when its fields are looked up."""


# --- bools and texts -------------------------------------------------------------------------------


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


def refuse(value: Value) -> Value:
    """All of the metadata is assigned to, which is not possible."""
    raise EvalError("You are trying to assign to a value that isn't valid")


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
        error = undefined(op, total, value)
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


_OWN = {"annotations", "Any", "Final", "Value", "operators", "steps", "MAX_ITEMS", "is_small", "too_large"}
NAMES: Final[dict[str, Any]] = {
    name: value
    for space in (vars(operators), globals(), steps.NAMES)
    for name, value in list(space.items())
    if not name.startswith("_") and name not in _OWN
}
"""Everything that generated code may name."""
