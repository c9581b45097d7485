"""What an editor asks: completion, documentation, paths that samples lack, and tests of captured events.

Offsets are characters of the text from 0 on. `path`, `base`, `module_path` and `texts` are as in `Diagnose`;
all of it is answered by the compile process, so that a text can keep neither engine nor client busy.
"""

from __future__ import annotations

import msgspec

from tremor_tui.control.base import Command, Picture
from tremor_tui.model.diagnostic import Diagnostic


class Complete(Command, frozen=True, tag="complete"):
    """What may be written at `offset` of a text, and the call it stands in; answered with `Completed`.

    `samples` and their `metas` are JSON texts, whose keys complete paths below `event` and `$`.
    """

    path: str
    base: str
    offset: int
    module_path: tuple[str, ...] = ()
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    samples: tuple[str, ...] = ()
    metas: tuple[str, ...] = ()


class Document(Command, frozen=True, tag="document"):
    """What there is to say about the word at `offset` of a text; answered with `Documented`."""

    path: str
    base: str
    offset: int
    module_path: tuple[str, ...] = ()
    texts: dict[str, str] = msgspec.field(default_factory=dict)


class CheckPaths(Command, frozen=True, tag="check_paths"):
    """Which paths below `event` some of the `samples` lack; answered with `Diagnosed`, all of them warnings.

    Looks at the script around line `line` (from 1), or at all of a .tremor file.
    """

    path: str
    base: str
    line: int = 1
    module_path: tuple[str, ...] = ()
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    samples: tuple[str, ...] = ()


class MakeTest(Command, frozen=True, tag="make_test"):
    """Makes the text of a test of one event, without writing it; answered with `TestMade`.

    `value` and `meta` are JSON texts. `node` is a script of the pipeline, empty tests the whole pipeline;
    `port` is where the event enters. `ingest_ns` is the test's clock. `texts` are drafts.
    """

    flow: str
    pipeline: str
    value: str
    meta: str = ""
    node: str = ""
    port: str = "in"
    ingest_ns: int = 0
    texts: dict[str, str] = msgspec.field(default_factory=dict)


class RunTests(Command, frozen=True, tag="run_tests"):
    """Runs the tests of a flow as it would be with `texts`; answered with `TestsRun`.

    Those of `only`, by their files, or all. A text that does not compile runs none.
    """

    flow: str
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    only: tuple[str, ...] = ()


class Suggestion(Picture, frozen=True):
    """One thing that may be written: `insert` takes the place of the word.

    `kind` is a word for people (`key`, `function`, `keyword` …); `signature` is one line, such as
    `len(input) -> integer`, for a key its types; `doc` is one line; both may be empty.
    """

    label: str
    kind: str
    insert: str
    signature: str = ""
    doc: str = ""


class Hint(Picture, frozen=True):
    """The call around the cursor: `label` is its signature, `params[active]` the argument at hand."""

    label: str
    params: tuple[str, ...] = ()
    active: int = 0
    doc: str = ""


class Completed(Picture, frozen=True, tag="completed"):
    """The answer to `Complete`: `items` replace the text from `start` up to `end`; likeliest first."""

    items: tuple[Suggestion, ...] = ()
    start: int = 0
    end: int = 0
    hint: Hint | None = None


class Documented(Picture, frozen=True, tag="documented"):
    """The answer to `Document`: `doc` is Markdown. All empty where nothing is known of the word."""

    name: str = ""
    signature: str = ""
    doc: str = ""


class Expectation(Picture, frozen=True):
    """A test that could be kept: `outcome` says in words what it expects.

    `text` is the file's; its first key is `"name": ""`, for the client to fill in.
    """

    text: str
    outcome: str


class TestMade(Picture, frozen=True, tag="test_made"):
    """The answer to `MakeTest`: by what runs, and by the drafts where these make something else.

    `folder` is where the file belongs, `name` a name that fits; `problem` says why there is no draft's.
    """

    __test__ = False  # is none of pytest's
    folder: str
    name: str
    running: Expectation
    draft: Expectation | None = None
    problem: str = ""


class TestResult(Picture, frozen=True):
    """What came of a test: `differs` are lines that say where it is not as expected; none is a pass.

    `subject` is what is tested (`enrich/add_note`). `expected` and `came` are JSON texts of the list that the
    file calls `out`. `error`: why it could not run.
    """

    __test__ = False  # is none of pytest's
    file: str
    name: str
    subject: str = ""
    differs: tuple[str, ...] = ()
    expected: str = ""
    came: str = ""
    error: str = ""

    @property
    def is_pass(self) -> bool:
        """Whether all was as expected."""
        return not self.differs and not self.error


class TestsRun(Picture, frozen=True, tag="tests_run"):
    """The answer to `RunTests`. `diagnostics`: why none was run."""

    __test__ = False  # is none of pytest's
    results: tuple[TestResult, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
