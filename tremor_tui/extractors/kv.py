"""Matches texts of key and value pairs; the result is a record of strings.

The rule shows separators by example: `%{key}=%{val}&` has `=` within pairs and `&` between them. Without
any the separators are a colon and a blank. Pieces that are no pair are left out.
"""

from __future__ import annotations

from typing import Any

from tremor_tui.errors import ConfigError
from tremor_tui.extractors.contract import NO_MATCH, Extract, extractor
from tremor_tui.model.batch import Value

KEY = "%{key}"
VALUE = "%{val}"
ESCAPES = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r"}


@extractor("kv")
def kv(rule: str) -> Extract:
    """See the module. Raises ConfigError where a separator serves both purposes."""
    fields, pairs = _separators(rule)
    _check(fields, pairs)

    def extract(value: Value, ctx: Any) -> Value:
        if type(value) is not str:
            return NO_MATCH
        found = {}
        for field in _split(value, fields):
            pieces = _split(field, pairs)
            if len(pieces) == 2:
                found[pieces[0]] = pieces[1]
        return found or NO_MATCH

    return extract


def _split(text: str, separators: list[str]) -> list[str]:
    pieces = text.split(separators[0])
    for separator in separators[1:]:
        pieces = [part for piece in pieces for part in piece.split(separator)]
    return pieces


def _separators(rule: str) -> tuple[list[str], list[str]]:
    """Those between pairs and those within them."""
    fields: set[str] = set()
    pairs: set[str] = set()
    at = 0
    while at < len(rule):
        if rule.startswith(KEY, at):
            end = rule.find(VALUE, at + len(KEY))
            if end < 0:
                raise ConfigError(f"`{KEY}` at offset {at} is not followed by `{VALUE}`")
            pairs.add(_unescape(rule[at + len(KEY) : end]))
            at = end + len(VALUE)
        else:
            end = rule.find(KEY, at)
            end = len(rule) if end < 0 else end
            fields.add(_unescape(rule[at:end]))
            at = end
    return sorted(fields - {""}) or [" "], sorted(pairs - {""}) or [":"]


def _check(fields: list[str], pairs: list[str]) -> None:
    for one, others in ((fields, pairs), (pairs, fields)):
        for separator in one:
            if any(separator in other for other in (*others, *(s for s in one if s != separator))):
                raise ConfigError(f"the separator `{separator}` is part of another one")


def _unescape(text: str) -> str:
    pieces = []
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            escaped = next(letters, "")
            if escaped not in ESCAPES or not escaped:
                raise ConfigError(f"`\\{escaped}` is not an escape", "known: \\\\ \\n \\t \\r")
            letter = ESCAPES[escaped]
        pieces.append(letter)
    return "".join(pieces)
