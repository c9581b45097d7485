"""Selects with windows do what a slow, obvious model does, whatever comes.

TREMOR_TUI_EXAMPLES says how many histories are tried.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from unittest.mock import patch

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from tests.language.query_texts import query
from tests.properties.window_model import Event, Model, Result, Spec
from tremor_tui.language.ir.query import QueryIR
from tremor_tui.model.batch import Batch
from tremor_tui.model.signal import Tick
from tremor_tui.operators.windows import select
from tremor_tui.pipeline.build import build
from tremor_tui.pipeline.graph import Graph

EXAMPLES = int(os.environ.get("TREMOR_TUI_EXAMPLES", "300"))
KEYS = ("", "event.k", "set(event.k, event.j)", "each(event.l)", "set(event.k, each(event.l))")
TARGET = """{
  "group": group, "window": window, "cardinality": win::cardinality(""),
  "count": aggr::stats::count(), "sum": aggr::stats::sum(event.v), "min": aggr::stats::min(event.v),
  "max": aggr::stats::max(event.v), "first": aggr::win::first(event.v), "last": aggr::win::last(event.v),
  "all": aggr::win::collect_flattened(event.v), "nested": aggr::win::collect_nested(event.v)
}"""
FRAGILE = TARGET.replace('"count":', '"count": [0, 1, 2, 3][aggr::stats::count()] + 0 *')


@dataclass(frozen=True)
class Case:
    """A select. `max_groups` is a window's, `limit` what stands for the limit where none is given."""

    specs: tuple[Spec, ...]
    keys: str
    max_groups: int | None
    limit: int
    fragile: bool
    having: bool

    def model(self) -> Model:
        limit = self.max_groups or self.limit
        return Model(
            list(self.specs), self.keys, limit, self.max_groups is not None, self.fragile, self.having
        )

    def graph(self) -> Graph:
        with patch.object(select, "MAX_GROUPS", self.limit):
            return build(compiled(self))


@lru_cache(2000)
def compiled(case: Case) -> QueryIR:
    names = [f"w{place}" for place in range(len(case.specs))]
    limits = [case.max_groups if place == 0 else None for place in range(len(names))]
    windows = [spec.text(name, limit) for spec, name, limit in zip(case.specs, names, limits, strict=True)]
    group = f" group by {case.keys}" if case.keys else ""
    having = " having event.count != 2" if case.having else ""
    target = FRAGILE if case.fragile else TARGET
    source = f"in[{', '.join(names)}] where not present event.skip"
    text = ["use std::win;", *windows, f"select {target} from {source}{group} into out{having};"]
    return query("\n".join(text)).query_ir


specs = st.one_of(
    st.builds(Spec, st.just("size"), st.integers(1, 5), st.booleans()),
    st.builds(Spec, st.just("interval"), st.integers(1, 12), st.booleans()),
    st.builds(
        Spec,
        st.just("state"),
        st.integers(1, 5),
        st.just(True),
        st.sampled_from(["true", "[true, false]"]),
        st.sampled_from(["false", "[false, true]", "[false, false]"]),
        st.booleans(),
    ),
)
cases = st.builds(
    Case,
    st.lists(specs, min_size=1, max_size=3).map(tuple),
    st.sampled_from(KEYS),
    st.none() | st.integers(1, 3),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
)
values = st.fixed_dictionaries(
    {
        "v": st.integers(-9, 9) | st.integers(-9, 9) | st.integers(-9, 9) | st.just("text"),
        "w": st.integers(0, 4) | st.integers(0, 4) | st.integers(0, 4) | st.integers(-1, 2) | st.none(),
        "t": st.integers(0, 60),
        "k": st.sampled_from(["a", "b", "c", "1", None]) | st.integers(1, 2),
        "j": st.booleans(),
        "l": st.lists(st.sampled_from(["x", "y", 1]), max_size=3),
    },
    optional={"skip": st.just(True)},
)


@dataclass(frozen=True)
class Sent:
    """A batch: its values, how much time passes before each, its source, whether that wants acks."""

    values: Sequence[tuple[dict[str, Any], int]]
    source: int
    settles: bool


@dataclass(frozen=True)
class Ticked:
    after: int


@dataclass(frozen=True)
class Swapped:
    """A new version of the select takes over."""


steps = st.one_of(
    st.builds(
        Sent,
        st.lists(st.tuples(values, st.integers(0, 4)), min_size=1, max_size=12),
        st.integers(0, 1),
        st.booleans(),
    ),
    st.builds(Ticked, st.integers(0, 15)),
    st.just(Swapped()),
)


class History:
    """Plays steps to a graph and to the model."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.model = case.model()
        self.graph = case.graph()
        self.errors = 0
        self.evicted = 0
        self.now = 0
        self.sent = 0

    def play(self, step: Sent | Ticked | Swapped) -> tuple[list[Result], list[Result]]:
        """What the graph and what the model made of it."""
        match step:
            case Sent():
                return self._send(step)
            case Ticked(after):
                self.now += after
                return results(self.graph.signal(Tick(self.now))), self.model.tick(self.now)
            case _:
                self._swap()
                return [], []

    def counts(self) -> tuple[int, int]:
        node = next(node for node in self.graph.nodes if node.kind == "select")
        return self.errors + node.errors, self.evicted + node.evicted

    def _swap(self) -> None:
        self.errors, self.evicted = self.counts()
        old, self.graph = self.graph, self.case.graph()
        self.graph.adopt(old)

    def _send(self, sent: Sent) -> tuple[list[Result], list[Result]]:
        events = []
        for value, after in sent.values:
            self.now += after
            meta = {"from": self.sent}
            events.append(Event(value, meta, self.now, sent.source, self.sent, sent.settles))
            self.sent += 1
        batch = Batch(
            [event.value for event in events],
            [event.number for event in events],
            [event.time for event in events],
            [event.meta for event in events],
            source=sent.source,
            transactional=sent.settles,
        )
        return results(self.graph.step("in", batch, 0)), [
            result for event in events for result in self.model.send(event)
        ]


def results(left: list[tuple[str, Batch]]) -> list[Result]:
    return [
        Result(value, batch.meta(row), settles(batch, row))
        for _, batch in left
        for row, value in enumerate(batch.values)
    ]


def settles(batch: Batch, row: int) -> dict[int, tuple[int, int]]:
    if not batch.transactional or batch.tracks is None:
        return {}
    return {source: ids for (source, _), ids in batch.tracks[row].items()}


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases, st.lists(steps, min_size=1, max_size=8))
def test_windows_do_what_the_model_does(case: Case, played: list[Sent | Ticked | Swapped]) -> None:
    history = History(case)

    for step in played:
        made, expected = history.play(step)

        assert made == expected
        assert history.counts() == (history.model.errors, history.model.evicted)
