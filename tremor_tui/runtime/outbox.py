"""Outbox: a task's outgoing links by port, and what it could not send yet."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import field

from tremor_tui.metrics.instruments import Series
from tremor_tui.model.batch import Batch
from tremor_tui.model.record import dataclass
from tremor_tui.model.signal import Signal
from tremor_tui.runtime.bell import Bell
from tremor_tui.runtime.channel import Channel
from tremor_tui.runtime.meter import FULL

Listener = Callable[[Batch], None]


@dataclass(slots=True, eq=False)
class Link:
    """One `connect`: the channel it leads to and the port there. `rows` counts what went over it.

    `is_back` links close a circle; drains and insights do not travel over them. `is_unbounded` ones take
    more than there is room for, while a reshape works off what is behind them.
    """

    id: str
    channel: Channel
    port: str
    rows: int = 0
    is_back: bool = False
    is_unbounded: bool = False
    listeners: tuple[Listener, ...] = ()
    series: Series = field(default_factory=Series)
    trend: Series = field(default_factory=lambda: Series(11))

    def push(self, batch: Batch) -> bool:
        """Sends without waiting; False where there is no room, or nobody who takes it any more."""
        if self.channel.is_closed:
            return False
        if self.is_unbounded:
            self.channel.send_over(self.port, batch)
        elif not self.channel.send_nowait(self.port, batch):
            return False
        self.rows += len(batch)
        for listener in self.listeners:
            listener(batch)
        return True


class Outbox:
    """What a task sends through. `unlinked` hears of batches on ports that lead nowhere.

    A frozen one sends nothing and is never empty, so its task takes nothing either.
    """

    __slots__ = ("_begun", "_bell", "_pending", "_unlinked", "is_frozen", "links")

    def __init__(
        self, links: Mapping[str, Sequence[Link]], bell: Bell, unlinked: Callable[[str, Batch], None]
    ) -> None:
        self.links = dict(links)
        self.is_frozen = False
        self._begun: set[int] = set()
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
            if self._pending or self.is_frozen or not link.push(batch):
                self._pending.append((link, batch))

    def signal(self, signal: Signal) -> None:
        """Sends a signal once to each task behind any link, after what is pending."""
        firsts: dict[int, Link] = {}
        for links in self.links.values():
            for link in links:
                if not link.is_back:
                    firsts.setdefault(id(link.channel), link)
        for link in firsts.values():
            if self._pending or self.is_frozen:
                self._pending.append((link, signal))
            elif not link.channel.is_closed:
                link.channel.send_signal(signal)

    def push(self) -> bool:
        """Sends what is pending, as far as there is room; True where nothing is left.

        Where something is left, the task's bell rings once there may be room.
        """
        if self.is_frozen:
            return False
        pending = self._pending
        full: set[int] = set()
        for _ in range(len(pending)):
            link, item = pending.popleft()
            if not self._try(link, item, full):
                pending.append((link, item))
        return not pending

    @property
    def is_empty(self) -> bool:
        """Whether all was sent, and more could be."""
        return not self._pending and not self.is_frozen

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

    def waiting(self) -> list[tuple[Link, Batch]]:
        """What was not sent yet, signals left out; it stays."""
        return [(link, item) for link, item in self._pending if isinstance(item, Batch)]

    def freeze(self, frozen: bool) -> None:
        """Makes it send nothing, or go on."""
        self.is_frozen = frozen
        self._bell.ring()

    def send_begun(self, gone: Set[Link]) -> None:
        """Sends over the links in `gone` the batches that went over another link already, room or not.

        So each batch takes the links of one shape: what has not begun yet waits for `relink`.
        """
        wait = self._waiting()
        kept = deque[tuple[Link, Batch | Signal]]()
        for link, item in self._pending:
            if link in gone and isinstance(item, Batch) and not self._is_whole(link, item, wait):
                _force(link, item)
            else:
                kept.append((link, item))
        self._pending = kept

    def relink(self, links: Mapping[str, Sequence[Link]]) -> None:
        """Takes other links. What has not gone over any link yet takes those; what has, the rest of the old.

        A batch on a port that leads nowhere any more goes where it was meant to. Drains are let go: each
        source that sent one sends another.
        """
        old, wait, done = self.links, self._waiting(), set[tuple[str, int]]()
        self._begun = {id(item) for link, item in self._pending if not self._is_whole(link, item, wait)}
        pending, self._pending = self._pending, deque()
        ports = {link: port for port, outgoing in old.items() for link in outgoing}
        now = {link for outgoing in links.values() for link in outgoing}
        for link, item in pending:
            if not isinstance(item, Batch):
                continue
            port = ports.get(link, "")
            if links.get(port) and self._is_whole(link, item, wait):
                if (port, id(item)) not in done:
                    done.add((port, id(item)))
                    self._pending.extend((one, item) for one in links[port])
            elif link in now:
                self._pending.append((link, item))
            else:
                _force(link, item)
        self.links = dict(links)

    def _waiting(self) -> Counter[tuple[str, int]]:
        """Over how many links each batch of each port has not gone yet."""
        ports = {link: port for port, outgoing in self.links.items() for link in outgoing}
        return Counter((ports.get(link, ""), id(item)) for link, item in self._pending)

    def _is_whole(self, link: Link, item: Batch | Signal, waiting: Mapping[tuple[str, int], int]) -> bool:
        """Whether a batch has not gone over any link yet, of this shape or one before."""
        return id(item) not in self._begun and any(
            link in outgoing and waiting.get((port, id(item)), 0) >= len(outgoing)
            for port, outgoing in self.links.items()
        )

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


def _force(link: Link, item: Batch) -> None:
    """Sends a batch over a link whatever room there is; to a task that has ended it is lost, as before."""
    link.is_unbounded, before = True, link.is_unbounded
    link.push(item)
    link.is_unbounded = before
