"""Completion: what fits comes from the grammar, names from scopes and tables; nothing makes it raise."""

from __future__ import annotations

import random
import time
from functools import cache
from typing import Any

import pytest

from tremor_tui.language.completing.missing import missing_paths
from tremor_tui.language.completing.words import WORDS
from tremor_tui.language.completion import Completion, complete, described_at, signature_at
from tremor_tui.language.lex.tokens import KEYWORDS
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.batch import Value

from .texts import PROGRAMS

SAMPLES: list[Value] = [
    {"user": {"name": "x", "age": 3}, "from": 1, "items": [{"id": 1}]},
    {"user": {"name": None}, "two words": 2.5},
]
SUFFIXES = {"script": ".tremor", "query": ".trickle", "deploy": ".troy", "module": ".tremor"}


@cache
def loader() -> ModuleLoader:
    return ModuleLoader()


def at(text: str, name: str = "a.tremor") -> list[Completion]:
    """What fits where the `^` stands."""
    offset = text.index("^")
    return complete(Source(text.replace("^", "", 1), name), offset, loader(), samples=SAMPLES)


def labels(text: str, name: str = "a.tremor", kind: str = "") -> list[str]:
    return [found.label for found in at(text, name) if not kind or found.kind == kind]


def test_a_function_of_a_module_comes_with_signature_and_text() -> None:
    (found,) = at("use std::string; let x = string::len^gth(event)")

    assert (found.label, found.kind, found.insert) == ("len", "function", "len(")
    assert found.signature == "len(input) -> integer"
    assert found.doc.startswith("How many code points")
    assert (found.start, found.end) == (33, 39)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("use st^", ["std"]),
        ("use std::da^", ["datetime"]),
        ("use std::{array, da^", ["datetime"]),
        ("use std::datetime::{time^", ["timezones"]),
        ("use std; std::datetime::timez^", ["timezones"]),
        ("use std::datetime as d; d::rfc2^", ["rfc2822"]),
        ("use std::none; none::^", []),
        ("string::^", []),
    ],
)
def test_modules_complete_along_their_path(text: str, found: list[str]) -> None:
    assert labels(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("let x = event.^", ["`from`", "`two words`", "items", "user"]),
        ("event.user.^; 1", ["age", "name"]),
        ("event.items[0].^", ["id"]),
        ("event.items[n].^", ["id"]),
        ('event["user"].n^', ["name"]),
        ("let u = event.user; u.^", ["age", "name"]),
        ('let x = "a #{event.us^} b"', ["user"]),
        ("match event.user of case %{ ^", ["age", "name"]),
        ("match event of case %{ user ~= %{ present name, ^ } } => 1 case _ => 2 end", ["age", "name"]),
        ("$.^", []),
        ("event.user.name.^", []),
    ],
)
def test_keys_come_from_samples(text: str, found: list[str]) -> None:
    assert labels(text, kind="key") == found


def test_keys_say_their_types() -> None:
    name = next(found for found in at("event.user.^") if found.label == "name")

    assert name.signature == "string or null"
    assert name.doc == '"x"  in 2 of 2'


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        ("const TOP = 3; fn f(a) with let b = 1; ^ end; f", ["a", "b"], ["window"]),
        ("let v = 1; let w = ^", ["v", "event", "state"], ["w", "group"]),
        ("fn f(a) with a end; let v = ^", ["event"], ["a"]),
        ("for event of case (k, v) => ^", ["k", "v"], []),
        ("match event of case r = %{} => ^", ["r"], []),
        ("let ^", ["event", "state"], ["args"]),
        ("let ) ; let v = 1; ^", ["v"], []),
    ],
)
def test_variables_are_those_in_reach(text: str, has: list[str], lacks: list[str]) -> None:
    found = labels(text, kind="variable")

    assert set(has) <= set(found)
    assert not set(lacks) & set(found)


def test_functions_and_constants_of_the_text_are_found() -> None:
    found = {
        item.label: item for item in at("## A limit\nconst TOP = 3;\n## Adds\nfn add(a, b) with a end;\n^")
    }

    assert found["add"].signature == "add(a, b)"
    assert found["add"].doc == "Adds"
    assert found["TOP"].doc == "A limit"


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        ("^", ["let", "match", "use", "fn"], ["end", "into", "case"]),
        ("match event ^", ["of", "and"], ["let"]),
        ("match event of ^", ["case"], ["let"]),
        ("let x = 1 ^", ["xor"], ["let"]),
    ],
)
def test_keywords_are_those_that_fit(text: str, has: list[str], lacks: list[str]) -> None:
    found = labels(text, kind="keyword")

    assert set(has) <= set(found)
    assert not set(lacks) & set(found)


def test_extractors_follow_a_tilde() -> None:
    assert labels("match event of case ~ d^") == ["datetime", "dissect"]
    assert labels("match event of case %{ a ~= re^") == ["re", "rerg"]


