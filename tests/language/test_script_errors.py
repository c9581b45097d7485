"""Where failures point, what they say, and how they help."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.language.scripts import compiled, failure, refused, run, underlined
from tremor_tui.errors import CompileError
from tremor_tui.language.compile import compile_script, stages
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.context import Cell, Context

GOLDEN = sorted(path for path in (Path(__file__).parent.parent / "golden" / "script_errors").iterdir())

AT_COMPILE_TIME = [
    ("const A = 1; const A = 2; A", "const A = 2", "twice"),
    ("const A = event; A", "const A = event", "isn't constant"),
    ("1 + [2]", "1 + [2]", "not defined"),
    ("1 / 0", "1 / 0", "non zero"),
    ("9223372036854775807 * 3", "9223372036854775807 * 3", "over- or"),
    ("[1][3]", "3", "out of bounds"),
    ("no_such(1)", "no_such(1)", "undefined function no_such"),
    ("use nope; 1", "nope", "not found"),
    ("fn f(a) with a end; f(1, 2)", "f(1, 2)", "Bad arity"),
    ("fn f(a) with recur(a) + 1 end; f(1)", "recur(a)", "recur"),
    ("fn f(a) with emit a end; f(1)", "emit a", "emit"),
    ("fn f(a) with drop end; f(1)", "drop", "drop"),
    ("let event[0] = 1; event", "0", "array"),
    ("let args.x = 1; event", "args.x = 1", "constant"),
    ("match event of case ~ re|(| => 1 case _ => 2 end", "re|(|", "Invalid"),
    ("match event of case ~ nope|x| => 1 case _ => 2 end", "nope|x|", "no extractor"),
    ("match event of case a = b = 1 => a case _ => 2 end", "b = 1", "assigned twice"),
    ("<< 1:70 >>", "1:70", "64"),
    ("std::nope::f(1)", "std::nope::f(1)", "undefined function"),
    ("event[1.5]", "1.5", "integer, string"),
]
AT_RUN_TIME: list[tuple[str, Any, str, str]] = [
    ("event.aa.b", {"a": 1}, "aa", "event key `aa`"),
    ("event.a.b", {"a": 1}, "b", "got integer but expected record"),
    ("$x", None, "x", "global key"),
    ("event.a[2]", {"a": [1]}, "2", "index 2"),
    ("event.a[event.i]", {"a": [1], "i": -1}, "event.i", "Bad array index"),
    ("event.a[0:event.n]", {"a": [1], "n": 3}, "0:event.n", "range 0:3"),
    ("event.a[event.n:0]", {"a": [1], "n": 1}, "event.n:0", "smaller"),
    ("event.a[0:event.n]", {"a": [1], "n": "x"}, "event.n", "got string"),
    ('event.a["#{"k"}"]', {"a": "text"}, '"#{"k"}"', "expected record"),
    ("event.a[0]", {"a": "text"}, "0", "expected array"),
    ("let y = x; y", None, "x", "local key `x`"),
    ("1 + event.a * 2", {"a": "s"}, "event.a * 2", "`*` is not defined"),
    ("-event", "s", "event", "unary"),
    ("true and event", 1, "event", "`and`"),
    ("event or true", 1, "event", "`or`"),
    ("match event of case 1 => 1 end", 2, "match event of case 1 => 1 end", "no clause"),
    ("match event of case _ when event => 1 case _ => 2 end", 1, "event", "expected bool"),
    ('patch event of insert "a" => 1 end', {"a": 1}, 'insert "a" => 1', "already exists"),
    ('patch event of update "b" => 1 end', {"a": 1}, 'update "b" => 1', "does not exist"),
    ('patch event of merge "a" => {} end', {"a": 1}, 'merge "a" => {}', "'a' has the type integer"),
    ('patch event of insert "a" => 1 end', 5, "event", "expected record"),
    ("merge event of event.a end", {"a": 1}, "event.a", "expected record"),
    ("let event.a.b = 1; event", {"a": 1}, "b", "expected record"),
    ("let event.a = 1; event", 7, "a", "expected record"),
    ("let state.n = 1; event", 7, "n", "got null"),
    ("for event of case (i, v) => v into {} end", [1], "v", "Expected record"),
    ("for event of case (i, v) => v into 0 use + end", ["a"], "(i, v)", "not defined"),
    ("use std::string; string::len(event)", 1, "string::len(event)", "string::len/1"),
    ("fn f(n) with recur(n + 1) end; f(event)", 1, "f(event)", "Recursion limit"),
    ("fn f(n) with n.x end; f(event)", {}, "x", "local key `x`"),
    ("x.y.z", {}, "x.y.z", "local key `x`"),
    ("let x.y = 1; x", {}, "x.y", "local key `x`"),
    ("event[-1]", [1], "-1", "Bad array index"),
    ("event[-1]", {}, "-1", "expected string"),
    ("let $ = 1; event", {}, "$ = 1", "isn't valid"),
    ("<< event:8 >>", "s", "event:8", "unsigned"),
    ("for event of case (i, v) => let event.x = v end; event", [1], "x", "expected record"),
]


@pytest.mark.parametrize(("text", "place", "message"), AT_COMPILE_TIME)
def test_a_script_is_refused_at(text: str, place: str, message: str) -> None:
    first = refused(text)[0]
    assert underlined(text, first) == place
    assert message.lower() in first.message.lower()


@pytest.mark.parametrize(("text", "event", "place", "message"), AT_RUN_TIME)
def test_a_script_fails_at(text: str, event: Any, place: str, message: str) -> None:
    diagnostic = failure(text, event)
    assert underlined(text, diagnostic) == place
    assert message.lower() in diagnostic.message.lower()


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda path: path.name)
def test_a_golden_script_is_refused_with_these_lines(folder: Path) -> None:
    source = Source.read(folder / "script.tremor", "script.tremor")
    with pytest.raises(CompileError) as info:
        compile_script(source, ModuleLoader([folder], base=folder))
    lines = [diagnostic.short() for diagnostic in info.value.diagnostics]
    assert lines == (folder / "error.txt").read_text().splitlines()


def test_all_faults_of_a_script_are_found_at_once() -> None:
    assert len(refused("let a = nope(1);\nlet b = 1 / 0;\nlet args = 3;\nevent")) == 3


@pytest.mark.parametrize(
    ("text", "event", "hint"),
    [
        ("event.totl", {"total": 1}, "did you mean `total`?"),
        ("let total = 1; totl", None, "did you mean `total`?"),
        ("match event of case 1 => 1 end", 2, "consider adding"),
    ],
)
def test_a_failure_hints_at_what_was_meant(text: str, event: Any, hint: str) -> None:
    assert hint in failure(text, event).hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("use std::string; string::lenn(event)", "did you mean `len`?"),
        ("use std::sting; 1", "did you mean `string`?"),
        ("string::len(event)", "add `use std::string;`"),
    ],
)
def test_a_refusal_hints_at_what_was_meant(text: str, hint: str) -> None:
    assert hint in refused(text)[0].hint


WARNED = [
    ("const a = 1; a", "consistency", "const a = 1"),
    ("match event of case 1 => 1 end", "behaviour", "match event of case 1 => 1 end"),
    (
        "[for event of case (i, v) => v into 0 use + end]",
        "general",
        "for event of case (i, v) => v into 0 use + end",
    ),
    (
        "match event of case %{ present a, a == 1 } => 1 case _ => 2 end",
        "behaviour",
        "%{ present a, a == 1 }",
    ),
    ("match event of case _ => 1 case _ => 2 end", "behaviour", "case _ => 2"),
    ("use std::array; array::push(event, 1)", "performance", "array::push(event, 1)"),
]


@pytest.mark.parametrize(("text", "warning_class", "place"), WARNED)
def test_a_script_is_warned_about(text: str, warning_class: str, place: str) -> None:
    warnings = compiled(text).warnings
    assert [(w.warning_class, underlined(text, w)) for w in warnings] == [(warning_class, place)]


def test_a_failure_in_a_module_points_into_its_file() -> None:
    modules = {"m.tremor": "fn f(x) with\n  x.nope\nend;"}
    span = failure("use m; m::f(event)", {}, modules=modules).span
    assert span is not None
    assert str(span) == "m.tremor:2:5-2:9"


def test_modules_that_use_each_other_are_refused() -> None:
    modules = {"a.tremor": "use b;", "b.tremor": "use a;"}
    first = refused("use a; 1", modules=modules)[0]
    assert "Cyclic" in first.message
    assert first.span is not None
    assert first.span.file in ("a.tremor", "b.tremor")


def test_a_fault_in_a_module_is_a_fault_of_the_script() -> None:
    assert refused("use m; 1", modules={"m.tremor": "const X = ;"})[0].span.file == "m.tremor"  # type: ignore[union-attr]


def test_a_value_that_nests_too_deeply_is_a_script_error() -> None:
    event: Any = {"a": [], "b": []}
    for key in event:
        for _ in range(100_000):
            event[key] = [event[key]]
    assert "nests" in failure("event.a == event.b", event).message
    assert "nests" in failure('"#{event}"', event).message


def test_a_long_chain_of_operators_compiles() -> None:
    assert run(" or ".join(["event == 1"] * 300) + " or event == 2", 2) is True


def test_a_script_that_python_refuses_is_refused() -> None:
    text = " + ".join(["event"] * 300)
    assert "nests too deeply" in refused(text)[0].message


def test_a_script_that_nests_too_deeply_is_refused() -> None:
    assert "nest" in refused("[" * 3000 + "]" * 3000)[0].message


def test_stages_stop_where_the_text_is_wrong() -> None:
    loader = ModuleLoader([])
    good = stages(Source("let x = 1 + event; x", "t.tremor"), loader)
    assert "LetIR" in good.ir
    assert "def script(" in good.python
    bad = stages(Source("let x = ;", "t.tremor"), loader)
    assert bad.tokens
    assert not bad.python
    assert bad.diagnostics


def test_generated_text_is_the_same_each_time() -> None:
    text = "use std::string; let $a = string::len(event.b); match event of case %{ present c } => 1 end"
    assert compiled(text).emitted.text == compiled(text).emitted.text


def test_a_scripts_call_never_changes_its_cell_when_it_has_no_state() -> None:
    cell = Cell({"kept": 1})
    compiled("event").call(1, None, cell, Context())
    assert cell.state == {"kept": 1}
