"""Runs a draft on samples in a fork of the compile process, within limits of time and memory.

A fork costs milliseconds, where a new process would load the compiler anew. What the draft made of each
sample is sent as soon as it is known, so that a draft that is ended keeps its first results.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import time
from collections.abc import Mapping
from itertools import chain, repeat
from pathlib import Path
from typing import TypeVar

import msgspec

from tremor_tui.control.snapshots import PreviewResult
from tremor_tui.control.wire import Splitter, prefixed
from tremor_tui.engine.compiling.link import Draft, Drafted, Where
from tremor_tui.engine.compiling.plan import open_texts
from tremor_tui.engine.sources import compile_flows
from tremor_tui.errors import CompileError, ScriptError, UnknownName
from tremor_tui.language.compile import compile_script
from tremor_tui.language.ir.query import ScriptNode
from tremor_tui.language.load.loader import Script, load_script
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.batch import Value
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Diagnostic
from tremor_tui.model.port import IN
from tremor_tui.model.values import BadJson, from_json, to_json

MEMORY = 1 << 30
"""Bytes of address space that a draft may use beyond what the process has."""
CPU_S = 5
ALL_S = 3.0
"""For all samples together, below the limit of a compilation."""
OUTPUT_LIMIT = 8 * 1024 * 1024
NAME = "draft.tremor"

T = TypeVar("T")
_results = msgspec.json.Decoder(PreviewResult)


def draft(job: Draft) -> Drafted:
    """What the draft makes of each sample, or its diagnostics."""
    try:
        script, state = _named(job.where) if job.where else (_written(job), None)
    except CompileError as error:
        return Drafted(diagnostics=error.diagnostics)
    except UnknownName as error:
        return Drafted(diagnostics=(Diagnostic(error.message, hint=error.hint),))
    results = _in_fork(script, state, job)
    late = PreviewResult(error=f"the draft did not end within {job.limit_ms} ms")
    missing = len(job.samples) - len(results)
    return Drafted((*results, *[late] * min(missing, 1), *[PreviewResult(error="not run")] * (missing - 1)))


def _written(job: Draft) -> Script:
    loader = ModuleLoader([Path(folder) for folder in job.module_path])
    return compile_script(Source(job.text, NAME), loader).call


def _named(where: Where) -> tuple[Script, Value]:
    """The script of a node with its arguments, and its first state. Raises CompileError, UnknownName."""
    flows = {flow.alias: flow for flow in compile_flows(open_texts(where.source)).ir.flows}
    pipelines = {one.alias: one for one in _found("flow", where.flow, flows).pipelines}
    nodes = {
        node.id: node
        for node in _found("pipeline", where.pipeline, pipelines).query.nodes
        if isinstance(node, ScriptNode)
    }
    node = _found("script", where.node, nodes)
    return load_script(node.scripts.get(IN) or next(iter(node.scripts.values()))), node.state


def _found(kind: str, name: str, table: Mapping[str, T]) -> T:
    if name not in table:
        raise UnknownName(kind, name, table)
    return table[name]


def _in_fork(script: Script, state: Value, job: Draft) -> list[PreviewResult]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _run(script, state, job, writer)
    os.close(writer)
    try:
        return _collect(reader, job.limit_ms / 1000)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _run(script: Script, state: Value, job: Draft, writer: int) -> None:
    """The body of the fork; it never returns."""
    try:
        _limit()
        cell = Cell(state)
        metas = chain(job.metas, repeat(""))
        for number, sample in enumerate(zip(job.samples, metas, strict=False)):
            os.write(writer, prefixed(msgspec.json.encode(_one(script, *sample, number, cell))))
        os._exit(0)
    except BaseException:  # whatever it was, the process's own cleaning up is not this fork's to do
        os._exit(1)


def _limit() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


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


def _collect(reader: int, limit_s: float) -> list[PreviewResult]:
    results: list[PreviewResult] = []
    splitter = Splitter()
    last = time.monotonic() + ALL_S
    deadline = time.monotonic() + limit_s
    size = 0
    while (left := min(deadline, last) - time.monotonic()) > 0 and size < OUTPUT_LIMIT:
        if not select.select([reader], [], [], left)[0]:
            break
        data = os.read(reader, 1 << 16)
        if not data:
            break
        size += len(data)
        made = splitter.feed(data)
        results += map(_results.decode, made)
        if made:
            deadline = time.monotonic() + limit_s
    return results
