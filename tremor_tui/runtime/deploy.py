"""Deploy: makes a Flow of deployment IR: connectors, graphs, channels, links, and who drains through whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

from tremor_tui.codecs.contract import Codec, codecs
from tremor_tui.connectors.contract import Connector, ConnectorContext, Source, complete, connectors, is_local
from tremor_tui.errors import CompileError, ConfigError, DataError, TremorError, did_you_mean
from tremor_tui.interceptors.contract import Preprocessor, postprocessors, preprocessors
from tremor_tui.language.ir.deploy import ConnectorIR, Endpoint, FlowIR, LinkIR, PipelineIR, PluginIR
from tremor_tui.model.batch import Value
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.model.port import ERR, IN, OUT
from tremor_tui.registry import Registry
from tremor_tui.runtime.channel import Channel
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.intake import Intake
from tremor_tui.runtime.lifecycle import placed
from tremor_tui.runtime.outbox import Link
from tremor_tui.runtime.outlet import Outlet
from tremor_tui.runtime.retry import Retry, policy
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.sink import SinkTask
from tremor_tui.runtime.tasks.source import SourceTask
from tremor_tui.runtime.tasks.task import Lent, Task

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Graph

P = TypeVar("P")
Builder = Callable[[PipelineIR, Callable[[str, DataError], None]], "Graph"]
"""Makes the graph of a pipeline; the function hears of failures that no node takes."""
MakeContext = Callable[[ConnectorIR], ConnectorContext]


@dataclass(slots=True)
class Made:
    """The tasks made so far, by what a link's ends call them."""

    sources: dict[str, SourceTask] = field(default_factory=dict)
    sinks: dict[str, SinkTask] = field(default_factory=dict)
    pipelines: dict[str, PipelineTask] = field(default_factory=dict)

    def senders(self, end: Endpoint) -> list[Task]:
        """The tasks that send by this end; a connector's `err` may be both of its parts'."""
        if end.kind == "pipeline":
            return [self.pipelines[end.alias]]
        both: list[Task | None] = [self.sources.get(end.alias)]
        if end.port != "out":
            both.append(self.sinks.get(end.alias))
        return [task for task in both if task is not None]

    def taker(self, end: Endpoint) -> PipelineTask | SinkTask:
        """The task that takes what is sent to this end."""
        return self.pipelines[end.alias] if end.kind == "pipeline" else self.sinks[end.alias]


def deploy(flow: Flow, lent: Lent, make_context: MakeContext, build: Builder) -> None:
    """Fills the flow with tasks, none of them running. Raises CompileError with a place."""
    made = Made()
    for pipeline in flow.ir.pipelines:
        made.pipelines[pipeline.alias] = _pipeline(pipeline, lent, build)
    for number, connector in enumerate(flow.ir.connectors):
        try:
            _connect(made, flow.ir, connector, number, lent, make_context(connector))
        except TremorError as error:
            raise placed(error, connector, flow.file) from None
    outs = _link(made, flow)
    _mark_circles(made, outs)
    _spread(made, outs)
    flow.sources = list(made.sources.values())
    flow.sinks = list(made.sinks.values())
    flow.pipelines = made.pipelines


def edge_id(flow: str, link: LinkIR) -> str:
    """The id of a link in pictures."""
    source, target = link.source, link.target
    return f"{flow}:{source.kind}/{source.alias}/{source.port}>{target.kind}/{target.alias}/{target.port}"


def _channel(lent: Lent) -> Channel:
    settings = lent.settings
    return Channel(settings.channel_batches, settings.channel_bytes, lent.clock.monotonic_ns)


def _pipeline(ir: PipelineIR, lent: Lent, build: Builder) -> PipelineTask:
    def complain(node: str, error: DataError) -> None:
        task.counters.failed += 1
        task.complain(f"node {node}", f"`{task.id}` in `{node}`: {error}")

    graph = build(ir, complain)
    task = PipelineTask(ir.alias, ir.query.name, lent, channel=_channel(lent), graph=graph)
    return task


def _connect(
    made: Made, flow: FlowIR, ir: ConnectorIR, number: int, lent: Lent, ctx: ConnectorContext
) -> None:
    """Makes the parts of a connector that links lead to or from."""
    kind = connectors.get(ir.kind)
    codec = _codec(ir, kind)
    retry = policy(ir.reconnect, is_local(kind))
    connector = kind(complete(ir.kind, kind.fields, ir.config), ctx)
    made_pre = partial(_chain, preprocessors, ir.preprocessors, "preprocessors")
    made_post = partial(_chain, postprocessors, ir.postprocessors, "postprocessors")
    made_pre(), made_post()  # a wrong one is refused now, not with the first event
    seed = f"{flow.alias}/{ir.alias}"
    if _is_end(flow, ir.alias, "source"):
        source = connector.source()
        if source is not None:
            made.sources[ir.alias] = _source(ir, number, lent, source, codec, made_pre, Retry(retry, seed))
        elif connector.sink() is None or _is_end(flow, ir.alias, "source", "out"):
            raise ConfigError(f"connector `{ir.alias}` brings no events in", "connect to it, not from it")
    if _is_end(flow, ir.alias, "target"):
        sink = connector.sink()
        if sink is None:
            raise ConfigError(f"connector `{ir.alias}` takes no events", "connect from it, not to it")
        outlet = Outlet(codec, made_post)
        made.sinks[ir.alias] = SinkTask(
            ir.alias,
            ir.kind,
            lent,
            channel=_channel(lent),
            part=sink,
            outlet=outlet,
            retry=Retry(retry, seed),
        )


