"""Conflicts: a file that was written outside while its draft is open is taken over, or asked about."""

from __future__ import annotations

import asyncio
import difflib
import os
from typing import TYPE_CHECKING

from tremor_tui.workbench.draft import Draft
from tremor_tui.workbench.ink import Ink
from tremor_tui.workbench.screens.dialogs import Question, TextDialog
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line

if TYPE_CHECKING:
    from tremor_tui.workbench.screens.going_live import GoingLive

LOOK_S = 1.0
SMALL = 6
"""Lines of a difference in the question itself."""
Stamp = tuple[int, int, int]


class Conflicts:
    """Looks at the files of the drafts once a second, by their stamps; reads those that changed."""

    def __init__(self, view: GoingLive) -> None:
        self._view = view
        self._stamps: dict[str, Stamp] = {}
        self._asked: dict[str, str] = {}
        self._is_looking = False

    def look(self) -> None:
        """Looks in the background."""
        if not self._is_looking and self._view.composing.drafts.all:
            self._is_looking = True
            self._view.desk.work(self._look())

    async def _look(self) -> None:
        try:
            for draft in list(self._view.composing.drafts.all):
                if draft.is_writable:
                    await self._look_at(draft)
        finally:
            self._is_looking = False

    async def _look_at(self, draft: Draft) -> None:
        stamp = await asyncio.to_thread(_stamp, draft.path)
        flow = self._view.store.flow
        # A version that goes back writes the earlier text itself: `applying.py` follows that.
        if stamp is None or self._stamps.get(draft.path) == stamp or (flow and flow.watching_until_ns):
            return
        self._stamps[draft.path] = stamp
        found = await asyncio.to_thread(draft.disk_text)
        if found is None or found == draft.saved or self._went_back():
            return
        if found == draft.text:
            draft.saved = found
        elif not draft.is_unsaved:
            self.take(draft, found)
            self._view.desk.say(f"{named(draft.name)} was changed outside and is taken over; u takes it back")
        else:
            await self.settle(draft)
        self._count()

    def _went_back(self) -> bool:
        flow = self._view.store.flow
        receipt = flow.last_apply if flow else None
        picture = self._view.store.picture
        recent = picture is not None and receipt is not None and picture.at_ns - receipt.at_ns < 5 * 10**9
        return bool(receipt and receipt.went_back_from and recent)

    def take(self, draft: Draft, text: str) -> None:
        """Takes what lies on disk into the draft; undo brings the other back."""
        self._view.composing.drafts.typed(draft, text, "changed outside")
        draft.saved = text

    def forget(self, draft: Draft) -> None:
        """Asks again about a file, also where it was asked before."""
        self._asked.pop(draft.path, None)

    async def settle(self, draft: Draft) -> bool:
        """Asks what to do with a draft whose file was changed; answers whether it was decided."""
        view = self._view
        theirs = await asyncio.to_thread(draft.disk_text) or ""
        if self._asked.get(draft.path) == theirs or view.app.screen is not view.app.screen_stack[0]:
            self._stamps.pop(draft.path, None)
            return False
        self._asked[draft.path] = theirs
        words = [f"{draft.name} was changed outside while your text is not saved."]
        small = difference_texts(theirs, draft.text)
        words += [*small[:SMALL], *([f"and {len(small) - SMALL} lines more"] if len(small) > SMALL else [])]
        options = [
            ("", "Decide later", "nothing is written"),
            ("mine", "Keep mine", "saving overwrites theirs"),
            ("theirs", "Take theirs", "u brings yours back"),
            ("both", "See both", ""),
        ]
        while True:
            question = Question("Changed outside", [named(one) for one in words], options)
            match await view.app.push_screen_wait(question):
                case "mine":
                    draft.saved = theirs
                case "theirs":
                    self.take(draft, theirs)
                case "both":
                    lines = difference_lines(theirs, draft.text, view.desk.ink)
                    await view.app.push_screen_wait(TextDialog("- on disk   + yours", lines))
                    continue
                case _:
                    return False
            self._count()
            return True

    def _count(self) -> None:
        self._view.store.unsaved = len(self._view.composing.drafts.unsaved())
        self._view.store.touch()


def _stamp(path: str) -> Stamp | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def difference_texts(theirs: str, mine: str) -> list[str]:
    """The lines that differ: `-` on disk, `+` in the draft."""
    lines = difflib.unified_diff(theirs.splitlines(), mine.splitlines(), "on disk", "yours", lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def difference_lines(theirs: str, mine: str, ink: Ink) -> list[Line]:
    """Both texts side by side, line by line, with what stays the same near by."""
    styles = {"-": ink.hot, "+": ink.good, "@": ink.dim}
    lines = difflib.unified_diff(theirs.splitlines(), mine.splitlines(), "on disk", "yours", lineterm="")
    return [Line().add(named(line), styles.get(line[:1], ink.text)) for line in lines]
