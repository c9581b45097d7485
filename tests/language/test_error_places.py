"""What of a text is underlined, failure by failure: the piece between `«` and `»`.

The places are tremor's own, as its sources raise them: for each kind of failure the inner one of the two
spans that it carries. Some are odd, and users compare them: what has to be constant and is not, and an
aggregate inside an aggregate, are underlined from the beginning of the line.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.language.query_texts import Run, found, query
from tests.language.scripts import compiled, failure, refused
from tremor_tui.errors import ScriptError
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic

LEXER = [
    'let a = «"abc»',
    'let a = «"abc»\n;a',
    'let a = «"a\\"b»',
    '"ab «#{» event.x',
    '"ab «#{» "x',
    '"a «#{»event.b "c\n',
    '"a #{ «`abc»\n}"',
    '"«#{}»"',
    'let a = «"»',
    "let a = «`abc»d",
    "let a = «`abcd»\n;a",
    'let a = «"""»x\n"""',
    'let a = «""»"',
    'let a = «"""\nabc\n»',
    'let a = «"""\nabc»',
    'let a = «"""\nab\\»n',
    'let a = «"""\nab"»',
    'let a = «""»"\n',
    'let a = «"""\n#{»event.x}',
    '"""\nab «#{» event\n',
    '«"""\nab #{ """\n x»',
    '«"""\nab #{ """ x»\n x',
    '"""\nab #{ «"x»\n}\n"""',
    '"a«\\q»b"',
    '"a«\\u12g»4"',
    '"a«\\ud800»"',
    '"a «\\uD800»"',
    '"""\n«\\q»\n"""',
    "event.a ~ re«|abc»",
    "match event of case ~ re«|abc»\n => 1 end",
    "match event of case ~ re|a\\«q»b| => 1 end",
    "match event of case ~ re«|abc\\»\nde",
    "match event of case ~ re«|abc\\\nde»\n",
    "«0x;1»",
    "«0xg»",
    "«0x1»g",
    "«12x1»",
    "«0x11112222333344445»",
    "12«a»",
    "«1.5»a",
    "«1.5e»",
    "«1.5ex»",
    "«18446744073709551616»",
    "event.a «%»",
    "event.a «!»",
]
"""What is no token, or goes on too long."""

PARSER = [
    "1 «2»",
    "match event «case» 1 => 2 end",
    "let «match» = 1",
    "event.«state»",
    "let a «==» 1",
    "{ «a»: 1 }",
    "fn f(«1») with 1 end",
    "for event of case «k» => 1 end",
    "match event of case 1 => 2; «case» 2 => 3 end",
    "patch event of insert «a» => 1 end",
    "event «=>» 1",
    "«;» 1",
    "let a = 1 «'»x'",
    "event «:::» 1",
    "event «@» 1",
    "«'»abc'",
    "[1, «,» 2]",
    "(1 + 2«]»",
    "a«!»b",
    "1 «§» 2",
]
"""Tokens that do not fit."""

COMPILE: list[str] = [
    "«const A = event.x»; A",
    "«let b = 1; const A = 1; const B = A + b»; B",
    "const\n  A =\n«    event.x»; A",
    "const A = 1; «const A = 2»; A",
    "fn f(a) with a end; «fn f(b) with b end»; 1",
    "fn f(a) with a end; «intrinsic fn f(b) as string::len»; 1",
    "«no_such(event)»",
    "1 + «no::such(event.a, 1)» + 2",
    "use std::string; «string::no_such(1)»",
    "use «no::such»; 1",
    "use «no»; 1",
    "use «no» as yes; 1",
    "use «no::such as yes»; 1",
    "use «std::{string, nope}»; 1",
    "«no::CONST»",
    "let x = «no::CONST.a[1]»; x",
    "use std::string; let x = «string::NO»; x",
    "fn f(a) with «emit a» end; 1",
    'fn f(a) with «emit a => "x"» end; 1',
    "fn f(a) with «drop» end; 1",
    "fn f(a) with match a of case 1 => «drop» case _ => 2 end end; 1",
    "fn f(a) with «recur(a)» + 1 end; 1",
    "fn f(a) with [«recur(a)»] end; 1",
    "fn f(a) with «recur()» end; 1",
    "fn f(a) with «recur(a, 1)» end; 1",
    "«recur(1)»",
    "match event of case ~ «nope|x|» => 1 case _ => 2 end",
    "match event of case ~ «re|(|» => 1 case _ => 2 end",
    "match event of case %{ a ~= «re|(|» } => 1 case _ => 2 end",
    "match event of case %{ b = a ~= «cidr|x|» } => 1 case _ => 2 end",
    "match event of case %( ~ «re|(|» ) => 1 case _ => 2 end",
    "event[«true»]",
    "event[«1.5»].x",
    "event[«null»]",
    "«1 + true»",
    "2 * («1 + true»)",
    "(«1 + true») * 2",
    '«1 - "a"»',
    "«1 / 0»",
    "«1 % 0»",
    "«1 << 64»",
    "«18446744073709551615 + 1»",
    "«- true»",
    "«not 1»",
    '«! "a"»',
    "let a = event.b + «-true»; a",
    "[1, 2][«5»]",
    "[1, 2][«0:5»]",
    "[1, 2][«1:0»]",
    '[1, 2][«"a"»:1]',
    "event.a[«3:1»]",
    "event.a[«-1»:1]",
    'event.a[0:«"x"»]',
    '{"a": 1}.«b»',
    '{"a": 1}[«"b"»]',
    '{"a": 1}.a.«b»',
    '{"a": 1}[«0»]',
    "[1].«a»",
    'const A = {"a": 1}; A.«b»',
    "const A = [1]; A[«1»]",
    "<< «1:65» >>",
    "<< «1:0» >>",
    "<< 1, «1:8/nope» >>",
    "<< «1/nope» >>",
    '<< «"a":8» >>',
    "use std::string; «string::len(1)»",
    "use std::string; string::uppercase(«string::len(null)»)"
    if False
    else "use std::string; 1 + «string::len(null)»",
    'use std::string; «string::split("a")»',
]
"""Scripts that do not compile."""

