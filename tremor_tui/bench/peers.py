"""Peers: other engines for the same work, where they are installed.

bytewax gets the most favourable form: one step over whole batches, in which the hand-written loop runs; its
source and sink only hold and count. What is timed lies between its first batch and its last.
"""

from __future__ import annotations

import time
from importlib.util import find_spec
from typing import Any

from tremor_tui.bench import hand
from tremor_tui.bench.workload import Lines
from tremor_tui.control.bench import Script

BATCHES = 10
"""Hundreds of lines that bytewax is given at once."""


def has_bytewax() -> bool:
    """Whether it is installed."""
    return find_spec("bytewax") is not None


def bytewax(script: Script, held: Lines, seconds: float) -> tuple[int, int, int, int]:
    """Runs bytewax for about so long: events, bytes, events over the limit, and ns of processor time.

    Warm-up is a fifth of the time more, before it.
    """
    from bytewax import operators as op
    from bytewax.dataflow import Dataflow
    from bytewax.inputs import DynamicSource, StatelessSourcePartition
    from bytewax.outputs import DynamicSink, StatelessSinkPartition
    from bytewax.testing import run_main

    meter = _Meter(seconds)
    made: list[bytes] = []
    run = hand.loop(script, write=made.append)
    whole = list(held) * BATCHES

    class Partition(StatelessSourcePartition):  # type: ignore[type-arg, misc, unused-ignore]
        def next_batch(self) -> list[bytes]:
            if meter.is_over():
                raise StopIteration
            return whole

    class Lasting(DynamicSource):  # type: ignore[type-arg, misc, unused-ignore]
        def build(self, step_id: str, worker_index: int, worker_count: int) -> Partition:
            return Partition()

    class Counter(StatelessSinkPartition):  # type: ignore[type-arg, misc, unused-ignore]
        def write_batch(self, items: list[bytes]) -> None:
            meter.size += sum(map(len, items))

    class Counting(DynamicSink):  # type: ignore[type-arg, misc, unused-ignore]
        def build(self, step_id: str, worker_index: int, worker_count: int) -> Counter:
            return Counter()

    def work(batch: list[bytes]) -> list[bytes]:
        passed, over, _ = run(batch)
        meter.passed += passed
        meter.over += over
        events = made[:]
        made.clear()
        return events

    flow = Dataflow("bench")
    stream: Any = op.input("in", flow, Lasting())
    stream = op.flat_map_batch("work", stream, work)
    op.output("out", stream, Counting())
    run_main(flow)
    return meter.passed + meter.over, meter.size, meter.over, meter.cpu_ns


class _Meter:
    """Counts between the end of the warm-up and the end."""

    def __init__(self, seconds: float) -> None:
        self.passed = self.over = self.size = 0
        self.cpu_ns = 0
        self._begin = time.monotonic() + seconds / 5
        self._end = self._begin + seconds
        self._start_ns = 0

    def is_over(self) -> bool:
        """Whether the time is over; begins to count when the warm-up is."""
        now = time.monotonic()
        if not self._start_ns and now >= self._begin:
            self._start_ns = time.process_time_ns()
            self.passed = self.over = self.size = 0
        if now < self._end:
            return False
        self.cpu_ns = time.process_time_ns() - self._start_ns
        return True
