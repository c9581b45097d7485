"""Jump: a label on everything that can be gone to; typing it goes there.

    Jump(targets)  ->  the id of the target whose label was typed, or ""

A target that is `refused` gets no label: it is dimmed and says why in a word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from tremor_tui.workbench.screens.typed import TypedScreen
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line, Painted, clip

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


@dataclass(frozen=True, slots=True)
class Target:
    """Something to go to, at a cell of the screen; `words` stand behind its label.

    `go` is called where nobody waits for the answer.
    """

    id: str
    x: int
    y: int
    refused: str = ""
    go: Callable[[], object] = lambda: None
    words: str = ""


def labels(many: int) -> list[str]:
    """So many labels, none of them the beginning of another: letters, then pairs of them."""
    if many <= len(LETTERS):
        return list(LETTERS[:many])
    firsts = -(-(many - len(LETTERS)) // (len(LETTERS) - 1))
    short = LETTERS[: len(LETTERS) - min(firsts, len(LETTERS))]
    pairs = [first + second for first in LETTERS[len(short) :] for second in LETTERS]
    return [*short, *pairs][:many]


class _Words(Painted):
    def __init__(self, jump: Jump) -> None:
        super().__init__(id="jumpwords")
        self._jump = jump

    def draw(self, width: int, height: int) -> list[Line]:
        title, hint = self._jump.words()
        line = Line().add(f" {clip(title, width - 2)}", self.ink.picked)
        return [line.add(f"   {clip(hint, max(0, width - line.cells - 4))}", self.ink.dim)]


class Jump(TypedScreen[str]):
    """Shows labels over what is there. `turn` gives other targets and a title for the key tab."""

    def __init__(
        self,
        title: str,
        targets: Sequence[Target],
        turn: Callable[[], tuple[str, Sequence[Target]]] | None = None,
    ) -> None:
        super().__init__()
        self._title, self._turn = title, turn
        self.tab_words = "tab: the other end"
        self._typed = ""
        self._words = _Words(self)
        self._tags: list[Static] = []
        self._set(targets)

    def _set(self, targets: Sequence[Target]) -> None:
        self.targets = list(targets)
        free = [target for target in self.targets if not target.refused]
        self.labelled = dict(zip(labels(len(free)), free, strict=True))

    def compose(self) -> ComposeResult:
        """The labels, and what they are for in the last line."""
        yield from self._made()
        yield self._words

    def _made(self) -> list[Static]:
        ink = self._words.ink
        label_of = {target.id: label for label, target in self.labelled.items()}
        self._tags = []
        for target in self.targets:
            label = label_of.get(target.id, "")
            words = f"{named(target.words)} " if target.words else ""
            text = f" {label.upper()} {words}" if label else f" {named(target.refused)} "
            tag = Static(Text(text, ink.tab if label else ink.dim), classes="jump")
            tag.styles.offset = (max(0, min(target.x, self.app.size.width - len(text))), target.y)
            self._tags.append(tag)
        return self._tags

    def words(self) -> tuple[str, str]:
        """The last line."""
        typed = f" {self._typed.upper()}{self._words.glyphs.more}" if self._typed else ""
        more = f"  {self.tab_words}" if self._turn else ""
        free = "type a label" if self.labelled else "nothing to go to"
        return f"{self._title}{typed}", f"{free}{more}  esc leaves"

    def take_key(self, event: events.Key) -> None:
        """Letters make a label."""
        if event.key == "escape":
            self.answer("")
        elif event.key == "tab" and self._turn is not None:
            self._title, targets = self._turn()
            self._set(targets)
            self._typed = ""
            self.call_later(self._show_again)
        elif event.character:
            self._type(event.character.lower())

    async def _show_again(self) -> None:
        for tag in self._tags:
            await tag.remove()
        await self.mount_all(self._made(), before=self._words)
        self._words.repaint()

    def _type(self, letter: str) -> None:
        typed = self._typed + letter
        target = self.labelled.get(typed)
        if target is not None:
            self.answer(target.id)
            target.go()
        elif any(label.startswith(typed) for label in self.labelled):
            self._typed = typed
        else:
            self._typed = ""
        self._words.repaint()

    def on_click(self, event: events.Click) -> None:
        """A label that is clicked is taken; a click elsewhere leaves."""
        at = event.screen_x, event.screen_y
        for tag, target in zip(self._tags, self.targets, strict=True):
            if tag.region.contains(*at) and not target.refused:
                self.answer(target.id)
                target.go()
                return
        self.answer("")
