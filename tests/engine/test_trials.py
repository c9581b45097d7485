from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
import pytest

from tests.engine.conftest import Running
from tests.engine.texts import flow, write_flow
from tremor_tui.control.client import Client, connect
from tremor_tui.control.commands import Apply, Deploy, Snapshot, StopFlow
from tremor_tui.control.snapshots import Applied, EngineSnapshot, FlowSnapshot, Notice
from tremor_tui.engine.engine import Engine
from tremor_tui.engine.trials import restore
from tremor_tui.testing.clock import JumpingClock

pytestmark = pytest.mark.anyio
GOOD = flow(script='{"good": event}')
BAD = flow(script='{"FAILS": event}')


def went_back(flow: FlowSnapshot) -> bool:
    return bool(flow.last_apply and flow.last_apply.went_back_from)


class Bench:
    """A deployed flow, a client, and a clock that jumps."""

    def __init__(self, engine: Engine, plane: Client, clock: JumpingClock, path: Path) -> None:
        self.engine, self.plane, self.clock, self.path = engine, plane, clock, path

    async def deploy(self) -> None:
        await self.plane.submit(Deploy(str(self.path), str(self.path.parent)))

    async def apply(self, text: str, *, accept: bool = False) -> Applied:
        """Saves and applies, as a workbench does."""
        self.path.write_text(text)
        answer = await self.plane.submit(Apply("one", accept=accept))
        assert isinstance(answer, Applied)
        return answer

    async def flow(self) -> FlowSnapshot:
        answer = await self.plane.submit(Snapshot())
        assert isinstance(answer, EngineSnapshot)
        return answer.flows[0]

    async def let_pass(self, until: Callable[[FlowSnapshot], bool]) -> FlowSnapshot:
        """Lets half seconds pass until the flow is as wanted."""

        async def look() -> bool:
            await self.clock.jump(0.5)
            return until(await self.flow())

        await wait_until(look)
        return await self.flow()

    def notices(self) -> list[Notice]:
        return [pushed for pushed in self.plane._line if isinstance(pushed, Notice)]


