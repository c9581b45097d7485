"""Channel: the bounded queue in front of a pipeline or a sink; nowait first, counted, closed from both ends.

It is bounded in batches and in bytes; a batch that alone is larger than the byte limit passes when no other
is there. Signals keep their place among the batches and never wait: a tick goes in only where none is
waiting already, and of the others there are few. One task receives; any number send.

A sender that found it full is woken when half of it is free again, so that the two sides take turns of
many batches and not of one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tremor_tui.errors import ChannelClosed
from tremor_tui.model.batch import Batch
from tremor_tui.model.signal import Signal, Tick
from tremor_tui.runtime.bell import Bell
from tremor_tui.runtime.meter import EMPTY, FULL

Message = tuple[str, Batch | Signal]
"""The receiving task's port, and what arrived on it; a signal's port is empty."""


class Channel:
    """The queue. `batches`, `bytes` and `rows` are in it now; `high` is the most batches there were."""

    __slots__ = (
        "_closed",
        "_full_since",
        "_items",
        "_now",
        "_senders",
        "_ticks",
        "_turn",
        "batches",
        "byte_capacity",
        "bytes",
        "capacity",
        "full_ns",
        "high",
        "receiver",
        "rows",
    )  # fmt: skip

    def __init__(self, capacity: int, byte_capacity: int, now: Callable[[], int]) -> None:
        self.capacity = capacity
        self.byte_capacity = byte_capacity
        self.batches = self.bytes = self.rows = self.high = self.full_ns = 0
        self.receiver = Bell()
        self._items: deque[Message] = deque()
        self._senders: list[Bell] = []
        self._turn = 0
        self._ticks = 0
        self._full_since = 0
        self._closed = False
        self._now = now

    def send_nowait(self, port: str, batch: Batch) -> bool:
        """Puts a batch in and returns True, or returns False: no room. Raises ChannelClosed."""
        if self._closed:
            raise ChannelClosed("the task that takes these events has ended")
        size = batch.nbytes
        if self.batches and (self.batches >= self.capacity or self.bytes + size > self.byte_capacity):
            return False
        self._put(port, batch)
        return True

    def send_over(self, port: str, batch: Batch) -> None:
        """Puts a batch in, room or not; for what a reshape works off. Raises ChannelClosed."""
        if self._closed:
            raise ChannelClosed("the task that takes these events has ended")
        self._put(port, batch)

    def put_back(self, port: str, batch: Batch) -> None:
        """Puts a batch before all others: the task that had taken it hands it to its successor."""
        self._put(port, batch)
        self._items.rotate(1)

    def _put(self, port: str, batch: Batch) -> None:
        size = batch.nbytes
        self._items.append((port, batch))
        self.bytes += size
        self.rows += len(batch)
        self.batches += 1
        if self.batches > self.high:
            self.high = self.batches
        self.receiver.ring()

    async def send(self, port: str, batch: Batch, bell: Bell) -> None:
        """Puts a batch in, and waits for room on the sender's bell. Raises ChannelClosed."""
        while not self.send_nowait(port, batch):
            self.call_when_free(bell)
            await bell.wait(FULL)

    def send_signal(self, signal: Signal) -> None:
        """Puts a signal behind what is there. Raises ChannelClosed."""
        if self._closed:
            raise ChannelClosed("the task that takes these events has ended")
        if isinstance(signal, Tick):
            if self._ticks:
                return
            self._ticks += 1
        self._items.append(("", signal))
        self.receiver.ring()

    def call_when_free(self, bell: Bell) -> None:
        """Rings the bell once, when half of it is free."""
        if not self._senders:
            self._full_since = self._now()
        if bell not in self._senders:
            self._senders.append(bell)

    def receive_nowait(self) -> Message | None:
        """The oldest message, or None. Raises ChannelClosed where there will never be one."""
        if not self._items:
            if self._closed:
                raise ChannelClosed("the tasks that send these events have ended")
            return None
        message = self._items.popleft()
        item = message[1]
        if isinstance(item, Batch):
            self.batches -= 1
            self.bytes -= item.nbytes
            self.rows -= len(item)
            if self._senders:
                self._free()
        elif isinstance(item, Tick):
            self._ticks -= 1
        return message

    async def receive(self) -> Message:
        """The oldest message, waiting for one. Raises ChannelClosed where there will never be one."""
        while (message := self.receive_nowait()) is None:
            await self.receiver.wait(EMPTY)
        return message

    def waiting(self) -> list[tuple[str, Batch]]:
        """The batches in it, oldest first; they stay."""
        return [(port, item) for port, item in self._items if isinstance(item, Batch)]

    def close(self) -> None:
        """Nothing more goes in: senders get ChannelClosed; the receiver too, after what is left."""
        self._closed = True
        self.receiver.ring()
        self._wake()

    @property
    def is_empty(self) -> bool:
        """Whether neither a batch nor a signal is in it."""
        return not self._items

    @property
    def is_closed(self) -> bool:
        """Whether either end closed it."""
        return self._closed

    @property
    def fill(self) -> float:
        """How full it is, 0 to 1, by whichever bound is nearer."""
        return min(1.0, max(self.batches / self.capacity, self.bytes / self.byte_capacity))

    def full_total_ns(self) -> int:
        """How long senders have waited for room, in all."""
        return self.full_ns + (self._now() - self._full_since if self._senders else 0)

    def _free(self) -> None:
        if self.batches <= self.capacity // 2 and self.bytes <= self.byte_capacity // 2:
            self._wake()

    def _wake(self) -> None:
        if self._senders:
            self.full_ns += self._now() - self._full_since
            senders, self._senders = sorted(self._senders, key=id), []
            # who is rung first may fill the channel again, so each of them is the first in its turn
            first = self._turn % len(senders)
            self._turn += 1
            for bell in (*senders[first:], *senders[:first]):
                bell.ring()
