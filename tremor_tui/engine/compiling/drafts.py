"""Runs a draft on samples, in a fork of the compile process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

from tremor_tui.control.snapshots import PreviewResult
from tremor_tui.engine.compiling.fork import in_fork
from tremor_tui.engine.compiling.link import Draft, Drafted, Where
from tremor_tui.engine.compiling.plan import open_texts
from tremor_tui.engine.flow_tests.runs import found, script_of
from tremor_tui.engine.sources import compile_flows
from tremor_tui.errors import CompileError, ScriptError, UnknownName
from tremor_tui.language.compile import compile_script
from tremor_tui.language.ir.query import ScriptNode
from tremor_tui.language.load.loader import Script
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.model.values import BadJson, from_json, to_json

NAME = "draft.tremor"


def draft(job: Draft) -> Drafted:
    """What the draft makes of each sample, or its diagnostics."""
    try:
        script, state = _named(job.where) if job.where else (_written(job), None)
    except CompileError as error:
        return Drafted(diagnostics=error.diagnostics)
    except UnknownName as error:
        return Drafted(diagnostics=(Diagnostic(error.message, hint=error.hint),))
    results = in_fork(_results(script, state, job), PreviewResult, job.limit_ms / 1000)
    late = PreviewResult(error=f"the draft did not end within {job.limit_ms} ms")
    missing = len(job.samples) - len(results)
    return Drafted((*results, *[late] * min(missing, 1), *[PreviewResult(error="not run")] * (missing - 1)))


def _written(job: Draft) -> Script:
    loader = ModuleLoader([Path(folder) for folder in job.module_path])
    return compile_script(Source(job.text, NAME), loader).call


def _named(where: Where) -> tuple[Script, Value]:
    """The script of a node with its arguments, and its first state. Raises CompileError, UnknownName."""
    flows = {flow.alias: flow for flow in compile_flows(open_texts(where.source)).ir.flows}
    pipelines = {one.alias: one for one in found("flow", where.flow, flows).pipelines}
    nodes = {
        node.id: node
        for node in found("pipeline", where.pipeline, pipelines).query.nodes
        if isinstance(node, ScriptNode)
    }
    node = found("script", where.node, nodes)
    return script_of(node), node.state


def _results(script: Script, state: Value, job: Draft) -> Iterator[PreviewResult]:
    """What the draft makes of one sample after the other."""
    cell = Cell(state)
    for number, sample in enumerate(zip(job.samples, chain(job.metas, repeat("")), strict=False)):
        yield _one(script, *sample, number, cell)


def _one(script: Script, sample: str, about: str, number: int, cell: Cell) -> PreviewResult:
    try:
        event = from_json(sample.encode())
        told = from_json(about.encode()) if about else None
    except BadJson as error:
        return PreviewResult(error=f"the sample is not JSON: {error}")
    now = time.time_ns()
    ctx = Context(ingest_ns=now, event_id=number, now_ns=now)
    begin = time.perf_counter_ns()
    try:
        result = script(event, told if isinstance(told, dict) else None, cell, ctx)
    except ScriptError as error:
        span = error.diagnostic.span
        took = time.perf_counter_ns() - begin
        return PreviewResult("err", error=error.message, line=span.line if span else 0, run_ns=took)
    took = time.perf_counter_ns() - begin
    if result is None:
        return PreviewResult(run_ns=took)
    port, value, meta = result
    return PreviewResult(port, to_json(value), to_json(meta or {}), run_ns=took)
