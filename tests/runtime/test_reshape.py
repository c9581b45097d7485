"""A running flow takes another shape: nothing is lost or doubled, and each event takes one shape.

Long because a reshape touches every kind of task, and all cases share the flows that are made here.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from tests.runtime.conftest import Running, until
from tremor_tui.connectors.contract import ConnectorContext, Sink, connectors
from tremor_tui.control.snapshots import Receipt
from tremor_tui.errors import CompileError, ConfigError, ConnectionLost, LifecycleError
from tremor_tui.language.ir.deploy import ConnectorIR, FlowIR, PipelineIR
from tremor_tui.language.ir.query import Edge, OperatorNode, PassNode, QueryIR
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.context import Context
from tremor_tui.operators.contract import Operator, Outputs, Quiet, operators
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing.clock import JumpingClock, settle
from tremor_tui.testing.harness import FEEDS, KEPT, Keep, KeepSink, flow, of

pytestmark = pytest.mark.anyio

TROUBLE: dict[str, Exception] = {}
"""What opening a `test_moody` of that name raises."""


class Mark(Quiet):
    """Adds a name to each event's `way`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        values = [{**value, "way": [*value.get("way", ()), self._name]} for value in batch.values]
        return (("out", batch.replace(range(len(batch)), values)),)


def make_mark(config: Mapping[str, Value], ctx: Context) -> Operator:
    return Mark(config["name"])


class MoodySink(KeepSink):
    def __init__(self, config: Mapping[str, Value]) -> None:
        super().__init__(config)
        self._name: str = config["name"]

    async def open(self) -> None:
        if self._name in TROUBLE:
            raise TROUBLE[self._name]
        await super().open()


class Moody(Keep):
    """A sink that may not open."""

    kind = "test_moody"

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        super().__init__(config, ctx)
        self._settings = config

    def sink(self) -> Sink | None:
        made = KEPT[self._settings["name"]] = MoodySink(self._settings)
        return made


@pytest.fixture(autouse=True)
def _kit(monkeypatch: pytest.MonkeyPatch) -> None:
    TROUBLE.clear()
    monkeypatch.setitem(connectors._table, "test_moody", Moody)
    monkeypatch.setitem(operators._table, "test::mark", make_mark)


def mark(alias: str, name: str = "") -> PipelineIR:
    """A pipeline that notes that events came through it."""
    nodes = (
        PassNode("in", "input"),
        OperatorNode("mark", "test::mark", {"name": name or alias}),
        PassNode("out", "output"),
        PassNode("err", "output"),
    )
    return PipelineIR(
        alias, QueryIR(alias, nodes, (Edge("in", "out", "mark", "in"), Edge("mark", "out", "out", "in")))
    )


def feed(alias: str = "feed", **config: Value) -> ConnectorIR:
    return of(alias, "test_feed", {"name": alias, "size": 20, **config})


def keep(alias: str, kind: str = "test_keep", **config: Value) -> ConnectorIR:
    return of(alias, kind, {"name": alias, **config})


def shape(parts: Sequence[ConnectorIR], *links: str) -> FlowIR:
    """A flow of these connectors and `a/out>b/in` links; all other names are pipelines that mark."""
    known = {one.alias for one in parts}
    names = {end.partition("/")[0] for link in links for end in link.split(">")} - known
    return flow("main", parts, list(links), [mark(name) for name in sorted(names)])


def numbers(name: str) -> list[int]:
    return KEPT[name].numbers


def ways(name: str) -> list[str]:
    """The ways that events took to a sink, one after the other."""
    found: list[str] = []
    for value in KEPT[name].values:
        way = ">".join(value.get("way", ()))
        if not found or found[-1] != way:
            found.append(way)
    return found


async def moved(name: str, more: int = 300) -> None:
    """Lets some events come to a sink."""
    seen = len(KEPT[name].values)
    await until(lambda: len(KEPT[name].values) >= seen + more)


def one(*through: str, **config: Value) -> FlowIR:
    """One source through some pipelines into one sink."""
    steps = ["feed", *through, "keep"]
    links = [f"{a}/out>{b}/in" for a, b in pairwise(steps)]
    return shape([feed(**config), keep("keep")], *links)


def few(alias: str = "feed") -> ConnectorIR:
    """A source that comes to rest, so that a clock can jump."""
    return feed(alias, count=2000, stays=True)


SMALL = Settings(channel_batches=3)


