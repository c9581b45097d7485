"""Part: what answers some of the requests of `control`; the plane asks the part that takes a request."""

from __future__ import annotations

from typing import Protocol

from tremor_tui.control.commands import Command, Request
from tremor_tui.control.snapshots import Answer
from tremor_tui.engine.clients import ClientSession


class Part(Protocol):
    """A few requests that belong together, made known to the plane by `Engine`.

    `takes` are the requests it answers, `looks` those of them that change nothing, so that clients which
    may only look may ask them. `answer` raises TremorError where a request is refused. `client_left` ends
    what the part keeps for a client.
    """

    takes: tuple[type[Command], ...]
    looks: tuple[type[Command], ...]

    async def answer(self, session: ClientSession, request: Request) -> Answer: ...
    async def client_left(self, session: ClientSession) -> None: ...