RUN: list[tuple[str, Any]] = [
    ("event.«a»", {}),
    ("event.a.«b».c", {"a": {}}),
    ("event.a.«b»", {"a": 1}),
    ('event[«"a"»]', {}),
    ("event[«event.k»]", {"k": "x"}),
    ("event[«event.k + 1»]", {"k": 1}),
    ("event.l[«event.k»]", {"l": [], "k": 1}),
    ("event.l[«event.k»]", {"l": [], "k": -1}),
    ("event.l[«event.k»]", {"l": [], "k": "a"}),
    ("event.l[«event.k»]", {"l": 1, "k": "a"}),
    ("event.l[«event.k»]", {"l": 1, "k": 1}),
    ("event.l[«5»]", {"l": []}),
    ("event.l[«5»]", {"l": {}}),
    ("event.l[«-1»]", {"l": [1]}),
    ("event.l[«1:5»]", {"l": []}),
    ("event.l[«1:event.k»]", {"l": [], "k": 7}),
    ("event.l[«event.k:1»]", {"l": [1, 2], "k": 2}),
    ("event.l[«event.k»:1]", {"l": [1, 2], "k": "a"}),
    ("event.l[1:«event.k»]", {"l": [1, 2], "k": -1}),
    ("event.l[«0:1»].x", {"l": 1}),
    ("event.l[0:1].«x»", {"l": [1]}),
    ("event.l[0:1][«4»]", {"l": [1]}),
    ("$«x»", None),
    ("$«x».y", None),
    ("state.«x»", None),
    ("let a = «b»; a", None),
    ("«b»", None),
    ("1 + «b» * 2", None),
    ("«b.c.d»", None),
    ("«b[1]»", None),
    ("let b = {}; b.«c»", None),
    ("(event.a).«b»", {"a": {}}),
    ("present event.a[«event.k:0»]", {"a": [], "k": 1}),
    ("let event.«a».b = 1; event", 1),
    ("let event.a.«b» = 1; event", {"a": 1}),
    ("let event.a.«b».c = 1; event", {"a": 1}),
    ("let event[«event.k»] = 1; event", {"k": 1}),
    ("let «a.b» = 1; a", None),
    ("let state.«a» = 1; event", None),
    ("«event.a + event.b»", {"a": 1, "b": "x"}),
    ("2 * («event.a - event.b»)", {"a": 1, "b": "x"}),
    ("«event.a + event.b» + 2", {"a": 1, "b": None}),
    ("«event.a + event.b * 2»", {"a": "1", "b": 2}),
    ("«event.a / event.b»", {"a": 1, "b": 0}),
    ("«event.a % event.b»", {"a": 1, "b": 0}),
    ("«event.a << event.b»", {"a": 1, "b": 64}),
    ("«event.a * event.a»", {"a": 2**40}),
    ("«event.a > event.b»", {"a": 1, "b": "x"}),
    ("«event.a & event.b»", {"a": 1, "b": True}),
    ("-«event.a»", {"a": "x"}),
    ("not «event.a»", {"a": 1}),
    ("!«event.a»", {"a": 1.5}),
    ("+ «event.a»", {"a": None}),
    ("«event.a» and true", {"a": 1}),
    ("true and «event.a»", {"a": 1}),
    ("false or («event.a»)", {"a": 1}),
    ("true xor «event.a»", {"a": 1}),
    ("«event.a» xor true", {"a": "x"}),
    ("«match event of\n  case 1 => 2\nend»", 5),
    ("let a = «match event of case 1 => 2 case 3 => 4 end»; a", 5),
    ("match event of case _ when «event» => 2 case _ => 3 end", 5),
    ("match event of case 5 when «event + 1» => 2 case _ => 3 end", 5),
    ("match event of case a = 5 when «a» => 2 case _ => 3 end", 5),
    ("«match event of case %{ a > 1 } => 2 case _ => 3 end»", {"a": "x"}),
    ("let b = «match event of case %( %{ a > 1 } ) => 2 case _ => 3 end»; b", [{"a": "x"}]),
    ("match event of case %{ a > event.«b» } => 2 case _ => 3 end", {"a": "x"}),
    ("for event of case (k, v) when «v» => v end", [1]),
    ("for event of case (k, v) => let x = v.«a» end", [1]),
    ("for event of case «(k, v)» => v into 0 end", ["x"]),
    ("for event of case «(k, v)» => v into 0 use * end", [[]]),
    ("for event of case (k, v) => «v» into {} end", [1]),
    ("for event of case (k, v) => «v» into [] use * end", [1]),
    ("for event of case (k, v) => «v» into true use and end", [1]),
    ("for event of case (k, v) => «v» into 1 use or end", [True]),
    ("let a = for event of case «(k, v)» when true => v into 0 end; a", ["x"]),
    ('patch event of «insert "a" => 1» end', {"a": 1}),
    ('patch event of «update "b" => 1» end', {"a": 1}),
    ('patch event of upsert "z" => 1; «copy "a" => "b"» end', {"a": 1, "b": 1}),
    ('patch event of «move "a" => "b"» end', {"a": 1, "b": 1}),
    ('patch event of «merge "a" => {}» end', {"a": 1}),
    ('patch event of «merge "a" => 1» end', {"a": {}}),
    ("patch event of «merge => 1» end", {}),
    ("patch event of «default => 1» end", {}),
    ('patch «event» of erase "a" end', 1),
    ('patch event of insert "a" => event.«b» end', {}),
    ("merge «event» of {} end", 1),
    ("merge event of «event.a» end", {"a": 1}),
    ("use std::string; «string::len(event)»", 1),
    ("use std::string; let a = 1 + «string::len(event)»; a", 1),
    ("fn f(a) with a.«b» end; f(event)", {}),
    ("fn f(a) with «a + 1» end; f(event)", {}),
    ("fn f(a) with recur(a) end; 1 + «f(event)»", {}),
    ("fn f(a) of case (1) => a.«b» case _ => 2 end; f(event)", 1),
    ("<< 1, «event:8» >>", "x"),
    ("<< «event/binary» >>", 1),
    ("<< «event.a:8/signed_integer», 1 >>", {"a": {}}),
    ("emit event.«a»", {}),
    ("«let $ = 1»; event".replace("«let ", "let «"), {}),
    ('"#{event.«a»}"', {}),
    ('{"a": event.«b»}', {}),
]
"""Scripts that fail with an event."""

