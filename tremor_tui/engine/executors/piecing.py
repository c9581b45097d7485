"""Piecing: whole pictures of those that executors send, in which flows that are as before are only named."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import msgspec

from tremor_tui.control.snapshots import FlowSnapshot, TaskSnapshot, Warned
from tremor_tui.engine.executors.link import Pictured

One = tuple[FlowSnapshot, tuple[TaskSnapshot, ...]]


class Sparing:
    """The executor's side: leaves out what the supervisor knows; flows are compared by identity."""

    def __init__(self) -> None:
        self._sent: dict[str, FlowSnapshot] = {}

    def spare(
        self, flows: Sequence[FlowSnapshot], tasks: Sequence[TaskSnapshot], warnings: tuple[Warned, ...]
    ) -> Pictured:
        """A picture of all flows; once it is on its way `sent` must be called."""
        same = tuple(flow.alias for flow in flows if self._sent.get(flow.alias) is flow)
        if not same:
            return Pictured(tuple(flows), tuple(tasks), warnings)
        known = set(same)
        new = tuple(flow for flow in flows if flow.alias not in known)
        return Pictured(new, tuple(task for task in tasks if task.flow not in known), warnings, same=same)

    def sent(self, picture: Pictured) -> None:
        """The supervisor will know it."""
        same = set(picture.same)
        if not picture.is_part:
            self._sent = {alias: flow for alias, flow in self._sent.items() if alias in same}
        self._sent.update((flow.alias, flow) for flow in picture.flows)


class Piecing:
    """The supervisor's side: what it was told last of each flow of one executor."""

    def __init__(self) -> None:
        self._known: dict[str, One] = {}

    def whole(self, said: Pictured) -> Pictured:
        """The picture with all flows; `same` names those that it had from before."""
        tasks: dict[str, list[TaskSnapshot]] = {}
        for task in said.tasks:
            tasks.setdefault(task.flow, []).append(task)
        new = {flow.alias: (flow, tuple(tasks.get(flow.alias, ()))) for flow in said.flows}
        if said.is_part:
            known = {**self._known, **new}
        else:
            stays = {*said.same, *new}
            known = {alias: one for alias, one in self._known.items() if alias in stays} | new
        self._known = known
        if len(known) == len(new):
            return said
        return msgspec.structs.replace(
            said,
            flows=tuple(flow for flow, _ in known.values()),
            tasks=tuple(chain.from_iterable(tasks for _, tasks in known.values())),
            same=tuple(alias for alias in known if alias not in new),
        )