async def wait_until(condition: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(10):
        while not await condition():  # noqa: ASYNC110 - the other end is another process
            await anyio.sleep(0.01)


Opened = Callable[[], AbstractAsyncContextManager[Bench]]


@pytest.fixture
def opened(running: Running, folders: Path) -> Opened:
    """An engine on a clock that jumps, with a flow."""

    @asynccontextmanager
    async def open_bench() -> AsyncIterator[Bench]:
        clock = JumpingClock()
        async with running(clock=clock) as engine, connect() as plane:
            bench = Bench(engine, plane, clock, write_flow(folders))
            await bench.deploy()
            yield bench

    return open_bench


async def test_a_version_that_fails_no_more_stays_once_its_time_is_over(opened: Opened) -> None:
    async with opened() as bench:
        await bench.apply(GOOD)

        watched = await bench.flow()
        assert watched.watching_until_ns == bench.clock.wall_ns() + 10 * 10**9
        assert watched.note == "v2 was applied and is watched"
        stayed = await bench.let_pass(lambda flow: not flow.watching_until_ns)

        assert (stayed.version, stayed.note) == (2, "v2 stays: 0 % of events failed, 0 % before")
        assert bench.path.read_text() == GOOD
        assert [(n.text, n.severity) for n in bench.notices()] == [
            ("one v2 stays: 0 % of events failed, 0 % before", "info")
        ]


async def test_a_version_that_fails_more_goes_back_by_itself_with_its_text(opened: Opened) -> None:
    async with opened() as bench:
        before = bench.path.read_text()
        await bench.apply(BAD)

        back = await bench.let_pass(went_back)

        said = "v2 went back to v1: 25 % of events failed, 0 % before; one.troy was put back"
        assert back.note == said
        assert back.watching_until_ns == 0
        assert back.last_apply is not None
        assert (back.last_apply.version, back.last_apply.went_back_from) == (1, 2)
        assert back.last_apply.pipelines == ("main",)
        assert bench.path.read_text() == before
        assert [(n.text, n.severity) for n in bench.notices()] == [(f"one {said}", "warning")]


async def test_a_file_that_was_changed_meanwhile_is_left_alone(opened: Opened) -> None:
    async with opened() as bench:
        await bench.apply(BAD)
        bench.path.write_text("# mine\n")

        back = await bench.let_pass(went_back)

        assert back.note.endswith("one.troy was changed meanwhile and left alone")
        assert bench.path.read_text() == "# mine\n"


async def test_texts_that_were_never_saved_leave_the_file_as_it_is(opened: Opened) -> None:
    async with opened() as bench:
        before = bench.path.read_text()
        await bench.plane.submit(Apply("one", {str(bench.path): BAD}))

        back = await bench.let_pass(went_back)

        assert back.note.endswith("one.troy is as before")
        assert bench.path.read_text() == before


async def test_the_same_texts_again_accept_a_version_that_is_watched(opened: Opened) -> None:
    async with opened() as bench:
        await bench.apply(BAD)

        again = await bench.apply(BAD)

        assert (again.receipts, again.text) == ((), "v2 is accepted")
        await bench.clock.jump(20)
        seen = await bench.flow()
        assert (seen.version, seen.watching_until_ns, seen.note) == (2, 0, "v2 was accepted")


async def test_the_same_texts_after_going_back_are_accepted_under_their_number(opened: Opened) -> None:
    async with opened() as bench:
        await bench.apply(BAD)
        await bench.let_pass(went_back)

        again = await bench.apply(BAD)

        assert again.receipts[0].version == 2
        assert again.text == "v2 is accepted and not watched"
        await bench.clock.jump(20)
        seen = await bench.flow()
        assert (seen.version, seen.watching_until_ns) == (2, 0)


async def test_other_texts_after_going_back_are_a_new_version_and_watched(opened: Opened) -> None:
    async with opened() as bench:
        await bench.apply(BAD)
        await bench.let_pass(went_back)

        applied = await bench.apply(GOOD)

        assert applied.receipts[0].version == 3
        assert (await bench.flow()).watching_until_ns


async def test_accepting_at_once_watches_nothing(opened: Opened) -> None:
    async with opened() as bench:
        await bench.apply(BAD, accept=True)

        seen = await bench.flow()

        assert (seen.version, seen.watching_until_ns) == (2, 0)


async def test_a_version_that_replaces_one_on_trial_goes_back_to_that(opened: Opened) -> None:
    async with opened() as bench:
        await bench.apply(GOOD)
        await bench.apply(BAD)

        back = await bench.let_pass(went_back)

        assert back.note.startswith("v3 went back to v2: ")
        assert bench.path.read_text() == GOOD


async def test_a_flow_that_failed_as_much_before_stays(opened: Opened) -> None:
    async with opened() as bench:
        await bench.apply(BAD, accept=True)
        for _ in range(30):
            await bench.clock.jump(0.5)
            await bench.flow()

        await bench.apply(flow(script='{"FAILS": event, "too": 1}'))
        stayed = await bench.let_pass(lambda flow: not flow.watching_until_ns)

        assert stayed.version == 3
        assert stayed.note.startswith("v3 stays: 25")


async def test_a_flow_that_is_stopped_while_it_is_watched_is_forgotten(opened: Opened) -> None:
    async with opened() as bench:
        await bench.apply(BAD)
        await bench.plane.submit(StopFlow("one"))

        await bench.clock.jump(20)

        answer = await bench.plane.submit(Snapshot())
        assert isinstance(answer, EngineSnapshot)
        assert answer.flows == ()
        assert bench.path.read_text() == BAD


async def test_an_executor_that_ends_while_a_version_is_watched_begins_anew_with_the_one_before(
    opened: Opened,
) -> None:
    async with opened() as bench:
        before = bench.path.read_text()
        await bench.apply(GOOD)
        answer = await bench.plane.submit(Snapshot())
        assert isinstance(answer, EngineSnapshot)
        os.kill(answer.executors[0].pid, signal.SIGKILL)

        async def began() -> bool:
            return "began anew" in (await bench.flow()).note

        await wait_until(began)
        seen = await bench.flow()

        assert (seen.version, seen.watching_until_ns) == (1, 0)
        assert seen.note == (
            "v2 went back to v1: executor 0 ended (killed by signal 9) while it was watched; "
            "one.troy was put back; began anew after executor 0 ended"
        )
        assert went_back(seen)
        assert bench.path.read_text() == before
        again = await bench.apply(GOOD)
        assert (again.receipts[0].version, again.text) == (2, "v2 is accepted and not watched")


async def test_a_version_that_holds_its_executor_up_again_and_again_goes_back(opened: Opened) -> None:
    async with opened() as bench:
        stalls = 0
        bench.engine.flows.trials.stalls = lambda alias: (stalls, 0)
        await bench.flow()
        await bench.apply(GOOD)
        stalls = 3

        back = await bench.let_pass(went_back)

        assert back.version == 1
        assert back.note.startswith("v2 went back to v1: it held its executor up 3 times")


async def test_a_version_that_stalls_as_often_as_the_one_before_stays(opened: Opened) -> None:
    async with opened() as bench:
        stalls = 0
        bench.engine.flows.trials.stalls = lambda alias: (stalls, 0)
        await bench.flow()
        stalls = 5
        await bench.apply(GOOD)
        stalls = 10

        stayed = await bench.let_pass(lambda flow: not flow.watching_until_ns)

        assert stayed.version == 2


async def test_an_executor_that_a_watched_version_holds_for_too_long_is_ended(opened: Opened) -> None:
    async with opened() as bench:
        await bench.apply(GOOD)
        bench.engine.flows.trials.stalls = lambda alias: (1, 6 * 10**9)

        back = await bench.let_pass(went_back)

        # Either it obeys the order to go back, or it is ended as it does not.
        assert back.version == 1
        assert back.note.startswith(("v2 went back to v1: it held", "v2 went back to v1: executor 0 ended"))


def test_files_are_put_back_only_where_they_hold_what_was_applied(tmp_path: Path) -> None:
    names = ("back", "mine", "same", "gone")
    back, mine, same, gone = (str(tmp_path / name) for name in names)
    for path, text in ((back, "new"), (mine, "newer"), (same, "same")):
        Path(path).write_text(text)

    words = restore(
        {back: "new", mine: "new", same: "same", gone: "new"},
        {back: "old", mine: "old", same: "same", gone: "old"},
    )

    assert [Path(path).read_text() for path in (back, mine, same)] == ["old", "newer", "same"]
    assert words == (
        "back was put back, mine was changed meanwhile and left alone, "
        "gone could not be put back: No such file or directory"
    )
