"""A flow carries every event from its sources to its sinks, in order, and ends when they are through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.conftest import Running
from tremor_tui.testing.harness import FEEDS, KEPT, flow, of

pytestmark = pytest.mark.anyio


async def test_a_flow_ends_when_its_source_is_over_and_everything_is_written(
    running: Running, base: Path
) -> None:
    ir = flow(
        "main",
        [of("feed", "test_feed", {"count": 1234, "size": 70}), of("keep", "test_keep")],
        ["feed/out>p/in", "p/out>keep/in"],
    )

    async with running() as runtime:
        await runtime.start(ir, base=base)
        ending = await runtime.wait_ended()

    assert (ending.status, ending.drained, ending.left, ending.error) == (0, True, 0, "")
    assert KEPT["keep"].numbers == list(range(1234))
    assert not FEEDS["feed"].is_open
