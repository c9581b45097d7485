"""Diagnosing: what is wrong with the texts, by the compiler and by the samples; going there, mending it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.timer import Timer

from tremor_tui.control import commands as do
from tremor_tui.control.authoring import CheckPaths
from tremor_tui.control.snapshots import Diagnosed, Diagnostic
from tremor_tui.errors import ControlError

if TYPE_CHECKING:
    from tremor_tui.workbench.draft import Draft
    from tremor_tui.workbench.screens.script import ScriptView

PAUSE_S = 0.15
"""After the last key, before the text is diagnosed."""
_RIGHT = re.compile(r"did you mean `([^`]+)`")
_QUOTED = re.compile(r"`([^`]+)`")


class Diagnosing:
    """Does for a ScriptView what has to do with its problems."""

    def __init__(self, view: ScriptView) -> None:
        self._view = view
        self._timer: Timer | None = None
        self._asked = 0
        self._found: tuple[Diagnostic, ...] = ()

    def soon(self) -> None:
        """Has the text diagnosed in a moment."""
        view = self._view
        if self._timer is not None:
            self._timer.stop()
        view.problems.state = "looking" + view.problems.glyphs.more
        self._timer = view.set_timer(PAUSE_S, lambda: view.desk.work(self.now()))

    async def now(self) -> bool:
        """Asks the engine what is wrong; the answer to the latest text wins. Answers whether it compiles."""
        view, draft = self._view, self._view.draft
        if draft is None:
            return True
        self._asked += 1
        number = self._asked
        request = do.Diagnose(draft.path, view.base, view.module_path, view.texts(), view.drafts.flow)
        try:
            answer = await view.desk.session.ask(request)
        except ControlError as error:
            view.problems.state = f"not checked: {error}"
            view.problems.repaint()
            return False
        found = answer.diagnostics if isinstance(answer, Diagnosed) else ()
        is_good = not any(problem.is_error for problem in found)
        if number == self._asked and draft is view.draft:
            self._found = found
            self.spread(found)
            view.desk.work(self._follow(number, is_good))
        return is_good

    async def _follow(self, number: int, is_good: bool) -> None:
        """What else is to be known of a text: what it makes of the samples, which paths these lack."""
        view = self._view
        if is_good:
            await view.previewing.run()
        else:
            view.previewing.spoil()
        flow = view.drafts.flow
        change = await view.applying.compare(flow, view.texts()) if is_good and flow else None
        if number == self._asked:
            view.change.change = change
            view.change.repaint()
        if number == self._asked and is_good:
            await self.look_at_paths()

    async def look_at_paths(self) -> None:
        """Warns of paths that some samples lack, as a missing one is an error in tremor."""
        view, draft, number = self._view, self._view.draft, self._asked
        samples = tuple(sample.value for sample in view.preview.samples)
        if draft is None or not samples:
            return
        line = view.editor.cursor_location[0] + 1
        request = CheckPaths(draft.path, view.base, line, view.module_path, view.texts(), samples)
        try:
            answer = await view.desk.session.ask(request)
        except ControlError:
            return  # an older engine, or none: the compiler's own problems are shown all the same
        if isinstance(answer, Diagnosed) and number == self._asked and draft is view.draft:
            self.spread((*self._found, *answer.diagnostics))

    # Showing

    def spread(self, found: Sequence[Diagnostic]) -> None:
        """Gives each draft its problems; what belongs to none of them shows with the current one."""
        view = self._view
        for draft in view.files.drafts:
            draft.diagnostics = tuple(p for p in found if draft.names(_file(p), view.base))
        known = [p for draft in view.files.drafts for p in draft.diagnostics]
        current = view.draft
        if current is not None:
            current.diagnostics += tuple(p for p in found if p not in known)
            self.show(current)
        view.files.repaint()

    def show(self, draft: Draft) -> None:
        """Shows the problems of the draft that is in the editor."""
        view = self._view
        shown = sorted(draft.diagnostics, key=lambda p: (not p.is_error, p.span.start if p.span else -1))
        if tuple(shown) != view.problems.found:
            view.problems.found, view.problems.current = tuple(shown), -1
        view.problems.state = ""
        view.editor.mark([p for p in shown if draft.names(_file(p), view.base)], view.desk.ink)
        view.problems.repaint()

    # Going there

    def next(self) -> None:
        """Puts the cursor on the next problem, in whichever file it is."""
        view = self._view
        found = view.problems.found
        if found:
            self.go((view.problems.current + 1) % len(found))
            return
        wrong = next((d for d in view.files.drafts if d.diagnostics and d is not view.draft), None)
        if wrong is None:
            view.desk.say("no problem to go to")
        else:
            view.open(wrong)

    def go(self, index: int) -> None:
        """Puts the cursor on a problem of the list."""
        view = self._view
        problem = view.problems.found[index]
        view.problems.current = index
        view.problems.repaint()
        draft = next((d for d in view.files.drafts if d.names(_file(problem), view.base)), None)
        if problem.span is not None:
            view.open(draft or view.draft, problem.span.line, problem.span.column)

    # Mending

    def mend(self) -> None:
        """Writes the word that a problem's hint names in the place of the wrong one."""
        view = self._view
        for problem in self._nearest():
            place = self._wrong_word(problem)
            if place is not None:
                row, start, end, right = place
                view.editor.replace(right, (row, start), (row, end), maintain_selection_offset=False)
                view.editor.move_cursor((row, start + len(right)))
                view.desk.say(f"line {row + 1}: `{right}`")
                return
        view.desk.say("no problem here names the word to write instead")

    def _nearest(self) -> list[Diagnostic]:
        """The problems of the text, that of the cursor's line first, then the one that F2 went to."""
        view = self._view
        found = view.problems.found
        line = view.editor.cursor_location[0] + 1
        current = found[view.problems.current] if 0 <= view.problems.current < len(found) else None
        return sorted(
            (one for one in found if one.span and view.draft and view.draft.names(_file(one), view.base)),
            key=lambda one: (one.span.line != line if one.span else True, one is not current),
        )

    def _wrong_word(self, problem: Diagnostic) -> tuple[int, int, int, str] | None:
        """The row and columns of what is wrong, and the right word; None where that is unclear."""
        span, right = problem.span, _RIGHT.search(problem.hint)
        if span is None or right is None or span.line != span.end_line:
            return None
        row, start, end = span.line - 1, span.column - 1, span.end_column - 1
        document = self._view.editor.document
        if row >= document.line_count:
            return None
        text = document.get_line(row)[start:end]
        for quoted in reversed(_QUOTED.findall(problem.message)):
            wrong = quoted.rpartition("::")[2]
            at = text.rfind(wrong)
            if wrong and at >= 0:
                return row, start + at, start + at + len(wrong), right[1]
        return None  # the text is not what the problem is about any more


def _file(problem: Diagnostic) -> str:
    return problem.span.file if problem.span else problem.file
