"""Colours tremor source line by line as it is typed. Pure: an own small lexer, not the engine's.

A line's colours depend on its text and on one state that the line before leaves: inside a heredoc, inside
a test that goes on on the next line, or in code. So an edit lexes the lines it changed and those whose
state it changed, no others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

Ink = Literal[
    "comment", "doc", "keyword", "string", "number", "constant", "function", "operator", "extractor", "meta",
    "name", "interpolation",
]  # fmt: skip
State = Literal["code", "heredoc", "rule"]
Piece = tuple[int, int, Ink]

KEYWORDS = frozenset(
    [
        "absent",
        "and",
        "args",
        "as",
        "by",
        "case",
        "connect",
        "connector",
        "const",
        "copy",
        "create",
        "default",
        "define",
        "deploy",
        "drop",
        "each",
        "emit",
        "end",
        "erase",
        "event",
        "flow",
        "fn",
        "for",
        "from",
        "group",
        "having",
        "insert",
        "into",
        "intrinsic",
        "let",
        "match",
        "merge",
        "mod",
        "move",
        "not",
        "of",
        "operator",
        "or",
        "patch",
        "pipeline",
        "present",
        "recur",
        "script",
        "select",
        "set",
        "sliding",
        "state",
        "stream",
        "to",
        "tumbling",
        "update",
        "upsert",
        "use",
        "when",
        "where",
        "window",
        "with",
        "xor",
        "config",
        "group",
        "links",
        "system",
    ]
)
CONSTANTS = frozenset(("true", "false", "null", "event", "args", "state", "window", "group"))

_CODE = re.compile(
    r"""(?P<doc>\#\#\#?[^\n]*)|(?P<config>\#!config[^\n]*)|(?P<comment>\#[^\n]*)
    |(?P<heredoc>\"\"\")
    |(?P<string>"(?:[^"\\]|\\.)*"?)
    |(?P<quoted>`[^`]*`?)
    |(?P<extractor>[A-Za-z_]\w*\|)
    |(?P<meta>\$[A-Za-z_]\w*|\$)
    |(?P<number>0x[0-9a-fA-F_]+|0b[01_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)
    |(?P<function>[A-Za-z_]\w*(?=\s*\())
    |(?P<path>[A-Za-z_]\w*(?=::))
    |(?P<word>[A-Za-z_]\w*)
    |(?P<operator>=>|[=!<>]=|~=|::|[-+*/%&^!=<>~.])""",
    re.VERBOSE,
)
_RULE_END = re.compile(r"(?:[^|\\]|\\.)*(\|)?")
_INTERPOLATION = re.compile(r"#\{[^}]*\}")


@lru_cache(maxsize=8192)
def colour_line(line: str, state: State = "code") -> tuple[tuple[Piece, ...], State]:
    """The coloured pieces of a line (start, end, ink) that begins in `state`, and the state after it."""
    pieces: list[Piece] = []
    at = 0
    if state == "heredoc":
        close = line.find('"""')
        if close < 0:
            return (*_text(line, 0, len(line), "string"),), "heredoc"
        at = close + 3
        pieces += _text(line, 0, at, "string")
    elif state == "rule":
        at, state = _rule(line, 0, pieces)
        if state == "rule":
            return tuple(pieces), state
    return _code(line, at, pieces)


def _code(line: str, at: int, pieces: list[Piece]) -> tuple[tuple[Piece, ...], State]:
    while at < len(line):
        found = _CODE.search(line, at)
        if found is None:
            break
        start, at = found.span()
        kind = found.lastgroup
        if kind == "heredoc":
            close = line.find('"""', at)
            pieces += _text(line, start, close + 3 if close >= 0 else len(line), "string")
            if close < 0:
                return tuple(pieces), "heredoc"
            at = close + 3
        elif kind == "extractor":
            pieces.append((start, at, "extractor"))
            at, state = _rule(line, at, pieces)
            if state == "rule":
                return tuple(pieces), "rule"
        elif kind == "string":
            pieces += _text(line, start, at, "string")
        else:
            ink = _ink(kind or "", found.group())
            if ink:
                pieces.append((start, at, ink))
    return tuple(pieces), "code"


def _rule(line: str, at: int, pieces: list[Piece]) -> tuple[int, State]:
    """The rest of a test extractor's rule, up to its `|`; one that ends with a backslash goes on."""
    found = _RULE_END.match(line, at)
    end = found.end() if found else len(line)
    pieces.append((at, end, "string"))
    closed = bool(found and found.group(1))
    return end, "code" if closed or not line.endswith("\\") else "rule"


def _text(line: str, start: int, end: int, ink: Ink) -> list[Piece]:
    """A string's pieces: interpolations are code."""
    pieces: list[Piece] = []
    at = start
    for found in _INTERPOLATION.finditer(line, start, end):
        if found.start() > at:
            pieces.append((at, found.start(), ink))
        pieces.append((found.start(), found.end(), "interpolation"))
        at = found.end()
    if at < end:
        pieces.append((at, end, ink))
    return pieces


def _ink(kind: str, text: str) -> Ink | None:
    match kind:
        case "doc" | "comment" | "number" | "meta" | "operator":
            return kind
        case "config":
            return "meta"
        case "quoted" | "path":
            return "name"
    if text in CONSTANTS:
        return "constant"
    if text in KEYWORDS:
        return "keyword"
    return "function" if kind == "function" else None


class Colours:
    """The colours of a whole text, kept from edit to edit; `lexed` counts the lines that were lexed."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._states: list[State] = []
        self.lexed = 0

    def update(self, lines: Sequence[str]) -> None:
        """Takes the text as it is now."""
        old, states = self._lines, self._states
        first = 0
        limit = min(len(old), len(lines))
        while first < limit and old[first] == lines[first]:
            first += 1
        same = 0
        while same < limit - first and old[-1 - same] == lines[-1 - same]:
            same += 1
        state: State = self._after(first - 1) if first else "code"
        fresh: list[State] = []
        for line in lines[first : len(lines) - same]:
            fresh.append(state)
            state = self._next(line, state)
        tail = states[len(old) - same :] if same else []
        for index, line in enumerate(lines[len(lines) - same :] if same else ()):
            if tail[index] == state:
                break
            tail[index] = state
            state = self._next(line, state)
        self._lines, self._states = list(lines), states[:first] + fresh + tail

    def _after(self, index: int) -> State:
        return colour_line(self._lines[index], self._states[index])[1]

    def _next(self, line: str, state: State) -> State:
        self.lexed += 1
        return colour_line(line, state)[1]

    def of(self, index: int) -> tuple[Piece, ...]:
        """The coloured pieces of a line."""
        if index >= len(self._lines):
            return ()
        return colour_line(self._lines[index], self._states[index])[0]
