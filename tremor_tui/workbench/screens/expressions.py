"""ExpressionDialog: a line for a tremor expression that says what is wrong with it while it is typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input

from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import Previewed
from tremor_tui.errors import TremorError
from tremor_tui.workbench.session import Session
from tremor_tui.workbench.terminal import clean
from tremor_tui.workbench.widgets.painted import Line, Painted, wrap

PAUSE_S = 0.15
"""After the last key, before the text is looked at."""
Check = Callable[[str], Awaitable[str]]


class _Words(Painted):
    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self.words = words
        self.wrong = ""

    def draw(self, width: int, height: int) -> list[Line]:
        if self.wrong:
            texts, style = wrap(self.wrong, width)[:height], self.ink.bad
        else:
            texts, style = [line for text in self.words for line in wrap(text, width)][:height], self.ink.dim
        return [Line().add(text, style) for text in texts]


class ExpressionDialog(ModalScreen[str | None]):
    """Answers the text, or None when it is left. `check` says what is wrong with a text, or nothing."""

    BINDINGS = [("escape", "leave", "leave")]  # noqa: RUF012 - Textual's own way

    def __init__(self, title: str, value: str, check: Check, words: Sequence[str]) -> None:
        super().__init__()
        self._title, self._value, self._check = title, value, check
        self._words = _Words(words)
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """A box with one input and what is wrong with it."""
        box = Vertical(Input(self._value, compact=True), self._words, classes="dialog expression")
        box.border_title = self._title
        box.border_subtitle = "enter takes, esc leaves"
        yield box

    def on_input_changed(self, event: Input.Changed) -> None:
        """The text is looked at soon."""
        if self._timer is not None:
            self._timer.stop()
        text = event.value
        self._timer = self.set_timer(PAUSE_S, lambda: self.run_worker(self._look(text), exclusive=True))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A text with an error stays, with the cursor behind it."""
        self.run_worker(self._take(event.value), exclusive=True)

    def action_leave(self) -> None:
        """Answers nothing."""
        self.dismiss(None)

    async def _look(self, text: str) -> bool:
        self._words.wrong = await self._check(text)
        self._words.repaint()
        return not self._words.wrong

    async def _take(self, text: str) -> None:
        if await self._look(text) and self.is_current:
            self.dismiss(text)


def checker(session: Session, other: Callable[[str], bool] = lambda text: False) -> Check:
    """Says what is wrong with an expression, by the engine's compiler; `other` texts are fine as they are."""

    async def check(text: str) -> str:
        if not text.strip() or other(text):
            return ""
        try:
            answer = await session.ask(do.Preview((), text))
        except TremorError as error:
            return clean(str(error))
        found = [one for one in getattr(answer, "diagnostics", ()) if one.is_error]
        if not isinstance(answer, Previewed) or not found:
            return ""
        first = found[0]
        place = f"column {first.span.column}: " if first.span else ""
        return clean(place + first.message + (f" ({first.hint})" if first.hint else ""))

    return check
