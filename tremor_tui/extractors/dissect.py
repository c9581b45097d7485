"""Takes texts apart at fixed delimiters; the result is a record of the pieces.

`%{name}` is a piece, `%{}` and `%{?name}` one that is left out, `%{+name}` one that is appended, `%{&name}`
one whose key was captured by `%{?name}`, `%{name:int}` (`float`, `string`) one that is converted, `%{_}` and
`%{_(x)}` padding. Rules of plain pieces alone run on a path of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tremor_tui.errors import ConfigError
from tremor_tui.extractors.contract import NO_MATCH, Extract, extractor
from tremor_tui.model.batch import Value
from tremor_tui.model.numbers import parse_float, parse_integer

ESCAPES = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r"}
TYPES = ("int", "float", "string")
Convert = Callable[[str], Value]
CONVERTERS: dict[str, Convert] = {"int": parse_integer, "float": parse_float}


@dataclass(frozen=True, slots=True)
class Delimiter:
    """Text that must stand here."""

    text: str


@dataclass(frozen=True, slots=True)
class Padding:
    """Any number of the same text."""

    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What is captured, up to the next delimiter or padding."""

    name: str
    use: Literal["keep", "skip", "append", "lookup"] = "keep"
    type: str = "string"


Step = Delimiter | Padding | Piece


@extractor("dissect")
def dissect(rule: str) -> Extract:
    """See the module. Raises ConfigError with the offset of what is wrong."""
    steps = _steps(rule)
    if all(isinstance(step, Delimiter) or _is_plain(step) for step in steps):
        return _plain(steps)

    def extract(value: Value, ctx: Any) -> Value:
        if type(value) is not str:
            return NO_MATCH
        run = _Run(value)
        for index, step in enumerate(steps):
            if not run.step(step, steps[index + 1 : index + 3]):
                return NO_MATCH
        return run.found if run.at == len(value) else NO_MATCH

    return extract


def _is_plain(step: Step) -> bool:
    return isinstance(step, Piece) and step.use in ("keep", "skip")


def _plain(steps: list[Step]) -> Extract:
    """Pieces and delimiters in turn: one `find` and one slice for each piece."""
    head = steps[0].text if steps and isinstance(steps[0], Delimiter) else ""
    pieces: list[tuple[str | None, str, Convert | None]] = []
    for index, step in enumerate(steps):
        if isinstance(step, Piece):
            after = steps[index + 1] if index + 1 < len(steps) else None
            stop = after.text if isinstance(after, Delimiter) else ""
            pieces.append((step.name if step.use == "keep" else None, stop, CONVERTERS.get(step.type)))
    closed = [(name, stop, len(stop), convert) for name, stop, convert in pieces if stop]
    open_end = bool(pieces) and not pieces[-1][1]
    last, _, last_convert = pieces[-1] if open_end else (None, "", None)
    start = len(head)

    def extract(value: Value, ctx: Any) -> Value:
        if type(value) is not str or not value.startswith(head):
            return NO_MATCH
        at = start
        found: dict[str, Value] = {}
        for name, stop, width, convert in closed:
            end = value.find(stop, at)
            if end < 0:
                return NO_MATCH
            if name is not None:
                piece: Value = value[at:end]
                if convert is not None and (piece := convert(piece)) is None:
                    return NO_MATCH
                found[name] = piece
            at = end + width
        if last is not None:
            piece = value[at:]
            if last_convert is not None and (piece := last_convert(piece)) is None:
                return NO_MATCH
            found[last] = piece
        elif not open_end and at != len(value):
            return NO_MATCH
        return found

    return extract


