"""Desk: the part of the engine that takes in letters and answers requests about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import anyio
import msgspec
from anyio.abc import TaskGroup

from tremor_tui.control import letters as ask
from tremor_tui.control.commands import Command, Request
from tremor_tui.control.letters import OPEN, Letter, Rehearsal, Rehearsed, Replayed
from tremor_tui.control.snapshots import Answer, Done, EngineSnapshot, FileText
from tremor_tui.engine.clients import ClientSession
from tremor_tui.engine.compiling.link import Rehearse, Tried
from tremor_tui.engine.executors.link import Mailed
from tremor_tui.engine.flows import Flows
from tremor_tui.engine.letters.journal import Journal
from tremor_tui.engine.letters.keeper import Keeper
from tremor_tui.engine.letters.records import Missed, Moved
from tremor_tui.engine.letters.sending import Sending
from tremor_tui.engine.letters.shelf import Shelf, line, weight
from tremor_tui.errors import ControlError

FRAME: Final = 8 * 1024 * 1024
"""What letters in one answer, or in one job, may weigh."""
MAX_TRIED: Final = 1000
CRASHED: Final = "its executor ended while it was on its way"
HELD: Final = "no sink took it: it was dropped, or a window holds it"


class Desk:
    """All letters of an engine. `run` must run for them to be written down and sent."""

    takes: tuple[type[Command], ...] = (
        ask.ListLetters,
        ask.GetLetter,
        ask.ExportLetters,
        ask.ReplayLetters,
        ask.DiscardLetters,
    )
    looks: tuple[type[Command], ...] = (ask.ListLetters, ask.GetLetter, ask.ExportLetters, ask.ReplayLetters)

    def __init__(
        self, flows: Flows, path: Path, log: Callable[[str], None], shelf: Shelf | None = None
    ) -> None:
        self._flows = flows
        self._shelf = shelf or Shelf()
        self._keeper = Keeper(self._shelf, Journal(path), log)
        self._group: TaskGroup | None = None
        self._news = anyio.Event()

    async def run(self) -> None:
        """Loads what was kept, and keeps until it is cancelled."""
        self._keeper.load()
        async with anyio.create_task_group() as self._group:
            self._group.start_soon(self._keeper.run)

    # -- what executors tell -------------------------------------------------------------------------

    def mailed(self, mail: Mailed) -> None:
        """Letters came, or something became of those that were sent again."""
        for letter in mail.letters:
            self._keeper.put(self._shelf.came(self._with_source(letter)))
        for number, letter in mail.again:
            self._keeper.put(self._shelf.came_back(number, self._with_source(letter)))
        if mail.missed:
            self._keeper.put(Missed(mail.flow, mail.missed))
        reached = frozenset(mail.reached)
        self._move((one for one in mail.settled if one in reached), "replayed", "a sink has it")
        self._move((one for one in mail.settled if one not in reached), "replayed", HELD)
        self._move(mail.lost, "uncertain", "its flow ended while it was on its way")
        self._tell()

    def lost(self, flows: Iterable[str]) -> None:
        """The executor of these flows has ended."""
        self._move((one.id for one in self._shelf.sending(flows)), "uncertain", CRASHED)
        self._tell()

    def complete(self, snapshot: EngineSnapshot) -> EngineSnapshot:
        """The picture of an engine with the number of letters of each flow."""
        counts = [self._shelf.count(flow.alias) for flow in snapshot.flows]
        if not any(count.failed for count in counts):
            return snapshot
        flows = zip(snapshot.flows, counts, strict=True)
        replaced = tuple(msgspec.structs.replace(flow, letters=count) for flow, count in flows)
        return msgspec.structs.replace(snapshot, flows=replaced)

    def _move(self, ids: Iterable[int], state: ask.LetterState, note: str) -> None:
        """Only letters that are on their way."""
        letters = self._shelf.letters
        moved = tuple(one for one in ids if one in letters and letters[one].state == "sending")
        if moved:
            self._keeper.put(Moved(moved, state, note))

    def _tell(self) -> None:
        self._news.set()
        self._news = anyio.Event()

    def _with_source(self, letter: Letter) -> Letter:
        """The letter with the line that failed, if that is known to be the text it failed in."""
        file = self._file(letter)
        flow = self._flows.table.get(letter.flow)
        if file is None or flow is None or flow.version != letter.version:
            return letter
        lines = file.text.splitlines()
        text = lines[letter.line - 1] if 0 < letter.line <= len(lines) else ""
        return msgspec.structs.replace(letter, source=text[:400])

    def _file(self, letter: Letter) -> FileText | None:
        flow = self._flows.table.get(letter.flow)
        return next((one for one in flow.files if one.name == letter.file), None) if flow else None

    # -- what clients ask ----------------------------------------------------------------------------

    async def answer(self, session: ClientSession, request: Request) -> Answer:
        """Answers, tries or sends. Raises ControlError."""
        match request:
            case ask.ListLetters():
                return self._list(request)
            case ask.GetLetter(number):
                return self._get(number)
            case ask.ExportLetters(ids, which, after):
                return self._export(ids, which, after)
            case ask.DiscardLetters(ids, which):
                return self._discard(self._meant(ids, which))
            case ask.ReplayLetters(ids, which) if request.dry_run:
                return await self._rehearse(self._meant(ids, which), request.texts)
            case ask.ReplayLetters(ids, which):
                if session.hello and session.hello.read_only:
                    raise ControlError("this client may only look, and try", "attach without --read-only")
                return await self._replay(self._meant(ids, which), ids, which)
            case _:
                raise ControlError(f"`{type(request).__name__}` is not about letters")

    async def client_left(self, session: ClientSession) -> None:
        """A replay goes on without its client."""

    def _list(self, request: ask.ListLetters) -> ask.Letters:
        if not 0 < request.limit <= ask.MAX_PAGE:
            raise ControlError(f"a page has 1 to {ask.MAX_PAGE} letters")
        found = self._shelf.matching(request.which)
        total = len(found)
        if request.before:
            found = [one for one in found if one.id < request.before]
        lines = tuple(line(one) for one in found[: -request.limit - 1 : -1])
        flow = request.which.flow
        note = self._keeper.trouble or self._keeper.note
        return ask.Letters(lines, total, tuple(self._shelf.groups(flow)), self._shelf.count(flow), note)

    def _get(self, number: int) -> ask.LetterShown:
        letter = self._shelf.letters.get(number)
        if letter is None:
            raise ControlError(
                f"there is no letter {number}", "its place may have been needed for newer ones"
            )
        flow, file = self._flows.table.get(letter.flow), self._file(letter)
        runs = flow is not None and flow.state in ("running", "paused", "initializing")
        return ask.LetterShown(letter, flow.version if flow and runs else 0, file.path if file else "")

    def _export(
        self, ids: tuple[int, ...], which: ask.LetterFilter | None, after: int
    ) -> ask.LettersExported:
        found: list[Letter] = []
        size = 0
        for letter in self._meant(ids, which):
            if letter.id <= after:
                continue
            size += weight(letter)
            if found and size > FRAME:
                return ask.LettersExported(tuple(found), more=True)
            found.append(letter)
        return ask.LettersExported(tuple(found))

    def _meant(self, ids: tuple[int, ...], which: ask.LetterFilter | None) -> list[Letter]:
        """The letters with these numbers, and those that a filter means."""
        letters = self._shelf.letters
        if len(ids) > ask.MAX_IDS:
            raise ControlError(f"{ask.MAX_IDS} letters at once are the limit")
        missing = [one for one in ids if one not in letters]
        if missing:
            raise ControlError(
                f"there is no letter {missing[0]}", "its place may have been needed for newer ones"
            )
        found = {one: letters[one] for one in sorted(ids)}
        if which is not None:
            found |= {one.id: one for one in self._shelf.matching(which)}
        return list(found.values())

    def _discard(self, letters: list[Letter]) -> Done:
        meant = tuple(one.id for one in letters if one.state in OPEN)
        if meant:
            self._keeper.put(Moved(meant, "discarded", "discarded by hand"))
            self._tell()
        return Done(f"discarded {len(meant)} letters")

    async def _replay(
        self, letters: list[Letter], ids: tuple[int, ...], which: ask.LetterFilter | None
    ) -> Replayed:
        """Uncertain letters are sent only where they are asked for: by number, or as uncertain ones."""
        if self._group is None:
            raise ControlError("the engine has not begun")
        if which is None or which.state != "uncertain":
            letters = [one for one in letters if one.state != "uncertain" or one.id in ids]
        if which is not None:
            letters = [one for one in letters if one.state in OPEN or one.id in ids]
        sending = Sending(self._flows, self._shelf, self._keeper, lambda: self._news)
        return await sending.answer(letters, self._group)

    async def _rehearse(self, letters: list[Letter], texts: dict[str, str]) -> Rehearsed:
        tried, left_out = _fitting(letters)
        results: list[Rehearsal] = []
        for alias in dict.fromkeys(one.flow for one in tried):
            flow = self._flows.get(alias)
            source = msgspec.structs.replace(flow.source, texts={**flow.source.texts, **texts})
            part = tuple(one for one in tried if one.flow == alias)
            made = await self._flows.compiling.ask(Rehearse(source, alias, part), Tried)
            if made.diagnostics:
                return Rehearsed(text="the draft does not compile", diagnostics=made.diagnostics)
            results += made.results
        text = summed_up(tried, results) + (f"; {left_out} more were not tried" if left_out else "")
        return Rehearsed(tuple(results), text, entered(tried))


def _fitting(letters: list[Letter]) -> tuple[list[Letter], int]:
    tried: list[Letter] = []
    size = 0
    for letter in letters[:MAX_TRIED]:
        size += weight(letter)
        if size > FRAME:
            break
        tried.append(letter)
    return tried, len(letters) - len(tried)


def summed_up(letters: list[Letter], results: Iterable[Rehearsal]) -> str:
    """A dry run in one sentence: `dry run of 22 'no cust': 22 -> err, 0 sent`."""
    ways: Counter[str] = Counter()
    sent = 0
    for one in results:
        ports = dict.fromkeys(exit_.port for exit_ in one.exits)
        if one.error:
            ports["err"] = None
        ways.update(list(ports) or ["dropped or held"])
        sent += one.passes and bool(one.exits)
    reasons = {one.reason for one in letters}
    what = f" '{reasons.pop()}'" if len(reasons) == 1 else ""
    told = ", ".join(f"{count} -> {port}" for port, count in ways.most_common())
    return f"dry run of {len(letters)}{what}: {told or 'nothing'}, {sent} would be sent"


def entered(letters: list[Letter]) -> str:
    """Where the events of a dry run entered, in words."""
    tasks = dict.fromkeys(one.task.partition("/")[2] for one in letters)
    return f"from the input of {', '.join(tasks)}, with fresh state" if tasks else ""
