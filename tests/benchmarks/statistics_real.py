"""What statistics cost on a workload that does something: CPU per event with and without them, by turns.

    python -m tests.benchmarks.statistics_real [pairs]

The `bench` source replays lines through a script and a bucket to a sink. They are switched on and off every
50 ms of one run; what counts is the median of the ratios of neighbours. The goal is 3 %.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import anyio

from tests.benchmarks.slow_sink import FLOW
from tremor_tui.engine.sources import Program, compile_flows
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings

GOAL: Final = 3.0
SLICE_S: Final = 0.05
SCRIPT: Final = """
match event of
  case %{application == "app1"} => let $class = "one"; let $rate = 1250
  case %{application == "app2"} => let $class = "two"; let $rate = 2500
  case _ => let $class = "other"; let $rate = 250
end;
event"""


def flow(folder: Path) -> FlowIR:
    """The flow, ready to run."""
    line = '{{"about":"{}","guid":"{}","tags":["a","b"],"application":"app{}","type":"log"}}\n'
    rows = [line.format("lorem ipsum " * 40, number, number % 5) for number in range(100)]
    (folder / "data.jsonl").write_text("".join(rows))
    text = FLOW.format(name="main", data="data.jsonl", pipe="out", script=SCRIPT, more="")
    bucket = (
        "from work into bucket; select event from bucket into out; select event from bucket/overflow into out"
    )
    text = text.replace(
        "create script work;",
        "create script work; define operator bucket from grouper::bucket; create operator bucket;",
    )
    text = text.replace("from work into out", bucket)
    begin, end = text.index("from file"), text.index("  define connector nowhere")
    text = f'{text[:begin]}from `null` with codec = "json" end;\n{text[end:]}'
    (folder / "main.troy").write_text(text)
    return compile_flows(Program.open(folder / "main.troy", folder)).ir.flows[0]


async def slices(ir: FlowIR, folder: Path, count: int) -> dict[bool, list[float]]:
    """Nanoseconds of CPU for an event, of slices by turns with statistics and without, in one run."""
    runtime = Runtime(Settings(), in_engine=True)
    found: dict[bool, list[float]] = {True: [], False: []}
    async with anyio.create_task_group() as group:
        await group.start(runtime.run)
        await runtime.start(ir, base=folder)
        await anyio.sleep(1.0)
        gc.collect()
        gc.freeze()
        sink = runtime.flows["main"].sinks[0].counters
        for number in range(2 * count):
            on = number % 4 in (0, 3)  # on, off, off, on: what drifts hits both alike
            runtime.set_statistics(on)
            before, begin = sink.events_in, time.process_time()
            await anyio.sleep(SLICE_S)
            found[on].append((time.process_time() - begin) / (sink.events_in - before) * 1e9)
        runtime.flows["main"].force()
        await runtime.close()
    return found


def main() -> int:
    """Prints the median of the ratios of neighbours, and the half of them; 1 where the goal is missed."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    with tempfile.TemporaryDirectory() as name:
        found = anyio.run(slices, flow(Path(name)), Path(name), pairs)
    ratios = [100 * (on / off - 1) for on, off in zip(found[True], found[False], strict=True)]
    median, quarter = statistics.median(ratios), statistics.quantiles(ratios, n=4)
    sys.stdout.write(
        f"{statistics.median(found[False]):.0f} ns an event without statistics; with them {median:+.1f} % "
        f"(half of the pairs between {quarter[0]:+.1f} and {quarter[2]:+.1f} %)\n"
    )
    return int(median > GOAL)


if __name__ == "__main__":
    sys.exit(main())
