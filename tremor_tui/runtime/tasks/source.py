"""The loop of a source: open, pull, cut, decode, send; hold while a sink is away; drain at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from anyio import CancelScope

from tremor_tui.connectors.contract import Source
from tremor_tui.errors import ConnectionLost, TremorError
from tremor_tui.model.batch import Batch
from tremor_tui.model.insight import Ack, Drained, Fail, Insight, Restore, Started, Trigger
from tremor_tui.model.record import dataclass
from tremor_tui.model.signal import Drain
from tremor_tui.runtime.catching import catch_frames
from tremor_tui.runtime.intake import Intake
from tremor_tui.runtime.meter import EMPTY, FULL
from tremor_tui.runtime.outbox import Link
from tremor_tui.runtime.retry import Retry
from tremor_tui.runtime.tasks.task import Task

if TYPE_CHECKING:
    from tremor_tui.runtime.tasks.pipeline import PipelineTask


TURN_BATCHES = 2
"""A source lets those below run after so many batches, before what it made has left the processor's cache."""


@dataclass(eq=False)
class SourceTask(Task):
    """A connector's source part. `sinks` are those that its events can reach.

    It does not pull before all of them have started, nor while one of them is tripped, nor while paused.
    A source whose events reach no sink never pulls, as in tremor. `follow` is called with as many of the
    next batches as `to_follow` says, before they are sent: their first event's path is recorded.
    """

    kind: ClassVar[Literal["source"]] = "source"
    part: Source = field(kw_only=True)
    intake: Intake = field(kw_only=True)
    retry: Retry = field(kw_only=True)
    key: str = field(kw_only=True)
    sinks: frozenset[str] = frozenset()
    takers: list[tuple[str, PipelineTask | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        letters = self.lent.host.letters
        if letters is not None:
            self.intake.caught = partial(catch_frames, self, letters)
        self.is_paused = False
        self.is_stopping = False
        self.is_leaving = False
        self.has_sent = False
        self.has_connected = False
        self._is_over = False
        self._is_held = True
        self._started: set[str] = set()
        self._tripped: dict[str, str] = {}
        self._drained: set[str] = set()
        self._rest: Iterator[tuple[str, Batch]] = iter(())
        self._in_turn = 0
        self._life = CancelScope()
        self._pulling: CancelScope | None = None
        self.to_follow = 0
        self.follow: Callable[[str, Batch], None] = lambda port, batch: None

    async def run(self) -> None:
        """Opens and pulls until stopped, over or failed; then drains what it has sent."""
        try:
            with self._life:
                try:
                    await self._connect()
                    await self._pull_all()
                except TremorError as error:
                    self.lent.host.note_failed(self, error)
            await self._drain()
        finally:
            await self.close_part(self.part)

    def stop(self) -> None:
        """Makes it stop pulling and drain."""
        self.is_stopping = True
        self._life.cancel()

    def leave(self) -> None:
        """Makes it stop pulling, send what it has, and end; where its events are settled, after that."""
        self.is_leaving = True
        self.stop()

    def enter_shape(self, shape: int) -> None:
        """Its Drain, if it has sent one, is to be sent again."""
        super().enter_shape(shape)
        self._drained.clear()
        self.bell.ring()

    def begin(self, operators: Set[str]) -> None:
        """Looks anew at what is below: all sinks there have started.

        Those that are tripped say so once more; `operators` are those below that may hold it by themselves.
        """
        self._started |= self.sinks
        self._tripped = {name: why for name, why in self._tripped.items() if name in operators}
        self._look()

    def hold(self, paused: bool) -> None:
        """Pauses it, or lets it go on."""
        self.is_paused = paused
        if paused and self._pulling is not None:
            self._pulling.cancel()
        self._look()

    def tell(self, insight: Insight) -> None:
        """Breaker, start and drain of the sinks below; acks and fails for a transactional source."""
        match insight:
            case Trigger(sink, reason):
                if sink in self.sinks or "/" in sink:  # not one that was below it before
                    self._tripped[sink] = reason
            case Restore(sink):
                self._tripped.pop(sink, None)
            case Started(sink):
                self._started.add(sink)
            case Drained(source, sink, shape):
                if source == self.key and shape == self.shape:
                    self._drained.add(sink)
            case Ack() | Fail():
                self._settle(insight)
                return
        self._look()

    @property
    def is_at_rest(self) -> bool:
        """Also it is held, and all that it read is sent."""
        is_held = self._is_held and self._pulling is None and not self._is_over
        return is_held and super().is_at_rest and not self.left

    @property
    def left(self) -> int:
        """Rows not sent yet, those of the read at hand included."""
        rest = list(self._rest)
        self._rest = iter(rest)
        return super().left + sum(len(batch) for _, batch in rest)

    def unsent(self) -> Sequence[tuple[Link, Batch]]:
        """What waits to be sent, the read at hand included."""
        rest = list(self._rest)
        self._rest = iter(rest)
        links = self.outbox.links
        return [*super().unsent(), *((link, batch) for port, batch in rest for link in links.get(port, ()))]

    def _look(self) -> None:
        missing = self.sinks - self._started
        self._is_held = self.is_paused or bool(self._tripped) or bool(missing) or not self.sinks
        if self._tripped:
            sink, reason = next(iter(self._tripped.items()))
            self.breaker = f"`{sink}` cannot take events: {reason}"
        elif missing:
            self.breaker = f"waits for `{min(missing)}` to start"
        else:
            self.breaker = ""
        self.bell.ring()

    def _settle(self, insight: Ack | Fail) -> None:
        if insight.source != self.intake.number or not self.intake.transactional:
            return
        if isinstance(insight, Ack):
            self.part.on_ack(insight.stream, insight.low, insight.high)  # type: ignore[attr-defined]
        else:
            self.part.on_fail(insight.stream, insight.low, insight.high, insight.error)  # type: ignore[attr-defined]

    async def _connect(self) -> None:
        while True:
            try:
                await self.part.open()
                self.intake.origin = self.part.origin
                self.has_connected = True
                self._look()
                return
            except ConnectionLost as lost:
                self.lent.host.note_opened(self)
                await self.wait_retry(self.retry, lost)
            finally:
                self.lent.host.note_opened(self)

    async def _pull_all(self) -> None:
        if not self.sinks:
            self.complain("sinkless", f"`{self.id}` reaches no sink, so it does not pull")
        while not self._is_over:
            await self._send_rest()
            if self._is_held:
                await self.bell.wait(EMPTY)
                continue
            with CancelScope() as self._pulling:
                await self._pull_some()
            self._pulling = None

    async def _pull_some(self) -> None:
        """Pulls until it is held or there is no more."""
        while not self._is_held:
            try:
                pulled = await self.part.pull()
            except ConnectionLost as lost:
                await self.wait_retry(self.retry, lost)
                await self._connect()
                continue
            if pulled is None:
                self._is_over = True
                return
            if self.retry.attempts:
                self.retry.reset()
            self.intake.fields = self._fields()
            self._rest = self.intake.take(pulled, self.lent.clock.wall_ns())
            await self._send_rest()

    def _fields(self) -> frozenset[str] | None:
        """The fields that its events are read for by who takes them; None where somebody needs them whole.

        Asked before each read, as a pipeline may be swapped at any time.
        """
        if not self.lent.settings.fuses:
            return None
        fields: frozenset[str] = frozenset()
        for port, taker in self.takers:
            read = taker.graph.fields(port) if taker is not None else None
            if read is None:
                return None
            fields |= read
        return fields

    async def _send_rest(self) -> None:
        """Sends what was read. A cancelled wait loses nothing: what is unsent stays in `_rest` and outbox."""
        outbox, turns, is_more = self.outbox, self.lent.schedule.turns, True
        if not outbox.is_empty:
            await outbox.wait_empty()
        while is_more:
            await turns.enter(self.bell)
            try:
                is_more = await self._send_some()
            finally:
                turns.leave()
            if not outbox.is_empty:
                await outbox.wait_empty()
        self.counters.discarded += self.intake.discarded
        self.intake.discarded = 0

    async def _send_some(self) -> bool:
        """Sends what is for one turn, and lets those below run; False where nothing is left."""
        meter = self.meter
        # asked anew each time: who counts what is left puts another iterator in its place
        while (made := next(self._rest, None)) is not None:
            self._send(*made)
            self._in_turn += 1
            is_stuck = not self.outbox.is_empty
            if is_stuck or self._in_turn >= TURN_BATCHES or meter.is_spent():
                self._in_turn = 0
                if not is_stuck:
                    await meter.give_way()
                return True
        if meter.is_spent():
            await meter.give_way()
        return False

    def _send(self, port: str, batch: Batch) -> None:
        self.counters.events_in += len(batch)
        self.counters.bytes_in += batch.nbytes
        if self.to_follow and len(batch):
            self.to_follow -= 1
            batch = self._followed(port, batch)
        if len(batch):
            self.note_sent(port, batch)
            self.outbox.add(port, batch)

    def _followed(self, port: str, batch: Batch) -> Batch:
        """Sends the first event alone, as its nodes are then asked one by one; what is left of the batch."""
        first, rest = batch.split(1)
        self.note_sent(port, first)
        self.follow(port, first)
        self.outbox.add(port, first)
        return rest

    async def _drain(self) -> None:
        """Sends what is left and Drain after it, and stays until every sink below has had it."""
        await self._send_rest()
        if self._is_over:
            self._rest = self.intake.finish(self.lent.clock.wall_ns())
            await self._send_rest()
        self.has_sent = True
        self.lent.host.note_news()
        await self._drain_below()
        while self.is_leaving and self.intake.transactional and not self._drained >= self.sinks:
            await self.bell.wait(EMPTY)  # the reshape sends the Drains

    async def _drain_below(self) -> None:
        """Sends Drain, and once more where the flow takes another shape before that has come through."""
        sent = -1
        while not self.is_leaving:
            if sent == self.shape and self.outbox.push() and self._drained >= self.sinks:
                return
            if sent != self.shape and not self.lent.host.is_reshaping:
                sent = self.shape
                self.outbox.signal(Drain(self.key, sent))
            else:
                await self.bell.wait(EMPTY if self.outbox.is_empty else FULL)
