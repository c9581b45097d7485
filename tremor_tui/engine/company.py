"""Company: lets the clients of the engine know what one of them did, and who it was."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tremor_tui.control import commands as ask
from tremor_tui.control.company import Saved
from tremor_tui.control.snapshots import Answer, Applied, Done, Notice, Stopped
from tremor_tui.engine.clients import ClientSession
from tremor_tui.errors import ControlError

MAX_PATHS = 1000


class Company:
    """Answers `Saved`, and follows what is answered to others. `sessions` are the clients now."""

    takes: tuple[type[ask.Command], ...] = (Saved,)
    looks: tuple[type[ask.Command], ...] = ()

    def __init__(self, sessions: Callable[[], Iterable[ClientSession]]) -> None:
        self._sessions = sessions

    async def answer(self, session: ClientSession, request: ask.Request) -> Answer:
        """Tells the others which files a client wrote."""
        if not isinstance(request, Saved) or len(request.paths) > MAX_PATHS:
            raise ControlError(f"up to {MAX_PATHS} files at once can be told of")
        names = ", ".join(dict.fromkeys(Path(path).name for path in request.paths))
        self._tell(session, f"{names} was saved", request.flow, request.paths)
        return Done()

    async def client_left(self, session: ClientSession) -> None:
        """Nothing is kept for a client."""

    def follow(self, session: ClientSession, request: ask.Request, answer: Answer) -> None:
        """Tells the others what a request did, where it did something that they see."""
        match request, answer:
            case ask.Deploy(), Done(text):
                self._tell(session, text or "a file was deployed")
            case ask.Apply(flow=flow), Applied(receipts, text):
                words = ", ".join(f"v{receipt.version} was applied" for receipt in receipts) or text
                self._tell(session, f"{flow}: {words}", flow)
            case ask.StopFlow(flow=flow), Stopped():
                self._tell(session, f"{flow} was stopped", flow)
            case ask.PauseFlow(flow=flow, paused=paused), Done():
                self._tell(session, f"{flow} was paused" if paused else f"{flow} was let go on", flow)
            case ask.Keep(keep=keep), Done():
                self._tell(session, "the engine was told to go on without clients" if keep else "")

    def _tell(self, author: ClientSession, text: str, flow: str = "", files: tuple[str, ...] = ()) -> None:
        by = who(author)
        if not text:
            return
        notice = Notice(f"{text} by {by}", "info", time.time_ns(), flow, by, files)
        for session in self._sessions():
            if session is not author:
                session.push(notice)


def who(session: ClientSession) -> str:
    """What a client is called: its kind and process."""
    hello = session.hello
    return f"{hello.client} {hello.pid}" if hello else "a client"
