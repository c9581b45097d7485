"""Taps with expressions, breaks and paths through a real engine and its executor."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import anyio
import pytest

from tests.engine.test_real import deploy, engine, snapshot
from tests.engine.texts import write_flow
from tremor_tui.control.client import Client, connect
from tremor_tui.control.events import (
    BreakSet,
    BreakSnapshot,
    ChangeTap,
    ClearBreak,
    GetTrace,
    GoBreak,
    OpenTap,
    SetBreak,
    StepBreak,
    TapOpened,
    TapSamples,
    Traced,
    TraceNext,
)
from tremor_tui.control.snapshots import Notice, Pushed
from tremor_tui.errors import ControlError

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(60)]
EDGE = "one:pipeline/main/out>connector/nowhere/in"


@pytest.fixture
def anyio_backend() -> str:
    """The engine is a process of its own: which loop its client has tells nothing more."""
    return "asyncio"


async def pushed(plane: Client, kind: type[Pushed], **like: object) -> Pushed:
    """The next pushed frame of a kind with these attributes."""
    with anyio.fail_after(20):
        async for frame in plane.pushed():
            if isinstance(frame, kind) and all(getattr(frame, n) == v for n, v in like.items()):
                return frame
    raise AssertionError("the engine pushes until it is lost")


async def test_a_tap_filters_counts_and_is_changed_while_it_is_open(folders: Path) -> None:
    path = write_flow(folders, script='{"n": event.id % 3, "id": event.id}')
    async with engine() as (_, plane):
        await deploy(plane, path)
        with pytest.raises(ControlError) as caught:
            await plane.submit(OpenTap(EDGE, matching="event.n =="))
        assert str(caught.value.diagnostics[0].span).startswith("filter:1:11")
        opened = await plane.submit(OpenTap(EDGE, 100, "event.n == 1", "n", trace=True))
        assert isinstance(opened, TapOpened)

        found: list[TapSamples] = []
        while not found or found[-1].matched_total < 3:
            frame = await pushed(plane, TapSamples)
            assert isinstance(frame, TapSamples)
            found.append(frame)
        assert {json.loads(s.value)["n"] for frame in found for s in frame.samples} == {1}
        last = found[-1]
        assert last.seen_total >= last.looked_total > last.matched_total
        assert last.top is not None
        assert [value.value for value in last.top.values] == ["1"]

        await plane.submit(ChangeTap(opened.tap, 100, "event.n == 2"))
        changed = await pushed(plane, TapSamples, top=None)
        while not changed.samples:  # type: ignore[union-attr]
            changed = await pushed(plane, TapSamples)
        assert {json.loads(s.value)["n"] for s in changed.samples} == {2}  # type: ignore[union-attr]
        with pytest.raises(ControlError):
            await plane.submit(ChangeTap(opened.tap, 100, "event.n =="))


async def test_a_break_holds_steps_goes_and_ends_when_its_client_leaves(folders: Path) -> None:
    path = write_flow(folders, script='{"id": event.id}')
    async with engine() as (_, plane):
        await deploy(plane, path)
        async with connect("real", kind="test") as other:
            asked = SetBreak("one", "connector/nowhere", "event.id % 10 == 5")
            answer = await other.submit(asked)
            assert isinstance(answer, BreakSet)
            held = await pushed(other, BreakSnapshot, state="held")
            first = json.loads(held.events[0].value)["id"]  # type: ignore[union-attr]
            assert first % 10 == 5
            await other.submit(StepBreak(answer.number))
            stepped = await pushed(other, BreakSnapshot, state="held")
            assert json.loads(stepped.events[0].value)["id"] == first + 1  # type: ignore[union-attr]
            picture = await snapshot(plane)
            tasks = {task.id: task for task in picture.tasks}
            assert tasks["one/sink/nowhere"].state == "paused"
            assert "event.id % 10 == 5" in tasks["one/sink/nowhere"].held
            assert picture.flows[0].breaks[0].state == "held"
            with pytest.raises(ControlError, match="another client's"):
                await plane.submit(GoBreak(answer.number))
            with pytest.raises(ControlError, match="has a break already"):
                await plane.submit(asked)
            await other.submit(GoBreak(answer.number))
            again = await pushed(other, BreakSnapshot, state="held")
            assert json.loads(again.events[0].value)["id"] == first + 10  # type: ignore[union-attr]
        notice = await pushed(plane, Notice)
        assert "its client left" in notice.text  # type: ignore[union-attr]
        assert (await snapshot(plane)).flows[0].breaks == ()


async def test_a_client_that_may_only_look_sets_no_break_and_may_tap(folders: Path) -> None:
    path = write_flow(folders)
    async with engine() as (_, plane):
        await deploy(plane, path)
        async with connect("real", kind="test", read_only=True) as other:
            assert isinstance(await other.submit(OpenTap(EDGE, matching="true")), TapOpened)
            for request in (SetBreak("one", "connector/nowhere"), ClearBreak(1)):
                with pytest.raises(ControlError, match="may only look"):
                    await other.submit(request)


async def test_the_next_event_is_followed_and_found_again_by_its_number(folders: Path) -> None:
    path = write_flow(folders)
    async with engine() as (_, plane):
        await deploy(plane, path)
        answer = await plane.submit(TraceNext("one", within_s=10.0))
        assert isinstance(answer, Traced)
        assert answer.trace is not None
        assert answer.trace.hops[0].node.startswith("connector/")
        assert (answer.trace.hops[-1].node, answer.trace.hops[-1].end) == ("connector/nowhere", "written")
        assert await plane.submit(GetTrace("one", answer.trace.number)) == answer
        assert await plane.submit(GetTrace("one", 10**6)) == Traced(None)


async def test_a_break_is_over_when_its_executor_ends(folders: Path) -> None:
    path = write_flow(folders)
    async with engine() as (_, plane):
        await deploy(plane, path)
        await plane.submit(SetBreak("one", "connector/nowhere"))
        await pushed(plane, BreakSnapshot, state="held")
        os.kill((await snapshot(plane)).executors[0].pid, signal.SIGKILL)
        over = await pushed(plane, BreakSnapshot, state="over")
        assert over.note == "its executor ended"  # type: ignore[union-attr]
