"""Prints what the runtime itself costs: CPU per batch from source task to sink, with nothing done to events.

python -m tests.benchmarks.bench_runtime [asyncio|trio]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import anyio

from tremor_tui.connectors.contract import Pulled, Source, Values, connectors
from tremor_tui.model.batch import Value
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing import harness

BATCHES = 20_000


class Same(harness.Feed):
    """Gives the same hundred events again and again."""

    def source(self) -> Source | None:
        return SameSource(self._config)


class SameSource(harness.FeedSource):
    def __init__(self, config: Mapping[str, Value]) -> None:
        super().__init__(config)
        self._values: list[Value] = [{"n": n} for n in range(self._size)]

    async def pull(self) -> Pulled | None:
        if self.given >= BATCHES * self._size:
            return None
        self.given += self._size
        return Values(self._values)


async def measure(label: str, settings: Settings) -> None:
    parts = [harness.of("feed", "bench_same"), harness.of("out", "null")]
    ir = harness.flow("main", parts, ["feed/out>p/in", "p/out>out/in"])
    runtime = Runtime(settings)
    async with anyio.create_task_group() as group:
        await group.start(runtime.run)
        start = time.process_time()
        await runtime.start(ir, base=Path())
        await runtime.wait_ended()
        spent = time.process_time() - start
        tasks = runtime.snapshot()[1]
        await runtime.close()
    polls = sum(task.polls for task in tasks)
    per_batch = spent / BATCHES * 1e6
    sys.stdout.write(
        f"{label:28} {per_batch:7.1f} us CPU per batch of 100, {polls / BATCHES:.2f} polls per batch\n"
    )


async def main() -> None:
    connectors.register("bench_same")(Same)
    await measure("warm-up", Settings())
    await measure("64 batches, 2 ms", Settings())
    await measure("1 batch, 2 ms", Settings(channel_batches=1))
    await measure("64 batches, no budget", Settings(budget_ms=0.0))


if __name__ == "__main__":
    backend = sys.argv[1] if len(sys.argv) > 1 else "asyncio"
    harness.enroll()
    anyio.run(main, backend=backend)
