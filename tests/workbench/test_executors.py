"""Executors on the Tasks screen: their load and flows, what was decided, and moves on demand."""

from __future__ import annotations

import msgspec
import pytest

from tests.workbench.conftest import SIZES, Opened
from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import Done, EngineSnapshot, ExecutorSnapshot, Moved, Placement
from tremor_tui.errors import ControlError
from tremor_tui.testing.fake_plane import START_NS, FakePlane

pytestmark = pytest.mark.anyio
MOVED = "moved load2 from executor 0 (98% for 5 s) to 1 (3%)"


class SpreadPlane(FakePlane):
    """An engine with three executors that has moved a flow, or cannot."""

    waits = ""

    def picture(self) -> EngineSnapshot:
        found = super().picture()
        executors = (
            *(msgspec.structs.replace(one, cpu=0.98) for one in found.executors),
            ExecutorSnapshot(1, 4713, "running", 0.03, 58_000_000),
            ExecutorSnapshot(2, 0, "waiting"),
        )
        more = msgspec.structs.replace(found.flows[0], alias="load2", executor=1)
        moved = Moved(self.now - 10**9, "load2", 0, 1, MOVED, 14_000_000)
        stays = {"live": "its source `replay` (stdio) cannot be handed over"}
        placement = Placement((moved,), self.waits, stays, "uvloop")
        return msgspec.structs.replace(
            found, executors=executors, flows=(*found.flows, more), placement=placement
        )

    def _answer(self, request: do.Request) -> object:  # type: ignore[override]
        if isinstance(request, do.MoveFlow):
            return Done(f"moved {request.flow} from executor 0 to {request.executor} on request")
        return super()._answer(request)


class StuckPlane(SpreadPlane):
    """Nothing moves, and it says why."""

    waits = "executor 0 is at 98% and 1 at 3%, but live stays: it is alone there"


@pytest.mark.parametrize("size", SIZES)
async def test_executors_show_load_flows_and_the_last_move_in_one_line(
    opened: Opened, size: tuple[int, int]
) -> None:
    async with opened(SpreadPlane(live=True), size=size) as bench:
        await bench.press("2")
        await bench.sees("executors")
        line = next(line for line in bench.lines() if " executors " in line)
        for part in ("0  98% live", "1   3% load2", "2 no flow yet", "X lists"):
            assert part in line
        assert ("moved load2 from executor 0" in line) == (size[0] >= 100)


async def test_why_nothing_moves_comes_before_what_was_moved(opened: Opened) -> None:
    async with opened(StuckPlane(live=True), size=(160, 40)) as bench:
        await bench.press("2")
        await bench.sees("but live stays: it is alone there")


async def test_one_executor_needs_no_line(opened: Opened) -> None:
    async with opened() as bench:
        await bench.press("2")
        await bench.sees("Busy%")
        assert " executors " not in bench.text


async def test_the_list_tells_moves_with_times_and_why_flows_stay(opened: Opened) -> None:
    async with opened(SpreadPlane(live=True), size=(120, 36)) as bench:
        await bench.press("2", "X")
        await bench.sees("Executors")
        assert f"{MOVED}; it stood still for 14 ms" in bench.text
        assert "live is not moved by itself: its source `replay` (stdio) cannot be handed over" in bench.text
        assert "executor 2: begins with the first flow that is placed on it" in bench.text
        assert "They run on uvloop." in bench.text


async def test_a_flow_is_moved_to_the_executor_that_is_chosen(opened: Opened) -> None:
    plane = SpreadPlane(live=True)
    async with opened(plane) as bench:
        await bench.press("2", "m")
        await bench.sees("Move live from executor 0 to")
        assert "3% of a core, 1 flow" in bench.text
        assert "runs no flow yet" in bench.text
        await bench.press("down", "enter")
        await bench.sees("moved live from executor 0 to 2 on request")
        assert do.MoveFlow("live", 2) in plane.asked


async def test_a_flow_that_cannot_be_handed_over_is_begun_anew_only_after_a_question(opened: Opened) -> None:
    def refuse(request: do.Request) -> ControlError | None:
        if isinstance(request, do.MoveFlow) and not request.anyway:
            return ControlError("flow `live` stays: its source `replay` (stdio) cannot be handed over")
        return None

    plane = SpreadPlane(live=True, refuse=refuse)
    async with opened(plane) as bench:
        await bench.press("2", "m", "enter")
        await bench.sees("It cannot be handed over")
        await bench.press("enter")
        assert do.MoveFlow("live", 1, anyway=True) not in plane.asked
        await bench.press("m", "enter")
        await bench.sees("drain it and begin it anew there")
        await bench.press("down", "enter")
        await bench.sees("moved live from executor 0 to 1 on request")
        assert do.MoveFlow("live", 1, anyway=True) in plane.asked


async def test_a_move_is_a_mark_of_history() -> None:
    from tremor_tui.control.marks import changes

    before = FakePlane().picture()
    moved = Moved(START_NS, "live", 0, 1, MOVED)
    after = msgspec.structs.replace(before, placement=Placement((moved,)))
    assert [(one.text, one.flow) for one in changes(before, after)] == [(MOVED, "live")]
    assert not changes(after, after)
