"""Drafts: the texts that are open, shared by the editor and the canvas, with the journal of each.

Whoever changes a text does it here: `typed` for the editor, `edit` for the canvas, `undo` and `redo` for
both. `changed` counts the changes, so that a view sees that its picture of a text is old.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tremor_tui.control.editing import TextChange, applied
from tremor_tui.control.snapshots import FileText
from tremor_tui.errors import TremorError
from tremor_tui.workbench.draft import Draft
from tremor_tui.workbench.journal import Edited, Journal, difference


class Drafts:
    """`all` are the open texts; `main` is the path of the deployed file, `flow` its alias where it runs.

    `say` is called with what a journal says when it is opened.
    """

    def __init__(self, base: str = "", say: Callable[[str], None] = lambda _words: None) -> None:
        self.base = base
        self.all: list[Draft] = []
        self.main = ""
        self.flow = ""
        self.changed = 0
        self._say = say
        self._journals: dict[str, Journal] = {}

    # The texts

    def find(self, path: str) -> Draft | None:
        """The draft of a path."""
        return next((draft for draft in self.all if draft.path == path), None)

    def open(self, path: str) -> Draft:
        """The draft of a file, read where it is not open; empty without a file. Raises TremorError."""
        found = self.find(path)
        if found is None:
            found = Draft(_name(path, self.base), path, "", "")
            text = found.disk_text()
            found.is_new = text is None
            found.saved = found.text = text or ""
            self.all.append(found)
        return found

    def take(self, files: Sequence[FileText]) -> None:
        """Sets the open texts; those that are unsaved, or the same, stay what they are."""
        before = {draft.path: draft for draft in self.all}
        drafts = [self._taken(file, before.pop(file.path, None)) for file in files]
        drafts.sort(key=lambda draft: not draft.is_writable)
        self.all = [*(draft for draft in before.values() if draft.is_unsaved), *drafts]

    def _taken(self, file: FileText, before: Draft | None) -> Draft:
        if before is None:
            return Draft.of(file)
        if not before.is_unsaved and before.text != file.text:
            self.typed(before, file.text, "changed outside")
            before.saved = file.text
        return before

    def unsaved(self) -> list[Draft]:
        """The drafts that are not on disk."""
        return [draft for draft in self.all if draft.is_unsaved]

    def texts(self) -> dict[str, str]:
        """The texts that are not saved, by path."""
        return {draft.path: draft.text for draft in self.unsaved()}

    def move(self, draft: Draft, path: str) -> None:
        """Gives a draft that is not on disk yet another path; its journal begins there."""
        self._journals.pop(draft.path, None)
        draft.path, draft.name = path, _name(path, self.base)
        self.changed += 1

    # Changes

    def typed(self, draft: Draft, text: str, words: str = "typed") -> None:
        """The text was changed by hand, or by what `words` say."""
        if text == draft.text:
            return
        journal = self.journal(draft)
        if words == "typed":
            journal.typed(draft.text, text, time.time_ns())
        else:
            journal.add(draft.text, difference(draft.text, text, draft.path), words, at_ns=time.time_ns())
        draft.text = text
        self.changed += 1

    def taken(self, draft: Draft, text: str) -> None:
        """Another workbench wrote the file. A journal not open yet begins at its text: that text is saved."""
        if draft.path in self._journals:
            self.typed(draft, text, "written by another workbench")
            return
        draft.text = text
        self.changed += 1

    def edit(self, changes: Iterable[TextChange], words: str) -> None:
        """Makes one edit of several texts. Raises TremorError where one of them cannot be read."""
        by_path: dict[str, list[TextChange]] = {}
        for change in changes:
            by_path.setdefault(change.path, []).append(change)
        drafts = [(self.open(path), own) for path, own in by_path.items()]
        group = uuid.uuid4().hex[:12] if len(drafts) > 1 else ""
        for draft, own in drafts:
            self.journal(draft).add(draft.text, tuple(own), words, group, time.time_ns())
            draft.text = applied(draft.text, own)
        self.changed += 1

    # Undo

    def journal(self, draft: Draft) -> Journal:
        """The journal of a draft, taken up where it was left."""
        found = self._journals.get(draft.path)
        if found is None:
            found = self._journals[draft.path] = Journal(draft.path)
            try:
                words = found.open(draft.text)
            except TremorError as error:
                words = str(error)
            if words:
                self._say(f"{draft.name}: {words}")
        return found

    def undo(self, draft: Draft | None = None) -> str:
        """Takes the last edit back, of one draft or of all of them; answers its words. Raises TremorError."""
        chosen = self._last(draft)
        if chosen is None:
            raise TremorError("nothing to undo")
        for one in self._of_group(chosen, lambda journal: journal.undoable):
            one.text = self.journal(one).undo(one.text)
        self.changed += 1
        return chosen.words

    def redo(self, draft: Draft | None = None) -> str:
        """Makes the edit again that was taken back last; answers its words. Raises TremorError."""
        chosen = self._next(draft)
        if chosen is None:
            raise TremorError("nothing to do again")
        for one in self._of_group(chosen, lambda journal: journal.redoable):
            one.text = self.journal(one).redo(one.text)
        self.changed += 1
        return chosen.words

    def _last(self, draft: Draft | None) -> Edited | None:
        edits = [self.journal(one).undoable for one in self._own(draft)]
        return max((edit for edit in edits if edit), key=lambda edit: edit.at_ns, default=None)

    def _next(self, draft: Draft | None) -> Edited | None:
        edits = [self.journal(one).redoable for one in self._own(draft)]
        return min((edit for edit in edits if edit), key=lambda edit: edit.at_ns, default=None)

    def _own(self, draft: Draft | None) -> list[Draft]:
        return [draft] if draft else [one for one in self.all if one.is_writable]

    def _of_group(self, chosen: Edited, top: Callable[[Journal], Edited | None]) -> list[Draft]:
        """The drafts whose next step belongs to the chosen edit."""
        found = []
        for one in self._own(None):
            edit = top(self.journal(one))
            if edit is chosen or (edit is not None and edit.group and edit.group == chosen.group):
                found.append(one)
        return found


def _name(path: str, base: str) -> str:
    """A path as seen from the client's folder, where that is shorter."""
    seen = os.path.relpath(path, base) if base else path
    return seen if not seen.startswith("..") else Path(path).name
