"""Prints what keeping dead letters costs a flow: CPU per event with and without, in turns, as a ratio.

python -m tests.benchmarks.bench_letters [rounds]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import anyio

from tests.benchmarks import bench_runtime
from tremor_tui.connectors.contract import connectors
from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.ir.deploy import PipelineIR
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing import harness

BATCHES = 3_000
SCRIPT = """define script s script {body} end; create script s;
select event from in into s; select event from s into out;"""
FLOWS = {
    "nothing is done to events": "select event from in into out;",
    "a script, nothing fails": SCRIPT.format(body="let event.m = event.n + 1; event"),
    "a script, every event fails": SCRIPT.format(body='event.n + "x"'),
}


def pipeline(text: str) -> PipelineIR:
    return PipelineIR("p", compile_query(Source(text, "p.trickle"), ModuleLoader()).query_ir)


async def spent(query: str, letters: bool) -> float:
    """Microseconds of CPU for each event; letters are fetched as an executor does."""
    parts = [harness.of("feed", "bench_same"), harness.of("out", "null")]
    ir = harness.flow("main", parts, ["feed/out>p/in", "p/out>out/in"], [pipeline(query)])
    runtime = Runtime(Settings(), letters=letters)
    async with anyio.create_task_group() as group:
        await group.start(runtime.run)
        start = time.process_time()
        await runtime.start(ir, base=Path())
        group.start_soon(_fetch, runtime)
        await runtime.wait_ended()
        cost = time.process_time() - start
        group.cancel_scope.cancel()
        await runtime.close()
    return cost / BATCHES / 100 * 1e6


async def _fetch(runtime: Runtime) -> None:
    while runtime.letters is not None:
        await anyio.sleep(0.1)
        runtime.letters.fetch()


async def main(rounds: int, write: Callable[[str], object]) -> None:
    connectors.register("bench_same")(bench_runtime.Same)
    for label, query in FLOWS.items():
        pairs = []
        for number in range(rounds):
            first = number % 2 == 0
            costs = {keep: await spent(query, keep) for keep in (first, not first)}
            pairs.append((costs[False], costs[True]))
        without = median(pair[0] for pair in pairs)
        ratio = median(pair[1] / pair[0] for pair in pairs)
        write(f"{label:30} {without:6.2f} us an event without letters, {ratio:5.3f} times with\n")


if __name__ == "__main__":
    harness.enroll()
    bench_runtime.BATCHES = BATCHES
    anyio.run(main, int(sys.argv[1]) if len(sys.argv) > 1 else 9, sys.stdout.write)
