"""Engines and executors as they are: processes that run flows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio
import psutil
import pytest

from tests.engine.texts import flow, write_flow
from tremor_tui.control.client import Client, connect
from tremor_tui.control.commands import Apply, Deploy, OpenTap, PauseFlow, Shutdown, Snapshot, StopFlow
from tremor_tui.control.launch import EngineInfo, find_engines, start_engine
from tremor_tui.control.places import log_path
from tremor_tui.control.snapshots import Applied, EngineSnapshot, Notice, Stopped, TapSamples
from tremor_tui.errors import ControlError, EngineLost

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(60)]
STALL = """let a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
      let b = for a of case (i, e) => for a of case (j, f) => for a of case (k, g) => for a of
        case (l, h) => for a of case (m, n) => for a of case (o, p) => e + p end end end end end end;
      event"""


@asynccontextmanager
async def engine(name: str = "real", **options: object) -> AsyncIterator[tuple[EngineInfo, Client]]:
    """An engine process and a connection to it; it is gone afterwards."""
    info = await start_engine(name, within_s=30.0, **options)  # type: ignore[arg-type]
    try:
        async with connect(name, kind="test", timeout_s=30.0) as plane:
            yield info, plane
            with suppress(EngineLost):
                await plane.submit(Shutdown(1.0))
                with anyio.fail_after(15):
                    await plane.wait_ended()
    finally:
        with suppress(ProcessLookupError):
            os.kill(info.pid, signal.SIGKILL)
        reap(info.pid)


def reap(pid: int) -> int | None:
    """The exit status of an engine that this process started; None where it was fetched before."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return None


async def snapshot(plane: Client) -> EngineSnapshot:
    answer = await plane.submit(Snapshot())
    assert isinstance(answer, EngineSnapshot)
    return answer


