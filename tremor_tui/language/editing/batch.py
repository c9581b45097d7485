"""Batch: what one step changes in one file, collected on its tree and then made at once.

Statements go in after or before others, at their indentation, with an empty line around what is long by
nature. A statement goes away with the comments and doc comments right above it, the comment at the end of
its line, and one of two empty lines around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from tremor_tui.language.editing.changes import Change
from tremor_tui.language.editing.file import File, Text
from tremor_tui.language.editing.writing import indented
from tremor_tui.language.tree.expr import Node
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class New:
    """A statement to write, without its `;`. `is_apart`: with an empty line before it."""

    text: str
    is_apart: bool = False

    @property
    def is_long(self) -> bool:
        """Whether it stands between empty lines."""
        return "\n" in self.text or self.text.startswith("define")


@dataclass(slots=True)
class _Group:
    """What goes in at one statement."""

    anchor: Node
    statements: list[New] = field(default_factory=list)


class Batch:
    """Changes of one file, all of them on the text as it is now; `make` makes them."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.removed: list[Node] = []
        self._text = file.text
        self._after: dict[int, _Group] = {}
        self._before: dict[int, _Group] = {}
        self._changes: list[Change] = []

    def replace(self, start: int, end: int, text: str) -> None:
        """Writes something else over a stretch; `text` has `\\n` at its line ends."""
        self._changes.append(Change(start, end, self._lines(text)))

    def over(self, node: Node, text: str) -> None:
        """Writes something else in the place of a node."""
        self.replace(node.span.start, node.span.end, text)

    def after(self, anchor: Node, new: New) -> None:
        """Writes a statement after another."""
        self._after.setdefault(anchor.span.start, _Group(anchor)).statements.append(new)

    def before(self, anchor: Node, new: New) -> None:
        """Writes a statement before another."""
        self._before.setdefault(anchor.span.start, _Group(anchor)).statements.append(new)

    def remove(self, statement: Node) -> None:
        """Takes a statement away."""
        if statement not in self.removed:
            self.removed.append(statement)

    def make(self) -> None:
        """Makes the changes."""
        gone = self._merged([removal(self._text, node) for node in self.removed])
        changes = [Change(start, end, "") for start, end in gone]
        for group in self._after.values():
            if group.anchor in self.removed:
                changes.append(self._written_instead(group, gone))
            else:
                changes += self._written_after(group)
        for group in self._before.values():
            changes.append(self._written_before(group))
        changes += [one for one in self._changes if not any(a <= one.start < b for a, b in gone)]
        self.file.change(_apart(changes))

    def _lines(self, text: str) -> str:
        return text.replace("\n", self._text.newline) if self._text.newline != "\n" else text

    # -- what goes away -------------------------------------------------------------------------------

    def _merged(self, stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Stretches side by side as one, each with an empty line that would be one too many."""
        made: list[tuple[int, int]] = []
        for start, end in sorted(stretches):
            if made and start <= made[-1][1]:
                made[-1] = (made[-1][0], max(made[-1][1], end))
            else:
                made.append((start, end))
        return [self._without_gap(start, end) for start, end in made]

    def _without_gap(self, start: int, end: int) -> tuple[int, int]:
        text = self._text
        is_whole = text.line_start(start) == start and text.line_start(end) == end
        if not is_whole or self._after or self._before:
            return start, end
        opens = text.token_before(start)
        is_first = opens is None or opens.kind not in ("SEMI", "MODULE_DOC")
        gap_above = start > 0 and text.is_blank(start - 1)
        gap_below = end < len(text.text) and text.is_blank(end)
        if gap_below and (gap_above or start == 0 or (is_first and not self._comment_above(start))):
            return start, text.next_line(end)
        follows = text.token_at(end)
        is_last = follows is None or (follows.kind == "END" and not text.comments_in(end, follows.start))
        if gap_above and is_last:
            return text.line_start(start - 1), end
        return start, end

    def _comment_above(self, start: int) -> bool:
        line = self._text.line_start(max(0, start - 1))
        return bool(self._text.comments_in(line, start))

    # -- what comes in --------------------------------------------------------------------------------

    def _written_after(self, group: _Group) -> list[Change]:
        text, anchor = self._text, group.anchor
        closed = text.closed(anchor)
        end = anchor.span.end if closed is None else closed
        first = [] if closed is not None else [Change(end, end, ";")]
        indent = self._indent(anchor)
        if text.ends_line(end):
            place = text.line_end(end)
            rest = text.next_line(place)
            gap = self._is_tight(rest) and group.statements[-1].is_long
            body = self._body(group, indent, is_long(text, anchor)) + ("\n" if gap else "")
            return [*first, Change(place, place, self._lines(body))]
        follows = text.token_at(end)
        outer = follows is not None and follows.kind == "END"
        stop = follows.start if follows is not None else len(text.text)
        if text.comments_in(end, stop):
            stop = end
        body = self._body(group, indent, is_long(text, anchor))
        tail = "\n" + (indent.removesuffix(text.unit) if outer else indent)
        return [*first, Change(end, stop, self._lines(body + tail))]

    def _written_instead(self, group: _Group, gone: Sequence[tuple[int, int]]) -> Change:
        """The statements where the one that they were to follow goes away."""
        text = self._text
        start, end = next(one for one in gone if one[0] <= group.anchor.span.start < one[1])
        indent = self._indent(group.anchor)
        if text.line_start(start) == start and text.line_start(end) == end:
            return Change(start, start, self._lines(block(group.statements, indent)))
        body = self._body(group, indent, False)
        return Change(start, start, self._lines(f"{body}\n{indent}"))

    def _is_tight(self, start: int) -> bool:
        """Whether the line there has a statement or a comment, and not the end of the block."""
        text = self._text
        if start >= len(text.text) or text.is_blank(start):
            return False
        follows = text.token_at(start)
        is_end = (
            follows is not None
            and follows.kind == "END"
            and text.line_of(follows.start) == text.line_of(start)
        )
        return not is_end

    def _body(self, group: _Group, indent: str, was_long: bool) -> str:
        """The statements, each with a line break before it."""
        made = ""
        for new in group.statements:
            gap = "\n" if new.is_long or was_long or new.is_apart else ""
            made += f"\n{gap}{indented(new.text, indent)};"
            was_long = new.is_long
        return made

    def _written_before(self, group: _Group) -> Change:
        text, anchor = self._text, group.anchor
        start = text.start_of(anchor.span.start)
        indent = self._indent(anchor)
        made = ""
        for place, new in enumerate(group.statements):
            following = group.statements[place + 1 : place + 2]
            gap = new.is_long or (following[0].is_long if following else is_long(text, anchor))
            made += f"{indented(new.text, indent)};\n" + ("\n" if gap else "")
        if text.starts_line(start):
            line = text.line_start(start)
            return Change(line, line, self._lines(made))
        return Change(start, start, self._lines(made.lstrip() + indent))

    def _indent(self, anchor: Node) -> str:
        return self._text.depth(anchor)


def is_long(text: Text, node: Node) -> bool:
    """Whether a statement stands between empty lines."""
    return text.text.startswith("define", node.span.start)


def _apart(changes: Sequence[Change]) -> list[Change]:
    """The changes in order; where two overlap, the later one begins where the earlier one ends."""
    made: list[Change] = []
    for change in sorted(changes, key=lambda change: (change.start, change.end)):
        start = max(change.start, made[-1].end) if made else change.start
        made.append(Change(start, max(start, change.end), change.text))
    return made


def removal(text: Text, node: Node) -> tuple[int, int]:
    """What goes away with a statement: whole lines where it has them for itself."""
    start, end = text.start_of(node.span.start), text.closed(node) or node.span.end
    if text.starts_line(start) and text.ends_line(end):
        return text.line_start(start), text.next_line(end)
    if text.starts_line(start):
        follows = text.text[end:]
        return start, end + len(follows) - len(follows.lstrip(" \t"))
    before = text.text[:start]
    return len(before.rstrip(" \t")), end


def block(statements: Sequence[New], indent: str) -> str:
    """Statements from nothing, on lines of their own."""
    made, was_long = "", False
    for new in statements:
        gap = "\n" if made and (new.is_long or was_long or new.is_apart) else ""
        made += f"{gap}{indented(new.text, indent)};\n"
        was_long = new.is_long
    return made
