"""Stopping drains what is under way; what a deadline cuts off is counted."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from tests.runtime.conftest import Running, until
from tremor_tui.control.snapshots import Stopped
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import FEEDS, KEPT, flow, of

pytestmark = pytest.mark.anyio


def endless(gated: bool = False) -> FlowIR:
    return flow(
        "main",
        [of("feed", "test_feed"), of("keep", "test_keep", {"gated": gated})],
        ["feed/out>a/in", "a/out>b/in", "b/out>keep/in"],
    )


async def test_a_stop_delivers_everything_that_was_read(running: Running, base: Path) -> None:
    async with running(Settings(channel_batches=8)) as runtime:
        await runtime.start(endless(), base=base)
        await until(lambda: len(KEPT["keep"].values) > 20_000)
        stopped = await runtime.stop("main")

    assert stopped == Stopped("main", True, 0)
    assert KEPT["keep"].numbers == list(range(FEEDS["feed"].given))


async def test_a_stop_with_a_stuck_sink_ends_at_its_deadline_and_counts_what_is_left(
    running: Running, base: Path
) -> None:
    clock = JumpingClock()
    answers: list[Stopped] = []

    async with running(Settings(channel_batches=8), clock=clock) as runtime:
        await runtime.start(endless(gated=True), base=base)
        keep = KEPT["keep"]
        await until(lambda: runtime.flows["main"].sinks[0].channel.high == 8)

        async def stop() -> None:
            answers.append(await runtime.stop("main", deadline_s=4.0))

        async with anyio.create_task_group() as group:
            group.start_soon(stop)
            await clock.jump(2.9)
            early = list(answers)
            await clock.jump(0.2)

    assert early == []
    assert answers == [Stopped("main", False, FEEDS["feed"].given)]
    assert keep.values == []
    assert FEEDS["feed"].given > 8 * 100


async def test_a_flow_whose_drain_takes_a_while_is_not_forced_before_its_time(
    running: Running, base: Path
) -> None:
    clock = JumpingClock()
    answers: list[Stopped] = []

    async with running(Settings(channel_batches=4), clock=clock) as runtime:
        await runtime.start(endless(gated=True), base=base)
        await until(lambda: runtime.flows["main"].sinks[0].channel.high == 4)

        async def stop() -> None:
            answers.append(await runtime.stop("main", deadline_s=4.0))

        async with anyio.create_task_group() as group:
            group.start_soon(stop)
            await clock.jump(2.5)
            KEPT["keep"].gate.set()

    assert answers == [Stopped("main", True, 0)]
    assert KEPT["keep"].numbers == list(range(FEEDS["feed"].given))


async def test_a_paused_flow_reads_nothing_and_goes_on_where_it_was(running: Running, base: Path) -> None:
    async with running() as runtime:
        await runtime.start(endless(), base=base)
        await until(lambda: len(KEPT["keep"].values) > 500)
        runtime.pause("main")
        await until(lambda: len(KEPT["keep"].values) == FEEDS["feed"].given)
        held = FEEDS["feed"].given
        for _ in range(50):
            await anyio.lowlevel.checkpoint()
        still = FEEDS["feed"].given
        state = runtime.snapshot()[0][0].state
        runtime.pause("main", False)
        await until(lambda: len(KEPT["keep"].values) > held + 500)
        await runtime.stop("main")

    assert (held, state) == (still, "paused")
    assert KEPT["keep"].numbers == list(range(FEEDS["feed"].given))


async def test_a_paused_flow_can_be_stopped(running: Running, base: Path) -> None:
    async with running() as runtime:
        await runtime.start(endless(), base=base)
        runtime.pause("main")
        stopped = await runtime.stop("main")

    assert stopped.drained


async def test_closing_the_runtime_ends_every_flow_at_once(running: Running, base: Path) -> None:
    async with running() as runtime:
        await runtime.start(endless(gated=True), base=base)
        flow_of = runtime.flows["main"]

    assert flow_of.done.is_set()
    assert flow_of.ending is not None
    assert not flow_of.ending.drained


async def test_exit_ends_all_flows_with_its_status_after_a_drain(running: Running, base: Path) -> None:
    (base / "end.json").write_bytes(b'{"exit": 7}')
    ender = flow(
        "ender",
        [of("end", "file", {"path": "end.json", "mode": "read"}, codec="json"), of("exit", "exit")],
        ["end/out>p/in", "p/out>exit/in"],
    )

    async with running() as runtime:
        await runtime.start(endless(), base=base)
        await runtime.start(ender, base=base)
        ending = await runtime.wait_ended()

    assert (ending.status, ending.drained, ending.left) == (7, True, 0)
    assert KEPT["keep"].numbers == list(range(FEEDS["feed"].given))


async def test_exit_in_an_engine_ends_its_own_flow_alone(running: Running, base: Path) -> None:
    (base / "end.json").write_bytes(b'{"exit": 7, "graceful": false}')
    ender = flow(
        "ender",
        [of("end", "file", {"path": "end.json", "mode": "read"}, codec="json"), of("exit", "exit")],
        ["end/out>p/in", "p/out>exit/in"],
    )

    async with running(in_engine=True) as runtime:
        await runtime.start(endless(), base=base)
        await runtime.start(ender, base=base)
        await until(lambda: runtime.flows["ender"].done.is_set())
        states = {one.alias: one.state for one in runtime.snapshot()[0]}

    assert states == {"main": "running", "ender": "stopped"}
