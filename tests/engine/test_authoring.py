"""What the compile process answers an editor: words, meanings, missing paths, tests made and run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.texts import flow
from tremor_tui.control.authoring import Completed, Documented
from tremor_tui.engine.compiling import testing
from tremor_tui.engine.compiling.child import outcome
from tremor_tui.engine.compiling.link import Broken, Found
from tremor_tui.engine.compiling.questions import (
    CheckPaths,
    Complete,
    Document,
    Expected,
    MakeTest,
    Question,
    RunTests,
    Tested,
)
from tremor_tui.engine.executors.link import Texts

SCRIPT = (
    'match event of case %{ present id } => let $class = "x"; event case _ => emit event.nope => "err" end'
)


class Desk:
    """A flow in a folder, and the questions about it."""

    def __init__(self, folder: Path, script: str = SCRIPT) -> None:
        self.path = folder / "one.troy"
        self.path.write_text(flow(script=script))
        self.tests = folder / "tests"
        self.tests.mkdir()

    def texts(self, **drafts: str) -> Texts:
        return Texts(str(self.path), str(self.path.parent), (), {str(self.path): t for t in drafts.values()})

    def made(self, value: str, node: str = "work", meta: str = "") -> Expected:
        found = outcome(MakeTest(self.texts(), "one", "main", node, "in", value, meta, 5))
        assert isinstance(found, Expected)
        return found

    def keep(self, name: str, text: str, **changes: Any) -> Path:
        path = self.tests / f"{name}.test.json"
        path.write_text(json.dumps({**json.loads(text), "name": name, **changes}))
        return path

    def run(self, draft: str = "", only: tuple[Path, ...] = ()) -> Tested:
        texts = self.texts(draft=draft) if draft else self.texts()
        found = outcome(RunTests(texts, "one", tuple(map(str, only))))
        assert isinstance(found, Tested)
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_test_expects_what_the_script_makes_of_the_event(desk: Desk) -> None:
    found = desk.made('{"id":1}', meta='{"a":1}')

    record = json.loads(found.text)
    assert (found.outcome, found.name, found.problem) == ('out {"id":1}', "work to out", "")
    assert record["in"] == [{"value": {"id": 1}, "meta": {"a": 1}, "ingest_ns": 5}]
    assert record["out"] == [{"port": "out", "value": {"id": 1}, "meta": {"a": 1, "class": "x"}}]
    assert (record["flow"], record["deployed"], record["pipeline"]) == ("../one.troy", "one", "main")
    assert next(iter(record)) == "name"


@pytest.mark.parametrize(
    ("value", "node", "outcome", "name"),
    [
        ('{"b":1}', "work", "failed: Trying to access a non existing event key `nope`", "work fails"),
        ('{"nope":2}', "work", "err 2", "work to err"),
        ('{"id":1}', "", 'out {"id":1}', "main to out"),
        ('{"b":1}', "", "failed: Trying to access a non existing event key `nope`", "main fails"),
    ],
)
def test_failures_ports_and_whole_pipelines_are_expected_as_they_are(
    desk: Desk, value: str, node: str, outcome: str, name: str
) -> None:
    found = desk.made(value, node)

    assert (found.outcome, found.name) == (outcome, name)


@pytest.mark.parametrize(
    ("value", "node", "problem"),
    [
        ("{", "work", "the event is not JSON"),
        ("1", "wrok", "there is no node called `wrok`"),
        ("1", "out", "is no script"),
    ],
)
def test_why_there_is_no_test_is_said(desk: Desk, value: str, node: str, problem: str) -> None:
    assert problem in desk.made(value, node).problem


def test_a_flow_that_does_not_compile_makes_and_runs_no_test(tmp_path: Path) -> None:
    desk = Desk(tmp_path, script="let")

    assert desk.made("1").problem.startswith("11:5 Found the token")
    assert desk.run().diagnostics
    assert not desk.run().results


def test_tests_run_on_drafts_and_say_what_differs(desk: Desk) -> None:
    text = desk.made('{"id":1}').text
    desk.keep("same", text)
    desk.keep("other flow", text, flow="../two.troy")

    (good,) = desk.run().results
    (bad,) = desk.run(draft=flow(script='let event.b = 2.0; emit event => "out"')).results

    assert good.is_pass
    assert (good.name, good.subject) == ("same", "main/work")
    assert bad.differs == ("value.b: expected nothing, got 2.0", 'meta.class: expected "x", got nothing')


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"out": []}, "expected no event, got 1 event"),
        ({"out": [{"port": "err"}]}, "expected port err, got out"),
        ({"out": [{"port": "out"}]}, ""),
        ({"out": [{"value": {"id": 1.0}}]}, "value.id: expected 1.0, got 1"),
        ({"out": [{"value": {"id": 2}}], "ignore": ["value.id"]}, ""),
        ({"out": [{"error": "x"}]}, "expected the failure `x`, got port out"),
        ({"out": [{"value": {"id": 1}}, {"port": "a"}]}, "expected 2 events, got 1 event"),
    ],
)
def test_only_what_is_named_is_compared(desk: Desk, changes: dict[str, Any], differs: str) -> None:
    desk.keep("one", desk.made('{"id":1}').text, **changes)

    (result,) = desk.run().results

    assert (result.differs[:1] or ("",))[0] == differs


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "the test is not JSON"),
        ("[]", "the test is a record"),
        ('{"flow": "../one.troy"}', "`pipeline` is missing"),
        ('{"flow": "../one.troy", "pipeline": "main"}', "`in` has no event"),
        ('{"flow": "../one.troy", "pipeline": "main", "inn": []}', "has no key `inn`"),
        ('{"flow": "../one.troy", "pipeline": "main", "in": [1]}', "an event of `in` is a record"),
        ('{"flow": "../one.troy", "pipeline": "main", "in": [{}]}', "has no `value`"),
        ('{"flow": "../one.troy", "pipeline": "main", "in": [{"value": 1}], "tags": [1]}', "list of texts"),
        ('{"flow": "../one.troy", "pipeline": "mian", "in": [{"value": 1}]}', "no pipeline called `mian`"),
    ],
)
def test_what_is_wrong_with_a_file_is_its_result(desk: Desk, text: str, error: str) -> None:
    (desk.tests / "bad.test.json").write_text(text)

    (result,) = desk.run().results

    assert error in result.error
    assert not result.is_pass


def test_a_test_that_takes_too_long_leaves_the_others_their_turn(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testing, "LIMIT_S", 0.0)
    text = desk.made('{"id":1}').text or '{"flow": "../one.troy", "pipeline": "main", "in": [{"value": 1}]}'
    first, second = desk.keep("a", text), desk.keep("b", text)

    found = desk.run()

    assert found.results[0].error.startswith("it did not end within")
    assert found.left == (str(second),)
    assert found.results[0].file == str(first)


def test_events_of_a_test_share_the_state_and_the_clock_is_theirs(tmp_path: Path) -> None:
    count = "let state = match state of case null => 1 case _ => state + 1 end"
    desk = Desk(tmp_path, script=f'use tremor::system; {count}; {{"n": state, "at": system::ingest_ns()}}')
    entering = [{"value": 0, "ingest_ns": 7}, {"value": 0, "ingest_ns": 9}]
    out = [{"value": {"n": 1, "at": 7}}, {"value": {"n": 2, "at": 9}}]
    desk.keep("two", desk.made("0").text, **{"in": entering, "out": out})

    (result,) = desk.run().results

    assert result.is_pass


# --- words and meanings --------------------------------------------------------------------------------


def ask(question: Question) -> Any:
    found = outcome(question)
    assert not isinstance(found, Broken), found
    return found


def test_keys_of_samples_are_offered_with_how_many_have_them(desk: Desk) -> None:
    text = desk.path.read_text()
    offset = text.index("event.nope") + len("event.n")

    found = ask(Complete(desk.texts(), offset, ('{"nope":1,"id":2}', '{"id":3}', '{"cut')))

    assert isinstance(found, Completed)
    (item,) = found.items
    assert (item.label, item.kind, item.signature, item.doc) == ("nope", "key", "integer", "1  in 1 of 2")
    assert text[found.start : found.end] == "nope"


def test_a_call_is_explained_while_it_is_written(desk: Desk) -> None:
    draft = "use std::string;\nlet x = string::split(event, "
    texts = Texts(
        str(desk.path.with_name("a.tremor")), "/", (), {str(desk.path.with_name("a.tremor")): draft}
    )

    found = ask(Complete(texts, len(draft)))

    assert found.hint is not None
    assert found.hint.params[found.hint.active] == "separator"


def test_a_module_that_changed_on_disk_is_read_anew(tmp_path: Path) -> None:
    module, main = tmp_path / "mine.tremor", tmp_path / "a.tremor"
    module.write_text("fn one(a) with a end;\n")
    draft = "use mine; mine::"
    question = Complete(Texts(str(main), str(tmp_path), (), {str(main): draft}), len(draft))
    assert [item.label for item in ask(question).items] == ["one"]

    module.write_text("fn one(a) with a end;\nfn two(a) with a end;\n")

    assert [item.label for item in ask(question).items] == ["one", "two"]


def test_a_word_is_explained(desk: Desk) -> None:
    offset = desk.path.read_text().index("metronome") + 2

    found = ask(Document(desk.texts(), offset))

    assert isinstance(found, Documented)
    assert found.signature == "connector from metronome"
    assert "`interval`" in found.doc


def test_paths_that_samples_lack_are_warned_of(desk: Desk) -> None:
    found = ask(CheckPaths(desk.texts(), 9, ('{"nope":1}', '{"id":3}')))

    assert isinstance(found, Found)
    (warning,) = found.diagnostics
    assert warning.message == "`event.nope` is missing in 1 of 2 samples: a missing path is an error"
    assert warning.severity == "warning"
    assert warning.span is not None
    assert warning.span.file == "one.troy"


@pytest.mark.parametrize("kind", [Complete, Document])
def test_of_a_file_that_is_not_there_nothing_is_known(tmp_path: Path, kind: type[Any]) -> None:
    found = ask(kind(Texts(str(tmp_path / "none.tremor"), str(tmp_path)), 0))

    assert found in (Completed(), Documented())
