"""A thousand applies to a flow that passes 5,000 events a second: `python -m tests.benchmarks.applies [N]`.

Prints what was lost, doubled and out of order, and how long applies made the flow pause: as receipts say it,
and as the times at which lines were read show it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import anyio

from tests.e2e.applying import PER_SECOND, run

APPLIES = 1000
"""How many, where the command line says nothing."""
PAUSE_S = 0.05
"""Between an answer and the next apply."""
LINES = 4_000_000
"""More than pass meanwhile."""


LONG_NS = 50_000_000


def say(text: str) -> None:
    """A line of the report."""
    sys.stdout.write(text + "\n")


def main() -> None:
    """Runs it in a folder of its own, and prints the report."""
    applies = int(sys.argv[1]) if len(sys.argv) > 1 else APPLIES
    with tempfile.TemporaryDirectory(prefix="tt-") as name:
        folder = Path(name)
        os.environ |= {"XDG_RUNTIME_DIR": str(folder / "run"), "XDG_STATE_HOME": str(folder / "state")}
        begin = time.monotonic()
        report = anyio.run(run, folder, "applies", applies, PAUSE_S, min(LINES, applies * 5000 + 50_000))
        seconds = time.monotonic() - begin
    say(f"{report.applies} applies in {seconds:.0f} s to a flow of {PER_SECOND:,} events/s")
    say(f"{report.lines:,} lines written by {report.ways} ways, {report.more:,} by a sink that came and went")
    say(f"lost {report.lost}, doubled {report.doubled}, disordered {report.disordered}, left {report.left}")
    for name, values in (("pause by receipts", report.pauses), ("gap between reads", report.gaps)):
        parts = ", ".join(
            f"{label} {report.percentile(values, part):.1f} ms"
            for label, part in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))
        )
        say(f"{name}: {parts}; {sum(one > LONG_NS for one in values)} over 50 ms")


if __name__ == "__main__":
    main()
