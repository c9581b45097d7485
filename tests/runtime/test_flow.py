"""A flow carries every event from its sources to its sinks, in order, and ends when they are through."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.runtime.conftest import Running, until
from tremor_tui.errors import CompileError, LifecycleError
from tremor_tui.language.ir.deploy import ConnectorIR
from tremor_tui.model.diagnostic import Span
from tremor_tui.runtime.settings import Settings
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


@pytest.mark.parametrize("seed", range(4))
async def test_every_path_of_any_graph_gets_every_event_in_order(
    running: Running, base: Path, seed: int
) -> None:
    chance = random.Random(seed)
    width, depth = 3, 3
    layers = [[f"p{level}x{place}" for place in range(width)] for level in range(depth)]
    links = {f"feed{n}/out>{chance.choice(layers[0])}/in" for n in range(2)}
    for level in range(depth - 1):
        for name in layers[level]:
            links |= {f"{name}/out>{chance.choice(layers[level + 1])}/in" for _ in range(2)}
    links |= {f"{name}/out>keep{place % 2}/in" for place, name in enumerate(layers[-1])}
    counts = _paths(links)
    feeds = [of(f"feed{n}", "test_feed", {"name": f"feed{n}", "count": 5000, "size": 37}) for n in range(2)]
    keeps = [of(f"keep{n}", "test_keep", {"name": f"keep{n}"}) for n in range(2)]
    settings = Settings(channel_batches=1 + seed, channel_bytes=40_000)

    async with running(settings) as runtime:
        await runtime.start(flow("main", [*feeds, *keeps], sorted(links)), base=base)
        ending = await runtime.wait_ended()

    assert (ending.drained, ending.left, ending.error) == (True, 0, "")
    for feed in range(2):
        for keep in range(2):
            got = [v["n"] for v in KEPT[f"keep{keep}"].values if v["from"] == f"feed{feed}"]
            assert len(got) == 5000 * counts.get((f"feed{feed}", f"keep{keep}"), 0)
            if counts.get((f"feed{feed}", f"keep{keep}"), 0) == 1:
                assert got == list(range(5000))


def _paths(links: set[str]) -> dict[tuple[str, str], int]:
    """How many ways lead from each feed to each keep."""
    downs: dict[str, list[str]] = {}
    for link in links:
        source, target = (end.split("/")[0] for end in link.split(">"))
        downs.setdefault(source, []).append(target)

    def walk(name: str, start: str, found: dict[tuple[str, str], int]) -> None:
        if name.startswith("keep"):
            found[start, name] = found.get((start, name), 0) + 1
        for target in downs.get(name, ()):
            walk(target, start, found)

    found: dict[tuple[str, str], int] = {}
    for feed in ("feed0", "feed1"):
        walk(feed, feed, found)
    return found


async def test_two_hundred_thousand_rows_through_small_channels_lose_nothing(
    running: Running, base: Path
) -> None:
    ir = flow(
        "main",
        [of("feed", "test_feed", {"count": 200_000, "size": 1000}), of("keep", "test_keep")],
        ["feed/out>a/in", "a/out>b/in", "a/out>c/in", "b/out>d/in", "c/out>d/in", "d/out>keep/in"],
    )

    async with running(Settings(channel_batches=3)) as runtime:
        await runtime.start(ir, base=base)
        ending = await runtime.wait_ended()

    assert ending.drained
    assert sorted(KEPT["keep"].numbers) == [n for n in range(200_000) for _ in range(2)]


async def test_a_source_pulls_only_once_every_sink_it_reaches_has_started(
    running: Running, base: Path
) -> None:
    ir = flow(
        "main",
        [
            of("feed", "test_feed", {"count": 10}),
            of("keep", "test_keep"),
            of("gone", "file", {"path": "no/such/fifo", "mode": "write"}, codec="json"),
        ],
        ["feed/out>p/in", "p/out>keep/in", "p/out>gone/in"],
    )

    async with running() as runtime:
        with pytest.raises(CompileError):
            await runtime.start(ir, base=base)

    assert not FEEDS or FEEDS["feed"].given == 0


async def test_a_missing_file_fails_the_start_with_its_place_and_a_hint(running: Running, base: Path) -> None:
    span = Span("main.troy", 3, 14, 3, 20)
    reader = ConnectorIR(
        "reader",
        "file",
        of("x", "file", codec="json").codec,
        {"path": "not-there.json", "mode": "read"},
        key_spans={"config.path": span},
    )
    ir = flow("main", [reader, of("keep", "test_keep")], ["reader/out>p/in", "p/out>keep/in"])

    async with running() as runtime:
        with pytest.raises(CompileError) as caught:
            await runtime.start(ir, base=base, file="main.troy")
        left = dict(runtime.flows)

    assert caught.value.diagnostics[0].span == span
    assert "not-there.json" in caught.value.message
    assert str(base) in caught.value.hint
    assert left == {}


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (of("a", "file", {"path": "x", "mode": "raed"}, codec="json"), "cannot be `raed`"),
        (of("a", "file", {"mode": "read"}, codec="json"), "needs the setting `path`"),
        (of("a", "file", {"path": "x", "mode": "read", "pth": 1}, codec="json"), "no setting `pth`"),
        (of("a", "file", {"path": "x", "mode": "read"}), "needs a codec"),
        (of("a", "metronome", {"interval": 5}, codec="json"), "takes no codec"),
        (of("a", "metronome", {"interval": "5"}), "must be integer, not string"),
        (of("a", "null", reconnect={"retry": {"intervall_ms": 5}}), "no setting `intervall_ms`"),
        (of("a", "nul"), "no connector called `nul`"),
        (of("a", "null", pre=("seperate",)), "no preprocessor called `seperate`"),
        (of("a", "exit"), "brings no events in"),
    ],
)
async def test_a_wrong_setting_is_refused_before_anything_runs(
    running: Running, base: Path, part: ConnectorIR, words: str
) -> None:
    async with running() as runtime:
        with pytest.raises(CompileError, match=words):
            await runtime.start(
                flow("main", [part, of("keep", "test_keep")], ["a/out>p/in", "p/out>keep/in"]), base=base
            )

    assert "keep" not in KEPT or KEPT["keep"].opened == 0


async def test_a_bug_in_a_pipeline_fails_its_flow_alone_and_shows_its_traceback(
    running: Running, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parts(name: str, count: int) -> list[ConnectorIR]:
        return [
            of("feed", "test_feed", {"name": name, "count": count, "stays": True}),
            of("keep", "test_keep", {"name": name}),
        ]

    links = ["feed/out>p/in", "p/out>keep/in"]
    async with running() as runtime:
        await runtime.start(flow("good", parts("good", 50), links), base=base)
        await runtime.start(flow("bad", parts("bad", 50), links), base=base)
        await until(lambda: len(KEPT["bad"].values) == 50)
        graph = runtime.flows["bad"].pipelines["p"].graph
        monkeypatch.setattr(type(graph), "wants_ticks", True)
        monkeypatch.setattr(graph, "signal", lambda *_: 1 / 0)
        await until(lambda: runtime.flows["bad"].done.is_set())
        flows, _, _ = runtime.snapshot()
        states = {one.alias: one.state for one in flows}
        error = next(one.error for one in flows if one.alias == "bad")
        await runtime.stop("good")

    assert states == {"good": "running", "bad": "failed"}
    assert "Traceback" in error
    assert KEPT["good"].numbers == list(range(50))


async def test_the_same_flow_cannot_run_twice(running: Running, base: Path) -> None:
    ir = flow(
        "main",
        [of("feed", "test_feed", {"stays": True, "count": 1}), of("keep", "test_keep")],
        ["feed/out>p/in", "p/out>keep/in"],
    )

    async with running() as runtime:
        await runtime.start(ir, base=base)
        with pytest.raises(LifecycleError, match="runs already"):
            await runtime.start(ir, base=base)


async def test_acks_reach_a_transactional_source_for_every_event(running: Running, base: Path) -> None:
    ir = flow(
        "main",
        [
            of("feed", "test_feed", {"count": 1000, "size": 50, "transactional": True}),
            of("keep", "test_keep"),
        ],
        ["feed/out>a/in", "a/out>b/in", "b/out>keep/in"],
    )

    async with running() as runtime:
        await runtime.start(ir, base=base)
        await runtime.wait_ended()

    assert FEEDS["feed"].acks == [(first, first + 49) for first in range(0, 1000, 50)]


async def test_a_source_that_reaches_no_sink_does_not_pull(
    running: Running, base: Path, logged: list[str]
) -> None:
    ir = flow("main", [of("feed", "test_feed", {"count": 10})], ["feed/out>p/in"])

    async with running() as runtime:
        await runtime.start(ir, base=base)
        await until(lambda: any("reaches no sink" in line for line in logged))
        stopped = await runtime.stop("main")

    assert stopped.drained
    assert FEEDS["feed"].given == 0


async def test_a_circle_of_links_does_not_keep_a_flow_from_ending(running: Running, base: Path) -> None:
    ir = flow(
        "main",
        [of("feed", "test_feed", {"count": 10}), of("keep", "test_keep")],
        ["feed/out>a/in", "a/out>b/in", "b/err>a/in", "b/out>keep/in"],
    )

    async with running() as runtime:
        await runtime.start(ir, base=base)
        ending = await runtime.wait_ended()

    assert ending.drained
    assert KEPT["keep"].numbers == list(range(10))


@pytest.mark.parametrize(
    ("links", "words"),
    [
        (["feed/ouch>p/in", "p/out>keep/in"], "no port `ouch` leads out of connector `feed`"),
        (["feed/out>p/inn", "p/out>keep/in"], "no port `inn` leads into pipeline `p`"),
        (["feed/out>p/in", "p/aut>keep/in"], "no port `aut` leads out of pipeline `p`"),
        (["feed/out>p/in", "p/out>keep/stdout"], "no port `stdout` leads into connector `keep`"),
    ],
)
async def test_a_link_to_a_port_that_does_not_exist_is_refused(
    running: Running, base: Path, links: list[str], words: str
) -> None:
    async with running() as runtime:
        with pytest.raises(CompileError, match=words):
            await runtime.start(
                flow("main", [of("feed", "test_feed"), of("keep", "test_keep")], links), base=base
            )
