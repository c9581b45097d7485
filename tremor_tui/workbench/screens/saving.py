"""Saving: writes drafts to disk, asks where somebody else wrote them, and offers what was never saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tremor_tui.errors import TremorError
from tremor_tui.workbench.company import tell_saved
from tremor_tui.workbench.draft import ChangedOnDisk, Draft, forget, kept
from tremor_tui.workbench.screens.dialogs import Question

if TYPE_CHECKING:
    from tremor_tui.workbench.screens.script import ScriptView


class Saving:
    """Does for a ScriptView what has to do with files."""

    def __init__(self, view: ScriptView) -> None:
        self._view = view

    def may_write(self, draft: Draft) -> bool:
        """Whether a draft may be written; says why not."""
        view = self._view
        if view.store.read_only:
            view.desk.say("this workbench may only look", "warning")
        elif not draft.is_writable:
            view.desk.say(f"{draft.name} belongs to the library and cannot be changed", "warning")
        return draft.is_writable and not view.store.read_only

    async def save(self, draft: Draft) -> bool:
        """Saves a draft; asks where it was changed on disk, and answers False. Raises TremorError."""
        text = draft.text
        try:
            await asyncio.to_thread(draft.save, text)
        except ChangedOnDisk as error:
            self._ask_overwrite(draft, str(error))
            return False
        await self._saved(draft)
        return True

    async def save_all(self) -> bool:
        """Saves what is not; answers whether all of it could be. Raises TremorError."""
        for draft in self._view.drafts.unsaved():
            if not await self.save(draft):
                return False
        return True

    async def _saved(self, draft: Draft) -> None:
        self._view.desk.say(f"saved {draft.name}")
        self._view.count()
        await tell_saved(self._view, draft.path)

    def _ask_overwrite(self, draft: Draft, words: str) -> None:
        options = [
            ("", "Go back to the editor", "nothing is written"),
            ("take", "Take the version on disk", "ctrl+z brings yours back"),
            ("write", "Overwrite it with yours", "theirs is lost"),
        ]

        def answer(chosen: str | None) -> None:
            if chosen == "write":
                self._view.desk.work(self._overwrite(draft))
            elif chosen == "take":
                self._view.desk.work(self.reload(draft))

        self._view.app.push_screen(Question("Changed on disk", [words + "."], options), answer)

    async def _overwrite(self, draft: Draft) -> None:
        await asyncio.to_thread(draft.overwrite, draft.text)
        await self._saved(draft)

    async def reload(self, draft: Draft) -> None:
        """Takes the text that lies on disk; undo brings the other back. Raises TremorError."""
        view = self._view
        found = await asyncio.to_thread(draft.disk_text)
        if found is None:
            raise TremorError(f"{draft.name} is not on disk any more", "ctrl+s writes it again")
        draft.saved = found
        if draft is view.draft and found != view.editor.text:
            view.replace_text(found)
        view.count()
        view.desk.say(f"{draft.name} is as it is on disk")

    # What was never saved

    async def offer_kept(self) -> None:
        """Offers a text that was not saved when an earlier workbench was ended."""
        for draft in self._view.files.drafts:
            text = await asyncio.to_thread(kept, draft) if _may_be_kept(draft) else ""
            if text:
                self._ask_kept(draft, text)
                return

    def _ask_kept(self, draft: Draft, text: str) -> None:
        words = f"{draft.name} held text that was not saved when the workbench was ended."
        options = [
            ("take", "Take it into the editor", "ctrl+z brings the saved text back"),
            ("drop", "Throw it away", ""),
            ("", "Decide later", ""),
        ]

        def answer(chosen: str | None) -> None:
            if chosen:
                forget(draft)
            if chosen == "take":
                self._view.open(draft)
                self._view.replace_text(text)

        self._view.app.push_screen(Question("Not saved", [words], options), answer)

    # Undo

    def step(self, step: Callable[[Draft], str]) -> None:
        """Undoes or does again the last edit of the draft in the editor."""
        view = self._view
        view.take_text()
        draft = view.draft
        if draft is None or not self.may_write(draft):
            return
        try:
            step(draft)
        except TremorError as error:
            view.desk.say(str(error))
        view.follow_drafts()


def _may_be_kept(draft: Draft) -> bool:
    return draft.is_writable and not draft.is_unsaved
