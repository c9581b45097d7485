"""Flows that move between the processes of a real engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.engine.test_real import deploy, engine, snapshot, wait_until
from tremor_tui.control.client import Client
from tremor_tui.control.commands import MoveFlow, SetBreak, StopFlow
from tremor_tui.control.snapshots import Done, EngineSnapshot, Stopped
from tremor_tui.errors import ControlError

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(60)]
LINES = 100_000
NUMBERED = """define flow NAME
flow
  define pipeline count
  pipeline
    define script count
    state 0
    script
      let state = state + 1;
      {"n": event.n, "seen": state}
    end;
    create script count;
    select event from in into count;
    select event from count into out;
  end;
  define connector lines from bench
  with codec = "json", config = {"path": "in.jsonl", "interval": 8000} end;
  define connector kept from file
  with codec = "json", postprocessors = ["separate"], config = {"path": "NAME.jsonl", "mode": "write"} end;
  create connector lines;
  create connector kept;
  create pipeline count;
  connect /connector/lines to /pipeline/count;
  connect /pipeline/count to /connector/kept;
end;
deploy flow NAME;
"""


def numbered(folder: Path, *names: str, lines: int = LINES) -> list[Path]:
    """Flows that count the lines of one file, each into its own."""
    (folder / "in.jsonl").write_bytes(b"".join(b'{"n":%d}\n' % n for n in range(lines)))
    paths = [folder / f"{name}.troy" for name in names]
    for path in paths:
        path.write_text(NUMBERED.replace("NAME", path.stem))
    return paths


def where(picture: EngineSnapshot) -> dict[str, int]:
    return {flow.alias: flow.executor for flow in picture.flows}


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_flow_that_is_moved_under_load_loses_and_doubles_nothing(folders: Path) -> None:
    (path,) = numbered(folders, "one")
    async with engine(executors=2) as (_, plane):
        await deploy(plane, path)
        assert [one.state for one in (await snapshot(plane)).executors] == ["running", "waiting"]
        for target in (1, 0, 1):
            answer = await plane.submit(MoveFlow("one", target))
            assert isinstance(answer, Done)
            assert (
                f"moved one from executor {1 - target} to {target} on request; it stood still" in answer.text
            )
            assert where(await snapshot(plane)) == {"one": target}
        moves = (await snapshot(plane)).placement.moves
        assert [(one.source, one.target, one.by) for one in moves] == [
            (0, 1, "request"),
            (1, 0, "request"),
            (0, 1, "request"),
        ]
        stopped = await plane.submit(StopFlow("one"))
        assert isinstance(stopped, Stopped)
        assert stopped.drained
    written = (folders / "one.jsonl").read_bytes().splitlines()
    assert len(written) > 1000
    assert written == [b'{"n":%d,"seen":%d}' % (n % LINES, n + 1) for n in range(len(written))]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_two_flows_run_on_two_executors_and_what_cannot_move_says_why(folders: Path) -> None:
    one, two = numbered(folders, "one", "two", lines=1000)
    beats = folders / "beats.troy"
    text = NUMBERED.replace("NAME", "beats").replace("from bench", "from stdio")
    beats.write_text(re.sub(r', config = {"path": "in.jsonl"[^}]*}', "", text))
    async with engine(executors=2) as (_, plane):
        for path in (one, two, beats):
            await deploy(plane, path)
        picture = await snapshot(plane)
        assert [where(picture)[name] for name in ("one", "two")] == [0, 1]
        placed = where(picture)["beats"]
        with pytest.raises(ControlError, match=r"its source `lines` \(stdio\) cannot be handed over"):
            await plane.submit(MoveFlow("beats", 1 - placed))
        with pytest.raises(ControlError, match="there is no executor 7"):
            await plane.submit(MoveFlow("beats", 7))
        with pytest.raises(ControlError, match=f"is on executor {placed} already"):
            await plane.submit(MoveFlow("beats", placed))
        await plane.submit(MoveFlow("beats", 1 - placed, anyway=True))
        picture = await snapshot(plane)
        assert where(picture)["beats"] == 1 - placed
        assert "stdio" in picture.placement.stays["beats"]
        await plane.submit(SetBreak("beats", "pipeline/count"))
        await wait_until(lambda: sees_break(plane))
        with pytest.raises(ControlError, match="a break is set in it"):
            await plane.submit(MoveFlow("beats", placed))


async def sees_break(plane: Client) -> bool:
    return bool(next(one for one in (await snapshot(plane)).flows if one.alias == "beats").breaks)
