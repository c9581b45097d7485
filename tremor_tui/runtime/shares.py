"""Shares: which node of a pipeline its busy time goes to, by timing one step of many.

Why a sample: two clock reads per node and batch would cost more than many nodes do. In a sampled step each
node's operator has a stand-in that times it, and what is fused tells how long it takes, as a whole; the step
is otherwise the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tremor_tui.model.batch import Batch
from tremor_tui.pipeline.fusing.chain import Timer

if TYPE_CHECKING:
    from tremor_tui.operators.contract import Operator, Outputs
    from tremor_tui.pipeline.graph import Graph

EVERY: Final = 64
"""One step of so many is timed; the first one too."""
ENOUGH_NS: Final = 10**9
"""Times are halved when they reach this, so that what is long ago counts less."""


class Timed:
    """Stands in for an operator during one step."""

    def __init__(self, operator: Operator, note: Callable[[int], None], now: Callable[[], int]) -> None:
        self._operator = operator
        self._note = note
        self._now = now

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """Calls the operator and notes how long it took."""
        start = self._now()
        try:
            return self._operator.on_batch(port, batch)
        finally:
            self._note(self._now() - start)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._operator, name)


class Shares:
    """The times of one graph's nodes, by id."""

    __slots__ = ("_now", "_steps", "_times")

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._steps = 0
        self._times: dict[str, int] = {}

    def step(self, graph: Graph, port: str, batch: Batch, now_ns: int) -> list[tuple[str, Batch]]:
        """`graph.step`, timed now and then."""
        self._steps += 1
        if self._steps % EVERY != 1:
            return graph.step(port, batch, now_ns)
        return self._timed(graph, port, batch, now_ns)

    def of(self, node: str) -> float:
        """A node's part of the time of all, 0 to 1."""
        total = sum(self._times.values())
        return self._times.get(node, 0) / total if total else 0.0

    def forget(self) -> None:
        """Begins anew, for another graph."""
        self._times.clear()
        self._steps = 0

    def _timed(self, graph: Graph, port: str, batch: Batch, now_ns: int) -> list[tuple[str, Batch]]:
        chain = graph.chain(port) if graph.is_fused else None
        fused = chain.members if chain is not None else frozenset[int]()
        nodes = [node for node in graph._nodes if node.index not in fused]
        operators = [node.operator for node in nodes]
        for node in nodes:
            node.operator = Timed(node.operator, partial(self._note, node.stats.id), self._now)
        if chain is not None:
            chain.timer = Timer(self._now, self._note)
        try:
            return graph.step(port, batch, now_ns)
        finally:
            if chain is not None:
                chain.timer = None
            for node, operator in zip(nodes, operators, strict=True):
                node.operator = operator

    def _note(self, node: str, spent: int) -> None:
        times = self._times
        times[node] = times.get(node, 0) + spent
        if times[node] > ENOUGH_NS:
            for key in times:
                times[key] //= 2
