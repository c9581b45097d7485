"""Prints what statistics cost: CPU per batch with and without them, runs of both by turns.

python -m tests.benchmarks.bench_statistics [asyncio|trio] [runs]
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import anyio

from tests.benchmarks.bench_runtime import BATCHES, Same
from tremor_tui.connectors.contract import connectors
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing import harness


async def spent(on: bool) -> float:
    """Microseconds of CPU per batch of 100 events, through a source, a pipeline and a sink."""
    ir = harness.flow(
        "main",
        [harness.of("feed", "bench_same"), harness.of("out", "null")],
        ["feed/out>p/in", "p/out>out/in"],
    )
    runtime = Runtime(Settings())
    runtime.set_statistics(on)
    async with anyio.create_task_group() as group:
        await group.start(runtime.run)
        start = time.process_time()
        await runtime.start(ir, base=Path())
        await runtime.wait_ended()
        used = time.process_time() - start
        await runtime.close()
    return used / BATCHES * 1e6


def main() -> None:
    """Runs both by turns and prints medians and their ratio."""
    harness.enroll()
    connectors.register("bench_same")(Same)
    backend = sys.argv[1] if len(sys.argv) > 1 else "asyncio"
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    figures: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(runs):
        for on in (True, False):
            figures[on].append(anyio.run(spent, on, backend=backend))
    with_, without = statistics.median(figures[True]), statistics.median(figures[False])
    more = (with_ / without - 1) * 100
    sys.stdout.write(f"on {with_:.1f} us, off {without:.1f} us per batch of 100: {more:+.1f} %\n")


if __name__ == "__main__":
    main()
