"""`test unit`: which tests run, what counts as passed, and what is told about the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tremor_tui.cli.main import run
from tremor_tui.errors import ConfigError
from tremor_tui.testing.folders import Filter, find_folders, tags_between

SUITES = """
use std::test;
const X = 3;
fn more(a) with a + X end;
test::suite({"name": "sums", "tags": ["math"], "tests": [
  test::test({"name": "holds", "test": test::assert("holds", 4, more(1))}),
  test::test({"name": "fails", "tags": ["slow"], "test": test::assert("fails", 5, more(1))}),
  test::test({"name": "breaks", "test": event.missing}),
  test::test({"name": "is unknown", "test": more(1, 2)}),
  test::test({"name": "is true", "test": true}),
  test::test({"name": "is odd", "test": "text"})
]});
test::suite({"name": "untagged", "tests": [test::test({"name": "never", "test": false})]})
"""


@pytest.fixture
def suites(tmp_path: Path) -> Path:
    (tmp_path / "meta.yaml").write_text("kind: Unit\nincludes: all.tremor\n")
    (tmp_path / "all.tremor").write_text(SUITES)
    return tmp_path


def unit(suites: Path, *more: str) -> tuple[int, dict[str, Any]]:
    report = suites / "report.json"
    status = run(["test", "unit", str(suites), "--report", str(report), "--error-format", "short", *more])
    return status, json.loads(report.read_bytes())


def test_each_test_counts_by_itself(suites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = unit(suites)

    stats = report["stats"]["unit"]
    told = capsys.readouterr()
    assert status == 1
    assert (stats["pass"], stats["fail"], stats["skip"]) == (2, 4, 0)
    assert stats["failed_test_names"] == ["fails", "breaks", "is unknown", "is odd"]
    assert "5 != 4" in told.out
    assert "2 passed, 4 failed, 0 skipped" in told.out
    assert "all.tremor:8:47-8:54: error: Trying to access a non existing event key `missing`" in told.err
    assert "Bad arity for function more" in told.err
    assert "never" not in told.out


def test_passed_tests_are_listed_on_demand(suites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unit(suites)
    short = capsys.readouterr().out
    unit(suites, "-v")
    long = capsys.readouterr().out

    assert "holds" not in short
    assert "pass    sums   holds" in long


def test_tags_choose_tests(suites: Path) -> None:
    assert unit(suites, "-i", "slow")[1]["stats"]["unit"]["fail"] == 1
    assert unit(suites, "-e", "slow")[1]["stats"]["unit"]["skip"] == 1
    assert unit(suites, "-e", "math", "-i", "slow")[1]["stats"]["unit"]["skip"] == 5


def test_all_is_well_where_none_failed(suites: Path) -> None:
    (suites / "all.tremor").write_text(
        "use std::test;"
        'test::suite({"name": "a", "tags": [], "tests": [test::test({"name": "b", "test": true})]})'
    )

    status, report = unit(suites)

    assert status == 0
    assert report["stats"]["unit"] == {
        "pass": 1,
        "fail": 0,
        "skip": 0,
        "assert": 1,
        "failed_test_names": [],
    }
    elements = report["reports"]["unit"][0]["elements"]["a"]["elements"]
    assert [element["result"]["status"] for element in elements] == ["Passed"]


@pytest.mark.parametrize("text", ["let x = ;", "use none;\n1", "fn f() with g() end; 1", "1 + true"])
def test_a_file_that_does_not_compile_is_a_failure(
    suites: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (suites / "all.tremor").write_text(text)

    status, report = unit(suites)

    assert (status, report["stats"]["unit"]["fail"]) == (1, 1)
    assert ": error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ('test::suite({"name": "a", "tags": [], "tests": 1})', "the tests of a suite are a list"),
        ('test::suite({"name": "a", "tags": [], "tests": [1]})', "only tests may stand here"),
        ('test::suite("a")', "a suite is described by a record"),
    ],
)
def test_what_is_no_test_is_refused(
    suites: Path, spec: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (suites / "all.tremor").write_text(f"use std::test; {spec}")

    assert unit(suites)[0] == 1
    assert said in capsys.readouterr().err


def test_a_test_without_an_expression_fails(suites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'use std::test; test::suite({"name": "a", "tags": [], "tests": [test::test({"name": "b"})]})'
    (suites / "all.tremor").write_text(text)

    assert unit(suites)[0] == 1
    assert "the test has no `test`" in capsys.readouterr().err


def test_a_folder_without_tests_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", "unit", str(tmp_path)]) == 1
    assert "there are no unit tests" in capsys.readouterr().err


def test_other_kinds_are_refused(suites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (suites / "meta.yaml").write_text('{"kind": "Integration", "includes": "*"}')

    assert run(["test", "integration", str(suites)]) == 1
    assert run(["test", "all", str(suites)]) == 1
    assert capsys.readouterr().err.count("not supported yet") == 2


# --- folders ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["kind: Unit\nincludes: '*.tremor'", '{"kind": "unit", "includes": "*.tremor"}']
)
def test_settings_are_json_or_lines(tmp_path: Path, text: str) -> None:
    (tmp_path / "meta.yaml").write_text(text)

    (folder,) = find_folders(tmp_path)

    assert (folder.kind, folder.includes) == ("Unit", "*.tremor")


@pytest.mark.parametrize(
    "text", ["", "kind: Unit", "- kind", "kind: Odd\nincludes: a", "kind: Unit\nincludes: /a"]
)
def test_bad_settings_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "meta.yaml").write_text(text)

    with pytest.raises(ConfigError):
        find_folders(tmp_path)


@pytest.mark.parametrize("text", ["- a\n- b", "[a, 'b']", '["a", "b"]', '# tags\n- a # one\n- "b"\n'])
def test_tags_are_those_of_all_folders_on_the_way(tmp_path: Path, text: str) -> None:
    inner = tmp_path / "one" / "two"
    inner.mkdir(parents=True)
    (tmp_path / "tags.yaml").write_text(text)
    (inner / "tags.yaml").write_text("- c")

    assert tags_between(tmp_path, inner) == ("a", "b", "c", "two")


def test_what_is_included_runs_whatever_excludes_it() -> None:
    both = Filter(frozenset(["a"]), frozenset(["b"]))

    assert both.takes(["a", "b"])
    assert not both.takes(["c"])
    assert Filter(frozenset(), frozenset(["b"])).takes(["c"])
    assert Filter().takes([])
