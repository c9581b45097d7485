"""`test`: runs folders of test cases; for now those of unit tests written in tremor."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import typer

from tremor_tui import __version__
from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.diagnose import show
from tremor_tui.cli.options import Format, Instance, module_path
from tremor_tui.cli.output import ErrorFormat
from tremor_tui.engine.sources import Program
from tremor_tui.errors import CompileError, ConfigError
from tremor_tui.language.unit_tests import Outcome, Suite, TestFile, UnitTest, read_tests
from tremor_tui.model.context import Context
from tremor_tui.testing.folders import Filter, TestFolder, find_folders, tags_between

Mode = Annotated[
    Literal["all", "bench", "command", "integration", "unit"],
    typer.Argument(metavar="KIND", help="What to test: `unit`, or `all` of what is there."),
]
Root = Annotated[Path, typer.Argument(metavar="PATH", help="A folder of tests, or a file of unit tests.")]
Report = Annotated[
    Path | None, typer.Option("--report", "-o", metavar="FILE", help="Where to write a report, as JSON.")
]
Includes = Annotated[
    list[str] | None, typer.Option("--includes", "-i", metavar="TAG", help="Run only what has such a tag.")
]
Excludes = Annotated[
    list[str] | None,
    typer.Option("--excludes", "-e", metavar="TAG", help="Leave out what has such a tag, if not included."),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="List the tests that passed, too.")]


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "test", run_tests)


def run_tests(
    mode: Mode = "all",
    path: Root = Path("tests"),
    report: Report = None,
    includes: Includes = None,
    excludes: Excludes = None,
    verbose: Verbose = False,
    instance: Instance = "tremor",
    error_format: Format = "full",
) -> int:
    """Run the tests below a folder.

    A folder of tests has a `meta.yaml`: its kind, and which files it includes. Tags stand in `tags.yaml`
    files, suites and tests; what is included runs, whatever excludes it.
    """
    wanted = Filter(frozenset(includes or ()), frozenset(excludes or ()))
    run = UnitRun(path, wanted, instance, error_format)
    for file, tags in _unit_files(path, mode):
        run.file(file, tags)
    run.tell(verbose)
    if report is not None:
        _write(report, run)
    return 1 if run.total.fail else 0


def _unit_files(path: Path, mode: str) -> list[tuple[Path, tuple[str, ...]]]:
    """The files of unit tests with the tags of their folders. Raises ConfigError where there are none."""
    if mode not in ("unit", "all"):
        raise ConfigError(f"tests of the kind `{mode}` are not supported yet", "`unit` tests are")
    if path.is_file():
        return [(path, tags_between(path.parent, path.parent))]
    if not path.is_dir():
        raise ConfigError(f"the folder `{path}` is not there", "name a folder that has a `meta.yaml`")
    folders = find_folders(path) or [TestFolder(path, "Unit", "all.tremor")]
    _refuse_others(folders, mode)
    files = {
        file.resolve(): (file, tags_between(path, folder.path))
        for folder in folders
        if folder.kind in ("Unit", "All")
        for file in folder.files()
        if file.suffix == ".tremor"
    }
    if not files:
        hint = "a folder of them has a `meta.yaml` with `kind: Unit` and `includes: all.tremor`"
        raise ConfigError(f"there are no unit tests in `{path}`", hint)
    return list(files.values())


def _refuse_others(folders: list[TestFolder], mode: str) -> None:
    other = next((folder for folder in folders if folder.kind not in ("Unit", "All")), None)
    if mode == "all" and other is not None:
        hint = "run `tremor-tui test unit` for the unit tests among them"
        message = f"`{other.path}` has tests of the kind {other.kind}, which are not supported yet"
        raise ConfigError(message, hint)


@dataclass(slots=True)
class Stats:
    """How many tests passed, failed and were left out, and the names of those that failed."""

    passed: int = 0
    fail: int = 0
    skip: int = 0
    failed: list[str] = field(default_factory=list)

    def count(self, name: str, is_pass: bool) -> None:
        """One more test."""
        if is_pass:
            self.passed += 1
        else:
            self.fail += 1
            self.failed.append(name)

    def add(self, other: Stats) -> None:
        """What others counted, too."""
        self.passed += other.passed
        self.fail += other.fail
        self.skip += other.skip
        self.failed += other.failed

    def as_record(self) -> dict[str, Any]:
        """As tremor's reports have it."""
        ran = self.passed + self.fail
        return {
            "pass": self.passed,
            "fail": self.fail,
            "skip": self.skip,
            "assert": ran,
            "failed_test_names": self.failed,
        }


