"""What the workbench costs with a live flow of many tasks: its use of a core, and its memory.

    python tests/benchmarks/large_flow.py [--rows 20] [--seconds 15]

A row is a metronome, three pipelines and a sink. Goals: 20 % of a core, 80 MB; a real engine and terminal.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import psutil

from tremor_tui.testing.terminal import Terminal

HEAD = """\
define flow large
flow
  define connector tick from metronome with config = {"interval": 20000000} end;
  define connector nowhere from `null` with codec = "json" end;
  define pipeline stage
  pipeline
    select event from in into out;
  end;
"""


def text(rows: int) -> str:
    """The flow."""
    lines = [HEAD]
    for row in range(rows):
        lines.append(
            f"  create connector tick_{row} from tick;\n  create connector sink_{row} from nowhere;\n"
        )
        lines += [f"  create pipeline p{n}_{row} from stage;\n" for n in range(3)]
        chain = [
            f"connector/tick_{row}",
            *(f"pipeline/p{n}_{row}" for n in range(3)),
            f"connector/sink_{row}",
        ]
        lines += [f"  connect /{one} to /{two};\n" for one, two in pairwise(chain)]
    return "".join(lines) + "end;\ndeploy flow large;\n"


def main() -> int:
    """Measures and prints; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "large.troy").write_text(text(options.rows))
        places = {"XDG_RUNTIME_DIR": f"{folder}/run", "XDG_STATE_HOME": f"{folder}/state"}
        program = [sys.executable, "-m", "tremor_tui"]
        command = [*program, "server", "run", "large.troy"]
        server = subprocess.Popen(
            command, cwd=folder, env=os.environ | places, stderr=subprocess.PIPE, text=True
        )
        try:
            while server.stderr and "ready on" not in (line := server.stderr.readline()):
                if not line:
                    raise RuntimeError("the engine did not start")
            with Terminal([*program, "attach"], 120, 36, places, folder) as terminal:
                terminal.wait_for("RUN", 30)
                return judge(terminal, options.seconds)
        finally:
            server.terminate()
            server.communicate(timeout=30)


def judge(terminal: Terminal, seconds: float) -> int:
    """The figures of the Flow and the Tasks screen."""
    process = psutil.Process(terminal.process.pid)
    missed = False
    for key, screen in (("1", "flow"), ("2", "tasks")):
        terminal.send(key)
        terminal.settle(3.0)
        before = process.cpu_times()
        terminal.settle(seconds)
        after = process.cpu_times()
        used = (after.user + after.system - before.user - before.system) / seconds
        memory = process.memory_info().rss / 2**20
        missed |= used > 0.2 or memory > 80
        sys.stdout.write(
            f"{screen:6} {used:4.0%} of a core   {memory:.0f} MiB   load {os.getloadavg()[0]:.1f}\n"
        )
    sys.stdout.write("goals 20 %, 80 MB: " + ("missed\n" if missed else "reached\n"))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
