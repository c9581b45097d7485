"""TypedScreen: a dialog that takes every key itself, before its widgets are there too; a line to type."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from rich.style import Style
from textual import events
from textual.screen import ModalScreen

from tremor_tui.workbench.terminal import clean
from tremor_tui.workbench.widgets.painted import Line, clip

if TYPE_CHECKING:
    from tremor_tui.workbench.ink import Ink

T = TypeVar("T")
CURSOR = Style(reverse=True)


class TypedScreen(ModalScreen[T], Generic[T]):
    """A dialog without focused widgets; `take_key` gets each key until `answer` was called."""

    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.is_answered = False

    async def on_key(self, event: events.Key) -> None:
        """Each key comes here, and only here."""
        event.stop()
        event.prevent_default()
        await self.ready(event)
        if not self.is_answered:
            self.take_key(event)

    async def ready(self, event: events.Key) -> None:
        """Returns once the dialog can take this key."""

    def take_key(self, event: events.Key) -> None:
        """What a key does."""
        raise NotImplementedError

    def answer(self, result: T) -> None:
        """Closes the dialog."""
        if not self.is_answered:
            self.is_answered = True
            self.dismiss(result)


class LineEdit:
    """A line that is typed; line feeds in it show as a sign.

    A text that `is_proposed` is marked whole: what is typed first takes its place.
    """

    def __init__(self, text: str = "", is_proposed: bool = False) -> None:
        self.text = text
        self.at = len(text)
        self.is_proposed = is_proposed and bool(text)

    def take(self, event: events.Key) -> bool:
        """Does what a key does to a line; answers whether it did something."""
        move = _MOVES.get(event.key)
        if move is not None:
            is_gone = self.is_proposed and event.key in ("backspace", "delete")
            self.text, self.at = ("", 0) if is_gone else move(self.text, self.at)
            self.is_proposed = False
            return True
        if event.character and event.is_printable:
            self.insert(event.character)
            return True
        return False

    def insert(self, text: str) -> None:
        """Writes at the cursor, or in place of what is proposed."""
        if self.is_proposed:
            self.text, self.at, self.is_proposed = "", 0, False
        self.text = self.text[: self.at] + text + self.text[self.at :]
        self.at += len(text)

    def line(self, width: int, ink: Ink, has_cursor: bool) -> Line:
        """The line with its cursor, as much as fits round it."""
        first = max(0, self.at - width + 2)
        before = clean(self.text[first : self.at].replace("\n", "⏎"))
        under = clean(self.text[self.at : self.at + 1].replace("\n", "⏎")) or " "
        after = clean(self.text[self.at + 1 :].replace("\n", "⏎"))
        line = Line().add(before, CURSOR if self.is_proposed and has_cursor else ink.text)
        line.add(under, CURSOR if has_cursor else ink.text)
        return line.add(clip(after, max(0, width - line.cells)), ink.text)


_MOVES: dict[str, Callable[[str, int], tuple[str, int]]] = {
    "backspace": lambda text, at: (text[: max(0, at - 1)] + text[at:], max(0, at - 1)),
    "delete": lambda text, at: (text[:at] + text[at + 1 :], at),
    "left": lambda text, at: (text, max(0, at - 1)),
    "right": lambda text, at: (text, min(len(text), at + 1)),
    "home": lambda text, at: (text, 0),
    "ctrl+a": lambda text, at: (text, 0),
    "end": lambda text, at: (text, len(text)),
    "ctrl+e": lambda text, at: (text, len(text)),
    "ctrl+u": lambda text, at: (text[at:], 0),
    "ctrl+k": lambda text, at: (text[:at], at),
    "ctrl+w": lambda text, at: (_word_left(text[:at]) + text[at:], len(_word_left(text[:at]))),
}


def _word_left(text: str) -> str:
    bare = text.rstrip()
    return bare[: max(bare.rfind(" "), bare.rfind(","), bare.rfind("/")) + 1] if bare else ""
