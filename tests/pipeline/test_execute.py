from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from tests.pipeline.reference import Reference
from tremor_tui.language.ir.query import Edge
from tremor_tui.model.batch import Batch, merge
from tremor_tui.model.context import Context
from tremor_tui.model.insight import Insight, Trigger
from tremor_tui.model.signal import Signal, Tick
from tremor_tui.operators.contract import Operator, Outputs, Quiet
from tremor_tui.operators.counter import Counter
from tremor_tui.operators.passthrough import Passthrough
from tremor_tui.pipeline.build import Part, wire
from tremor_tui.pipeline.execute import merged
from tremor_tui.pipeline.graph import Graph

KINDS = ("pass", "count", "odd", "sort", "twice")


def behave(kind: str, number: int) -> Callable[[str, Any], list[tuple[str, Any]]]:
    """One node's behaviour on one event; a fresh state each time it is made."""
    state = {"count": 0}

    def step(port: str, event: Any) -> list[tuple[str, Any]]:
        state["count"] += 1
        made = {"from": event, "node": number, "nth": state["count"], "port": port}
        match kind:
            case "count":
                return [("out", made)]
            case "odd":
                return [("out", made)] if state["count"] % 2 else []
            case "sort":
                return [("out" if state["count"] % 3 else "b", made)]
            case "twice":
                return [("out", {**made, "copy": copy}) for copy in range(2)]
            case _:
                return [("out", event)]

    return step


class Stepper(Quiet):
    """An operator that does with a batch what the behaviour does with each event."""

    def __init__(self, step: Callable[[str, Any], list[tuple[str, Any]]]) -> None:
        super().__init__()
        self._step = step

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        rows: dict[str, list[int]] = {}
        values: dict[str, list[Any]] = {}
        for row, value in enumerate(batch.values):
            for out, made in self._step(port, value):
                rows.setdefault(out, []).append(row)
                values.setdefault(out, []).append(made)
        return [(out, batch.replace(rows[out], values[out])) for out in rows]


@dataclass
class Shape:
    """A random graph: node kinds by number, and edges (source, port, target, port)."""

    kinds: Sequence[str]
    edges: Sequence[tuple[str, str, str, str]]

    def names(self) -> list[str]:
        return ["in", *(f"n{i}" for i in range(len(self.kinds))), "out", "err"]

    def graph(self) -> Graph:
        parts = [Part("in", "input", Passthrough(), Context())]
        for number, kind in enumerate(self.kinds):
            operator = Stepper(behave(kind, number))
            parts.append(Part(f"n{number}", kind, operator, Context(), kind == "twice"))
        parts += [Part(name, "output", Passthrough(), Context()) for name in ("out", "err")]
        edges = [Edge(*edge, order=order) for order, edge in enumerate(self.edges)]
        return wire("test", parts, edges, ("in",), ("out", "err"))

    def reference(self) -> Reference:
        steps = {f"n{number}": behave(kind, number) for number, kind in enumerate(self.kinds)}
        found = Reference({"in": behave("pass", -1), **steps}, ("out", "err"))
        for edge in self.edges:
            found.connect(*edge)
        return found


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
    names = ["in", *(f"n{i}" for i in range(len(kinds)))]
    edges = []
    for _ in range(draw(st.integers(1, 12))):
        source = draw(st.integers(0, len(names) - 1))
        targets = [*names[source + 1 :], "out", "err"]
        port = draw(st.sampled_from(("out", "b"))) if source and kinds[source - 1] == "sort" else "out"
        into = draw(st.sampled_from(("in", "aux")))
        edges.append((names[source], port, draw(st.sampled_from(targets)), into))
    return Shape(kinds, edges)


def batch_of(count: int) -> Batch:
    return Batch([{"n": n} for n in range(count)], range(count), 7)


