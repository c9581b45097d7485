"""Windows in a flow: their time is the runtime's clock, and what they let go settles all that was in it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.language.query_texts import query
from tests.runtime.conftest import Running, until
from tremor_tui.language.ir.deploy import FlowIR, PipelineIR
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.signal import Tick
from tremor_tui.operators.windows import select
from tremor_tui.pipeline.build import build
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import FEEDS, KEPT, flow, of

pytestmark = pytest.mark.anyio
MINUTE_NS = 60 * 10**9
HOURS = """
define window hour from tumbling with interval = 3600000000000 end;
define window third from tumbling with size = 8 end;
select { "n": aggr::stats::count(), "first": aggr::win::first(event.ingest_ns), "window": window }
from in[hour, third] into out;
"""


def windowed(text: str, feed: Value) -> FlowIR:
    pipeline = PipelineIR("p", query(text).query_ir)
    parts = [of("feed", "test_feed", feed), of("keep", "test_keep")]
    return flow("main", parts, ["feed/out>p/in", "p/out>keep/in"], [pipeline])


async def a_day(running: Running, base: Path) -> list[Value]:
    """What a day of windows of an hour makes of an event each five minutes, with a tick each ten."""
    clock = JumpingClock()
    parts = [of("beat", "metronome", {"interval": 5 * MINUTE_NS}), of("keep", "test_keep")]
    pipeline = PipelineIR("p", query(HOURS).query_ir)
    ir = flow("main", parts, ["beat/out>p/in", "p/out>keep/in"], [pipeline])
    async with running(Settings(tick_s=600.0), clock=clock) as runtime:
        await runtime.start(ir, base=base)
        await clock.jump(24 * 3600 + 1.0)
        return list(KEPT["keep"].values)


async def test_a_day_of_windows_passes_in_seconds_and_twice_the_same(running: Running, base: Path) -> None:
    first, second = await a_day(running, base), await a_day(running, base)

    hours = [made for made in first if made["window"] == "hour"]
    starts = [made["first"] for made in hours]
    assert first == second
    assert len(hours) == 23
    assert {made["n"] for made in hours} == {12}
    assert {later - earlier for earlier, later in pairwise(starts)} == {60 * MINUTE_NS}
    assert [made["n"] for made in first if made["window"] == "third"] == [96, 96]


def test_a_day_of_ticks_each_100_ms_closes_each_window_on_the_tick_that_is_due() -> None:
    graph = build(
        query("""
        define window w from tumbling with interval = 3600000000000 end;
        select aggr::win::first(event) from in[w] into out;
    """).query_ir
    )
    step_ns, left = 10**8, []

    for tick in range(24 * 36_000):
        now = tick * step_ns
        if tick % 72_000 == 7:
            graph.step("in", batch(tick, now), now)
        left += [(made.values, tick) for _, made in graph.signal(Tick(now))]

    assert left == [([opened], opened + 36_000) for opened in range(7, 24 * 36_000, 72_000)]


def batch(value: int, now_ns: int) -> Batch:
    return Batch([value], [value], now_ns)


async def test_what_a_window_lets_go_settles_all_that_was_in_it(running: Running, base: Path) -> None:
    text = "define window w from tumbling with size = 50 end;select aggr::stats::count() from in[w] into out;"
    ir = windowed(text, {"count": 120, "transactional": True, "size": 7})

    async with running(Settings()) as runtime:
        await runtime.start(ir, base=base)
        await until(lambda: runtime.flows["main"].done.is_set())

    assert KEPT["keep"].values == [50, 50]
    assert FEEDS["feed"].acks == [(0, 49), (50, 99)]


async def test_a_batch_settles_all_that_is_in_it(running: Running, base: Path) -> None:
    text = (
        "define operator b from generic::batch with count = 40 end; create operator b;"
        "select event from in into b; select event from b into out;"
    )
    ir = windowed(text, {"count": 80, "transactional": True, "size": 7})

    async with running(Settings()) as runtime:
        await runtime.start(ir, base=base)
        await until(lambda: runtime.flows["main"].done.is_set())

    assert FEEDS["feed"].acks == [(0, 39), (40, 79)]


async def test_a_select_that_fails_settles_nothing(running: Running, base: Path) -> None:
    ir = windowed("select event.nothing from in into out;", {"count": 10, "transactional": True})

    async with running(Settings()) as runtime:
        await runtime.start(ir, base=base)
        await until(lambda: runtime.flows["main"].done.is_set())

    assert (FEEDS["feed"].acks, FEEDS["feed"].fails) == ([], [])


async def test_groups_that_are_let_go_early_are_a_warning_and_a_line_in_the_log(
    running: Running, base: Path, logged: list[str]
) -> None:
    text = (
        "define window w from tumbling with size = 2 end;"
        "select group[0] from in[w] group by event.n into out;"
    )
    clock = JumpingClock()

    async with running(Settings(), clock=clock) as runtime:
        with patch.object(select, "MAX_GROUPS", 10):
            await runtime.start(windowed(text, {"count": 25, "stays": True}), base=base)
        await clock.jump(1.0)
        warned = groups_warned(runtime)

    assert KEPT["keep"].values == list(range(15))
    assert warned == ["`p`: 15 groups were emitted early, as its windows had too many"]
    assert [line for line in logged if "15 groups were emitted early" in line and "max_groups" in line]


def groups_warned(runtime: Runtime) -> list[str]:
    return [one.text for one in runtime.snapshot()[2] if one.kind == "groups"]
