"""`test` of flows: which tests a path stands for, what is told of those that fail, and the exit status."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from tremor_tui.cli.main import run

FLOW = """
define flow orders
flow
  define connector tick from metronome with config = {"interval": 10000000} end;
  define connector nowhere from `null` with codec = "json" end;
  define pipeline enrich
  pipeline
    define script note
    script
      match event of
        case %{ absent cust } => emit {"error": "no cust"} => "err"
        case _ => {"id": event.id, "total": event.total * 2}
      end
    end;
    create script note;
    select event from in into note;
    select event from note into out;
    select event from note/err into err;
  end;
  create connector tick;
  create connector nowhere;
  create pipeline enrich;
  connect /connector/tick to /pipeline/enrich;
  connect /pipeline/enrich to /connector/nowhere;
end;
deploy flow orders;
"""
GOOD: dict[str, object] = {
    "name": "plain order",
    "flow": "../orders.troy",
    "deployed": "orders",
    "pipeline": "enrich",
    "node": "note",
    "in": [{"value": {"id": 1, "cust": "c", "total": 2.5}}],
    "out": [{"port": "out", "value": {"id": 1, "total": 5.0}, "meta": {}}],
}
BAD: dict[str, object] = {
    **GOOD,
    "name": "no customer",
    "node": "",
    "in": [{"value": {"id": 2}}],
    "out": [{"port": "out", "value": {"id": 2, "total": 1.0}}],
}
TOLD = """\
RESULT  OF      TEST         WHAT DIFFERS
FAIL    enrich  no customer  expected port out, got err
no customer:
  expected port out, got err
  value.id: expected 2, got nothing
  value.total: expected 1.0, got nothing
  value.error: expected nothing, got "no cust"
1 passed, 1 failed, 0 skipped
"""


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    (tmp_path / "orders.troy").write_text(FLOW)
    (tmp_path / "tests").mkdir()
    keep(tmp_path, "plain", GOOD)
    keep(tmp_path, "none", BAD)
    return tmp_path


def keep(folder: Path, name: str, test: dict[str, object]) -> Path:
    path = folder / "tests" / f"{name}.test.json"
    path.write_text(json.dumps(test))
    return path


@pytest.mark.parametrize("what", ["tests", "orders.troy", "."])
def test_a_folder_and_a_flow_stand_for_their_tests(
    orders: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(["test", str(orders / what)])

    assert (status, capsys.readouterr().out) == (1, TOLD)


def test_one_file_is_one_test(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(["test", "-v", str(orders / "tests" / "plain.test.json")])

    told = capsys.readouterr().out
    assert status == 0
    assert "pass    enrich/note  plain order" in told
    assert told.endswith("1 passed, 0 failed, 0 skipped\n")


def test_both_kinds_run_together_and_each_alone(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (orders / "tests" / "meta.yaml").write_text("kind: Unit\nincludes: all.tremor\n")
    test = 'test::test({"name": "t", "test": true})'
    suite = f'use std::test; test::suite({{"name": "s", "tags": ["a"], "tests": [{test}]}})'
    (orders / "tests" / "all.tremor").write_text(suite)
    report = orders / "report.json"

    assert run(["test", "all", str(orders / "tests"), "-o", str(report)]) == 1
    assert "2 passed, 1 failed, 0 skipped" in capsys.readouterr().out
    stats = json.loads(report.read_bytes())["stats"]
    assert (stats["unit"]["pass"], stats["flow"]["pass"], stats["flow"]["fail"]) == (1, 1, 1)
    assert run(["test", "unit", str(orders / "tests")]) == 0
    assert "1 passed, 0 failed, 0 skipped" in capsys.readouterr().out
    assert run(["test", "flow", str(orders / "tests")]) == 1
    assert "1 passed, 1 failed, 0 skipped" in capsys.readouterr().out


def test_tags_choose_among_them(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(orders, "none", {**BAD, "tags": ["slow"]})

    assert run(["test", str(orders / "tests"), "-e", "slow"]) == 0
    assert "1 passed, 0 failed, 1 skipped" in capsys.readouterr().out


def test_a_flow_that_does_not_compile_fails_its_tests_and_is_told_once(
    orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (orders / "orders.troy").write_text(FLOW.replace("event.total * 2", "event.total *"))

    status = run(["test", str(orders / "tests"), "--error-format", "short"])

    told = capsys.readouterr()
    assert status == 1
    assert told.err.count("orders.troy:12") == 1
    assert told.out.count("its flow orders.troy does not compile") == 2


def test_a_file_that_is_no_test_fails(orders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(["test", str(keep(orders, "bad", {"flow": "x"}))])

    assert status == 1
    assert "`pipeline` is missing" in capsys.readouterr().out


def test_without_tests_it_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", "flow", str(tmp_path)]) == 1
    assert "T on an event in the workbench makes one" in capsys.readouterr().err


WINDOWS = (files("tremor_tui.control.templates") / "windows.troy").read_text()
SECOND = 10**9
FIGURES: dict[str, object] = {
    "name": "figures of five seconds",
    "flow": "../windows.troy",
    "pipeline": "figures",
    "in": [
        {"value": {"kind": "red", "value": 1}},
        {"tick": 2 * SECOND},
        {"value": {"kind": "red", "value": 3}},
        {"tick": 3 * SECOND},
    ],
    "out": [{"value": {"kind": "red", "count": 2, "mean": 2.0, "most": 3.0}}],
}


@pytest.fixture
def windows(tmp_path: Path) -> Path:
    (tmp_path / "windows.troy").write_text(WINDOWS)
    (tmp_path / "tests").mkdir()
    return tmp_path


def test_a_tick_lets_time_pass_and_closes_the_windows_that_are_due(
    windows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = keep(windows, "figures", FIGURES)

    assert run(["test", str(path)]) == 0, capsys.readouterr().out


def test_before_the_time_of_a_window_has_passed_a_tick_closes_nothing(
    windows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [{"value": {"kind": "red", "value": 1}}, {"tick": 5 * SECOND - 1}]
    path = keep(windows, "figures", {**FIGURES, "in": steps})

    assert run(["test", str(path)]) == 1
    assert "got no event" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("of", "steps", "words"),
    [
        (FIGURES, [{"tick": 1}], "`in` has no event"),
        (FIGURES, [{"value": {}}, {"tick": "1 s"}], "`tick` is how many nanoseconds pass"),
        (FIGURES, [{"value": {}}, {"tick": 1, "port": "in"}], "has no key `port`"),
        (GOOD, [{"value": {}}, {"tick": 1}], "is a script, which hears of no tick"),
    ],
)
def test_a_tick_that_means_nothing_is_refused(
    orders: Path, of: dict[str, object], steps: object, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (orders / "windows.troy").write_text(WINDOWS)
    path = keep(orders, "odd", {**of, "in": steps})

    assert run(["test", str(path)]) == 1
    shown = capsys.readouterr()
    assert words in shown.out + shown.err


@pytest.mark.parametrize("arguments", [["tset"], ["nothing", "tests"]])
def test_what_is_neither_kind_nor_path_is_wrong_usage(arguments: list[str]) -> None:
    assert run(["test", *arguments]) == 2
