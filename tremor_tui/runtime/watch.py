"""Watch: takes the samples that rates are made of, and notices what somebody should look at.

Flows that have not moved for a while (`stillness.py`) are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from tremor_tui.control.limits import Limits
from tremor_tui.control.snapshots import Warned
from tremor_tui.metrics.instruments import Series
from tremor_tui.model.record import dataclass
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.lints import HINTS, Finding, Lints
from tremor_tui.runtime.stillness import Stillness
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.task import Task

SAMPLE_NS: Final = 200_000_000
"""Between two samples; a rate is over the last five."""
TURN_NS: Final = 5 * 10**9
"""How long percentiles of lag and of ready delays look back, at least."""
STILL_TURNS: Final = 5
"""Of so many looks one is at a flow that was still."""
KEEP: Final = 64
"""Warnings that are over, but still told of."""


@dataclass(slots=True)
class Trouble:
    """One warning's state. `since_ns` (monotonic) is when its condition began, 0 while it does not hold."""

    since_ns: int = 0
    warned: Warned | None = None


class Watch:
    """The warnings of a runtime, by kind and task. `look` is called by the ticker."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._sampled_ns = 0
        self._turned_ns = 0
        self._trend_ns = 0
        self._lints = Lints()
        self.stillness = Stillness()
        self._passed: set[str] = set()
        self._turns = 0
        self._troubles: dict[tuple[str, str], Trouble] = {}
        self._known: set[str] = set()

    def look(self, flows: Iterable[Flow], now_ns: int, wall_ns: int) -> None:
        """Samples what is due; finds warnings that begin or end."""
        if now_ns - self._sampled_ns < SAMPLE_NS:
            return
        self._sampled_ns = now_ns
        is_turn = now_ns - self._turned_ns >= TURN_NS
        is_trend = now_ns - self._trend_ns >= 10**9
        self._turned_ns = now_ns if is_turn else self._turned_ns
        self._trend_ns = now_ns if is_trend else self._trend_ns
        self._turns += 1
        seen: set[str] = set()
        passed: set[str] = set()
        aliases: set[str] = set()
        for flow in flows:
            aliases.add(flow.alias)
            if flow.alias in self._passed and (hash(flow.alias) + self._turns) % STILL_TURNS:
                passed.add(flow.alias)
                seen |= self.stillness.names(flow)
                continue
            rest = self.stillness.look(flow, now_ns)
            seen |= rest.names
            if rest.is_still:
                passed.add(flow.alias)
                continue
            if flow.alias in self._passed:
                _begin_anew(flow, now_ns - SAMPLE_NS)
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
        self._passed = passed
        self.stillness.keep(aliases)
        if self._known != seen:
            self._forget(self._known - seen)
            self._known = seen

    def warned(self) -> tuple[Warned, ...]:
        """Warnings that hold now, and the latest that did."""
        every = [trouble.warned for trouble in self._troubles.values() if trouble.warned is not None]
        every.sort(key=lambda one: (not one.active, -one.at_ns))
        return tuple(every[:KEEP])

    def _look_at(self, flow: Flow, task: Task, now_ns: int, wall_ns: int) -> None:
        now = totals(task, now_ns)
        span, grown = task.meter.series.growth(now_ns, now)
        task.meter.series.note(now_ns, now)
        if isinstance(task, PipelineTask):
            for edge in task.graph.edges:
                task.edge_series.setdefault(edge.id, Series()).note(now_ns, (edge.rows,))
        told = set()
        for finding in self._lints.of(task, self.limits, span, grown, now_ns):
            told.add(finding.kind)
            self._judge(finding, flow, task, now_ns, wall_ns)
        if task.has_ended:
            self._end(task.id, told)

    def _forget(self, gone: set[str]) -> None:
        """Tasks that are no more: nothing is wrong with them; only the latest warnings of them are kept."""
        self._lints.forget(gone)
        for name in gone:
            self._end(name, set())
        over = [key for key, one in self._troubles.items() if key[1] not in self._known or not one.warned]
        for key in over[: max(0, len(self._troubles) - KEEP)]:
            del self._troubles[key]

    def _end(self, name: str, but: set[str]) -> None:
        for (kind, task), trouble in self._troubles.items():
            if task == name and kind not in but and trouble.warned and trouble.warned.active:
                trouble.since_ns, trouble.warned = 0, _ended(trouble.warned)

    def _judge(self, finding: Finding, flow: Flow, task: Task, now_ns: int, wall_ns: int) -> None:
        key = (finding.kind, task.id)
        trouble = self._troubles.get(key)
        if trouble is None:
            if not finding.holds:
                return
            trouble = self._troubles[key] = Trouble()
        last = trouble.warned
        if not finding.holds:
            trouble.since_ns = 0
            if last is not None and last.active:
                trouble.warned = _ended(last)
            return
        trouble.since_ns = trouble.since_ns or now_ns
        if now_ns - trouble.since_ns < finding.after_ns:
            return
        is_new = last is None or not last.active
        count = (last.count if last else 0) + (1 if is_new else 0)
        at_ns = wall_ns if is_new or last is None else last.at_ns
        text, hint = f"`{task.alias}`: {finding.text}", HINTS[finding.kind]
        trouble.warned = Warned(finding.kind, text, task.id, flow.alias, at_ns, count, True, hint=hint)


def _begin_anew(flow: Flow, at_ns: int) -> None:
    """A flow that was passed over moves again: its rates are over the time since it does."""
    for link in flow.links:
        link.series.resume(at_ns)
        link.trend.resume(at_ns)
    for task in flow.tasks:
        task.meter.series.resume(at_ns)
        for series in task.edge_series.values() if isinstance(task, PipelineTask) else ():
            series.resume(at_ns)


def _ended(last: Warned) -> Warned:
    return msgspec.structs.replace(last, active=False)


def totals(task: Task, now_ns: int) -> tuple[int, ...]:
    """What rates and splits are made of: five counters, polls, yields by reason, four times."""
    meter = task.meter
    return (*task.counters.totals, meter.polls, *meter.counts, *meter.times(now_ns).totals)