WARN: list[tuple[str, str]] = [
    ("«const a = 1»; a", "consistency"),
    ("## doc\n«const a = 1»; a", "consistency"),
    ("«match event of case 1 => 2 end»", "behaviour"),
    ("let a = «match event of case 1 => 2 case _ when true => 3 end»; a", "behaviour"),
    ("match event of case _ => 2 «case _ => 3» end", "behaviour"),
    ("match event of case «%{ present a, a == 1 }» => 2 case _ => 3 end", "behaviour"),
    ("match event of case «%{ absent a, a ~= re|x| }» => 2 case _ => 3 end", "behaviour"),
    ("let b = «for event of case (k, v) => v into 0 use * end»; b", "general"),
    ("use std::array; let a = «array::push(event, 1)»; a", "performance"),
    ("use std::array; «array::concatenate(event, [])»", "performance"),
    ("use std::record; «record::combine(event, {})»", "performance"),
    ('use std::record; «record::contains(event, "a")»', "performance"),
    ("use tremor::system; «system::nanotime()»", "performance"),
]
"""Scripts that are warned about."""

HEAD = "define window w from tumbling with size = 2 end;\n"
S = "define script s args a, b = 1 script event end;\n"
P = "define pipeline p args a, b = 1 pipeline select event from in into out end;\n"
OPERATOR = "define operator o from generic::batch args count with count = args.count end;\n"
QUERY: list[str] = [
    "select event from «nope» into out;",
    "select event from in into «nope»;",
    "select event from «nope»/x into out;",
    "create stream a; «create stream a»;",
    "«create stream in»;",
    "create stream a; " + S.strip() + " «create script a from s with a = 1 end»;",
    S + "«create script in from s with a = 1 end»;",
    "«create script s»;",
    "«create script x from nope with a = 1 end»;",
    "«create pipeline x from nope with a = 1 end»;",
    S + "«define script s script event end»;",
    P + "«define pipeline p pipeline select event from in into out end»;",
    OPERATOR + "«define operator o from generic::counter»;",
    HEAD + "«define window w from tumbling with size = 3 end»;",
    S + "create script s with a = 1, «c» = 2 end;",
    "define script s args «a», b = 1 script event end; create script s;",
    S + "«create script s with a = event.x» end;",
    P + "create pipeline p «with a = 1, c = 2» end;",
    "define pipeline p args «a», b = 1 pipeline select event from in into out end; create pipeline p;",
    P + "«create pipeline p with a = event.x» end;",
    OPERATOR + "create operator o with «c» = 1 end;",
    "define operator o from generic::batch args «count» with count = args.count end; create operator o;",
    "define pipeline p from x into y pipeline «create stream x»; select event from x into y end;",
    "define pipeline p pipeline «create stream in» end;",
    "define pipeline p pipeline select «x» from in into out end;",
    "define pipeline p pipeline select «nope(event)» from in into out end;",
    P + "create pipeline p with a = 1 end; select event from in into «p»/nope;",
    P + "create pipeline p with a = 1 end; select event from «p»/nope into out;",
    "select «a» from in into out;",
    'select «{"a": event.a, "b": b}» from in into out;',
    "select event from in where «a == 1» into out;",
    "select event from in group by «a» into out;",
    "select event from in group by «set(event.b, a)» into out;",
    "select event from in group by «each(a)» into out;",
    "select event from in into out having «a > 1»;",
    HEAD + "select «event.a» from in[w] into out;",
    HEAD + 'select {"a": «event», "b": aggr::stats::count()} from in[w] into out;',
    HEAD + "select «$x» from in[w] into out;",
    HEAD + "select [event.a, «event.b»] from in[w] group by event.a into out;",
    HEAD + "«select aggr::stats::sum(aggr::stats::count()») from in[w] into out;",
    "«select aggr::stats::sum(aggr::stats::count()») from in into out;",
    HEAD + "«select aggr::stats::sum()» from in[w] into out;",
    HEAD + "select «aggr::stats::nope(1)» from in[w] into out;",
    "select «nope(1)» from in into out;",
    "select «1 + true» from in into out;",
    "select event from in where «1 + true» into out;",
    "define script s script from «in» event script event end;",
    "define script s script from a event script from «a» event script event end;",
    "define script s script «nope(1)» end;",
    "define script s state «event» script event end; create script s;",
    "define script s args a script args.«b» end; create script s with a = 1 end;",
    "define window w from tumbling script «event.a = 1»; 1 end;".replace("«", "let «"),
    "define window w from tumbling script let «$a = 1»; 1 end;",
    "define window w from tumbling with size = 1 script from tick «event.a» script 1 end;",
    "define window w from tumbling with size = 1 script from «nope» 1 script 1 end;",
    "«define window w from tumbling state event» script true end;",
    HEAD.replace("size = 2", "size = event.x").replace("define", "«define").replace(".x", ".x»")
    + "select aggr::stats::count() from in[w] into out;",
    "«#!config metrics_interval_s = event»\nselect event from in into out;",
    "use «nope»; select event from in into out;",
    "define window w from tumbling with size = 2 end; «select» from in into out;"
    if False
    else "select event «into» out;",
]
"""Queries that do not compile."""

