"""Sending: one real replay, from the claim to the end of every letter.

A hundred letters at a time are claimed, the claim is written down, they are sent to their executor, which
answers once they are in the channel of their task. What becomes of them comes back as mail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import anyio
from anyio.abc import TaskGroup

from tremor_tui.control.letters import OPEN, Letter, LetterState, Replayed
from tremor_tui.engine.executors.link import SendAgain, SentAgain
from tremor_tui.engine.flows import Flows
from tremor_tui.engine.letters.keeper import Keeper
from tremor_tui.engine.letters.records import Moved
from tremor_tui.engine.letters.shelf import Shelf
from tremor_tui.errors import ControlError, TremorError

AT_ONCE: Final = 100
FRAME: Final = 4 * 1024 * 1024
PATIENCE_S: Final = 5.0
"""How long an answer waits for letters that are on their way."""
OTHER = "somebody else is sending it"


class Sending:
    """One client's replay. `run` goes on when the client has gone."""

    def __init__(
        self, flows: Flows, shelf: Shelf, keeper: Keeper, arrived: Callable[[], anyio.Event]
    ) -> None:
        self._flows = flows
        self._shelf = shelf
        self._keeper = keeper
        self._arrived = arrived
        self._sent: list[int] = []
        self._refused: list[tuple[int, str]] = []
        self._error: TremorError | None = None
        self._over = anyio.Event()

    async def answer(self, letters: Sequence[Letter], group: TaskGroup) -> Replayed:
        """Sends them, and waits a while for what becomes of them. Raises ControlError where none is sent."""
        group.start_soon(self._run, letters)
        await self._over.wait()
        if self._error is not None and not self._sent:
            raise self._error
        with anyio.move_on_after(PATIENCE_S):
            while any(self._state(one) == "sending" for one in self._sent):
                await self._arrived().wait()
        return self._told()

    async def _run(self, letters: Sequence[Letter]) -> None:
        try:
            for part in _parts(letters):
                await self._send(part)
        except TremorError as error:
            self._error = error
        finally:
            self._over.set()

    async def _send(self, part: list[Letter]) -> None:
        """Claims and sends letters of one flow."""
        now = [self._shelf.letters.get(one.id, one) for one in part]
        claimed = [letter for letter in now if self._is_free(letter)]
        if not claimed:
            return
        flow = self._flows.get(claimed[0].flow)
        if flow.lost or flow.failed:
            raise ControlError(f"the flow `{flow.alias}` does not run", "nothing was sent")
        self._keeper.put(Moved(tuple(one.id for one in claimed), "sending"))
        try:
            await self._keeper.written()
        except ControlError:
            self._give_back(claimed)
            raise
        try:
            result = await flow.executor.order(SendAgain(flow.alias, tuple(claimed)))
        except ControlError as error:  # from here on some may have been sent
            lost = tuple(one.id for one in claimed if self._state(one.id) == "sending")
            self._keeper.put(Moved(lost, "uncertain", f"while it was sent: {error.message}"))
            self._sent += [one.id for one in claimed]
            return
        assert isinstance(result, SentAgain)
        unsent = dict(result.unsent)
        self._give_back([one for one in claimed if one.id in unsent])
        self._refused += result.unsent
        self._sent += [one.id for one in claimed if one.id not in unsent]

    def _is_free(self, letter: Letter) -> bool:
        """Whether it may be sent now; else it is noted why not."""
        state = self._state(letter.id)
        if letter.lasting:
            self._refused.append((letter.id, letter.lasting))
        elif state not in OPEN:
            self._refused.append((letter.id, OTHER if state == "sending" else f"it is {state or 'gone'}"))
        else:
            return True
        return False

    def _give_back(self, letters: Sequence[Letter]) -> None:
        """Letters that were not sent are what they were."""
        for letter in letters:
            if self._state(letter.id) == "sending":
                self._keeper.put(Moved((letter.id,), letter.state, letter.note))

    def _state(self, number: int) -> LetterState | None:
        letter = self._shelf.letters.get(number)
        return letter.state if letter else None

    def _told(self) -> Replayed:
        by: dict[LetterState | None, list[int]] = {}
        for one in self._sent:
            by.setdefault(self._state(one), []).append(one)
        replayed = (*by.get("replayed", ()), *by.get(None, ()))
        failed, uncertain = tuple(by.get("dead", ())), tuple(by.get("uncertain", ()))
        waiting = tuple(by.get("sending", ()))
        counts = (
            (len(replayed), "replayed"),
            (len(failed), "failed again"),
            (len(uncertain), "uncertain"),
            (len(waiting), "on their way"),
            (len(self._refused), "not sent"),
        )
        text = ", ".join(f"{count} {what}" for count, what in counts if count) or "nothing to replay"
        if self._error is not None:
            text += f"; then {self._error.message}"
        return Replayed(replayed, failed, uncertain, waiting, tuple(self._refused), text)


def _parts(letters: Sequence[Letter]) -> list[list[Letter]]:
    """Letters of one flow each, as many as fit an order."""
    parts: list[list[Letter]] = []
    size = 0
    for letter in sorted(letters, key=lambda one: (one.flow, one.id)):
        own = len(letter.event) + len(letter.packed) + len(letter.raw) + len(letter.meta)
        last = parts[-1] if parts else []
        if not last or last[0].flow != letter.flow or len(last) >= AT_ONCE or size + own > FRAME:
            parts.append([])
            size = 0
        parts[-1].append(letter)
        size += own
    return parts
