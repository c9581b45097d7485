"""Dead letters in real processes: from the failure to the one arrival, also when a process is killed."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path

import anyio
import pytest

from tests.engine.test_real import deploy, engine, snapshot, wait_until
from tremor_tui.control.client import Client, connect
from tremor_tui.control.commands import Apply, Deploy
from tremor_tui.control.letters import (
    DiscardLetters,
    ExportLetters,
    GetLetter,
    Letter,
    LetterFilter,
    Letters,
    LettersExported,
    LetterShown,
    ListLetters,
    Rehearsed,
    Replayed,
    ReplayLetters,
)
from tremor_tui.errors import ControlError, EngineLost

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(90)]
COUNT = 1000
BROKEN = "event.cust.name"
FIXED = '{"n": event.n}'


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # the processes have loops of their own; one is enough


def text(script: str) -> str:
    return f"""define flow main
flow
  define connector tick from metronome with config = {{"interval": 10000000}} end;
  define connector lines from file
  with codec = "json", preprocessors = ["separate"], config = {{"path": "in", "mode": "read"}} end;
  define connector out from file
  with codec = "json", postprocessors = ["separate"], config = {{"path": "out", "mode": "append"}} end;
  define pipeline p
  pipeline
    define script check
    script
      {script}
    end;
    create script check;
    select event from in where present event.n into check;
    select event from check into out;
  end;
  create connector tick;
  create connector lines;
  create connector out;
  create pipeline p;
  connect /connector/tick to /pipeline/p;
  connect /connector/lines to /pipeline/p;
  connect /pipeline/p to /connector/out;
