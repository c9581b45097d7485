"""What the fake plane answers about dead letters: they are kept as an engine keeps them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import msgspec

from tremor_tui.control import letters as ask
from tremor_tui.control.letters import Letter
from tremor_tui.control.snapshots import Done
from tremor_tui.engine.letters.desk import summed_up
from tremor_tui.engine.letters.records import Moved
from tremor_tui.engine.letters.shelf import Shelf, line

START_NS = 1_795_456_800_000_000_000
Question = ask.ListLetters | ask.GetLetter | ask.ExportLetters | ask.ReplayLetters | ask.DiscardLetters
Answer = ask.Letters | ask.LetterShown | ask.LettersExported | ask.Rehearsed | ask.Replayed | Done
QUESTIONS = (ask.ListLetters, ask.GetLetter, ask.ExportLetters, ask.ReplayLetters, ask.DiscardLetters)


@dataclass
class FakeLetters:
    """`fixed`: whether what is tried or sent passes. `flow`, `version` are those that run."""

    flow: str
    path: str = "/flows/access_log.trickle"
    version: int = 8
    fixed: bool = False
    shelf: Shelf = field(default_factory=Shelf)

    def fail(self, reason: str = "no customer", count: int = 1, **more: object) -> None:
        """So many events fail."""
        for _ in range(count):
            number = self.shelf.last_id + 1
            event = json.dumps({"id": 91_000 + number, "total": 4.1, "note": "ok"})
            made = Letter(
                0, self.flow, f"{self.flow}/pipeline/parse", "node", reason, reason, "parse_line",
                file="access_log.trickle", line=6, column=3, version=7, event=event, meta='{"class":"web"}',
                at_ns=START_NS + number * 250_000_000, source='    emit {"error": "no customer"} => "err"',
                origin="tremor-file://host/access.log", ingest_ns=START_NS,
            )  # fmt: skip
            self.shelf.apply(self.shelf.came(msgspec.structs.replace(made, **more)))

    def answer(self, question: Question) -> Answer:
        """Answers as an engine would."""
        match question:
            case ask.ListLetters(which, before, limit):
                found = [one for one in self.shelf.matching(which) if not before or one.id < before]
                lines = tuple(line(one) for one in found[: -limit - 1 : -1])
                groups = tuple(self.shelf.groups(which.flow))
                return ask.Letters(lines, len(found), groups, self.shelf.count(which.flow))
            case ask.GetLetter(number):
                letter = self.shelf.letters[number]
                return ask.LetterShown(letter, self.version, self.path if letter.file else "")
            case ask.ExportLetters(ids, which, after):
                return ask.LettersExported(tuple(one for one in self._meant(ids, which) if one.id > after))
            case ask.DiscardLetters(ids, which):
                return self._discard(self._meant(ids, which))
            case ask.ReplayLetters(ids, which):
                found = self._meant(ids, which)
                return self._try(found) if question.dry_run else self._send(found)

    def _meant(self, ids: tuple[int, ...], which: ask.LetterFilter | None) -> list[Letter]:
        chosen = [self.shelf.letters[one] for one in ids]
        return chosen if which is None else [*chosen, *self.shelf.matching(which)]

    def _try(self, letters: list[Letter]) -> ask.Rehearsed:
        made = [self._rehearsed(one) for one in letters]
        return ask.Rehearsed(
            tuple(made), summed_up(letters, made), "from the input of pipeline/parse, with fresh state"
        )

    def _rehearsed(self, letter: Letter) -> ask.Rehearsal:
        if self.fixed:
            return ask.Rehearsal(letter.id, (ask.Exit("out", letter.event),))
        return ask.Rehearsal(letter.id, (ask.Exit("err", letter.event),), letter.message, "parse_line", "", 6)

    def _send(self, letters: list[Letter]) -> ask.Replayed:
        ids = tuple(one.id for one in letters)
        if not self.fixed:
            for letter in letters:
                self.shelf.apply(Moved((letter.id,), "sending"))
                self.shelf.apply(self.shelf.came_back(letter.id, letter))
            return ask.Replayed(failed=ids, text=f"{len(ids)} failed again")
        self.shelf.apply(Moved(ids, "replayed", "a sink has it"))
        return ask.Replayed(ids, text=f"{len(ids)} replayed")

    def _discard(self, letters: list[Letter]) -> Done:
        self.shelf.apply(Moved(tuple(one.id for one in letters), "discarded"))
        return Done(f"discarded {len(letters)} letters")
