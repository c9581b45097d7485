"""TapTable: which taps are open, and where each is attached."""

from __future__ import annotations

from collections.abc import Mapping

from tremor_tui.connectors.contract import Clock
from tremor_tui.errors import UnknownName
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.outbox import Link
from tremor_tui.runtime.snapshot import inner_edges
from tremor_tui.runtime.tap import Deliver, Tap, Wanted
from tremor_tui.runtime.tracing import Tracer


class TapTable:
    """The open taps of a runtime, by number."""

    def __init__(self, flows: Mapping[str, Flow], clock: Clock, tracer: Tracer) -> None:
        self._flows = flows
        self._tracer = tracer
        self._clock = clock
        self._taps: dict[int, Tap] = {}
        self._next = 1

    def open(self, edge: str, wanted: float | Wanted, deliver: Deliver) -> Tap:
        """Attaches a new tap. Raises UnknownName where no flow has such an edge."""
        tap = Tap(self._next, edge, wanted, deliver, self._clock)
        if not self._attach(tap):
            raise UnknownName("edge", edge, self._edges())
        self._next += 1
        self._taps[tap.number] = tap
        self._trace(tap)
        return tap

    def change(self, tap: Tap, wanted: Wanted) -> None:
        """Gives a tap other properties."""
        tap.change(wanted)
        self._trace(tap)

    def close(self, tap: Tap) -> None:
        """Detaches it; does nothing where that was done already."""
        if self._taps.pop(tap.number, None) is None:
            return
        self._tracer.want(_flow(tap), tap.number, 0)
        for link in self._links(tap.edge):
            link.listeners = tuple(one for one in link.listeners if one != tap.see)
        flow, alias, inner = self._inner(tap.edge)
        if flow is not None and inner:
            flow.pipelines[alias].graph.unlisten(inner, tap.see)

    def follow(self, flow: Flow) -> None:
        """Attaches the taps of a flow anew, after a swap or a reshape; those whose edge is gone end."""
        for tap in list(self._taps.values()):
            if _flow(tap) != flow.alias:
                continue
            links = self._links(tap.edge)
            for link in links:
                if tap.see not in link.listeners:
                    link.listeners = (*link.listeners, tap.see)
            found, alias, inner = self._inner(tap.edge)
            if found is flow and inner:
                graph = flow.pipelines[alias].graph
                graph.unlisten(inner, tap.see)
                graph.listen(inner, tap.see)
            elif not links:
                tap.tell("the flow has no such edge any more")
                tap.flush()
                self.close(tap)

    def is_over(self, tap: Tap) -> bool:
        """Whether it was closed, or its edge is gone."""
        return tap.number not in self._taps

    def forget(self, flow: Flow) -> None:
        """Closes the taps of a flow that is gone."""
        for tap in list(self._taps.values()):
            if tap.edge.startswith(f"{flow.alias}:"):
                tap.flush()
                del self._taps[tap.number]

    def flush(self) -> None:
        """Lets every tap deliver."""
        for tap in list(self._taps.values()):
            tap.flush()

    def _trace(self, tap: Tap) -> None:
        rate = tap.wanted.per_second if tap.wanted.trace else 0.0
        self._tracer.want(_flow(tap), tap.number, rate)

    def _attach(self, tap: Tap) -> bool:
        links = self._links(tap.edge)
        for link in links:
            link.listeners = (*link.listeners, tap.see)
        flow, alias, inner = self._inner(tap.edge)
        if flow is not None and inner:
            flow.pipelines[alias].graph.listen(inner, tap.see)
            return True
        return bool(links)

    def _links(self, edge: str) -> list[Link]:
        flow = self._flows.get(edge.partition(":")[0])
        return [link for link in flow.links if link.id == edge] if flow else []

    def _inner(self, edge: str) -> tuple[Flow | None, str, str]:
        """The flow, the pipeline's alias, and what its graph calls the edge; empty where there is none."""
        flow = self._flows.get(edge.partition(":")[0])
        for alias, pipeline in flow.pipelines.items() if flow else ():
            for name, stats in inner_edges(f"{edge.partition(':')[0]}:pipeline/{alias}", pipeline.graph):
                if name == edge:
                    return flow, alias, stats.id
        return None, "", ""

    def _edges(self) -> list[str]:
        return [link.id for flow in self._flows.values() for link in flow.links]


def _flow(tap: Tap) -> str:
    return tap.edge.partition(":")[0]
