"""Worker: a process that runs the flow n:n:1 in a Runtime and measures it when it is told to.

It reads orders from stdin and answers on stdout, a line of JSON each, until stdin ends. `Begin` starts a
flow in a new Runtime, `Measure` lets it warm up and counts for a while, `End` stops it by force.
"""

from __future__ import annotations

import gc
import os
import signal
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import anyio
import msgspec
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectSendStream

from tremor_tui.bench.topology import NAME, compiled
from tremor_tui.connectors.bench import BenchSink
from tremor_tui.control.bench import Schedule, Script
from tremor_tui.control.loops import forgive_late_wakeups
from tremor_tui.errors import TremorError
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.model.collector import collect_seldom
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.runtime.tasks.pipeline import PipelineTask

READ = 1 << 16
WARM = 1000
"""Events that each pipeline has sent before anything is measured."""
WARM_S = 25.0
"""How long that may take."""


class Order(msgspec.Struct, frozen=True, tag_field="do"):
    """Base of what a worker is told."""


class Begin(Order, frozen=True, tag="begin"):
    """Start a flow of so many sources over that file. Answered with `Answer` once it runs."""

    schedule: Schedule
    flows: int
    script: Script
    events: str
    whole_events: bool = False
    statistics: bool = True
    batch_rows: int = 0


class Measure(Order, frozen=True, tag="measure"):
    """Let it run for `warmup` seconds, then count for `seconds`. Answered with an `Answer` of figures."""

    warmup: float
    seconds: float


class End(Order, frozen=True, tag="end"):
    """Stop the flow. Answered with `Answer`."""


class Answer(msgspec.Struct, frozen=True):
    """What was counted in `wall_ns` and took `cpu_ns` of the processor, or `error` and what to do about it.

    `size` are the bytes that reached the sink, `over` the events of `events` that came by `overflow`.
    """

    wall_ns: int = 0
    cpu_ns: int = 0
    events: int = 0
    size: int = 0
    over: int = 0
    latency: tuple[int, ...] = ()
    slowest_ns: int = 0
    error: str = ""
    hint: str = ""


_orders: msgspec.json.Decoder[Begin | Measure | End] = msgspec.json.Decoder(Begin | Measure | End)


class Worker:
    """The Runtime of the measurement at hand, and the flows compiled so far."""

    def __init__(self, group: TaskGroup) -> None:
        self._group = group
        self._runtime: Runtime | None = None
        self._compiled: dict[tuple[int, str, str], FlowIR] = {}

    async def obey(self, order: Begin | Measure | End) -> Answer:
        """Does what it is told. Errors that a user can act on are in the answer."""
        try:
            match order:
                case Begin():
                    return await self._begin(order)
                case Measure():
                    return await self._measure(order)
                case End():
                    return await self._end()
        except TremorError as error:
            return Answer(error=error.message, hint=error.hint)

    async def _begin(self, order: Begin) -> Answer:
        await self._end()
        runtime = self._runtime = Runtime(_settings(order))
        runtime.set_statistics(order.statistics)
        await self._group.start(runtime.run)
        await runtime.start(self._flow(order), base=Path(order.events).parent)
        return Answer()

    def _flow(self, order: Begin) -> FlowIR:
        key = order.flows, order.script, order.events
        if key not in self._compiled:
            self._compiled[key] = compiled(order.flows, order.script, Path(order.events))
        return self._compiled[key]

    async def _measure(self, order: Measure) -> Answer:
        if self._runtime is None:
            return Answer(error="there is no flow to measure")
        flow = self._runtime.flows[NAME]
        await _warm(flow, order.warmup)
        gc.collect()
        sink = flow.sinks[0].part
        if not isinstance(sink, BenchSink):
            return Answer(error="the flow does not end in a sink that counts")
        sink.begin()
        over, cpu, wall = _over(self._runtime), time.process_time_ns(), time.monotonic_ns()
        await anyio.sleep(order.seconds)
        wall, cpu = time.monotonic_ns() - wall, time.process_time_ns() - cpu
        events, size, latency = sink.tally()
        over = _over(self._runtime) - over
        if flow.ending is not None or not events:
            why = flow.ending.error if flow.ending else "no event came through while it was measured"
            return Answer(error=f"the flow failed: {why}", hint="measure for longer: --seconds")
        return Answer(wall, cpu, events, size, over, tuple(latency.counts), latency.largest)

    async def _end(self) -> Answer:
        runtime, self._runtime = self._runtime, None
        if runtime is not None:
            await runtime.stop_all(0.0)
            await runtime.close()
        return Answer()


async def _warm(flow: Flow, seconds: float) -> None:
    """Returns once that time is over and every pipeline has sent a thousand events, or the flow ended.

    What is done once, such as writing the code of a pipeline at its first events, is no throughput.
    """
    await anyio.sleep(seconds)
    end = time.monotonic() + WARM_S
    while flow.ending is None and time.monotonic() < end:
        if all(_sent(pipeline) >= WARM for pipeline in flow.pipelines.values()):
            return
        await anyio.sleep(0.01)


def _sent(pipeline: PipelineTask) -> int:
    return sum(link.rows for links in pipeline.outbox.links.values() for link in links)


def _settings(order: Begin) -> Settings:
    schedule: Literal["async", "threads"] = "threads" if order.schedule == "threads" else "async"
    settings = Settings(fuses=not order.whole_events, schedule=schedule)
    return replace(settings, batch_rows=order.batch_rows) if order.batch_rows else settings


def _over(runtime: Runtime) -> int:
    """Events that left by `overflow` so far."""
    return sum(
        link.rows
        for pipeline in runtime.flows[NAME].pipelines.values()
        for link in pipeline.outbox.links.get("overflow", ())
    )


async def serve() -> None:
    """Obeys one order after the other until stdin ends, which also ends what is under way."""
    forgive_late_wakeups()
    collect_seldom()
    orders, lines = anyio.create_memory_object_stream[bytes](16)
    async with anyio.create_task_group() as group, lines:
        group.start_soon(_read, orders, group.cancel_scope)
        worker = Worker(group)
        async for line in lines:
            answer = await worker.obey(_orders.decode(line))
            try:
                os.write(1, msgspec.json.encode(answer) + b"\n")
            except BrokenPipeError:  # whoever asked is gone
                group.cancel_scope.cancel()


async def _read(orders: MemoryObjectSendStream[bytes], scope: anyio.CancelScope) -> None:
    """Passes the lines of stdin on, without a thread that would wait for them."""
    rest = b""
    async with orders:
        while True:
            await anyio.wait_readable(0)
            data = os.read(0, READ)
            if not data:
                scope.cancel()
                return
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                await orders.send(line)


def loop() -> dict[str, Any]:
    """The loop's options: uvloop where it is installed, as everywhere."""
    return {"use_uvloop": find_spec("uvloop") is not None}


def main() -> None:
    """The process; ctrl+c is for whoever asks, and the end of its stdin ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    anyio.run(serve, backend_options=loop())


if __name__ == "__main__":
    main()
