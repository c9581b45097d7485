"""Stillness: which flows have not moved for a while, so that nobody needs to look at them.

With a thousand flows that wait for something, looking at each of their tasks five times a second would take
a core. A flow is still once no task of it was polled for `STILL_NS`, none has anything to do, and nothing
was done to the flow; one addition per task tells that it is so still. By then its rates are zero and its
percentiles have been forgotten, so what its pictures say cannot change before it moves.
"""

from __future__ import annotations

from dataclasses import field
from typing import Final

from tremor_tui.model.record import dataclass
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.tasks.task import Task

STILL_NS: Final = 15 * 10**9
"""Longer than rates, trends and percentiles look back."""
Token = tuple[object, ...]
"""What cannot stay the same while a flow moves, or something is done to it."""


@dataclass(slots=True)
class Rest:
    """One flow: what it was at the last look, since when, and the names of its tasks."""

    token: Token
    since_ns: int
    names: frozenset[str]
    is_still: bool = False


@dataclass(slots=True)
class Stillness:
    """Of each flow, whether it is still. `look` is called with each flow by the ticker."""

    _rests: dict[str, Rest] = field(default_factory=dict)

    def look(self, flow: Flow, now_ns: int) -> Rest:
        """Looks at a flow once more."""
        token = token_of(flow)
        rest = self._rests.get(flow.alias)
        if rest is None or rest.token != token:
            names = frozenset(task.id for task in flow.tasks)
            rest = self._rests[flow.alias] = Rest(token, now_ns, names)
        elif not rest.is_still and now_ns - rest.since_ns >= STILL_NS:
            rest.is_still = all(map(_rests, flow.tasks))
        return rest

    def names(self, flow: Flow) -> frozenset[str]:
        """The names of its tasks at the last look."""
        return self._rests[flow.alias].names

    def token(self, flow: Flow) -> Token | None:
        """What a still flow is, as long as it is; None where it moves."""
        rest = self._rests.get(flow.alias)
        if rest is None or not rest.is_still or rest.token != token_of(flow):
            return None
        return rest.token

    def keep(self, aliases: set[str]) -> None:
        """Forgets flows that are no more."""
        for alias in self._rests.keys() - aliases:
            del self._rests[alias]


def token_of(flow: Flow) -> Token:
    """What changes with each poll of a task, each change of the flow, each break and each path."""
    polls = gates = losses = 0
    for tasks in (flow.sources, flow.pipelines.values(), flow.sinks):
        for task in tasks:
            polls += task.meter.polls
            gates += task.gate is not None
            losses += task.counters.failed + task.has_ended
    return (
        polls, gates, losses, flow.state, flow.note_ns, flow.version, flow.shape, flow.is_reshaping,
        id(flow), id(flow.ending), id(flow.last_apply),
    )  # fmt: skip


def _rests(task: Task) -> bool:
    """Whether a task has nothing to do and nothing to be warned of."""
    channel = task.channel
    return (
        not task.breaker
        and task.gate is None
        and task.meter.state in ("idle", "waiting")
        and (channel is None or not channel.batches)
    )
