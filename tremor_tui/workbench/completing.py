"""Completing: asks what may be written at the cursor, and shows and takes it; typing never waits for it.

While a question is on its way no other is asked; the answer is shown if the text up to where the word begins
is still the same, cut to what begins with what has been typed meanwhile, and dropped otherwise.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.geometry import Offset
from textual.timer import Timer

from tremor_tui.control.authoring import Complete, Completed, Hint, Suggestion
from tremor_tui.errors import ControlError

if TYPE_CHECKING:
    from tremor_tui.workbench.screens.script import ScriptView

PAUSE_S = 0.12
"""After a letter, before it is asked what may follow."""
LETTERS = 2
"""Of a word, before it is asked by itself."""
SAMPLES_SIZE = 64 * 1024
"""Bytes of samples that go with a question."""
_WORD = re.compile(r"[A-Za-z_0-9]*$")
_REST = re.compile(r"[A-Za-z_0-9]*`?")
_ASKING = re.compile(r"(?:::|\.|\$|/)$")
_IN_CALL = re.compile(r"[\w)]\s*\([^()]*$|\([^;]*,[^;]*$")
_COMMENT = re.compile(r"^[^\"]*#[^{]")


class Completing:
    """Does for a ScriptView what has to do with the popup."""

    def __init__(self, view: ScriptView) -> None:
        self._view = view
        self._timer: Timer | None = None
        self._busy = False
        self._again = False
        self._forced = False
        self._answer: Completed | None = None
        self._before = ""
        self._shown_at = self._typed_at = -1

    # What happens

    def typed(self) -> None:
        """A key changed the text."""
        self._typed_at = self._offset()
        before = self._line_before()
        word = _WORD.search(before)
        length = len(word.group()) if word else 0
        if self.is_open and length:
            self._narrow()
        elif self.is_open:
            self.close()
        if _ASKING.search(before) and not _COMMENT.match(before):
            self._ask_in(0.0)
        elif length >= LETTERS or self.is_open or _IN_CALL.search(before):
            self._ask_in(PAUSE_S)
        else:
            self._stop()
            self._hint(None)

    def moved(self) -> None:
        """The cursor was moved without a change of the text."""
        draft = self._view.draft
        if draft is not None and draft.text != self._view.editor.text:
            return  # a key typed something: `typed` hears of it next
        if self._offset() in (self._shown_at, self._typed_at):
            return
        self.close()
        if self._view.hint.display:
            self._ask_in(PAUSE_S)

    def ask(self) -> None:
        """Asks now, whatever stands before the cursor."""
        self._forced = True
        self._ask_in(0.0)

    @property
    def is_open(self) -> bool:
        """Whether the popup is shown."""
        return bool(self._view.popup.display)

    def close(self) -> None:
        """Takes the popup away, and whatever was on its way to it."""
        self._stop()
        self._forced = False
        self._answer = None
        self._view.popup.hide()

    def leave(self) -> None:
        """Takes all of it away."""
        self.close()
        self._hint(None)

    def _hint(self, hint: Hint | None) -> None:
        if hint is not None or self._view.hint.display:
            self._view.hint.show(hint, self._cursor())

    # Asking

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _ask_in(self, seconds: float) -> None:
        self._stop()
        if seconds:
            self._timer = self._view.set_timer(seconds, self._go)
        else:
            self._go()

    def _go(self) -> None:
        if self._busy:
            self._again = True
        elif self._view.draft is not None and not self._view.editor.read_only:
            self._busy = True
            self._view.desk.work(self._asked())

    async def _asked(self) -> None:
        view, draft = self._view, self._view.draft
        try:
            if draft is None:
                return
            view.take_text()
            text, offset = view.editor.text, self._offset()
            texts = {**view.texts(), draft.path: text}
            request = Complete(draft.path, view.base, offset, view.module_path, texts, *self._samples())
            answer = await view.desk.session.ask(request)
            if isinstance(answer, Completed) and draft is view.draft:
                self._take(answer, text)
        except ControlError:
            return  # what is wrong with the link or the text is shown elsewhere; typing goes on
        finally:
            self._busy = False
            if self._again:
                self._again = False
                self._go()

    def _samples(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        found, size = [], 0
        for sample in self._view.preview.samples:
            size += len(sample.value) + len(sample.meta)
            if size > SAMPLES_SIZE:
                break
            found.append(sample)
        return tuple(one.value for one in found), tuple(one.meta or "{}" for one in found)

    # Answers

    def _take(self, answer: Completed, text: str) -> None:
        """Shows an answer to an earlier text where it still fits."""
        now, offset = self._view.editor.text, self._offset()
        is_same = now == text
        if not is_same and (now[: answer.start] != text[: answer.start] or offset < answer.start):
            return
        typed = now[answer.start : offset]
        if not is_same and not _WORD.fullmatch(typed):
            return
        self._hint(answer.hint if is_same else None)
        self._answer, self._before = answer, now[: answer.start]
        self._show(typed)

    def _narrow(self) -> None:
        """What was shown, cut to what begins with what is typed by now; asks again where nothing is left."""
        answer, now = self._answer, self._view.editor.text
        if answer is None or not now.startswith(self._before):
            self.close()
            return
        self._show(now[answer.start : self._offset()])

    def _show(self, typed: str) -> None:
        assert self._answer is not None
        fitting = [item for item in self._answer.items if _fits(item, typed)]
        is_done = len(fitting) == 1 and fitting[0].insert == typed
        if not fitting or is_done or (not typed and not self._forced and not self._is_led_to()):
            self._view.popup.hide()
            return
        self._shown_at = self._offset()
        self._view.popup.show(fitting, self._cursor(), len(typed))

    def _is_led_to(self) -> bool:
        return bool(_ASKING.search(self._before[-3:]))

    # Taking one

    @property
    def is_written(self) -> bool:
        """Whether the word is whole as it stands and no other one was picked: enter then ends the line."""
        popup, answer = self._view.popup, self._answer
        if answer is None or popup.at:
            return False
        typed = self._view.editor.text[answer.start : self._offset()]
        return any(item.label == typed for item in popup.items)

    def take(self) -> bool:
        """Writes the suggestion that is picked; answers whether there was one."""
        item, answer = self._view.popup.picked, self._answer
        if item is None or answer is None:
            return False
        editor = self._view.editor
        offset = self._offset()
        rest = _REST.match(editor.text, offset)
        end = rest.end() if rest else offset
        insert = item.insert
        if insert.endswith("(") and editor.text[end : end + 1] == "(":
            insert = insert[:-1]
        self.close()
        editor.write(insert, answer.start, end)
        if insert.endswith(("::", "(", "/")):
            self._ask_in(0.0)
        return True

    # Places

    def _offset(self) -> int:
        return self._view.editor.offset_now

    def _line_before(self) -> str:
        row, column = self._view.editor.cursor_location
        return self._view.editor.document.get_line(row)[:column]

    def _cursor(self) -> Offset:
        return self._view.editor.cursor_screen_offset


def _fits(item: Suggestion, typed: str) -> bool:
    return item.label.lower().lstrip("`").startswith(typed.lower().lstrip("`"))
