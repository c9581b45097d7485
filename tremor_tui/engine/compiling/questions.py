"""What the compile process is asked for an editor; most answers are the control plane's own."""

from __future__ import annotations

import msgspec

from tremor_tui.control.authoring import Completed, Documented, TestResult
from tremor_tui.engine.executors.link import Texts
from tremor_tui.model.diagnostic import Diagnostic


class Complete(msgspec.Struct, frozen=True, tag="complete"):
    """What may be written here? Answered with `Completed`."""

    source: Texts
    offset: int
    samples: tuple[str, ...] = ()
    metas: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True, tag="document"):
    """What is this word? Answered with `Documented`."""

    source: Texts
    offset: int


class CheckPaths(msgspec.Struct, frozen=True, tag="check_paths"):
    """Which paths do the samples lack? Answered with `Found`."""

    source: Texts
    line: int
    samples: tuple[str, ...]


class MakeTest(msgspec.Struct, frozen=True, tag="make_test"):
    """What would a test of this event be? Answered with `Expected`; the rest is as in the control plane's."""

    source: Texts
    flow: str
    pipeline: str
    node: str
    port: str
    value: str
    meta: str
    ingest_ns: int


class RunTests(msgspec.Struct, frozen=True, tag="run_tests"):
    """What comes of the tests of this flow, or of those of the files `only`? Answered with `Tested`."""

    source: Texts
    flow: str
    only: tuple[str, ...] = ()


class Expected(msgspec.Struct, frozen=True, tag="expected"):
    """The text of a test, what it expects in words and a name for it; else why there is none."""

    text: str = ""
    outcome: str = ""
    name: str = ""
    problem: str = ""


class Tested(msgspec.Struct, frozen=True, tag="tested"):
    """What came of tests. `left`: files that there was no time for."""

    results: tuple[TestResult, ...] = ()
    left: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


Question = Complete | Document | CheckPaths | MakeTest | RunTests
Reply = Completed | Documented | Expected | Tested