async def test_a_pipeline_put_into_an_edge_and_taken_out_keeps_every_event_in_order(
    running: Running, base: Path
) -> None:
    async with running(SMALL) as runtime:
        await runtime.start(one("a"), base=base)
        for _ in range(10):
            await moved("keep")
            await runtime.reshape(one("a", "b"))
            await moved("keep")
            receipt = await runtime.reshape(one("a"))
        await moved("keep")
        await runtime.stop("main")

    assert numbers("keep") == list(range(FEEDS["feed"].given))
    assert ways("keep") == ["a", *["a>b", "a"] * 10]
    assert receipt.version == 21
    assert receipt.left == 0


async def test_a_sink_that_is_added_gets_what_comes_from_then_on_and_all_of_it_until_it_goes(
    running: Running, base: Path
) -> None:
    two = shape([feed(), keep("keep"), keep("more")], "feed/out>a/in", "a/out>keep/in", "a/out>more/in")
    async with running(SMALL) as runtime:
        await runtime.start(one("a"), base=base)
        await moved("keep")
        await runtime.reshape(two)
        await moved("more")
        kept = KEPT["more"]
        receipt = await runtime.reshape(one("a"))
        await moved("keep")
        await runtime.stop("main")

    assert numbers("keep") == list(range(FEEDS["feed"].given))
    assert kept.numbers == list(range(kept.numbers[0], kept.numbers[-1] + 1))
    assert kept.numbers[0] >= 300
    assert receipt.left == 0


async def test_a_link_moved_from_one_pipeline_to_another_keeps_the_order(
    running: Running, base: Path
) -> None:
    both = ("a/out>keep/in", "b/out>keep/in")
    by_a = shape([feed(), keep("keep")], "feed/out>a/in", *both)
    by_b = shape([feed(), keep("keep")], "feed/out>b/in", *both)
    async with running(SMALL) as runtime:
        await runtime.start(by_a, base=base)
        for _ in range(10):
            await moved("keep")
            await runtime.reshape(by_b)
            await moved("keep")
            await runtime.reshape(by_a)
        await runtime.stop("main")

    assert numbers("keep") == list(range(FEEDS["feed"].given))
    assert ways("keep")[:3] == ["a", "b", "a"]


async def test_pipelines_that_change_places_lose_nothing(running: Running, base: Path) -> None:
    async with running(SMALL) as runtime:
        await runtime.start(one("a", "b"), base=base)
        for through in (("b", "a"), ("a", "b"), ("b",), ("b", "a", "c"), ("c",)) * 3:
            await moved("keep")
            await runtime.reshape(one(*through))
        await moved("keep")
        await runtime.stop("main")

    assert numbers("keep") == list(range(FEEDS["feed"].given))
    assert ways("keep") == ["a>b", *["b>a", "a>b", "b", "b>a>c", "c"] * 3]


async def test_full_channels_before_a_stuck_sink_hold_no_reshape_up_and_lose_nothing(
    running: Running, base: Path
) -> None:
    stuck = keep("keep", gated=True)
    links = ["feed/out>a/in", "a/out>b/in", "b/out>keep/in"]
    plain = shape([few(), stuck], *links)
    more = shape([few(), stuck], "feed/out>c/in", "c/out>a/in", "a/out>d/in", "d/out>keep/in")
    async with running(SMALL, clock=JumpingClock()) as runtime:
        await runtime.start(plain, base=base)
        await until(lambda: runtime.flows["main"].sources[0].outbox.rows > 0)
        await runtime.reshape(more)
        await runtime.reshape(plain)
        await runtime.reshape(more)
        KEPT["keep"].gate.set()
        await moved("keep", 1000)
        await runtime.stop("main")

    assert numbers("keep") == list(range(FEEDS["feed"].given))
    assert ways("keep")[0] == "a>b"
    assert ways("keep")[-1] == "c>a>d"


async def in_time(
    clock: JumpingClock, call: Callable[[], Awaitable[Receipt]], seconds: float
) -> list[Receipt | Exception]:
    """What a call gives while that time passes."""
    found: list[Receipt | Exception] = []

    async def run() -> None:
        try:
            found.append(await call())
        except Exception as error:
            found.append(error)

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        await settle()
        await clock.jump(seconds)
        group.cancel_scope.cancel()
    return found


