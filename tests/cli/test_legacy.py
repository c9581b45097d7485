"""A deployment of tremor 0.9 runs, is checked and is drawn as a .troy file is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli

DEPLOYMENT = """
onramp: [{id: in, type: file, config: {source: in.json, close_on_done: true}}]
offramp: [{id: out, type: file, config: {file: out.json}}]
binding:
  - id: main
    links:
      /onramp/in/{instance}/out: "/pipeline/double/{instance}/in"
      /pipeline/double/{instance}/out: ["/offramp/out/{instance}/in"]
mapping:
  /binding/main/01: {instance: "01"}
"""


@pytest.fixture(autouse=True)
def _files(folder: Path) -> None:
    (folder / "old.yaml").write_text(DEPLOYMENT)
    (folder / "in.json").write_text('{"n": 1}\n{"n": 2}\n')
    (folder / "double.trickle").write_text("select event.n * 2 from in into out;")


def test_it_runs_with_the_pipelines_beside_it(cli: Cli, folder: Path) -> None:
    ran = cli("run", "old.yaml")

    assert (ran.status, (folder / "out.json").read_text()) == (0, "2\n4\n")
    assert "main-01: 2 in, 2 out, 0 to err, 0 left" in ran.err


def test_pipelines_that_are_named_come_before_those_beside_it(cli: Cli, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "double.trickle").write_text("select event.n * 3 from in into out;")

    assert cli("run", "old.yaml", "sub/double.trickle").status == 0
    assert (folder / "out.json").read_text() == "3\n6\n"


def test_a_fault_in_it_is_shown_with_its_place(cli: Cli, folder: Path) -> None:
    (folder / "old.yaml").write_text(DEPLOYMENT.replace("type: file", "typ: file", 1))

    ran = cli("check", "--error-format", "short", "old.yaml")

    assert ran.status == 1
    assert "old.yaml:2:19-2:22: error: an onramp has no key `typ`" in ran.err


def test_a_fault_in_its_pipeline_is_shown_with_its_place(cli: Cli, folder: Path) -> None:
    (folder / "double.trickle").write_text("select nope from in into out;")

    ran = cli("check", "--error-format", "short", "old.yaml")

    assert ran.status == 1
    assert "double.trickle:1:8-1:12: error:" in ran.err


def test_it_is_drawn(cli: Cli) -> None:
    assert '"connector/onramp-in-01" -> "pipeline/double-01";' in cli("dbg", "dot", "old.yaml").out
    assert cli("dbg", "graph", "old.yaml").out.startswith("double-01:\nin\n")


def test_it_has_no_syntax_tree(cli: Cli) -> None:
    ran = cli("dbg", "ast", "old.yaml")

    assert (ran.status, "no syntax tree" in ran.err) == (1, True)


def test_only_such_a_file_is_followed_by_others(cli: Cli) -> None:
    assert cli("check", "a.troy", "b.trickle").status == 2
