"""A swap puts a new graph in between two batches: nothing is lost, doubled or out of order."""

from __future__ import annotations

from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from tests.runtime.conftest import Running, until
from tremor_tui.control.snapshots import TapSamples
from tremor_tui.errors import LifecycleError, UnknownName
from tremor_tui.language.ir.deploy import PipelineIR
from tremor_tui.language.ir.query import Edge, OperatorNode, PassNode, QueryIR
from tremor_tui.pipeline.build import build
from tremor_tui.pipeline.graph import Graph
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing.harness import FEEDS, KEPT, flow, of, passing

pytestmark = pytest.mark.anyio

LINKS = ["feed/out>a/in", "a/out>b/in", "b/out>keep/in"]


def numbered(name: str) -> QueryIR:
    """Puts each event into a record with its number in this pipeline."""
    nodes = (
        PassNode("in", "input"),
        OperatorNode("count", "generic::counter"),
        PassNode("out", "output"),
        PassNode("err", "output"),
    )
    return QueryIR(name, nodes, (Edge("in", "out", "count", "in"), Edge("count", "out", "out", "in")))


def fresh(name: str) -> Graph:
    return build(passing(name))


async def test_swaps_under_load_lose_nothing_and_keep_the_order(running: Running, base: Path) -> None:
    ir = flow("main", [of("feed", "test_feed", {"size": 30}), of("keep", "test_keep")], LINKS)
    versions = []

    async with running(Settings(channel_batches=4)) as runtime:
        await runtime.start(ir, base=base)
        for _ in range(60):
            for _ in range(5):
                await anyio.lowlevel.checkpoint()
            receipt = await runtime.swap("main", {"a": fresh("a"), "b": fresh("b")})
            versions.append(receipt.version)
        await runtime.stop("main")

    assert KEPT["keep"].numbers == list(range(FEEDS["feed"].given))
    assert len(KEPT["keep"].numbers) > 1000
    assert versions == list(range(2, 62))


async def test_the_receipt_counts_what_was_queued_and_names_what_was_kept(
    running: Running, base: Path
) -> None:
    ir = flow(
        "main",
        [of("feed", "test_feed", {"size": 10}), of("keep", "test_keep", {"gated": True})],
        ["feed/out>a/in", "a/out>keep/in"],
        [PipelineIR("a", numbered("a"))],
    )

    async with running(Settings(channel_batches=4)) as runtime:
        await runtime.start(ir, base=base)
        pipeline = runtime.flows["main"].pipelines["a"]
        await until(lambda: pipeline.channel.batches == 4)
        queued = pipeline.channel.rows
        receipt = await runtime.swap("main", {"a": build(numbered("a"))})
        KEPT["keep"].gate.set()
        await until(lambda: len(KEPT["keep"].values) > 500)
        picture = runtime.snapshot()[0][0]
        await runtime.stop("main")

    counts = [value["count"] for value in KEPT["keep"].values]
    assert counts == list(range(1, len(counts) + 1))
    assert (receipt.flow, receipt.pipelines, receipt.events) == ("main", ("a",), queued)
    assert receipt.kept == ("count",)
    assert receipt.pause_ns > 0
    assert picture.last_apply == receipt
    assert picture.version == 2


async def test_a_swap_that_names_an_unknown_pipeline_changes_nothing(running: Running, base: Path) -> None:
    ir = flow("main", [of("feed", "test_feed"), of("keep", "test_keep")], LINKS)

    async with running() as runtime:
        await runtime.start(ir, base=base)
        before = runtime.flows["main"].pipelines["a"].graph
        with pytest.raises(UnknownName):
            await runtime.swap("main", {"a": fresh("a"), "c": fresh("c")})
        after = runtime.flows["main"].pipelines["a"].graph
        await runtime.stop("main")

    assert after is before


async def test_a_flow_that_has_ended_cannot_be_swapped(running: Running, base: Path) -> None:
    ir = flow("main", [of("feed", "test_feed", {"count": 5}), of("keep", "test_keep")], LINKS)

    async with running() as runtime:
        await runtime.start(ir, base=base)
        await runtime.wait_ended()
        with pytest.raises(LifecycleError, match="has ended"):
            await runtime.swap("main", {"a": fresh("a")})


async def test_taps_inside_a_pipeline_move_over_to_the_new_graph(running: Running, base: Path) -> None:
    ir = flow("main", [of("feed", "test_feed"), of("keep", "test_keep")], LINKS)
    frames: list[TapSamples] = []

    async with running() as runtime:
        await runtime.start(ir, base=base)
        tap = runtime.open_tap("main:pipeline/a:in/out>out/in", 10, frames.append)
        await until(lambda: tap.seen > 0)
        await runtime.swap("main", {"a": fresh("a")})
        seen = tap.seen
        await until(lambda: tap.seen > seen)
        runtime.close_tap(tap)
        edge = runtime.flows["main"].pipelines["a"].graph.edges[0]
        await runtime.stop("main")

    assert edge.listeners == ()
