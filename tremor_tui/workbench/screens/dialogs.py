"""The modal screens: a text to read, a menu, a question, and a line to type."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tremor_tui.workbench.widgets.painted import Line, Painted, clip
from tremor_tui.workbench.widgets.scroll_text import ScrollText, folded


class TextDialog(ModalScreen[None]):
    """Lines to read; esc leaves."""

    BINDINGS = [("escape,q,enter,question_mark", "dismiss", "close")]  # noqa: RUF012

    def __init__(self, title: str, lines: list[Line]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """A box as large as the text, at most as the screen."""
        self._lines = folded(self._lines, max(20, int(self.app.size.width * 0.96) - 5))
        box = Vertical(ScrollText(self._lines), classes="dialog")
        box.border_title = self._title
        box.border_subtitle = "esc closes"
        widest = max((line.cells for line in self._lines), default=20)
        box.styles.width = max(40, widest + 5)
        box.styles.height = max(3, len(self._lines) + 2)
        yield box


class _MenuList(Painted, can_focus=True):
    def __init__(self, options: Sequence[tuple[str, str, str]], at: int) -> None:
        super().__init__()
        self.options, self.at = options, at
        self._first = 0

    def draw(self, width: int, height: int) -> list[Line]:
        self._first = max(0, min(self._first, self.at), self.at - height + 1)
        lines = []
        for index, (_, title, more) in enumerate(self.options):
            picked = index == self.at
            line = Line().add(self.glyphs.mark if picked else " ", self.ink.picked)
            line.add(
                clip(f" {title}", width - 1, self.glyphs.more), self.ink.picked if picked else self.ink.text
            )
            if more:
                line.add("  ").add(clip(more, max(0, width - line.cells), self.glyphs.more), self.ink.dim)
            lines.append(line.fit(width).over(self.ink.marked_back) if picked else line)
        return lines[self._first :]


class Menu(ModalScreen[str]):
    """Options (id, title, remark), of which one is taken; answers "" when it is left."""

    BINDINGS = [  # noqa: RUF012
        ("escape,q", "leave", "leave"),
        ("up,k", "move(-1)", "up"),
        ("down,j", "move(1)", "down"),
        ("enter,space", "take", "take"),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str, str]], at: int = 0) -> None:
        super().__init__()
        self._title, self._options = title, options
        self._list = _MenuList(options, at)

    def compose(self) -> ComposeResult:
        """A box with a line for each option."""
        box = Vertical(self._list, classes="dialog")
        box.border_title = self._title
        box.border_subtitle = "enter takes, esc leaves"
        box.styles.width = max(34, max((len(o[1]) + len(o[2]) for o in self._options), default=0) + 9)
        box.styles.height = len(self._options) + 2
        yield box

    def action_move(self, by: int) -> None:
        """Marks another option."""
        if self._options:
            self._list.at = (self._list.at + by) % len(self._options)
            self._list.repaint()

    def action_take(self) -> None:
        """Answers the marked option."""
        self.dismiss(self._options[self._list.at][0] if self._options else "")

    def action_leave(self) -> None:
        """Answers nothing."""
        self.dismiss("")

    def on_click(self, event: events.Click) -> None:
        """An option that is clicked is taken; a click beside the box leaves."""
        row = event.screen_y - self._list.region.y + self._list._first
        if self._list.region.contains(event.screen_x, event.screen_y) and row < len(self._options):
            self.dismiss(self._options[row][0])


class Question(Menu):
    """A sentence above a menu."""

    def __init__(self, title: str, sentences: Sequence[str], options: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(title, options)
        self._sentences = sentences

    def compose(self) -> ComposeResult:
        """The sentences, then the options."""
        words = ScrollText([Line().add(f" {sentence}") for sentence in self._sentences])
        words.can_focus = False
        words.styles.height = len(self._sentences) + 1
        box = Vertical(words, self._list, classes="dialog")
        box.border_title = self._title
        longest = max([len(s) for s in self._sentences] + [len(o[1]) + len(o[2]) + 4 for o in self._options])
        box.styles.width = longest + 6
        box.styles.height = len(self._sentences) + len(self._options) + 3
        yield box

    def on_mount(self) -> None:
        """The options have the keys."""
        self._list.focus()


class Ask(ModalScreen[str | None]):
    """A line to type; answers None when it is left."""

    BINDINGS = [("escape", "leave", "leave")]  # noqa: RUF012

    def __init__(self, title: str, value: str = "", words: str = "") -> None:
        super().__init__()
        self._title, self._value, self._words = title, value, words

    def compose(self) -> ComposeResult:
        """A box with one input."""
        box = Vertical(Input(self._value, placeholder=self._words, compact=True), classes="dialog ask")
        box.border_title = self._title
        box.border_subtitle = "enter takes, esc leaves"
        yield box

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answers what was typed."""
        self.dismiss(event.value)

    def action_leave(self) -> None:
        """Answers nothing."""
        self.dismiss(None)
