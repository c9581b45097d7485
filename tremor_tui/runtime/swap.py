"""Swap: puts new graphs into running pipelines, all of them between the same two turns of the loop.

Why no request to the tasks: a graph steps in one go, so whenever any other task runs, no pipeline is inside
a batch. What a pipeline could not send yet waits in its outbox, which stays.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    kept: list[str] = []
    pause = 0
    for alias, graph in graphs.items():
        start = flow.clock.monotonic_ns()
        kept += graph.adopt(flow.pipelines[alias].graph)
        pause = max(pause, flow.clock.monotonic_ns() - start)
    flow.version = version or flow.version + 1
    for alias, graph in graphs.items():
        graph.lead(flow.pipelines[alias].sinks)
        flow.pipelines[alias].graph = graph
        flow.pipelines[alias].edge_series.clear()
        flow.pipelines[alias].shares.forget()
        flow.pipelines[alias].version = flow.version
    flow.irs.update(irs)
    queued = sum(flow.pipelines[alias].channel.rows for alias in graphs)
    now_ns = flow.clock.wall_ns()
    receipt = Receipt(flow.alias, flow.version, tuple(graphs), tuple(kept), queued, pause, now_ns)
    flow.last_apply = receipt
    return receipt
