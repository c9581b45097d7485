"""Pick: a list that is narrowed by typing; of kinds to add, of templates, of choices of a field."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from tremor_tui.workbench.screens.typed import LineEdit, TypedScreen
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line, Painted, clip, wrap

WIDTH = 72
ABOUT_ROWS = 3
NO_FIT = 9


@dataclass(frozen=True, slots=True)
class Option:
    """One entry: `remark` stands beside it, `about` below the list; `words` are others to find it by."""

    id: str
    title: str
    remark: str = ""
    about: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picked:
    """What was taken; `key` tells how: `enter`, or `tab` to look at the form first. `side`: see `Pick`."""

    id: str
    key: str = "enter"
    side: str = ""


class _List(Painted):
    def __init__(self, pick: Pick) -> None:
        super().__init__()
        self._pick = pick

    def draw(self, width: int, height: int) -> list[Line]:
        return self._pick.lines(width, height)


class Pick(TypedScreen[Picked | None]):
    """`sides` are turned through with the arrows left and right, such as the port to go on from."""

    def __init__(
        self,
        title: str,
        options: Sequence[Option] | None,
        hint: str = "enter takes, esc leaves",
        sides: Sequence[str] = (),
        side_words: str = "",
    ) -> None:
        super().__init__()
        self._title, self._hint, self._side_words = title, hint, side_words
        self._options = options
        self._sides, self._side = list(sides), 0
        self._typed = LineEdit()
        self._at = self._first = 0
        self._is_filled = asyncio.Event()
        if options is not None:
            self._is_filled.set()
        self._list = _List(self)
        self._shown: list[Option] = list(options or ())

    def compose(self) -> ComposeResult:
        """The line that is typed, the list, and what the marked entry is."""
        box = Vertical(self._list, classes="dialog pick")
        box.border_title = self._title
        box.border_subtitle = self._hint
        width, height = self.app.size
        box.styles.width = min(WIDTH, max(30, width - 4))
        box.styles.height = max(6, min(height - 2, len(self._options or range(14)) + ABOUT_ROWS + 4))
        yield box

    def fill(self, options: Sequence[Option]) -> None:
        """Gives the list its entries where they came later; does what was wanted meanwhile."""
        self._options = options
        self._narrow()
        self._is_filled.set()

    async def ready(self, event: events.Key) -> None:
        """What is taken must be there first."""
        if event.key in ("enter", "tab"):
            await self._is_filled.wait()

    def answer(self, result: Picked | None) -> None:
        """Closes the list, also where its entries do not come."""
        self._is_filled.set()
        super().answer(result)

    @property
    def side(self) -> str:
        """The side that is chosen."""
        return self._sides[self._side] if self._sides else ""

    def lines(self, width: int, height: int) -> list[Line]:
        """What the box shows."""
        ink = self._list.ink
        top = Line().add("> ", ink.key).extend(self._typed.line(max(8, width // 2), ink, True))
        if self._sides:
            top.right(f"{self._side_words} {self.side}", width, ink.accent)
        rows = max(1, height - ABOUT_ROWS - 2)
        self._first = max(0, min(self._first, self._at), self._at - rows + 1)
        shown = self._shown[self._first : self._first + rows]
        lines = [self._row(option, self._first + row == self._at, width) for row, option in enumerate(shown)]
        if not lines:
            words = "asking the engine" if self._options is None else "nothing is called so; backspace"
            lines = [Line().add(f" {words}", ink.dim)]
        lines += [Line()] * (rows - len(lines))
        about = self._shown[self._at].about if self._at < len(self._shown) else ""
        texts = [*wrap(named(about), width - 1), *[""] * ABOUT_ROWS][:ABOUT_ROWS]
        rule = Line().add(self._list.glyphs.level * width, ink.faint)
        return [top, *lines, rule, *(Line().add(text, ink.dim) for text in texts)]

    def _row(self, option: Option, is_marked: bool, width: int) -> Line:
        ink, glyphs = self._list.ink, self._list.glyphs
        line = Line().add(glyphs.mark if is_marked else " ", ink.picked)
        title = clip(named(option.title), 24, glyphs.more)
        line.add(f"{title} ", ink.picked if is_marked else ink.text).to(min(26, width))
        line.add(clip(named(option.remark), max(0, width - line.cells), glyphs.more), ink.dim)
        return line.fit(width).over(ink.marked_back) if is_marked else line

    def _narrow(self) -> None:
        wanted = self._typed.text.lower().split()
        found = [(rank(option, wanted), option) for option in self._options or ()]
        self._shown = [option for fit, option in sorted(found, key=lambda one: one[0]) if fit < NO_FIT]
        self._at = self._first = 0
        self._list.repaint()

    def take_key(self, event: events.Key) -> None:
        """Letters narrow, arrows mark, enter takes."""
        match event.key:
            case "escape":
                self.answer(None)
            case "enter" | "tab":
                self._take(event.key)
            case "up" | "down" | "pageup" | "pagedown":
                self._move({"up": -1, "down": 1, "pageup": -8, "pagedown": 8}[event.key])
            case "left" | "right" if self._sides:
                self._side = (self._side + (1 if event.key == "right" else -1)) % len(self._sides)
                self._list.repaint()
            case _:
                if self._typed.take(event):
                    self._narrow()

    def _move(self, by: int) -> None:
        if self._shown:
            at = self._at + by
            self._at = at % len(self._shown) if abs(by) == 1 else max(0, min(at, len(self._shown) - 1))
            self._list.repaint()

    def _take(self, key: str) -> None:
        if self._at < len(self._shown):
            self.answer(Picked(self._shown[self._at].id, key, self.side))

    def on_click(self, event: events.Click) -> None:
        """An entry that is clicked is taken; a click beside the box leaves."""
        row = event.screen_y - self._list.region.y - 1
        if not self._list.region.contains(event.screen_x, event.screen_y):
            self.answer(None)
        elif 0 <= row < len(self._shown) - self._first and row < self._list.size.height - ABOUT_ROWS - 2:
            self._at = self._first + row
            self._take("enter")

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel marks."""
        self._move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel marks."""
        self._move(-1)


def rank(option: Option, wanted: Sequence[str]) -> int:
    """How well an entry fits what was typed: 0 best, NO_FIT not at all; every word of it must fit."""
    return max((_rank(option, word) for word in wanted), default=0)


def _rank(option: Option, word: str) -> int:
    title = option.title.lower()
    parts = title.replace("::", " ").replace("_", " ").split()
    others = [other.lower() for other in option.words]
    for at, fits in enumerate(
        (
            title.startswith(word),
            any(part.startswith(word) for part in parts),
            any(other.startswith(word) for other in others),
            word in title or any(word in other for other in others),
            word in option.remark.lower(),
        )
    ):
        if fits:
            return at
    return NO_FIT
