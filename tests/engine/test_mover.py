"""Flows that the engine moves by itself, and what it says of that; executors are fakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.conftest import Running
from tests.engine.texts import write_flow
from tremor_tui.control.commands import Deploy
from tremor_tui.engine.engine import Engine
from tremor_tui.engine.placing.rules import Balance, FlowLoad, Load
from tremor_tui.errors import ControlError

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"])]


async def deployed(engine: Engine, folder: Path, *aliases: str) -> None:
    for alias in aliases:
        path = write_flow(folder, alias)
        await engine.flows.deploy(Deploy(str(path), str(folder)))


async def overloaded(engine: Engine, monkeypatch: pytest.MonkeyPatch, *flows: FlowLoad) -> None:
    """Executor 0 is busy with these flows for six seconds while 1 does nothing."""
    mover = engine._mover
    mover.balance = Balance()
    loads = [Load(0, 0.98, flows, len(flows)), Load(1, 0.03)]
    monkeypatch.setattr(engine.flows, "loads", lambda stays: loads)
    for now in (0.0, 6.0):
        monkeypatch.setattr(mover, "_now_s", lambda now=now: now)
        await mover.look()


async def test_flows_go_to_the_executor_with_the_fewest(running: Running, folders: Path) -> None:
    async with running(executors=2) as engine:
        assert [one.state for one in engine.executors] == ["starting", "waiting"]
        await deployed(engine, folders, "one", "two", "three")
        numbers = [engine.flows.get(name).executor.number for name in ("one", "two", "three")]
        assert numbers == [0, 1, 0]


async def test_a_move_is_in_pictures_notes_and_the_log_with_its_reason(
    running: Running, folders: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(executors=2) as engine:
        await deployed(engine, folders, "one", "two", "three")
        await overloaded(engine, monkeypatch, FlowLoad("one", 0.5), FlowLoad("three", 0.4))
        picture = engine.snapshot()
        (moved,) = picture.placement.moves
        reason = "moved one from executor 0 (98% for 6 s) to 1 (3%)"
        assert (moved.flow, moved.source, moved.target, moved.by, moved.text) == (
            "one",
            0,
            1,
            "balance",
            reason,
        )
        flow = next(one for one in picture.flows if one.alias == "one")
        assert (flow.executor, flow.note) == (1, reason.replace("moved one", "moved"))
        assert any(line.startswith(reason) for line in log)


async def test_a_move_that_is_refused_is_logged_and_not_tried_again_at_once(
    running: Running, folders: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(executors=2) as engine:
        await deployed(engine, folders, "stays", "two", "three")
        await overloaded(engine, monkeypatch, FlowLoad("stays", 0.5), FlowLoad("three", 0.4))
        assert engine.flows.get("stays").executor.number == 0
        assert not engine.snapshot().placement.moves
        assert any("stays was not moved" in line and "cannot be handed over" in line for line in log)
        assert "stays" in engine._mover.balance.moved_s


async def test_why_nothing_moves_is_in_pictures(
    running: Running, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(executors=2) as engine:
        await deployed(engine, folders, "one", "two")
        await overloaded(engine, monkeypatch, FlowLoad("one", 0.9))
        assert engine.snapshot().placement.waits == (
            "executor 0 is at 98% and 1 at 3%, but one stays: it is alone there"
        )


async def test_a_flow_that_the_other_executor_refuses_begins_again_where_it_was(
    running: Running, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(executors=2) as engine:
        await deployed(engine, folders, "one")
        target, source = engine.executors[1], engine.executors[0]
        target.revive()
        await target.wait_running()

        async def refuse(order: object) -> None:
            raise ControlError("no room here")

        monkeypatch.setattr(target, "order", refuse)
        with pytest.raises(ControlError, match="no room here"):
            await engine.flows.move("one", target)
        flow = engine.flows.get("one")
        assert flow.executor is source
        assert (flow.carried, flow.moving, flow.failed) == (b"", None, False)


async def test_a_flow_whose_new_executor_died_begins_there_with_what_was_handed_over(
    running: Running, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(executors=2) as engine:
        await deployed(engine, folders, "one")
        flow, target = engine.flows.get("one"), engine.executors[1]
        flow.carried, flow.executor, flow.lost = b"what it held", target, True
        target.revive()
        await target.wait_running()
        seen: list[object] = []

        async def keep(order: object) -> None:
            seen.append(order)

        monkeypatch.setattr(target, "order", keep)
        await engine.flows.begin_anew(target)
        assert [getattr(order, "carried", None) for order in seen] == [b"what it held"]
        assert (flow.lost, flow.carried) == (False, b"")
