"""What the commands of `bench` share: the progress bar, and showing and writing what was measured."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tremor_tui.bench.against import changes, refusals, warnings
from tremor_tui.bench.compare import Comparison
from tremor_tui.bench.cost import CostRun
from tremor_tui.bench.plot import ASCII, FINE, By, Signs, plot
from tremor_tui.bench.tables import (
    Table,
    about,
    against,
    comparison,
    costs,
    findings,
    latencies,
    machine,
    throughput,
)
from tremor_tui.cli import output
from tremor_tui.control.bench import BenchRun, decode_run
from tremor_tui.errors import ConfigError

Tell = Callable[[int, int, str], None]
"""Hears of how many measurements are made of how many, and what is measured now."""
STDOUT = Path("-")


@contextmanager
def progress(words: str) -> Iterator[Tell]:
    """A bar on stderr where that is a terminal; else a line at the beginning."""
    if not output.is_terminal(sys.stderr):
        output.talk(f"{words} …")
        yield lambda done, of, now: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = BarColumn(24), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=None)

        def tell(done: int, of: int, now: str) -> None:
            bar.update(task, total=of, completed=done, description=now)

        yield tell


def show_table(table: Table) -> None:
    """A table on stdout."""
    output.table(table.header, table.rows, table.right)


def show_lines(lines: Iterable[str]) -> None:
    """Lines on stdout, the first after an empty one."""
    for number, line in enumerate(lines):
        output.data(f"\n{line}" if number == 0 else line)


def show_run(run: BenchRun, by: By) -> None:
    """A run: what was measured, tables, plot, what they say, and the conditions."""
    output.data(about(run.plan) if run.finished else f"{about(run.plan)}; ended before its end")
    show_lines(machine(run.conditions))
    output.data("")
    show_table(throughput(run))
    output.data("")
    show_table(latencies(run))
    show_lines(plot(run, min(100, shutil.get_terminal_size().columns), signs(), by))
    show_lines(findings(run))


def show_comparison(made: Comparison) -> None:
    """A comparison."""
    plan = made.plan
    how = (
        f"from file to file, {plan.events:,} events" if plan.files else f"in memory, {plan.seconds:g} s each"
    )
    output.data(f"one core, {how}; medians of {plan.rounds} rounds by turns; ratio: times the loop by hand")
    show_lines(machine(made.conditions))
    output.data("")
    show_table(comparison(made))
    for side in made.missing:
        why = "is compared in memory only" if plan.files else "is not installed: pip install bytewax"
        output.data(f"{side} {why}")


def show_costs(made: CostRun) -> None:
    """What statistics cost."""
    output.data(about(made.plan))
    show_lines(machine(made.conditions))
    output.data("")
    show_table(costs(made))


def signs() -> Signs:
    """Those that stdout can write."""
    try:
        "●▲■·─│└┤".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return FINE


def read_saved(path: Path) -> BenchRun:
    """A saved run. Raises ConfigError where it cannot be read, DataError where it is none."""
    try:
        return decode_run(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot read `{path}`: {error.strerror}", "save a run with --save") from None


def show_against(run: BenchRun, saved: BenchRun, name: str, anyway: bool) -> bool:
    """The run beside a saved one; False where that would say nothing, which is said."""
    wrong = refusals(run, saved)
    if wrong and not (anyway and changes(run, saved)):
        hint = "take --anyway to see the ratios all the same" if changes(run, saved) else ""
        output.failure(f"this run and `{name}` cannot be compared: {'; '.join(wrong)}", hint)
        return False
    output.data(f"\nthis run / {name}")
    show_table(against(changes(run, saved)))
    for line in (*wrong, *warnings(run, saved)):
        output.data(f"not the same: {line}")
    return True


def write(path: Path, content: bytes) -> None:
    """Writes a file, or stdout for `-`. Raises ConfigError."""
    if path == STDOUT:
        output.whole(content.decode())
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ConfigError(f"cannot write `{path}`: {error.strerror}") from None


def writable(*paths: Path | None) -> None:
    """Raises ConfigError before anything is measured where a result could not be written."""
    for path in paths:
        if path is not None and path != STDOUT and not path.absolute().parent.is_dir():
            raise ConfigError(f"cannot write `{path}`: there is no folder `{path.parent}`")
