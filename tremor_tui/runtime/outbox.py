"""Outbox: a task's outgoing links by port, and what it could not send yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tremor_tui.metrics.instruments import Series
from tremor_tui.model.batch import Batch
from tremor_tui.model.signal import Signal
from tremor_tui.runtime.bell import Bell
from tremor_tui.runtime.channel import Channel
from tremor_tui.runtime.meter import FULL

Listener = Callable[[Batch], None]


@dataclass(slots=True, eq=False)
class Link:
    """One `connect`: the channel it leads to and the port there. `rows` counts what went over it.

    `is_back` links close a circle; drains and insights do not travel over them.
    """

    id: str
    channel: Channel
    port: str
    rows: int = 0
    is_back: bool = False
    listeners: tuple[Listener, ...] = ()
    series: Series = field(default_factory=Series)
    trend: Series = field(default_factory=lambda: Series(11))

    def push(self, batch: Batch) -> bool:
        """Sends without waiting; False where there is no room, or nobody who takes it any more."""
        if self.channel.is_closed or not self.channel.send_nowait(self.port, batch):
            return False
        self.rows += len(batch.values)
        for listener in self.listeners:
            listener(batch)
        return True


class Outbox:
    """What a task sends through. `unlinked` hears of batches on ports that lead nowhere."""

    __slots__ = ("_bell", "_pending", "_unlinked", "links")

    def __init__(
        self, links: Mapping[str, Sequence[Link]], bell: Bell, unlinked: Callable[[str, Batch], None]
    ) -> None:
        self.links = dict(links)
        self._bell = bell
        self._unlinked = unlinked
        self._pending: deque[tuple[Link, Batch | Signal]] = deque()

    def add(self, port: str, batch: Batch) -> None:
        """Sends a batch over every link of the port; keeps it where there is no room. Never waits."""
        links = self.links.get(port)
        if not links:
            self._unlinked(port, batch)
            return
        for link in links:
            if self._pending or not link.push(batch):
                self._pending.append((link, batch))

    def signal(self, signal: Signal) -> None:
        """Sends a signal once to each task behind any link, after what is pending."""
        firsts: dict[int, Link] = {}
        for links in self.links.values():
            for link in links:
                if not link.is_back:
                    firsts.setdefault(id(link.channel), link)
        for link in firsts.values():
            if self._pending:
                self._pending.append((link, signal))
            elif not link.channel.is_closed:
                link.channel.send_signal(signal)

    def push(self) -> bool:
        """Sends what is pending, as far as there is room; True where nothing is left.

        Where something is left, the task's bell rings once there may be room.
        """
        pending = self._pending
        full: set[int] = set()
        for _ in range(len(pending)):
            link, item = pending.popleft()
            if not self._try(link, item, full):
                pending.append((link, item))
        return not pending

    @property
    def is_empty(self) -> bool:
        """Whether all was sent."""
        return not self._pending

    @property
    def is_stuck(self) -> bool:
        """Whether all that is pending is for tasks that have ended; it stays, so that it is counted."""
        return all(link.channel.is_closed for link, _ in self._pending)

    async def wait_empty(self) -> None:
        """Returns once all was sent; the wait is *blocked*."""
        while not self.push():
            await self._bell.wait(FULL)

    @property
    def rows(self) -> int:
        """Rows that could not be sent yet; one that goes to two tasks counts twice."""
        return sum(len(item) for _, item in self._pending if isinstance(item, Batch))

    def _try(self, link: Link, item: Batch | Signal, full: set[int]) -> bool:
        """Keeps the order of each channel: behind what did not fit nothing else goes in."""
        key = id(link.channel)
        if key in full:
            return False
        if not isinstance(item, Batch):
            if not link.channel.is_closed:
                link.channel.send_signal(item)
            return True
        if link.push(item):
            return True
        link.channel.call_when_free(self._bell)
        full.add(key)
        return False
