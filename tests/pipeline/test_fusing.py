"""Which pipelines are fused, what their events are read for, and what is said of those that are not."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.benchmarks.classify import script
from tremor_tui.bench.workload import query as benchmark
from tremor_tui.control.bench import SCRIPTS, Script
from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.batch import WHOLE, Batch
from tremor_tui.model.projection import ALL
from tremor_tui.pipeline.build import build
from tremor_tui.pipeline.graph import Graph

FIELDS = ("application", "index_type", "tags", "logger_name", "syslog_hostname")
BEHIND = """create script s; create operator b;
select event from in into s; select event from s into b; select event from s/err into err;
select event from b into out; select event from b/overflow into out;"""


def graph(text: str) -> Graph:
    return build(compile_query(Source(text, "q.trickle"), ModuleLoader()).query_ir)


def alone(text: str, state: str = "") -> str:
    """A query of one script."""
    return f"""define script s {state} script {text} end; create script s;
    select event from in into s; select event from s into out; select event from s/err into err;"""


def framed(built: Graph, *records: Any) -> Batch:
    """A batch as a source makes it for what the graph reads."""
    fields = built.fields("in")
    assert fields is not None
    views = [{key: record[key] for key in fields if key in record} for record in records]
    raws = [orjson.dumps(record) for record in records]
    return Batch(views, range(len(raws)), 1, raws=raws, views=views, fields=fields).shed(WHOLE)


def left(built: Graph, *records: Any) -> dict[str, list[Any]]:
    return {port: made.values for port, made in built.step("in", framed(built, *records), 1)}


def test_the_classifying_script_and_its_bucket_are_one_and_read_five_fields() -> None:
    query = f"define script s script {script()} end; define operator b from grouper::bucket; {BEHIND}"
    built = graph(query)
    chain = built.chain("in")
    assert chain is not None
    assert chain.stages[0].bucket is not None
    assert chain.first == frozenset({"application"})
    assert chain.fields == frozenset(FIELDS)
    assert built.why_not("in") == []


@pytest.mark.parametrize(
    ("query", "stages", "fields"),
    [
        ("select event from in into out;", 0, set()),
        ("select event from in where event.n > 1 into out;", 1, {"n"}),
        ('select {"k": event.kind, "n": event.n} from in into out;', 1, {"kind", "n"}),
        (alone("let state.count = state.count + 1; event", 'state {"count": 0}'), 1, set()),
        (alone("let event.added = 1; let event.more = event.n; event"), 1, {"added", "more", "n"}),
        (alone("event.kind"), 1, {"kind"}),
        ("select event from in where event.a into out; select event from in into err;", 1, {"a"}),
    ],
)
def test_a_pipeline_is_fused_and_reads_what_it_names(query: str, stages: int, fields: set[str]) -> None:
    built = graph(query)
    chain = built.chain("in")
    assert chain is not None
    assert (len(chain.stages), chain.fields) == (stages, frozenset(fields))


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (alone('emit event => "#{event.port}"'), "it works out the port that it emits to"),
        (
            (
                "define window w from tumbling with size = 2 end;"
                "select aggr::stats::count() from in[w] into out;"
            ),
            "it has a window or a `group by`",
        ),
        (
            (
                "define operator b from grouper::bucket; create operator b; select event from in into b;"
                "select event from b into out;"
            ),
            "it is not right behind the one script that sets its classes",
        ),
        (
            (
                f"define operator b from grouper::bucket; define script s script let $class = event.kind;"
                f"let $rate = 1; event end; {BEHIND}"
            ),
            "its `$class` is no text that it names right before it ends an event",
        ),
    ],
)
def test_what_is_not_fused_says_why(query: str, reason: str) -> None:
    assert [why.text for why in graph(query).why_not("in")] == [reason]


def test_a_row_that_fails_goes_alone_and_the_others_stay_fused() -> None:
    built = graph(alone("let event.half = 10 / event.n; event"))
    events = [{"n": n} for n in (1, 0, 5)]
    made = left(built, *events)
    assert made["out"] == [{"n": 1, "half": 10.0}, {"n": 5, "half": 2.0}]
    assert [one["event"] for one in made["err"]] == [{"n": 0}]
    chain = built.chain("in")
    assert chain is not None
    assert chain.in_a_row == 0


def test_state_goes_from_row_to_row_and_is_as_before_where_the_nodes_have_to_do_a_batch() -> None:
    built = graph(
        alone('let state.count = state.count + event.n; emit {"c": state.count}', 'state {"count": 0}')
    )
    assert left(built, {"n": 1}, {"n": 2})["out"] == [{"c": 1}, {"c": 3}]
    assert left(built, {"n": "x"}, {"n": 4})["out"] == [{"c": 7}]


def test_a_pipeline_behind_another_is_fused_and_hands_on_the_bytes_that_came() -> None:
    first = graph("select event from in where event.n > 1 into out;")
    second = graph(alone('match event.kind of case "x" => event case _ => drop end'))
    third = graph(alone("let event.twice = event.n; event"))
    records = [{"n": n, "kind": "xy"[n % 2], "rest": [1] * n} for n in range(6)]
    ((_, batch),) = first.step("in", framed(first, *records), 1)
    for built in (second, third):
        ((_, batch),) = built.step("in", batch, 1)
        chain = built.chain("in")
        assert chain is not None
        assert chain.in_a_row == 0
        assert batch.is_framed
    assert batch.raws == [orjson.dumps(one | {"twice": one["n"]}) for one in (records[2], records[4])]


def test_a_pipeline_behind_another_takes_what_is_no_record_as_the_nodes_do() -> None:
    first, second = (
        graph("select event from in into out;"),
        graph("select event from in where event.n into out;"),
    )
    batch = Batch([], range(2), 1, raws=[b'{"n":true}', b"[1]"], views=[{}, [1]], fields=frozenset())
    ((_, batch),) = first.step("in", batch.shed(WHOLE), 1)
    chain = second.chain("in")
    assert chain is not None
    assert [made.values for _, made in second.step("in", batch, 1)] == [[{"n": True}]]
    assert chain.in_a_row == 1


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_of_the_benchmark_is_fused_with_its_bucket(script: Script) -> None:
    graph = build(compile_query(Source(benchmark(script, "out, out"), "q.trickle"), ModuleLoader()).query_ir)

    assert graph.why_not("in") == []
    graph.serve(eager=False)
    read = {"classify": {"application"}, "keys": {"application", "class", "rate"}}
    assert graph.fields("in") == (frozenset(read[script]) if script in read else ALL)


def test_a_select_from_an_output_is_no_part_of_what_is_fused() -> None:
    text = "select event from in into out; select event from out into err;"
    graph = build(compile_query(Source(text, "q.trickle"), ModuleLoader()).query_ir)
    reference = build(compile_query(Source(text, "q.trickle"), ModuleLoader()).query_ir)
    reference.is_fused = False

    assert [port for port, _ in graph.step("in", Batch([1], range(1), 0), 0)] == [
        port for port, _ in reference.step("in", Batch([1], range(1), 0), 0)
    ]