ASCENDING = st.sets(st.integers(0, 9), min_size=1, max_size=5).map(sorted)
ANY = st.lists(st.integers(0, 9), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(shape=shapes(), ids=st.lists(ASCENDING | ANY, max_size=3))
@example(
    Shape(["twice"], [("in", "out", "n0", "in"), ("in", "out", "n0", "in"), ("n0", "out", "err", "in")]),
    [[0]],
)
@example(
    Shape(["pass"], [("in", "out", "n0", "in"), ("in", "out", "out", "in"), ("n0", "out", "out", "in")]),
    [[0, 0]],
)
def test_batches_leave_in_the_order_of_single_events(shape: Shape, ids: list[list[int]]) -> None:
    graph, reference = shape.graph(), shape.reference()
    for some in ids:
        batch = Batch([{"n": n} for n in range(len(some))], some, 7)
        expected: dict[str, list[Any]] = {}
        for value in batch.values:
            for port, made in reference.send("in", value):
                expected.setdefault(port, []).append(made)

        left = graph.step("in", batch, 0)

        assert {port: made.values for port, made in left} == expected
        assert all(len(made.ids) == len(made) for _, made in left)


def test_copies_on_two_edges_leave_in_the_order_of_the_text() -> None:
    edges = [("in", "out", "n0", "in"), ("in", "out", "n1", "in")]
    edges += [("n0", "out", "out", "in"), ("n1", "out", "out", "in")]
    graph = Shape(["count", "count"], edges).graph()

    [(port, left)] = graph.step("in", batch_of(2), 0)

    assert port == "out"
    assert [value["node"] for value in left.values] == [0, 1, 0, 1]
    assert list(left.ids) == [0, 0, 1, 1]


def test_rows_are_counted_on_nodes_and_edges() -> None:
    graph = Shape(["sort"], [("in", "out", "n0", "in"), ("n0", "out", "out", "in")]).graph()

    graph.step("in", batch_of(3), 0)

    node = graph.nodes[1]
    assert (node.rows_in, node.rows_out, node.discarded) == ({"in": 3}, {"out": 2, "b": 1}, {"b": 1})
    assert [(edge.id, edge.rows, edge.batches) for edge in graph.edges] == [
        ("in/out->n0/in", 3, 1),
        ("n0/out->out/in", 2, 1),
    ]


def test_listeners_see_what_passes_until_they_leave() -> None:
    graph = Shape(["pass"], [("in", "out", "n0", "in"), ("n0", "out", "out", "in")]).graph()
    heard: list[Batch] = []
    graph.listen("in/out->n0/in", heard.append)

    graph.step("in", batch_of(2), 0)
    graph.unlisten("in/out->n0/in", heard.append)
    graph.step("in", batch_of(1), 0)

    assert [len(batch) for batch in heard] == [2]


def test_listening_to_an_unknown_edge_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Shape(["pass"], [("in", "out", "n0", "in")]).graph().listen("x", print)


class Ticker(Quiet):
    """Emits two rows on each tick, and says so upwards."""

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        return (("out", batch),)

    def on_signal(self, signal: Signal) -> Outputs:
        return (("out", Batch(["a", "b"], [4, 5], 0)),)

    def on_insight(self, insight: Insight) -> Sequence[Insight]:
        return (insight, insight)


def ticking(below: Operator) -> Graph:
    names: list[tuple[str, str, Operator]] = [
        ("in", "input", Passthrough()),
        ("t", "ticker", Ticker()),
        ("c", "generic::counter", below),
        ("out", "output", Passthrough()),
    ]
    parts = [Part(name, kind, made, Context()) for name, kind, made in names]
    edges = [
        Edge("in", "out", "t", "in", 0),
        Edge("t", "out", "c", "in", 1),
        Edge("c", "out", "out", "in", 2),
    ]
    return wire("test", parts, edges, ("in",), ("out",))


def test_what_a_tick_makes_moves_newest_first_and_leaves_in_order() -> None:
    [(port, left)] = ticking(Counter()).signal(Tick(1))

    assert port == "out"
    assert left.values == [{"count": 2, "event": "a"}, {"count": 1, "event": "b"}]


def test_insights_rise_through_operators_that_change_them() -> None:
    graph = ticking(Counter())

    assert graph.insight(Trigger("sink")) == [Trigger("sink"), Trigger("sink")]


class Caller(Quiet):
    """Sends its own trigger up once."""

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        return (("out", batch),)

    def calls(self) -> Sequence[Insight]:
        return (Trigger("", "enough"),)


def test_what_an_operator_calls_up_has_its_name_and_passes_the_operators_above() -> None:
    graph = ticking(Caller())

    assert graph.calls() == [Trigger("test/c", "enough"), Trigger("test/c", "enough")]


def test_a_graph_adopts_the_state_of_nodes_with_the_same_id_and_kind() -> None:
    old = ticking(Counter())
    old.step("in", batch_of(3), 0)
    new = ticking(Counter())

    kept = new.adopt(old)

    assert kept == ["c"]
    [(_, left)] = new.step("in", batch_of(1), 0)
    assert left.values[0]["count"] == 4


def test_a_node_of_another_kind_does_not_adopt() -> None:
    old = ticking(Counter())
    old.step("in", batch_of(3), 0)
    new = ticking(Counter())
    new.nodes[2].kind = "script"

    assert new.adopt(old) == []


@given(
    st.lists(st.tuples(ASCENDING, st.booleans(), st.booleans(), st.integers(0, 1)), min_size=1, max_size=4)
)
def test_merging_by_runs_equals_merging_by_rows(made: list[tuple[list[int], bool, bool, int]]) -> None:
    batches = [
        Batch(
            values=[(rank, row) for row in range(len(ids))],
            ids=ids,
            ingest_ns=time if with_raws else [time + row for row in range(len(ids))],
            metas=[{"row": row} if row % 2 else None for row in range(len(ids))] if with_metas else None,
            raws=[b"%d" % row for row in range(len(ids))] if with_raws else None,
            nbytes=rank,
        )
        for rank, (ids, with_metas, with_raws, time) in enumerate(made)
    ]

    assert merged(batches) == merge(batches)