@dataclass(slots=True)
class UnitRun:
    """Runs files of unit tests, and keeps what came of them."""

    root: Path
    wanted: Filter
    instance: str
    style: ErrorFormat
    total: Stats = field(default_factory=Stats)
    reports: list[dict[str, Any]] = field(default_factory=list)
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def file(self, file: Path, tags: tuple[str, ...]) -> None:
        """Runs the suites of a file. One that does not compile counts as one failure."""
        started, stats, elements = time.perf_counter_ns(), Stats(), {}
        try:
            program = Program.open(file, Path.cwd(), module_path(), shown=str(file))
            tests = self._read(program)
            for suite in tests.suites:
                elements[suite.name] = self._suite(program, tests, suite, tags, stats)
        except CompileError:
            stats.count(str(file), False)
            self.rows.append(("FAIL", str(file), "", "does not compile"))
        self.total.add(stats)
        spent = time.perf_counter_ns() - started
        self.reports.append(_part(f"unit test suites of {file}", elements, stats, spent))

    def _read(self, program: Program) -> TestFile:
        try:
            tests = read_tests(program.source, program.loader)
        except CompileError as error:
            show(error.diagnostics, program.find, self.style)
            raise
        show(tests.warnings, program.find, self.style)
        return tests

    def _suite(
        self, program: Program, tests: TestFile, suite: Suite, tags: tuple[str, ...], total: Stats
    ) -> dict[str, Any]:
        started, stats = time.perf_counter_ns(), Stats()
        elements = []
        for number, test in enumerate(suite.tests, 1):
            if self.wanted.takes((*tags, *suite.tags, *test.tags)):
                shown = f"Executing test {number} of {len(suite.tests)}"
                elements.append(self._test(program, tests, suite, test, stats, shown))
            else:
                stats.skip += 1
                self.rows.append(("skip", suite.name, test.name, ""))
        total.add(stats)
        spent = time.perf_counter_ns() - started
        return {"name": suite.name, **_part(suite.name, elements, stats, spent), "evidence": None}

    def _test(
        self, program: Program, tests: TestFile, suite: Suite, test: UnitTest, stats: Stats, shown: str
    ) -> dict[str, Any]:
        started = time.perf_counter_ns()
        now = time.time_ns()
        ctx = Context(now, instance=self.instance, hostname=socket.gethostname(), now_ns=now)
        outcome = tests.run(test, ctx)
        spent = time.perf_counter_ns() - started
        stats.count(test.name, outcome.is_pass)
        self.rows.append(("pass" if outcome.is_pass else "FAIL", suite.name, test.name, outcome.mismatch))
        self._explain(program, suite, test, outcome)
        return _element(program, test, outcome, shown, spent)

    def _explain(self, program: Program, suite: Suite, test: UnitTest, outcome: Outcome) -> None:
        if not outcome.is_pass and not outcome.mismatch:
            output.talk(f"{suite.name} / {test.name}:")
        show(outcome.diagnostics, program.find, self.style)

    def tell(self, verbose: bool) -> None:
        """Prints the table of tests, or of those that did not pass, and the sums."""
        rows = [row for row in self.rows if verbose or row[0] == "FAIL"]
        if rows:
            output.table(("RESULT", "SUITE", "TEST", "EXPECTED != GOT"), rows)
        total = self.total
        output.data(f"{total.passed} passed, {total.fail} failed, {total.skip} skipped")


def _part(description: str, elements: object, stats: Stats, duration: int) -> dict[str, Any]:
    return {
        "description": description,
        "elements": elements,
        "stats": stats.as_record(),
        "duration": duration,
    }


def _element(program: Program, test: UnitTest, outcome: Outcome, shown: str, spent: int) -> dict[str, Any]:
    span = (test.expr or test).span
    told = [outcome.mismatch, *(diagnostic.short() for diagnostic in outcome.diagnostics)]
    info = [program.source.text[span.start : span.end], *filter(None, told)]
    return {
        "description": f"{'(+)' if outcome.is_pass else '(-)'} {shown}: {test.name}",
        "keyword": "Test",
        "result": {"status": "Passed" if outcome.is_pass else "Failed", "duration": spent},
        "info": "\n".join(info),
        "hidden": outcome.is_pass,
    }


def _write(path: Path, run: UnitRun) -> None:
    record = {
        "metadata": {"name": "tremor-tui", "version": __version__},
        "includes": sorted(run.wanted.includes),
        "excludes": sorted(run.wanted.excludes),
        "reports": {"unit": run.reports},
        "stats": {"unit": run.total.as_record()},
    }
    try:
        path.write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"cannot write the report `{path}`: {reason}", "check the folder") from None