@pytest.mark.parametrize("text", ["select ag^", "select {'a': ag^".replace("'", '"')])
def test_aggregates_are_offered_in_targets(text: str) -> None:
    assert labels(text, "a.trickle") == ["aggr"]
    assert labels("select aggr::stats::me^", "a.trickle") == ["mean"]
    assert labels("select event from in where ag^", "a.trickle") == []


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("define window w from tumbling with size = 1 end; select event from in[^", "a.trickle", ["w"]),
        ("define script s script event end; create script ^", "a.trickle", ["s"]),
        ("define script s script event end; create script t from ^", "a.trickle", ["s"]),
        ("create stream s; select event from in into s^", "a.trickle", ["s"]),
        ("define operator o from generic::c^", "a.trickle", ["counter"]),
        ("define operator o from debug^", "a.trickle", ["debug::history"]),
        ("define connector c from st^", "a.troy", ["stdio"]),
        ("define flow f flow create connector c; connect /connector/^ end", "a.troy", ["c"]),
    ],
)
def test_names_of_definitions_and_streams_fit_their_place(text: str, name: str, found: list[str]) -> None:
    assert labels(text, name) == found


@pytest.mark.parametrize(
    "text", ['"ab^"', "# ev^", "## ev^", "12^", "match x of case ~ re|ev^|", '"""\nev^\n"""']
)
def test_texts_numbers_and_comments_are_left_alone(text: str) -> None:
    assert at(text) == []


# --- signatures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "label", "active"),
    [
        ('use std::string; string::replace("a", ^', "replace(input, from, to) -> string", 1),
        ("fn f(a, b) with a end; f(g(2, [3, 4]), ^)", "f(a, b)", 1),
        ("fn f(a, ...) with a end; f(1, 2, 3, ^)", "f(a, ...)", 1),
        ("fn f(a) with a end; f((1 + ^", "f(a)", 0),
    ],
)
def test_the_call_around_is_known(text: str, label: str, active: int) -> None:
    offset = text.index("^")

    found = signature_at(Source(text.replace("^", "", 1), "a.tremor"), offset, loader())

    assert found is not None
    assert (found.label, found.active) == (label, active)


def test_an_aggregate_has_a_signature() -> None:
    found = signature_at(Source("select aggr::stats::mean(", "a.trickle"), 25, loader())

    assert found is not None
    assert found.label == "mean(value) -> float"


@pytest.mark.parametrize("text", ["1 + ^", "none(^", "(^", "f(1); ^", "none::f(^"])
def test_outside_of_known_calls_there_is_no_signature(text: str) -> None:
    assert signature_at(Source(text.replace("^", ""), "a.tremor"), text.index("^"), loader()) is None


# --- any text ---------------------------------------------------------------------------------------


def test_no_text_makes_it_raise() -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    pieces = [
        ".",
        "::",
        "event.",
        "std::",
        "(",
        ")",
        "[",
        "%{",
        '"',
        "#{",
        "|",
        "case ",
        "end ",
        "`",
        "use ",
        "~ ",
    ]
    texts = [(name + SUFFIXES[start], text) for name, (start, text) in PROGRAMS.items()]
    for _ in range(300):
        name, text = chance.choice(texts)
        for _ in range(chance.randint(0, 3)):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice([chance.choice(pieces), ""]) + text[at + chance.randint(0, 9) :]
        offset = chance.randint(0, len(text))
        try:
            found: Any = complete(Source(text, name), offset, loader(), samples=SAMPLES)
            signature_at(Source(text, name), offset, loader())
        except Exception as error:
            raise AssertionError(f"seed {seed}: {name} {offset} {text!r}") from error
        assert all(item.start <= offset <= item.end for item in found)


def test_five_hundred_lines_are_completed_at_typing_speed() -> None:
    line = 'let x = match event of case %{ present a } => string::uppercase("a#{event.x}") case _ => 2 end;\n'
    text = "use std::string;\n" + line * 500 + "string::"
    source = Source(text, "a.tremor")
    complete(source, len(text), loader())

    spent = []
    for _ in range(5):
        start = time.process_time()
        complete(source, len(text), loader())
        spent.append(time.process_time() - start)

    assert min(spent) < 0.2  # many times what it takes, as machines differ


# --- settings, ports and metadata --------------------------------------------------------------------

CONNECTOR = "define flow f flow define connector a from metronome with "


