"""What printers give for a node: pieces, nodes still to print, and places for comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.layout import Mark, Piece

_CLOSED = (
    "Define",
    "Fn",
    "PatternFn",
    "IntrinsicFn",
    "Const",
    "Use",
    "Create",
    "Select",
    "Connect",
    "Deploy",
)


class Sub(NamedTuple):
    """A node to print where only nodes of at least this level stand without brackets."""

    node: Node
    level: int = 0


class Comments(NamedTuple):
    """A place for the comments that were before an offset, and how the line before it ends.

    `is_first`: a block starts here, so there is no empty line to keep.
    """

    before: int
    mark: Mark | None
    is_first: bool = False


Item = Piece | Sub | Comments


def items(opening: str, nodes: Sequence[Node], closing: str, end: int, level: int = 0) -> list[Item]:
    """`[a, b]`, or one element per line if that gets too long; `end` is where it ended in the text."""
    if not nodes:
        return [opening + closing]
    inner = listed(nodes, Mark.SOFT, level)
    tail = Comments(end, Mark.SOFT)
    return [Mark.OPEN, opening, Mark.IN, *inner, Mark.OUT, tail, closing, Mark.CLOSE]


def listed(nodes: Sequence[Node], first: Mark, level: int = 0) -> list[Item]:
    """Elements with `,` between them, and a place for comments before each; `first` is before them all."""
    out: list[Item] = []
    for at, node in enumerate(nodes):
        out += [","] if at else []
        out += [Comments(node.span.start, Mark.LINE if at else first), Sub(node, level)]
    return out


def separated(parts: Sequence[list[Item]]) -> list[Item]:
    """Parts with `,` between them, which may break."""
    out: list[Item] = []
    for part in parts:
        if out:
            out += [",", Mark.LINE]
        out += part
    return out


def statements(nodes: Sequence[Node], separator: str = ";", level: int = -1) -> list[Item]:
    """Statements on lines of their own, with the comments before them."""
    out: list[Item] = []
    for at, node in enumerate(nodes):
        if at:
            out.append(separator)
        out.append(Comments(node.span.start, _break(nodes, at), is_first=not at))
        out.append(Sub(node, level))
    return out


def _break(nodes: Sequence[Node], at: int) -> Mark:
    """An empty line around what is long by nature."""
    near = nodes[max(0, at - 1) : at + 1]
    is_long = any(type(node).__name__.startswith(("Define", "Fn", "PatternFn")) for node in near)
    return Mark.BLANK if at and is_long else Mark.HARD


def block(nodes: Sequence[Node], end: int, separator: str = ";", level: int = -1) -> list[Item]:
    """Statements, further to the right, and the break after them."""
    body = [*statements(nodes, separator, level), *closing(nodes)]
    return [Mark.IN, *body, Mark.OUT, Comments(end, Mark.HARD)]


def closing(nodes: Sequence[Node]) -> list[Item]:
    """The `;` after the last statement, but not where that is what a script or function gives."""
    last = type(nodes[-1]).__name__ if nodes else ""
    return [";"] if last.startswith(_CLOSED) else []
