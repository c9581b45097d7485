"""The benchmark of an engine: one at a time, told to who watches, stopped, kept, ended with the engine."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import anyio
import msgspec
import pytest

from tests.engine.conftest import Running
from tests.engine.test_real import wait_until
from tests.engine.texts import write_flow
from tremor_tui.control.bench import (
    BenchPlan,
    BenchRun,
    BenchStep,
    StartBench,
    StopBench,
    WatchBench,
    decode_run,
)
from tremor_tui.control.benching import BenchesListed, BenchRead, ListBenches, ReadBench
from tremor_tui.control.client import Client, connect
from tremor_tui.control.commands import Deploy
from tremor_tui.control.places import benches_dir
from tremor_tui.control.snapshots import Notice
from tremor_tui.engine import benching
from tremor_tui.engine import kept as kept_runs
from tremor_tui.engine.engine import Engine
from tremor_tui.errors import ControlError

pytestmark = pytest.mark.anyio
ON_ONE = pytest.mark.parametrize("anyio_backend", ["asyncio"])
PLAN = BenchPlan(flows=(1, 8), rounds=2)
ENDS_WELL, WAITS, ENDS_EARLY, IS_ODD, HAS_ERROR, WARNS, IS_STUBBORN = range(1, 8)


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benching, "CHILD", "tests.engine.fake_bench")


def plan(seed: int) -> BenchPlan:
    return msgspec.structs.replace(PLAN, seed=seed)


async def step_that(plane: Client, fits: Callable[[BenchStep], object]) -> BenchStep:
    """The next step that is told and fits."""
    with anyio.fail_after(15):
        async for pushed in plane.pushed():
            if isinstance(pushed, BenchStep) and fits(pushed):
                return pushed
    raise AssertionError


async def said(plane: Client, words: str) -> Notice:
    """The next sentence that holds some words."""
    with anyio.fail_after(15):
        async for pushed in plane.pushed():
            if isinstance(pushed, Notice) and words in pushed.text:
                return pushed
    raise AssertionError


async def measured(plane: Client, seed: int) -> BenchStep:
    """The last step of a run."""
    await plane.submit(WatchBench())
    await plane.submit(StartBench(plan(seed)))
    return await step_that(plane, lambda step: step.over and step.run.plan.seed == seed)


async def kept(plane: Client) -> BenchesListed:
    found = await plane.submit(ListBenches())
    assert isinstance(found, BenchesListed)
    return found


def pid_of(engine: Engine) -> int:
    assert engine.benching.child is not None
    return engine.benching.child.pid


async def test_a_run_is_told_to_all_who_watch_and_kept(running: Running) -> None:
    async with running(), connect() as one, connect() as other:
        await other.submit(WatchBench())
        last = await measured(one, ENDS_WELL)
        same = await step_that(other, lambda step: step.over)
        await said(one, "kept as")
        listed = await kept(other)
        read = await other.submit(ReadBench(listed.runs[0].name))

    assert last == same
    assert (last.done, last.of, last.error, last.run.finished) == (4, 4, "", True)
    assert [(point.flows, point.done, point.wall.median) for point in last.run.points] == [
        (1, 2, 100.0),
        (8, 2, 200.0),
    ]
    assert len(listed.runs) == 1
    assert (listed.runs[0].points, listed.runs[0].best, listed.runs[0].finished) == (2, 200.0, True)
    assert isinstance(read, BenchRead)
    assert read.run == last.run


@ON_ONE
async def test_who_comes_late_gets_the_run_so_far(running: Running) -> None:
    async with running(), connect() as first, connect() as late:
        await first.submit(WatchBench())
        await first.submit(StartBench(plan(WAITS)))
        so_far = await step_that(first, lambda step: step.done == 1)
        await late.submit(WatchBench())

        assert await step_that(late, lambda step: True) == so_far
        await late.submit(StopBench())


async def test_one_runs_at_a_time_and_a_stop_keeps_what_was_measured(running: Running) -> None:
    async with running(), connect(kind="test") as plane:
        await plane.submit(WatchBench())
        await plane.submit(StartBench(plan(WAITS)))
        await step_that(plane, lambda step: step.done == 1)
        with pytest.raises(ControlError, match="runs already"):
            await plane.submit(StartBench(plan(ENDS_WELL)))
        await plane.submit(StopBench())
        last = await step_that(plane, lambda step: step.over)
        with pytest.raises(ControlError, match="no benchmark runs"):
            await plane.submit(StopBench())
        again = await measured(plane, ENDS_WELL)
        listed = await kept(plane)

    assert last.error == f"stopped by test {os.getpid()} at 1 of 4"
    assert [point.done for point in last.run.points] == [1, 0]
    assert again.run.finished
    assert [(run.finished, run.points) for run in listed.runs] == [(True, 2), (False, 1)]


@pytest.mark.parametrize(
    ("seed", "words"),
    [
        (ENDS_EARLY, "it ended with status"),
        (IS_ODD, "the benchmark said something odd"),
        (HAS_ERROR, "there is no room"),
    ],
)
async def test_why_a_run_has_failed_is_told(running: Running, seed: int, words: str) -> None:
    async with running(), connect() as plane:
        last = await measured(plane, seed)
        after = await measured(plane, ENDS_WELL)

    assert words in last.error
    assert not last.run.finished
    assert after.run.finished


@ON_ONE
async def test_a_plan_that_cannot_be_run_is_refused(running: Running) -> None:
    async with running() as engine, connect() as plane:
        with pytest.raises(ControlError, match="flows are 1 to 512"):
            await plane.submit(StartBench(BenchPlan(flows=(0,))))

        assert engine.benching.step is None


@ON_ONE
async def test_what_it_complains_of_is_logged(running: Running, log: list[str]) -> None:
    async with running(), connect() as plane:
        await measured(plane, WARNS)

    assert "benchmark: a warning" in log


async def test_its_process_ends_with_the_engine(running: Running) -> None:
    async with running() as engine, connect() as plane:
        await plane.submit(WatchBench())
        await plane.submit(StartBench(plan(WAITS)))
        await step_that(plane, lambda step: step.done == 1)
        pid = pid_of(engine)

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_process_that_will_not_end_is_ended(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benching, "GRACE_S", 0.05)
    async with running() as engine, connect() as plane:
        await plane.submit(WatchBench())
        await plane.submit(StartBench(plan(IS_STUBBORN)))
        await step_that(plane, lambda step: step.done == 1)
        pid = pid_of(engine)
        await plane.submit(StopBench())
        await step_that(plane, lambda step: step.over)

        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@ON_ONE
async def test_flows_that_ran_beside_it_are_told(running: Running, folders: Path) -> None:
    async with running(), connect() as plane:
        await plane.submit(Deploy(str(write_flow(folders)), str(folders)))
        last = await measured(plane, ENDS_WELL)

    assert last.run.beside == "flow one of this engine, 7 events/s"


@ON_ONE
async def test_who_may_only_look_sees_a_run_and_starts_none(running: Running) -> None:
    async with running(), connect() as plane, connect(read_only=True) as guest:
        for refused in (StartBench(PLAN), StopBench()):
            with pytest.raises(ControlError, match="may only look"):
                await guest.submit(refused)
        await guest.submit(WatchBench())
        await plane.submit(StartBench(plan(ENDS_WELL)))

        assert (await step_that(guest, lambda step: step.over)).run.finished


@ON_ONE
async def test_nobody_is_told_who_watches_no_more(running: Running) -> None:
    async def nobody() -> bool:
        return not engine.benching.watching

    async with running() as engine:
        async with connect() as plane:
            await plane.submit(WatchBench())
            await plane.submit(WatchBench(on=False))
            assert await nobody()
            await plane.submit(WatchBench())
            assert not await nobody()

        await wait_until(nobody)


@ON_ONE
async def test_a_name_that_is_not_in_the_list_is_refused(running: Running) -> None:
    async with running(), connect() as plane:
        for name in ("../letters", "none", "", "A" * 99):
            with pytest.raises(ControlError, match="no run of the benchmark is kept"):
                await plane.submit(ReadBench(name))


def test_a_damaged_file_is_named_and_the_others_are_listed() -> None:
    name = kept_runs.keep(BenchRun(PLAN, began_ns=1))
    Path(benches_dir(), "odd.json").write_text("{")

    listed = kept_runs.list_kept()

    assert [run.name for run in listed.runs] == [name]
    assert listed.damaged == ("odd.json",)
    with pytest.raises(ControlError, match="cannot be read"):
        kept_runs.read_kept("odd")


def test_runs_of_the_same_second_have_names_of_their_own() -> None:
    names = [kept_runs.keep(BenchRun(PLAN, began_ns=1)) for _ in range(3)]

    assert len(set(names)) == 3
    assert decode_run(Path(benches_dir(), f"{names[0]}.json").read_bytes()).began_ns == 1


def test_of_kept_runs_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_runs, "MOST_KEPT", 2)

    names = [kept_runs.keep(BenchRun(PLAN, began_ns=day * 86_400 * 10**9)) for day in (1, 2, 3)]

    assert [run.name for run in kept_runs.list_kept().runs] == [names[2], names[1]]
