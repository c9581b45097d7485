"""Changes of a text, and a text that remembers what it was made of."""

from __future__ import annotations

from collections.abc import Iterable

from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """The characters from `start` up to, not including, `end` become `text`."""

    start: int
    end: int
    text: str


Piece = tuple[int, int] | str
"""A stretch of the first text, or new text."""


class Pieces:
    """A text under change. `text` is how it is now, `first` how it was."""

    def __init__(self, text: str) -> None:
        self.first = text
        self.text = text
        self._pieces: list[Piece] = [(0, len(text))] if text else []

    def change(self, changes: Iterable[Change]) -> None:
        """Applies changes that count in the text as it is; they are sorted and do not overlap."""
        for change in reversed(list(changes)):
            before, after = self._cut(change.start)[0], self._cut(change.end)[1]
            self._pieces = [*before, *([change.text] if change.text else []), *after]
            self.text = self.text[: change.start] + change.text + self.text[change.end :]

    def changes(self) -> tuple[Change, ...]:
        """What leads from the first text to this one: sorted, not overlapping, none that changes nothing."""
        made: list[Change] = []
        place, new = 0, ""
        for piece in [*self._pieces, (len(self.first), len(self.first))]:
            if isinstance(piece, str):
                new += piece
                continue
            if new or piece[0] > place:
                made += self._trimmed(place, piece[0], new)
            place, new = piece[1], ""
        return tuple(made)

    def _trimmed(self, start: int, end: int, text: str) -> list[Change]:
        """The change without what is the same at both of its ends."""
        old = self.first[start:end]
        head = _same(old, text)
        tail = _same(old[head:][::-1], text[head:][::-1])
        if len(old) == len(text) == head:
            return []
        return [Change(start + head, end - tail, text[head : len(text) - tail])]

    def _cut(self, at: int) -> tuple[list[Piece], list[Piece]]:
        """The pieces up to a place in the text, and those from there on."""
        before: list[Piece] = []
        for number, piece in enumerate(self._pieces):
            size = len(piece) if isinstance(piece, str) else piece[1] - piece[0]
            if at < size:
                left, right = _halves(piece, at)
                return [*before, *left], [*right, *self._pieces[number + 1 :]]
            before.append(piece)
            at -= size
        return before, []


def _halves(piece: Piece, at: int) -> tuple[list[Piece], list[Piece]]:
    if at == 0:
        return [], [piece]
    if isinstance(piece, str):
        return [piece[:at]], [piece[at:]]
    return [(piece[0], piece[0] + at)], [(piece[0] + at, piece[1])]


def _same(left: str, right: str) -> int:
    """How many characters at the start are the same."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
