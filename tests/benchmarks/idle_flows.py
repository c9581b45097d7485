"""What many idle flows cost a real engine: how long they take to start, memory, and their use of a core.

    python -m tests.benchmarks.idle_flows [--flows 1000] [--executors 1] [--seconds 15]

A flow is a metronome with an interval of an hour, a pipeline with a script, and `null`. The use of a core is
measured once they have been still for a while. Goals: started within 10 s, 10 % of a core on the executor,
200 KB for a flow there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

START_S: Final = 10.0
CORE_PERCENT: Final = 10.0
FLOW_KB: Final = 200.0
REST_S: Final = 20.0
HEAD: Final = """\
define flow idle
flow
  define connector tick from metronome with config = {"interval": 3600000000000} end;
  define connector nowhere from `null` with codec = "json" end;
  define pipeline main pipeline
    define script work script let event.x = 1; event end; create script work;
    select event from in into work; select event from work into out;
  end;
  create connector tick; create connector nowhere; create pipeline main;
  connect /connector/tick to /pipeline/main;
  connect /pipeline/main to /connector/nowhere;
end;
"""


def text(flows: int) -> str:
    """A file that deploys so many."""
    return HEAD + "".join(f"deploy flow idle_{number} from idle;\n" for number in range(flows))


def role(process: psutil.Process) -> str:
    """What a process is, by its command line."""
    words = " ".join(process.cmdline())
    return next((one for one in ("executors", "compiling") if f"engine.{one}" in words), "engine")


def measure(flows: int, executors: int, seconds: float) -> dict[str, float]:
    """Seconds to start; of executors and of the others the use of a core (%) and memory (MB)."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "main.troy").write_text(text(flows))
        places = {"XDG_RUNTIME_DIR": f"{folder}/run", "XDG_STATE_HOME": f"{folder}/state"}
        command = [sys.executable, "-m", "tremor_tui", "server", "run", "--executors", str(executors)]
        began = time.monotonic()
        engine = subprocess.Popen(
            [*command, "main.troy"], cwd=folder, env=os.environ | places, stderr=subprocess.PIPE, text=True
        )
        try:
            while engine.stderr and "ready on" not in (line := engine.stderr.readline()):
                if not line:
                    raise RuntimeError("the engine did not start")
            found = {"start": time.monotonic() - began}
            time.sleep(REST_S)
            return found | _use(psutil.Process(engine.pid), seconds)
        finally:
            engine.terminate()
            engine.communicate(timeout=60)


def _use(engine: psutil.Process, seconds: float) -> dict[str, float]:
    every = [engine, *engine.children(recursive=True)]
    before = [sum(one.cpu_times()[:2]) for one in every]
    time.sleep(seconds)
    found: dict[str, float] = {}
    for one, used in zip(every, before, strict=True):
        percent = 100 * (sum(one.cpu_times()[:2]) - used) / seconds
        name = role(one)
        found[f"{name} %"] = found.get(f"{name} %", 0.0) + percent
        found[f"{name} MB"] = found.get(f"{name} MB", 0.0) + one.memory_info().rss / 1e6
    return found


def main() -> int:
    """Measures and prints; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flows", type=int, default=1000)
    parser.add_argument("--executors", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    base = measure(1, options.executors, 1.0)
    found = measure(options.flows, options.executors, options.seconds)
    per_flow = 1000 * (found["executors MB"] - base["executors MB"]) / options.flows
    own = 1000 * (found["engine MB"] - base["engine MB"]) / options.flows
    sys.stdout.write(
        f"{options.flows} idle flows on {options.executors} executor(s): started in {found['start']:.1f} s; "
        f"executors {found['executors %']:.1f} % of a core, {per_flow:.0f} KB a flow; "
        f"engine {found['engine %']:.1f} %, {own:.0f} KB a flow\n"
    )
    missed = found["start"] > START_S or found["executors %"] > CORE_PERCENT or per_flow > FLOW_KB
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
