"""What asked to be measured is published at its interval, while events pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.runtime.conftest import Running
from tremor_tui.language.ir.deploy import PipelineIR
from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import KEPT, flow, of, passing

pytestmark = pytest.mark.anyio


async def test_connectors_and_pipelines_publish_their_counts_while_they_change(
    running: Running, base: Path
) -> None:
    clock = JumpingClock()
    measured = replace(of("feed", "test_feed", {"count": 500, "stays": True}), metrics_interval_s=2)
    query = replace(passing("p"), config={"metrics_interval_s": 2})
    main = flow(
        "main",
        [measured, of("keep", "test_keep")],
        ["feed/out>p/in", "p/out>keep/in"],
        [PipelineIR("p", query)],
    )
    listening = flow(
        "listening",
        [of("metrics", "metrics"), of("got", "test_keep", {"name": "got"})],
        ["metrics/out>q/in", "q/out>got/in"],
    )

    async with running(clock=clock) as runtime:
        await runtime.start(listening, base=base)
        await runtime.start(main, base=base)
        await clock.jump(2.05)
        early = list(KEPT["got"].values)
        await clock.jump(0.3)
        first = list(KEPT["got"].values)
        await clock.jump(10.0)

    assert early == []
    assert KEPT["got"].values == first
    counts = {(value["measurement"], *value["tags"].values()): value["fields"]["count"] for value in first}
    assert counts == {
        ("connector_events", "main", "feed", "out"): 500,
        ("events", "p", "in", "in", "input"): 500,
        ("events", "p", "in", "out", "output"): 500,
        ("events", "p", "out", "in", "input"): 500,
    }
    assert all(clock.wall_ns() - value["timestamp"] < 20 * 10**9 for value in first)


async def test_what_a_metrics_sink_is_sent_comes_out_of_every_metrics_source(
    running: Running, base: Path, logged: list[str]
) -> None:
    (base / "in").write_text(
        '{"measurement": "a", "tags": {}, "fields": {"n": 1}, "timestamp": 5}\n'
        '{"measurement": "b", "tags": {}, "fields": {"n": 2}}\n'
    )
    ir = flow(
        "main",
        [
            of("read", "file", {"path": "in", "mode": "read"}, codec="json", pre=["separate"]),
            of("metrics", "metrics"),
            of("got", "test_keep", {"name": "got"}),
        ],
        ["read/out>p/in", "p/out>metrics/in", "metrics/out>q/in", "q/out>got/in"],
    )
    clock = JumpingClock()

    async with running(clock=clock) as runtime:
        await runtime.start(ir, base=base)
        await clock.jump(1.0)
        got = list(KEPT["got"].values)
        await runtime.stop("main")

    assert [(value["measurement"], value["fields"]) for value in got] == [("a", {"n": 1}), ("b", {"n": 2})]
    assert got[0]["timestamp"] == 5
    assert isinstance(got[1]["timestamp"], int)


async def test_what_is_no_measurement_is_refused(running: Running, base: Path, logged: list[str]) -> None:
    (base / "in").write_text('{"measurement": "a"}\n')
    ir = flow(
        "main",
        [
            of("read", "file", {"path": "in", "mode": "read"}, codec="json", pre=["separate"]),
            of("metrics", "metrics"),
        ],
        ["read/out>p/in", "p/out>metrics/in"],
    )

    async with running() as runtime:
        await runtime.start(ir, base=base)
        await runtime.wait_ended()

    assert any("has a record `tags`" in line for line in logged)
