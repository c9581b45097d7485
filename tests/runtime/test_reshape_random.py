"""Random shapes one after the other: each event takes the links of its time, each of them once, in order."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

import anyio.lowlevel
import pytest

from tests.runtime.conftest import Running
from tests.runtime.test_reshape import Moody, MoodySink, feed, keep, make_mark, mark
from tremor_tui.connectors.contract import Sink, connectors
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.operators.contract import operators
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing.harness import KEPT, flow

pytestmark = pytest.mark.anyio

SEEDS = int(os.environ.get("TREMOR_TUI_SEEDS", "15"))
STEPS = 12
SOURCES, SINKS = ("s", "t"), ("x", "y", "z")
Way = tuple[str, ...]
"""A way from a source to a sink."""

EVERY: defaultdict[str, list[MoodySink]] = defaultdict(list)
"""All sinks there ever were, by name, in order."""


class Counted(Moody):
    kind = "test_counted"

    def sink(self) -> Sink | None:
        name = self._settings["name"]
        made = KEPT[name] = MoodySink(self._settings)
        EVERY[name].append(made)
        return made


@pytest.fixture(autouse=True)
def _kit(monkeypatch: pytest.MonkeyPatch) -> None:
    EVERY.clear()
    monkeypatch.setitem(connectors._table, "test_counted", Counted)
    monkeypatch.setitem(operators._table, "test::mark", make_mark)


class Shape:
    """A random flow: from sources through pipelines, in some order, to sinks."""

    def __init__(self, random: Random) -> None:
        order = random.sample("abcd", random.randint(1, 4))
        sinks = random.sample(SINKS, random.randint(1, 3))
        self.links: set[tuple[str, str]] = set()
        for at, name in enumerate(order):
            takers = [*order[at + 1 :], *sinks]
            self._link(random, name, takers)
        for source in SOURCES:
            self._link(random, source, order)
        # Nothing that no source reaches, and nothing that reaches no sink.
        self.links = {link for path in self.paths() for link in pairwise(path)}
        self.fail_at = [random.choice([10**6, 10**6, 10**6, 10**7])]

    def _link(self, random: Random, sender: str, takers: Sequence[str]) -> None:
        some = random.sample(takers, random.randint(1, min(2, len(takers))))
        self.links |= {(sender, one) for one in some}

    def paths(self) -> set[Way]:
        """Every way through it."""
        found: set[Way] = set()
        todo: list[Way] = [(source,) for source in SOURCES]
        while todo:
            path = todo.pop()
            if path[-1] in SINKS:
                found.add(path)
            todo += [(*path, taker) for sender, taker in self.links if sender == path[-1]]
        return found

    def ir(self) -> FlowIR:
        """It as a deployment."""
        names = {end for link in self.links for end in link}
        parts = [feed(name, size=5) for name in SOURCES]
        parts += [keep(name, "test_counted", fail_at=self.fail_at) for name in SINKS if name in names]
        links = [f"{sender}/out>{taker}/in" for sender, taker in sorted(self.links)]
        return flow("main", parts, links, [mark(name) for name in sorted(names & set("abcd"))])


def delivered() -> Iterator[tuple[str, int, Way]]:
    """Source, number and way of all that came to a sink, in order."""
    for name, sinks in EVERY.items():
        for sink in sinks:
            for value in sink.values:
                yield value["from"], value["n"], (value["from"], *value["way"], name)


def fits(took: set[Way], shapes: Iterable[set[Way]]) -> bool:
    """Whether an event that lived through these shapes took all ways that each of them has, and no others."""
    every = list(shapes)
    return set.intersection(*every) <= took <= set.union(*every)


async def some_pass(runtime: Runtime, count: int) -> None:
    flow_of = runtime.flows["main"]
    before = sum(len(sink.values) for sinks in EVERY.values() for sink in sinks)
    while sum(len(sink.values) for sinks in EVERY.values() for sink in sinks) < before + count:
        assert not flow_of.done.is_set(), flow_of.error
        await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_each_event_takes_the_links_of_its_time_once_and_in_order(
    running: Running, base: Path, seed: int
) -> None:
    random = Random(seed)
    shapes = [Shape(random) for _ in range(STEPS)]
    async with running(Settings(channel_batches=random.choice([1, 2, 8]))) as runtime:
        await runtime.start(shapes[0].ir(), base=base)
        for shape in shapes[1:]:
            await some_pass(runtime, random.randint(0, 100))
            receipt = await runtime.reshape(shape.ir())
            assert receipt.left == 0
        await some_pass(runtime, 50)
        given = {source.alias: source.counters.events_in for source in runtime.flows["main"].sources}
        stopped = await runtime.stop("main")

    assert stopped.drained
    last: dict[Way, int] = {}
    took: defaultdict[tuple[str, int], Counter[Way]] = defaultdict(Counter)
    for source, number, path in delivered():
        assert last.get(path, -1) < number, f"out of order by {path}"
        last[path] = number
        took[source, number][path] += 1
    every = [shape.paths() for shape in shapes]
    for source, count in given.items():
        ways = [{path for path in paths if path[0] == source} for paths in every]
        for number in range(count):
            came = took[source, number]
            assert set(came.values()) == {1}, (source, number, came)
            assert any(
                fits(set(came), ways[first : first + length])
                for length in range(1, STEPS + 1)
                for first in range(len(ways) - length + 1)
            ), (source, number, came)
