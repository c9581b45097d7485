"""Keyboard: gives the app one key after the other, the next only once the one before has acted.

Textual hands keys to the widget that has the focus when they are read, and runs bindings when a key has come
up to the app. Where several keys are read at once (a fast hand, a slow line, a busy machine) those behind
the first would go to the widget beneath the dialog that the first one opens.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import events
from textual.message_pump import MessagePump

if TYPE_CHECKING:
    from textual.app import App

LONGEST_S = 3.0
"""How long a key may take before the next one acts all the same."""
LOOK_S = 0.05
"""How often it is looked whether the widget that has a key is still there."""


class Keyboard:
    """Takes keys as they are read and gives them on in their order; `run` does that until it is cancelled."""

    def __init__(self, app: App[None], give: Callable[[events.Key], Awaitable[None]]) -> None:
        self._app, self._give = app, give
        self._keys: asyncio.Queue[events.Key] = asyncio.Queue()

    def take(self, event: events.Key) -> None:
        """A key was read."""
        self._keys.put_nowait(event)

    async def run(self) -> None:
        """Gives the keys on."""
        while True:
            event = await self._keys.get()
            before = self._app.screen
            target: MessagePump | None = self._app.focused or self._app.screen
            await self._give(event)
            end = time.monotonic() + LONGEST_S
            while target is not None:
                await _settled(target, end)
                if target is self._app:
                    break
                target = target._parent or self._app
            if self._app.screen is not before:
                # A dialog gives the focus to its input once it is there.
                await _settled(self._app.screen, end)


async def _settled(pump: MessagePump, end: float) -> None:
    """Returns once a pump has done what lies before it, or is gone."""
    done = asyncio.Event()
    if not pump.is_running or not pump.post_message(events.Callback(done.set)):
        return
    while not done.is_set() and pump.is_running and time.monotonic() < end:
        try:
            await asyncio.wait_for(done.wait(), LOOK_S)
        except TimeoutError:
            continue
