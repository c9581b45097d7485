"""Numbers and extractor rules: the tokens with rules of their own about what they may contain."""

from __future__ import annotations

import re
from typing import NamedTuple

from tremor_tui.language.lex.tokens import Token

UNTERMINATED_EXTRACTOR = "It looks like you forgot to terminate an extractor with a closing '|'"
INVALID_HEX = "An invalid hexadecimal"
INVALID_INT = "An invalid integer literal"
INVALID_FLOAT = "An invalid float literal"
UNEXPECTED_END = "An unexpected end of stream was found"

_DIGITS = re.compile(r"[0-9_]*")
_HEX_DIGITS = re.compile(r"[0-9a-fA-F_]*")
_HEX_INT = re.compile(r"[0-9a-fA-F]+")
_FLOAT = re.compile(r"[0-9]+\.[0-9]*(?:e[+-]?[0-9]+)?")
_GLUED = re.compile(r"\w*")
_RULE = re.compile(r"\|((?:[^\\|\n]|\\[\\|\n])*)\|")
_RULE_START = re.compile(r"\|(?:[^\\|\n]|\\[\\|\n])*")
_RULE_ESCAPE = re.compile(r"\\([\\|])")


class Scanned(NamedTuple):
    """A token; or what is wrong, with the place to underline if that is not the token's own."""

    token: Token
    message: str = ""
    span: tuple[int, int] | None = None


def scan_number(text: str, start: int) -> Scanned:
    """The number at `start`, where there is a digit."""
    end = _end(_DIGITS, text, start)
    following = text[end : end + 1]
    if following == ".":
        return _float(text, start, end + 1)
    if following == "x":
        return _hex(text, start, end)
    if following and following.isidentifier():
        return _glued(text, start, (end, end + 1), following)
    number = int(text[start:end].replace("_", ""))
    if number >= 1 << 64:
        return _bad(start, end, INVALID_INT)
    return Scanned(Token("INT", start, end, number))


def _float(text: str, start: int, end: int) -> Scanned:
    end = _end(_DIGITS, text, end)
    following = text[end : end + 1]
    if following == "e":
        if end + 1 == len(text):
            return _bad(start, end, INVALID_FLOAT, end + 1)
        end = _exponent(text, end + 1)
    elif following and following.isidentifier():
        return _glued(text, start, (start, end), following)
    written = text[start:end].replace("_", "")
    if not _FLOAT.fullmatch(written):
        return _bad(start, end, INVALID_FLOAT)
    return Scanned(Token("FLOAT", start, end, float(written)))


def _exponent(text: str, start: int) -> int:
    """The end of an exponent: tremor takes any character after the `e`, and complains later."""
    end = start + 1
    if text[end : end + 1] in ("+", "-"):
        end += 1
    return _end(_DIGITS, text, end)


def _hex(text: str, start: int, at: int) -> Scanned:
    """At the `x`: tremor takes any character after it, and complains later."""
    if at + 1 == len(text):
        return Scanned(Token("BAD", start, at + 1), UNEXPECTED_END, (at, at + 1))
    end = _end(_HEX_DIGITS, text, at + 2)
    following = text[end : end + 1]
    if text[start:at] == "0" and following and following.isidentifier():
        return _glued(text, start, (start, end), following)
    digits = text[at + 1 : end].replace("_", "")
    if text[start:at] != "0" or not _HEX_INT.fullmatch(digits) or int(digits, 16) >= 1 << 64:
        stop = end if text[at + 1].isalnum() else at + 1
        return _bad(start, stop, INVALID_HEX, end)
    return Scanned(Token("INT", start, end, int(digits, 16)))


def _glued(text: str, start: int, span: tuple[int, int], following: str) -> Scanned:
    message = f"An unexpected character '{following}' was found"
    return Scanned(Token("BAD", start, _end(_GLUED, text, span[1])), message, span)


def _bad(start: int, end: int, message: str, shown_to: int | None = None) -> Scanned:
    return Scanned(Token("BAD", start, end), message, (start, shown_to or end))


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def scan_extractor(text: str, start: int) -> Scanned:
    """The rule at `start`, where there is a `|`."""
    match = _RULE.match(text, start)
    if match:
        return Scanned(Token("EXTRACTOR", start, match.end(), _rule(match[1])))
    stop = _end(_RULE_START, text, start)
    line_end = text.find("\n", stop)
    line_end = len(text) if line_end < 0 else line_end
    if text[stop : stop + 1] != "\\":
        return _bad(start, line_end, UNTERMINATED_EXTRACTOR, _unfinished(text, start, stop, line_end))
    if stop + 1 == len(text):
        return Scanned(Token("BAD", start, stop + 1), UNEXPECTED_END, (stop, stop + 1))
    message = f"An unexpected escape code '{text[stop + 1]}' was found"
    closing = text.find("|", stop + 2, line_end)
    end = closing + 1 if closing >= 0 else line_end
    return Scanned(Token("BAD", start, end), message, (stop + 1, stop + 2))


def _unfinished(text: str, start: int, stop: int, line_end: int) -> int:
    """Where a rule without an end ends: at the end of the text only its first line is shown."""
    first = text.find("\n", start)
    return line_end if stop < len(text) or first < 0 else first


def _rule(written: str) -> str:
    """A rule's text: its lines joined without their common indentation, escapes resolved."""
    lines = [_RULE_ESCAPE.sub(r"\1", line) for line in _joined_lines(written)]
    indents = [len(line) - len(line.lstrip()) for line in lines if line]
    common = min(indents, default=0)
    return "".join(line[common:] for line in lines)


def _joined_lines(written: str) -> list[str]:
    """Splits at each backslash before a line feed, but not at an escaped backslash."""
    if "\n" not in written:
        return [written]
    lines, current = [], ""
    for piece in re.findall(r"\\\n|\\[\\|]|[^\\]+", written):
        if piece == "\\\n":
            lines.append(current)
            current = ""
        else:
            current += piece
    return [*lines, current]
