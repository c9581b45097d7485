"""`run --interactive`: statements from stdin, with what the ones before left behind."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tremor_tui.cli.main import run
from tremor_tui.language.session import wants_more


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    return Typed(monkeypatch, capsys)


class Typed:
    """Runs the command with lines on stdin that is no terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        self.status, self.err = 0, ""

    def __call__(self, *lines: str, file: Path | None = None) -> list[str]:
        self.monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
        files = [str(file)] if file else []
        self.status = run(["run", "--interactive", "--error-format", "short", *files])
        told = self.capsys.readouterr()
        self.err = told.err
        return told.out.splitlines()


@pytest.mark.parametrize(
    ("lines", "out"),
    [
        (["1 + 2", '"a" + "b"'], ["3", '"ab"']),
        (["let x = 1; let y = x + 1", "x + y"], ["3"]),
        (["fn f(a) with a * 2 end", "f(4)"], ["8"]),
        (["fn f() with 1 end", "fn g() with f() end", "fn f() with 2 end", "g()"], ["2"]),
        (["const A = 1", "const A = A_", "A"], ["1"]),
        (["fn f() with 1 end", "fn g() with 2 end", "fn f() with g() end", "f()"], ["2"]),
        (["use std::string", 'string::len("abc")'], ["3"]),
        (["let event.a = 1", "event"], ['{"a":1}']),
        (["let $a = 1", "$"], ['{"a":1}']),
        (["let state = 1", "let state = state + 1", "state"], ["2"]),
        (
            ["match 1 of case 1 => let z = 5; 6 case _ => let w = 1 end", "z", "present w"],
            ["6", "5", "false"],
        ),
        (["drop", "emit 1", 'emit {} => "side"'], ["dropped", "out <- 1", "side <- {}"]),
        (["match event of case %{} => drop case _ => 1 end"], ["dropped"]),
        (["# nothing", "", "1 # one"], ["1"]),
    ],
)
def test_statements_see_what_was_before(typed: Typed, lines: list[str], out: list[str]) -> None:
    assert typed(*lines) == out


def test_unfinished_statements_go_on_in_the_next_line(typed: Typed) -> None:
    out = typed(
        "fn f(a) with",
        "",
        "  a + 1",
        "end",
        "match 1 of",
        "case 1 => f(1)",
        "case _ => 0",
        "end",
        '"""',
        "x",
        '"""',
    )

    assert out == ["2", '"x\\n"']


def test_a_fault_is_told_with_its_place_and_leaves_the_rest_alone(typed: Typed) -> None:
    out = typed("let x = 1", "nope", "let y = 2; x.a; let z = 3", "x + y", "z", ") 1", "2")

    assert out == ["3", "2"]
    assert typed.status == 1
    assert "<2>:1:1-1:5: error: Trying to access a non existing local key `nope`" in typed.err
    assert "<6>:1:1-1:2: error: Found the token `)`" in typed.err
    assert "Traceback" not in typed.err


def test_a_value_that_cannot_be_shown_is_told(typed: Typed) -> None:
    deep = "fn f(n, a) of case (0, _) => a case _ => recur(n - 1, [a]) end"

    out = typed(deep, "let n = 600", "f(n, 1)", "let v = f(n, 1)", "n", "v", "n + 1")

    assert out == ["600", "601"]
    assert typed.err.count("error: ") == 2
    assert "Traceback" not in typed.err


def test_what_is_unfinished_at_the_end_is_told(typed: Typed) -> None:
    assert typed("1", "let x = ") == ["1"]
    assert typed.status == 1
    assert "Found the end of the text" in typed.err


def test_commands_answer(typed: Typed) -> None:
    out = typed(
        ':type [1]', ":type drop", ":help string::len", ':event {"a": 2}', ":event", "event.a / 4",
        "let v = 1", ":vars", "let x = [", ":cancel", ":quit", "nope",
    )  # fmt: skip

    assert out[:2] == ["array", "nothing"]
    assert out[2] == "len(input) -> integer"
    assert out[-3:] == ['{"a":2}', "0.5", "v = 1"]
    assert (typed.status, typed.err) == (0, "")


def test_wrong_commands_are_refused(typed: Typed) -> None:
    assert typed(":snot", ":help nothing", ":event {", ":run", ":type", ":help") == []
    assert typed.status == 1
    assert typed.err.count("error:") == 5
    assert ":type EXPR" in typed.err


def test_the_definitions_of_a_file_are_known_and_it_runs_on_demand(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "more.tremor").write_text("fn twice(a) with a * 2 end")
    path = tmp_path / "a.tremor"
    path.write_text("use more;\nconst A = 3;\nlet event.b = more::twice(event.a); event")

    assert typed("more::twice(A)", ':event {"a": 4}', ":run", file=path) == ["6", 'out <- {"a":4,"b":8}']


def test_a_file_that_does_not_parse_ends_it(typed: Typed, tmp_path: Path) -> None:
    path = tmp_path / "a.tremor"
    path.write_text("let x = ;")

    assert typed("1", file=path) == []
    assert typed.status == 1
    assert "a.tremor:1:9-1:10: error" in typed.err


def test_without_a_file_only_interactive_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run"]) == 2
    assert "--interactive" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["let x = [1,", "match 1 of", '"""\nabc', "fn f(a) with", "1 +", "let"])
def test_a_beginning_wants_more(text: str) -> None:
    assert wants_more(text)


@pytest.mark.parametrize("text", ["", "1", "let x = 1;", '"abc', ") x", "use std", "# c"])
def test_what_is_whole_or_wrong_wants_no_more(text: str) -> None:
    assert not wants_more(text)