C = "define connector c from exit args a, b = 1 with config = {} end;\n"
CREATE = "create connector c with a = 1 end"
FLOW: list[str] = [
    "deploy flow «f»;",
    "deploy flow «f» from g;",
    "define flow f flow create connector «c» end; deploy flow f;",
    "define flow f flow create connector «c» from d end;",
    "define flow f flow create pipeline «c» from d::e end;",
    "define flow f flow define connector c from exit with «nope» = 1 end end;",
    "define flow f flow " + C + "create connector c with a = 1, «x» = 2 end end;",
    "define flow f flow " + P + "create pipeline p with a = 1, «x» = 2 end end;",
    "define flow f args «a» flow " + C + "create connector c with a = 1 end end;\ndeploy flow f;",
    "define flow f args a = 1 flow "
    + C
    + "create connector c with a = 1 end end;\ndeploy flow f with «b» = 2 end;",
    "define flow f args a flow " + C + "create connector c with a = 1 end end;\n"
    "«deploy flow f with a = event» end;",
    "define flow f args a flow "
    + C
    + "create connector c with a = args.«b» end end;\ndeploy flow f with a = 1 end;",
    "define flow f flow "
    + C
    + "create connector c with a = 1 end end;\n«define flow f flow "
    + C
    + "create connector c with a = 1 end end»;",
    "define flow f flow " + C + "«define connector c from exit»; " + CREATE + " end;",
    "use «nope»; define flow f flow " + C + "create connector c with a = 1 end end;",
    "define flow f flow connect /connector/a to «/connector/b» end;".replace(
        "«/connector", "/«connector"
    ).replace("/b»", "»/b"),
]
"""Flows that do not compile."""