async def wait_until(condition: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(20):
        while not await condition():  # noqa: ASYNC110 - the other end is another process
            await anyio.sleep(0.02)


async def deploy(plane: Client, path: Path) -> None:
    await plane.submit(Deploy(str(path), str(path.parent)))


async def test_a_flow_runs_is_tapped_changed_paused_and_stopped(folders: Path) -> None:
    path = write_flow(folders)
    async with engine() as (_, plane):
        await deploy(plane, path)

        tapped = await first_value(plane, "one:pipeline/main/out>connector/nowhere/in")
        assert "onramp" in tapped or "metronome" in tapped or "ingest_ns" in tapped

        applied = await plane.submit(Apply("one", {str(path): flow(script='{"changed": true}')}))
        assert isinstance(applied, Applied)
        assert applied.receipts[0].version == 2

        async def changed() -> bool:
            return "changed" in await first_value(plane, "one:pipeline/main/out>connector/nowhere/in")

        await wait_until(changed)

        await plane.submit(PauseFlow("one"))
        assert (await snapshot(plane)).flows[0].state == "paused"
        await plane.submit(PauseFlow("one", paused=False))
        assert await plane.submit(StopFlow("one")) == Stopped("one")


async def first_value(plane: Client, edge: str) -> str:
    await plane.submit(OpenTap(edge))
    with anyio.fail_after(10):
        async for pushed in plane.pushed():
            if isinstance(pushed, TapSamples) and pushed.samples:
                return pushed.samples[0].value
    raise AssertionError("the engine pushes until it is lost")


async def test_an_operator_that_is_refused_keeps_the_old_version_running(folders: Path) -> None:
    path = write_flow(folders)
    operator = "define operator x from bucket with unknown = 1 end;\ncreate operator x;"
    async with engine() as (_, plane):
        await deploy(plane, path)

        text = flow().replace("create script work;", f"create script work;\n{operator}")
        with pytest.raises(ControlError) as caught:
            await plane.submit(Apply("one", {str(path): text}))

        assert caught.value.diagnostics
        picture = (await snapshot(plane)).flows[0]
        assert (picture.state, picture.version) == ("running", 1)


async def test_a_version_whose_events_fail_goes_back_and_the_flow_goes_on(folders: Path) -> None:
    path = write_flow(folders)
    before = path.read_text()
    async with engine() as (_, plane):
        await deploy(plane, path)
        path.write_text(flow(script="event.missing"))
        await plane.submit(Apply("one"))

        async def went_back() -> bool:
            receipt = (await snapshot(plane)).flows[0].last_apply
            return bool(receipt and receipt.went_back_from)

        await wait_until(went_back)
        seen = (await snapshot(plane)).flows[0]

        assert seen.version == 1
        assert seen.note.startswith("v2 went back to v1: 100 % of events failed")
        assert path.read_text() == before
        assert "ingest_ns" in await first_value(plane, "one:pipeline/main/out>connector/nowhere/in")


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_shape_whose_events_fail_goes_back_with_all_its_parts(folders: Path) -> None:
    path = write_flow(folders)
    before = path.read_text()
    more = """define connector two from file
    with codec = "json", config = {"path": "two", "mode": "append"} end;
  create connector two; create pipeline more from main;
  connect /connector/tick to /pipeline/more; connect /pipeline/more to /connector/two;"""
    async with engine() as (_, plane):
        await deploy(plane, path)
        tap = "one:pipeline/more/out>connector/two/in"
        path.write_text(flow(extra=more))
        await plane.submit(Apply("one", accept=True))
        assert "ingest_ns" in await first_value(plane, tap)
        path.write_text(before)
        await plane.submit(Apply("one", accept=True))
        with anyio.fail_after(10):
            ended = [p async for p in until_notice(plane, "ended: one has no such edge any more")]
        path.write_text(flow(script="event.missing", extra=more))
        await plane.submit(Apply("one"))

        async def went_back() -> bool:
            receipt = (await snapshot(plane)).flows[0].last_apply
            return bool(receipt and receipt.went_back_from)

        await wait_until(went_back)
        seen = (await snapshot(plane)).flows[0]

        assert ended
        assert seen.version == 3
        assert {node.id for node in seen.graph.nodes} == {
            "connector/tick",
            "connector/nowhere",
            "pipeline/main",
        }
        assert path.read_text() == before
        assert (folders / "two").stat().st_size > 0


async def until_notice(plane: Client, words: str) -> AsyncIterator[str]:
    """The text of the first notice that has these words."""
    async for pushed in plane.pushed():
        if isinstance(pushed, Notice) and words in pushed.text:
            yield pushed.text
            return


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # it takes 10 s, and the client's loop is not at issue
async def test_a_version_that_holds_its_executor_up_goes_back_one_way_or_the_other(folders: Path) -> None:
    path = write_flow(folders)
    before = path.read_text()
    deeper = "case (o, p) => for a of case (q, r) => for a of case (s, t) => e + p end end end"
    async with engine() as (_, plane):
        await deploy(plane, path)
        path.write_text(flow(script=STALL.replace("case (o, p) => e + p end", deeper)))
        with suppress(
            ControlError
        ):  # where its first event comes before the answer, the apply says so itself
            await plane.submit(Apply("one"))

        async def went_back() -> bool:
            flow_of = (await snapshot(plane)).flows[0]
            receipt = flow_of.last_apply
            return bool(receipt and receipt.went_back_from) and flow_of.state == "running"

        await wait_until(went_back)
        seen = (await snapshot(plane)).flows[0]

        assert seen.version == 1
        # Where one event takes long enough the executor is ended, else it obeys between two events.
        ways = ("it held its executor up", "(killed by signal 9) while it was", "ended by it")
        assert any(way in seen.note for way in ways)
        assert path.read_text() == before


async def test_killing_an_executor_restarts_it_and_the_flow_begins_anew(folders: Path) -> None:
    async with engine() as (_, plane):
        await deploy(plane, write_flow(folders))
        before = (await snapshot(plane)).executors[0].pid

        os.kill(before, signal.SIGKILL)

        async def again() -> bool:
            picture = await snapshot(plane)
            began = "began anew" in picture.flows[0].note
            return began and bool(picture.flows[0].events_out) and picture.executors[0].pid != before

        await wait_until(again)
        assert (await snapshot(plane)).flows[0].state == "running"


async def test_killing_the_supervisor_ends_its_executors(folders: Path) -> None:
    async with engine() as (info, plane):
        await deploy(plane, write_flow(folders))
        children = psutil.Process(info.pid).children()
        assert len(children) == 2  # an executor and the compile process

        os.kill(info.pid, signal.SIGKILL)

        async def gone() -> bool:
            return not any(child.is_running() and child.status() != "zombie" for child in children)

        await wait_until(gone)


async def test_an_executor_that_stands_still_ends_with_its_supervisor_too(folders: Path) -> None:
    deeper = "case (o, p) => for a of case (q, r) => for a of case (s, t) => e + p end end end"
    path = write_flow(folders, script=STALL.replace("case (o, p) => e + p end", deeper))
    async with engine() as (info, plane):
        await deploy(plane, path)
        children = psutil.Process(info.pid).children()

        os.kill(info.pid, signal.SIGKILL)

        async def gone() -> bool:
            return not any(child.is_running() and child.status() != "zombie" for child in children)

        await wait_until(gone)


async def test_the_engine_after_a_killed_one_replaces_its_socket(folders: Path) -> None:
    async with engine() as (info, _):
        os.kill(info.pid, signal.SIGKILL)
        reap(info.pid)
        assert await find_engines() == []

        async with engine() as (again, _):
            assert [found.pid for found in await find_engines()] == [again.pid]


async def test_a_second_engine_of_the_name_fails_with_the_reason() -> None:
    async with engine() as (info, _):
        with pytest.raises(ControlError, match="an engine called `real` runs already"):
            await start_engine("real", within_s=30.0)

        assert [found.pid for found in await find_engines()] == [info.pid]


async def test_a_task_that_does_not_yield_is_named_with_its_line_while_it_lasts(folders: Path) -> None:
    path = write_flow(folders, script=STALL)
    async with engine() as (_, plane):
        await deploy(plane, path)

        async def seen() -> bool:
            stalls = [w for w in (await snapshot(plane)).warnings if w.kind == "stall"]
            return any(w.active and w.line for w in stalls)

        await wait_until(seen)
        stall = next(w for w in (await snapshot(plane)).warnings if w.kind == "stall")

    assert (stall.task, stall.flow) == ("one/pipeline/main", "one")
    assert stall.file == "one.troy"
    assert stall.line in (11, 12)


async def test_executors_are_nicer_than_their_supervisor(folders: Path) -> None:
    async with engine() as (info, plane):
        await deploy(plane, write_flow(folders))
        executor = (await snapshot(plane)).executors[0]

        assert os.getpriority(os.PRIO_PROCESS, executor.pid) >= os.getpriority(os.PRIO_PROCESS, info.pid) + 5


async def test_an_idle_engine_uses_next_to_nothing(folders: Path) -> None:
    async with engine() as (info, plane):
        await deploy(plane, write_flow(folders))
        supervisor = psutil.Process(info.pid)
        before = sum(supervisor.cpu_times()[:2])

        await anyio.sleep(3)

        assert sum(supervisor.cpu_times()[:2]) - before < 0.15


async def test_the_log_of_an_engine_tells_what_happened_without_tracebacks(folders: Path) -> None:
    async with engine() as (_, plane):
        await deploy(plane, write_flow(folders))

    text = log_path("real").read_text()
    assert "deployed one from" in text
    assert "drained" in text
    assert "Traceback" not in text
    assert "Exception" not in text


async def test_a_signal_drains_the_engine(folders: Path) -> None:
    async with engine() as (info, plane):
        await deploy(plane, write_flow(folders))

        os.kill(info.pid, signal.SIGTERM)

        with anyio.fail_after(15):
            await plane.wait_ended()
        assert reap(info.pid) == 0


async def test_an_engine_whose_log_cannot_be_written_says_so(folders: Path) -> None:
    log_path("real").mkdir()

    with pytest.raises(ControlError, match="cannot start an engine"):
        await start_engine("real", within_s=10.0)


def test_the_supervisor_loads_no_runtime_and_no_compiler() -> None:
    code = "import sys, json, tremor_tui.engine.__main__; print(json.dumps(list(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)

    rooms = ("runtime", "pipeline", "operators", "codecs", "language", "workbench", "cli")
    assert not [name for name in loaded for room in rooms if name.startswith(f"tremor_tui.{room}")]
    assert not {"textual", "typer", "rich"} & set(loaded)
