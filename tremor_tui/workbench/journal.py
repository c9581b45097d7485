"""Journal: what was done to one text, kept over restarts; undo returns the exact text.

One file below the state folder for each text (`journal_files.py`: one for each workbench that has it open),
with a line of JSON for each thing that happened:

    {"text": F}                  what follows begins at the text with the fingerprint F
    {"do": [BACK, FORTH], ...}   an edit, as the changes that take it back and those that make it again
    {"at": N}                    N edits are done now; those after them can be done again

Lines are only added. A text that is none of those that the journal went through (somebody else wrote the
file) begins a new branch: undo ends there, and what lies before stays in the file. Where it is an earlier
one (edits were not saved) the journal goes back to it, and the edits can be done again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tremor_tui.control.editing import TextChange, applied, inverse
from tremor_tui.control.writing import write_whole
from tremor_tui.errors import TremorError
from tremor_tui.workbench.journal_files import HERE, JournalFiles

JOIN_NS = 1_500_000_000
"""Letters typed at one place, none of them later than this after the one before, are one edit."""
LINES_PER_EDIT = 4
"""With more lines than this for each edit the file is written anew when it is opened, without those that
say nothing any more."""
ROOM = 200
"""Lines that a file may always have."""
Changes = tuple[TextChange, ...]


@dataclass(frozen=True, slots=True)
class Edited:
    """One edit: fingerprints of the text before and after it, and the changes either way.

    `group` names what was done in several texts at once. `is_typed`: letters may still join it.
    """

    before: str
    after: str
    back: Changes
    forth: Changes
    words: str = ""
    group: str = ""
    at_ns: int = 0
    is_typed: bool = False


def fingerprint(text: str) -> str:
    """What tells one text from another."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def difference(before: str, after: str, path: str = "") -> Changes:
    """The one change that leads from a text to another; none where they are the same."""
    if before == after:
        return ()
    start = _same(before, after)
    end = _same(before[start:][::-1], after[start:][::-1])
    return (TextChange(path, start, len(before) - end, after[start : len(after) - end]),)


