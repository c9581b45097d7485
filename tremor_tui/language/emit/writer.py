"""The text of a generated program, and the map from its lines and columns to what stands there.

Expressions are built from pieces (`Code`) that may carry a `Site`: the place in tremor's source and how to
tell what went wrong. Only when a line is final are columns counted, so building costs nothing later on.
Generated text is ASCII: Python counts columns in bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass

INDENT = "    "
PathKind = Literal["event", "global", "state", "local"]


@dataclass(frozen=True, slots=True)
class Site:
    """What a piece of generated text stands for, for the case that it fails.

    `span` is underlined, or one of `parts` if the failure names one. `context` is the wider piece.
    `container` and `key` are the Python texts of a lookup's two sides; evaluated again in the frame
    that failed, they tell what was wrong (`kind` says what for). `path` is what a message calls the
    path's root. `name` is a function's or variable's name, `hint` what else to say.
    """

    span: Span
    kind: Literal["plain", "lookup", "range", "assign", "local", "call"] = "plain"
    parts: tuple[Span, ...] = ()
    context: Span | None = None
    container: str = ""
    key: str = ""
    path: PathKind = "local"
    name: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of Python text, with the site of the whole piece.

    `is_atom` pieces are names and literals, which may stand twice. `is_unit` ones need no brackets.
    """

    pieces: tuple[str | Code, ...]
    site: Site | None = None
    is_atom: bool = False
    is_unit: bool = False

    def __str__(self) -> str:
        return "".join(map(str, self.pieces))

    def at(self, site: Site) -> Code:
        """The same text as one piece with a site."""
        return Code((self,), site, self.is_atom, self.is_unit)


def code(*pieces: str | Code, site: Site | None = None) -> Code:
    """Pieces one after the other."""
    return Code(pieces, site)


def unit(*pieces: str | Code, site: Site | None = None) -> Code:
    """Pieces one after the other that bind tighter than any operator: a call, a lookup."""
    return Code(pieces, site, is_unit=True)


def atom(text: str, site: Site | None = None) -> Code:
    """A name or literal."""
    return Code((text,), site, True, True)


def within(piece: Code) -> Code:
    """The piece as an operand: in brackets unless it needs none."""
    return piece if piece.is_unit else unit("(", piece, ")")


def call(name: str, *args: str | Code, site: Site | None = None) -> Code:
    """A call."""
    return unit(name, "(", joined(", ", args), ")", site=site)


def joined(separator: str, items: Sequence[Code | str]) -> Code:
    """Pieces with a separator between them."""
    pieces: list[Code | str] = []
    for item in items:
        pieces += [separator, item] if pieces else [item]
    return Code(tuple(pieces))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a block: its depth below the block, its text, and the line of tremor it comes from."""

    depth: int
    code: Code
    source_line: int = 0


Block = list[Line]


def indented(block: Block, by: int = 1) -> Block:
    """The block, deeper."""
    return [Line(line.depth + by, line.code, line.source_line) for line in block]


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name of the generated text stands for, where it is no literal.

    `native` is a function's path, `extractor` a name and a rule, `value` a constant too large to be written.
    """

    kind: Literal["native", "extractor", "value"]
    name: str
    rule: str = ""
    value: Any = field(default=None, compare=False)


MAX_PARTS = 5000
"""Elements and fields of a constant that is written in the text."""
Mark = tuple[int, int, Site]
"""First column, column after the last one (both from 0), and what stands there."""


@dataclass(frozen=True, slots=True)
class Emitted:
    """A generated module: its text, what it defines, what it needs, and its map.

    `marks` has for each line (from 1) the sites on it, inner ones before those around them.
    """

    text: str
    name: str
    defines: tuple[str, ...]
    bindings: Mapping[str, Binding]
    marks: Mapping[int, Sequence[Mark]]
    module: Span

    def site(self, line: int, start: int, end: int) -> Site | None:
        """The innermost site that covers these columns of a line."""
        for first, last, site in self.marks.get(line, ()):
            if first <= start and end <= last:
                return site
        return None


@dataclass(slots=True)
class Writer:
    """Collects final lines."""

    lines: list[str] = field(default_factory=list)
    marks: dict[int, list[Mark]] = field(default_factory=dict)

    def put(self, text: str = "") -> None:
        """A line that cannot fail."""
        self.lines.append(text)

    def block(self, block: Block, depth: int = 0) -> None:
        """The lines of a block, each with the tremor line it comes from where that changes."""
        last = 0
        for line in block:
            self._line(line, depth, line.source_line if line.source_line != last else 0)
            last = line.source_line or last

    def _line(self, line: Line, depth: int, source_line: int) -> None:
        prefix = INDENT * (depth + line.depth)
        marks: list[Mark] = []
        text = prefix + _flat(line.code, len(prefix), marks)
        if source_line:
            text += f"  # {source_line}"
        self.lines.append(text)
        if marks:
            self.marks[len(self.lines)] = marks

    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines) + "\n"


def _flat(piece: Code, column: int, marks: list[Mark]) -> str:
    """The piece's text; appends its marks, inner ones first."""
    texts = []
    at = column
    for part in piece.pieces:
        text = part if isinstance(part, str) else _flat(part, at, marks)
        texts.append(text)
        at += len(text)
    if piece.site:
        marks.append((column, at, piece.site))
    return "".join(texts)


def is_long(value: Any) -> bool:
    """Whether a constant has more parts than text should have."""
    todo, parts = [value], 0
    while todo and parts <= MAX_PARTS:
        found = todo.pop()
        if isinstance(found, (list, dict)):
            parts += len(found)
            todo += (found.values() if isinstance(found, dict) else found) if parts <= MAX_PARTS else ()
    return parts > MAX_PARTS


def literal(value: Any) -> str:
    """A value as Python text that gives an equal value; ASCII."""
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!a}: {literal(item)}" for key, item in value.items()) + "}"
    return ascii(value)


def _float(value: float) -> str:
    if value != value:
        return "NAN"
    if value in (float("inf"), float("-inf")):
        return "INF" if value > 0 else "-INF"
    return repr(value)


def lines_of(blocks: Sequence[Block]) -> Iterator[Line]:
    """The lines of several blocks."""
    for block in blocks:
        yield from block
