"""History: requests and answers about the last ten minutes, and the marks of what was changed in them.

The engine keeps the last ten minutes as `ring.py` has them and derives the marks (`marks.py`); a client asks
for them once, page by page, and follows the pushed pictures and marks from then on.
"""

from __future__ import annotations

from typing import Literal

from tremor_tui.control.base import Command, Picture

POINTS = 600
"""Seconds that are kept."""
PAGE = 64
"""Tracks in one answer, so that no frame is long."""

MarkKind = Literal[
    "deploy", "apply", "back", "pause", "resume", "stop", "fail", "executor", "warning", "record", "settings"
]
TrackKind = Literal["flow", "task", "edge"]


class Mark(Picture, frozen=True):
    """Something that was changed, or that happened, at a moment.

    `task` and `flow` say where. `until_ns`: when it was over, for warnings; 0 while it lasts, or where it
    does not last. `hint`: what to do about it.
    """

    at_ns: int
    kind: MarkKind
    text: str
    flow: str = ""
    task: str = ""
    until_ns: int = 0
    hint: str = ""
    lint: str = ""


class Marked(Picture, frozen=True, tag="marked"):
    """Pushed for each new mark; one of the same time, kind and place takes the earlier one's place."""

    mark: Mark


class AskHistory(Command, frozen=True, tag="history"):
    """Asks for what is kept since `since_ns`, from the `first`-th track on; answered with `HistoryPage`."""

    since_ns: int = 0
    first: int = 0


class Track(Picture, frozen=True):
    """The figures of one flow, task or edge: `values` are float32 (little-endian), column by column.

    Each column has a value per second of its page, NaN where there was none; `COLUMNS` in `ring.py` names
    the columns.
    """

    id: str
    kind: TrackKind
    values: bytes


class Shape(Picture, frozen=True):
    """Flows, tasks and graphs without their figures, as they were from `at_ns` on: zlib of JSON."""

    at_ns: int
    packed: bytes


class HistoryPage(Picture, frozen=True, tag="history_page"):
    """The answer to `AskHistory`: `seconds` seconds from `first_s` (since 1970) on.

    `tracks` is a page of all `total` tracks; `marks` and `shapes` come with the first page.
    """

    first_s: int = 0
    seconds: int = 0
    total: int = 0
    tracks: tuple[Track, ...] = ()
    marks: tuple[Mark, ...] = ()
    shapes: tuple[Shape, ...] = ()
