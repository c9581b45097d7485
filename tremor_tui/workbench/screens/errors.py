"""ErrorsView: every event that failed, with its reason: look at it, try it, replay it, discard it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from textual.app import ComposeResult
from textual.widget import Widget

from tremor_tui.control import letters as do
from tremor_tui.control.commands import Request
from tremor_tui.control.events import Sample
from tremor_tui.control.letters import Letter, LetterFilter, LettersExported, Rehearsed, Replayed
from tremor_tui.control.snapshots import Answer, Done
from tremor_tui.errors import ControlError
from tremor_tui.workbench.actions import bindings
from tremor_tui.workbench.drafts import Drafts
from tremor_tui.workbench.finding import WORDS
from tremor_tui.workbench.letters import Mail
from tremor_tui.workbench.messages import LetterPicked
from tremor_tui.workbench.screens.dialogs import Ask, Question
from tremor_tui.workbench.screens.script import ScriptView
from tremor_tui.workbench.screens.sending import open_with
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.store import Store
from tremor_tui.workbench.widgets.letter_details import LetterDetails
from tremor_tui.workbench.widgets.letter_list import LetterList
from tremor_tui.workbench.widgets.painted import wrap

NOTHING = "no letter is selected"
Meant = tuple[tuple[int, ...], LetterFilter | None, str]


class _List(LetterList):
    BINDINGS = [*bindings("errors")]  # noqa: RUF012 - Textual's own way


class ErrorsView(View):
    """The list above, the letter that is selected below."""

    def __init__(self, store: Store, drafts: Drafts) -> None:
        super().__init__(store, id="errors")
        self.mail = Mail(store, self._submit, lambda work: self.desk.work(work))
        self.mail.changed = self._paint
        self.drafts = drafts
        self.list = _List(self.mail, id="letters")
        self.details = LetterDetails(self.mail, id="letter")
        store.listeners.append(self.mail.listen)

    async def _submit(self, request: Request) -> Answer:
        return await self.desk.session.ask(request)

    def compose(self) -> ComposeResult:
        """The list, then the details."""
        yield self.list
        yield self.details

    def panes(self) -> list[Widget]:
        """The list alone takes keys."""
        return [self.list]

    def place(self) -> str:
        """The place of its actions."""
        return "errors"

    def entered(self) -> None:
        """What it shows may be old."""
        self.mail.refresh(at_once=True)
        super().entered()

    def repaint(self) -> None:
        """Draws anew what changed; asks for new letters where there are any."""
        self.mail.refresh()
        super().repaint()

    def _paint(self) -> None:
        if not self.has_class("hidden"):
            super().repaint()

    def back(self) -> bool:
        """Leaves what passes: the hold, the marks, the filter, the groups."""
        mail = self.mail
        if mail.is_held:
            self.act_letter_freeze()
        elif mail.marks:
            self.act_letter_none()
        elif mail.wanted:
            self._filter("")
        elif mail.is_grouped:
            self.act_letter_group()
        else:
            return False
        return True

    def why_off(self, action: str) -> str:
        """Most need a letter."""
        needs = ("letter_open", "letter_try", "letter_send", "letter_test", "letter_mark", "letter_discard")
        if action in (*needs, "letter_export", "letter_draft") and not self.mail.keys():
            return "no event that failed is listed"
        return ""

    def on_letter_picked(self, message: LetterPicked) -> None:
        """A second click opens the line."""
        if message.twice:
            self.act_letter_open()

    # -- moving --------------------------------------------------------------------------------------

    def act_letter_up(self) -> None:
        """Selects the row above."""
        self.mail.move(-1)

    def act_letter_down(self) -> None:
        """Selects the row below."""
        self.mail.move(1)

    def act_letter_page_up(self) -> None:
        """Selects the row a page above."""
        self.mail.move(-self.list.page)

    def act_letter_page_down(self) -> None:
        """Selects the row a page below."""
        self.mail.move(self.list.page)

    def act_letter_first(self) -> None:
        """Selects the first row."""
        self.mail.move(-1_000_000)

    def act_letter_last(self) -> None:
        """Selects the last row."""
        self.mail.move(1_000_000)

    # -- what is listed ------------------------------------------------------------------------------

    def act_letter_group(self) -> None:
        """By reason, or one by one."""
        self.mail.turn()
        self._paint()

    def act_letter_all(self) -> None:
        """Also what is dealt with, or not."""
        self.mail.only_open = not self.mail.only_open
        self.mail.refresh(at_once=True)

    def act_letter_filter(self) -> None:
        """Asks for a text."""
        self.app.push_screen(Ask("Show letters that contain", self.mail.wanted, WORDS), self._filter)

    def _filter(self, text: str | None) -> None:
        if text is not None:
            self.mail.wanted = text.strip()
            self.mail.refresh(at_once=True)

    def act_letter_freeze(self) -> None:
        """Holds the list, or lets new letters in."""
        self.mail.is_held = not self.mail.is_held
        self.mail.refresh(at_once=True)
        self._paint()

    def act_letter_mark(self) -> None:
        """Marks the letter, or all of the group, and goes on to the next."""
        mail = self.mail
        if isinstance(mail.selected, int):
            found = {mail.selected} & {one.id for one in mail.lines}
        else:
            found = {one.id for one in mail.lines if (one.reason, one.task, one.node) == mail.selected}
        mail.marks = mail.marks - found if found <= mail.marks else mail.marks | found
        mail.move(1)

    def act_letter_none(self) -> None:
        """Takes all marks away."""
        self.mail.marks.clear()
        self._paint()

    # -- opening -------------------------------------------------------------------------------------

    def act_letter_open(self) -> None:
        """Opens the Script view at the line that failed."""
        shown = self.mail.shown
        if shown is None:
            self.desk.say(NOTHING, "warning")
        elif not shown.now:
            self.desk.say(f"the flow `{shown.letter.flow}` does not run, so its text is not known", "warning")
        elif not shown.path:
            self._open_task(shown.letter)
        else:
            script = self.app.query_one("#script", ScriptView)
            self.desk.show("script")
            self.desk.work(script.load(shown.letter.flow, shown.path, shown.letter.line))

    def _open_task(self, letter: Letter) -> None:
        """Nothing names a line: a connector failed."""
        self.desk.say(f"no line of a script: `{letter.place}` failed; this is its definition")
        self.desk.edit_task(letter.task)

    def act_letter_test(self) -> None:
        """Hands the event to the test maker."""
        found = self._event_of_a_pipeline("test")
        if found is not None:
            letter, alias = found
            self.desk.make_test(
                letter.event, letter.meta, letter.flow, alias, port=letter.port, ingest_ns=letter.ingest_ns
            )

    def act_letter_draft(self) -> None:
        """Opens the script that the event enters, with the event as its first sample."""
        found = self._event_of_a_pipeline("sample")
        if found is not None:
            letter, alias = found
            sample = Sample(letter.at_ns, letter.event, letter.meta)
            self.desk.work(open_with(self, letter.flow, alias, sample))

    def _event_of_a_pipeline(self, what: str) -> tuple[Letter, str] | None:
        """The letter that is shown and its pipeline, to make `what` of it; None where that cannot be."""
        letter = self.mail.shown.letter if self.mail.shown else None
        if letter is None:
            self.desk.say(NOTHING, "warning")
            return None
        _, kind, alias = letter.task.split("/", 2)
        if kind != "pipeline" or letter.is_cut:
            self.desk.say(f"a {what} is made of a whole event that failed in a pipeline", "warning")
            return None
        return letter, alias

    # -- trying, sending, discarding -----------------------------------------------------------------

    def act_letter_try(self) -> None:
        """A dry run through the version that runs, or through the texts that are not saved."""
        ids, which, words = self.mail.meant()
        if not words:
            self.desk.say(NOTHING, "warning")
            return
        texts = self.drafts.texts()
        self.mail.said = f"dry run of {words} ..."
        self._paint()
        self.desk.work(self._try(do.ReplayLetters(ids, which, dry_run=True, texts=texts)))

    async def _try(self, request: do.ReplayLetters) -> None:
        try:
            answer = await self.desk.session.ask(request)
        except ControlError as error:
            self.mail.said = f"no dry run: {error.message}"
            raise
        finally:
            self._paint()
        if isinstance(answer, Rehearsed):
            self.mail.tried.update({one.id: one for one in answer.results})
            through = "through the unsaved text" if request.texts else "through the version that runs"
            first = f": {answer.diagnostics[0].short()}" if answer.diagnostics else ""
            self.mail.said = (
                f"{answer.text}{first} ({through}, {answer.entered})" if not first else answer.text + first
            )
            self._paint()

    def act_letter_send(self) -> None:
        """Asks, then replays for real."""
        ids, which, words = self.mail.meant()
        if not words:
            self.desk.say(NOTHING, "warning")
            return
        shown = self.mail.shown
        now = f"v{shown.now}" if shown and shown.now else "its flow"
        sentences = [
            f"Each of {words} enters the task where it failed again, through {now}, once.",
            *self._doubts(ids),
        ]
        sentences = [part for sentence in sentences for part in wrap(sentence, 66)]
        options = [("yes", "replay for real", ""), ("no", "leave them", "")]
        self._ask("Replay", sentences, options, lambda: do.ReplayLetters(ids, which))

    def _doubts(self, ids: tuple[int, ...]) -> list[str]:
        lines = {one.id: one for one in self.mail.lines}
        unsure = sum(one in lines and lines[one].state == "uncertain" for one in ids)
        lasting = sum(one in lines and bool(lines[one].lasting) for one in ids)
        found = [f"{unsure} are uncertain: they may have arrived before."] if unsure else []
        found += [f"{lasting} can never be replayed and are left out."] if lasting else []
        shown = self.mail.shown
        if shown and shown.letter.went_on and (not ids or shown.letter.id in ids):
            found.append("Another branch took such an event before, and takes it again.")
        return found

    def act_letter_discard(self) -> None:
        """Asks, then discards."""
        ids, which, words = self.mail.meant()
        if not words:
            self.desk.say(NOTHING, "warning")
            return
        options = [("yes", "discard", ""), ("no", "keep them", "")]
        sentences = [f"{words}: they stay in the list of all states (A) until their place is needed."]
        self._ask("Discard", sentences, options, lambda: do.DiscardLetters(ids, which))

    def _ask(
        self,
        title: str,
        sentences: list[str],
        options: list[tuple[str, str, str]],
        request: Callable[[], do.ReplayLetters | do.DiscardLetters],
    ) -> None:
        def answered(option: str | None) -> None:
            if option == "yes":
                self.mail.said = f"{title.lower()} ..."
                self._paint()
                self.desk.work(self._do(request()))

        self.app.push_screen(Question(title, sentences, options), answered)

    async def _do(self, request: do.ReplayLetters | do.DiscardLetters) -> None:
        try:
            answer = await self.desk.session.ask(request)
            if isinstance(answer, Replayed):
                why = f": {answer.refused[0][1]}" if answer.refused else ""
                self.mail.said = f"replay: {answer.text}{why}"
            elif isinstance(answer, Done):
                self.mail.said = answer.text
            self.desk.say(self.mail.said)
            self.mail.marks.clear()
        except ControlError as error:
            self.mail.said = error.message
            raise
        finally:
            self.mail.refresh(at_once=True)

    # -- export --------------------------------------------------------------------------------------

    def act_letter_export(self) -> None:
        """Asks for a file."""
        ids, which, words = self.mail.meant()
        name = time.strftime("letters-%Y%m%d-%H%M%S.jsonl")
        self.app.push_screen(
            Ask(f"Write {words} to", name, "a file, a JSON record a line"),
            lambda path: self._write(path, ids, which),
        )

    def _write(self, path: str | None, ids: tuple[int, ...], which: LetterFilter | None) -> None:
        if path and path.strip():
            full = Path(self.store.base, os.path.expanduser(path.strip()))
            self.desk.work(self._export(full, ids, which))

    async def _export(self, path: Path, ids: tuple[int, ...], which: LetterFilter | None) -> None:
        found: list[Letter] = []
        more = True
        while more:
            after = found[-1].id if found else 0
            answer = await self.desk.session.ask(do.ExportLetters(ids, which, after))
            if not isinstance(answer, LettersExported):
                return
            found += answer.letters
            more = answer.more
        try:
            await asyncio.to_thread(_dump, path, found)
        except OSError as error:
            raise ControlError(f"cannot write `{path}`: {error.strerror}") from None
        self.desk.say(f"{len(found)} letters are in {path}")

    def remember(self) -> dict[str, object]:
        """Whether it groups."""
        return {"is_grouped": self.mail.is_grouped}

    def recall(self, kept: dict[str, Any]) -> None:
        """As it was."""
        self.mail.is_grouped = kept.get("is_grouped") is True


def _dump(path: Path, letters: list[Letter]) -> None:
    """A new file, for its user alone; one that is there is not overwritten."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for letter in letters:
            file.write(msgspec.json.encode(letter) + b"\n")


def waiting(store: Store) -> int:
    """How many letters of the flow that is shown wait for somebody."""
    return store.flow.letters.open if store.flow else 0
