"""An engine does what it is asked for over its socket.

Long because the orders share one way to start an engine and to deploy, and the flows that they are for.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import pytest

from tests.engine.conftest import Running
from tests.engine.texts import flow, write_flow
from tremor_tui.control.client import Client, connect
from tremor_tui.control.commands import (
    Apply,
    Deploy,
    Diagnose,
    Keep,
    ListFiles,
    OpenTap,
    PauseFlow,
    Preview,
    Shutdown,
    Snapshot,
    StopFlow,
    Watch,
)
from tremor_tui.control.snapshots import (
    Applied,
    Diagnosed,
    EngineSnapshot,
    FlowFiles,
    Notice,
    Previewed,
    Stopped,
    TapOpened,
    TapSamples,
)
from tremor_tui.engine.engine import Engine
from tremor_tui.errors import ControlError, EngineLost

pytestmark = pytest.mark.anyio


def deploy(path: Path, **options: object) -> Deploy:
    return Deploy(str(path), str(path.parent), **options)  # type: ignore[arg-type]


async def snapshot(plane: Client) -> EngineSnapshot:
    answer = await plane.submit(Snapshot())
    assert isinstance(answer, EngineSnapshot)
    return answer


async def wait_until(condition: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(10):
        while not await condition():  # noqa: ASYNC110 - the other end is another process
            await anyio.sleep(0.01)


async def test_a_deployed_flow_runs_and_is_in_the_picture(running: Running, folders: Path) -> None:
    path = write_flow(folders)
    async with running(), connect() as plane:
        await plane.submit(deploy(path))

        picture = await snapshot(plane)

    (seen,) = picture.flows
    assert (seen.alias, seen.state, seen.file, seen.in_s) == ("one", "running", str(path), 7.0)


async def test_flows_are_placed_on_the_executors_in_turn(running: Running, folders: Path) -> None:
    async with running(executors=2), connect() as plane:
        for alias in ("a", "b", "c"):
            await plane.submit(deploy(write_flow(folders, alias)))

        picture = await snapshot(plane)

    assert [(f.alias, f.executor) for f in picture.flows] == [("a", 0), ("b", 1), ("c", 0)]


async def test_a_flow_that_runs_is_not_deployed_again_unless_it_is_to_be_replaced(
    running: Running, folders: Path
) -> None:
    path = write_flow(folders)
    async with running(), connect() as plane:
        await plane.submit(deploy(path))

        with pytest.raises(ControlError, match="runs already") as caught:
            await plane.submit(deploy(path))
        await plane.submit(deploy(path, replace=True))

        assert "stop one" in caught.value.hint
        assert len((await snapshot(plane)).flows) == 1


async def test_a_file_that_does_not_compile_is_refused_with_its_place(
    running: Running, folders: Path
) -> None:
    path = write_flow(folders, script="let = 1")
    async with running(), connect() as plane:
        with pytest.raises(ControlError) as caught:
            await plane.submit(deploy(path))

        assert (await snapshot(plane)).flows == ()
    (found,) = caught.value.diagnostics
    assert found.span is not None
    assert (found.span.file, found.span.line) == ("one.troy", 10)


@pytest.mark.parametrize("kind", ["missing", "binary", "a folder", "empty"])
async def test_a_file_that_cannot_be_deployed_is_refused(running: Running, folders: Path, kind: str) -> None:
    path = folders / "bad.troy"
    if kind == "binary":
        path.write_bytes(b"\xff\xfe\x00")
    if kind == "a folder":
        path.mkdir()
    if kind == "empty":
        path.write_text("")
    async with running(), connect() as plane:
        with pytest.raises(ControlError):
            await plane.submit(deploy(path))


async def test_of_several_flows_none_stays_where_one_cannot_start(running: Running, folders: Path) -> None:
    path = folders / "both.troy"
    path.write_text(flow("fine") + flow("refuse"))
    async with running(), connect() as plane:
        with pytest.raises(ControlError, match="it will not start"):
            await plane.submit(deploy(path))

        assert (await snapshot(plane)).flows == ()


async def test_stopping_a_flow_answers_how_it_went(running: Running, folders: Path) -> None:
    async with running(), connect() as plane:
        await plane.submit(deploy(write_flow(folders)))

        assert await plane.submit(StopFlow("one")) == Stopped("one")
        assert (await snapshot(plane)).flows == ()
        with pytest.raises(ControlError, match="no flow called `one`"):
            await plane.submit(PauseFlow("one"))


async def test_the_files_of_a_flow_are_its_own_and_its_modules(running: Running, folders: Path) -> None:
    (folders / "mine.tremor").write_text("const TWO = 2;")
    path = write_flow(folders, script="use mine;\nmine::TWO")
    async with running(), connect() as plane:
        await plane.submit(deploy(path))

        listed = await plane.submit(ListFiles("one"))

    assert isinstance(listed, FlowFiles)
    assert [(f.name, f.writable) for f in listed.files] == [("one.troy", True), ("mine.tremor", True)]
    assert listed.files[1].text == "const TWO = 2;"


async def test_an_apply_swaps_the_pipelines_that_changed(running: Running, folders: Path) -> None:
    path = write_flow(folders)
    async with running(), connect() as plane:
        await plane.submit(deploy(path))

        applied = await plane.submit(Apply("one", {str(path): flow(script="event + 1")}))

        assert isinstance(applied, Applied)
        (receipt,) = applied.receipts
        assert (receipt.flow, receipt.version, receipt.pipelines) == ("one", 2, ("main",))
        (seen,) = (await snapshot(plane)).flows
        assert (seen.version, seen.last_apply) == (2, receipt)


async def test_an_apply_that_changes_nothing_has_no_receipt(running: Running, folders: Path) -> None:
    path = write_flow(folders)
    async with running(), connect() as plane:
        await plane.submit(deploy(path))

        applied = await plane.submit(Apply("one", {str(path): flow() + "\n# the end\n"}))

    assert isinstance(applied, Applied)
    assert applied.receipts == ()


@pytest.mark.parametrize(
    "text",
    [
        flow(extra="create pipeline two from main; connect /connector/tick to /pipeline/two;"),
        flow(extra="connect /connector/tick/err to /pipeline/main;"),
        flow().replace("10000000", "20000000"),
    ],
)
async def test_an_apply_changes_the_shape_of_a_flow(running: Running, folders: Path, text: str) -> None:
    path = write_flow(folders)
    async with running(), connect() as plane:
        await plane.submit(deploy(path))

        applied = await plane.submit(Apply("one", {str(path): text}))

        assert isinstance(applied, Applied)
        assert [receipt.version for receipt in applied.receipts] == [2]
        assert (await snapshot(plane)).flows[0].version == 2


async def test_an_apply_of_a_file_without_the_flow_is_refused_in_words(
    running: Running, folders: Path
) -> None:
    path = write_flow(folders)
    async with running(), connect() as plane:
        await plane.submit(deploy(path))

        with pytest.raises(ControlError, match="no longer deploys `one`"):
            await plane.submit(Apply("one", {str(path): flow("other")}))

        assert (await snapshot(plane)).flows[0].version == 1


async def test_an_apply_names_other_flows_of_the_file_and_starts_them_if_told_so(
    running: Running, folders: Path
) -> None:
    path = write_flow(folders)
    two = {str(path): flow() + flow("two")}
    async with running(), connect() as plane:
        await plane.submit(deploy(path))

        told = await plane.submit(Apply("one", two))
        started = await plane.submit(Apply("one", two, start_others=True))
        aliases = [one.alias for one in (await snapshot(plane)).flows]

    assert isinstance(told, Applied)
    assert isinstance(started, Applied)
    assert told.text.endswith("`two` of the same file does not run; to start it too: apply with --others")
    assert started.text.endswith("`two` runs too")
    assert aliases == ["one", "two"]


async def test_diagnosing_a_draft_finds_faults_and_runs_nothing(running: Running, folders: Path) -> None:
    path = write_flow(folders)
    draft = {str(path): flow(script="let = 1")}
    async with running(), connect() as plane:
        bad = await plane.submit(Diagnose(str(path), str(folders), texts=draft))
        good = await plane.submit(Diagnose(str(path), str(folders)))

        assert (await snapshot(plane)).flows == ()
    assert isinstance(bad, Diagnosed)
    assert [d.span.line for d in bad.diagnostics if d.span] == [10]
    assert good == Diagnosed()


async def test_a_preview_runs_a_draft_on_samples(running: Running) -> None:
    async with running(), connect() as plane:
        answer = await plane.submit(Preview(('{"a": 1}', "2", "no"), 'emit event.a => "big"'))

    assert isinstance(answer, Previewed)
    first, second, third = answer.results
    assert (first.port, first.value) == ("big", "1")
    assert second.error
    assert second.line == 1
    assert "not JSON" in third.error


async def test_a_preview_of_a_node_runs_the_draft_and_what_runs_side_by_side(
    running: Running, folders: Path
) -> None:
    path = write_flow(folders, script="event.a")
    draft = {str(path): flow(script='emit $b + event.a => "big"')}
    samples, metas = ('{"a": 1}', "2"), ('{"b": 4}', "")
    async with running(), connect() as plane:
        await plane.submit(deploy(path))

        def ask(texts: dict[str, str], metas: tuple[str, ...] = ()) -> Preview:
            return Preview(samples, metas=metas, texts=texts, flow="one", pipeline="main", node="work")

        seen = await plane.submit(ask(draft, metas))
        bad = await plane.submit(ask({str(path): flow(script="let =")}))
        gone = await plane.submit(ask({str(path): flow().replace("work", "toil")}))

    assert isinstance(seen, Previewed)
    assert seen.diagnostics == ()
    assert [(r.port, r.value) for r in seen.results] == [("big", "5"), ("err", "")]
    assert [(r.port, r.value) for r in seen.running] == [("out", "1"), ("err", "")]
    assert all(result.run_ns for result in seen.results)
    assert isinstance(bad, Previewed)
    assert bad.results == ()
    assert bad.diagnostics[0].span is not None
    assert isinstance(gone, Previewed)
    assert "no script called `work`" in gone.diagnostics[0].message


async def test_the_time_of_a_preview_is_limited_for_each_sample(running: Running) -> None:
    text = "let a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]; for a of case (i, e) => for a of case (j, f) => "
    text += "for a of case (k, g) => for a of case (l, h) => h end end end end; event"
    async with running(), connect() as plane:
        answer = await plane.submit(Preview(("1",) * 200, text, limit_ms=30))

    assert isinstance(answer, Previewed)
    assert sum(result.run_ns for result in answer.results) > 30_000_000
    assert [result.value for result in answer.results] == ["1"] * 200


async def test_a_draft_that_runs_away_is_ended_and_keeps_its_first_results(running: Running) -> None:
    loops = "case (a, b) => for event of " * 9
    text = f"match event of case %[] => for event of {loops} case (c, d) => 1 " + "end " * 10
    text += " case _ => 1 end"
    async with running(), connect() as plane:
        answer = await plane.submit(Preview(("1", str(list(range(20))), "2"), text, limit_ms=50))

    assert isinstance(answer, Previewed)
    assert answer.diagnostics == ()
    assert [r.value for r in answer.results] == ["1", "", ""]
    assert "did not end within 50 ms" in answer.results[1].error


async def test_samples_of_a_tap_reach_the_client_that_opened_it(running: Running, folders: Path) -> None:
    async with running(), connect() as plane, connect() as other:
        await plane.submit(deploy(write_flow(folders)))

        opened = await plane.submit(OpenTap("one:connector/tick/out>pipeline/main/in"))

        assert isinstance(opened, TapOpened)
        with anyio.fail_after(5):
            tapped = await first_samples(plane)
        assert (tapped.tap, tapped.samples[0].value) == (opened.tap, "42")
        with anyio.move_on_after(0.05):
            async for pushed in other.pushed():
                assert not isinstance(pushed, TapSamples)


async def first_samples(plane: Client) -> TapSamples:
    async for pushed in plane.pushed():
        if isinstance(pushed, TapSamples):
            return pushed
    raise AssertionError("the engine pushes until it is lost")


async def test_a_watching_client_gets_pictures_until_it_asks_for_none(
    running: Running, folders: Path
) -> None:
    async with running(), connect() as plane:
        await plane.submit(deploy(write_flow(folders)))
        await plane.submit(Watch(50, tasks=False))
        seen = 0
        with anyio.fail_after(5):
            async for pushed in plane.pushed():
                if isinstance(pushed, EngineSnapshot) and pushed.flows:
                    assert pushed.tasks == ()
                    seen += 1
                    if seen == 3:
                        break

        await plane.submit(Watch(0))
        await plane.submit(Snapshot())  # whatever was under way is there now
        plane._line.clear()
        with anyio.move_on_after(0.1) as quiet:
            async for pushed in plane.pushed():
                raise AssertionError(pushed)
    assert quiet.cancelled_caught


async def test_a_killed_executor_is_started_again_and_its_flows_begin_anew(
    running: Running, folders: Path
) -> None:
    async with running(), connect() as plane:
        await plane.submit(deploy(write_flow(folders)))
        before = (await snapshot(plane)).executors[0]

        os.kill(before.pid, signal.SIGKILL)

        async def again() -> bool:
            picture = await snapshot(plane)
            return picture.flows[0].state == "running" and picture.executors[0].pid not in (0, before.pid)

        await wait_until(again)
        picture = await snapshot(plane)
        assert picture.flows[0].note == "began anew after executor 0 ended"
        assert picture.executors[0].restarts == 1
        assert [warned.kind for warned in picture.warnings] == ["executor"]
        texts = [line.text for line in plane._line if isinstance(line, Notice)]
        assert any("killed by signal 9" in text for text in texts)
        assert any("began anew" in text for text in texts)


async def test_a_flow_begins_anew_with_the_texts_that_were_applied(running: Running, folders: Path) -> None:
    path = write_flow(folders)
    async with running() as engine, connect() as plane:
        await plane.submit(deploy(path))
        await plane.submit(Apply("one", {str(path): flow(script="event + 1")}, accept=True))
        os.kill((await snapshot(plane)).executors[0].pid, signal.SIGKILL)

        async def again() -> bool:
            return (await snapshot(plane)).flows[0].note.startswith("began anew")

        await wait_until(again)

        assert "event + 1" in engine.flows.get("one").source.texts[str(path)]
        assert (await snapshot(plane)).flows[0].version == 2


async def test_an_executor_that_crashes_five_times_is_left_and_its_flow_failed(
    running: Running, folders: Path
) -> None:
    path = write_flow(folders)
    async with running() as engine, connect() as plane:
        await plane.submit(deploy(path))
        for crash in range(1, 6):
            await kill_executor(engine)

            async def crashed(crash: int = crash) -> bool:
                executor = engine.executors[0]
                return executor.restarts == crash and executor.state in ("running", "failed")

            await wait_until(crashed)

        picture = await snapshot(plane)
        assert picture.executors[0].state == "failed"
        assert picture.flows[0].state == "failed"
        assert "killed by signal 9" in picture.flows[0].error

        # deploying it anew is another chance
        await plane.submit(deploy(path))
        picture = await snapshot(plane)
        assert (picture.flows[0].state, picture.executors[0].state) == ("running", "running")


async def kill_executor(engine: Engine) -> None:
    with anyio.fail_after(10):
        while not engine.executors[0].pid:  # noqa: ASYNC110 - the other end is another process
            await anyio.sleep(0.01)
    os.kill(engine.executors[0].pid, signal.SIGKILL)


async def test_a_flow_that_crashes_its_executor_at_start_is_an_error_of_its_deploy(
    running: Running, folders: Path
) -> None:
    async with running(), connect() as plane:
        with pytest.raises(ControlError, match="executor 0 ended"):
            await plane.submit(deploy(write_flow(folders, "crash")))

        await plane.submit(deploy(write_flow(folders, "fine")))
        assert [f.alias for f in (await snapshot(plane)).flows] == ["fine"]


async def test_an_engine_that_is_not_kept_ends_after_its_last_client(
    running: Running, log: list[str]
) -> None:
    async with running(linger_s=0.05) as engine:
        async with connect():
            pass
        with anyio.fail_after(5):
            await engine._ending.wait()

    assert "no client for 0.05 s" in log


async def test_an_engine_stays_while_a_client_is_there(running: Running) -> None:
    async with running(linger_s=0.3) as engine, connect() as plane:
        await anyio.sleep(0.5)

        assert not engine.is_ending
        assert (await snapshot(plane)).clients == 1


async def test_a_kept_engine_goes_on_without_clients(running: Running) -> None:
    async with running(linger_s=0.3) as engine:
        async with connect() as plane:
            await plane.submit(Keep())
        await anyio.sleep(0.5)

        assert not engine.is_ending


async def test_shutting_down_ends_the_connections(running: Running) -> None:
    async with running(), connect() as plane:
        await plane.submit(Shutdown())

        with anyio.fail_after(10):
            await plane.wait_ended()
        with pytest.raises(EngineLost):
            await plane.submit(Snapshot())


async def test_a_compiler_that_hangs_is_ended_and_started_again(
    running: Running, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tremor_tui.engine.compiling import service

    path = write_flow(folders)
    monkeypatch.setattr(service, "CHILD", "tests.engine.hanging_compiler")
    async with running(compile_s=0.1), connect() as plane:
        with pytest.raises(ControlError, match="compiling took longer than"):
            await plane.submit(Diagnose(str(path), str(folders)))
        assert await snapshot(plane)
