"""The loop of a pipeline: one graph step for each batch, signals through, insights the other way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import field
from typing import TYPE_CHECKING, ClassVar, Literal

from tremor_tui.errors import ChannelClosed
from tremor_tui.metrics.instruments import Series
from tremor_tui.model.batch import REPLAY, Batch
from tremor_tui.model.insight import Drained, Insight, Started
from tremor_tui.model.record import dataclass
from tremor_tui.model.signal import Drain, Signal
from tremor_tui.runtime.catching import Catcher
from tremor_tui.runtime.channel import Channel
from tremor_tui.runtime.meter import EMPTY, FULL
from tremor_tui.runtime.path import step_followed
from tremor_tui.runtime.shares import Shares
from tremor_tui.runtime.tasks.task import Task

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Graph


@dataclass(eq=False)
class PipelineTask(Task):
    """A pipeline. `graph` may be replaced whenever this task is not in a poll: that is between batches.

    `sinks` are those that each of its output ports reaches.
    """

    kind: ClassVar[Literal["pipeline"]] = "pipeline"
    channel: Channel = field(kw_only=True)
    graph: Graph = field(kw_only=True)
    sinks: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.edge_series: dict[str, Series] = {}
        self.shares = Shares(self.lent.clock.monotonic_ns)
        self._insights: deque[Insight] = deque()
        letters = self.lent.host.letters
        self.catcher = Catcher(self, letters) if letters is not None else None

    async def run(self) -> None:
        """Takes batch after batch until its channel is closed; insights first, also while blocked."""
        bell, meter = self.bell, self.meter
        while True:
            if self._insights:
                self.pass_up()
            if not self.outbox.is_empty and not self.outbox.push():
                if self.channel.is_closed and self.outbox.is_stuck:
                    return
                await bell.wait(FULL)
                continue
            try:
                message = (self.gate or self.channel).receive_nowait()
            except ChannelClosed:
                return
            if message is None:
                if self.lent.host.is_reshaping:
                    self.lent.host.note_news()
                await bell.wait(EMPTY)
                continue
            port, item = message
            if isinstance(item, Batch):
                self._step(port, item)
            else:
                self._signal(item)
            if meter.is_spent():
                await meter.give_way()

    def tell(self, insight: Insight) -> None:
        """Keeps it until the task's next turn."""
        self._insights.append(insight)
        self.bell.ring()

    @property
    def is_at_rest(self) -> bool:
        """Also nothing from below waits to be passed up."""
        return super().is_at_rest and not self._insights

    def _step(self, port: str, batch: Batch) -> None:
        counters = self.counters
        counters.events_in += len(batch)
        counters.bytes_in += batch.nbytes
        now_ns = self.lent.clock.wall_ns()
        catcher = self.catcher
        if catcher is not None:
            catcher.enter(self.graph, port, batch)
        if batch.trace is None:
            made = self.shares.step(self.graph, port, batch, now_ns)
        else:
            made = step_followed(batch.trace, self.alias, self.graph, port, batch, now_ns, self.outbox.links)
        if catcher is not None:
            catcher.leave(made)
            if batch.source == REPLAY:
                catcher.passed_on(batch, made, self.outbox.links)
        self.emit(made if self.gate is None else self.gate.keep(made))

    def _signal(self, signal: Signal) -> None:
        now_ns = self.lent.clock.wall_ns()
        if self.catcher is not None:
            self.catcher.enter(self.graph, "", None)
        if not isinstance(signal, Drain):
            self.emit(self.graph.signal(signal, now_ns))
            for insight in self.graph.calls():
                self.send_up(insight)
        elif self.is_drained(signal):
            self.emit(self.graph.signal(signal, now_ns))
            self.outbox.signal(signal)

    def emit(self, emissions: Iterable[tuple[str, Batch]]) -> None:
        for port, batch in emissions:
            self.note_sent(port, batch)
            self.outbox.add(port, batch)

    def pass_up(self) -> bool:
        """Hands on what came from below; whether there was anything."""
        had_any = bool(self._insights)
        while self._insights:
            insight = self._insights.popleft()
            rising = self.graph.insight(insight)
            if isinstance(insight, (Started, Drained)):
                # a flow's life hangs on these two, so no operator may swallow them
                rising = [insight]
            for one in rising:
                self.send_up(one)
        return had_any
