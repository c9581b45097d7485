"""A process that measures nothing: reads a plan and says what its seed tells it to.

1 ends well; 2 says two steps and waits for the end of stdin or a signal; 3 ends in the middle; 4 says
something odd; 5 tells of an error; 6 ends well and writes on stderr; 7 waits, and no SIGTERM ends it.
"""

from __future__ import annotations

import os
import signal
import sys

import msgspec

from tremor_tui.control.bench import BenchPlan, BenchPoint, BenchRun, BenchStep, Spread


def point(plan: BenchPlan, case: int, done: int) -> BenchPoint:
    schedule, flows = plan.cases[case]
    wall = Spread.of([100.0 * (case + 1)] * done)
    return BenchPoint(schedule, flows, done, plan.rounds, wall)


def step(plan: BenchPlan, done: int, over: bool = False, error: str = "") -> BenchStep:
    measured = [min(plan.rounds, max(0, done - case * plan.rounds)) for case in range(len(plan.cases))]
    points = tuple(point(plan, case, rounds) for case, rounds in enumerate(measured))
    run = BenchRun(plan, points=points, began_ns=1_795_456_800 * 10**9, finished=over and not error)
    return BenchStep(done, plan.steps, run, "" if over else "async 1:1:1", over, error)


def say(step: BenchStep) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(step) + b"\n")
    sys.stdout.buffer.flush()


def main() -> int:
    plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=BenchPlan)
    if plan.seed == 7:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say(step(plan, 0))
    say(step(plan, 1))
    match plan.seed:
        case 2 | 7:
            while os.read(0, 1024):
                continue
            return 0
        case 3:
            return 9
        case 4:
            os.write(1, b"hello\n")
        case 5:
            say(step(plan, 1, over=True, error="there is no room"))
        case _:
            if plan.seed == 6:
                os.write(2, b"a warning\n")
            for done in range(2, plan.steps):
                say(step(plan, done))
            say(step(plan, plan.steps, over=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
