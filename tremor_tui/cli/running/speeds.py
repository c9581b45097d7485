"""What `check --speed` says: what of each flow of a file, or of a query, would be on the fast path."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from tremor_tui.connectors.contract import connectors
from tremor_tui.control.speed import Speed
from tremor_tui.control.speed_words import speed_lines
from tremor_tui.engine.sources import Program, compile_flows, is_module
from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.pipeline.build import build
from tremor_tui.runtime.deploy import make_codec
from tremor_tui.runtime.speed import Looked, query_speed

SCRIPT = "a script by itself runs event by event; the pipeline around it may be on the fast path"
MODULE = "the file only defines things; name the file that uses it"


def lines_of(program: Program) -> Iterator[str]:
    """The lines to show. Raises TremorError where the file does not compile."""
    if program.kind != "yaml" and is_module(program):
        yield MODULE
    elif program.kind == "tremor":
        yield SCRIPT
    elif program.kind == "trickle":
        yield from speed_lines(_query(program))
    else:
        flows = compile_flows(program).ir.flows
        for flow in flows:
            if len(flows) > 1:
                yield f"flow {flow.alias}"
            yield from speed_lines(_flow(flow))


def _query(program: Program) -> Speed:
    query = compile_query(program.source, program.loader).query_ir
    return query_speed(query.name, build(query, hostname=socket.gethostname(), by_event=True))


def _flow(ir: FlowIR) -> Speed:
    graphs = {one.alias: build(one.query, hostname=socket.gethostname()) for one in ir.pipelines}
    codecs = {one.alias: make_codec(one, connectors.get(one.kind)) for one in ir.connectors}
    return Looked(ir, graphs, codecs).speed()
