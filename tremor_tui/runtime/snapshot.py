"""Snapshot: reads the state of a runtime into the control room's pictures. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tremor_tui.control.snapshots import (
    ChannelSnapshot,
    EdgeSnapshot,
    FlowSnapshot,
    GraphSnapshot,
    Histogram,
    NodeSnapshot,
    Split,
    TaskSnapshot,
    TaskState,
    Yields,
)
from tremor_tui.language.ir.deploy import FlowIR, PipelineIR
from tremor_tui.metrics.instruments import Histogram as Counts
from tremor_tui.runtime.channel import Channel
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.handing import why_fixed
from tremor_tui.runtime.meter import Meter
from tremor_tui.runtime.outbox import Link
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.source import SourceTask
from tremor_tui.runtime.tasks.task import Task
from tremor_tui.runtime.watch import totals

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import EdgeStats, Graph


ASK_NS = 5 * 10**9


def flow_picture(flow: Flow, executor: int, now_ns: int, inside: bool = True) -> FlowSnapshot:
    """One flow; `inside` False leaves the graphs inside its pipelines out."""
    tasks = flow.tasks
    lag50, lag99 = flow.lag.percentiles((0.5, 0.99))
    sources = [_rates(task, now_ns) for task in flow.sources]
    sinks = [_rates(task, now_ns) for task in flow.sinks]
    errors = [_rates(task, now_ns)[2] for task in tasks]
    return FlowSnapshot(
        flow.alias,
        flow.state,
        file=flow.file,
        executor=executor,
        since_ns=flow.since_ns,
        version=flow.version,
        in_s=sum(rates[0] for rates in sources),
        out_s=sum(rates[1] for rates in sinks),
        err_s=sum(errors),
        events_in=sum(task.counters.events_in for task in flow.sources),
        events_out=sum(task.counters.events_out for task in flow.sinks),
        events_err=sum(task.counters.events_err + task.counters.failed for task in tasks),
        lag_p50_ns=lag50,
        lag_p99_ns=lag99,
        graph=GraphSnapshot(tuple(_nodes(flow)), tuple(_edges(flow, now_ns))),
        inside={alias: _inside(flow, alias, now_ns) for alias in flow.pipelines} if inside else {},
        last_apply=flow.last_apply,
        error=flow.ending.error if flow.ending else next((t.error for t in tasks if t.error), ""),
        note=flow.note,
        note_ns=flow.note_ns,
        breaks=tuple(task.gate.picture(now_ns) for task in tasks if task.gate is not None),
        fixed=_fixed(flow, now_ns),
    )


def _fixed(flow: Flow, now_ns: int) -> str:
    """What of it cannot be handed over; asked for only now and then, as files are looked at for it."""
    if flow.state not in ("running", "paused"):
        return ""
    asked_ns, shape, words = flow.fixed
    if not asked_ns or now_ns - asked_ns > ASK_NS or shape != flow.shape:
        words = why_fixed(flow)
        flow.fixed = now_ns, flow.shape, words
    return words


def task_pictures(flow: Flow, executor: int, now_ns: int) -> list[TaskSnapshot]:
    """The tasks of one flow, sources first."""
    return [_task(flow, task, executor, now_ns) for task in flow.tasks]


def inner_edges(prefix: str, graph: Graph) -> Iterator[tuple[str, EdgeStats]]:
    """The edges inside a pipeline with their ids in pictures; `prefix` is `FLOW:pipeline/ALIAS`."""
    seen: dict[str, int] = {}
    for edge in graph.edges:
        name = f"{prefix}:{edge.source}/{edge.source_port}>{edge.target}/{edge.target_port}"
        seen[name] = count = seen.get(name, 0) + 1
        yield (f"{name}#{count}" if count > 1 else name), edge


# -- tasks ---------------------------------------------------------------------------------------------


def _task(flow: Flow, task: Task, executor: int, now_ns: int) -> TaskSnapshot:
    counters, meter = task.counters, task.meter
    rates = _rates(task, now_ns)
    ready50, ready99 = meter.delay.percentiles((0.5, 0.99))
    dropped, errors = _inner_losses(task)
    return TaskSnapshot(
        task.id,
        flow.alias,
        task.alias,
        task.kind,
        detail=task.detail,
        executor=executor,
        state=_state(task),
        since_ns=task.since_ns,
        split=_split(meter, task, now_ns),
        events_in=counters.events_in,
        events_out=counters.events_out,
        events_err=counters.events_err,
        bytes_in=counters.bytes_in,
        bytes_out=counters.bytes_out,
        dropped=dropped,
        discarded=counters.discarded,
        failed=counters.failed + errors,
        in_s=rates[0],
        out_s=rates[1],
        err_s=rates[2],
        bytes_in_s=rates[3],
        bytes_out_s=rates[4],
        polls=meter.polls,
        polls_s=rates[5],
        yields=Yields(*meter.counts, *meter.waits),
        yields_s=(rates[6], rates[7], rates[8], rates[9], rates[10]),
        run=_histogram(meter.run),
        longest_run_ns=meter.run.largest,
        ready_p50_ns=ready50,
        ready_p99_ns=ready99,
        running_ns=max(0, now_ns - meter.since_ns) if meter.is_running else 0,
        queue=_channel(task.channel) if task.channel is not None else None,
        breaker=task.breaker,
        version=task.version,
        error=task.error or _last_error(task),
        held=task.gate.words if task.gate is not None and task.gate.is_held else "",
    )


def _rates(task: Task, now_ns: int) -> tuple[float, ...]:
    return task.meter.series.rates(now_ns, totals(task, now_ns))


def _split(meter: Meter, task: Task, now_ns: int) -> Split:
    _, grown = meter.series.growth(now_ns, totals(task, now_ns))
    times = grown[-4:]
    whole = sum(times)
    if not whole:
        times = meter.times(now_ns).totals
        whole = sum(times)
    if not whole:
        return Split()
    busy, ready, blocked, idle = (100.0 * time / whole for time in times)
    return Split(busy, ready, blocked, idle)


def _state(task: Task) -> TaskState:
    if task.has_ended:
        return "failed" if task.error else "ended"
    if (isinstance(task, SourceTask) and task.is_paused) or (task.gate is not None and task.gate.is_held):
        return "paused"
    return task.meter.state


def _histogram(counts: Counts) -> Histogram:
    p50, p90, p99, p999 = counts.percentiles((0.5, 0.9, 0.99, 0.999))
    return Histogram(counts.trimmed(), p50, p90, p99, p999, counts.largest)


def _channel(channel: Channel) -> ChannelSnapshot:
    return ChannelSnapshot(
        channel.batches,
        channel.capacity,
        channel.bytes,
        channel.byte_capacity,
        channel.high,
        channel.fill,
        channel.full_total_ns(),
    )


def _inner_losses(task: Task) -> tuple[int, int]:
    """What a pipeline's nodes dropped, and what they sent to an `err` that leads nowhere.

    Not the rows that failed there: these were counted as they failed.
    """
    if not isinstance(task, PipelineTask):
        return 0, 0
    nodes = task.graph.nodes
    unheard = sum(max(0, node.discarded.get("err", 0) - node.errors) for node in nodes)
    return sum(node.dropped for node in nodes), unheard


def _last_error(task: Task) -> str:
    if not isinstance(task, PipelineTask):
        return ""
    errors = [node.last_error for node in task.graph.nodes if node.last_error is not None]
    return str(errors[-1]) if errors else ""


# -- graphs --------------------------------------------------------------------------------------------


def _nodes(flow: Flow) -> Iterator[NodeSnapshot]:
    kinds = _kinds(flow.ir)
    for connector in flow.ir.connectors:
        kind = kinds.get(connector.alias)
        if kind is None:
            continue
        tasks = [task for task in flow.tasks if task.kind != "pipeline" and task.alias == connector.alias]
        span = connector.span
        yield NodeSnapshot(
            f"connector/{connector.alias}",
            kind,
            connector.alias,
            connector.kind,
            task=tasks[0].id if tasks else "",
            events_in=sum(task.counters.events_in for task in tasks),
            events_out=sum(task.counters.events_out for task in tasks),
            errors=sum(task.counters.events_err + task.counters.failed for task in tasks),
            file=span.file if span else "",
            line=span.line if span else 0,
        )
    for alias, pipeline in flow.pipelines.items():
        yield _pipeline_node(alias, pipeline, flow.irs.get(alias))


def _pipeline_node(alias: str, task: PipelineTask, ir: PipelineIR | None) -> NodeSnapshot:
    span = ir.span if ir else None
    counters = task.counters
    dropped, unheard = _inner_losses(task)
    return NodeSnapshot(
        f"pipeline/{alias}",
        "pipeline",
        alias,
        task.detail,
        task=task.id,
        events_in=counters.events_in,
        events_out=counters.events_out,
        dropped=dropped,
        errors=counters.events_err + counters.failed + unheard,
        file=span.file if span else "",
        line=span.line if span else 0,
    )


def _kinds(ir: FlowIR) -> dict[str, str]:
    """What the links make of each connector; one without links has no task and no place."""
    outs = {link.source.alias for link in ir.links if link.source.kind == "connector"}
    ins = {link.target.alias for link in ir.links if link.target.kind == "connector"}
    return {
        alias: "both" if alias in outs & ins else "source" if alias in outs else "sink"
        for alias in outs | ins
    }


def _edges(flow: Flow, now_ns: int) -> Iterator[EdgeSnapshot]:
    for ir, links in _by_id(flow):
        rows = sum(link.rows for link in links)
        rate = sum(link.series.rates(now_ns, (link.rows,))[0] for link in links)
        source, target = (_end(end) for end in ir.partition(":")[2].split(">"))
        yield EdgeSnapshot(
            ir,
            *source,
            *target,
            rows,
            rate,
            links[0].channel.fill,
            _trend(links, rate, now_ns),
        )


def _end(text: str) -> tuple[str, str]:
    """The node and the port of `pipeline/a/out`; a port may have a slash of its own: `out/odd`."""
    kind, alias, port = text.split("/", 2)
    return f"{kind}/{alias}", port


def _by_id(flow: Flow) -> list[tuple[str, list[Link]]]:
    """A connector's `err` may be two links, one for each of its parts, and is one edge."""
    found: dict[str, list[Link]] = {}
    for link in flow.links:
        found.setdefault(link.id, []).append(link)
    return list(found.items())