def marked(text: str) -> tuple[str, str]:
    """A text without its marks, and the place that they show."""
    start, end = text.index("«"), text.index("»") - 1
    plain = text.replace("«", "").replace("»", "")
    assert text.count("«") == text.count("»") == 1
    return plain, place(Source(plain, "t").span(start, end))


def place(span: Any) -> str:
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}" if span else "-"


@pytest.mark.parametrize("text", [*LEXER, *PARSER, *COMPILE])
def test_a_script_is_refused_where_tremor_refuses_it(text: str) -> None:
    plain, expected = marked(text)
    assert place(refused(plain)[0].span) == expected


@pytest.mark.parametrize(("text", "event"), RUN)
def test_a_script_fails_where_it_does_in_tremor(text: str, event: Any) -> None:
    plain, expected = marked(text)
    assert place(failure(plain, event).span) == expected


@pytest.mark.parametrize(("text", "warning_class"), WARN)
def test_a_script_is_warned_about_where_tremor_warns(text: str, warning_class: str) -> None:
    plain, expected = marked(text)
    warnings = compiled(plain).warnings
    assert [(place(warning.span), warning.warning_class) for warning in warnings] == [
        (expected, warning_class)
    ]


@pytest.mark.parametrize("text", QUERY)
def test_a_query_is_refused_where_tremor_refuses_it(text: str) -> None:
    plain, expected = marked(text)
    assert place(_first(found(plain, False, None))) == expected


@pytest.mark.parametrize("text", FLOW)
def test_a_flow_is_refused_where_tremor_refuses_it(text: str) -> None:
    plain, expected = marked(text)
    assert place(_first(found(plain, True, None))) == expected


SIZE = "define window w from tumbling with size = 2"
COUNT = "\nselect aggr::stats::count() from in[w]"
SELECTED: list[tuple[str, Any]] = [
    ("select event from in where «event.a» into out;", {"a": 1}),
    ("select event from in into out having «event.a»;", {"a": 1}),
    ("select event.«b» from in into out;", {}),
    ("select event from in group by «each(event.a)» into out;", {"a": 1}),
    ("select event from in group by set(event.a, «each(event.a)») into out;", {"a": 1}),
    (SIZE + " script «event.a» end;" + COUNT + " into out;", {"a": "x"}),
    (
        "define window w from tumbling state 1 script 0; «event» end;".replace("0; «", "«0; ")
        + COUNT
        + " into out;",
        1,
    ),
    (SIZE + ", max_groups = 1 end;" + COUNT + " group by «each(event)» into out;", [1, 2]),
    (SIZE.replace("2", "1") + " end;\nselect aggr::stats::sum(event.«b») from in[w] into out;", {}),
]
"""Selects that fail with an event."""


@pytest.mark.parametrize(("text", "event"), SELECTED)
def test_a_select_fails_where_it_does_in_tremor(text: str, event: Any) -> None:
    plain, expected = marked(text)
    run = Run(plain)
    run.batch(event)
    assert [place(error.diagnostic.span) for _, error in run.errors if isinstance(error, ScriptError)] == [
        expected
    ]


def _first(diagnostics: tuple[Diagnostic, ...]) -> Any:
    return next(diagnostic.span for diagnostic in diagnostics if diagnostic.is_error)


def test_an_escaped_line_feed_is_underlined_in_its_line() -> None:
    assert place(refused('"ab\\\ncd"')[0].span) == "1:4-1:6"
    assert place(refused('"ab\\u1\n"')[0].span) == "1:4-1:8"


def test_a_query_of_these_heads_is_right() -> None:
    assert query(HEAD + S + P + OPERATOR + "select event from in into out").query_ir.nodes
