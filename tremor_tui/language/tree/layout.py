"""Lays pieces of text out in lines: a group that fits stands on one line, any other is broken.

No recursion: the pieces are a flat list with marks in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

WIDTH = 100
INDENT = "  "
_ENDLESS = 1 << 30


class Mark(Enum):
    """What a piece can be besides text."""

    OPEN = auto()  # a group starts
    CLOSE = auto()  # it ends
    LINE = auto()  # a space, or a new line if the group is broken
    SOFT = auto()  # nothing, or a new line if the group is broken
    HARD = auto()  # a new line; breaks the groups around it
    BLANK = auto()  # a new line after an empty one
    IN = auto()  # lines from here on stand further right
    OUT = auto()  # and from here on no longer


Piece = str | Mark
_BREAKS = (Mark.HARD, Mark.BLANK)


def lay_out(pieces: Sequence[Piece]) -> str:
    """The pieces as text, without spaces at line ends."""
    widths = _widths(pieces)
    out: list[str] = []
    column = depth = 0
    broken = [True]
    for at, piece in enumerate(pieces):
        if isinstance(piece, str):
            out.append(piece)
            newline = piece.rfind("\n")
            column = column + len(piece) if newline < 0 else len(piece) - newline - 1
        elif piece is Mark.OPEN:
            broken.append(column + widths[at] > WIDTH)
        elif piece is Mark.CLOSE:
            broken.pop()
        elif piece in (Mark.IN, Mark.OUT):
            depth += 1 if piece is Mark.IN else -1
        elif piece in _BREAKS or broken[-1]:
            out.append("\n\n" if piece is Mark.BLANK else "\n")
            out.append(INDENT * depth)
            column = len(INDENT) * depth
        elif piece is Mark.LINE:
            out.append(" ")
            column += 1
    return "".join(out)


def _widths(pieces: Sequence[Piece]) -> dict[int, int]:
    """How wide each group is on one line, by the index of its start."""
    widths: dict[int, int] = {}
    starts: list[tuple[int, int]] = []
    total = 0
    for at, piece in enumerate(pieces):
        if isinstance(piece, str):
            total += _ENDLESS if "\n" in piece else len(piece)
        elif piece is Mark.OPEN:
            starts.append((at, total))
        elif piece is Mark.CLOSE:
            start, before = starts.pop()
            widths[start] = total - before
        elif piece in _BREAKS:
            total += _ENDLESS
        elif piece is Mark.LINE:
            total += 1
    return widths
