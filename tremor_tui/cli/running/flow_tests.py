"""Runs the tests of flows that were made of captured events, and tells what differs.

A flow is compiled once for all of its tests. `engine/flow_tests` says what a test is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tremor_tui.cli import output
from tremor_tui.cli.diagnose import show
from tremor_tui.cli.modules import module_path
from tremor_tui.cli.output import ErrorFormat
from tremor_tui.cli.running.stats import Stats, report_part
from tremor_tui.engine.flow_tests.form import SUFFIX, FlowTest, find_tests, read_test, tests_of
from tremor_tui.engine.flow_tests.runs import Came, run_test
from tremor_tui.engine.sources import YAML, Program, compile_flows
from tremor_tui.errors import CompileError, ConfigError
from tremor_tui.language.ir.deploy import DeployIR
from tremor_tui.testing.folders import Filter, tags_between

FLOWS = (".troy", *YAML)


def is_of_flow(path: Path) -> bool:
    """Whether a file is a test of a flow, or a flow's own."""
    return path.is_file() and (path.name.endswith(SUFFIX) or path.suffix in FLOWS)


def flow_tests_in(path: Path) -> list[Path]:
    """The tests of flows that a path stands for: one, those beside a flow's file, or those of a folder."""
    if path.is_dir():
        return find_tests(path)
    if path.name.endswith(SUFFIX) and path.is_file():
        return [path]
    return tests_of(path) if is_of_flow(path) else []


@dataclass(slots=True)
class FlowRun:
    """Runs tests of flows, and keeps what came of them."""

    root: Path
    wanted: Filter
    style: ErrorFormat
    total: Stats = field(default_factory=Stats)
    reports: list[dict[str, Any]] = field(default_factory=list)
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    details: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    _compiled: dict[Path, DeployIR | None] = field(default_factory=dict)

    def file(self, file: Path) -> None:
        """Runs the test of a file. One that cannot be read, or whose flow does not compile, fails."""
        started = time.perf_counter_ns()
        try:
            test = read_test(file)
        except ConfigError as error:
            self._count(str(file), "", Came(refused=_words(error)), started)
            return
        if self._is_other(test):
            return
        folder = self.root if self.root.is_dir() else file.parent
        if not self.wanted.takes((*tags_between(folder, file.parent), *test.tags)):
            self.total.skip += 1
            self.rows.append(("skip", test.subject.rstrip("/"), test.name, ""))
            return
        deploy = self._deploy(test.flow_file)
        refused = Came(refused=f"its flow {test.flow_file.name} does not compile")
        came = refused if deploy is None else run_test(deploy, test)
        self._count(test.name, test.subject.rstrip("/"), came, started)

    def _is_other(self, test: FlowTest) -> bool:
        """Whether the test is of another flow than the one whose file was named."""
        return self.root.suffix in FLOWS and test.flow_file.resolve() != self.root.resolve()

    def _deploy(self, file: Path) -> DeployIR | None:
        if file not in self._compiled:
            self._compiled[file] = self._compile(file)
        return self._compiled[file]

    def _compile(self, file: Path) -> DeployIR | None:
        program = None
        try:
            program = Program.open(file, Path.cwd(), module_path())
            return compile_flows(program).ir
        except CompileError as error:
            show(error.diagnostics, program.find if program else lambda _name: None, self.style)
            return None

    def _count(self, name: str, subject: str, came: Came, started: int) -> None:
        stats = Stats()
        stats.count(name, came.is_pass)
        self.total.add(stats)
        lines = (came.refused,) if came.refused else came.differs
        self.rows.append(("pass" if came.is_pass else "FAIL", subject, name, lines[0] if lines else ""))
        if len(lines) > 1:
            self.details.append((name, lines))
        spent = time.perf_counter_ns() - started
        self.reports.append(report_part(name, {"subject": subject, "differs": list(lines)}, stats, spent))

    def tell(self, verbose: bool) -> None:
        """Prints the table of tests, or of those that did not pass, and all that differs."""
        rows = [row for row in self.rows if verbose or row[0] == "FAIL"]
        if rows:
            output.table(("RESULT", "OF", "TEST", "WHAT DIFFERS"), rows)
        for name, lines in self.details:
            output.data("\n".join([f"{name}:", *(f"  {line}" for line in lines)]))


def _words(error: ConfigError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message