def _same(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class Journal:
    """The edits of the text at `path`; `done` of `edits` are in the text as it is.

    `files` are the journals that this process may write.
    """

    def __init__(self, path: str, files: JournalFiles = HERE) -> None:
        self.path = path
        self._files = files
        self.edits: list[Edited] = []
        self.done = 0
        self._at = fingerprint("")
        self._lines = 0
        self._file: Path | None = None

    def open(self, text: str) -> str:
        """Takes up the kept journal at this text. Answers a sentence where that was not as it was left.

        Raises TremorError where the journal cannot be read or written; undo works all the same then.
        """
        self._at = mark = fingerprint(text)
        try:
            is_other = self._find(mark)
        except OSError as error:
            self._file = None
            raise TremorError(f"undo is not kept over a restart: {error.strerror}") from None
        words = self._take_up(mark)
        if is_other or self._lines > ROOM + LINES_PER_EDIT * len(self.edits):
            self._rewrite()
        return words

    def _find(self, mark: str) -> bool:
        """Reads the journal that led to a text and finds a file for it; whether that is another one."""
        read = [(file, _Past.read(file, self.path)) for file in self._files.of(self.path)]
        best = max((past.fits(mark) for _, past in read), default=0)
        fitting = [(file, past) for file, past in read if past.fits(mark) == best]
        free = next(((file, past) for file, past in fitting if self._files.take(file)), None)
        self._file, past = free or (self._files.another(self.path), None)
        if self._file is None:
            raise OSError(None, "too many workbenches have this text open")
        self._file.touch(mode=0o600)
        if past is None:
            past = fitting[0][1].up_to(mark) if fitting else _Past()
        self.edits, self.done, self._lines = past.edits, past.done, past.lines
        return free is None and bool(read)

    def _take_up(self, mark: str) -> str:
        past = _Past(self.edits, self.done)
        if past.fits(mark):
            wanted = past.place_of(mark)
            lost = max(0, self.done - wanted)
            if wanted != self.done:
                self.done = wanted
                self._write({"at": wanted})
            return f"{lost} edits were not saved; U does them again" if lost else ""
        was_known = bool(self.edits)
        self.edits, self.done = [], 0
        self._write({"text": mark})
        return "the file was changed elsewhere since; undo ends here" if was_known else ""

    # What happens to the text

    def add(self, before: str, changes: Changes, words: str, group: str = "", at_ns: int = 0) -> None:
        """An edit was made: the text before it, and its changes."""
        after = applied(before, changes)
        self._append(
            Edited(
                self._at,
                fingerprint(after),
                inverse(before, changes),
                tuple(changes),
                words,
                group,
                at_ns,
            )
        )

    def typed(self, before: str, after: str, at_ns: int, words: str = "typed") -> None:
        """Letters were typed or deleted; they join those typed just before at the same place."""
        changes = difference(before, after, self.path)
        if not changes:
            return
        last = self.edits[self.done - 1] if self.done else None
        if last is None or not self._joins(last, changes[0], before, at_ns):
            made = Edited(
                self._at, fingerprint(after), inverse(before, changes), changes, words, "", at_ns, True
            )
            self._append(made)
            return
        start = applied(before, last.back)
        whole = difference(start, after, self.path)
        joined = replace(last, after=fingerprint(after), back=inverse(start, whole), forth=whole, at_ns=at_ns)
        self.edits[self.done - 1] = joined
        self._at = joined.after
        self._write(_record(joined) | {"joins": 1})

    def _joins(self, last: Edited, change: TextChange, before: str, at_ns: int) -> bool:
        if not last.is_typed or self.done < len(self.edits) or at_ns - last.at_ns > JOIN_NS:
            return False
        if not last.forth or "\n" in change.text or "\n" in before[change.start : change.end]:
            return False
        first = last.forth[0]
        return first.start <= change.end and change.start <= first.start + len(first.text)

    def _append(self, edit: Edited) -> None:
        del self.edits[self.done :]
        self.edits.append(edit)
        self.done += 1
        self._at = edit.after
        self._write(_record(edit))

    @property
    def undoable(self) -> Edited | None:
        """The edit that undo would take back."""
        return self.edits[self.done - 1] if self.done else None

    @property
    def redoable(self) -> Edited | None:
        """The edit that redo would make again."""
        return self.edits[self.done] if self.done < len(self.edits) else None

    def undo(self, text: str) -> str:
        """The text before the last edit. Raises TremorError where `text` is not what that edit made."""
        edit = self.undoable
        if edit is None:
            raise TremorError("nothing to undo")
        return self._go(text, edit.after, edit.back, self.done - 1)

    def redo(self, text: str) -> str:
        """The text after the edit that was taken back last. Raises TremorError as `undo`."""
        edit = self.redoable
        if edit is None:
            raise TremorError("nothing to do again")
        return self._go(text, edit.before, edit.forth, self.done + 1)

    def _go(self, text: str, expected: str, changes: Sequence[TextChange], done: int) -> str:
        if fingerprint(text) != expected:
            raise TremorError("the text is not the one that this edit belongs to")
        made = applied(text, changes)
        self.done = done
        self._at = fingerprint(made)
        self._write({"at": done})
        return made

    # The file

    def _write(self, record: dict[str, Any]) -> None:
        """Adds a line. Where that fails undo goes on without being kept: no edit may be lost for it."""
        if self._file is None:
            return
        try:
            with self._file.open("ab") as file:
                file.write(_line(record))
        except OSError:
            self._file = None
        self._lines += 1

    def _rewrite(self) -> None:
        if self._file is None:
            return
        first = self.edits[0].before if self.edits else self._at
        records = [{"text": first}, *map(_record, self.edits), {"at": self.done}]
        try:
            write_whole(self._file, b"".join(map(_line, records)).decode())
        except OSError:
            self._file = None
        self._lines = len(records)


@dataclass
class _Past:
    """What a file tells: the edits, how many of them are done, and how many lines it has."""

    edits: list[Edited] = field(default_factory=list)
    done: int = 0
    lines: int = 0

    @classmethod
    def read(cls, file: Path, path: str) -> _Past:
        """Follows the lines; what does not belong to the edit before it begins anew. Raises OSError."""
        past, at = cls(), ""
        for line in file.read_bytes().split(b"\n"):
            record = _parsed(line)
            past.lines += bool(line)
            if record is None:
                continue
            if "text" in record:
                past.edits, past.done, at = [], 0, str(record["text"])
            elif "at" in record:
                past.done = max(0, min(int(record["at"]), len(past.edits)))
            else:
                past._follow(_edit(record, path), bool(record.get("joins")), at)
            if past.edits:
                at = past.edits[past.done - 1].after if past.done else past.edits[0].before
        return past

    def _follow(self, edit: Edited, joins: bool, at: str) -> None:
        if joins and self.done and self.edits[self.done - 1].before == edit.before:
            self.edits[self.done - 1] = edit
            return
        del self.edits[self.done :]
        if edit.before != at:
            self.edits = []
        self.edits.append(edit)
        self.done = len(self.edits)

    def _states(self) -> list[str]:
        return [self.edits[0].before, *(edit.after for edit in self.edits)] if self.edits else []

    def fits(self, mark: str) -> int:
        """2 where it led to this text, 1 where it went through it, 0 where it does not know it."""
        states = self._states()
        return 2 if states and states[self.done] == mark else int(mark in states)

    def place_of(self, mark: str) -> int:
        """How many edits are done in a text that it knows."""
        states = self._states()
        return self.done if states[self.done] == mark else len(states) - 1 - states[::-1].index(mark)

    def up_to(self, mark: str) -> _Past:
        """As far as that text: what somebody else did to it since is theirs."""
        done = self.place_of(mark) if self.fits(mark) else 0
        return _Past(self.edits[:done], done)


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A line as it was written; None for one that was cut off when the program was ended."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    is_whole = isinstance(record, dict) and ("text" in record or "at" in record or "do" in record)
    return record if is_whole else None


def _record(edit: Edited) -> dict[str, Any]:
    pairs = [[[c.start, c.end, c.text] for c in changes] for changes in (edit.back, edit.forth)]
    return {
        "do": pairs,
        "from": edit.before,
        "to": edit.after,
        "words": edit.words,
        "group": edit.group,
        "ns": edit.at_ns,
        "typed": edit.is_typed,
    }


def _edit(record: dict[str, Any], path: str) -> Edited:
    back, forth = (
        tuple(TextChange(path, int(start), int(end), str(text)) for start, end, text in changes)
        for changes in record["do"]
    )
    return Edited(
        str(record["from"]),
        str(record["to"]),
        back,
        forth,
        str(record["words"]),
        str(record["group"]),
        int(record["ns"]),
        bool(record["typed"]),
    )
