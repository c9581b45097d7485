"""Graph: a series as characters: braille, blocks, or ASCII. Pure; drawn by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Symbols = Literal["braille", "block", "ascii"]
SYMBOLS: tuple[Symbols, ...] = ("block", "ascii", "braille")
BLOCKS = " ▁▂▃▄▅▆▇█"
ASCII = " _.:-=+*#"
_LEFT = (0x00, 0x40, 0x44, 0x46, 0x47)
_RIGHT = (0x00, 0x80, 0xA0, 0xB0, 0xB8)
"""Dots of the left and right half of a braille cell, filled from below."""


def fold(values: Sequence[float], columns: int) -> list[float]:
    """The values in so many columns: the largest of each, NaN where there is none; stretched if too few."""
    if columns <= 0 or not values:
        return []
    found = []
    many = len(values)
    for column in range(columns):
        low = column * many // columns
        high = max(low + 1, (column + 1) * many // columns)
        inside = [value for value in values[low:high] if value == value]
        found.append(max(inside) if inside else float("nan"))
    return found


def plot(values: Sequence[float], columns: int, rows: int, symbols: Symbols, top: float) -> list[str]:
    """`rows` strings of `columns` characters; `top` is the value of a full column, above 0.

    What is not there is blank; what is there and above 0 shows at least the smallest step.
    """
    if symbols == "braille":
        return _braille(fold(values, columns * 2), columns, rows, top)
    steps = BLOCKS if symbols == "block" else ASCII
    heights = [_height(value, rows * 8, top) for value in fold(values, columns)]
    return [
        "".join(steps[max(0, min(8, height - 8 * (rows - 1 - row)))] for height in heights)
        for row in range(rows)
    ]


def _braille(values: Sequence[float], columns: int, rows: int, top: float) -> list[str]:
    heights = [_height(value, rows * 4, top) for value in values]
    lines = []
    for row in range(rows):
        base = 4 * (rows - 1 - row)
        cells = []
        for column in range(columns):
            left = max(0, min(4, heights[2 * column] - base))
            right = max(0, min(4, heights[2 * column + 1] - base))
            cells.append(chr(0x2800 + _LEFT[left] + _RIGHT[right]) if left or right else " ")
        lines.append("".join(cells))
    return lines


def _height(value: float, steps: int, top: float) -> int:
    if value != value or value <= 0 or top <= 0:
        return 1 if value == 0 else 0
    return max(1, min(steps, round(value / top * steps)))
