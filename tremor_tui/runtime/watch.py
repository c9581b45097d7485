"""Watch: takes the samples that rates are made of, and notices what somebody should look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tremor_tui.control.snapshots import Warned
from tremor_tui.metrics.instruments import Series
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.settings import Settings
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.task import Task

SAMPLE_NS: Final = 200_000_000
"""Between two samples; a rate is over the last five."""
TURN_NS: Final = 5 * 10**9
"""How long percentiles of lag and of ready delays look back, at least."""
FILL: Final = 0.85
ERROR_SHARE: Final = 0.05
KEEP: Final = 64
"""Warnings that are over, but still told of."""


@dataclass(slots=True)
class Trouble:
    """One warning's state. `since_ns` (monotonic) is when its condition began, 0 while it does not hold."""

    since_ns: int = 0
    warned: Warned | None = None


class Watch:
    """The warnings of a runtime, by kind and task. `look` is called by the ticker."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sampled_ns = 0
        self._turned_ns = 0
        self._trend_ns = 0
        self._troubles: dict[tuple[str, str], Trouble] = {}
        self._evicted: dict[str, int] = {}

    def look(self, flows: Iterable[Flow], now_ns: int, wall_ns: int) -> None:
        """Samples what is due; finds warnings that begin or end."""
        if now_ns - self._sampled_ns < SAMPLE_NS:
            return
        self._sampled_ns = now_ns
        is_turn = now_ns - self._turned_ns >= TURN_NS
        is_trend = now_ns - self._trend_ns >= 10**9
        self._turned_ns = now_ns if is_turn else self._turned_ns
        self._trend_ns = now_ns if is_trend else self._trend_ns
        for flow in flows:
            for link in flow.links:
                link.series.note(now_ns, (link.rows,))
                if is_trend:
                    link.trend.note(now_ns, (link.rows,))
            if is_turn:
                flow.lag.turn()
            for task in flow.tasks:
                self._look_at(flow, task, now_ns, wall_ns)
                if is_turn:
                    task.meter.delay.turn()

    def warned(self) -> tuple[Warned, ...]:
        """Warnings that hold now, and the latest that did."""
        every = [trouble.warned for trouble in self._troubles.values() if trouble.warned is not None]
        every.sort(key=lambda one: (not one.active, -one.at_ns))
        return tuple(every[:KEEP])

    def _look_at(self, flow: Flow, task: Task, now_ns: int, wall_ns: int) -> None:
        span, grown = task.meter.series.growth(now_ns, totals(task, now_ns))
        task.meter.series.note(now_ns, totals(task, now_ns))
        if isinstance(task, PipelineTask):
            for edge in task.graph.edges:
                task.edge_series.setdefault(edge.id, Series()).note(now_ns, (edge.rows,))
            self._look_at_groups(flow, task, now_ns, wall_ns)
        ended = task.has_ended
        channel = task.channel
        long_ns = int(self._settings.warn_fill_s * 1e9)
        full = channel is not None and channel.fill > FILL and not ended and not _is_held(flow)
        size = f"{channel.batches} of {channel.capacity} batches" if channel else ""
        self._judge("queue", flow, task, full, long_ns, f"its queue stays full ({size})", now_ns, wall_ns)
        self._judge(
            "breaker", flow, task, bool(task.breaker) and not ended, 10**9, task.breaker, now_ns, wall_ns
        )
        seen, errors = grown[0], grown[2]
        many = bool(span) and errors >= 5 and errors > ERROR_SHARE * seen
        text = f"{errors:,} of the last {seen:,} events were errors"
        self._judge("errors", flow, task, many, 0, text, now_ns, wall_ns)

    def _look_at_groups(self, flow: Flow, task: PipelineTask, now_ns: int, wall_ns: int) -> None:
        """Warns while windows let groups go because there are too many of them."""
        evicted = sum(node.evicted for node in task.graph.nodes)
        more = evicted - self._evicted.get(task.id, 0)
        self._evicted[task.id] = evicted
        text = f"{evicted:,} groups were emitted early, as its windows had too many"
        if more > 0:
            task.complain("groups", f"`{task.id}`: {text}; {_HINTS['groups']}")
        self._judge("groups", flow, task, more > 0, 0, text, now_ns, wall_ns)

    def _judge(
        self,
        kind: str,
        flow: Flow,
        task: Task,
        holds: bool,
        after_ns: int,
        text: str,
        now_ns: int,
        wall_ns: int,
    ) -> None:
        key = (kind, task.id)
        trouble = self._troubles.get(key)
        if trouble is None:
            if not holds:
                return
            trouble = self._troubles[key] = Trouble()
        last = trouble.warned
        if not holds:
            trouble.since_ns = 0
            if last is not None and last.active:
                trouble.warned = _ended(last)
            return
        trouble.since_ns = trouble.since_ns or now_ns
        if now_ns - trouble.since_ns < after_ns:
            return
        is_new = last is None or not last.active
        count = (last.count if last else 0) + (1 if is_new else 0)
        at_ns = wall_ns if is_new or last is None else last.at_ns
        trouble.warned = Warned(
            kind, f"`{task.alias}`: {text}", task.id, flow.alias, at_ns, count, True, hint=_HINTS[kind]
        )


_HINTS: Final = {
    "queue": "what is behind this task is too slow for what comes in",
    "breaker": "the flow goes on by itself once the outside is back",
    "groups": "set `max_groups` of the window, or group by something that has fewer values",
    "errors": "tap its `err` port to see what is wrong",
}


def _is_held(flow: Flow) -> bool:
    """Whether a break holds one of its tasks: what is above fills up as it should."""
    return any(task.gate is not None and task.gate.is_held for task in flow.tasks)


def _ended(last: Warned) -> Warned:
    return Warned(last.kind, last.text, last.task, last.flow, last.at_ns, last.count, False, hint=last.hint)


def totals(task: Task, now_ns: int) -> tuple[int, ...]:
    """What rates and splits are made of: five counters, polls, yields by reason, four times."""
    meter = task.meter
    return (*task.counters.totals, meter.polls, *meter.counts, *meter.times(now_ns).totals)
