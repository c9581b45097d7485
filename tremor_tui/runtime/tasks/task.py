"""Task: what a source, a pipeline and a sink have in common: meter, bell, outbox, counters, ways up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

import anyio

from tremor_tui.connectors.contract import Clock, Sink, Source
from tremor_tui.errors import ConnectionLost, TremorError
from tremor_tui.metrics.board import Board
from tremor_tui.metrics.instruments import Recent
from tremor_tui.model.batch import Batch
from tremor_tui.model.insight import Ack, Drained, Fail, Insight
from tremor_tui.model.port import ERR
from tremor_tui.model.signal import Drain
from tremor_tui.runtime.channel import Channel
from tremor_tui.runtime.complaints import Complaints
from tremor_tui.runtime.meter import TIMER, Current, Meter
from tremor_tui.runtime.outbox import Link, Outbox
from tremor_tui.runtime.retry import Retry
from tremor_tui.runtime.settings import Settings

if TYPE_CHECKING:
    from tremor_tui.runtime.gate import Gate
    from tremor_tui.runtime.letters import FlowLetters
    from tremor_tui.runtime.schedule.cooperative import Schedule

CLOSE_S = 1.0
"""How long a connector may take to close when it is not drained."""


class Host(Protocol):
    """The flow, as its tasks see it."""

    lag: Recent
    letters: FlowLetters | None
    is_reshaping: bool

    @property
    def is_held(self) -> bool: ...
    def note_opened(self, task: Task) -> None: ...
    def note_failed(self, task: Task, error: Exception) -> None: ...
    def note_ended(self, task: Task) -> None: ...
    def note_news(self) -> None: ...
    def settle(self, insight: Ack | Fail | Drained) -> None: ...


@dataclass(slots=True)
class Counters:
    """Totals of one task; a pipeline's `dropped` and inner errors are its graph's."""

    events_in: int = 0
    events_out: int = 0
    events_err: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    discarded: int = 0
    failed: int = 0

    @property
    def totals(self) -> tuple[int, int, int, int, int]:
        """Those that rates are made of."""
        return self.events_in, self.events_out, self.events_err, self.bytes_in, self.bytes_out


@dataclass(slots=True)
class Lent:
    """What a flow lends each of its tasks."""

    flow: str
    settings: Settings
    clock: Clock
    board: Board
    current: Current
    complaints: Complaints
    host: Host
    schedule: Schedule


@dataclass(eq=False)
class Task(ABC):
    """One coroutine of a flow. `above` are the tasks that insights go up to; `gate` is a break's, if any.

    `channel` is its input, None for a source; `expected` says from how many of the tasks above each
    source's Drain will come, `shape` of which shape of the flow. `hears` are the numbers of the sources
    above.
    """

    kind: ClassVar[Literal["source", "pipeline", "sink"]]
    alias: str
    detail: str
    lent: Lent
    channel: Channel | None = None
    above: list[Task] = field(default_factory=list)
    expected: dict[str, int] = field(default_factory=dict)
    counters: Counters = field(default_factory=Counters)
    breaker: str = ""
    error: str = ""
    version: int = 1
    shape: int = 0
    hears: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        lent = self.lent
        self.id = f"{lent.flow}/{self.kind}/{self.alias}"
        budget_ns = int(lent.settings.budget_ms * 1e6)
        self.meter = Meter(self.id, lent.clock.monotonic_ns, lent.board, lent.current, budget_ns)
        self.bell = lent.schedule.bell(self.meter)
        self.outbox = Outbox({}, self.bell, self.unlinked)
        self.since_ns = lent.clock.wall_ns()
        self.has_ended = False
        self.gate: Gate | None = None
        if self.channel is not None:
            self.channel.receiver = self.bell
        self._drains: dict[str, int] = {}

    @abstractmethod
    async def run(self) -> None:
        """The task's life, from opening to the last event."""

    @abstractmethod
    def tell(self, insight: Insight) -> None:
        """Something comes up from below; never waits."""

    @property
    def left(self) -> int:
        """Rows that are here and would be lost if all ended now."""
        held = self.gate.rows if self.gate else 0
        return self.outbox.rows + (self.channel.rows if self.channel else 0) + held

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is here, and nothing is being done, so that only news can change that."""
        return self.outbox.is_empty and self.gate is None and (self.channel is None or self.channel.is_empty)

    def unsent(self) -> Sequence[tuple[Link, Batch]]:
        """What waits to be sent, link by link."""
        return self.outbox.waiting()

    def in_hand(self) -> tuple[str, Batch] | None:
        """What it is writing: its port and rows."""
        return None

    async def main(self) -> None:
        """Runs it, measured, and tells the flow how it ended. Only cancellation leaves here."""
        try:
            await self.meter.drive(self.run())
        except Exception as error:
            self.lent.host.note_failed(self, error)
        finally:
            self.has_ended = True
            if self.channel is not None:
                self.channel.close()
            self.lent.host.note_ended(self)

    def relink(self, links: Mapping[str, Sequence[Link]]) -> None:
        """Gives it other links, as `Outbox.relink` says."""
        self.outbox.relink(links)

    def enter_shape(self, shape: int) -> None:
        """The flow has another shape: Drains of the one before count no more."""
        self.shape = shape
        self._drains.clear()

    def send_up(self, insight: Insight) -> None:
        """Tells every task above."""
        for task in self.above:
            self.lent.schedule.tell(task, task.tell, insight)

    def unlinked(self, port: str, batch: Batch) -> None:
        """Counts what leaves by a port that leads nowhere; errors are logged as well.

        What left by `err` is in `events_err` already, once.
        """
        self.counters.discarded += len(batch)
        if port == ERR:
            text = f"`{self.id}` {_first_error(batch)}; no link takes its `err`"
            self.complain("unheard", text, len(batch))

    def complain(self, kind: str, text: str, count: int = 1) -> None:
        """A line in the log, unless there were too many like it."""
        self.lent.complaints.say(f"{self.id} {kind}", text, count)

    def note_sent(self, port: str, batch: Batch) -> None:
        """Counts a batch that goes out by a port."""
        if port == ERR:
            self.counters.events_err += len(batch)
        else:
            self.counters.events_out += len(batch)
            self.counters.bytes_out += batch.nbytes

    def is_drained(self, drain: Drain) -> bool:
        """Counts a Drain; True with the last one that this source's events can bring."""
        if drain.shape != self.shape:
            return False
        source = drain.source
        self._drains[source] = count = self._drains.get(source, 0) + 1
        return count == self.expected.get(source, 1)

    async def pause(self, seconds: float) -> None:
        """Waits by the clock."""
        self.meter.reason = TIMER
        await self.lent.clock.sleep(seconds)

    async def wait_retry(self, retry: Retry, lost: ConnectionLost) -> None:
        """Waits as the policy says. Raises what was lost where it says to give up."""
        pause = retry.next_pause()
        if pause is None:
            raise lost
        self.breaker = lost.message
        self.complain("lost", f"`{self.id}`: {lost}; next attempt in {pause:.1f} s")
        await self.pause(pause)

    async def close_part(self, part: Source | Sink) -> None:
        """Closes the connector's part, also while the task is being cancelled."""
        with anyio.move_on_after(CLOSE_S, shield=True) as scope:
            try:
                await part.close()
            except (OSError, TremorError) as error:
                self.complain("close", f"`{self.id}` did not close well: {error}")
        if scope.cancelled_caught:
            self.complain("close", f"`{self.id}` took too long to close")


def _first_error(batch: Batch) -> str:
    value = batch.values[0] if batch.values else None
    text = value.get("error") if isinstance(value, dict) else None
    return f"refused an event: {text}" if text else "refused an event"
