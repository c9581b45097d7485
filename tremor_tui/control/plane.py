"""ControlPlane: what a client holds, over a socket or, in tests, over recorded pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from tremor_tui.control.commands import Request
from tremor_tui.control.snapshots import Answer, Pushed, Welcome


class ControlPlane(Protocol):
    """Requests and their answers, and what is pushed meanwhile.

    `submit` returns the answer; a `Refused` is raised as ControlError, a broken connection as EngineLost.
    `pushed` yields every pushed frame until the connection ends, then raises EngineLost.
    """

    welcome: Welcome

    async def submit(self, request: Request) -> Answer: ...
    def pushed(self) -> AsyncIterator[Pushed]: ...
    async def close(self) -> None: ...