@pytest.mark.parametrize(
    ("text", "has", "insert"),
    [
        (CONNECTOR + "^", "config", "config = "),
        (CONNECTOR + "co^", "codec", "codec = "),
        (CONNECTOR + 'codec = "js^', "json", 'json"'),
        (CONNECTOR + 'codec = "js^"', "json", "json"),
        (CONNECTOR + 'codec = "json", preprocessors = ["separate", "gz^', "gzip", None),
        (CONNECTOR + 'config = {"int^', "interval", 'interval": '),
        (CONNECTOR + 'config = {"int^": 1}', "interval", "interval"),
        (CONNECTOR + "config = {^", "interval", '"interval": '),
        ("define operator b from generic::batch with c^", "count", "count = "),
        ("connect /connector/a/^", "out", "out"),
        ("connect /connector/a to /pipeline/b/^", "in", "in"),
        ("connect /^", "connector", "connector/"),
    ],
)
def test_settings_and_ports_are_known(text: str, has: str, insert: str | None) -> None:
    found = {item.label: item for item in at(text, "a.troy")}

    if insert is None:
        assert has in found or not found
    else:
        assert found[has].insert == insert


@pytest.mark.parametrize(
    "text",
    [
        CONNECTOR + 'config = {"interval": 1} end; let ^',
        CONNECTOR + 'config = {"interval": {"int^',
        'let codec = "js^',
    ],
)
def test_settings_end_where_the_definition_does(text: str) -> None:
    assert labels(text, "a.troy", kind="setting") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("let x = $^", ["class", "source"]),
        ("$cl^", ["class"]),
        ("$source.^", ["host"]),
        ("$.^", ["class", "source"]),
    ],
)
def test_metadata_completes_by_samples(text: str, found: list[str]) -> None:
    metas: list[Value] = [{"class": "ok", "source": {"host": "a"}}]
    offset = text.index("^")

    items = complete(Source(text.replace("^", ""), "a.tremor"), offset, loader(), metas=metas)

    assert [item.label for item in items if item.kind == "key"] == found


# --- what a word means -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "signature", "doc"),
    [
        ("use std::string; string::l^en(event)", "len(input) -> integer", "How many code points"),
        ("## Adds\nfn add(a, b) with a end;\nad^d(1, 2)", "add(a, b)", "Adds"),
        ("ma^tch event of case _ => 1 end", "match EXPR of case … end", "first case that fits"),
        ("use std::str^ing;", "module std::string", ""),
        ("## The top\nconst TOP = 3;\nTOP^", "const TOP", "The top"),
        ("define connector a from metro^nome end", "connector from metronome", "`interval`"),
        ("define operator a from grouper::buck^et end", "operator from grouper::bucket", ""),
        ("let x = $^a", "$.NAME", "metadata"),
    ],
)
def test_a_word_is_explained(text: str, signature: str, doc: str) -> None:
    name = "a.trickle" if "define" in text else "a.tremor"

    found = described_at(Source(text.replace("^", ""), name), text.index("^"), loader())

    assert found is not None
    assert found.signature == signature
    assert doc in found.doc


@pytest.mark.parametrize("text", ["let unkn^own = 1", '"stri^ng"', "1 ^+ 2", "^"])
def test_of_other_words_nothing_is_said(text: str) -> None:
    assert described_at(Source(text.replace("^", ""), "a.tremor"), text.index("^"), loader()) is None


def test_every_keyword_is_explained() -> None:
    assert set(KEYWORDS) - {"end"} <= set(WORDS)
    assert all(form and doc for form, doc in WORDS.values())


# --- paths that samples lack -------------------------------------------------------------------------

EVENTS: list[Value] = [
    {"id": 1, "cust": 1, "note": "a", "user": {"name": 1}},
    {"id": 2, "user": {}},
    {"id": 3, "cust": None, "x": 1},
]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("event.id", {}),
        ("event.note", {"event.note": 2}),
        ("event.user.name", {"event.user.name": 2}),
        ('event["note"]; event.note', {"event.note": 2}),
        ("match present event.note of case true => event.note case _ => 1 end", {}),
        ("match event of case %{ absent cust } => drop case _ => event.cust end", {}),
        ("match event of case %{ present note } => event.note case _ => 1 end", {}),
        ("match event of case %{ cust == 1 } => 1 case _ => event.cust end", {"event.cust": 1}),
        ("match present event.user of case true => event.user.name case _ => 1 end", {"event.user.name": 1}),
        ("let event.extra = 1; event.extra", {}),
        ("fn f(a) with event.nope end; 1", {}),
        ("event.(", {}),
    ],
)
def test_paths_that_samples_lack_are_told(script: str, told: dict[str, int]) -> None:
    found = missing_paths(Source(script, "a.tremor"), 1, EVENTS)

    counts = {one.message.split("`")[1]: one.message for one in found}
    assert set(counts) == set(told)
    assert all(f"missing in {told[path]} of 3 samples" in words for path, words in counts.items())


def test_only_the_script_around_the_line_is_looked_at() -> None:
    script = "define script {0}\nscript\n event.{0}\nend;\n"
    text = f"define pipeline p\npipeline\n{script.format('a')}{script.format('b')}end;"

    (found,) = missing_paths(Source(text, "a.trickle"), 9, EVENTS)

    assert "`event.b`" in found.message
    assert found.span is not None
    assert found.span.line == 9
