"""What an engine keeps of its past, its limits and its recording, with executors that are stand-ins."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from tests.engine.conftest import Running
from tests.engine.texts import write_flow
from tremor_tui.control import commands as do
from tremor_tui.control.client import Client, connect
from tremor_tui.control.history import HistoryPage, Marked
from tremor_tui.control.limits import Limits
from tremor_tui.control.playing import Play
from tremor_tui.control.recordings.reading import Recording
from tremor_tui.control.snapshots import EngineSnapshot, FlowFiles
from tremor_tui.engine.engine import Engine
from tremor_tui.engine.observing.keeping import limits_path
from tremor_tui.errors import ControlError

pytestmark = pytest.mark.anyio


def look(engine: Engine) -> None:
    """Does what the engine does each second."""
    engine.observing.look(engine.snapshot())


async def kept(engine: Engine, plane: Client) -> HistoryPage:
    """What is kept once there is a flow in it; of each second the first picture is."""
    with anyio.fail_after(5):
        while True:
            page = await plane.submit(do.AskHistory())
            assert isinstance(page, HistoryPage)
            if page.tracks:
                return page
            await anyio.sleep(0.05)
            look(engine)


async def test_figures_and_changes_are_kept_and_pushed_to_who_watches(
    running: Running, folders: Path
) -> None:
    path = write_flow(folders)
    async with running() as engine, connect() as plane:
        await plane.submit(do.Watch(50.0))
        await plane.submit(do.Deploy(str(path), str(folders)))
        look(engine)
        with anyio.fail_after(5):
            async for pushed in plane.pushed():
                if isinstance(pushed, Marked) and pushed.mark.kind == "deploy":
                    break
        page = await kept(engine, plane)

    assert page.seconds >= 1
    assert {track.id for track in page.tracks} >= {"one", "one/pipeline/main"}
    assert [mark.text for mark in page.marks if mark.kind == "deploy"] == ["deploy one from one.troy"]


async def test_a_client_that_may_only_look_reads_the_history_and_changes_nothing(running: Running) -> None:
    async with running(), connect(read_only=True) as plane:
        assert isinstance(await plane.submit(do.AskHistory()), HistoryPage)
        for request in (do.SetLimits(Limits()), do.SetStatistics(False), do.StartRecording("/x")):
            with pytest.raises(ControlError, match="may only look"):
                await plane.submit(request)


async def test_limits_are_kept_and_refused_where_they_make_no_sense(running: Running) -> None:
    async with running() as engine, connect() as plane:
        with pytest.raises(ControlError, match="takes 5 to 60000 ms"):
            await plane.submit(do.SetLimits(Limits(stall_ms=0)))
        await plane.submit(do.SetLimits(Limits(stall_ms=20)))

        assert engine.snapshot().limits.stall_ms == 20
    async with running() as engine:
        assert engine.snapshot().limits.stall_ms == 20
    async with running(stall_ms=50.0) as engine:
        assert engine.snapshot().limits.stall_ms == 50


async def test_a_damaged_file_of_limits_is_logged_and_left_out(running: Running, log: list[str]) -> None:
    limits_path("local").write_text("nonsense")

    async with running() as engine:
        assert engine.snapshot().limits == Limits()

    assert any("are left out" in line for line in log)


async def test_a_recording_holds_pictures_changes_and_texts(running: Running, folders: Path) -> None:
    path, where = write_flow(folders), folders / "rec"
    async with running() as engine, connect() as plane:
        await plane.submit(do.StartRecording(str(where)))
        await plane.submit(do.Deploy(str(path), str(folders)))
        look(engine)
        assert engine.snapshot().recording == str(where)
        with pytest.raises(ControlError, match="records to"):
            await plane.submit(do.StartRecording(str(folders / "other")))
        await plane.submit(do.StopRecording())
        with pytest.raises(ControlError, match="nothing is recorded"):
            await plane.submit(do.StopRecording())

    recording = Recording(where)
    records = [record for index in range(len(recording.members)) for record in recording.read(index)]
    assert recording.damage == ""
    assert [record.flow for record in records if isinstance(record, FlowFiles)] == ["one"]
    assert any(isinstance(record, EngineSnapshot) and record.flows for record in records)
    assert any(isinstance(record, Marked) and record.mark.kind == "deploy" for record in records)


async def test_an_engine_that_ends_ends_its_recording(running: Running, folders: Path) -> None:
    async with running(), connect() as plane:
        await plane.submit(do.StartRecording(str(folders / "rec")))

    assert Recording(folders / "rec").damage == ""


async def test_a_disk_that_is_full_ends_the_recording_and_nothing_else(
    running: Running, folders: Path, monkeypatch: pytest.MonkeyPatch, log: list[str]
) -> None:
    async with running() as engine, connect() as plane:
        await plane.submit(do.StartRecording(str(folders / "rec")))
        writer = engine.observing._writer
        assert writer is not None

        def full(data: bytes) -> None:
            raise ControlError("cannot record to `rec`: No space left on device")

        monkeypatch.setattr(writer, "_write", full)
        look(engine)

        assert engine.snapshot().recording == ""
        assert isinstance(await plane.submit(do.Snapshot()), EngineSnapshot)
    assert any("the recording ended: cannot record" in line for line in log)


async def test_an_engine_plays_nothing(running: Running) -> None:
    async with running(), connect() as plane:
        with pytest.raises(ControlError, match="plays no recording"):
            await plane.submit(Play(paused=True))
