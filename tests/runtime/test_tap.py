"""A tap shows some of what passes, counts all of it, and never holds a flow up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.runtime.conftest import Running, until
from tremor_tui.control.snapshots import TapSamples
from tremor_tui.errors import UnknownName
from tremor_tui.model.batch import Batch
from tremor_tui.runtime.tap import MAX_TEXT, Tap
from tremor_tui.testing.clock import JumpingClock
from tremor_tui.testing.harness import FEEDS, batch_of, flow, of

LINKS = ["feed/out>a/in", "a/out>keep/in"]
EDGES = ["main:connector/feed/out>pipeline/a/in", "main:pipeline/a:in/out>out/in"]


def tap_of(per_second: float) -> tuple[Tap, JumpingClock, list[TapSamples]]:
    clock = JumpingClock()
    frames: list[TapSamples] = []
    return Tap(1, "edge", per_second, frames.append, clock), clock, frames


@pytest.mark.anyio
@pytest.mark.parametrize("edge", EDGES)
async def test_a_tap_counts_every_event_and_copies_a_few(running: Running, base: Path, edge: str) -> None:
    ir = flow("main", [of("feed", "test_feed"), of("keep", "test_keep")], LINKS)
    frames: list[TapSamples] = []

    async with running() as runtime:
        await runtime.start(ir, base=base)
        early = FEEDS["feed"].given
        tap = runtime.open_tap(edge, 20, frames.append)
        await until(lambda: tap.seen >= 5000)
        await runtime.stop("main")
    given = FEEDS["feed"].given

    assert given - early <= tap.seen <= given
    assert sum(frame.seen for frame in frames) == tap.seen
    assert frames[-1].seen_total == tap.seen
    samples = [sample for frame in frames for sample in frame.samples]
    assert 1 <= len(samples) <= 20
    assert json.loads(samples[0].value)["from"] == "feed"


@pytest.mark.anyio
async def test_an_unknown_edge_cannot_be_tapped(running: Running, base: Path) -> None:
    ir = flow("main", [of("feed", "test_feed"), of("keep", "test_keep")], LINKS)

    async with running() as runtime:
        await runtime.start(ir, base=base)
        with pytest.raises(UnknownName):
            runtime.open_tap("main:connector/feed/out>pipeline/b/in", 20, lambda frame: None)


@pytest.mark.anyio
async def test_copies_keep_to_the_rate_over_time() -> None:
    tap, clock, frames = tap_of(10)

    for _ in range(100):
        tap.see(batch_of([{"n": 1}] * 50))
        tap.flush()
        await clock.jump(0.1)

    copies = sum(len(frame.samples) for frame in frames)
    assert 95 <= copies <= 110
    assert frames[-1].seen_total == 5000


def test_long_texts_are_cut_and_say_so() -> None:
    tap, _, frames = tap_of(5)

    tap.see(batch_of(["x" * 100_000]))
    tap.flush()

    sample = frames[0].samples[0]
    assert (len(sample.value), sample.cut) == (MAX_TEXT, True)


def test_metadata_is_shown_where_there_is_some() -> None:
    tap, _, frames = tap_of(5)

    tap.see(Batch([1, 2], range(2), 0, metas=[{"a": 1}, None]))
    tap.flush()

    assert [sample.meta for sample in frames[0].samples] == ['{"a":1}', ""]


def test_a_value_that_is_no_json_is_shown_as_a_sentence() -> None:
    tap, _, frames = tap_of(5)

    tap.see(batch_of(["\ud800"]))
    tap.flush()

    assert "cannot be shown" in frames[0].samples[0].value


def test_nothing_is_delivered_where_nothing_passed() -> None:
    tap, _, frames = tap_of(5)

    tap.flush()

    assert frames == []