async def test_a_stuck_sink_that_is_removed_ends_at_the_deadline_and_is_counted(
    running: Running, base: Path, logged: list[str]
) -> None:
    clock = JumpingClock()
    stuck = keep("stuck", gated=True)
    old = shape([few(), stuck], "feed/out>a/in", "a/out>stuck/in")
    new = shape([few(), keep("keep")], "feed/out>a/in", "a/out>keep/in")
    async with running(SMALL, clock=clock) as runtime:
        await runtime.start(old, base=base)
        await until(lambda: runtime.flows["main"].sources[0].outbox.rows > 0)
        found = await in_time(clock, lambda: runtime.reshape(new), 6.0)
        await until(lambda: len(KEPT["keep"].values) > 500)
        await runtime.stop("main")

    (receipt,) = found
    assert isinstance(receipt, Receipt)
    assert receipt.left == KEPT["keep"].numbers[0] > 0
    assert numbers("keep") == list(range(receipt.left, FEEDS["feed"].given))
    assert any("were left in `main/sink/stuck`, which went by force" in line for line in logged)


async def test_what_was_not_sent_to_a_stuck_sink_goes_to_the_one_in_its_place(
    running: Running, base: Path
) -> None:
    clock = JumpingClock()
    old = shape([few(), keep("stuck", gated=True)], "feed/out>a/in", "a/out>stuck/in")
    new = shape([few(), keep("keep")], "feed/out>a/in", "a/out>keep/in")
    async with running(SMALL, clock=clock) as runtime:
        await runtime.start(old, base=base)
        flow_of = runtime.flows["main"]
        await until(lambda: flow_of.sources[0].outbox.rows > 0)
        before = flow_of.sinks[0].channel.rows + 20  # a batch is in its hand
        await in_time(clock, lambda: runtime.reshape(new), 6.0)
        await until(lambda: len(KEPT["keep"].values) > 500)
        await runtime.stop("main")

    assert numbers("keep")[0] == before


async def test_a_sink_with_other_settings_takes_over_the_queue_of_the_one_before(
    running: Running, base: Path
) -> None:
    async with running(SMALL) as runtime:
        await runtime.start(one("a"), base=base)
        await moved("keep")
        first = KEPT["keep"]
        links = ("feed/out>a/in", "a/out>keep/in")
        receipt = await runtime.reshape(shape([feed(), keep("keep", fail_at=[])], *links))
        same = KEPT["keep"] is first
        await runtime.reshape(shape([feed(), keep("keep", fail_at=[99999])], *links))
        second = KEPT["keep"]
        await moved("keep")
        await runtime.stop("main")

    assert (same, second is first) == (False, False)
    assert receipt.left == 0
    every = [*first.numbers, *[n for k in (second,) for n in k.numbers]]
    assert every[0] == 0
    assert second.numbers == list(range(second.numbers[0], FEEDS["feed"].given))


async def test_files_written_through_changes_of_their_connector_hold_every_line_once(
    running: Running, base: Path
) -> None:
    def to(path: str, chunk: int) -> FlowIR:
        config: dict[str, Value] = {"path": path, "mode": "append", "chunk_size": chunk}
        parts = [feed(), of("out", "file", config, codec="json", post=["separate"])]
        return shape(parts, "feed/out>a/in", "a/out>out/in")

    def lines(path: str) -> int:
        return (base / path).read_bytes().count(b"\n") if (base / path).exists() else 0

    async with running(SMALL) as runtime:
        await runtime.start(to("one", 1), base=base)
        for chunk in range(2, 12):
            seen = lines("one")
            await until(lambda seen=seen: lines("one") > seen + 100)  # type: ignore[misc]
            await runtime.reshape(to("one", chunk))
        await runtime.reshape(to("two", 1))
        await until(lambda: lines("two") > 100)
        await runtime.stop("main")

    written = [json.loads(line)["n"] for p in ("one", "two") for line in (base / p).read_text().splitlines()]
    assert written == list(range(FEEDS["feed"].given))


