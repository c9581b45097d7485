"""What scripts mean: one fact a line, and the golden scripts in `tests/golden/scripts`."""
# ruff: noqa: E501 - one fact a line

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.language.scripts import compiled, run
from tremor_tui.errors import ScriptError
from tremor_tui.language.compile import compile_script
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.values import equal, from_json

GOLDEN = sorted(path for path in (Path(__file__).parent.parent / "golden" / "scripts").iterdir())

FACTS: list[tuple[str, Any, Any]] = [
    # numbers
    ("1 + 2 * 3", None, 7),
    ("4 / 2", None, 2.0),
    ("-7 % 3", None, -1),
    ("event.a - event.b", {"a": 1, "b": 2}, -1),
    ("18446744073709551615 - 0", None, 2**64 - 1),
    ("-9223372036854775808", None, -(2**63)),
    ("1.5 + 1", None, 2.5),
    ("event.a / event.b", {"a": 1.0, "b": 0}, float("inf")),
    ("1 << 63", None, 2**63),
    ("-8 >> 1", None, -4),
    ("-8 >>> 1", None, 2**63 - 4),
    ("!0", None, 2**64 - 1),
    ("!event", -1, 0),
    ("true ^ true", None, False),
    ("6 & 3", None, 2),
    # equality and order
    ("event == 1.0", 1, True),
    ("event == 1", True, False),
    ("event == true", 1, False),
    ('event == "a"', b"a", True),
    ("event == 0.1 + 0.2", 0.3, True),
    ('event < "b"', "a", True),
    ("[1, {}] == [1.0, {}]", None, True),
    # logic
    ("event.a or event.b", {"a": True}, True),
    ("not (event.a and event.b)", {"a": False}, True),
    ("event.a xor event.b", {"a": True, "b": True}, False),
    # strings
    ('"a#{ event.x }b#{ "c#{1}" }"', {"x": {"k": [1.0]}}, 'a{"k":[1.0]}bc1'),
    ('"""\nx\n y\n"""', None, "x\n y\n"),
    ('"a" + event', "b", "ab"),
    # paths
    ("event.a[1].b", {"a": [0, {"b": 2}]}, 2),
    ('event["#{"a"}"]', {"a": 1}, 1),
    ("event[1:3]", [1, 2, 3, 4], [2, 3]),
    ("event[1:3][1]", [1, 2, 3, 4], 3),
    ("(event.a)[0]", {"a": [7]}, 7),
    ('{"a": event}.a', 3, 3),
    ("[present event.a, present event.a.b, absent event.b, absent event]", {"a": 1}, [True, False, True, False]),
    ("[present x, present event[0], absent event[1:5]]", [1], [False, True, True]),
    # let
    ("let event.a.b.c = 1; event", {"a": {"x": 1}}, {"a": {"x": 1, "b": {"c": 1}}}),
    ("let x = event; let event.a = 2; x", {"a": 1}, {"a": 1}),
    ('let event["#{"k"}"].z = event.k; event', {"k": {}}, {"k": {"z": {}}}),
    ("let $a.b = 1; $", None, {"a": {"b": 1}}),
    ("let x = let y = 2; [x, y]", None, [2, 2]),
    ("let event.a = event", {"a": 1}, {"a": 1}),
    ("let event[event.k].c = event.a; event.a", {"k": "a", "a": {"x": 1}}, {"x": 1, "c": {"x": 1}}),
    (
        "for event.l of case (i, v) => let event.n.m[v] = i end; let x = event.n; let event.n.m.z = 0; [event.n, x]",
        {"l": ["p", "q"], "n": {"m": {}}},
        [{"m": {"p": 0, "q": 1, "z": 0}}, {"m": {"p": 0, "q": 1}}],
    ),
    ("match event of case %[ unset ] => 1 case _ => 2 end", [], 2),
    # match
    ("match event of case 1 => 10 case 2 => 20 case _ => 30 end", 2, 20),
    ("match event of case %{ a == 1 } => 1 case %{ absent a } => 2 case _ => 3 end", {"b": 1}, 2),
    ("match event of case %{ absent a } => 2 case _ => 3 end", 5, 3),
    ("match event of case %{} => 1 case _ => 2 end", {}, 1),
    ("match event of case x = %{ present a, b == 2 } => x case _ => 0 end", {"a": 1, "b": 2}, {"a": 1}),
    ("match event of case x = %{ a ~= %{ present b } } => x case _ => 0 end", {"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}),
    ("match event of case %[ 2 ] => 1 case _ => 0 end", [1, 2, 3], 1),
    ("match event of case x = %[ 2, _ ] => x case _ => 0 end", [1, 2, 2], [[1, 2], [2, 2]]),
    ("match event of case %[] => 1 case _ => 0 end", [1], 1),
    ("match event of case x = %[ %{ present a } ] => x case _ => 0 end", [1, {"a": 2}], [[1, {"a": 2}]]),
    ("match event of case x = %( 1, _ ) => x case _ => 0 end", [1, 2], [1, 2]),
    ("match event of case %( 1, ... ) => 1 case _ => 0 end", [1, 2, 3], 1),
    ("match event of case x = ~ json|| => x case _ => 0 end", '{"a":1}', {"a": 1}),
    ("match event of case %{ a ~= re|^x(?P<n>.)| } => 1 case _ => 0 end", {"a": "xy"}, 1),
    ("match event of case x = _ when x > 3 => x case _ => 0 end", 5, 5),
    ("match event.a of case x = %{ present b } when x.b == 2 => x.b case _ => 0 end", {"a": {"b": 2}}, 2),
    ("match event of case %{ a > 3 } => 1 case %{ a != 2 } => 2 case _ => 3 end", {"a": 2}, 3),
    ("match event of case 1 => let x = 5; x + 1 case _ => null end", 1, 6),
    ('match event of case %{ a == "x" } => 1 case %{ a == "y" } => 2 case _ => 3 end', {"a": b"y"}, 2),
    ("match event of case 1 => 1 case _ when event == 2 => 2 case _ => 3 end", 2, 2),
    ("[match event of case 1 => event.a, 2 case _ => 3 end]", 1, [2]),
    # patch and merge
    ('patch event of insert "b" => event.a; update "a" => 5; erase "z" end', {"a": 1, "z": 2}, {"b": 1, "a": 5}),
    ('patch event of copy "a" => "b"; move "c" => "d"; copy "no" => "n" end', {"a": 1, "c": 2}, {"a": 1, "b": 1, "d": 2}),
    ('patch event of merge "a" => {"y": 2}; merge => {"q": 1} end', {"a": {"x": 1}}, {"a": {"x": 1, "y": 2}, "q": 1}),
    ('patch event of default "a" => 2; default => {"b": {"c": 1, "d": 2}} end', {"a": 1, "b": {"c": 5}}, {"a": 1, "b": {"c": 5, "d": 2}}),
    ('merge event of {"a": {"y": null}} end', {"a": {"x": 1, "y": 2}}, {"a": {"x": 1, "y": None}}),
    # for
    ("for event of case (k, v) => [k, v] end", {"a": 1}, [["a", 1]]),
    ("for event of case (i, v) when v > 1 => v end", [1, 2, 3], [2, 3]),
    ("for event of case (i, v) => v end", 5, []),
    ("for event of case (i, v) => v into 0 use + end", [1, 2, 3], 6),
    ('for event of case (k, v) => {"#{k}x": v} into {} end', {"a": 1}, {"ax": 1}),
    ("for event of case (i, v) => v == 2 into false use or end", [1, 2, "never"], True),
    ("let n = 0; for event of case (i, v) => let n = n + v end; n", [1, 2], 3),
    # functions and constants
    ("const A = 2 * 3; A", None, 6),
    ('const R = {"a": [1, 2]}; R.a[1]', None, 2),
    ("fn f(a, b) with let c = a + b; c * 2 end; f(1, event)", 2, 6),
    ("fn f(a, ...) with [a, args] end; f(1, 2, event)", 3, [1, [2, 3]]),
    ("fn f(n) of case (0) => 0 case (~ json||) => n case _ => n + 1 end; [f(0), f(event), f(4)]", "[1]", [0, [1], 5]),
    (
        "fn sum(n, acc) of case (0, _) => acc case _ => recur(n - 1, acc + n) end; sum(event, 0)",
        1000,
        500500,
    ),
    ("fn f(x) with event end; f(1)", {"a": 1}, None),
    # bytes
    ("<< 1:4, 1:4, 258:16/little >>", None, bytes([17, 2, 1])),
    ('<< "ab"/binary, event:16/signed_integer >>', -1, b"ab\xff\xff"),
    # what is not evaluated
    ("event.nothing; 1 / event; 2", 0, 2),
    ("let emit_ = 1; emit_", None, 1),
    ("let add = 1; let _t1 = 2; [add + 1]".replace("_t1", "`_t1`"), None, [2]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "event", "value"), FACTS, ids=[text for text, _, _ in FACTS])
def test_a_script_yields(text: str, event: Any, value: Any) -> None:
    result = run(text, event)
    assert result == value
    assert equal(result, value) or value == float("inf")


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda path: path.name)
def test_a_golden_script_turns_in_to_out(folder: Path) -> None:
    loader = ModuleLoader([folder])
    script = compile_script(Source.read(folder / "script.tremor"), loader)
    cell, made = Cell(), []
    for number, line in enumerate((folder / "in").read_text().splitlines()):
        result = script.call(from_json(line), None, cell, Context(ingest_ns=number, event_id=number))
        if result is not None:
            made.append([result[0], result[1], result[2] or {}])
    expected = [json.loads(line) for line in (folder / "out").read_text().splitlines()]
    assert made == expected


def test_emit_names_a_port_and_ends_the_script() -> None:
    script = compiled('match event of case 1 => emit {"x": event} => "side#{event}" case _ => drop end; 5')
    assert script.call(1, None, Cell(), Context()) == ("side1", {"x": 1}, None)
    assert script.call(2, None, Cell(), Context()) is None


def test_state_lives_from_event_to_event_and_keeps_what_was_set_before_a_failure() -> None:
    script = compiled(
        "match state of case null => let state = {} case _ => null end; let state.n = event; 1 / event"
    )
    cell = Cell()
    script.call(1, None, cell, Context())
    with pytest.raises(ScriptError):
        script.call(0, None, cell, Context())
    assert cell.state == {"n": 0}


def test_metadata_that_is_not_touched_is_handed_on_as_it_is() -> None:
    meta = {"a": 1}
    assert compiled("event").call(1, meta, Cell(), Context()) == ("out", 1, meta)
    changed = compiled("let $b = $a; event").call(1, meta, Cell(), Context())
    assert changed == ("out", 1, {"a": 1, "b": 1})
    assert meta == {"a": 1}


def test_arguments_are_constants() -> None:
    assert run("args.rate * 2", args={"rate": 3}) == 6


def test_a_function_of_a_module_is_called_through_its_path() -> None:
    modules = {
        "a/b.tremor": "const X = 4; fn twice(n) with n * 2 end;",
        "c.tremor": "use a::b as inner; fn four(n) with inner::twice(inner::twice(n)) end;",
    }
    text = "use a::b; use c as d; [b::X, b::twice(event), d::four(event), d::inner::X]"
    assert run(text, 3, modules=modules) == [4, 6, 12, 4]


def test_the_library_is_there_without_a_path() -> None:
    assert run("use std::string; string::uppercase(event)", "a") == "A"
