"""Swap: puts new graphs into running pipelines, all of them between the same two turns of the loop.

Why no request to the tasks: a graph steps in one go, so whenever any other task runs, no pipeline is inside
a batch. What a pipeline could not send yet waits in its outbox, which stays. `reshape.py` does the same
where more than graphs change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tremor_tui.control.snapshots import Receipt
from tremor_tui.errors import LifecycleError, UnknownName
from tremor_tui.language.ir.deploy import PipelineIR
from tremor_tui.runtime.flow import Flow

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Graph


def swap(flow: Flow, graphs: Mapping[str, Graph], irs: Mapping[str, PipelineIR], version: int = 0) -> Receipt:
    """Swaps all or none. Raises UnknownName, and LifecycleError where the flow has ended.

    `irs` replace what the pictures of the insides are drawn from. `version` 0: the next one.
    """
    if flow.done.is_set():
        raise LifecycleError(f"flow `{flow.alias}` has ended", "deploy it again")
    for alias in graphs:
        if alias not in flow.pipelines:
            raise UnknownName("pipeline", alias, flow.pipelines)
    start = flow.clock.monotonic_ns()
    kept = exchange(flow, graphs)
    for alias in graphs:
        flow.pipelines[alias].graph.lead(flow.pipelines[alias].sinks)
    flow.irs.update(irs)
    queued = sum(flow.pipelines[alias].channel.rows for alias in graphs)
    return finish(flow, list(graphs), kept, queued, flow.clock.monotonic_ns() - start, version)


def exchange(flow: Flow, graphs: Mapping[str, Graph]) -> list[str]:
    """Puts the graphs in, and returns the nodes whose state lives on; where they lead is still to be told."""
    kept: list[str] = []
    for alias, graph in graphs.items():
        task = flow.pipelines[alias]
        kept += graph.adopt(task.graph)
        task.graph = graph
        task.edge_series.clear()
        task.shares.forget()
    return kept


def finish(
    flow: Flow, changed: Sequence[str], kept: Sequence[str], queued: int, pause_ns: int, version: int
) -> Receipt:
    """Counts the flow's version on, and writes the receipt."""
    flow.version = version or flow.version + 1
    for alias in changed:
        flow.pipelines[alias].version = flow.version
    now_ns = flow.clock.wall_ns()
    flow.last_apply = Receipt(flow.alias, flow.version, tuple(changed), tuple(kept), queued, pause_ns, now_ns)
    return flow.last_apply
