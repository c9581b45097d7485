"""What idle flows and slow sinks may cost, in a form for busy machines; figures come from benchmarks.

`tests/benchmarks/idle_flows.py` and `slow_sink.py` measure a whole engine.
"""

from __future__ import annotations

import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import anyio
import pytest

from tests.benchmarks.idle_flows import text
from tests.benchmarks.slow_sink import Reader, write_folder
from tremor_tui.engine.sources import Program, compile_flows
from tremor_tui.language.ir.deploy import DeployIR
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings

FLOWS = 60
FLOW_BYTES = 200_000
FIRST_EVENT_CPU_S = 0.5


def deployed(folder: Path) -> DeployIR:
    return compile_flows(Program.open(folder / "main.troy", folder)).ir


def test_an_idle_flow_costs_less_than_200_kb(tmp_path: Path) -> None:
    (tmp_path / "main.troy").write_text(text(FLOWS + 5))
    flows = deployed(tmp_path).flows

    async def grown() -> int:
        runtime = Runtime(Settings(), in_engine=True)
        async with anyio.create_task_group() as group:
            await group.start(runtime.run)
            for one in flows[:5]:
                await runtime.start(one, base=tmp_path)
            tracemalloc.start()
            for one in flows[5:]:
                await runtime.start(one, base=tmp_path)
            runtime.snapshot()
            size = tracemalloc.get_traced_memory()[0]
            tracemalloc.stop()
            await runtime.close()
        return size

    assert anyio.run(grown) / FLOWS < FLOW_BYTES


def test_looking_at_idle_flows_costs_a_fraction_of_looking_at_those_that_move(tmp_path: Path) -> None:
    (tmp_path / "main.troy").write_text(text(FLOWS))

    async def spent() -> tuple[float, float]:
        runtime = Runtime(Settings(tick_s=3600), in_engine=True)
        async with anyio.create_task_group() as group:
            await group.start(runtime.run)
            for one in deployed(tmp_path).flows:
                await runtime.start(one, base=tmp_path)
            now, times = 10**15, []
            for _ in range(2):
                begin = time.process_time()
                for _ in range(50):
                    now += 200_000_000
                    runtime._watch.look(runtime.flows.values(), now, now)
                times.append(time.process_time() - begin)
                for _ in range(100):  # twenty seconds, in which all of them come to be still
                    now += 200_000_000
                    runtime._watch.look(runtime.flows.values(), now, now)
            await runtime.close()
        return times[0], times[1]

    moving, still = anyio.run(spent)
    assert still < moving / 4


def test_the_first_event_comes_within_half_a_second_of_work(tmp_path: Path) -> None:
    (tmp_path / "a.tremor").write_text("use std::string; event")
    (tmp_path / "in.json").write_text("1\n")
    code = """
import time
from tremor_tui.cli.start import run
run(["run", "a.tremor", "-i", "in.json"])
print(time.process_time())
"""
    spent = []
    for _ in range(3):
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        first, seconds = done.stdout.splitlines()
        assert first == "1"
        spent.append(float(seconds))
    assert min(spent) < FIRST_EVENT_CPU_S


@pytest.mark.parametrize("sink", ["large", "change"])
def test_memory_below_a_slow_sink_does_not_grow_with_what_passes(tmp_path: Path, sink: str) -> None:
    write_folder(tmp_path, [sink])
    reader = Reader(tmp_path / f"{sink}.pipe", 60e6)
    reader.start()

    async def grown() -> int:
        runtime = Runtime(Settings())
        async with anyio.create_task_group() as group:
            await group.start(runtime.run)
            await runtime.start(deployed(tmp_path).flows[0], base=tmp_path)
            await _passed(reader, 12e6)
            tracemalloc.start()
            await _passed(reader, 24e6)
            first = tracemalloc.get_traced_memory()[0]
            await _passed(reader, 48e6)
            size = tracemalloc.get_traced_memory()[0] - first
            tracemalloc.stop()
            runtime.flows[sink].force()
            await runtime.close()
        return size

    assert anyio.run(grown) < 20_000_000


async def _passed(reader: Reader, count: float) -> None:
    while reader.taken < count:  # noqa: ASYNC110 - a thread reads, and tells nobody
        await anyio.sleep(0.01)