async def test_a_sink_that_is_away_hands_what_it_could_not_write_to_its_successor(
    running: Running, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = JumpingClock()
    from tremor_tui.connectors.shared import files

    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    def to(path: str) -> FlowIR:
        config: dict[str, Value] = {"path": path, "mode": "append"}
        parts = [feed(), of("out", "file", config, codec="json", post=["separate"])]
        return shape(parts, "feed/out>a/in", "a/out>out/in")

    def lines(path: str) -> list[int]:

        return [json.loads(line)["n"] for line in (base / path).read_bytes().splitlines()]

    async with running(SMALL, clock=clock) as runtime:
        await runtime.start(to("one"), base=base)
        await until(lambda: (base / "one").stat().st_size > 5000)
        real = files.write_some
        monkeypatch.setattr(files, "write_some", full)
        await until(lambda: bool(runtime.flows["main"].sinks[0].breaker))
        monkeypatch.setattr(files, "write_some", real)
        await runtime.reshape(to("two"))
        await until(lambda: (base / "two").stat().st_size > 5000)
        await runtime.stop("main")

    assert [*lines("one"), *lines("two")] == list(range(FEEDS["feed"].given))


async def test_a_source_that_is_added_pulls_and_one_that_goes_sends_what_it_has(
    running: Running, base: Path
) -> None:
    links = ("feed/out>a/in", "a/out>keep/in")
    two = shape([few(), feed("other"), keep("keep")], *links, "other/out>a/in")
    async with running(SMALL) as runtime:
        await runtime.start(one("a", count=2000, stays=True), base=base)
        await moved("keep")
        await runtime.reshape(two)
        await until(lambda: FEEDS["other"].given > 300)
        await runtime.reshape(one("a", count=2000, stays=True))
        given = FEEDS["other"].given
        await runtime.stop("main")

    came: dict[str, list[int]] = {"feed": [], "other": []}
    for value in KEPT["keep"].values:
        came[value["from"]].append(value["n"])
    assert came["feed"] == list(range(FEEDS["feed"].given))
    assert came["other"] == list(range(given))
    assert not FEEDS["other"].is_open


async def test_a_source_with_other_settings_begins_anew_after_the_one_before_sent_all(
    running: Running, base: Path
) -> None:
    async with running(SMALL) as runtime:
        await runtime.start(one("a"), base=base)
        await moved("keep")
        first = FEEDS["feed"]
        await runtime.reshape(one("a", size=7))
        await moved("keep")
        await runtime.stop("main")

    assert numbers("keep") == [*range(first.given), *range(FEEDS["feed"].given)]
    assert not first.is_open


def acked(name: str) -> list[int]:
    """The events that were settled. Most are by the batch; one whose path is recorded is by itself."""
    return [one for low, high in FEEDS[name].acks for one in range(low, high + 1)]


@pytest.mark.parametrize("through", [("a", "b"), ("b",), ()])
async def test_acks_find_their_source_whatever_is_between(
    running: Running, base: Path, through: tuple[str, ...]
) -> None:
    if not through:
        through = ("c", "a")
    async with running(SMALL) as runtime:
        await runtime.start(one("a", transactional=True), base=base)
        for _ in range(5):
            await moved("keep")
            await runtime.reshape(one(*through, transactional=True))
            await moved("keep")
            await runtime.reshape(one("a", transactional=True))
        await runtime.stop("main")

    assert acked("feed") == list(range(FEEDS["feed"].given))


async def test_a_source_that_goes_hears_of_its_last_events_before_it_is_closed(
    running: Running, base: Path
) -> None:
    links = ("feed/out>a/in", "a/out>keep/in")
    two = shape(
        [feed(), feed("other", transactional=True), keep("keep")], *links, "other/out>b/in", "b/out>keep/in"
    )
    async with running(SMALL) as runtime:
        await runtime.start(two, base=base)
        await until(lambda: FEEDS["other"].given > 300)
        await runtime.reshape(one("a"))
        other = FEEDS["other"]
        await runtime.stop("main")

    assert acked("other") == list(range(other.given))


async def test_a_removed_sink_settles_what_it_had(running: Running, base: Path) -> None:
    parts = [feed(transactional=True), keep("keep")]
    links = ("feed/out>a/in", "a/out>keep/in")
    async with running(SMALL) as runtime:
        await runtime.start(shape([*parts, keep("more")], *links, "a/out>more/in"), base=base)
        await moved("more")
        await runtime.reshape(shape(parts, *links))
        more = KEPT["more"].numbers
        await runtime.stop("main")

    lows = sorted(low for low, _ in FEEDS["feed"].acks)
    expected = sorted([*range(0, FEEDS["feed"].given, 20), *range(0, len(more), 20)])
    assert lows == expected


@pytest.mark.parametrize(
    "error", [ConfigError("cannot write `x`: no permission", "", "name"), ConnectionLost("nobody is there")]
)
async def test_a_new_sink_that_does_not_open_leaves_the_flow_as_it_was(
    running: Running, base: Path, error: Exception
) -> None:
    clock = JumpingClock()
    TROUBLE["moody"] = error
    new = shape(
        [few(), keep("keep", fail_at=[98765]), keep("moody", "test_moody")],
        "feed/out>b/in",
        "b/out>keep/in",
        "b/out>moody/in",
    )
    async with running(SMALL, clock=clock) as runtime:
        await runtime.start(one("a", count=2000, stays=True), base=base)
        flow_of = runtime.flows["main"]
        tasks, first = list(flow_of.tasks), KEPT["keep"]
        found = await in_time(clock, lambda: runtime.reshape(new), 7.0)
        same = list(flow_of.tasks) == tasks
        state = flow_of.state
        again = await runtime.reshape(one("a", "b", count=2000, stays=True))
        await runtime.stop("main")

    (refused,) = found
    assert isinstance(refused, CompileError)
    assert str(refused) == str(error)
    assert (same, state) == (True, "running")
    assert first.numbers == list(range(FEEDS["feed"].given))
    assert again.version == 2


async def test_a_sink_to_replace_another_that_does_not_open_leaves_that_one_writing(
    running: Running, base: Path
) -> None:
    def to(path: str) -> FlowIR:
        config: dict[str, Value] = {"path": path, "mode": "append"}
        parts = [feed(), of("out", "file", config, codec="json", post=["separate"])]
        return shape(parts, "feed/out>a/in", "a/out>out/in")

    async with running(SMALL) as runtime:
        await runtime.start(to("one"), base=base)
        await until(lambda: (base / "one").stat().st_size > 5000)
        with pytest.raises(CompileError, match="no such file or folder"):
            await runtime.reshape(to("nowhere/one"))
        size = (base / "one").stat().st_size
        await until(lambda: (base / "one").stat().st_size > size + 5000)
        await runtime.stop("main")

    assert (base / "one").read_bytes().count(b"\n") == FEEDS["feed"].given


async def test_a_new_sink_that_stays_away_is_refused_in_time(running: Running, base: Path) -> None:
    clock = JumpingClock()
    TROUBLE["moody"] = ConnectionLost("nobody is there")
    retry = {"retry": {"interval_ms": 1000, "max_retries": 100, "randomized": False}}
    moody = of("moody", "test_moody", {"name": "moody"}, reconnect=retry)
    new = shape([few(), keep("keep"), moody], "feed/out>a/in", "a/out>keep/in", "a/out>moody/in")
    async with running(SMALL, clock=clock) as runtime:
        await runtime.start(one("a", count=2000, stays=True), base=base)
        (refused,) = await in_time(clock, lambda: runtime.reshape(new), 8.0)
        await runtime.stop("main")

    assert isinstance(refused, LifecycleError)
    assert str(refused) == "`main/sink/moody` did not open within 5 s: nobody is there"
    assert numbers("keep") == list(range(FEEDS["feed"].given))


async def test_a_new_sink_that_is_tried_for_ever_is_taken_as_it_is_and_holds_its_sources(
    running: Running, base: Path
) -> None:
    clock = JumpingClock()
    TROUBLE["moody"] = ConnectionLost("nobody is there")
    retry = {"retry": {"interval_ms": 1000, "growth_rate": 1.0, "randomized": False}}
    moody = of("moody", "test_moody", {"name": "moody"}, reconnect=retry)
    new = shape([few(), keep("keep"), moody], "feed/out>a/in", "a/out>keep/in", "a/out>moody/in")
    async with running(SMALL, clock=clock) as runtime:
        await runtime.start(one("a", count=2000, stays=True), base=base)
        await moved("keep")
        await runtime.reshape(new)
        source = runtime.flows["main"].sources[0]
        await until(lambda: "nobody is there" in source.breaker)
        del TROUBLE["moody"]
        await clock.jump(1.1)
        await until(lambda: len(KEPT["moody"].values) > 300)
        breaker = source.breaker
        await runtime.stop("main")

    assert breaker == ""
    assert numbers("keep") == list(range(FEEDS["feed"].given))
    more = numbers("moody")
    assert more == list(range(more[0], FEEDS["feed"].given))


async def test_a_tripped_sink_that_goes_holds_its_sources_no_more(running: Running, base: Path) -> None:
    clock = JumpingClock()
    retry = {"retry": {"interval_ms": 60_000, "randomized": False}}
    bad = of("bad", "test_keep", {"name": "bad", "fail_at": [5]}, reconnect=retry)
    old = shape([few(), keep("keep"), bad], "feed/out>a/in", "a/out>keep/in", "a/out>bad/in")
    async with running(SMALL, clock=clock) as runtime:
        await runtime.start(old, base=base)
        source = runtime.flows["main"].sources[0]
        await until(lambda: bool(source.breaker))
        (receipt,) = await in_time(clock, lambda: runtime.reshape(one("a", count=2000, stays=True)), 6.0)
        breaker = source.breaker
        await runtime.stop("main")

    assert isinstance(receipt, Receipt)
    assert receipt.left > 0
    assert breaker == ""
    assert numbers("keep") == list(range(FEEDS["feed"].given))


async def test_a_source_linked_to_a_tripped_sink_waits_for_it(running: Running, base: Path) -> None:
    clock = JumpingClock()
    retry = {"retry": {"interval_ms": 3000, "randomized": False}}
    bad = of("bad", "test_keep", {"name": "bad", "fail_at": [5]}, reconnect=retry)
    parts = [few(), few("other"), keep("keep"), bad]
    links = ("feed/out>a/in", "a/out>bad/in", "other/out>b/in", "b/out>keep/in")
    async with running(SMALL, clock=clock) as runtime:
        await runtime.start(shape(parts, *links), base=base)
        first, other = runtime.flows["main"].sources
        await until(lambda: bool(first.breaker))
        await runtime.reshape(shape(parts, *links, "b/out>bad/in"))
        await until(lambda: bool(other.breaker))
        await clock.jump(5.0)
        await until(lambda: not other.breaker and not first.breaker)
        await runtime.stop("main")

    came = [value["n"] for value in KEPT["keep"].values]
    assert came == list(range(FEEDS["other"].given))


async def test_a_paused_flow_is_reshaped_and_stays_paused(running: Running, base: Path) -> None:
    two = shape([feed(), feed("other"), keep("keep")], "feed/out>b/in", "b/out>keep/in", "other/out>b/in")
    async with running(SMALL) as runtime:
        await runtime.start(one("a"), base=base)
        await moved("keep")
        runtime.pause("main")
        await runtime.reshape(two)
        given = FEEDS["feed"].given
        await settle()
        still = (FEEDS["feed"].given, FEEDS["other"].given)
        runtime.pause("main", False)
        await until(lambda: FEEDS["other"].given > 100 and FEEDS["feed"].given > given + 100)
        await runtime.stop("main")

    assert still == (given, 0)
    came = [value["n"] for value in KEPT["keep"].values if value["from"] == "feed"]
    assert came == list(range(FEEDS["feed"].given))


async def test_a_source_that_is_over_before_or_after_a_reshape_does_not_hold_the_end_up(
    running: Running, base: Path
) -> None:
    parts = [feed(count=100), feed("other", count=5000), keep("keep"), keep("more")]
    old = shape(parts[:3], "feed/out>a/in", "a/out>keep/in", "other/out>b/in", "b/out>keep/in")
    new = shape(parts, "feed/out>a/in", "a/out>more/in", "other/out>b/in", "b/out>a/in", "b/out>keep/in")
    async with running(SMALL) as runtime:
        await runtime.start(old, base=base)
        await until(lambda: runtime.flows["main"].sources[0].has_ended)
        await runtime.reshape(new)
        with anyio.fail_after(15):
            ending = await runtime.wait_ended()

    assert ending.drained
    assert [v["n"] for v in KEPT["keep"].values if v["from"] == "other"] == list(range(5000))
    more = KEPT["more"].numbers
    assert more == list(range(more[0], 5000))


async def test_reshapes_while_sources_drain_lose_nothing_and_the_flow_ends(
    running: Running, base: Path
) -> None:
    async with running(SMALL) as runtime:
        await runtime.start(one("a", count=20_000), base=base)
        done = 0
        with anyio.fail_after(15):
            while not runtime.flows["main"].done.is_set():
                try:
                    await runtime.reshape(one(*(("b", "a") if done % 2 else ("a",)), count=20_000))
                    done += 1
                except LifecycleError:
                    pass
                for _ in range(20):
                    await anyio.lowlevel.checkpoint()
            ending = await runtime.wait_ended()

    assert done > 5
    assert ending.drained
    assert numbers("keep") == list(range(20_000))


async def test_a_flow_that_is_being_stopped_takes_no_other_shape(running: Running, base: Path) -> None:
    async with running(SMALL, clock=JumpingClock()) as runtime:
        await runtime.start(
            shape([feed(), keep("keep", gated=True)], "feed/out>a/in", "a/out>keep/in"), base=base
        )
        runtime.flows["main"].wind_down()
        with pytest.raises(LifecycleError, match="is draining"):
            await runtime.reshape(one("a", "b"))


async def test_a_link_to_a_port_that_is_not_there_is_refused(running: Running, base: Path) -> None:
    async with running(SMALL) as runtime:
        await runtime.start(one("a"), base=base)
        wrong = shape([feed(), keep("keep")], "feed/out>a/in", "a/left>keep/in")
        with pytest.raises(CompileError, match="no port `left` leads out of pipeline `a`"):
            await runtime.reshape(wrong)
        await moved("keep")
        await runtime.stop("main")


async def test_taps_of_edges_that_stay_go_on_and_others_end(running: Running, base: Path) -> None:
    frames: list[Any] = []
    async with running(SMALL) as runtime:
        await runtime.start(one("a"), base=base)
        stays = runtime.open_tap("main:connector/feed/out>pipeline/a/in", 10, frames.append)
        goes = runtime.open_tap("main:pipeline/a/out>connector/keep/in", 10, frames.append)
        await until(lambda: stays.seen > 0 and goes.seen > 0)
        await runtime.reshape(one("a", "b"))
        seen = stays.seen
        await until(lambda: stays.seen > seen)
        ended = [runtime.is_tap_over(tap) for tap in (stays, goes)]
        await runtime.stop("main")

    assert ended == [False, True]


async def test_pictures_show_the_new_shape(running: Running, base: Path) -> None:
    async with running(SMALL) as runtime:
        await runtime.start(one("a"), base=base)
        await moved("keep")
        await runtime.reshape(one("b"))
        (picture,), tasks, _ = runtime.snapshot()
        await runtime.stop("main")

    assert {node.id for node in picture.graph.nodes} == {"connector/feed", "connector/keep", "pipeline/b"}
    assert [edge.id for edge in picture.graph.edges] == [
        "main:connector/feed/out>pipeline/b/in",
        "main:pipeline/b/out>connector/keep/in",
    ]
    assert {task.id for task in tasks} == {"main/source/feed", "main/pipeline/b", "main/sink/keep"}
    assert set(picture.inside) == {"b"}


async def test_a_round_robin_forgets_a_sink_that_is_away_and_gone(running: Running, base: Path) -> None:
    ports = ("a", "b", "overflow")
    robin = OperatorNode("turns", "qos::roundrobin", {"outputs": ["a", "b"]})
    edges = (Edge("in", "out", "turns", "in"), *(Edge("turns", port, port, "in") for port in ports))
    ends = tuple(PassNode(port, "output") for port in ports)
    turns = PipelineIR("t", QueryIR("turns", (PassNode("in", "input"), robin, *ends), edges, outputs=ports))
    retry = {"retry": {"interval_ms": 60_000, "randomized": False}}

    def ir(away: str) -> FlowIR:
        bad = of(away, "test_moody", {"name": away, "fail_at": [3]}, reconnect=retry)
        links = ["feed/out>t/in", f"t/a>{away}/in", f"t/b>{away}/in", "t/overflow>keep/in"]
        return flow("main", [feed(), keep("keep"), bad], links, [turns])

    clock = JumpingClock()
    async with running(SMALL, clock=clock) as runtime:
        await runtime.start(ir("bad"), base=base)
        source = runtime.flows["main"].sources[0]
        await until(lambda: bool(source.breaker))
        first = numbers("bad")
        new = flow(
            "main",
            [feed(), keep("keep"), keep("good")],
            ["feed/out>t/in", "t/a>good/in", "t/b>good/in", "t/overflow>keep/in"],
            [turns],
        )
        reshaping: list[Receipt] = []

        async def reshape() -> None:
            reshaping.append(await runtime.reshape(new))

        async with anyio.create_task_group() as group:
            group.start_soon(reshape)
            await until(lambda: "good" in KEPT and len(KEPT["good"].values) > 300)
            group.cancel_scope.cancel()
        breaker = source.breaker
        await runtime.stop("main")

    assert breaker == ""
    assert len(first) < numbers("good")[0]
