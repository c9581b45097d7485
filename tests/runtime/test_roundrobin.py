"""A round robin sends past a sink that is away; its source goes on as long as one sink is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import anyio
import pytest

from tests.runtime.conftest import Running, until
from tremor_tui.connectors.contract import ConnectorContext, Sink, connectors
from tremor_tui.errors import ConnectionLost
from tremor_tui.language.ir.deploy import FlowIR, PipelineIR
from tremor_tui.language.ir.query import Edge, OperatorNode, PassNode, QueryIR
from tremor_tui.model.batch import Value
from tremor_tui.pipeline.build import build
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import FEEDS, KEPT, Keep, KeepSink, flow, of

pytestmark = pytest.mark.anyio

FAST: dict[str, Value] = {"retry": {"interval_ms": 1, "growth_rate": 1.0, "randomized": False}}
SLOW: dict[str, Value] = {"retry": {"interval_ms": 5000, "growth_rate": 1.0, "randomized": False}}
AWAY: set[str] = set()


class AwaySink(KeepSink):
    """Does not open while its name is in AWAY."""

    def __init__(self, config: Mapping[str, Value]) -> None:
        super().__init__(config)
        self._name: str = config["name"]

    async def open(self) -> None:
        if self._name in AWAY:
            raise ConnectionLost("nobody is there")
        await super().open()


class Away(Keep):
    kind = "test_away"

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        super().__init__(config, ctx)
        self._settings = config

    def sink(self) -> Sink | None:
        made = KEPT[self._settings["name"]] = AwaySink(self._settings)
        return made


@pytest.fixture(autouse=True)
def _away(monkeypatch: pytest.MonkeyPatch) -> None:
    AWAY.clear()
    monkeypatch.setitem(connectors._table, "test_away", Away)


def turns() -> QueryIR:
    ports = ("a", "b", "overflow")
    robin = OperatorNode("turns", "qos::roundrobin", {"outputs": ["a", "b"]})
    ends = tuple(PassNode(port, "output") for port in ports)
    edges = (Edge("in", "out", "turns", "in"), *(Edge("turns", port, port, "in") for port in ports))
    return QueryIR("turns", (PassNode("in", "input"), robin, *ends), edges, outputs=ports)


def two(count: int, reconnect: Mapping[str, Value], **fail_at: list[int]) -> FlowIR:
    sinks = [
        of(name, "test_away", {"name": name, "fail_at": fail_at.get(name, [])}, reconnect=reconnect)
        for name in ("a", "b", "rest")
    ]
    links = ["feed/out>t/in", "t/a>a/in", "t/b>b/in", "t/overflow>rest/in"]
    feed = of("feed", "test_feed", {"count": count, "size": 10})
    return flow("main", [feed, *sinks], links, [PipelineIR("t", turns())])


async def test_a_sink_that_never_comes_up_gets_nothing_and_does_not_hold_the_end_up(
    running: Running, base: Path
) -> None:
    AWAY.add("b")
    async with running() as runtime:
        await runtime.start(two(1000, FAST), base=base)
        ending = await runtime.wait_ended()

    assert ending.drained
    assert KEPT["a"].numbers == list(range(1000))
    assert KEPT["b"].numbers == KEPT["rest"].numbers == []


@pytest.mark.parametrize("at", [[1], [3, 4], [7]])
async def test_a_sink_that_trips_and_comes_back_loses_and_doubles_nothing(
    running: Running, base: Path, at: list[int]
) -> None:
    async with running(Settings(channel_batches=2)) as runtime:
        await runtime.start(two(1000, FAST, b=at), base=base)
        ending = await runtime.wait_ended()

    assert ending.drained
    assert sorted(KEPT["a"].numbers + KEPT["b"].numbers) == list(range(1000))
    assert KEPT["rest"].numbers == []


async def test_the_source_waits_once_no_sink_is_there_and_goes_on_with_the_first(
    running: Running, base: Path
) -> None:
    AWAY.update(("a", "b"))
    clock = JumpingClock()
    async with running(clock=clock) as runtime:
        await runtime.start(two(100, SLOW), base=base)
        source = runtime.flows["main"].sources[0]
        await until(lambda: source.breaker.endswith("cannot take events: nobody is there"))
        given = FEEDS["feed"].given
        AWAY.remove("a")
        await clock.jump(5.0)
        await until(lambda: len(KEPT["a"].values) == 100)

    assert given == 0
    assert KEPT["b"].values == KEPT["rest"].values == []


async def test_a_swap_keeps_the_output_of_a_sink_that_is_away_closed(running: Running, base: Path) -> None:
    AWAY.add("b")
    async with running(Settings(channel_batches=2)) as runtime:
        await runtime.start(two(2000, FAST), base=base)
        for _ in range(10):
            await anyio.lowlevel.checkpoint()
            await runtime.swap("main", {"t": build(turns())})
        ending = await runtime.wait_ended()

    assert ending.drained
    assert KEPT["a"].numbers == list(range(2000))


async def test_a_sink_alone_that_is_away_at_the_start_holds_its_source(running: Running, base: Path) -> None:
    AWAY.add("b")
    clock = JumpingClock()
    ir = flow(
        "main",
        [of("feed", "test_feed", {"count": 5}), of("b", "test_away", {"name": "b"}, reconnect=SLOW)],
        ["feed/out>p/in", "p/out>b/in"],
    )
    async with running(clock=clock) as runtime:
        await runtime.start(ir, base=base)
        await clock.jump(1.0)
        given = FEEDS["feed"].given
        AWAY.clear()
        await clock.jump(5.0)
        ending = await runtime.wait_ended()

    assert given == 0
    assert ending.drained
    assert KEPT["b"].numbers == list(range(5))
