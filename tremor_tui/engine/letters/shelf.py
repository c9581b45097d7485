"""Shelf: the letters of an engine in memory, and how many failures each flow had. No clock, no disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from tremor_tui.control.letters import (
    OPEN,
    Letter,
    LetterCount,
    LetterFilter,
    LetterGroup,
    LetterLine,
    LetterState,
)
from tremor_tui.engine.letters.records import Came, Missed, Moved, Record, Total

MAX_LETTERS: Final = 10_000
MAX_BYTES: Final = 64 * 1024 * 1024
"""Of one flow; beyond them the oldest go, those that are dealt with first."""
EVENT_START: Final = 200
"""Characters of the event in a list."""


@dataclass(slots=True)
class FlowShelf:
    """One flow's letters by number: those that wait or are on their way, and those that are dealt with."""

    waiting: dict[int, int] = field(default_factory=dict)
    done: dict[int, int] = field(default_factory=dict)
    bytes: int = 0
    open: int = 0
    kept_ever: int = 0
    newest: int = 0
    flooded: int = 0
    missed: Counter[str] = field(default_factory=Counter)


class Shelf:
    """All letters. `apply` is the one way to change them, so a journal of records makes the same again."""

    def __init__(self, max_letters: int = MAX_LETTERS, max_bytes: int = MAX_BYTES) -> None:
        self.letters: dict[int, Letter] = {}
        self.last_id = 0
        self._max_letters = max_letters
        self._max_bytes = max_bytes
        self._flows: dict[str, FlowShelf] = {}

    # -- changes -------------------------------------------------------------------------------------

    def apply(self, record: Record) -> None:
        """Takes a record over."""
        match record:
            case Came(letter):
                self._put(letter)
            case Moved(ids, state, note):
                for one in ids:
                    self._move(one, state, note)
            case Missed(flow, reasons):
                self._of(flow).missed.update(reasons)
                self._of(flow).flooded += sum(reasons.values())
            case Total(flow, kept, flooded, missed, last_id):
                shelf = self._of(flow)
                shelf.kept_ever, shelf.flooded, shelf.missed = kept, flooded, Counter(missed)
                self.last_id = max(self.last_id, last_id)

    def came(self, letter: Letter) -> Came:
        """The record of a new letter, with the next number."""
        return Came(msgspec.structs.replace(letter, id=self.last_id + 1))

    def came_back(self, number: int, letter: Letter) -> Came:
        """The record of a letter that failed again; of a second failure of it, that of a new letter."""
        before = self.letters.get(number)
        tries = before.tries + 1 if before else 2
        if before is None or before.state != "sending":
            made = msgspec.structs.replace(letter, parent=number, tries=max(1, tries - 1))
            return self.came(made)
        return Came(msgspec.structs.replace(letter, id=number, tries=tries, parent=before.parent))

    def _put(self, letter: Letter) -> None:
        shelf = self._of(letter.flow)
        before = self.letters.get(letter.id)
        if before is None:
            shelf.kept_ever += 1
        else:
            self._forget(before)
        self.last_id = max(self.last_id, letter.id)
        self._insert(shelf, letter)
        shelf.newest = max(shelf.newest, letter.id)
        while len(shelf.waiting) + len(shelf.done) > self._max_letters or shelf.bytes > self._max_bytes:
            if not self._evict(shelf, letter.id):
                break

    def _insert(self, shelf: FlowShelf, letter: Letter) -> None:
        size = weight(letter)
        self.letters[letter.id] = letter
        shelf.bytes += size
        shelf.open += letter.state in OPEN
        (shelf.done if letter.state in ("replayed", "discarded") else shelf.waiting)[letter.id] = size

    def _forget(self, letter: Letter) -> None:
        shelf = self._of(letter.flow)
        del self.letters[letter.id]
        size = shelf.waiting.pop(letter.id, None)
        shelf.bytes -= shelf.done.pop(letter.id, 0) if size is None else size
        shelf.open -= letter.state in OPEN

    def _move(self, number: int, state: LetterState, note: str) -> None:
        letter = self.letters.get(number)
        if letter is not None:
            self._forget(letter)
            moved = msgspec.structs.replace(letter, state=state, note=note)
            self._insert(self._of(letter.flow), moved)

    def _evict(self, shelf: FlowShelf, but: int) -> bool:
        for one in (*_first(shelf.done), *shelf.waiting):
            letter = self.letters[one]
            if letter.state == "sending" or one == but:
                continue
            self._forget(letter)
            if letter.state in OPEN:
                shelf.missed[letter.reason] += 1
            return True
        return False

    def _of(self, flow: str) -> FlowShelf:
        shelf = self._flows.get(flow)
        if shelf is None:
            shelf = self._flows[flow] = FlowShelf()
        return shelf

    # -- questions -----------------------------------------------------------------------------------

    def count(self, flow: str) -> LetterCount:
        """How many letters a flow has; of all flows where it is empty."""
        names = [flow] if flow else list(self._flows)
        found = [self._flows[name] for name in names if name in self._flows]
        kept = sum(len(one.waiting) + len(one.done) for one in found)
        failed = sum(one.kept_ever + one.flooded for one in found)
        newest = max((one.newest for one in found), default=0)
        return LetterCount(sum(one.open for one in found), kept, failed, newest)

    def matching(self, which: LetterFilter) -> list[Letter]:
        """The letters that a filter means, oldest first."""
        return [letter for letter in self._in(which.flow) if fits(letter, which)]

    def groups(self, flow: str) -> list[LetterGroup]:
        """Letters by reason and place, those with most that wait first."""
        found: dict[tuple[str, str, str, str], list[int]] = {}
        for letter in self._in(flow):
            key = letter.reason, letter.flow, letter.task, letter.node
            counts = found.setdefault(key, [0, 0, 0])
            counts[0] += 1
            counts[1] += letter.state in OPEN
            counts[2] = max(counts[2], letter.at_ns)
        made = [LetterGroup(*key, count, open_, 0, at) for key, (count, open_, at) in found.items()]
        for name, shelf in self._flows.items():
            if flow in ("", name):
                made += [LetterGroup(reason, name, "", missed=n) for reason, n in shelf.missed.items()]
        return sorted(made, key=lambda one: (-one.open, -one.count, -one.missed, one.reason))

    def sending(self, flows: Iterable[str]) -> list[Letter]:
        """Letters of these flows that are on their way."""
        return [one for flow in flows for one in self._in(flow) if one.state == "sending"]

    @property
    def bytes(self) -> int:
        """What all letters weigh."""
        return sum(shelf.bytes for shelf in self._flows.values())

    def flows(self) -> list[str]:
        """The flows that have or had letters."""
        return list(self._flows)

    def records(self) -> Iterator[Record]:
        """Records that make this shelf again."""
        for flow, shelf in self._flows.items():
            held = len(shelf.waiting) + len(shelf.done)
            yield Total(flow, shelf.kept_ever - held, shelf.flooded, dict(shelf.missed), self.last_id)
        for letter in list(self.letters.values()):
            yield Came(letter)

    def _in(self, flow: str) -> list[Letter]:
        if not flow:
            return [self.letters[one] for one in sorted(self.letters)]
        shelf = self._flows.get(flow)
        return [self.letters[one] for one in sorted((*shelf.waiting, *shelf.done))] if shelf else []


def _first(done: dict[int, int]) -> list[int]:
    return [next(iter(done))] if done else []


def weight(letter: Letter) -> int:
    """What a letter weighs, in bytes or so."""
    texts = (letter.event, letter.meta, letter.packed, letter.raw, letter.message)
    return 500 + sum(map(len, texts))


def fits(letter: Letter, which: LetterFilter) -> bool:
    """Whether a filter means a letter."""
    if which.open and letter.state not in OPEN:
        return False
    if (which.state and letter.state != which.state) or (which.reason and letter.reason != which.reason):
        return False
    alias = letter.task.rpartition("/")[2]
    if which.node and which.node not in (letter.node, alias, letter.task, letter.place):
        return False
    if not which.text:
        return True
    text = which.text.casefold()
    return any(text in one.casefold() for one in (letter.reason, letter.place, letter.state, letter.event))


def line(letter: Letter) -> LetterLine:
    """A letter as a line of a list."""
    return LetterLine(
        letter.id,
        letter.flow,
        letter.task,
        letter.stage,
        letter.reason,
        letter.node,
        letter.file,
        letter.line,
        letter.at_ns,
        letter.version,
        letter.tries,
        letter.state,
        letter.event[:EVENT_START],
        letter.lasting,
    )
