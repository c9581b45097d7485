"""Company: other workbenches at the same engine: their writes come into the editor, ours are told to them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tremor_tui.control.company import Saved
from tremor_tui.errors import ControlError, TremorError

if TYPE_CHECKING:
    from tremor_tui.workbench.draft import Draft
    from tremor_tui.workbench.screens.script import ScriptView


async def tell_saved(view: ScriptView, *paths: str) -> None:
    """Lets the other clients know which files were written; without an engine there are none."""
    try:
        await view.desk.session.ask(Saved(paths, view.flow))
    except ControlError:
        return  # the file is written, and who is not there need not know


async def follow_files(view: ScriptView, paths: Sequence[str], by: str) -> None:
    """Takes what another client wrote into drafts without unsaved text; of the others it says so."""
    for draft in view.files.drafts:
        if draft.path not in paths:
            continue
        found = await _read(draft)
        if found is None or found in (draft.saved, draft.text):
            continue
        if draft.is_unsaved:
            words = f"{by} wrote {draft.name} while you edit it: ^r takes theirs, saving yours asks first"
            view.desk.say(words, "warning")
        else:
            _take(view, draft, found)
    view.count()


async def _read(draft: Draft) -> str | None:
    try:
        return await asyncio.to_thread(draft.disk_text)
    except TremorError:
        return None  # saving says so, with the reason


def _take(view: ScriptView, draft: Draft, text: str) -> None:
    view.drafts.taken(draft, text)
    draft.saved = text
    if draft is view.draft:
        place = view.editor.cursor_location
        view.editor.replace(text, (0, 0), view.editor.document.end, maintain_selection_offset=False)
        view.editor.move_cursor(place)
