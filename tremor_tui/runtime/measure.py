"""Measure: publishes what connectors and pipelines with a `metrics_interval_s` counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tremor_tui.connectors.shared.bus import bus
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.model.batch import Value
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.tasks.pipeline import PipelineTask

PAUSE_NS: Final = 200_000_000
"""Between two looks at what is due; intervals are whole seconds."""
Count = tuple[str, dict[str, str], int]
"""Measurement, tags, total."""


class Measure:
    """When each connector and pipeline is due, and which totals were published last."""

    def __init__(self) -> None:
        self._due: dict[tuple[str, str], int] = {}
        self._told: dict[tuple[str, ...], int] = {}
        self._next_ns = 0
        self._unmeasured: dict[str, tuple[FlowIR, int, int]] = {}

    def look(self, flows: Iterable[Flow], now_ns: int, wall_ns: int) -> None:
        """Publishes what is due; totals that did not change since the last time are left out."""
        if now_ns < self._next_ns:
            return
        self._next_ns = now_ns + PAUSE_NS
        events: list[Value] = []
        for flow in flows:
            if flow.done.is_set() or self._is_unmeasured(flow):
                continue
            is_measured = False
            for name, interval_s, counts in _measured(flow):
                is_measured = True
                key = (flow.alias, name)
                due = self._due.setdefault(key, now_ns + interval_s * 10**9)
                if now_ns >= due:
                    self._due[key] = now_ns + interval_s * 10**9
                    events += self._changed(flow, counts, wall_ns)
            if not is_measured:
                self._unmeasured[flow.alias] = flow.ir, flow.version, flow.shape
        if events:
            bus().publish(events)

    def _is_unmeasured(self, flow: Flow) -> bool:
        """Whether nothing of it asked to be measured, as it is now."""
        ir, *shape = self._unmeasured.get(flow.alias, (None, 0, 0))
        return ir is flow.ir and shape == [flow.version, flow.shape]

    def _changed(self, flow: Flow, counts: Iterable[Count], wall_ns: int) -> Iterator[Value]:
        for measurement, tags, count in counts:
            key = (flow.alias, measurement, *tags.values())
            if count and count != self._told.get(key):
                self._told[key] = count
                yield {
                    "measurement": measurement,
                    "tags": tags,
                    "fields": {"count": count},
                    "timestamp": wall_ns,
                }


def _measured(flow: Flow) -> Iterator[tuple[str, int, Iterable[Count]]]:
    """What asked to be measured: its name, how often, and its counts."""
    for connector in flow.ir.connectors:
        if connector.metrics_interval_s:
            yield (
                f"connector/{connector.alias}",
                connector.metrics_interval_s,
                _of_connector(flow, connector.alias),
            )
    for alias, task in flow.pipelines.items():
        interval = task.graph.config.get("metrics_interval_s")
        if isinstance(interval, int) and interval > 0:
            yield f"pipeline/{alias}", interval, _of_pipeline(alias, task)


def _of_connector(flow: Flow, alias: str) -> Iterator[Count]:
    totals = {"in": 0, "out": 0, "err": 0}
    for source in flow.sources:
        if source.alias == alias:
            totals["out"] += source.counters.events_out
            totals["err"] += source.counters.events_err
    for sink in flow.sinks:
        if sink.alias == alias:
            totals["in"] += sink.counters.events_in
            totals["err"] += sink.counters.events_err
    for port, count in totals.items():
        yield "connector_events", {"flow": flow.alias, "connector": alias, "port": port}, count


def _of_pipeline(alias: str, task: PipelineTask) -> Iterator[Count]:
    for node in task.graph.nodes:
        for direction, counts in (("input", node.rows_in), ("output", node.rows_out)):
            for port, count in counts.items():
                tags = {"pipeline": alias, "node": node.id, "port": port, "direction": direction}
                yield "events", tags, count
