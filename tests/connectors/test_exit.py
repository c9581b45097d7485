"""exit asks for the end once, with the status, delay and grace that its event or config gives."""

from __future__ import annotations

import anyio
import pytest

from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import batch_of, context, make, sink_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("config", "event", "stop"),
    [
        ({}, {}, [0, False]),
        ({}, "anything", [0, False]),
        ({}, {"exit": 3}, [3, False]),
        ({}, {"exit": -1}, [0, False]),
        ({"graceful": False}, {"exit": 1}, [1, True]),
        ({"graceful": False}, {"graceful": True}, [0, False]),
        ({}, {"graceful": False}, [0, True]),
    ],
)
async def test_the_event_says_how_and_the_config_says_the_rest(
    config: dict[str, object], event: object, stop: list[object]
) -> None:
    ctx = context()
    sink = sink_of(make("exit", config, ctx))

    await sink.write("in", [], batch_of([event, {"exit": 99}]))
    await sink.write("in", [], batch_of([{"exit": 98}]))

    assert ctx.notes["stops"] == [stop]


async def test_it_waits_for_its_delay() -> None:
    clock = JumpingClock()
    ctx = context(clock=clock)
    sink = sink_of(make("exit", {"delay": 5_000_000_000}, ctx))

    async with anyio.create_task_group() as group:
        group.start_soon(sink.write, "in", [], batch_of([{"delay": 2_000_000_000}]))
        await clock.jump(1.9)
        early = list(ctx.notes["stops"])
        await clock.jump(0.2)

    assert early == []
    assert ctx.notes["stops"] == [[0, False]]
