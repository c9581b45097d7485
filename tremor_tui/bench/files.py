"""Files: `tremor-tui run` beside the hand-written loop from file to file, each as a process of its own.

Both read the same file of events and write what comes out to another one. What counts is the processor
time of the whole process, from which that of the same command over only a hundred events is subtracted,
which is nearly all start-up. Then what both wrote is compared event by event.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
import orjson

from tremor_tui.bench.compare import (
    Cell,
    ComparePlan,
    Comparison,
    Figures,
    Side,
    Tell,
    Timed,
    figures,
    turned,
)
from tremor_tui.bench.conditions import conditions, load
from tremor_tui.bench.topology import QUERY
from tremor_tui.bench.workload import COUNT, lines, query
from tremor_tui.control.bench import Data, Script, Spread
from tremor_tui.control.launch import python_command, python_environment
from tremor_tui.errors import ControlError

SIDES: tuple[Side, ...] = ("tremor-tui", "hand")
SAMPLE = 1000
"""Events at the beginning of the files that are compared."""


@dataclass(frozen=True, slots=True)
class Took:
    """What one process took, in ns."""

    cpu_ns: int
    wall_ns: int


@dataclass(frozen=True, slots=True)
class Job:
    """One cell: its query and its files. `small` is a hundred events, `large` as many as were asked for."""

    folder: Path
    script: Script
    small: Path
    large: Path
    whole_events: bool

    def command(self, side: Side, infile: Path) -> list[str]:
        """The command that does the work."""
        out = str(self.out(side))
        if side == "hand":
            return python_command("tremor_tui.bench.hand", self.script, str(infile), out)
        switch = ["--whole-events"] if self.whole_events else []
        where = ["-i", str(infile), "-o", out]
        return python_command("tremor_tui", "run", str(self.folder / QUERY), *where, *switch)

    def out(self, side: Side) -> Path:
        """What that side writes."""
        return self.folder / f"out-{side}.jsonl"


def compare_files(plan: ComparePlan, tell: Tell) -> Comparison:
    """Compares from file to file. Raises ControlError where a side fails or both do not do the same."""
    before = load()
    cells: list[Cell] = []
    of = len(plan.data) * len(plan.scripts) * plan.rounds * 2 * len(SIDES)
    with TemporaryDirectory(prefix="tremor-tui-bench-") as folder:
        for data in plan.data:
            for script in plan.scripts:
                job = _job(Path(folder), plan, data, script)
                done = len(cells) * plan.rounds * 2 * len(SIDES)
                cells.append(_cell(job, plan, data, partial(_later, tell, done, of)))
    return Comparison(plan, conditions(before), tuple(cells), ("bytewax",))


def _later(tell: Tell, before: int, of: int, done: int, now: str) -> None:
    tell(before + done, of, now)


def _job(folder: Path, plan: ComparePlan, data: Data, script: Script) -> Job:
    hundred = b"".join(line + b"\n" for line in lines(data, plan.seed))
    job = Job(folder, script, folder / "small.jsonl", folder / "large.jsonl", plan.whole_events)
    job.small.write_bytes(hundred)
    with job.large.open("wb") as file:
        for _ in range(max(1, plan.events // COUNT)):
            file.write(hundred)
    (folder / QUERY).write_text(query(script, "out, out"))
    return job


def _cell(job: Job, plan: ComparePlan, data: Data, say: Callable[[int, str], None]) -> Cell:
    started: dict[Side, list[Took]] = {side: [] for side in SIDES}
    worked: dict[Side, list[Took]] = {side: [] for side in SIDES}
    done = 0
    for turn in range(plan.rounds):
        for into, infile in ((started, job.small), (worked, job.large)):
            for side in turned(SIDES, turn):
                say(done, f"{data}, {job.script}: {side}, {infile.stem} file, round {turn + 1}")
                into[side].append(timed(job.command(side, infile)))
                done += 1
    check_same(job.out("tremor-tui"), job.out("hand"))
    made = tuple(_figures(side, job, started, worked) for side in SIDES)
    return Cell(data, job.script, made)


def _figures(
    side: Side, job: Job, started: dict[Side, list[Took]], worked: dict[Side, list[Took]]
) -> Figures:
    events = job.large.read_bytes().count(b"\n")
    size = job.large.stat().st_size - events
    found = figures(side, *(_net(name, started, worked, events, size) for name in (side, "hand")))
    wall_ns = median(one.wall_ns for one in started[side])
    walls = [size / max(1, one.wall_ns - wall_ns) * 1e3 for one in worked[side]]
    startup_ms = median(one.cpu_ns for one in started[side]) / 1e6
    return msgspec.structs.replace(found, wall=Spread.of(walls), startup_ms=startup_ms)


def _net(
    side: Side, started: dict[Side, list[Took]], worked: dict[Side, list[Took]], events: int, size: int
) -> Sequence[Timed]:
    """What the work took, round by round, without the start-up."""
    startup = int(median(one.cpu_ns for one in started[side]))
    return [(events, size, 0, max(1, one.cpu_ns - startup)) for one in worked[side]]


def timed(command: Sequence[str]) -> Took:
    """Runs a command to its end. Raises ControlError where it fails."""
    start = time.monotonic_ns()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=python_environment()
    )
    if process.stderr is None:
        raise TypeError("a process without its stderr")
    with process.stderr as errors:
        said = errors.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic_ns() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ControlError(f"a side of the comparison failed with status {process.returncode}: {said[-500:]}")
    return Took(int((usage.ru_utime + usage.ru_stime) * 1e9), wall)


def check_same(ours: Path, theirs: Path) -> None:
    """Raises ControlError where two files hold other events, or in another order."""
    with ours.open("rb") as left, theirs.open("rb") as right:
        for number, (mine, other) in enumerate(zip_longest(left, right), 1):
            if mine is None or other is None:
                raise ControlError(f"both sides do not write as many events: one ends at {number - 1:,}")
            if number <= SAMPLE and orjson.loads(mine) != orjson.loads(other):
                raise ControlError(f"event {number} is not the same on both sides")
