"""Keeper: writes records of letters to the journal, many at once and off the loop.

A disk that is full is said once; letters go on in memory. Every `RETRY_S` the whole shelf is tried again, so
that the journal misses nothing once there is room. Meanwhile nothing can be claimed: who cannot write a claim
down might send an event twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import anyio
import anyio.to_thread

from tremor_tui.engine.letters.journal import Journal
from tremor_tui.engine.letters.records import Moved, Record
from tremor_tui.engine.letters.shelf import Shelf
from tremor_tui.errors import ControlError

PAUSE_S: Final = 0.05
"""Records of so long are written at once."""
RETRY_S: Final = 5.0
COMPACT: Final = 32 * 1024 * 1024
"""Bytes from which a journal is written anew when half of it is no longer needed."""
ENDED = "the engine ended while it was on its way"


class Keeper:
    """Fills a shelf from its journal, and the journal from the shelf. `trouble` says why it cannot, or ''."""

    def __init__(self, shelf: Shelf, journal: Journal, say: Callable[[str], None]) -> None:
        self.trouble = ""
        self.note = ""
        self._shelf = shelf
        self._journal = journal
        self._say = say
        self._pending: list[Record] = []
        self._written = 0
        self._asked = 0
        self._news = anyio.Event()
        self._done = anyio.Event()

    def load(self) -> None:
        """Reads the journal; letters that were on their way are uncertain from now on."""
        try:
            for record in self._journal.read():
                self._shelf.apply(record)
        except OSError as error:
            self._fail(error)
        if self._journal.damaged:
            self.note = f"{self._journal.damaged} damaged lines of `{self._journal.path}` were skipped"
            self._say(self.note)
        lost = tuple(one.id for one in self._shelf.sending(self._shelf.flows()))
        if lost:
            self.put(Moved(lost, "uncertain", ENDED))

    def put(self, record: Record) -> None:
        """Changes the shelf now, and the journal soon."""
        self._shelf.apply(record)
        self._pending.append(record)
        self._asked += 1
        self._news.set()

    async def written(self) -> None:
        """Returns once all that was put is in the journal. Raises ControlError where it cannot be written."""
        asked = self._asked
        while self._written < asked and not self.trouble:
            await self._done.wait()
        if self._written < asked:
            raise ControlError(self.trouble, "make room on that disk; nothing was sent")

    async def run(self) -> None:
        """Writes until it is cancelled, and then what is left."""
        try:
            while True:
                with anyio.move_on_after(RETRY_S if self.trouble else None):
                    await self._news.wait()
                self._news = anyio.Event()
                await self._write()
                await anyio.sleep(PAUSE_S)
        finally:
            self._write_last()

    async def _write(self) -> None:
        pending, self._pending = self._pending, []
        asked = self._asked
        try:
            if self.trouble or self._is_stale():
                await anyio.to_thread.run_sync(self._journal.rewrite, list(self._shelf.records()))
            elif pending:
                await anyio.to_thread.run_sync(self._journal.append, pending)
        except OSError as error:
            self._fail(error)
        else:
            self._written = asked
            if self.trouble:
                self._say(f"dead letters are written to `{self._journal.path}` again")
            self.trouble = ""
        self._done.set()
        self._done = anyio.Event()

    def _is_stale(self) -> bool:
        return self._journal.size > COMPACT and self._journal.size > 2 * self._shelf.bytes

    def _write_last(self) -> None:
        try:
            if self.trouble:
                self._journal.rewrite(self._shelf.records())
            elif self._pending:
                self._journal.append(self._pending)
        except OSError as error:
            self._fail(error)
        finally:
            self._journal.close()

    def _fail(self, error: OSError) -> None:
        text = f"dead letters cannot be written to `{self._journal.path}`: {error.strerror or error}"
        if not self.trouble:
            self._say(f"{text}; they are kept in memory")
        self.trouble = text
