"""A sink that loses its outside keeps what it has in hand, holds its sources up, and comes back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.runtime.conftest import Running, until
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.runtime.retry import FOR_EVER, ONCE, Policy, Retry, policy
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import FEEDS, KEPT, flow, of

FAST = {"retry": {"interval_ms": 1, "growth_rate": 1.0, "randomized": False}}


def cut(at: list[int], reconnect: Mapping[str, object] | None, count: int = 3000) -> FlowIR:
    config = {"size": 50, "transactional": True, "count": count}
    return flow(
        "main",
        [
            of("feed", "test_feed", config),
            of("keep", "test_keep", {"fail_at": at}, reconnect=reconnect),
        ],
        ["feed/out>p/in", "p/out>keep/in"],
    )


@pytest.mark.anyio
@pytest.mark.parametrize("at", [[1], [2, 3], [5, 30, 59], list(range(1, 61))])
async def test_a_sink_that_fails_at_any_write_loses_and_doubles_nothing(
    running: Running, base: Path, at: list[int]
) -> None:
    async with running(Settings(channel_batches=2)) as runtime:
        await runtime.start(cut(at, FAST), base=base)
        ending = await runtime.wait_ended()

    assert ending.drained
    assert KEPT["keep"].numbers == list(range(3000))
    assert KEPT["keep"].opened == 1 + len(at)
    acked = [one for low, high in FEEDS["feed"].acks for one in range(low, high + 1)]
    assert acked == list(range(3000))


@pytest.mark.anyio
async def test_sources_do_not_pull_while_a_sink_below_is_tripped(
    running: Running, base: Path, logged: list[str]
) -> None:
    clock = JumpingClock()
    async with running(Settings(channel_batches=2), clock=clock) as runtime:
        await runtime.start(cut([3], {"retry": {"interval_ms": 5000}}, 20_000), base=base)
        await until(lambda: bool(runtime.flows["main"].sources[0].breaker))
        given = FEEDS["feed"].given
        await clock.jump(3.0)
        held = FEEDS["feed"].given
        tasks = {one.kind: one for one in runtime.snapshot()[1]}
        warned = runtime.snapshot()[2]
        await clock.jump(5.0)
        await until(lambda: FEEDS["feed"].given > held)
        after = {one.kind: one for one in runtime.snapshot()[1]}

    assert given == held
    assert tasks["source"].breaker == "`keep` cannot take events: the test cut the line"
    assert tasks["sink"].breaker == "the test cut the line"
    assert [(one.kind, one.active) for one in warned] == [("breaker", True), ("breaker", True)]
    assert (after["source"].breaker, after["sink"].breaker) == ("", "")
    assert any("takes events again" in line for line in logged)


@pytest.mark.anyio
async def test_a_sink_that_gives_up_fails_its_flow_and_counts_what_is_left(
    running: Running, base: Path
) -> None:
    rule = {"retry": {"interval_ms": 1, "max_retries": 0}}
    async with running(Settings(channel_batches=2)) as runtime:
        await runtime.start(cut([2], rule), base=base)
        ending = await runtime.wait_ended()

    assert ending.status == 1
    assert not ending.drained
    assert "the test cut the line" in ending.error
    assert KEPT["keep"].numbers == list(range(75))
    # the sink cannot say how much of its write is out, so all of it counts
    assert ending.left == FEEDS["feed"].given - 50


def test_without_a_record_there_is_one_more_attempt_and_for_files_no_end() -> None:
    assert policy(None, is_local=False) == ONCE
    assert policy(None, is_local=True) == FOR_EVER


def test_pauses_grow_and_end_with_the_retries() -> None:
    retry = Retry(Policy(0.1, 2.0, 3))

    assert [retry.next_pause() for _ in range(4)] == [0.1, 0.2, 0.4, None]
    retry.reset()
    assert retry.next_pause() == 0.1


def test_random_pauses_stay_near_the_plain_ones() -> None:
    retry = Retry(Policy(1.0, 1.0, None, True), "seed")

    pauses = [retry.next_pause() or 0.0 for _ in range(200)]

    assert min(pauses) >= 1.0
    assert max(pauses) <= 1.5
    assert len(set(pauses)) > 100
