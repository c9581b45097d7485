"""ScrollText: lines that were made before, drawn by hand and scrolled; and JSON made into such lines."""

from __future__ import annotations

import json
import re

from rich.style import Style
from textual import events
from textual.strip import Strip

from tremor_tui.workbench.ink import Ink
from tremor_tui.workbench.terminal import clean, clean_lines
from tremor_tui.workbench.widgets.painted import Line, Painted

_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d[\d.eE+-]*)|(?P<word>true|false|null)'
)


class ScrollText(Painted, can_focus=True):
    """`texts` are its lines; arrows, page keys and the wheel scroll."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way
        ("up,k", "scroll_by(-1)", "up"),
        ("down,j", "scroll_by(1)", "down"),
        ("pageup", "scroll_by(-15)", "page up"),
        ("pagedown,space", "scroll_by(15)", "page down"),
        ("home", "scroll_by(-1000000)", "first"),
        ("end", "scroll_by(1000000)", "last"),
    ]

    def __init__(self, texts: list[Line], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.texts = texts
        self._first = 0

    def draw(self, width: int, height: int) -> list[Line]:
        """The lines in view."""
        self._first = max(0, min(self._first, len(self.texts) - height))
        shown = self.texts[self._first : self._first + height]
        lines = []
        for line in shown:
            copy = Line()
            copy.segments, copy.cells = list(line.segments), line.cells
            lines.append(copy)
        if len(self.texts) > height and lines:
            words = f" {self._first + 1}-{self._first + len(shown)} of {len(self.texts)} "
            lines[-1] = lines[-1].fit(max(0, width - len(words))).add(words, self.ink.dim)
        return lines

    def action_scroll_by(self, by: int) -> None:
        """Moves the view."""
        self._first += by
        self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        self.action_scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        self.action_scroll_by(-3)


def folded(lines: list[Line], width: int) -> list[Line]:
    """The lines with what is longer than `width` going on, indented, on the next; words stay whole."""
    found: list[Line] = []
    for line in lines:
        rest, indent = Strip(line.segments, line.cells), 0
        while indent + rest.cell_length > width:
            cut = _cut(rest, width - indent)
            found.append(_of(rest.crop(0, cut), indent))
            rest, indent = rest.crop(cut), min(6, width // 4)
        found.append(_of(rest, indent))
    return found


def _cut(strip: Strip, room: int) -> int:
    """Where a line is cut: behind its last blank, comma or slash that fits, unless that is far back."""
    text = strip.text
    if strip.cell_length != len(text):
        return room  # wide characters: cells are no places in the text
    start = len(text) - len(text.lstrip())
    last = max(text.rfind(sign, start, room) for sign in (" ", ",", "/", ";", "&"))
    return last + 1 if last > max(start, room // 2) else room


def _of(strip: Strip, indent: int) -> Line:
    line = Line().to(indent)
    line.segments += list(strip)
    line.cells += strip.cell_length
    return line


def json_lines(text: str, ink: Ink) -> list[Line]:
    """A JSON text, laid out and coloured; what is no JSON (it may have been cut) as it is."""
    try:
        laid = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        laid = text
    styles = {"key": ink.accent, "string": ink.warn, "number": ink.key, "word": ink.good}
    return [_coloured(line, styles) for line in clean_lines(laid).split("\n")]


def _coloured(text: str, styles: dict[str, Style]) -> Line:
    line, at = Line(), 0
    for found in _TOKEN.finditer(text):
        line.add(text[at : found.start()]).add(found.group(), styles[found.lastgroup or "word"])
        at = found.end()
    return line.add(clean(text[at:]))
