"""Lints: what is worth a warning about one task, judged every 200 ms by the limits. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Final

from tremor_tui.control.limits import Limits
from tremor_tui.control.snapshots import YIELD_REASONS
from tremor_tui.model.record import dataclass
from tremor_tui.runtime.meter import IO
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.task import Task

SECOND: Final = 10**9
LEAST_ERRORS: Final = 5
IDLE_POLLS_S: Final = 5
"""How long wake-ups without work must go on."""
_POLLS: Final = 5
"""Where the number of polls is among the totals of `watch.totals`, after five counters."""
_IDLE: Final = _POLLS + 1 + len(YIELD_REASONS) + 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One lint on one task: whether its condition holds now, and for how long it must before it is told."""

    kind: str
    holds: bool
    after_ns: int
    text: str


@dataclass(slots=True)
class Before:
    """What was counted at the last look."""

    evicted: int = 0
    discarded: int = 0
    discarded_for: int = 0


@dataclass(slots=True)
class Lints:
    """Judges tasks; remembers of each what it had counted."""

    _before: dict[str, Before] = field(default_factory=dict)

    def forget(self, gone: set[str]) -> None:
        """These tasks are no more."""
        for name in gone:
            self._before.pop(name, None)

    def of(
        self, task: Task, limits: Limits, span_ns: int, grown: tuple[int, ...], now_ns: int
    ) -> Iterator[Finding]:
        """Every lint on a task; `grown` is by how much its totals grew in the last `span_ns`."""
        before = self._before.setdefault(task.id, Before(discarded=task.counters.discarded))
        yield self._errors(limits, span_ns, grown)
        yield self._discarded(task, before)
        if isinstance(task, PipelineTask):
            yield self._groups(task, before)
        if not task.has_ended:
            yield from self._living(task, limits, span_ns, grown, now_ns)

    def _living(
        self, task: Task, limits: Limits, span_ns: int, grown: tuple[int, ...], now_ns: int
    ) -> Iterator[Finding]:
        yield Finding("breaker", bool(task.breaker), SECOND, task.breaker)
        yield self._queue(task, limits)
        if task.kind == "sink":
            yield self._blocked(task, limits, span_ns, grown)
        yield self._unpolled(task, limits, now_ns)
        yield self._idle_polls(limits, span_ns, grown)

    def _queue(self, task: Task, limits: Limits) -> Finding:
        channel = task.channel
        full = channel is not None and channel.fill > limits.queue_fill and not task.lent.host.is_held
        size = f"{channel.batches} of {channel.capacity} batches" if channel else ""
        limit = f"limit {limits.queue_fill * 100:g} % for {limits.queue_s:g} s"
        return Finding("queue", full, _ns(limits.queue_s), f"its queue stays full ({size}; {limit})")

    def _errors(self, limits: Limits, span_ns: int, grown: tuple[int, ...]) -> Finding:
        seen, errors = max(grown[0], grown[1]), grown[2]
        many = bool(span_ns) and errors >= LEAST_ERRORS and errors > limits.error_share * seen
        text = f"{errors:,} of the last {seen:,} events were errors (limit {limits.error_share * 100:g} %)"
        return Finding("errors", many, 0, text)

    def _blocked(self, task: Task, limits: Limits, span_ns: int, grown: tuple[int, ...]) -> Finding:
        full = task.channel is not None and task.channel.fill > limits.queue_fill
        waits = full and task.meter.reason == IO and bool(span_ns) and grown[_IDLE] > span_ns / 2
        share = 100 * grown[_IDLE] / span_ns if span_ns else 0
        text = f"it waits for the outside {share:.0f} % of its time while its queue is full"
        limit = f" (limit {limits.blocked_s:g} s)"
        return Finding("blocked", waits, _ns(limits.blocked_s), text + limit)

    def _unpolled(self, task: Task, limits: Limits, now_ns: int) -> Finding:
        waited = task.meter.waited_ready_ns(now_ns)
        words = "is ready and was not run" if task.meter.polls else "was never run"
        text = f"it {words} for {waited / 1e9:.0f} s (limit {limits.unpolled_s:g} s)"
        return Finding("unpolled", waited > _ns(limits.unpolled_s), 0, text)

    def _idle_polls(self, limits: Limits, span_ns: int, grown: tuple[int, ...]) -> Finding:
        a_second = grown[_POLLS] * 1e9 / span_ns if span_ns else 0.0
        idle = a_second > limits.idle_polls_s and not grown[0] and not grown[1]
        text = f"it is woken {a_second:,.0f} times a second without work (limit {limits.idle_polls_s:g})"
        return Finding("wakeups", idle, IDLE_POLLS_S * SECOND, text)

    def _discarded(self, task: Task, before: Before) -> Finding:
        """Once an event found no way on the warning stays until a second passed without another."""
        total = task.counters.discarded
        before.discarded_for = 5 if total > before.discarded else max(0, before.discarded_for - 1)
        before.discarded = total
        text = f"{total:,} events were discarded: they left by a port that nothing is connected to"
        return Finding("discarded", before.discarded_for > 0, 0, text)

    def _groups(self, task: PipelineTask, before: Before) -> Finding:
        """Windows let groups go because there are too many of them."""
        evicted = sum(node.evicted for node in task.graph.nodes)
        more, before.evicted = evicted - before.evicted, evicted
        text = f"{evicted:,} groups were emitted early, as its windows had too many"
        if more > 0:
            task.complain("groups", f"`{task.id}`: {text}; {HINTS['groups']}")
        return Finding("groups", more > 0, 0, text)


def _ns(seconds: float) -> int:
    return int(seconds * SECOND)


HINTS: Final = {
    "queue": "what is behind this task is too slow for what comes in",
    "breaker": "the flow goes on by itself once the outside is back",
    "groups": "set `max_groups` of the window, or group by something that has fewer values",
    "errors": "tap its `err` port to see what is wrong",
    "blocked": "the other end takes less than comes: look there, or let fewer events go to it",
    "unpolled": "the executor's loop is full or held: see its other tasks",
    "wakeups": "the connector's interval is too short, or what it waits for is always ready",
    "discarded": "connect the port, or drop those events in the script",
}
