"""Past: the last ten minutes as the workbench keeps them, and which moment of them is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tremor_tui.control.history import Mark, Marked, TrackKind
from tremor_tui.control.playing import Playing
from tremor_tui.control.ring import SECOND, Ring
from tremor_tui.control.snapshots import EngineSnapshot, Pushed
from tremor_tui.workbench.spread import Spreads

SPANS = (600, 60, 10)
"""Seconds that the graphs may cover."""
GAP_S = 2
"""Seconds without a picture after which the engine is asked for what was missed."""

NEAR_WARNINGS = 3
TREND_S = 10
LONGEST_S = 600
"""A queue that is full later than this is not told of."""

Subject = tuple[TrackKind, str]


@dataclass
class Past:
    """`cursor` is a second since 1970, 0 while the latest is looked at; `end` the last one that is drawn."""

    ring: Ring = field(default_factory=Ring)
    cursor: int = 0
    end: int = 0
    span: int = SPANS[0]
    subject: Subject | None = None
    playing: Playing | None = None
    missing_since_ns: int = -1
    """From when on the engine is to be asked for its history; -1: nothing is missing."""
    spreads: Spreads = field(default_factory=Spreads)
    _engine: tuple[str, int] = ("", 0)

    def take(self, pushed: Pushed) -> None:
        """Takes in what an engine, or a recording, pushed."""
        match pushed:
            case EngineSnapshot():
                self._take_picture(pushed)
            case Marked(mark):
                self.ring.mark(mark)
            case Playing():
                if pushed.jumped:
                    self._begin_anew()
                self.playing = pushed

    def _take_picture(self, picture: EngineSnapshot) -> None:
        engine = (picture.engine, picture.since_ns)
        if engine[0] != self._engine[0]:
            self._begin_anew()
            self.playing = None
        elif engine != self._engine or picture.at_ns // SECOND - self.ring.last_s > GAP_S:
            self.missing_since_ns = self.ring.last_s * SECOND
        self._engine = engine
        self.ring.add(picture)
        self.spreads.take(picture.at_ns // SECOND, picture.tasks)
        if self.cursor and self.cursor < self.ring.first_s:
            self.cursor = self.ring.first_s  # what it was on is not kept any more

    def _begin_anew(self) -> None:
        self.ring, self.cursor, self.end, self.missing_since_ns = Ring(), 0, 0, 0

    # --- the moment

    @property
    def now(self) -> int:
        """The second that is looked at."""
        return self.cursor or self.ring.last_s

    @property
    def window(self) -> tuple[int, int]:
        """The first and last second that is drawn."""
        last = self.end or self.ring.last_s
        return last - self.span + 1, last

    def move(self, seconds: int) -> None:
        """Moves the cursor; beyond the latest second it is live again."""
        self.go(self.now + seconds)

    def go(self, second: int) -> None:
        """Puts the cursor on a second, which comes into view."""
        if second >= self.ring.last_s:
            self.live()
            return
        first, last = self.window
        self.cursor = max(self.ring.first_s, second)
        self.end = self.end or last
        if not first <= self.cursor <= last:
            self.end = min(self.ring.last_s, self.cursor + self.span // 2)

    def live(self) -> None:
        """Follows the latest second."""
        self.cursor = self.end = 0

    def zoom(self, by: int) -> None:
        """Covers more or less; the cursor stays in view."""
        at = max(0, min(len(SPANS) - 1, SPANS.index(self.span) + by))
        self.span = SPANS[at]
        if self.cursor:
            self.end = min(self.ring.last_s, self.cursor + self.span // 2)

    def mark(self, step: Literal[-1, 1]) -> Mark | None:
        """Goes to the next or the previous mark; None where there is no more."""
        marks = self.ring.marks
        if step > 0:
            found = next((mark for mark in marks if mark.at_ns // SECOND > self.now), None)
        else:
            found = next((mark for mark in reversed(marks) if mark.at_ns // SECOND < self.now), None)
        if found is not None:
            self.go(found.at_ns // SECOND)
        return found

    def full_in(self, kind: TrackKind, name: str) -> float | None:
        """The seconds until a queue is full if it grows as in the last ten; None where it does not."""
        last = self.now
        fills = [fill for fill in self.ring.column(kind, name, "fill", last - TREND_S, last) if fill == fill]
        if len(fills) < TREND_S // 2 or fills[-1] >= 1.0:
            return None
        half = len(fills) // 2
        a_second = (sum(fills[-half:]) - sum(fills[:half])) / half / (len(fills) - half)
        seconds = (1.0 - fills[-1]) / a_second if a_second > 0 else LONGEST_S + 1
        return seconds if seconds <= LONGEST_S else None

    def near(self, within_s: int) -> list[Mark]:
        """The marks that are at most so far from the cursor, the nearest first; of warnings only a few."""
        now = self.now
        found = [mark for mark in self.ring.marks if abs(mark.at_ns // SECOND - now) <= within_s]
        found.sort(key=lambda mark: abs(mark.at_ns // SECOND - now))
        few = [mark for mark in found if mark.kind == "warning"][:NEAR_WARNINGS]
        return [mark for mark in found if mark.kind != "warning" or mark in few]
