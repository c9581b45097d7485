"""Executors: where flows run, why they were moved, why they stay, and the request to move one."""

from __future__ import annotations

from typing import Literal

import msgspec

from tremor_tui.control.base import Command, Picture


class MoveFlow(Command, frozen=True, tag="move_flow"):
    """Moves a running flow to the executor of that number; answered with `Done` once it runs there.

    Nothing is lost or doubled, and state goes with it. Where something of the flow cannot be handed over the
    request is refused with what that is; `anyway` drains the flow then and begins it anew there.
    """

    flow: str
    executor: int
    anyway: bool = False


class Moved(Picture, frozen=True):
    """A flow went from one executor to another. `text` says why, `pause_ns` how long it stood still.

    `by`: the balance of the engine itself, or somebody's request.
    """

    at_ns: int
    flow: str
    source: int
    target: int
    text: str
    pause_ns: int = 0
    by: Literal["balance", "request"] = "balance"


class Placement(Picture, frozen=True):
    """How flows are spread: the last moves, oldest first, and why nothing moves now, or empty.

    `stays` maps flows to why each is not moved by itself; others may be. `loop` is what executors run on.
    """

    moves: tuple[Moved, ...] = ()
    waits: str = ""
    stays: dict[str, str] = msgspec.field(default_factory=dict)
    loop: str = ""
