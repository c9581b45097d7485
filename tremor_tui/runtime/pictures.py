"""Pictures: those of all flows and tasks; of a still flow the same objects as the time before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from tremor_tui.control.snapshots import FlowSnapshot, TaskSnapshot
from tremor_tui.model.record import dataclass
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.snapshot import flow_picture, task_pictures
from tremor_tui.runtime.stillness import Stillness, Token

Pictured = tuple[FlowSnapshot, tuple[TaskSnapshot, ...]]


@dataclass(slots=True)
class Pictures:
    """What was pictured of still flows. `executor` is whose flows they are."""

    stillness: Stillness
    executor: int
    _kept: dict[str, tuple[Token, Pictured]] = field(default_factory=dict)

    def all(self, flows: Iterable[Flow], now_ns: int) -> list[Pictured]:
        """Each flow with its tasks."""
        kept, self._kept = self._kept, {}
        return [self._one(flow, kept.get(flow.alias), now_ns) for flow in flows]

    def one(self, flow: Flow, now_ns: int) -> Pictured:
        """One flow as it is now, with its tasks."""
        tasks = task_pictures(flow, self.executor, now_ns)
        return flow_picture(flow, self.executor, now_ns), tuple(tasks)

    def _one(self, flow: Flow, before: tuple[Token, Pictured] | None, now_ns: int) -> Pictured:
        token = self.stillness.token(flow)
        if token is not None and before is not None and before[0] == token:
            made = before[1]
        else:
            made = self.one(flow, now_ns)
        if token is not None:
            self._kept[flow.alias] = token, made
        return made
