"""Regular expressions as Rust's `regex` crate writes them, run by RE2 in time linear in the text.

`compile` translates what RE2 spells or means differently (`regex_syntax.py`) and refuses the rest with a
ConfigError that names the construct and its offset. `\\d`, `\\w` and `\\s` know Unicode; `\\b` looks at ASCII
word characters alone, the one difference that is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from time import thread_time
from typing import Any, Final

import re2

from tremor_tui.errors import ConfigError
from tremor_tui.model.regex_syntax import Translation, translate
from tremor_tui.model.values import ValueFault

MAX_MEMORY: Final = 8 << 20
"""Bytes that one compiled pattern and its caches may take."""
MAX_SECONDS: Final = 1.0
"""CPU time that all matches in one text may take."""
_TURNS: Final = 512
MAX_PATTERN: Final = 64 << 10
"""Characters of a pattern."""

_UNANCHORED: Final = re2._Anchor.UNANCHORED
_NOWHERE: Final = (-1, -1)
Spans = list[tuple[int, int]]
Matcher = Callable[[Any, bytes, int, int], Spans]


def _options(is_lean: bool) -> Any:
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    options.never_capture = is_lean
    return options


class Regex:
    """A compiled pattern. Texts are str; a search may start anywhere in the text.

    `names` are its named groups in order of their place; `groups` counts all groups.
    """

    __slots__ = ("_indices", "_lean", "_programs", "_translation", "groups", "names", "pattern")

    def __init__(self, pattern: str, translation: Translation) -> None:
        self.pattern = pattern
        self._translation = translation
        program = _build(translation.ascii, pattern)
        self._programs: dict[bool, Matcher] = {True: program.Match}
        self.groups: int = program.NumberOfCapturingGroups()
        found = [(index, name.decode()) for name, index in program.NamedCapturingGroups()]
        self._indices = tuple(sorted(found))
        self.names = tuple(name for _, name in self._indices)
        self._lean = self._programs if self.groups == len(self.names) else {}
        """Programs without groups but the named ones: on long texts those of RE2 are far quicker."""

    def matches(self, text: str) -> bool:
        """Whether it occurs in the text."""
        octets = _utf8(text)
        return self._by_name(text)(_UNANCHORED, octets, 0, len(octets))[0] != _NOWHERE

    def search(self, text: str) -> list[str | None] | None:
        """The first match: its text and then each group's, None where a group took no part."""
        octets = _utf8(text)
        spans = self._by_group(text)(_UNANCHORED, octets, 0, len(octets))
        if spans[0] == _NOWHERE:
            return None
        return [octets[a:b].decode() if a >= 0 else None for a, b in spans]

    def named(self, text: str) -> dict[str, str] | None:
        """The named groups that took part in the first match, or None where there is no match."""
        octets = _utf8(text)
        spans = self._by_name(text)(_UNANCHORED, octets, 0, len(octets))
        if spans[0] == _NOWHERE:
            return None
        found = {}
        for index, name in enumerate(self.names, 1):
            start, end = spans[index]
            if start >= 0:
                found[name] = octets[start:end].decode()
        return found

    def finditer(self, text: str) -> Iterator[list[str | None]]:
        """All matches that do not overlap, each as `search` gives it."""
        octets = _utf8(text)
        for spans in _spans(self._by_group(text), octets):
            yield [octets[a:b].decode() if a >= 0 else None for a, b in spans]

    def named_all(self, text: str) -> dict[str, list[str]]:
        """What each named group took in all matches; a name that never took part is left out."""
        octets = _utf8(text)
        found: dict[str, list[str]] = {}
        for spans in _spans(self._by_name(text), octets):
            for index, name in enumerate(self.names, 1):
                start, end = spans[index]
                if start >= 0:
                    found.setdefault(name, []).append(octets[start:end].decode())
        return found

    def split(self, text: str) -> list[str]:
        """The pieces between the matches; groups are not among them."""
        octets = _utf8(text)
        pieces = []
        last = 0
        for spans in _spans(self._by_name(text), octets):
            start, end = spans[0]
            pieces.append(octets[last:start].decode())
            last = end
        pieces.append(octets[last:].decode())
        return pieces

    def sub(self, to: str, text: str, count: int = 0) -> str:
        """The text with its first `count` matches (0: all) replaced by `to`.

        In `to`, `$1`, `$name` and `${name}` stand for groups, `$$` for a dollar; a group that does not
        exist or took no part is empty.
        """
        octets = _utf8(text)
        template = _template(to)
        match = self._by_name(text) if len(template) == 1 else self._by_group(text)
        pieces: list[bytes] = []
        constant = template[0][0].encode("utf-8", "replace") if len(template) == 1 else None
        last = 0
        for done, spans in enumerate(_spans(match, octets), 1):
            start, end = spans[0]
            pieces.append(octets[last:start])
            if constant is None:
                pieces.extend(self._expand(template, spans, octets))
            else:
                pieces.append(constant)
            last = end
            if done == count:
                break
        pieces.append(octets[last:])
        return b"".join(pieces).decode()

    def _expand(self, template: list[tuple[str, str]], spans: Spans, octets: bytes) -> Iterator[bytes]:
        for literal, group in template:
            yield literal.encode("utf-8", "replace")
            index = self._index(group)
            if index is not None and spans[index][0] >= 0:
                yield octets[spans[index][0] : spans[index][1]]

    def _index(self, group: str) -> int | None:
        if group.isdecimal() and group.isascii():
            return int(group) if len(group) < 5 and int(group) <= self.groups else None
        return next((index for index, name in self._indices if name == group), None)

    def _by_group(self, text: str) -> Matcher:
        """The program for this text: Unicode classes cost a bigger one, which ASCII texts do without."""
        is_ascii = text.isascii()
        return self._programs.get(is_ascii) or self._made(self._programs, is_ascii, is_lean=False)

    def _by_name(self, text: str) -> Matcher:
        """The same, but groups without a name are not told: the groups are those of `names` in order."""
        is_ascii = text.isascii()
        return self._lean.get(is_ascii) or self._made(self._lean, is_ascii, is_lean=True)

    def _made(self, programs: dict[bool, Matcher], is_ascii: bool, is_lean: bool) -> Matcher:
        if self._translation.same and (not is_ascii) in programs:
            programs[is_ascii] = programs[not is_ascii]
        else:
            translated = self._translation.ascii if is_ascii else self._translation.full
            programs[is_ascii] = _build(translated, self.pattern, is_lean).Match
        return programs[is_ascii]