def _source(
    ir: ConnectorIR,
    number: int,
    lent: Lent,
    part: Source,
    codec: Codec | None,
    chain: Callable[[], list[Preprocessor]],
    retry: Retry,
) -> SourceTask:
    intake = Intake(
        name=f"{lent.flow}/{ir.alias}",
        number=number,
        codec=codec,
        make_chain=chain,
        complain=lambda text, count: task.complain("intake", f"`{task.id}`: {text}", count),
        rows_limit=lent.settings.batch_rows,
        bytes_limit=lent.settings.batch_bytes,
        transactional=bool(getattr(part, "transactional", False)),
    )
    task = SourceTask(ir.alias, ir.kind, lent, part=part, intake=intake, retry=retry)
    return task


def _codec(ir: ConnectorIR, kind: type[Connector]) -> Codec | None:
    if kind.codec == "structured":
        if ir.codec is not None:
            raise ConfigError(
                f"connector {ir.kind} takes no codec, its events are ready made", "remove `codec`", "codec"
            )
        return None
    name, config = (ir.codec.name, ir.codec.config) if ir.codec else (kind.default_codec, None)
    if name is None:
        raise ConfigError(f"connector {ir.kind} needs a codec", 'as in codec = "json"', "codec")
    try:
        return codecs.get(name)(config or {})
    except ConfigError as error:
        raise ConfigError(error.message, error.hint, "codec") from None


def _chain(
    registry: Registry[Callable[[Mapping[str, Value] | None], P]], irs: Sequence[PluginIR], key: str
) -> list[P]:
    try:
        return [registry.get(one.name)(one.config) for one in irs]
    except ConfigError as error:
        raise ConfigError(error.message, error.hint, key) from None


def _is_end(flow: FlowIR, alias: str, side: Literal["source", "target"], port: str = "") -> bool:
    ends = [link.source if side == "source" else link.target for link in flow.links]
    return any(end.kind == "connector" and end.alias == alias and port in ("", end.port) for end in ends)


def _link(made: Made, flow: Flow) -> dict[Task, list[tuple[Link, Task]]]:
    """Gives each task its links; returns them with the tasks that they lead to."""
    outs: dict[Task, list[tuple[Link, Task]]] = {}
    ports: dict[Task, dict[str, list[Link]]] = {}
    for ir in flow.ir.links:
        _check_ports(made, flow, ir)
        taker = made.taker(ir.target)
        for sender in made.senders(ir.source):
            link = Link(edge_id(flow.alias, ir), taker.channel, ir.target.port)
            flow.links.append(link)
            outs.setdefault(sender, []).append((link, taker))
            ports.setdefault(sender, {}).setdefault(ir.source.port, []).append(link)
    for sender, links in ports.items():
        sender.link(links)
    return outs


def _check_ports(made: Made, flow: Flow, ir: LinkIR) -> None:
    """Raises CompileError, at the link, where one of its ports does not exist."""
    kinds = {one.alias: one.kind for one in flow.ir.connectors}
    for end, side in ((ir.source, "out of"), (ir.target, "into")):
        is_source = end is ir.source
        if end.kind == "pipeline":
            graph = made.pipelines[end.alias].graph
            ports = graph.outputs if is_source else graph.inputs
        elif is_source:
            ports = (OUT, ERR)
        else:
            ports = (IN, *connectors.get(kinds[end.alias]).sink_ports)
        if end.port not in ports:
            text = f"no port `{end.port}` leads {side} {end.kind} `{end.alias}`"
            hint = did_you_mean(end.port, ports)
            raise CompileError([Diagnostic(text, ir.span, hint, file=flow.file)])


def _mark_circles(made: Made, outs: Mapping[Task, list[tuple[Link, Task]]]) -> None:
    """Finds the links that close a circle, by walking down from each task."""
    done: set[Task] = set()
    walk: set[Task] = set()

    def visit(task: Task) -> None:
        walk.add(task)
        for link, taker in outs.get(task, ()):
            if taker in walk:
                link.is_back = True
            elif taker not in done:
                visit(taker)
        walk.discard(task)
        done.add(task)

    every: Iterable[Task] = (*made.sources.values(), *made.pipelines.values(), *made.sinks.values())
    for task in every:
        if task not in done:
            visit(task)


def _spread(made: Made, outs: Mapping[Task, list[tuple[Link, Task]]]) -> None:
    """Tells each task who is above it, how many Drains of each source come, and what a source reaches."""
    downs = {
        task: list(dict.fromkeys(taker for link, taker in links if not link.is_back))
        for task, links in outs.items()
    }
    for task, takers in downs.items():
        for taker in takers:
            taker.above.append(task)
    for source in made.sources.values():
        reached = _below(source, downs)
        for task in reached:
            task.expected[source.alias] = sum(1 for one in task.above if one is source or one in reached)
        source.sinks = frozenset(task.alias for task in reached if task.kind == "sink")
    for pipeline in made.pipelines.values():
        _lead(pipeline, outs.get(pipeline, ()), downs)


def _lead(
    pipeline: PipelineTask, links: Iterable[tuple[Link, Task]], downs: Mapping[Task, list[Task]]
) -> None:
    """Tells a pipeline the sinks behind each of its ports."""
    takers = {id(link): taker for link, taker in links if not link.is_back}
    for port, outgoing in pipeline.outbox.links.items():
        behind: set[Task] = set()
        for link in outgoing:
            if (taker := takers.get(id(link))) is not None:
                behind |= {taker, *_below(taker, downs)}
        pipeline.sinks[port] = frozenset(task.alias for task in behind if task.kind == "sink")
    pipeline.graph.lead(pipeline.sinks)


def _below(task: Task, downs: Mapping[Task, list[Task]]) -> set[Task]:
    reached: set[Task] = set()
    todo = [task]
    while todo:
        for taker in downs.get(todo.pop(), ()):
            if taker not in reached:
                reached.add(taker)
                todo.append(taker)
    return reached
