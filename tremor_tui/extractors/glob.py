"""Matches texts by a shell pattern: `*`, `?`, `[a-z]`, `[!a-z]` and `**` for whole folders.

Patterns whose only wildcards are stars at their ends run as plain string methods.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tremor_tui.errors import ConfigError
from tremor_tui.extractors.contract import NO_MATCH, Extract, extractor, with_test
from tremor_tui.model import regex
from tremor_tui.model.batch import Value

Accepts = Callable[[str], bool]
_SPECIAL: Final = frozenset(r"\.+*?()|[]{}^$#&-~")


@extractor("glob")
def glob(rule: str) -> Extract:
    """The rule is the pattern, for the whole text. The result is true."""
    accepts = _quick(rule) or _by_regex(rule)

    def extract(value: Value, ctx: Any) -> Value:
        return True if type(value) is str and accepts(value) else NO_MATCH

    return with_test(extract, lambda value, ctx: type(value) is str and accepts(value))


def _quick(rule: str) -> Accepts | None:
    """Equality, prefix, suffix, both, or content; None where the pattern has more to it."""
    if not any(sign in rule for sign in "*?["):
        return rule.__eq__
    if "?" in rule or "[" in rule:
        return None
    parts = rule.split("*")
    match parts:
        case ["", ""]:
            return lambda text: True
        case [head, ""] if head:
            return lambda text: text.startswith(head)
        case ["", tail] if tail:
            return lambda text: text.endswith(tail)
        case ["", part, ""] if part:
            return lambda text: part in text
        case [head, tail] if head:
            return lambda text: (
                len(text) >= len(head) + len(tail) and text.startswith(head) and text.endswith(tail)
            )
    return None


def _by_regex(rule: str) -> Accepts:
    return regex.compile(f"(?s)\\A{_translate(rule)}\\z").matches


def _translate(rule: str) -> str:
    pieces = []
    at = 0
    while at < len(rule):
        sign = rule[at]
        if sign == "*":
            piece, at = _stars(rule, at)
        elif sign == "[":
            piece, at = _class(rule, at)
        else:
            piece, at = "." if sign == "?" else _literal(sign), at + 1
        pieces.append(piece)
    return "".join(pieces)


def _literal(sign: str) -> str:
    return "\\" + sign if sign in _SPECIAL else sign


def _stars(rule: str, at: int) -> tuple[str, int]:
    end = at
    while rule[end : end + 1] == "*":
        end += 1
    if end - at == 1:
        return ".*", end
    if end - at > 2:
        raise ConfigError(f"`{'*' * (end - at)}` at offset {at}: wildcards are `*` or `**`")
    if (at and rule[at - 1] != "/") or rule[end : end + 1] not in ("", "/"):
        raise ConfigError(f"`**` at offset {at} must stand for whole folders, as in `a/**/b`")
    return ("(?:.*/)?", end + 1) if rule[end : end + 1] == "/" else (".*", end)


def _class(rule: str, at: int) -> tuple[str, int]:
    """`[abc]`, `[a-z]`, `[!a]`; a bracket right after the opening one is a member."""
    start = at + 2 if rule[at + 1 : at + 2] == "!" else at + 1
    close = rule.find("]", start + 1)
    if close < 0:
        raise ConfigError(f"`[` at offset {at} is not closed", "write a bracket as `[[]`")
    members = []
    index = start
    while index < close:
        first = rule[index]
        if rule[index + 1 : index + 2] == "-" and index + 2 < close:
            if first <= rule[index + 2]:
                members.append(f"{_literal(first)}-{_literal(rule[index + 2])}")
            index += 3
        else:
            members.append(_literal(first))
            index += 1
    return _members("".join(members), start == at + 2), close + 1


def _members(members: str, negated: bool) -> str:
    if not members:
        return r"[\x00-\x{10ffff}]" if negated else r"[^\x00-\x{10ffff}]"
    return f"[{'^' if negated else ''}{members}]"
