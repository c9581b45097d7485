"""Reading numbers from text as Rust reads them: no blanks, no underscores, ASCII digits alone."""

from __future__ import annotations

from typing import Final

from tremor_tui.model.values import INT_MAX, INT_MIN

_FLOAT_LETTERS: Final = frozenset("0123456789+-.eEinfatyINFATY")


def parse_integer(text: str, low: int = INT_MIN, high: int = INT_MAX) -> int | None:
    """The integer, signed 64 bits by default, or None where the text is none or it does not fit."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits.isdigit() or not digits.isascii() or len(digits) > 400:
        return None
    number = int(text)
    return number if low <= number <= high else None


def parse_float(text: str) -> float | None:
    """The float, or None where the text is none. `inf`, `infinity` and `nan` are floats in any case."""
    if not text or not _FLOAT_LETTERS.issuperset(text) or len(text) > 10_000:
        return None
    try:
        return float(text)
    except ValueError:
        return None
