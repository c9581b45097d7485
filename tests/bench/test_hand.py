from __future__ import annotations

from collections import Counter
from pathlib import Path

import orjson
import pytest

from tremor_tui.bench import hand
from tremor_tui.bench.workload import Lines, lines, query
from tremor_tui.codecs.json import Json
from tremor_tui.control.bench import DATA, SCRIPTS, Data, Script
from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.batch import Batch
from tremor_tui.operators.bucket import BucketGrouper
from tremor_tui.pipeline.build import build
from tremor_tui.pipeline.graph import Graph

NOW_NS = 1_700_000_000_000_000_000
TIMES = 200
SHARED = "applog_app1"
"""The class whose rate is the first event's in tremor, and each event's own in the loop by hand."""


def graph(script: Script) -> Graph:
    return build(compile_query(Source(query(script, "out, out"), "q.trickle"), ModuleLoader()).query_ir)


def through_graph(made: Graph, held: Lines) -> list[object]:
    values, bad = Json().decode_batch(list(held))
    assert not bad
    left = made.step("in", Batch(values, range(len(values)), NOW_NS, nbytes=0), NOW_NS)
    return [value for port, batch in left for value in batch.values if port == "out"]


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("script", SCRIPTS)
def test_both_sides_make_the_same_events(script: Script, data: Data) -> None:
    written: list[bytes] = []

    passed, over, size = hand.loop(script, now=lambda: 0.0, write=written.append)(lines(data))
    theirs = through_graph(graph(script), lines(data))

    assert (passed, over, size) == (100, 0, sum(map(len, written)))
    assert sorted(written) == sorted(orjson.dumps(value) for value in theirs)


@pytest.mark.parametrize("data", ["skewed", "even"])
def test_both_sides_let_as_many_of_each_class_pass(data: Data) -> None:
    held = tuple(line for line in lines(data) if hand_class(line)[0] != SHARED)
    seen = Counter(map(hand_class, held))
    made = graph("classify")
    [bucket] = [node.operator for node in made.nodes if isinstance(node.operator, BucketGrouper)]
    run = hand.loop("classify", now=lambda: 0.0)

    mine = [run(held) for _ in range(TIMES)]
    for _ in range(TIMES):
        through_graph(made, held)

    passes, total = Counter[str](), Counter[str]()
    for (name, _), count in seen.items():
        passes[name] += min(count * TIMES, rate_of(name))
        total[name] += count * TIMES
    theirs = {name: (one.passed, one.passed + one.overflowed) for name, one in bucket.classes.items()}
    assert theirs == {name: (passes[name], total[name]) for name in total}
    assert sum(passed for passed, _, _ in mine) == passes.total() < total.total()
    assert sum(passed + over for passed, over, _ in mine) == total.total()


def hand_class(line: bytes) -> tuple[str, str | None]:
    """The class and dimension of an event, written once more in the plainest way."""
    event = orjson.loads(line)
    kind = event["index_type"]
    if event["application"] in hand.RATES:
        return SHARED, None
    if kind in hand.FIRST:
        return kind, event[hand.FIRST[kind][1]]
    if "tag1" in event["tags"]:
        return "syslog_app2", event["syslog_hostname"]
    return (kind, event["syslog_hostname"]) if kind in hand.LAST else ("default", None)


def rate_of(name: str) -> int:
    rates = {"syslog_app2": 125, "default": 250, **hand.LAST}
    return hand.FIRST[name][0] if name in hand.FIRST else rates[name]


def test_the_window_begins_anew_after_a_second() -> None:
    time_s = 0.0
    run = hand.loop("classify", now=lambda: time_s)
    line = [line for line in lines() if hand_class(line)[0] == "default"][:1] * 400

    first = run(line)
    second = run(line)
    time_s = 1.0
    third = run(line)

    assert [one[:2] for one in (first, second, third)] == [(250, 150), (0, 400), (250, 150)]


def test_lines_that_are_no_json_are_left_out() -> None:
    assert hand.loop("classify", now=lambda: 0.0)([b"{", lines()[0]])[0] == 1


def test_from_file_to_file_writes_a_line_for_each_event(tmp_path: Path) -> None:
    infile, outfile = tmp_path / "in", tmp_path / "out"
    infile.write_bytes(b"".join(line + b"\n" for line in lines() * 3))

    passed, over, size = hand.from_file_to_file("classify", str(infile), str(outfile))

    assert outfile.read_bytes() == infile.read_bytes()
    assert passed + over == 300
    assert size == infile.stat().st_size - 300
