"""Character classes of Rust's `regex` in RE2's words: `\\d`, `\\w` and `\\s` of Unicode, and properties."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import chain
from typing import Final

WORD: Final = (
    r"\p{L}\p{Nl}\p{M}\p{Nd}\p{Pc}\x{200c}\x{200d}"
    r"\x{24b6}-\x{24e9}\x{1f130}-\x{1f149}\x{1f150}-\x{1f169}\x{1f170}-\x{1f189}"
)
SPACE: Final = (
    r"\x{09}-\x{0d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
)
NOT_SPACE: Final = (
    r"\x{00}-\x{08}\x{0e}-\x{1f}\x{21}-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}"
    r"\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff}"
)
_CATEGORIES: Final = {
    "letter": "L", "cased_letter": "L", "uppercase_letter": "Lu", "uppercase": "Lu", "lowercase_letter": "Ll",
    "lowercase": "Ll", "titlecase_letter": "Lt", "modifier_letter": "Lm", "other_letter": "Lo", "mark": "M",
    "nonspacing_mark": "Mn", "spacing_mark": "Mc", "enclosing_mark": "Me", "number": "N",
    "decimal_number": "Nd", "digit": "Nd", "letter_number": "Nl", "other_number": "No", "punctuation": "P",
    "punct": "P", "connector_punctuation": "Pc", "dash_punctuation": "Pd", "open_punctuation": "Ps",
    "close_punctuation": "Pe", "initial_punctuation": "Pi", "final_punctuation": "Pf",
    "other_punctuation": "Po", "symbol": "S", "math_symbol": "Sm", "currency_symbol": "Sc",
    "modifier_symbol": "Sk", "other_symbol": "So", "separator": "Z", "space_separator": "Zs",
    "line_separator": "Zl", "paragraph_separator": "Zp", "other": "C", "control": "Cc", "cntrl": "Cc",
    "format": "Cf", "private_use": "Co",
}  # fmt: skip


def inside(letter: str) -> str:
    """A class's content, to stand within another class."""
    match letter:
        case "d":
            return r"\p{Nd}"
        case "D":
            return r"\P{Nd}"
        case "w":
            return WORD
        case "W":
            return _not_word()
        case "s":
            return SPACE
        case _:
            return NOT_SPACE


def property_name(key: str) -> str:
    if key in _CATEGORIES:
        return _CATEGORIES[key]
    if len(key) <= 2:
        return key.capitalize()
    return "_".join(part.capitalize() for part in key.split("_"))


def whole(key: str, negated: bool) -> str:
    """The content of the class that `\\p{Any}` or `\\p{ASCII}` is."""
    if key == "any":
        return r"\P{Any}" if negated else r"\p{Any}"
    return r"\x{80}-\x{10ffff}" if negated else r"\x{00}-\x{7f}"


_EXTRA_WORDS: Final = (
    range(0x24B6, 0x24EA),
    range(0x1F130, 0x1F14A),
    range(0x1F150, 0x1F16A),
    range(0x1F170, 0x1F18A),
)


def _is_word(code: int) -> bool:
    category = unicodedata.category(chr(code))
    if category[0] in "LM" or category in ("Nl", "Nd", "Pc") or code in (0x200C, 0x200D):
        return True
    return any(code in extra for extra in _EXTRA_WORDS)


@cache
def _not_word() -> str:
    """The ranges outside `\\w`, for `[\\W…]`; RE2 has no complement within a class.

    The planes that are left out hold no words.
    """
    ranges = []
    start = None
    for code in chain(range(0xD800), range(0xE000, 0x34000), range(0xE0000, 0xE0200)):
        if _is_word(code):
            if start is not None:
                ranges.append(f"\\x{{{start:x}}}-\\x{{{code - 1:x}}}")
                start = None
        elif start is None:
            start = code
    ranges.append(f"\\x{{{start or 0x10FFFF:x}}}-\\x{{10ffff}}")
    return "".join(ranges)
