"""A pipeline that is fused and reads some fields alone does what its nodes do one by one with whole events.

Random scripts over random lines: odd types, missing fields, broken lines, bytes that are not UTF-8, duplicate
keys, huge numbers, deep nesting, white space; with a bucket behind them or not; batches of any size, at times
that advance. `TREMOR_TUI_FUSED_RUNS` says how many scripts.
"""

from __future__ import annotations

import os
import sys
from random import Random
from time import time_ns
from typing import Any

import orjson
import pytest

from tests.benchmarks.fuzz import program
from tremor_tui.codecs.json import Json
from tremor_tui.connectors.contract import Frames
from tremor_tui.errors import TremorError
from tremor_tui.language.compile_query import compile_query
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.batch import Batch
from tremor_tui.operators.bucket import BucketGrouper
from tremor_tui.operators.script import ScriptOperator
from tremor_tui.pipeline.build import build
from tremor_tui.pipeline.graph import Graph
from tremor_tui.runtime.intake import Intake
from tremor_tui.runtime.outlet import Outlet

SEED = int(os.environ.get("TREMOR_TUI_SEED", time_ns() // 1_000_000_000 % 1_000_000))
RUNS = int(os.environ.get("TREMOR_TUI_FUSED_RUNS", "150"))
START_NS = 1_700_000_000_000_000_000
KEYS = ("kind", "n", "host", "tags", "a", "an odd key", "é")
WORDS = ("x", "y", "z", "tag1", "host1", "", "é😀", "1e999", "a\\nb")
ODD = (
    b"", b" ", b"[1,2]", b"1", b'"kind"', b"null", b"{}", b" { } ", b'{"kind":"x","kind":"y"}',
    b'{"k\\u0069nd":"x"}', b'{"n":1e999}', b'{"a":1e999,"kind":"x"}', b'{"n":123456789012345678901234567890}',
    b'{"a":[1,[2,123456789012345678901]],"kind":"x"}', b'{"kind":"\xff"}', b'{"a":"\xff","kind":"x"}',
    b'{"\xff":1}', b"\xef\xbb\xbf{}", b'{"kind":"\\ud800"}', b'{"a":"\\ud800"}', b'{"a":NaN}', b'{"n":-0}',
    b'{"n":-0.0}', b'{"n":1E2,"kind":"x"}', b'{"a":1e-400}', b'{"n":18446744073709551615,"kind":"x"}',
    b'{"n":18446744073709551616}', b'{"n":-9223372036854775809}', b'{"a":' + b"[" * 600 + b"]" * 600 + b"}",
    b'{"a":' + b'{"b":' * 600 + b"1" + b"}" * 601, b'{"kind":"x",}', b'{"kind":"x"} {}', b'{"kind":"x"}\r',
    b'{"kind":"x"\n}', b'{"a":"\\u0000","kind":"y"}', b'{"a":01}', b'{"a":1.}', b'{"a":"\x01"}', b"{",
    b'{"a":tru}',
    b'{"kind":"x","add\\u0065d":1}', b'{"kind":"x"} ', b'{"m":false,"n":1}', b'{"kind":"y","added":1} ',
    b'  {"kind" : "x" , "n" : 3 }  ', b'{"kind":"x","added":1}', b'{"n":1.5e3,"kind":"x"}',
)  # fmt: skip
"""Lines that a careless decoder would take for something else."""


def value(random: Random, depth: int = 2) -> Any:
    kinds = "wwwnnbfN" + ("lr" if depth else "")
    match random.choice(kinds):
        case "w":
            return random.choice(WORDS)
        case "n":
            return random.choice((0, 1, 2, 3, -1, 2**63, 2**53 + 1, -(2**63)))
        case "b":
            return random.random() < 0.5
        case "f":
            return random.choice((0.1, 1.0, -2.5, 1e20, 1.7976931348623157e308))
        case "l":
            return [value(random, depth - 1) for _ in range(random.randrange(4))]
        case "r":
            return {key: value(random, depth - 1) for key in random.sample(KEYS, random.randrange(3))}
    return None


def line(random: Random) -> bytes:
    if random.random() < 0.08:
        return random.choice(ODD)
    record = {key: value(random) for key in random.sample(KEYS, random.randrange(len(KEYS)))}
    if random.random() < 0.7:
        record["kind"] = random.choice(WORDS)
    return orjson.dumps(record)


PATTERNS = ('%{ kind == "x" }', '%{ kind == "y", present n }', "%{ absent host }", "%{ present tags }", "%{}",
            '%{ n == 3 }', '%{ kind ~= glob|t*| }', '%{ a ~= %{ kind == "x" } }')  # fmt: skip
LITERALS = ('"x"', "1", "null")
READS = ("event.kind", "event.n", "event.host", "event.tags", 'event["an odd key"]', "event.a.kind")
ACTIONS = (
    "emit event", "emit", "drop", 'emit event => "err"', 'emit {"k": event.kind}', 'let $class = "c"',
    'let $class = "c"; let $rate = 2', 'let $class = "d"; let $rate = 1; let $dimensions = event.host',
    'let $class = "d"; let $rate = 3; let $dimensions = event.kind; emit event',
    'let $class = "e"; let $rate = 5; let $dimensions = event.n; let $windows = 2; emit event',
    "let event.added = event.kind", "let event.added = 1", "let event.n = 7",
    'let event.a = {"b": event.host}',
    "let $x = event.n", "null", "event.kind", 'let event = {"whole": event}', "let event.a.b = 3",
    "1 / event.n == 2",
    "let event.added = $class",
    'let $class = "c"; let $rate = 2; let event.added = 1; emit event',
    'let $class = "d"; let $rate = 3; let $dimensions = event.kind; let event.added = "x"; let event.m = 1',
    'let $class = "c"; let $rate = 2; let event.class = $class; emit event',
    'let $dimensions = event.added; let $class = "c"; let $rate = 1; let event.added = 2; emit event',
    'let $class = "f"; let $rate = 1; let $dimensions = event; let event.added = 1.0; emit event',
    "let event.added = 1; let event.added = 2; emit event",
    'let event.added = null; let event.m = -3; emit event',
)  # fmt: skip


def body(random: Random) -> str:
    parts = []
    for _ in range(random.randrange(1, 4)):
        if random.random() < 0.75:
            cases = " ".join(
                f"case {random.choice(PATTERNS)} => {random.choice(ACTIONS)}"
                for _ in range(random.randrange(1, 4))
            )
            parts.append(f"match event of {cases} case _ => {random.choice(ACTIONS)} end")
        else:
            cases = f"case {random.choice(LITERALS)} => {random.choice(ACTIONS)}"
            parts.append(f"match {random.choice(READS)} of {cases} case _ => {random.choice(ACTIONS)} end")
    parts.append(random.choice(("event", "event", "event", '{"n": event.n, "k": event.kind}', "event.a")))
    return ";\n".join(parts)


def query(script: str, bucket: bool) -> str:
    if not bucket:
        return f"""define script s script {script} end; create script s;
select event from in into s; select event from s into out; select event from s/err into err;"""
    return f"""define script s script {script} end; define operator b from grouper::bucket;
create script s; create operator b;
select event from in into s; select event from s into b; select event from s/err into err;
select event from b into out; select event from b/overflow into out; select event from b/err into err;"""


WHERES = ("event.n > 1", 'present event.kind and event.kind == "x"', "present event.host", "$class == \"c\"",
          "true", 'match event of case %{ kind == "x" } => true case _ => false end', "present $x",
          "system::ingest_ns() > 0", "event.added == event.kind")  # fmt: skip
HAVINGS = ('event.k == "x"', "present event.kind", "true", "event.n > 2", "present $rate")
TARGETS = ("event", "event", "event", '{"k": event.kind}', "event.a", '{"whole": event, "n": $class}',
           'patch event of upsert "k" => 1 end', '"#{event.kind}"', '{"t": system::ingest_ns()}')  # fmt: skip
STATEFUL = (
    "let state.count = state.count + 1; event",
    "let state.last = event.kind; let event.added = state.last; emit event",
    """match state.count > 3 of case true => emit {"s": state.count} case _ => null end;
    let state.count = state.count + 1; let $count = state.count; event""",
    "let state.count = state.count + event.n; event",
    "let state.seen = event; let state.n = 1 / (event.n - 1); event",
)
OTHERS = (
    "let $drawn = random::integer(0, 10); event",
    "let event.t = system::ingest_ns(); event",
    'let x = event; let event.n = 1; emit {"x": x, "e": event}',
    "for event.tags of case (i, e) => e end; event",
    "let row = 5; let value = event.kind; let late = value; event",
    "let event.a = 1; let event.kind = 2; event",
    "let event.added = event.n; let event.n = 3; let event.host = event.added; event",
    """match event.kind of case "x" => let $class = "c"; let $rate = 1; emit event => "more"
    case _ => event end""",
)


def select(random: Random, source: str, target: str) -> str:
    where = f" where {random.choice(WHERES)}" if random.random() < 0.4 else ""
    having = f" having {random.choice(HAVINGS)}" if random.random() < 0.2 else ""
    return f"select {random.choice(TARGETS)} from {source}{where} into {target}{having};"


def pipeline(random: Random) -> str:
    """A random graph: scripts, selects, buckets and windows one behind the other or side by side."""
    lines = ["use tremor::system; use std::random; define operator b from grouper::bucket;",
             "define window two from tumbling with size = 2 end;"]  # fmt: skip
    open_ends = ["in"]
    ports = ["out", "out", "err"]
    for number in range(random.randrange(1, 5)):
        source = random.choice(open_ends)
        match random.choice("ssssrtbwpmm"):
            case "s" | "r" | "t" as kind:
                text = body(random) if kind == "s" else random.choice(STATEFUL if kind == "t" else OTHERS)
                state = 'state {"count": 0}' if kind == "t" else ""
                uses = "use tremor::system; use std::random;"
                lines.append(f"define script s{number} {state} script {uses} {text} end;")
                lines.append(f"create script s{number};")
                lines.append(select(random, source, f"s{number}"))
                new = [f"s{number}", *([f"s{number}/err"] if random.random() < 0.5 else [])]
                new += [f"s{number}/more"] if random.random() < 0.2 else []
            case "b":
                lines.append(f"create operator b{number} from b;")
                lines.append(f"select event from {source} into b{number};")
                new = [f"b{number}", f"b{number}/overflow"]
            case "w":
                lines.append(f"create stream w{number};")
                lines.append(f"select aggr::stats::count() from {source}[two] into w{number};")
                new = [f"w{number}"]
            case _:
                lines.append(f"create stream p{number};")
                lines.append(select(random, source, f"p{number}"))
                if random.random() < 0.4:
                    lines.append(select(random, random.choice(open_ends), f"p{number}"))
                new = [f"p{number}"]
        if random.random() < 0.7:
            open_ends.remove(source)
        open_ends += new
    lines += [select(random, end, random.choice(ports)) for end in open_ends]
    return "\n".join(lines)


class Side:
    """One of the two: an intake, a graph and an outlet."""

    def __init__(self, text: str, is_fused: bool, catches: bool = False, is_strict: bool = False) -> None:
        ir = compile_query(Source(text, "q.trickle"), ModuleLoader()).query_ir
        self.told: list[Any] = []
        self.graph: Graph = build(ir, on_error=self._heard, by_event=is_strict)
        if catches:
            self.graph.catch(self._caught)
        self.graph.is_fused = is_fused
        self.graph.eager = SIDES.random() < 0.5
        self.intake = Intake("f/s", 0, Json(), list, lambda text, count: None, 100, 1 << 16)
        self.outlet = Outlet(Json(), list)
        self.fused = 0

    def step(self, frames: list[bytes], now_ns: int, meta: Any, mixed: int = 0, framed: bool = True) -> Any:
        """All that leaves: by port, the ids, the JSON, the metadata; then the state of the operators.

        `mixed`: every so many rows have other metadata. `framed` False: events come whole, without frames.
        """
        self.intake.fields = self.graph.fields("in") if framed else None
        seen: dict[str, list[list[Any]]] = {}
        pulled = Frames(frames, meta=meta)
        for port, batch in self.intake.take(pulled, now_ns):
            if port != "out":
                _add(seen, f"source {port}", list(batch.ids), batch.values)
                continue
            self.fused += batch.is_framed
            if mixed:
                batch.metas = [{"x": row, "class": "c"} if row % mixed else meta for row in batch.ids]
            if not framed:
                batch.raws = None
            for left, made in self.graph.step("in", batch, now_ns):
                _add(seen, left, *self._written(left, made))
        return seen, self._counts(), [self._state(node.operator) for node in self.graph.nodes], self._told()

    def _told(self) -> Any:
        """What was said of rows that failed, to either hearer; in order for each node."""
        told, self.told = self.told, []
        return sorted(told, key=lambda one: (one[0], len(one)))

    def _heard(self, node: str, error: Any) -> None:
        self.told.append((node, str(error)))

    def _caught(self, node: str, error: Any, row: Any, event: Any, meta: Any, value: Any) -> None:
        self.told.append((node, str(error), row, repr(event), repr(meta or {}), repr(value)))

    def _written(self, port: str, batch: Batch) -> Any:
        metas = [batch.meta(row) for row in range(len(batch))]
        pieces, kept, refused = self.outlet.encode(port, batch)
        written = [orjson.loads(piece) for piece in pieces]
        return list(kept.ids), written, map(repr, metas), [str(error) for _, error in refused]

    def _counts(self) -> Any:
        nodes = [
            (node.id, node.rows_in, node.rows_out, node.discarded, node.dropped, node.errors)
            for node in self.graph.nodes
        ]
        return nodes, [(edge.id, edge.rows) for edge in self.graph.edges]

    def _state(self, operator: Any) -> Any:
        if isinstance(operator, ScriptOperator):
            return repr(operator.cell.state)
        if not isinstance(operator, BucketGrouper):
            return None
        return [
            (
                name,
                bucket.passed,
                bucket.overflowed,
                [(key, w.limit, list(w._counts)) for key, w in bucket.windows.items()],
            )
            for name, bucket in sorted(operator.classes.items())
        ]


def _add(seen: dict[str, list[list[Any]]], port: str, *columns: Any) -> None:
    """Adds rows: how they were cut into batches does not matter, their order on a port does."""
    for kept, column in zip(seen.setdefault(port, [[] for _ in columns]), columns, strict=True):
        kept.extend(column)


SIDES = Random(SEED)


def compare(text: str, random: Random, is_strict: bool = False) -> int:
    """Runs both sides on the same batches; how many batches came in frames."""
    catches = random.random() < 0.5
    fused, plain = Side(text, True, catches, is_strict), Side(text, False, catches, is_strict)
    now_ns = START_NS
    for _ in range(6):
        frames = [line(random) for _ in range(random.choice((1, 3, 20, 150)))]
        if random.random() < 0.5:
            frames = [frame for frame in frames if frame not in ODD]
        now_ns += random.choice((0, 1, 10_000_000, 300_000_000, 1_500_000_000, -5_000_000))
        meta = random.choice((None, {"file": {"path": "x"}}, {"class": "c", "rate": 1}))
        mixed, framed = random.choice((0, 0, 2, 3)), random.random() < 0.7
        after = fused.step(frames, now_ns, meta, mixed, framed)
        assert after == plain.step(frames, now_ns, meta, mixed, framed), text
    return fused.fused


@pytest.mark.parametrize("chunk", range(5))
def test_a_fused_pipeline_does_what_its_nodes_do(chunk: int) -> None:
    sys.stdout.write(f"TREMOR_TUI_SEED={SEED}\n")
    framed = 0
    for number in range(RUNS // 5):
        random = Random(f"{SEED} {chunk} {number}")
        text = query(body(random), random.random() < 0.6)
        try:
            framed += compare(text, random)
        except TremorError:
            continue
    assert framed


@pytest.mark.parametrize("chunk", range(5))
def test_a_pipeline_of_many_nodes_does_the_same_fused(chunk: int) -> None:
    sys.stdout.write(f"TREMOR_TUI_SEED={SEED}\n")
    fused = 0
    for number in range(RUNS // 15):
        random = Random(f"{SEED} many {chunk} {number}")
        text = pipeline(random)
        try:
            compare(text, random, is_strict=random.random() < 0.3)
            fused += _stages(text)
        except TremorError:
            continue
    assert fused > RUNS // 30


def _stages(text: str) -> int:
    chain = Side(text, True).graph.chain("in")
    return len(chain.stages) if chain is not None else 0


def test_any_script_does_the_same_with_some_fields_as_with_all() -> None:
    sys.stdout.write(f"TREMOR_TUI_SEED={SEED}\n")
    for number in range(RUNS * 2):
        start, text = program(SEED * 1_000_000 + number)
        random = Random(number)
        if start != "script":
            continue
        try:
            compare(query(text, False), random)
        except TremorError:
            continue
