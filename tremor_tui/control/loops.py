"""One peculiarity of asyncio under anyio, taken care of once."""

from __future__ import annotations

import asyncio
from typing import Any


def forgive_late_wakeups() -> None:
    """Keeps the running asyncio loop from reporting that a cancelled read became readable.

    anyio (4.16) waits for a socket with `add_reader(socket, future.set_result, None)`. Where the wait is
    cancelled in the very turn in which the socket becomes readable, asyncio reports the InvalidStateError
    of that call on stderr, with a traceback, in the middle of whatever is on the screen. It means nothing.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # not on asyncio
        return
    before = loop.get_exception_handler()
    if getattr(before, "forgives", False):
        return

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if isinstance(context.get("exception"), asyncio.InvalidStateError) and "handle" in context:
            return
        if before:
            before(loop, context)
        else:
            loop.default_exception_handler(context)

    handle.forgives = True  # type: ignore[attr-defined]
    loop.set_exception_handler(handle)