def _trend(links: Sequence[Link], rate: float, now_ns: int) -> float:
    """The rate now against the mean rate of the last 10 s, in percent of that."""
    mean = sum(link.trend.rates(now_ns, (link.rows,))[0] for link in links)
    return 100.0 * (rate - mean) / mean if mean > 0 else 0.0


def _inside(flow: Flow, alias: str, now_ns: int) -> GraphSnapshot:
    task = flow.pipelines[alias]
    ir = flow.irs.get(alias)
    spans = {node.id: node.span for node in ir.query.nodes} if ir else {}
    nodes = []
    for stats in task.graph.nodes:
        span = spans.get(stats.id)
        nodes.append(
            NodeSnapshot(
                stats.id,
                _inner_kind(stats.kind),
                stats.id,
                stats.kind,
                task=task.id,
                events_in=sum(stats.rows_in.values()),
                events_out=sum(stats.rows_out.values()),
                dropped=stats.dropped,
                errors=stats.errors,
                share=task.shares.of(stats.id),
                file=span.file if span else "",
                line=span.line if span else 0,
            )
        )
    prefix = f"{flow.alias}:pipeline/{alias}"
    edges = [
        EdgeSnapshot(
            name, e.source, e.source_port, e.target, e.target_port, e.rows, _inner_rate(task, e, now_ns)
        )
        for name, e in inner_edges(prefix, task.graph)
    ]
    return GraphSnapshot(tuple(nodes), tuple(edges))


def _inner_rate(task: PipelineTask, edge: EdgeStats, now_ns: int) -> float:
    series = task.edge_series.get(edge.id)
    return series.rates(now_ns, (edge.rows,))[0] if series else 0.0


def _inner_kind(kind: str) -> str:
    return kind if kind in ("input", "output", "stream", "script", "select") else "operator"
