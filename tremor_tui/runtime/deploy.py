"""Deploy: makes the tasks of a Flow of deployment IR: connectors, graphs and channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tremor_tui.codecs.contract import Codec, codecs
from tremor_tui.connectors.contract import Connector, ConnectorContext, complete, connectors, is_local
from tremor_tui.errors import ConfigError, DataError, TremorError
from tremor_tui.interceptors.contract import Postprocessor, Preprocessor, postprocessors, preprocessors
from tremor_tui.language.ir.deploy import ConnectorIR, FlowIR, PipelineIR, PluginIR
from tremor_tui.model.batch import Value
from tremor_tui.registry import Registry
from tremor_tui.runtime.channel import Channel
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.intake import Intake
from tremor_tui.runtime.lifecycle import placed
from tremor_tui.runtime.outlet import Outlet
from tremor_tui.runtime.retry import Policy, Retry, policy
from tremor_tui.runtime.tasks.pipeline import PipelineTask
from tremor_tui.runtime.tasks.sink import SinkTask
from tremor_tui.runtime.tasks.source import SourceTask
from tremor_tui.runtime.tasks.task import Lent
from tremor_tui.runtime.wiring import Made, is_wanted, plan_wiring, wire

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Graph

P = TypeVar("P")
Builder = Callable[[PipelineIR, Callable[[str, DataError], None]], "Graph"]
"""Makes the graph of a pipeline; the function hears of failures that no node takes."""
MakeContext = Callable[[ConnectorIR], ConnectorContext]


@dataclass(slots=True)
class Installed:
    """A connector that was made, and what its tasks are made of. `number` is its source's in the flow."""

    ir: ConnectorIR
    number: int
    connector: Connector
    codec: Codec | None
    chain_in: Callable[[], list[Preprocessor]]
    chain_out: Callable[[], list[Postprocessor]]
    retry: Policy
    seed: str


def deploy(flow: Flow, lent: Lent, make_context: MakeContext, build: Builder) -> None:
    """Fills the flow with tasks, none of them running. Raises CompileError with a place."""
    flow.lent = lent
    made = Made()
    for pipeline in flow.ir.pipelines:
        made.pipelines[pipeline.alias] = make_pipeline(pipeline, lent, build)
    for connector in flow.ir.connectors:
        installed = install(flow, connector, make_context)
        flow.installed[connector.alias] = installed
        make_parts(made, flow, flow.ir, installed, lent)
    flow.wiring = plan_wiring(made, flow.ir, flow.file)
    wire(made, flow.wiring)
    flow.take(made)


def make_channel(lent: Lent) -> Channel:
    """An input channel of the flow's size."""
    settings = lent.settings
    return lent.schedule.channel(settings.channel_batches, settings.channel_bytes, lent.clock.monotonic_ns)


def make_pipeline(ir: PipelineIR, lent: Lent, build: Builder) -> PipelineTask:
    """The task of a pipeline, with its graph."""

    def complain(node: str, error: DataError) -> None:
        task.counters.failed += 1
        task.complain(f"node {node}", f"`{task.id}` in `{node}`: {error}")

    graph = build(ir, complain)
    task = PipelineTask(ir.alias, ir.query.name, lent, channel=make_channel(lent), graph=graph)
    return task


def install(flow: Flow, ir: ConnectorIR, make_context: MakeContext) -> Installed:
    """Makes a connector, checked to the last setting. Raises CompileError with a place."""
    try:
        kind = connectors.get(ir.kind)
        codec = make_codec(ir, kind)
        rule = policy(ir.reconnect, is_local(kind))
        connector = kind(complete(ir.kind, kind.fields, ir.config), make_context(ir))
        chain_in = partial(_chain, preprocessors, ir.preprocessors, "preprocessors")
        chain_out = partial(_chain, postprocessors, ir.postprocessors, "postprocessors")
        chain_in(), chain_out()  # a wrong one is refused now, not with the first event
    except TremorError as error:
        raise placed(error, ir, flow.file) from None
    seed = f"{flow.alias}/{ir.alias}"
    return Installed(ir, next(flow.numbers), connector, codec, chain_in, chain_out, rule, seed)


def make_parts(made: Made, flow: Flow, ir: FlowIR, installed: Installed, lent: Lent) -> None:
    """Makes the tasks of a connector that links lead to or from and that are not there yet."""
    alias = installed.ir.alias
    try:
        if alias not in made.sources and is_wanted(ir, alias, "source"):
            source = _source(ir, installed, flow, lent)
            if source is not None:
                made.sources[alias] = source
        if alias not in made.sinks and is_wanted(ir, alias, "target"):
            made.sinks[alias] = _sink(installed, lent)
    except TremorError as error:
        raise placed(error, installed.ir, flow.file) from None


def _sink(installed: Installed, lent: Lent) -> SinkTask:
    ir = installed.ir
    part = installed.connector.sink()
    if part is None:
        raise ConfigError(f"connector `{ir.alias}` takes no events", "connect from it, not to it")
    outlet = Outlet(installed.codec, installed.chain_out)
    retry = Retry(installed.retry, installed.seed)
    return SinkTask(
        ir.alias, ir.kind, lent, channel=make_channel(lent), part=part, outlet=outlet, retry=retry
    )


def _source(flow_ir: FlowIR, installed: Installed, flow: Flow, lent: Lent) -> SourceTask | None:
    ir = installed.ir
    part = installed.connector.source()
    if part is None:
        if installed.connector.sink() is None or is_wanted(flow_ir, ir.alias, "source", "out"):
            raise ConfigError(f"connector `{ir.alias}` brings no events in", "connect to it, not from it")
        return None
    intake = Intake(
        name=f"{lent.flow}/{ir.alias}",
        number=installed.number,
        codec=installed.codec,
        make_chain=installed.chain_in,
        complain=lambda text, count: task.complain("intake", f"`{task.id}`: {text}", count),
        rows_limit=lent.settings.batch_rows,
        bytes_limit=lent.settings.batch_bytes,
        transactional=bool(getattr(part, "transactional", False)),
    )
    retry = Retry(installed.retry, installed.seed)
    key = flow.key_for(ir.alias, installed.number)
    task = SourceTask(ir.alias, ir.kind, lent, part=part, intake=intake, retry=retry, key=key)
    return task


def make_codec(ir: ConnectorIR, kind: type[Connector]) -> Codec | None:
    """The codec of a connector, None for a structured one. Raises ConfigError."""
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
