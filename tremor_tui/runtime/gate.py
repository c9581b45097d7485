"""Gate: stands between a task and its channel while a break is set, and holds the task before an event.

The task asks the gate for messages instead of its channel. What is held stays here and in the channel, in
order; so what is upstream fills the queue and then waits, signals keep their place behind the events, and
the task itself waits as for input: insights still pass. Batches are split at the row.

A node inside a pipeline runs in the middle of a graph's step, which nothing can stop. So for one of these
events go through the pipeline one by one; after one of them has reached the node as wanted, what the graph
made of it is kept here, and the pipeline is held.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from tremor_tui.control.events import BreakSnapshot, Sample
from tremor_tui.model.batch import Batch
from tremor_tui.runtime.channel import Message
from tremor_tui.runtime.condition import Condition
from tremor_tui.runtime.path import Emissions
from tremor_tui.runtime.tap import sample
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.task import Task

SHOWN: Final = 5
"""Events of a slow batch that are shown."""


class Gate:
    """One break. `condition` None: any event; `slow_ns`: a batch that took longer; `inner`: a node's id."""

    def __init__(
        self,
        number: int,
        task: Task,
        node: str,
        text: str,
        condition: Condition | None = None,
        slow_ns: int = 0,
        inner: str = "",
        on_change: Callable[[Gate], None] = lambda gate: None,
    ) -> None:
        self.number = number
        self.task = task
        self.node = node
        self.text = text
        self.condition = condition
        self.slow_ns = slow_ns
        self.inner = inner
        self.state: Literal["set", "held", "over"] = "set"
        self.note = ""
        self.passed = 0
        self.until_ns = 0
        """When it lets go by itself, by the monotonic clock; 0 while it holds nothing."""
        self.asked = 0
        """Counts holds, steps and goes, for whoever renews its time."""
        self._on_change = on_change
        self._port = ""
        self._rest: Batch | None = None
        self._at = 0
        self._free = 0
        self._is_found = False
        self._is_stepping = False
        self._since_ns = 0
        self._events: tuple[Sample, ...] = ()
        self._kept: Emissions = []
        self._hit: Sample | None = None
        self._last: Batch | None = None
        self._busy_ns = 0

    # -- the task's side ---------------------------------------------------------------------------

    def receive_nowait(self) -> Message | None:
        """As the channel's: the next message that may pass, or None. Raises ChannelClosed."""
        if self.state == "set":
            self._look_back()
        if self.state == "held" or self.task.channel is None:
            return None
        if self._rest is None:
            message = self.task.channel.receive_nowait()
            if message is None or not isinstance(message[1], Batch) or not len(message[1]):
                return message
            self._port, self._rest, self._at = message[0], message[1], 0
        return self._part(self._rest)

    def keep(self, made: Emissions) -> Emissions:
        """What goes on of what a graph made: nothing, where its event has to be held."""
        if self._hit is None:
            return made
        self._kept += made
        return []

    def see(self, batch: Batch) -> None:
        """A batch has come to the node inside."""
        for row in range(len(batch)):
            if self._hit is None and (self._is_stepping or self._matches(batch, row)):
                self._hit = sample(self.task.lent.clock.wall_ns(), batch.values[row], batch.meta(row))

    # -- whoever set it ----------------------------------------------------------------------------

    def go(self, step: bool = False) -> None:
        """Lets the event at hand through; `step` holds the next one, whatever it is."""
        self._is_stepping = step
        self.asked += 1
        if self.state == "held":
            self._free = 1 if self._hit is None and (not self.slow_ns or step) else 0
            self._release("set")

    def end(self, note: str) -> None:
        """It is over: what was held goes on in order, and the task has its channel again."""
        if self.state == "over":
            return
        self.note = note
        self.task.gate = None
        rest, self._rest = self._rest, None
        if rest is not None and self.task.channel is not None:
            self.task.channel.put_back(self._port, rest.take(range(self._at, len(rest))))
        self._release("over")
        self._on_change(self)

    @property
    def is_held(self) -> bool:
        """Whether its task waits."""
        return self.state == "held"

    @property
    def words(self) -> str:
        """What it is, in words."""
        return f"a break before {self.node}" + (f": {self.text}" if self.text else "")

    @property
    def rows(self) -> int:
        """Rows that are in its hands."""
        rest = len(self._rest) - self._at if self._rest is not None else 0
        return rest + sum(len(batch) for _, batch in self._kept)

    def picture(self, now_ns: int) -> BreakSnapshot:
        """It as it is now; `now_ns` is the monotonic clock."""
        held = self.state == "held"
        queued = self.task.channel.rows if self.task.channel else 0
        condition = self.condition
        return BreakSnapshot(
            self.number,
            self.task.lent.flow,
            self.node,
            self.task.id,
            self.text,
            self.state,
            self._since_ns if held else 0,
            max(0, self.until_ns - now_ns) if held else 0,
            queued + (len(self._rest) - self._at if self._rest is not None else 0),
            self.passed,
            condition.failed if condition else 0,
            condition.failure if condition else "",
            self._events if held else (),
            self.note,
        )

    # -- inside ------------------------------------------------------------------------------------

    def _matches(self, batch: Batch, row: int) -> bool:
        if self.slow_ns:
            return False
        return self.condition is None or self.condition.holds(batch, row)

    def _part(self, batch: Batch) -> Message | None:
        """The rows before the one that is to be held; None where that is the next one."""
        count = len(batch)
        stop = self._at + 1 if self.inner else self._find(batch, count)
        if stop == self._at:
            self._hold((self._shown(batch, stop),))
            return None
        part = batch.take(range(self._at, stop))
        self._is_found = stop < count and not self.inner
        self._at, self._free = stop, max(0, self._free - len(part))
        self._rest = batch if stop < count else None
        return self._hand(part)

    def _find(self, batch: Batch, count: int) -> int:
        """The first row to be held; the number of rows where there is none."""
        if self._is_found and not self._free:
            return self._at
        for row in range(self._at + self._free, count):
            if self._is_stepping or self._matches(batch, row):
                return row
        return count

    def _hand(self, part: Batch) -> Message:
        self.passed += len(part)
        if self.slow_ns:
            self._last, self._busy_ns = part, self._busy()
        return self._port, part

    def _look_back(self) -> None:
        """Holds where the batch before took too long, or reached the node inside as wanted."""
        if self._hit is not None:
            self._hold((self._hit,))
        elif self._last is not None:
            last, self._last = self._last, None
            if self._busy() - self._busy_ns > self.slow_ns:
                rows = range(min(SHOWN, len(last)))
                self._hold(tuple(self._shown(last, row) for row in rows))

    def _busy(self) -> int:
        return self.task.meter.times(self.task.lent.clock.monotonic_ns()).busy

    def _shown(self, batch: Batch, row: int) -> Sample:
        path = batch.trace if batch.trace is not None and batch.trace.is_row(batch, row) else None
        return sample(self.task.lent.clock.wall_ns(), batch.values[row], batch.meta(row), path)

    def _hold(self, events: tuple[Sample, ...]) -> None:
        self.state = "held"
        self.asked += 1
        self._events = events
        self._is_found = self._is_stepping = False
        self._since_ns = self.task.lent.clock.wall_ns()
        self._on_change(self)

    def _release(self, state: Literal["set", "over"]) -> None:
        self.state, self.until_ns = state, 0
        self._events, self._hit, self._last = (), None, None
        kept, self._kept = self._kept, []
        if kept and isinstance(self.task, PipelineTask):
            self.task.emit(kept)
        self.task.bell.ring()
