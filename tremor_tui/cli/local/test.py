"""`test`: runs unit tests written in tremor, and tests of flows made of captured events."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from tremor_tui import __version__
from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.diagnose import show
from tremor_tui.cli.modules import module_path
from tremor_tui.cli.options import Format, Instance
from tremor_tui.cli.output import ErrorFormat
from tremor_tui.cli.running.flow_tests import FlowRun, flow_tests_in, is_of_flow
from tremor_tui.cli.running.stats import Stats, report_part
from tremor_tui.engine.sources import Program
from tremor_tui.errors import CompileError, ConfigError
from tremor_tui.language.unit_tests import Outcome, Suite, TestFile, UnitTest, read_tests
from tremor_tui.model.context import Context
from tremor_tui.testing.folders import Filter, TestFolder, find_folders, tags_between

KINDS = ("all", "bench", "command", "flow", "integration", "unit")
What = Annotated[
    str, typer.Argument(metavar="[KIND]", help="What to test: `unit`, `flow`, or `all` of what is there.")
]
Root = Annotated[
    Path | None,
    typer.Argument(metavar="[PATH]", help="A folder of tests, a file of them, or a flow's file. [tests]"),
]
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
    what: What = "all",
    path: Root = None,
    report: Report = None,
    includes: Includes = None,
    excludes: Excludes = None,
    verbose: Verbose = False,
    instance: Instance = "tremor",
    error_format: Format = "full",
) -> int:
    """Run tests: unit tests written in tremor, and tests of flows made of captured events.

    A folder of unit tests has a `meta.yaml`: its kind, and which files it includes. Tests of flows are
    `.test.json` files; a `.troy` file stands for the tests beside it. Tags stand in `tags.yaml` files, suites
    and tests; what is included runs, whatever excludes it.
    """
    kind, root = _asked(what, path)
    wanted = Filter(frozenset(includes or ()), frozenset(excludes or ()))
    units, flows = UnitRun(root, wanted, instance, error_format), FlowRun(root, wanted, error_format)
    _run(kind, root, units, flows)
    units.tell(verbose)
    flows.tell(verbose)
    both = units.total.plus(flows.total)
    output.data(f"{both.passed} passed, {both.fail} failed, {both.skip} skipped")
    if report is not None:
        _write(report, units, flows)
    return 1 if both.fail else 0


def _asked(what: str, path: Path | None) -> tuple[str, Path]:
    """The kind of tests and where they are; a path alone asks for all kinds. Raises BadParameter."""
    if what in KINDS:
        return what, path or Path("tests")
    is_path = Path(what).exists() or "/" in what or "." in what
    if path is not None or not is_path:
        raise typer.BadParameter(f"'{what}' is none of {', '.join(KINDS)}, and no path")
    return "all", Path(what)


def _run(kind: str, root: Path, units: UnitRun, flows: FlowRun) -> None:
    """Runs the tests of a kind. Raises ConfigError where there are none."""
    if kind not in ("unit", "flow", "all"):
        raise ConfigError(f"tests of the kind `{kind}` are not supported yet", "`unit` and `flow` tests are")
    if not root.exists():
        raise ConfigError(f"the folder `{root}` is not there", "name a folder of tests, or a file")
    captured = flow_tests_in(root) if kind != "unit" else []
    written = _unit_files(root, kind) if kind != "flow" and not is_of_flow(root) else []
    if not captured and not written:
        raise _no_tests(kind, root)
    for file, tags in written:
        units.file(file, tags)
    for file in captured:
        flows.file(file)


def _no_tests(kind: str, root: Path) -> ConfigError:
    unit = "a folder of unit tests has a `meta.yaml` with `kind: Unit` and `includes: all.tremor`"
    flow = "tests of flows are files `NAME.test.json`; T on an event in the workbench makes one"
    hint = {"unit": unit, "flow": flow}.get(kind, f"{unit}; {flow}")
    return ConfigError(
        f"there are no {kind if kind != 'all' else ''} tests in `{root}`".replace("  ", " "), hint
    )


def _unit_files(path: Path, mode: str) -> list[tuple[Path, tuple[str, ...]]]:
    """The files of unit tests with the tags of their folders. Raises ConfigError."""
    if path.is_file():
        return [(path, tags_between(path.parent, path.parent))]
    folders = find_folders(path) or [TestFolder(path, "Unit", "all.tremor")]
    _refuse_others(folders, mode)
    files = {
        file.resolve(): (file, tags_between(path, folder.path))
        for folder in folders
        if folder.kind in ("Unit", "All")
        for file in folder.files()
        if file.suffix == ".tremor"
    }
    return list(files.values())


def _refuse_others(folders: list[TestFolder], mode: str) -> None:
    other = next((folder for folder in folders if folder.kind not in ("Unit", "All")), None)
    if mode == "all" and other is not None:
        hint = "run `tremor-tui test unit` for the unit tests among them"
        message = f"`{other.path}` has tests of the kind {other.kind}, which are not supported yet"
        raise ConfigError(message, hint)


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
        self.reports.append(report_part(f"unit test suites of {file}", elements, stats, spent))

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
        return {"name": suite.name, **report_part(suite.name, elements, stats, spent), "evidence": None}

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
        """Prints the table of tests, or of those that did not pass."""
        rows = [row for row in self.rows if verbose or row[0] == "FAIL"]
        if rows:
            output.table(("RESULT", "SUITE", "TEST", "EXPECTED != GOT"), rows)


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


def _write(path: Path, units: UnitRun, flows: FlowRun) -> None:
    record = {
        "metadata": {"name": "tremor-tui", "version": __version__},
        "includes": sorted(units.wanted.includes),
        "excludes": sorted(units.wanted.excludes),
        "reports": {"unit": units.reports, **({"flow": flows.reports} if flows.reports else {})},
        "stats": {
            "unit": units.total.as_record(),
            **({"flow": flows.total.as_record()} if flows.reports else {}),
        },
    }
    try:
        path.write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"cannot write the report `{path}`: {reason}", "check the folder") from None
