"""What changes the letters of an engine; each is a line of the journal."""

from __future__ import annotations

import msgspec

from tremor_tui.control.letters import Letter, LetterState


class Came(msgspec.Struct, frozen=True, tag="came"):
    """A letter came, or one that was sent again came back; it has its number."""

    letter: Letter


class Moved(msgspec.Struct, frozen=True, tag="moved"):
    """Letters changed their state."""

    ids: tuple[int, ...]
    state: LetterState
    note: str = ""


class Missed(msgspec.Struct, frozen=True, tag="missed"):
    """Failures of a flow that were not kept, by reason."""

    flow: str
    reasons: dict[str, int]


class Total(msgspec.Struct, frozen=True, tag="total"):
    """How many failures a flow had before what follows, and the highest number given; heads a new journal.

    `kept` were letters once, `flooded` never were; `missed` has the latter and those whose place was needed.
    """

    flow: str
    kept: int
    flooded: int
    missed: dict[str, int]
    last_id: int


Record = Came | Moved | Missed | Total
