"""File: one text under edit with its tree, and the places in it: lines, statements, what belongs to them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from tremor_tui.language.editing.changes import Change, Pieces
from tremor_tui.language.lex.tokens import Comment, Token
from tremor_tui.language.parse.parser import Parsed, Start, parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.deploy import Deployment, Module
from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.layout import INDENT
from tremor_tui.language.tree.walk import at

KEPT_PARSES = 64


@lru_cache(maxsize=KEPT_PARSES)
def parsed_text(text: str, name: str, start: Start) -> Parsed[Any]:
    """The tree of a text, with faults repaired; texts that did not change are not parsed again."""
    return parse(Source(text, name), start, repair=True)


class File:
    """A text with its places. It changes by `change` alone."""

    def __init__(self, path: Path, name: str, text: str, start: Start, *, is_library: bool = False) -> None:
        self.path = path
        self.name = name
        self.is_library = is_library
        self._start = start
        self._pieces = Pieces(text)
        self.text = Text(text, name, start)

    def change(self, changes: list[Change]) -> None:
        """Applies changes that count in the text as it is; sorted, not overlapping."""
        if changes:
            self._pieces.change(changes)
            self.text = Text(self._pieces.text, self.name, self._start)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What leads from the first text to this one."""
        return self._pieces.changes()


class Text:
    """One state of a text. Offsets are in characters."""

    def __init__(self, text: str, name: str, start: Start) -> None:
        self.text = text
        self.name = name
        self._start = start

    @cached_property
    def parsed(self) -> Parsed[Any]:
        """Its tree (None where nothing could be kept), tokens, comments and faults."""
        return parsed_text(self.text, self.name, self._start)

    @property
    def tree(self) -> Deployment | Module | None:
        """Its tree, with faults repaired."""
        tree: Deployment | Module | None = self.parsed.tree
        return tree

    @property
    def has_faults(self) -> bool:
        """Whether it does not parse as it is."""
        return any(diagnostic.is_error for diagnostic in self.parsed.diagnostics)

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing: no more than comments and what the file is about."""
        return all(token.kind == "MODULE_DOC" for token in self.parsed.tokens)

    @cached_property
    def newline(self) -> str:
        """How its lines end."""
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    # -- tokens and comments --------------------------------------------------------------------------

    @cached_property
    def _token_starts(self) -> list[int]:
        return [token.start for token in self.parsed.tokens]

    @cached_property
    def _comment_starts(self) -> list[int]:
        return [comment.start for comment in self.parsed.comments]

    def token_at(self, offset: int) -> Token | None:
        """The first token that starts at an offset or after it."""
        index = bisect_left(self._token_starts, offset)
        return self.parsed.tokens[index] if index < len(self.parsed.tokens) else None

    def token_before(self, offset: int) -> Token | None:
        """The last token that starts before an offset."""
        index = bisect_left(self._token_starts, offset)
        return self.parsed.tokens[index - 1] if index else None

    def comments_in(self, start: int, end: int) -> list[Comment]:
        """The comments that start in a stretch."""
        first = bisect_left(self._comment_starts, start)
        return self.parsed.comments[first : bisect_left(self._comment_starts, end)]

    def _comment_before(self, offset: int) -> Comment | None:
        index = bisect_left(self._comment_starts, offset)
        return self.parsed.comments[index - 1] if index else None

    # -- lines ----------------------------------------------------------------------------------------

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(at + 1 for at, char in enumerate(self.text) if char == "\n")]

    def line_of(self, offset: int) -> int:
        """The line, from 1, of an offset."""
        return bisect_right(self._lines, offset)

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self._lines[self.line_of(offset) - 1]

    def next_line(self, offset: int) -> int:
        """Where the line after that of an offset begins, or the end of the text."""
        line = self.line_of(offset)
        return self._lines[line] if line < len(self._lines) else len(self.text)

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before what ends it."""
        end = self.next_line(offset)
        return self.line_start(offset) + len(self.text[self.line_start(offset) : end].rstrip("\r\n"))

    def indent(self, offset: int) -> str:
        """The space that the line of an offset starts with."""
        line = self.text[self.line_start(offset) : self.line_end(offset)]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def starts_line(self, offset: int) -> bool:
        """Whether there is only space before it on its line."""
        return not self.text[self.line_start(offset) : offset].strip()

    def is_blank(self, offset: int) -> bool:
        """Whether the line of an offset is empty."""
        return not self.text[self.line_start(offset) : self.line_end(offset)].strip()

    def ends_line(self, offset: int) -> bool:
        """Whether there is only space or a comment after it on its line."""
        rest = self.text[offset : self.line_end(offset)].strip()
        return not rest or rest.startswith("#")

    @cached_property
    def unit(self) -> str:
        """By how much a block of this text stands further right than what it belongs to."""
        todo: list[Node] = list(self.tree.statements) if self.tree else []
        while todo:
            owner = todo.pop(0)
            inner: tuple[Node, ...] = getattr(owner, "statements", ())
            for one in inner:
                wide, narrow = self.indent(one.span.start), self.indent(owner.span.start)
                if self.starts_line(one.span.start) and wide.startswith(narrow) and wide != narrow:
                    return wide.removeprefix(narrow)
            todo += inner
        return INDENT

    def depth(self, node: Node) -> str:
        """The space before a statement, or before one that would stand on a line of its own there."""
        start = node.span.start
        owners = at(self.tree, start) if self.tree else []
        blocks = [one for one in owners if one is not node and hasattr(one, "statements")]
        is_inside = blocks and self.line_start(start) <= blocks[-1].span.start and blocks[-1] is not self.tree
        return self.indent(start) + (self.unit if is_inside else "")

    # -- statements -----------------------------------------------------------------------------------

    def closed(self, node: Node) -> int | None:
        """The end of the `;` after a statement; None where there is none."""
        token = self.token_at(node.span.end)
        return token.end if token is not None and token.kind == "SEMI" else None

    def start_of(self, start: int) -> int:
        """Where what is written at `start` begins with the doc comments and comments right above it."""
        while True:
            above = self._above(start)
            if above is None:
                return start
            start = above

    def _above(self, start: int) -> int | None:
        """The start of the doc comment before it, or of the comment that the line right above it is."""
        token = self.token_before(start)
        if token is not None and token.kind == "DOC":
            return token.start
        line = self.line_start(start)
        if not self.starts_line(start) or line == 0:
            return None
        comment = self._comment_before(start)
        if comment is None or comment.is_trailing or comment.start < self.line_start(line - 1):
            return None
        return comment.start