end;
deploy flow main;
"""


async def ask(plane: Client, flow: str = "main", **which: object) -> Letters:
    answer = await plane.submit(ListLetters(LetterFilter(flow=flow, **which)))  # type: ignore[arg-type]
    assert isinstance(answer, Letters)
    return answer


async def failed(plane: Client, folder: Path, count: int = COUNT) -> Path:
    """A flow in which so many events have failed."""
    path = folder / "main.troy"
    path.write_text(text(BROKEN))
    (folder / "in").write_text("".join(f'{{"n":{n}}}\n' for n in range(count)))
    await deploy(plane, path)

    async def come() -> bool:
        return (await ask(plane)).count.open == count

    await wait_until(come)
    return path


def arrived(folder: Path) -> Counter[int]:
    lines = (folder / "out").read_text().splitlines() if (folder / "out").exists() else []
    return Counter(json.loads(line)["n"] for line in lines)


async def replay(plane: Client, replies: list[Replayed], **which: object) -> None:
    request = ReplayLetters(which=LetterFilter(flow="main", open=True, **which))  # type: ignore[arg-type]
    answer = await plane.submit(request)
    assert isinstance(answer, Replayed)
    replies.append(answer)


async def test_a_thousand_failures_are_fixed_tried_and_sent_each_once_by_two_clients_at_once(
    folders: Path,
) -> None:
    async with engine() as (_, plane):
        path = await failed(plane, folders)
        listed = await ask(plane)
        shown = await plane.submit(GetLetter(listed.lines[0].id))
        fixed = {str(path): text(FIXED)}
        before = await plane.submit(ReplayLetters(which=LetterFilter(flow="main"), dry_run=True))
        after = await plane.submit(ReplayLetters(which=LetterFilter(flow="main"), dry_run=True, texts=fixed))
        nothing = arrived(folders)
        await plane.submit(Apply("main", fixed))
        replies: list[Replayed] = []
        async with connect("real", kind="test", timeout_s=30.0) as other, anyio.create_task_group() as group:
            group.start_soon(replay, plane, replies)
            group.start_soon(replay, other, replies)

        async def through() -> bool:
            return (await ask(plane, state="replayed")).total == COUNT

        await wait_until(through)
        count = (await snapshot(plane)).flows[0].letters

    assert (listed.total, len(listed.lines), listed.groups[0].count) == (COUNT, 100, COUNT)
    assert isinstance(shown, LetterShown)
    assert json.loads(shown.letter.event) == {"n": COUNT - 1}
    assert (shown.letter.source.strip(), shown.path, shown.now) == (BROKEN, str(path), 1)
    assert isinstance(before, Rehearsed)
    assert before.text.endswith(f"{COUNT} -> err, 0 would be sent")
    assert isinstance(after, Rehearsed)
    assert after.text.endswith(f"{COUNT} -> out, {COUNT} would be sent")
    assert {one.line for one in before.results} == {shown.letter.line}
    assert not nothing
    assert arrived(folders) == Counter(range(COUNT))
    sent = [one for reply in replies for one in (*reply.replayed, *reply.waiting)]
    assert sorted(sent) == sorted(set(sent))
    assert (count.open, count.kept, count.failed) == (0, COUNT, COUNT)


async def test_an_executor_that_is_killed_in_the_middle_doubles_nothing_and_what_is_uncertain_is_said(
    folders: Path,
) -> None:
    async with engine() as (_, plane):
        path = await failed(plane, folders)
        await plane.submit(Apply("main", {str(path): text(FIXED)}, accept=True))
        (folders / "in").write_text("")  # when the flow begins anew its source brings nothing
        pid = (await snapshot(plane)).executors[0].pid
        replies: list[Replayed] = []
        async with anyio.create_task_group() as group:
            group.start_soon(replay, plane, replies)
            with anyio.fail_after(20):
                while len(arrived(folders)) < 100:  # noqa: ASYNC110 - another process writes
                    await anyio.sleep(0.001)
            os.kill(pid, signal.SIGKILL)

        async def again() -> bool:
            flow = (await snapshot(plane)).flows[0]
            return flow.state == "running" and "began anew" in flow.note

        await wait_until(again)
        first = arrived(folders)
        states = {one.id: one for one in await every(plane)}
        uncertain = [one for one in states.values() if one.state == "uncertain"]
        await replay(plane, replies)

        async def through() -> bool:
            counts = [(await ask(plane, state=state)).total for state in ("dead", "sending")]
            return not any(counts)

        await wait_until(through)
        end = {one.id: one for one in await every(plane)}

    assert max(arrived(folders).values()) == 1
    assert sum(one.state == "uncertain" for one in end.values()) == len(uncertain) <= 200
    certain = {json.loads(one.event)["n"] for one in states.values() if one.state == "replayed"}
    assert certain <= set(first)
    sure = {json.loads(one.event)["n"] for one in end.values() if one.state == "replayed"}
    assert sure <= set(arrived(folders))
    assert len(sure) + len(uncertain) == COUNT


async def test_an_engine_that_is_killed_in_the_middle_sends_nothing_twice_when_it_is_back(
    folders: Path,
) -> None:
    async with engine() as (info, plane):
        path = await failed(plane, folders)
        await plane.submit(Apply("main", {str(path): text(FIXED)}, accept=True))
        with suppress(EngineLost):
            async with anyio.create_task_group() as group:
                group.start_soon(lost_replay, plane)
                with anyio.fail_after(20):
                    while len(arrived(folders)) < 100:  # noqa: ASYNC110 - another process writes
                        await anyio.sleep(0.001)
                os.kill(info.pid, signal.SIGKILL)
    (folders / "in").write_text("")
    path.write_text(text(FIXED))
    replies: list[Replayed] = []
    async with engine() as (_, plane):
        states = [one.state for one in await every(plane)]
        await deploy(plane, path)
        await replay(plane, replies)
        end = [one.state for one in await every(plane)]

    assert len(states) == COUNT
    assert set(states) <= {"dead", "replayed", "uncertain"}
    assert end.count("uncertain") == states.count("uncertain") <= 300
    assert end.count("replayed") == COUNT - end.count("uncertain")
    assert max(arrived(folders).values()) == 1
    assert len(arrived(folders)) >= end.count("replayed")


async def lost_replay(plane: Client) -> None:
    with suppress(EngineLost):
        await replay(plane, [])


async def every(plane: Client) -> list[Letter]:
    found: list[Letter] = []
    after, more = 0, True
    while more:
        answer = await plane.submit(ExportLetters(which=LetterFilter(flow="main"), after=after))
        assert isinstance(answer, LettersExported)
        found += answer.letters
        more, after = answer.more, answer.letters[-1].id
    return found


async def test_letters_are_there_after_a_restart_fail_again_are_discarded_and_not_for_who_only_looks(
    folders: Path,
) -> None:
    async with engine() as (_, plane):
        path = await failed(plane, folders, 5)
    (folders / "in").write_text("")
    async with engine() as (_, plane):
        gone = await ask(plane)
        with pytest.raises(ControlError, match="no flow called"):
            await plane.submit(ReplayLetters(ids=(1,)))
        await plane.submit(Deploy(str(path), str(path.parent)))
        replies: list[Replayed] = []
        await replay(plane, replies)
        tries = {one.tries for one in (await ask(plane)).lines}
        async with connect("real", kind="test", read_only=True, timeout_s=30.0) as looking:
            tried = await looking.submit(ReplayLetters(ids=(1,), dry_run=True))
            with pytest.raises(ControlError, match="only look"):
                await looking.submit(ReplayLetters(ids=(1,)))
            with pytest.raises(ControlError, match="only look"):
                await looking.submit(DiscardLetters(ids=(1,)))
        await plane.submit(DiscardLetters(ids=(1, 2)))
        left = await ask(plane, open=True)

    assert gone.count.open == 5
    assert (replies[0].failed, replies[0].text) == ((1, 2, 3, 4, 5), "5 failed again")
    assert tries == {2}
    assert isinstance(tried, Rehearsed)
    assert [one.id for one in left.lines] == [5, 4, 3]
