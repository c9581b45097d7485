"""Child: the benchmark as a process: the plan as a line on stdin, a `BenchStep` a line on stdout.

It ends, and its workers with it, when it is done, when stdin ends, or on SIGTERM.
"""

from __future__ import annotations

import os
import signal
import sys
from threading import Thread

import msgspec

from tremor_tui.bench.rounds import measure
from tremor_tui.control.bench import BenchPlan, BenchRun, BenchStep
from tremor_tui.errors import DataError, TremorError


def main() -> int:
    """The process; 0 if the run was finished."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    line = sys.stdin.buffer.readline()
    Thread(target=_follow_parent, daemon=True).start()
    plan = BenchPlan()
    last: list[BenchStep] = []

    def tell(step: BenchStep) -> None:
        last[:] = [step]
        _say(step)

    try:
        plan = _plan(line)
        measure(plan, tell)
    except TremorError as error:
        step = last[0] if last else BenchStep(0, plan.steps, BenchRun(plan))
        _say(msgspec.structs.replace(step, now="", over=True, error=error.message, hint=error.hint))
        return 1
    except BrokenPipeError:
        return 1
    return 0


def _plan(line: bytes) -> BenchPlan:
    try:
        return msgspec.json.decode(line, type=BenchPlan)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"this is no plan of a benchmark: {error}") from None


def _say(step: BenchStep) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(step) + b"\n")
    sys.stdout.buffer.flush()


def _follow_parent() -> None:
    """Ends the process when nobody holds the other end of stdin any more."""
    while os.read(0, 1024):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
