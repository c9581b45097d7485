"""The popup of the editor: what may be written, below the cursor; and the one-line help for a call."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region

from tremor_tui.control.authoring import Hint, Suggestion
from tremor_tui.workbench.messages import SuggestionClicked
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line, Painted, clip

UNDER = Style(underline=True)
ROWS = 8
WIDTH = 72
LABELS = 26
"""The widest that a column of labels gets."""


class Popup(Painted):
    """A box of suggestions with one picked; hidden while it has none."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.items: Sequence[Suggestion] = ()
        self.at = 0
        self._first = 0
        self._place = Region()
        self._word = Offset()
        self.display = False

    @property
    def picked(self) -> Suggestion | None:
        """The suggestion that a tab would take."""
        return self.items[self.at] if self.display and self.at < len(self.items) else None

    def show(self, items: Sequence[Suggestion], cursor: Offset, typed: int) -> None:
        """Shows suggestions below the cursor, or above where there is no room; `typed` columns left of it.

        It keeps its size while it is shown at one place, where they fit: another one lays out the screen.
        """
        self.items, self.at, self._first = items, 0, 0
        screen = self.app.size
        rows, width = min(ROWS, len(items)) + 2, min(WIDTH, screen.width, self._needed() + 4)
        if self.display and self._word == Offset(cursor.x - typed, cursor.y):
            rows, width = max(rows, self._place.height), max(width, self._place.width)
        self._word = Offset(cursor.x - typed, cursor.y)
        below = cursor.y + 1 + rows <= screen.height
        y = cursor.y + 1 if below else max(0, cursor.y - rows)
        x = max(0, min(cursor.x - typed - 2, screen.width - width))
        place = Region(x, y, width, rows)
        if not self.display or place != self._place:
            self._place = place
            self.styles.width, self.styles.height = width, rows
            self.absolute_offset = place.offset
            self.display = True
            self.refresh(layout=True)
        self.repaint()

    def hide(self) -> None:
        """Takes it away."""
        self.display = False
        self.items = ()

    def move(self, by: int) -> None:
        """Picks another one, round and round."""
        if self.items:
            self.at = (self.at + by) % len(self.items)
            self.repaint()

    def _needed(self) -> int:
        labels = self._labels()
        rest = max((cell_len(self._rest(item)) for item in self.items), default=0)
        return labels + 2 + min(rest, WIDTH)

    def _labels(self) -> int:
        return min(LABELS, max((cell_len(named(item.label)) for item in self.items), default=8))

    @staticmethod
    def _rest(item: Suggestion) -> str:
        """What stands beside the label: the types of a key, the arguments of a function, and what it does."""
        words = item.signature or item.kind
        if item.kind in ("function", "aggregate"):
            words = words.partition(item.label)[2] or words
        return named(f"{words}  {item.doc}" if item.doc else words)

    def draw(self, width: int, height: int) -> list[Line]:
        ink, glyphs = self.ink, self.glyphs
        rows = height - 2
        self._first = max(0, min(self._first, self.at), self.at - rows + 1)
        labels = self._labels()
        lines = [Line().add(glyphs.corners[0] + glyphs.level * (width - 2) + glyphs.corners[1], ink.focus)]
        for index in range(self._first, min(len(self.items), self._first + rows)):
            item, picked = self.items[index], index == self.at
            line = Line().add(glyphs.mark if picked else " ", ink.picked)
            line.add(clip(named(item.label), labels, glyphs.more), ink.picked if picked else ink.text)
            line.to(labels + 3)
            line.add(clip(self._rest(item), max(0, width - 3 - line.cells), glyphs.more), ink.dim)
            line.fit(width - 2)
            inner = line.over(ink.marked_back) if picked else line
            lines.append(Line().add(glyphs.upright, ink.focus).extend(inner).add(glyphs.upright, ink.focus))
        blank = Line().add(glyphs.upright, ink.focus).to(width - 1).add(glyphs.upright, ink.focus)
        lines += [blank] * (height - 1 - len(lines))
        more = len(self.items) - rows
        foot = f" {self.at + 1} of {len(self.items)} " if more > 0 else ""
        bottom = Line().add(glyphs.corners[2] + glyphs.level, ink.focus).add(foot, ink.dim)
        return [*lines, bottom.to(width - 1, ink.focus, glyphs.level).add(glyphs.corners[3], ink.focus)]

    def on_click(self, event: events.Click) -> None:
        """A suggestion was clicked."""
        row = self._first + event.y - 1
        if 0 < event.y < self.size.height - 1 and row < len(self.items):
            self.at = row
            self.post_message(SuggestionClicked())


class HintLine(Painted):
    """The signature of the call at the cursor, the argument at hand standing out."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.hint: Hint | None = None
        self._place = Region()
        self.display = False

    def show(self, hint: Hint | None, cursor: Offset) -> None:
        """Shows a signature above the cursor's line, or below it in the first one; None takes it away."""
        self.hint = hint
        if hint is None:
            self.display = False
            return
        screen = self.app.size
        width = min(screen.width, cell_len(named(self._text(hint))) + 2)
        y = cursor.y - 1 if cursor.y > 2 else cursor.y + 1
        if not self.display or self._place.y != y or self._place.width != width:
            # It stays where the call began: a line that moved with each key could not be read.
            self._place = Region(max(0, min(cursor.x - 2, screen.width - width)), y, width, 1)
            self.styles.width = width
            self.absolute_offset = self._place.offset
            self.display = True
            self.refresh(layout=True)
        self.repaint()

    @staticmethod
    def _text(hint: Hint) -> str:
        return f"{hint.label}  {hint.doc}" if hint.doc else hint.label

    def draw(self, width: int, height: int) -> list[Line]:
        hint, ink = self.hint, self.ink
        if hint is None:
            return []
        name, _, rest = hint.label.partition("(")
        tail = rest.rpartition(")")[2]
        line = Line().add(f" {named(name)}(", ink.text)
        for index, param in enumerate(hint.params):
            is_active = index == hint.active
            line.add(", " if index else "", ink.dim)
            line.add(named(param), ink.key + UNDER if is_active else ink.dim)
        line.add(")", ink.text).add(named(tail), ink.dim)
        if hint.doc:
            line.add(clip(f"  {named(hint.doc)}", max(0, width - line.cells - 1), self.glyphs.more), ink.dim)
        return [line.fit(width).over(ink.marked_back)]
