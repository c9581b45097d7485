"""Player: a ControlPlane over a recording: it answers what looks, plays, and refuses what changes things."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import AsyncIterator

import anyio
import anyio.lowlevel
import msgspec

from tremor_tui.control import commands as do
from tremor_tui.control.history import POINTS, AskHistory
from tremor_tui.control.playing import Play, Playing
from tremor_tui.control.recordings import Recorded, time_of
from tremor_tui.control.recordings.reading import Recording
from tremor_tui.control.ring import SECOND, Ring
from tremor_tui.control.snapshots import (
    Answer,
    Done,
    EngineSnapshot,
    FlowFiles,
    Marked,
    Pushed,
    TapOpened,
    TapSamples,
    Welcome,
)
from tremor_tui.errors import ControlError, EngineLost

SLOWEST, FASTEST = 0.1, 1000.0
LONGEST_PAUSE_S = 1.0
"""Where nothing was recorded for longer, playing goes on after this."""


class Player:
    """Plays a recording from its begin. `pushed` has one reader; `ends` lets it end with the recording."""

    def __init__(
        self, recording: Recording, *, paused: bool = False, speed: float = 1.0, ends: bool = False
    ) -> None:
        header = recording.header
        self.welcome = Welcome(do.PROTOCOL, header.engine, header.program, os.getpid())
        self._recording = recording
        self._paused, self._speed, self._ends = paused, speed, ends
        self._line: deque[Pushed] = deque()
        self._member, self._at = 0, 0
        self._records: list[Recorded] = []
        self._read = -1
        self._now_ns = recording.begin_ns
        self._picture: EngineSnapshot | None = None
        self._files: dict[str, FlowFiles] = {}
        self._taps: dict[str, int] = {}
        self._ring = Ring()
        self._news = anyio.Event()
        self._closed = False

    async def submit(self, request: do.Request) -> Answer:
        """Answers what looks. Raises ControlError for all that would change something."""
        match request:
            case do.Watch():
                self._tell(jumped=False)
                return Done()
            case do.Snapshot() if self._picture:
                return self._picture
            case AskHistory(since_ns, first):
                return self._ring.page(since_ns, first)
            case do.ListFiles(flow) if flow in self._files:
                return self._files[flow]
            case do.OpenTap(edge=edge):
                number = self._taps.setdefault(edge, len(self._taps) + 1)
                return TapOpened(number)
            case do.CloseTap(number):
                self._taps = {edge: tap for edge, tap in self._taps.items() if tap != number}
                return Done()
            case Play():
                await self._change(request)
                return Done()
        raise ControlError("a recording can only be looked at", "attach to an engine to change something")

    def pushed(self) -> AsyncIterator[Pushed]:
        """The recorded pictures, marks and samples at their pace, and where it stands."""
        return _Pushed(self)

    async def close(self) -> None:
        """Ends it; whoever waits on it meets EngineLost."""
        self._closed = True
        self._news.set()

    async def next_pushed(self) -> Pushed:
        """What is next. Raises EngineLost after `close`, and at the end where it `ends`."""
        while not self._line:
            if self._closed:
                raise EngineLost("the recording was closed")
            if self._paused and self._picture is not None:
                await self._wait()
                continue
            record = self._peek()
            if record is None:
                await self._stand_at_end()
            elif await self._is_time(record):
                self._take(record)
        return self._line.popleft()

    # --- how it plays

    async def _stand_at_end(self) -> None:
        if self._ends:
            raise EngineLost("the recording is over")
        self._paused = True
        self._tell(jumped=False)
        await anyio.lowlevel.checkpoint()

    async def _wait(self) -> None:
        self._news = anyio.Event()
        await self._news.wait()

    async def _is_time(self, record: Recorded) -> bool:
        """Waits until a record is due; False where something was changed meanwhile."""
        due = (time_of(record) - self._now_ns) / SECOND / self._speed
        if due <= 0 or self._picture is None:
            await anyio.lowlevel.checkpoint()
            return True
        self._news = anyio.Event()
        with anyio.move_on_after(min(due, LONGEST_PAUSE_S)):
            await self._news.wait()
            return False
        return True

    async def _change(self, play: Play) -> None:
        if play.speed:
            self._speed = min(FASTEST, max(SLOWEST, play.speed))
        if play.paused is not None:
            self._paused = play.paused
            if not self._paused and self._peek() is None:
                await self._go_to(self._recording.begin_ns)
        if play.at_ns:
            await self._go_to(play.at_ns)
        if play.steps:
            self._paused = True
            await self._step(play.steps)
        self._tell(jumped=bool(play.at_ns) or play.steps < 0)
        self._news.set()

    async def _step(self, steps: int) -> None:
        if steps < 0:
            await self._go_to(self._now_ns + steps * SECOND)
        for _ in range(max(0, steps)):
            self._to_next_picture()

    def _to_next_picture(self) -> None:
        while (record := self._peek()) is not None:
            self._take(record)
            if isinstance(record, EngineSnapshot):
                return

    async def _go_to(self, at_ns: int) -> None:
        """Stands at a moment, with the ten minutes before it known."""
        at_ns = min(self._recording.end_ns, max(self._recording.begin_ns, at_ns))
        self._ring, self._picture = Ring(), None
        self._line.clear()
        self._member, self._at = self._recording.index(at_ns - POINTS * SECOND), 0
        turn = 0
        while (record := self._peek()) is not None and (self._picture is None or time_of(record) <= at_ns):
            self._take(record, silent=True)
            turn += 1
            if turn % 20 == 0:
                await anyio.lowlevel.checkpoint()
        if self._picture is not None:
            self._line.append(self._picture)

    # --- records

    def _peek(self) -> Recorded | None:
        """The next record; None at the end."""
        while self._member < len(self._recording.members):
            if self._read != self._member:
                self._records, self._read = self._recording.read(self._member), self._member
            if self._at < len(self._records):
                return self._records[self._at]
            self._member, self._at = self._member + 1, 0
        return None

    def _take(self, record: Recorded, silent: bool = False) -> None:
        self._at += 1
        self._now_ns = max(time_of(record), self._now_ns) if not silent else time_of(record) or self._now_ns
        match record:
            case EngineSnapshot():
                self._picture = msgspec.structs.replace(record, clients=1, kept=True, recording="")
                self._ring.add(self._picture)
                self._push(self._picture, silent)
                if not silent:
                    self._tell(jumped=False)
            case Marked(mark):
                self._ring.mark(mark)
                self._push(record, silent)
            case TapSamples(edge=edge) if edge in self._taps:
                self._push(msgspec.structs.replace(record, tap=self._taps[edge]), silent)
            case FlowFiles(flow):
                self._files[flow] = record

    def _push(self, pushed: Pushed, silent: bool) -> None:
        if not silent:
            self._line.append(pushed)

    def _tell(self, jumped: bool) -> None:
        seen = self._recording
        self._line.append(
            Playing(self._now_ns, seen.begin_ns, seen.end_ns, self._speed, self._paused, jumped, seen.damage)
        )
        self._news.set()


class _Pushed:
    """Not an async generator: those want to be closed by whoever leaves the loop early."""

    def __init__(self, player: Player) -> None:
        self._player = player

    def __aiter__(self) -> _Pushed:
        return self

    async def __anext__(self) -> Pushed:
        return await self._player.next_pushed()
