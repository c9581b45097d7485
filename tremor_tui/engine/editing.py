"""Editing: the part of the engine that draws drafts and turns what is done on a canvas into changes of them.

The work is the compile process's; nothing that runs is changed, and no file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tremor_tui.control.commands import Command, Request
from tremor_tui.control.editing import Edit, Edited, Kinds, KindsListed, Outline, Outlined
from tremor_tui.control.snapshots import Answer
from tremor_tui.engine.clients import ClientSession
from tremor_tui.engine.compiling.link import Canvas, Drawn, Unmade
from tremor_tui.engine.compiling.service import Compiling
from tremor_tui.errors import ControlError

REQUESTS: Final = (Kinds, Outline, Edit)


class Editing:
    """Answers `Kinds`, `Outline` and `Edit`."""

    takes: tuple[type[Command], ...] = REQUESTS
    looks: tuple[type[Command], ...] = REQUESTS

    def __init__(self, compiling: Compiling) -> None:
        self._compiling = compiling

    async def answer(self, session: ClientSession, request: Request) -> Answer:
        """What the compile process makes of it. Raises ControlError where an edit cannot be made."""
        assert isinstance(request, REQUESTS)
        if isinstance(request, (Outline, Edit)):
            _check_paths(request.path, request.base, *request.texts)
        drawn = (await self._compiling.ask(Canvas(request), Drawn)).answer
        match drawn:
            case Unmade(message, hint):
                raise ControlError(message, hint)
            case KindsListed() | Outlined() | Edited():
                return drawn

    async def client_left(self, session: ClientSession) -> None:
        """Keeps nothing for clients."""


def _check_paths(*paths: str) -> None:
    for path in paths:
        if not Path(path).is_absolute():
            raise ControlError(f"`{path}` is not an absolute path")