class _Run:
    """One text on its way through all kinds of steps."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[str, Value] = {}
        self.skipped: dict[str, str] = {}
        self.joint = " "

    def step(self, step: Step, after: list[Step]) -> bool:
        match step:
            case Delimiter(text):
                if not self.text.startswith(text, self.at):
                    return False
                self.at += len(text)
                return True
            case Padding(text):
                self.joint = text
                while text and self.text.startswith(text, self.at):
                    self.at += len(text)
                return True
            case Piece():
                end = self.end(after)
                return end is not None and self.take(step, end)

    def end(self, after: list[Step]) -> int | None:
        """Where a piece ends, by the steps after it."""
        match after:
            case []:
                return len(self.text)
            case [Delimiter(text), *_]:
                return self.find(text)
            case [Padding(text), *rest]:
                end = self.find(text)
                if end is None and not rest:
                    return len(self.text)
                if end is None and isinstance(rest[0], Delimiter):
                    return self.find(rest[0].text)
                return end
            case _:
                return None

    def find(self, text: str) -> int | None:
        index = self.text.find(text, self.at)
        return index if index >= 0 else None

    def take(self, piece: Piece, end: int) -> bool:
        """Stores what is up to `end`; false where it is not of its type."""
        captured = self.text[self.at : end]
        self.at = end
        name = piece.name
        if piece.use == "lookup":
            name = self.skipped.pop(name, "")
            if not name:
                return False
        if piece.use == "skip":
            self.skipped[name] = captured
        elif piece.use == "append":
            self.append(name, captured)
        else:
            value = _convert(captured, piece.type)
            if value is None:
                return False
            self.found[name] = value
        return True

    def append(self, name: str, captured: str) -> None:
        before = self.found.get(name)
        if before is None:
            self.found[name] = captured
        elif isinstance(before, str):
            self.found[name] = before + self.joint + captured


def _convert(text: str, kind: str) -> Value:
    convert = CONVERTERS.get(kind)
    return convert(text) if convert else text


# -- reading the rule ----------------------------------------------------------------------------------


def _steps(rule: str) -> list[Step]:
    steps: list[Step] = []
    at = 0
    while at < len(rule):
        if rule.startswith("%{", at):
            close = rule.find("}", at)
            if close < 0 or "%{" in rule[at + 2 : close]:
                raise ConfigError(f"the pattern at offset {at} is not closed")
            steps.append(_pattern(rule[at + 2 : close], at))
            _check_neighbours(steps, rule[close + 1 :], at)
            at = close + 1
        else:
            end = rule.find("%{", at)
            end = len(rule) if end < 0 else end
            steps.append(Delimiter(_unescape(rule[at:end])))
            at = end
    return steps


def _check_neighbours(steps: list[Step], rest: str, at: int) -> None:
    step = steps[-1]
    if isinstance(step, Padding):
        if rest.startswith(step.text):
            raise ConfigError(f"the padding at offset {at} is followed by text that begins with it")
    elif len(steps) > 1 and isinstance(steps[-2], Piece):
        raise ConfigError(
            f"the pattern at offset {at} follows another one directly",
            "put a delimiter between them, which tells where the first one ends",
        )


def _pattern(text: str, at: int) -> Step:
    if not text:
        return Piece("", "skip")
    match text[0]:
        case "?":
            return Piece(text[1:], "skip")
        case "+":
            if ":" in text:
                raise ConfigError(f"the appended piece at offset {at} takes no type")
            return Piece(text[1:], "append")
        case "_":
            return Padding(_pad(text[1:], at))
        case "&":
            return Piece(*_typed(text[1:], "lookup", at))
        case _:
            return Piece(*_typed(text, "keep", at))


def _pad(text: str, at: int) -> str:
    if not text:
        return " "
    if len(text) < 3 or text[0] != "(" or text[-1] != ")":
        raise ConfigError(f"the padding at offset {at} is wrong", "write it as `%{_}` or `%{_(x)}`")
    return text[1:-1]


def _typed(text: str, use: Literal["keep", "lookup"], at: int) -> tuple[str, Literal["keep", "lookup"], str]:
    name, colon, kind = text.partition(":")
    if colon and kind not in TYPES:
        raise ConfigError(f"`{kind}` at offset {at} is not a type", "known: int, float, string")
    return name, use, kind or "string"


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
