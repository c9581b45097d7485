"""Several clients of one engine: what one does is told to the others; who may only look changes nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args

import anyio
import msgspec
import pytest

from tests.engine.conftest import Running
from tests.engine.texts import flow, write_flow
from tremor_tui.control.client import Client, connect
from tremor_tui.control.commands import Apply, Command, Deploy, Hello, PauseFlow, Request, StopFlow
from tremor_tui.control.company import Saved
from tremor_tui.control.snapshots import Notice
from tremor_tui.errors import ControlError

pytestmark = pytest.mark.anyio
CHANGES = {
    "Deploy", "Apply", "StopFlow", "PauseFlow", "Keep", "Shutdown", "Saved", "SetBreak", "StepBreak",
    "GoBreak", "ClearBreak", "SetLimits", "SetStatistics", "StartRecording", "StopRecording",
}  # fmt: skip
"""What at least must not be done by who may only look."""


async def told(plane: Client) -> Notice:
    """The next sentence that an engine says of another client."""
    with anyio.fail_after(10):
        async for pushed in plane.pushed():
            if isinstance(pushed, Notice) and pushed.by:
                return pushed
    raise AssertionError


async def test_what_one_client_does_is_told_to_the_others_with_its_author(
    running: Running, folders: Path
) -> None:
    path, me = write_flow(folders), f"workbench {os.getpid()}"
    async with running(), connect(kind="workbench") as author, connect() as other:
        await author.submit(Deploy(str(path), str(folders)))
        said = [await told(other)]
        path.write_text(flow(script='{"n": 1}'))
        await author.submit(Saved((str(path),), "one"))
        said.append(await told(other))
        await author.submit(Apply("one"))
        said.append(await told(other))
        await author.submit(PauseFlow("one"))
        said.append(await told(other))
        await author.submit(StopFlow("one"))
        said.append(await told(other))

    assert [notice.text for notice in said] == [
        f"deployed one by {me}",
        f"one.troy was saved by {me}",
        f"one: v2 was applied by {me}",
        f"one was paused by {me}",
        f"one was stopped by {me}",
    ]
    assert {notice.by for notice in said} == {me}
    assert said[1].files == (str(path),)


async def test_an_author_is_not_told_of_itself(running: Running, folders: Path) -> None:
    path = write_flow(folders)
    async with running(), connect(kind="test") as author, connect(kind="workbench") as other:
        await author.submit(Deploy(str(path), str(folders)))
        await other.submit(PauseFlow("one"))

        assert (await told(author)).by == f"workbench {os.getpid()}"


def filled(kind: type[Command]) -> Any:
    """A request of a kind with values that have the right types, and no sense."""
    fields = msgspec.structs.fields(kind)
    given = {f.name: _value(f.type) for f in fields if f.required}
    return kind(**given)


def _value(kind: object) -> object:
    choices = get_args(kind)
    if kind in (str, int, float, bool, dict):
        return kind()
    if getattr(kind, "__origin__", None) is tuple or kind is tuple:
        return ()
    return choices[0] if choices else {}


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_who_may_only_look_is_refused_every_change(running: Running) -> None:
    kinds = {kind.__name__: kind for kind in get_args(Request) if kind is not Hello}
    async with running() as engine, connect(read_only=True) as plane:
        looks = {kind.__name__ for kind in engine._plane._looking}
        refused = set()
        for name in kinds.keys() - looks:
            with pytest.raises(ControlError, match="may only look"):
                await plane.submit(filled(kinds[name]))
            refused.add(name)

    assert refused >= CHANGES & kinds.keys()
