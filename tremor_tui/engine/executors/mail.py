"""Cuts what became of letters in an executor into frames of a size that the socket takes."""

from __future__ import annotations

from collections.abc import Iterator

from tremor_tui.control.letters import Letter
from tremor_tui.engine.executors.link import Mailed
from tremor_tui.runtime.letters import LetterBox

FRAME = 4 * 1024 * 1024
"""Characters of letters in one frame; one letter alone has at most about three million."""


def mail(box: LetterBox | None) -> Iterator[Mailed]:
    """What there is to tell, letters before what became of them."""
    for got in box.fetch() if box is not None else ():
        yield from (Mailed(got.flow, letters=part) for part in _parts(got.letters))
        for number, letter in got.again:
            yield Mailed(got.flow, again=((number, letter),))
        if got.missed or got.settled or got.lost:
            yield Mailed(
                got.flow,
                missed=got.missed,
                settled=tuple(got.settled),
                reached=tuple(got.reached),
                lost=tuple(got.lost),
            )


def _parts(letters: list[Letter]) -> Iterator[tuple[Letter, ...]]:
    part: list[Letter] = []
    size = 0
    for letter in letters:
        own = (
            len(letter.event) + len(letter.meta) + len(letter.packed) + len(letter.raw) + len(letter.message)
        )
        if part and size + own > FRAME:
            yield tuple(part)
            part, size = [], 0
        part.append(letter)
        size += own
    if part:
        yield tuple(part)
