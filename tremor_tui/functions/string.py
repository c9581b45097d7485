"""`std::string`: text. Positions and lengths count code points, except in `bytes`."""

from __future__ import annotations

from typing import Final

from tremor_tui.functions.contract import FunctionError, Module, integer_of, octets_of, sized, text_of
from tremor_tui.model.batch import Value
from tremor_tui.model.sizes import MAX_TEXT
from tremor_tui.model.values import to_text

string = Module("string")

BLANKS: Final = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Unicode calls white space; Python's own `strip` takes more."""


@string.function("input", returns="bool", examples=[('string::is_empty("")', True)])
def is_empty(given: Value) -> Value:
    """Whether the string has no characters."""
    return not text_of(given, 0)


@string.function("input", returns="integer", examples=[('string::len("snöt")', 4)])
def len_(given: Value) -> Value:
    """How many code points the string has."""
    return len(text_of(given, 0))


@string.function("input", returns="integer", examples=[('string::bytes("snöt")', 5)])
def bytes_(given: Value) -> Value:
    """How many bytes the string has in UTF-8."""
    text = text_of(given, 0)
    return len(text) if text.isascii() else len(octets_of(text, 0))


@string.function(
    "input", "from", "to", returns="string", examples=[('string::replace("a-b-c", "-", "+")', "a+b+c")]
)
def replace(given: Value, old: Value, new: Value) -> Value:
    """The string with every `from` replaced by `to`."""
    text, before, after = text_of(given, 0), text_of(old, 1), text_of(new, 2)
    if len(text) * len(after) > MAX_TEXT:
        size = len(text) + text.count(before) * (len(after) - len(before))
        if size > MAX_TEXT:
            raise FunctionError(f"the result has {size} characters, where {MAX_TEXT} are allowed")
    return text.replace(before, after)


@string.function("input", returns="string", examples=[('string::trim("  x ")', "x")])
def trim(given: Value) -> Value:
    """The string without white space at its ends."""
    return text_of(given, 0).strip(BLANKS)


@string.function("input", returns="string", examples=[('string::trim_start("  x ")', "x ")])
def trim_start(given: Value) -> Value:
    """The string without white space at its start."""
    return text_of(given, 0).lstrip(BLANKS)


@string.function("input", returns="string", examples=[('string::trim_end("  x ")', "  x")])
def trim_end(given: Value) -> Value:
    """The string without white space at its end."""
    return text_of(given, 0).rstrip(BLANKS)


@string.function("input", returns="string", examples=[('string::lowercase("ABC")', "abc")])
def lowercase(given: Value) -> Value:
    """The string in small letters."""
    return text_of(given, 0).lower()


@string.function("input", returns="string", examples=[('string::uppercase("abc")', "ABC")])
def uppercase(given: Value) -> Value:
    """The string in capital letters."""
    return text_of(given, 0).upper()


@string.function("input", returns="string", examples=[('string::capitalize("abc DEF")', "Abc DEF")])
def capitalize(given: Value) -> Value:
    """The string with a capital first letter; the others stay."""
    text = text_of(given, 0)
    return text[:1].upper() + text[1:]


@string.function("input", returns="string", examples=[('string::reverse("abc")', "cba")])
def reverse(given: Value) -> Value:
    """The string from its end to its start, by code points."""
    return text_of(given, 0)[::-1]


@string.function(
    "input", "start", "end", returns="string", examples=[('string::substr("snot badger", 5, 8)', "bad")]
)
def substr(given: Value, start: Value, end: Value) -> Value:
    """The code points from `start` up to, not including, `end`.

    A `start` past the end counts as 0; where `start` is after `end` the whole string is returned.
    """
    text = text_of(given, 0)
    first = integer_of(start, 1, 0)
    last = min(integer_of(end, 2, 0), len(text))
    if first >= len(text):
        first = 0
    return text[first:last] if first <= last else text


@string.function(
    "input", "separator", returns="array", examples=[('string::split("a,b,c", ",")', ["a", "b", "c"])]
)
def split(given: Value, separator: Value) -> Value:
    """The pieces between the separators; an empty separator gives every code point between two ""."""
    text = text_of(given, 0)
    between = text_of(separator, 1)
    return text.split(between) if between else ["", *text, ""]


@string.function(
    "input", "string", returns="bool", examples=[('string::contains("snot badger", "bad")', True)]
)
def contains(given: Value, part: Value) -> Value:
    """Whether `string` occurs in `input`."""
    return text_of(part, 1) in text_of(given, 0)


@string.function("bytes", returns="string", examples=[('string::from_utf8_lossy("abc")', "abc")])
def from_utf8_lossy(given: Value) -> Value:
    """The text that a binary is in UTF-8, with U+FFFD for what is none."""
    return octets_of(given, 0).decode("utf-8", "replace")


@string.function(
    "input", returns="binary", examples=[('string::from_utf8_lossy(string::into_binary("é"))', "é")]
)
def into_binary(given: Value) -> Value:
    """The string's UTF-8 as a binary."""
    return text_of(given, 0).encode("utf-8", "surrogatepass")


@string.function(
    "format",
    "args...",
    returns="string",
    examples=[('string::format("{} is {{{}}}", "a", 1.0)', "a is {1.0}")],
)
def format_(pattern: Value, *arguments: Value) -> Value:
    """`format` with its `{}` replaced by the other arguments in turn.

    Strings are inserted as they are, other values as JSON. `{{` and `}}` (or `\\{`, `\\}`) are braces.
    """
    if type(pattern) is not str:
        raise FunctionError('the first argument must be a format such as `"{}"`', 0)
    return sized(_Format(pattern, arguments).run())


class _Format:
    """One walk over a format, with the arguments it still has to place."""

    def __init__(self, pattern: str, arguments: tuple[Value, ...]) -> None:
        self.letters = enumerate(pattern)
        self.left = iter(arguments)
        self.pieces: list[str] = []

    def run(self) -> str:
        for at, letter in self.letters:
            match letter:
                case "\\":
                    self.pieces.append(self.escaped(at))
                case "{":
                    self.pieces.append(self.opening(at))
                case "}":
                    self.pieces.append(self.closing(at))
                case _:
                    self.pieces.append(letter)
        if next(self.left, self) is not self:
            raise FunctionError("there are more arguments than `{}` in the format")
        return "".join(self.pieces)

    def following(self) -> str:
        return next(self.letters, (0, ""))[1]

    def escaped(self, at: int) -> str:
        letter = self.following()
        if not letter:
            raise FunctionError(f"the escape at {at} of the format escapes nothing", 0)
        return letter if letter in "{}" else "\\" + letter

    def opening(self, at: int) -> str:
        letter = self.following()
        if letter == "{":
            return "{"
        if letter != "}":
            raise FunctionError(f"the `{{` at {at} of the format is not closed; `{{{{` is a brace", 0)
        argument = next(self.left, self)
        if argument is self:
            raise FunctionError(f"there is no argument for the `{{}}` at {at} of the format")
        return to_text(argument)

    def closing(self, at: int) -> str:
        if self.following() != "}":
            raise FunctionError(f"the `}}` at {at} of the format closes nothing; `}}}}` is a brace", 0)
        return "}"
