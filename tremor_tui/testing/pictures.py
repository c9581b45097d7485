"""Makes the SVG of a screen look the same everywhere: no fonts from elsewhere, each word at its place.

Textual writes a line as few long pieces of text whose widths only some programs obey, and names a font to
be fetched. Here each word is a piece of its own that begins at its column, in the reader's own monospace.
"""

from __future__ import annotations

import re
from html import escape, unescape

from rich.cells import cell_len

_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_PIECE = re.compile(
    r'<text (class="[^"]*") x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+" ([^>]*)>(.*?)</text>'
)
_WORD = re.compile(r"[^\xa0 ]+(?:[\xa0 ][^\xa0 ]+)*")
COLUMN = 12.2
"""Width of a column in the units of the picture, as Rich writes them."""


def plain(svg: str) -> str:
    """The same picture without foreign fonts and with every word at its column."""
    svg = _FONT_FACE.sub("", svg).replace(
        "Fira Code, monospace", "'DejaVu Sans Mono', Menlo, Consolas, monospace"
    )
    return _PIECE.sub(_words, svg)


def _words(match: re.Match[str]) -> str:
    style, x, y, rest, text = match.groups()
    text = unescape(text)
    pieces = []
    for word in _WORD.finditer(text):
        left = float(x) + cell_len(text[: word.start()]) * COLUMN
        width = cell_len(word[0]) * COLUMN
        shown = escape(word[0].replace(" ", "\xa0"), quote=False).replace("\xa0", "&#160;")
        pieces.append(
            f'<text {style} x="{left:.1f}" y="{y}" textLength="{width:.1f}" '
            f'lengthAdjust="spacingAndGlyphs" {rest}>{shown}</text>'
        )
    return "".join(pieces)