def _spans(match: Matcher, octets: bytes) -> Iterator[Spans]:
    """The spans of all matches, as offsets of UTF-8; an empty one is not right after another match.

    One match takes linear time, but all of them may take more. Raises ValueFault then.
    """
    position, last, size = 0, -1, len(octets)
    turns, until = 0, 0.0
    while position <= size:
        turns += 1
        if not turns % _TURNS:
            until = until or thread_time() + MAX_SECONDS
            if thread_time() > until:
                raise ValueFault(f"all matches of this regular expression in {size} bytes take too long")
        spans = match(_UNANCHORED, octets, position, size)
        start, end = spans[0]
        if start < 0:
            return
        if start == end:
            if start != last:
                yield spans
            position = _next_character(octets, end)
        else:
            yield spans
            position = end
        last = end


def _next_character(octets: bytes, position: int) -> int:
    position += 1
    while position < len(octets) and octets[position] & 0xC0 == 0x80:
        position += 1
    return position


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


@lru_cache(maxsize=512)
def compile(pattern: str) -> Regex:  # noqa: A001 - what every regular expression library calls it
    """The compiled pattern; the last few hundred are kept. Raises ConfigError."""
    if len(pattern) > MAX_PATTERN:
        raise ConfigError(f"the regular expression is longer than {MAX_PATTERN} characters")
    translation = translate(pattern)
    regex = Regex(pattern, translation)
    if not translation.same:
        _build(translation.full, pattern)
    return regex


def _build(translated: str, pattern: str, is_lean: bool = False) -> Any:
    try:
        return re2.compile(translated.encode(), _options(is_lean))._regexp
    except re2.error as error:
        raise ConfigError(f"the regular expression `{_short(pattern)}` is wrong: {_reason(error)}") from None
    except UnicodeEncodeError:
        raise ConfigError("the regular expression is not Unicode text") from None


def _reason(error: Exception) -> str:
    detail = error.args[0] if error.args else error
    return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)


def _short(pattern: str) -> str:
    return pattern if len(pattern) <= 60 else pattern[:60] + "…"


@lru_cache(maxsize=128)
def _template(to: str) -> list[tuple[str, str]]:
    """A replacement as (literal, group) pairs, the group empty in the last."""
    pieces: list[tuple[str, str]] = []
    literal = ""
    position = 0
    while (dollar := to.find("$", position)) >= 0:
        literal += to[position:dollar]
        group, position = _reference(to, dollar + 1)
        if group:
            pieces.append((literal, group))
            literal = ""
        else:
            literal += "$"
    pieces.append((literal + to[position:], ""))
    return pieces


def _reference(to: str, start: int) -> tuple[str, int]:
    """The group named at `start`, after a dollar, and where the text goes on; no group is a dollar."""
    if to.startswith("$", start):
        return "", start + 1
    if to.startswith("{", start) and (close := to.find("}", start)) > start + 1:
        return to[start + 1 : close], close + 1
    end = start
    while end < len(to) and (to[end] == "_" or (to[end].isascii() and to[end].isalnum())):
        end += 1
    return to[start:end], end
