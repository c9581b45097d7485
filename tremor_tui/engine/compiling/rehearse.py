"""Dry runs: what letters would become, in a fork of the compile process; nothing reaches a sink.

A letter enters the task where it failed, as in a real replay: a pipeline's event its input, with fresh state
that the letters share in their order; a source's bytes its preprocessors and codec; a sink's event its codec.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator

from tremor_tui.codecs.contract import Codec, codecs
from tremor_tui.connectors.contract import connectors
from tremor_tui.control.letters import Exit, Letter, Rehearsal
from tremor_tui.engine.compiling.fork import in_fork
from tremor_tui.engine.compiling.link import Rehearse, Tried
from tremor_tui.engine.compiling.plan import open_texts
from tremor_tui.engine.sources import compile_flows
from tremor_tui.errors import CompileError, DataError, ScriptError, TremorError
from tremor_tui.interceptors.contract import preprocessors
from tremor_tui.language.ir.deploy import ConnectorIR, FlowIR, PipelineIR
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.origin import OriginUri
from tremor_tui.model.packing import unpack
from tremor_tui.model.port import ERR
from tremor_tui.model.values import ValueFault, to_json
from tremor_tui.pipeline.build import build
from tremor_tui.pipeline.emits import emitting, said
from tremor_tui.pipeline.graph import Graph

LIMIT_S = 0.5
"""For each letter."""
SHOWN = 4096
"""Characters of a value that are handed back."""
LATE = "it did not end in time"
NOT_RUN = "not tried: those before it took too long"


def rehearse(job: Rehearse) -> Tried:
    """What becomes of each letter, or why the texts do not compile."""
    try:
        flows = {flow.alias: flow for flow in compile_flows(open_texts(job.source)).ir.flows}
    except CompileError as error:
        return Tried(diagnostics=error.diagnostics)
    flow = flows.get(job.flow)
    if flow is None:
        gone = "the file no longer deploys the flow"
        return Tried(tuple(Rehearsal(one.id, error=gone) for one in job.letters))
    made = in_fork(Stage(flow).tries(job.letters), Rehearsal, LIMIT_S)
    missing = job.letters[len(made) :]
    rest = [Rehearsal(one.id, error=NOT_RUN if n else LATE) for n, one in enumerate(missing)]
    return Tried((*made, *rest))


class Stage:
    """A flow that nothing leaves: graphs and codecs, made when a letter wants them."""

    def __init__(self, flow: FlowIR) -> None:
        self._pipelines = {one.alias: one for one in flow.pipelines}
        self._connectors = {one.alias: one for one in flow.connectors}
        self._graphs: dict[str, Trial] = {}

    def tries(self, letters: tuple[Letter, ...]) -> Iterator[Rehearsal]:
        """What becomes of each, one by one."""
        for letter in letters:
            try:
                yield self._try(letter)
            except (TremorError, ValueFault, ValueError) as error:
                yield Rehearsal(letter.id, error=str(error))

    def _try(self, letter: Letter) -> Rehearsal:
        if letter.lasting:
            return Rehearsal(letter.id, error=letter.lasting)
        _, kind, alias = letter.task.split("/", 2)
        if kind == "pipeline":
            return self._pipeline(alias, letter)
        connector = self._connectors.get(alias)
        if connector is None:
            return Rehearsal(letter.id, error=f"`{letter.task}` is no longer in the flow")
        return _decoded(connector, letter) if kind == "source" else _encoded(connector, letter)

    def _pipeline(self, alias: str, letter: Letter) -> Rehearsal:
        ir = self._pipelines.get(alias)
        if ir is None:
            return Rehearsal(letter.id, error=f"`{letter.task}` is no longer in the flow")
        if alias not in self._graphs:
            self._graphs[alias] = Trial(ir)
        return self._graphs[alias].run(letter)


class Trial:
    """One pipeline, and what fails in it."""

    def __init__(self, ir: PipelineIR) -> None:
        self._query = ir.query
        self._graph: Graph = build(ir.query)
        self._graph.catch(self._note)
        self._failed: tuple[str, DataError | None, Value] | None = None

    def run(self, letter: Letter) -> Rehearsal:
        """What leaves the pipeline when the letter's event enters."""
        if letter.port not in self._graph.inputs:
            return Rehearsal(letter.id, error=f"`{letter.task}` no longer has the input `{letter.port}`")
        value, meta = unpack(letter.event, letter.meta, letter.packed)
        origin = OriginUri.parse(letter.origin) if letter.origin else None
        batch = Batch([value], [letter.id], letter.ingest_ns, [meta] if meta else None, origin=origin)
        self._failed = None
        left = self._graph.step(letter.port, batch, letter.at_ns)
        exits = tuple(Exit(port, _text(one)) for port, made in left for one in made.values)
        if self._failed is None and any(port == ERR for port, _ in left):
            self._failed = "", None, next(made.values[0] for port, made in left if port == ERR)
        return Rehearsal(letter.id, exits) if self._failed is None else self._failure(letter.id, exits)

    def _failure(self, number: int, exits: tuple[Exit, ...]) -> Rehearsal:
        assert self._failed is not None
        node, error, sent = self._failed
        if error is None:
            span, text = emitting(self._query, node)
            text = said(sent, text)
        else:
            span, text = error.diagnostic.span if isinstance(error, ScriptError) else None, error.message
        place = (span.file, span.line) if span else ("", 0)
        return Rehearsal(number, exits, text, node, *place)

    def _note(
        self, node: str, error: DataError | None, _: int | None, __: Value, ___: Meta | None, sent: Value
    ) -> None:
        if self._failed is None:
            self._failed = node, error, sent


def _decoded(connector: ConnectorIR, letter: Letter) -> Rehearsal:
    frames = [b64decode(letter.raw)]
    if letter.stage == "cut":
        for plugin in connector.preprocessors:
            one = preprocessors.get(plugin.name)(plugin.config)
            frames = [piece for frame in frames for piece in one.process(frame)] + one.finish()
    codec = _codec(connector)
    return Rehearsal(letter.id, tuple(Exit("out", _text(codec.decode(frame))) for frame in frames))


def _encoded(connector: ConnectorIR, letter: Letter) -> Rehearsal:
    value, _ = unpack(letter.event, letter.meta, letter.packed)
    frame = _codec(connector).encode(value)
    return Rehearsal(letter.id, (Exit("written", frame[:SHOWN].decode("utf-8", "replace")),))


def _codec(connector: ConnectorIR) -> Codec:
    """Raises ConfigError where the connector has none."""
    if connector.codec is not None:
        return codecs.get(connector.codec.name)(connector.codec.config or {})
    return codecs.get(connectors.get(connector.kind).default_codec or "json")({})


def _text(value: Value) -> str:
    return to_json(value)[:SHOWN]
