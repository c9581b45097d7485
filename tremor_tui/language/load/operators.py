"""Operators as tremor defines them, for generated code and for folding: see `prelude.py`."""

from __future__ import annotations

from typing import Any, Final

from tremor_tui.model.batch import Value
from tremor_tui.model.sizes import MAX_ITEMS, is_small, too_large
from tremor_tui.model.values import INT_MAX, INT_MIN, UINT_MAX, Incomparable
from tremor_tui.model.values import equal as _equal
from tremor_tui.model.values import greater as _greater
from tremor_tui.model.values import greater_equal as _greater_equal
from tremor_tui.model.values import less as _less
from tremor_tui.model.values import less_equal as _less_equal
from tremor_tui.model.values import to_json as _json
from tremor_tui.model.values import type_name as _kind

MISSING: Final[Any] = type("Missing", (), {"__repr__": lambda self: "MISSING", "__slots__": ()})()
"""Stands for a key that is not there and a variable that is not set."""
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


def undefined(op: str, left: Value, right: Value) -> EvalError:
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


def sized(value: Value) -> Value:
    """A string or list that an operation made, if it is not enormous."""
    if len(value) > MAX_ITEMS and not is_small(value):
        hint = "a script that lets a value grow without end has to stop some time"
        raise EvalError(f"The result is too large: {too_large(value)}", None, hint)
    return value


def text(value: Value) -> str:
    """A value as interpolation inserts it: a string raw, anything else as compact JSON."""
    made: str = sized(value if type(value) is str else _json(value))
    return made


def add(left: Value, right: Value) -> Value:
    """`+`."""
    a, b = type(left), type(right)
    if a is int and b is int:
        if _wide(left, right):
            return float(left) + float(right)
        return _fit("+", left + right, left, right)
    if a is b and (a is str or a is list):
        return sized(left + right)
    if a is dict and b is dict:
        return {**left, **right}
    if a in (int, float) and b in (int, float):
        return left + right
    raise undefined("+", left, right)


def sub(left: Value, right: Value) -> Value:
    """`-`."""
    a, b = type(left), type(right)
    if a is int and b is int:
        if _wide(left, right):
            return float(left) - float(right)
        return _fit("-", left - right, left, right)
    if a in (int, float) and b in (int, float):
        return left - right
    raise undefined("-", left, right)


def mul(left: Value, right: Value) -> Value:
    """`*`."""
    a, b = type(left), type(right)
    if a is int and b is int:
        if _wide(left, right):
            return float(left) * float(right)
        return _fit("*", left * right, left, right)
    if a in (int, float) and b in (int, float):
        return left * right
    raise undefined("*", left, right)


def div(left: Value, right: Value) -> Value:
    """`/`: always a float; an integer by zero fails, a float by zero is infinite or not a number."""
    a, b = type(left), type(right)
    if a not in (int, float) or b not in (int, float):
        raise undefined("/", left, right)
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
        raise undefined(op, left, right)


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
        raise undefined(op, left, right) from None


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
