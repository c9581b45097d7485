"""Makes and runs tests of captured events for an editor, in a fork of the compile process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tremor_tui.control.authoring import TestResult
from tremor_tui.engine.compiling.fork import in_fork
from tremor_tui.engine.compiling.plan import open_texts
from tremor_tui.engine.compiling.questions import Expected, MakeTest, RunTests, Tested
from tremor_tui.engine.executors.link import Texts
from tremor_tui.engine.flow_tests.differ import Entry, shown
from tremor_tui.engine.flow_tests.form import Entering, FlowTest, read_test, tests_of, written
from tremor_tui.engine.flow_tests.runs import Came, outcome, run_test
from tremor_tui.engine.sources import compile_flows
from tremor_tui.errors import CompileError, ConfigError, TremorError
from tremor_tui.language.ir.deploy import DeployIR
from tremor_tui.model.batch import Value
from tremor_tui.model.values import BadJson, ValueFault, from_json, to_json

LIMIT_S = 0.5
"""For each test."""


def make_test(job: MakeTest) -> Expected:
    """The text of a test that expects what the flow makes of the event now."""
    try:
        deploy = compile_flows(open_texts(job.source)).ir
        test = _asked(job)
    except CompileError as error:
        return Expected(problem=_first(error))
    except BadJson as error:
        return Expected(problem=f"the event is not JSON: {error}")
    made = in_fork(_expected(deploy, test), Expected, LIMIT_S)
    return made[0] if made else Expected(problem=f"it did not end within {LIMIT_S:g} s")


def _first(error: CompileError) -> str:
    found = next((d for d in error.diagnostics if d.is_error), error.diagnostics[0])
    place = f"{found.span.line}:{found.span.column} " if found.span else ""
    return f"{place}{found.message}"


def _asked(job: MakeTest) -> FlowTest:
    """The test without a name and with nothing expected. Raises BadJson."""
    meta = from_json(job.meta) if job.meta else {}
    event = Entering(from_json(job.value), meta if isinstance(meta, dict) else {}, job.port, job.ingest_ns)
    flow = f"../{Path(job.source.path).name}"
    return FlowTest("", flow, job.flow, job.pipeline, job.node, entering=(event,))


def _expected(deploy: DeployIR, test: FlowTest) -> Iterator[Expected]:
    try:
        out = outcome(deploy, test)
        yield Expected(written(test, out), words_of(out), _name(test, out))
    except (TremorError, ValueFault) as error:
        yield Expected(problem=str(error))


def words_of(out: tuple[Entry, ...]) -> str:
    """What left, in a line: `err {"error":"no cust"}`."""
    return ", ".join(map(shown, out)) or "dropped"


def _name(test: FlowTest, out: tuple[Entry, ...]) -> str:
    what = test.subject.rstrip("/").rpartition("/")[2]
    if not out:
        return f"{what} drops it"
    if any("error" in entry for entry in out):
        return f"{what} fails"
    ports: dict[Value, None] = dict.fromkeys(entry["port"] for entry in out)
    return f"{what} to {' and '.join(map(str, ports))}"


# --- running ----------------------------------------------------------------------------------------


def run_tests(job: RunTests) -> Tested:
    """What comes of the tests of a flow; a text that does not compile runs none."""
    try:
        deploy = compile_flows(open_texts(job.source)).ir
    except CompileError as error:
        return Tested(diagnostics=error.diagnostics)
    files = [Path(file) for file in job.only] or tests_of(Path(job.source.path))
    tests = [test for file in files if (test := _read(file, job.source, job.flow))]
    results = in_fork(_results(deploy, tests), TestResult, LIMIT_S)
    missing = [_file(test) for test in tests[len(results) :]]
    if missing and not results:  # the one it was at takes too long; the others have their turn
        late = TestResult(missing[0], _told(tests[0]), error=f"it did not end within {LIMIT_S:g} s")
        results = [late]
        missing = missing[1:]
    return Tested(tuple(results), tuple(missing))


def _read(file: Path, source: Texts, flow: str) -> FlowTest | TestResult | None:
    """A test of this flow; a file that cannot be read is a result of its own, one of another flow nothing."""
    try:
        test = read_test(file)
    except ConfigError as error:
        return TestResult(str(file), file.name, error=str(error))
    is_own = test.flow_file == Path(source.path) and test.deployed in ("", flow)
    return test if is_own else None


def _file(test: FlowTest | TestResult) -> str:
    return str(test.file)


def _told(test: FlowTest | TestResult) -> str:
    return test.name


def _results(deploy: DeployIR, tests: list[FlowTest | TestResult]) -> Iterator[TestResult]:
    for test in tests:
        yield test if isinstance(test, TestResult) else _result(test, run_test(deploy, test))


def _result(test: FlowTest, came: Came) -> TestResult:
    return TestResult(
        str(test.file),
        test.name,
        test.subject.rstrip("/"),
        came.differs,
        to_json([*test.out]),
        to_json([*came.out]),
        came.refused,
    )
