"""What is said of a pipeline to people: what is fused, what is not, why, and in which line."""

from __future__ import annotations

import pytest

from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.pipeline.build import build
from tremor_tui.pipeline.fusing.report import Report

SCRIPT = """define script s
script
  {body}
end;
create script s;
select event from in into s;
select event from s into out;
select event from s/err into err;
"""


def report(text: str) -> Report:
    return build(compile_query(Source(text, "q.trickle"), ModuleLoader()).query_ir).report("in")


@pytest.mark.parametrize(
    ("body", "form", "fields"),
    [
        ('match event.kind of case "x" => event case _ => drop end', "same", {"kind"}),
        ("let event.twice = event.n;\n  event", "added", {"n", "twice"}),
        ('{"k": event.kind}', "made", {"kind"}),
    ],
)
def test_a_fused_script_says_what_it_reads_and_how_events_leave(
    body: str, form: str, fields: set[str]
) -> None:
    found = report(SCRIPT.format(body=body))
    assert (found.fused, found.slow, found.whole) == (("s",), (), ())
    assert found.forms["out"] == form
    assert found.fields == frozenset(fields)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ('let event.a = 1;\n  emit event => "#{event.port}"', 4),
        ('match event.a of\n    case 1 => emit event => "#{event.b}"\n    case _ => event\n  end', 4),
    ],
)
def test_what_a_script_does_is_found_in_its_line(body: str, line: int) -> None:
    (why,) = report(SCRIPT.format(body=body)).slow
    assert (why.node, why.file, why.line) == ("s", "q.trickle", line)


@pytest.mark.parametrize(
    ("body", "text", "line"),
    [
        ("use std::record;\n  record::keys(event)", "it uses the event as a whole", 4),
        (
            'match event.k of\n    case 1 => emit {"a": 1}\n    case _ => event\n  end',
            "it hands some events on as they came and makes others anew",
            4,
        ),
    ],
)
def test_a_node_that_takes_events_whole_is_named_with_its_line(body: str, text: str, line: int) -> None:
    found = report(SCRIPT.format(body=body))
    assert found.fused == ("s",)
    assert found.fields is None
    assert [(why.node, why.text, why.line) for why in found.whole] == [("s", text, line)]


def test_an_operator_and_a_window_are_named_where_they_stand_and_what_is_behind_them_without_a_reason() -> (
    None
):
    found = report(
        "define operator b from generic::batch with count = 2 end;\ncreate operator b;\n"
        "select event from in into b;\nselect event from b where event.n into out;\n"
        "define window w from tumbling with size = 2 end;\n"
        "select aggr::stats::count() from in[w] into out;"
    )
    assert sorted((why.node, why.line) for why in found.slow) == [("b", 2), ("select-6", 6)]
    assert found.behind == ("select-4",)
    assert found.fused == ()


def test_what_takes_failures_is_said_to_do_so() -> None:
    text = SCRIPT.format(body="let event.h = 1 / event.n;\n  event")
    text = text.replace(
        "select event from s/err into err;",
        "define script t script event.error end; create script t;\n"
        "select event from s/err into t;\nselect event from t into err;",
    )
    found = report(text)
    assert found.fused == ("s",)
    assert [(why.node, why.text, why.line) for why in found.slow] == [("t", "it takes what fails in `s`", 9)]


def test_where_branches_meet_again_nothing_is_fused() -> None:
    found = report(
        "create stream a; create stream b; create stream c;\n"
        "select event from in into a; select event from in into a; select event from a into b;\n"
        "select event from a into b; select event from b into out;"
    )
    assert [(why.node, why.text) for why in found.slow] == [
        ("", "branches meet again, so that events have to go one by one")
    ]
