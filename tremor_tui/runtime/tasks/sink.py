"""The loop of a sink: encode, intercept, write, settle; trip and come back when the outside is away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import ClassVar, Literal

from tremor_tui.connectors.contract import Sink
from tremor_tui.errors import ChannelClosed, ConnectionLost, DataError
from tremor_tui.model.batch import REPLAY, Batch, Tracks, absorb
from tremor_tui.model.insight import Ack, Drained, Fail, Insight, Restore, Started, Trigger
from tremor_tui.model.port import ERR, IN
from tremor_tui.model.record import dataclass
from tremor_tui.model.signal import Drain, Signal
from tremor_tui.runtime.catching import catch_rows
from tremor_tui.runtime.channel import Channel
from tremor_tui.runtime.meter import EMPTY
from tremor_tui.runtime.outlet import Outlet, Refused, unfold
from tremor_tui.runtime.path import Path, Stay
from tremor_tui.runtime.retry import Retry
from tremor_tui.runtime.tasks.task import Task

_SAMPLE_NS = 5_000_000
"""Between two samples of the lag, so that it costs nothing where batches are many."""


@dataclass(frozen=True, slots=True)
class Hand:
    """What is being written."""

    pieces: Sequence[bytes]
    batch: Batch
    port: str = IN


@dataclass(eq=False)
class SinkTask(Task):
    """A connector's sink part. It keeps the batch at hand until that is written, however long it takes.

    It stays open after the last Drain, as another source may be linked to it; its channel's end is its own.
    `is_aside`: it has written all that it took, and takes nothing more before `go_on`.
    """

    kind: ClassVar[Literal["sink"]] = "sink"
    channel: Channel = field(kw_only=True)
    part: Sink = field(kw_only=True)
    outlet: Outlet = field(kw_only=True)
    retry: Retry = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._hand: Hand | None = None
        self._letters = self.lent.host.letters
        self._waits_for = set(self.expected)
        self._sampled_ns = 0
        self._is_closed = False
        self._stay: Stay | None = None
        self._is_wanted_aside = False
        self.is_aside = False
        self.has_connected = False
        self.is_taking = False

    async def run(self) -> None:
        """Opens, then writes batch after batch until every source above has drained."""
        self._waits_for = set(self.expected)
        try:
            if await self._connect():
                await self._write_all()
        finally:
            await self._close()

    def tell(self, insight: Insight) -> None:
        """Below a sink is what takes its `err`; that settles nothing, but holds sources up like any sink."""
        if not isinstance(insight, (Ack, Fail)):
            self.send_up(insight)

    def step_aside(self) -> None:
        """Makes it write what it has at hand and then wait; another sink may take its place."""
        self._is_wanted_aside = True
        self.bell.ring()

    def go_on(self) -> None:
        """Lets it take events again."""
        self._is_wanted_aside = False
        self.bell.ring()

    def enter_shape(self, shape: int) -> None:
        """Every source above will drain anew."""
        super().enter_shape(shape)
        self._waits_for = set(self.expected)

    def tell_again(self) -> None:
        """Says once more that it is tripped, if it is; tasks above may not have heard it."""
        if self.breaker:
            self.send_up(Restore(self.alias))
            self.send_up(Trigger(self.alias, self.breaker))

    def send_up(self, insight: Insight) -> None:
        """Tells those above; what is about a source that was above once goes to it by way of the flow."""
        match insight:
            case Ack() | Fail() if insight.source not in self.hears:
                self.lent.host.settle(insight)
            case Drained() if insight.source not in self.expected:
                self.lent.host.settle(insight)
            case _:
                super().send_up(insight)

    @property
    def knows_what_is_out(self) -> bool:
        """Whether it can say, once it has ended, which rows of the batch at hand did not get out."""
        hand = self._hand
        if hand is None:
            return True
        return hasattr(self.part, "pieces_left") and len(hand.pieces) in (1, len(hand.batch))

    def unwritten(self) -> tuple[str, Batch] | None:
        """Those rows with the port they came on, for another sink to write; they are not its own any more."""
        hand, self._hand = self._hand, None
        if hand is None:
            return None
        left: int = getattr(self.part, "pieces_left", 0)
        rows = len(hand.batch)
        if left and len(hand.pieces) == 1:
            left = rows
        return hand.port, hand.batch.take(range(rows - left, rows))

    @property
    def is_at_rest(self) -> bool:
        """Also nothing is being written."""
        return super().is_at_rest and self.has_connected and self._hand is None and not self.is_taking

    @property
    def left(self) -> int:
        """Rows here that are not written; where pieces are not rows, at most so many."""
        return super().left + self._rows_in_hand()

    async def _write_all(self) -> None:
        while True:
            if self._is_wanted_aside:
                await self._wait_aside()
            try:
                message = (self.gate or self.channel).receive_nowait()
            except ChannelClosed:
                await self._flush()
                return
            if message is None:
                await self.bell.wait(EMPTY)
                continue
            port, item = message
            if isinstance(item, Batch):
                self.is_taking = True
                await (self._take if item.trace is None else self._take_followed)(port, unfold(item))
                self.is_taking = False
                if item.source == REPLAY and self._letters is not None:
                    self._letters.arrived(item)
            else:
                await self._signal(item)
            if self.meter.is_spent():
                await self.meter.give_way()

    async def _wait_aside(self) -> None:
        await self._flush()
        self.is_aside = True
        self.lent.host.note_news()
        while self._is_wanted_aside:
            await self.bell.wait(EMPTY)
        self.is_aside = False

    async def _signal(self, signal: Signal) -> bool:
        """True after the last Drain that can come."""
        if not isinstance(signal, Drain) or not self.is_drained(signal):
            return False
        self._waits_for.discard(signal.source)
        is_last = not self._waits_for
        if is_last:
            await self._flush()
        self.outbox.signal(signal)
        await self.outbox.wait_empty()
        self.send_up(Drained(signal.source, self.alias, signal.shape))
        return is_last

    async def _take(self, port: str, batch: Batch) -> None:
        counters = self.counters
        counters.events_in += len(batch)
        counters.bytes_in += batch.nbytes
        pieces, good, refused = self.outlet.encode(port, batch)
        if refused:
            await self._refuse("encode", port, batch, refused)
        if len(good) and (pieces or self.outlet.codec is None):
            await self._deliver(port, pieces, good)
        elif len(good):
            self._settle(good, 0)

    async def _take_followed(self, port: str, batch: Batch) -> None:
        """The same with a batch in which an event may be whose path is recorded."""
        path: Path = batch.trace
        took = path.copies(batch)
        if not took:
            await self._take(port, batch)
            return
        self._stay = stay = path.enter(f"connector/{self.alias}", port)
        await self._take(port, batch)
        self._stay = None
        path.leave(stay, (), stay.end if stay.end or stay.ports else "written")
        path.settle(-took)

    def _note_refused(self, batch: Batch, rows: Sequence[int], takers: int) -> None:
        """The event whose path is recorded may be among what was refused."""
        path: Path | None = batch.trace
        if path is None or self._stay is None or not any(path.is_row(batch, row) for row in rows):
            return
        self._stay.ports += [ERR] if takers else []
        self._stay.end = "" if takers else "failed"
        path.settle(takers)

    async def _deliver(self, port: str, pieces: Sequence[bytes], batch: Batch) -> None:
        clock = self.lent.clock
        start = clock.monotonic_ns()
        self._hand = Hand(pieces, batch, port)
        try:
            await self.part.write(port, pieces, batch)
        except ConnectionLost as lost:
            await self._recover(lost)
        except DataError as error:
            self._hand = None
            await self._refuse("write", port, batch, [(row, error) for row in range(len(batch))])
            return
        self._hand = None
        end = clock.monotonic_ns()
        self.counters.events_out += len(batch)
        self.counters.bytes_out += sum(map(len, pieces)) if pieces else batch.nbytes
        self._settle(batch, end - start)
        if end - self._sampled_ns > _SAMPLE_NS and len(batch) and batch.source != REPLAY:
            self._sampled_ns = end
            self.lent.host.lag.add(clock.wall_ns() - batch.ingest(0))

    def _settle(self, batch: Batch, time_ns: int) -> None:
        for source, stream, low, high in settled(batch, range(len(batch))):
            self.send_up(Ack(source, stream, low, high, time_ns))

    async def _refuse(
        self, stage: Literal["encode", "write"], port: str, batch: Batch, refused: Refused
    ) -> None:
        """Rows that cannot be written: counted, logged, sent to `err` where that leads somewhere."""
        rows = [row for row, _ in refused]
        error = str(refused[0][1])
        if self._letters is not None:
            catch_rows(self, self._letters, stage, port, batch, refused)
        self.complain("refused", f"`{self.id}` cannot write an event: {error}", len(rows))
        for source, stream, low, high in settled(batch, rows):
            self.send_up(Fail(source, stream, low, high, error))
        self._note_refused(batch, rows, len(self.outbox.links.get(ERR, ())))
        if ERR not in self.outbox.links:
            self.counters.failed += len(rows)
            return
        name = f"{self.lent.flow}/{self.alias}"
        values = [
            {
                "error": str(why),
                "source": name,
                "stream_id": batch.stream,
                "pull_id": batch.ids[row],
                "data": batch.values[row],
            }
            for row, why in refused
        ]
        failed = batch.replace(rows, values, [{"error": str(why)} for _, why in refused])
        if batch.source == REPLAY and self._letters is not None:
            self._letters.copied(failed, len(self.outbox.links[ERR]))
        self.note_sent(ERR, failed)
        self.outbox.add(ERR, failed)
        await self.outbox.wait_empty()

    async def _connect(self) -> bool:
        """False where all sources have drained before it came up, so that there is nothing to write.

        It says that it started after the first attempt; one that fails trips it before, so that operators
        above may send events elsewhere and sources wait for its return.
        """
        is_away = False
        while True:
            try:
                await self.part.open()
                break
            except ConnectionLost as lost:
                if not is_away:
                    is_away = True
                    self.send_up(Trigger(self.alias, lost.message))
                    self.send_up(Started(self.alias))
                self.lent.host.note_opened(self)
                await self.wait_retry(self.retry, lost)
                if await self._is_needless():
                    return False
            finally:
                self.lent.host.note_opened(self)
        self.retry.reset()
        self.breaker = ""
        self.has_connected = True
        self.lent.host.note_news()
        self.send_up(Restore(self.alias) if is_away else Started(self.alias))
        return True

    async def _is_needless(self) -> bool:
        """Answers the signals before the first batch; True where they say that none will come."""
        while not self.channel.batches:
            try:
                message = self.channel.receive_nowait()
            except ChannelClosed:
                return True
            if message is None:
                return False
            if not isinstance(message[1], Batch) and await self._signal(message[1]):
                return True
        return False

    async def _recover(self, lost: ConnectionLost) -> None:
        """Trips, tries again as the policy says, writes the rest of what was at hand, restores."""
        self.send_up(Trigger(self.alias, lost.message))
        while True:
            await self.wait_retry(self.retry, lost)
            try:
                await self.part.open()
                await self.part.resume()
                break
            except ConnectionLost as again:
                lost = again
        self.retry.reset()
        self.breaker = ""
        self.lent.complaints.say(f"{self.id} back", f"`{self.id}` takes events again")
        self.send_up(Restore(self.alias))

    async def _flush(self) -> None:
        """Writes what postprocessors held back."""
        for port, pieces in self.outlet.finish():
            await self._deliver(port, pieces, Batch([], range(0), 0))

    async def _close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            await self.close_part(self.part)

    def in_hand(self) -> tuple[str, Batch] | None:
        """What it is writing: its port and rows."""
        return (self._hand.port, self._hand.batch) if self._hand is not None else None

    def _rows_in_hand(self) -> int:
        if self._hand is None:
            return 0
        pieces, rows = len(self._hand.pieces), len(self._hand.batch)
        left: int | None = getattr(self.part, "pieces_left", None)
        if left is None:
            return rows
        return left if pieces == rows else rows if left else 0


def settled(batch: Batch, rows: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
    """What an ack or a fail of these rows is about: source, stream, lowest and highest id."""
    if not batch.transactional or not rows:
        return
    if batch.tracks is None:
        ids = [batch.ids[row] for row in rows]
        yield batch.source, batch.stream, min(ids), max(ids)
        return
    tracks: Tracks = {}
    for row in rows:
        absorb(tracks, batch.tracks[row])
    for (source, stream), (low, high) in tracks.items():
        yield source, stream, low, high
