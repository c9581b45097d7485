"""Random and damaged programs on trial: `python -m tests.benchmarks.fuzz --count 100000 --seed 1`.

Each program is checked, printed and, where it compiles, run. The first of each kind of failure is made
smaller and shown with the number that makes it again (`--only`). Ends with 1 if there was one, else with 0.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from random import Random

from tests.properties.strategies_mutants import mutant
from tests.properties.strategies_query import grown
from tests.properties.trial import Fault, Trial, smaller
from tremor_tui.language.parse.parser import Start
from tremor_tui.language.tree.printer import print_tree

GROWN = 0.4
"""The share of programs that are grown; the rest are damaged."""
EVERY = 5000


def program(number: int) -> tuple[Start, str]:
    """The program of a number."""
    random = Random(number)
    if random.random() >= GROWN:
        return mutant(random)
    start, tree = grown(random)
    return start, print_tree(tree)


@dataclass
class Report:
    """What came of all programs."""

    trial: Trial = field(default_factory=Trial)
    faults: dict[str, int] = field(default_factory=dict)

    def judge(self, number: int) -> None:
        """Puts the program of a number on trial, and says what is wrong with it."""
        start, text = program(number)
        fault = self.trial(text, start, number)
        if fault is None:
            return
        self.faults[fault.kind] = self.faults.get(fault.kind, 0) + 1
        if self.faults[fault.kind] == 1:
            self._show(number, start, text, fault)

    def _show(self, number: int, start: Start, text: str, fault: Fault) -> None:
        least = smaller(text, start, fault.kind, number, self.trial)
        again = self.trial(least, start, number) or fault
        say(f"--- {number}: {start}: {again.kind}\n{again.detail[:2000]}\n--- program\n{least[:2000]}\n---")

    def summary(self) -> str:
        """Counts so far."""
        kinds = "".join(f"\n{count:6d} x {kind}" for kind, count in self.faults.items())
        ran = f"{self.trial.compiled} compiled, {self.trial.ran} events"
        return f"{ran}, {sum(self.faults.values())} failed{kinds}"


def say(text: str) -> None:
    """Prints at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Runs; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one program")
    options = parser.parse_args()
    first = options.seed * 1_000_000_000
    numbers = range(first, first + options.count) if options.only is None else [options.only]
    report, began = Report(), time.monotonic()
    for done, number in enumerate(numbers, 1):
        report.judge(number)
        if done % EVERY == 0:
            say(f"{done} programs in {time.monotonic() - began:.0f} s: {report.summary()}")
    say(f"seed {options.seed}, {len(numbers)} programs: {report.summary()}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
