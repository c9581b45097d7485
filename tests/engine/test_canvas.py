"""The requests of a canvas to a running engine; they change nothing that runs, and no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.conftest import Running
from tests.engine.texts import write_flow
from tremor_tui.control.client import connect
from tremor_tui.control.commands import Snapshot
from tremor_tui.control.editing import (
    AddNode,
    Edit,
    Edited,
    Kinds,
    KindsListed,
    Outline,
    Outlined,
    Rename,
    applied,
)
from tremor_tui.control.snapshots import EngineSnapshot
from tremor_tui.errors import ControlError

pytestmark = pytest.mark.anyio


async def test_a_client_that_may_only_look_asks_for_kinds_pictures_and_edits(
    running: Running, folders: Path
) -> None:
    path = write_flow(folders)
    before = path.read_text()
    async with running(), connect(read_only=True) as plane:
        kinds = await plane.submit(Kinds())
        drawn = await plane.submit(Outline(str(path), str(folders)))
        step = AddNode("connector", "file", after="pipeline/main", port="err")
        edited = await plane.submit(Edit(str(path), str(folders), (step,)))
        picture = await plane.submit(Snapshot())

    assert isinstance(kinds, KindsListed)
    assert "metronome" in [kind.name for kind in kinds.kinds]
    assert isinstance(drawn, Outlined)
    assert [node.id for node in drawn.flows[0].graph.nodes] == [
        "connector/tick", "connector/nowhere", "pipeline/main"
    ]  # fmt: skip
    assert isinstance(edited, Edited)
    assert applied(before, edited.changes) == edited.texts[str(path)]
    assert path.read_text() == before
    assert isinstance(picture, EngineSnapshot)
    assert picture.flows == ()


async def test_an_edit_that_cannot_be_made_is_refused_with_a_hint(running: Running, folders: Path) -> None:
    path = write_flow(folders)
    async with running(), connect() as plane:
        with pytest.raises(ControlError, match="the flow has no node `pipeline/mian`") as caught:
            await plane.submit(Edit(str(path), str(folders), (Rename("pipeline/mian", "b"),)))
        with pytest.raises(ControlError, match="not an absolute path"):
            await plane.submit(Outline("a.troy", str(folders)))
        with pytest.raises(ControlError, match=r"no \.troy file"):
            await plane.submit(Outline(str(folders / "a.trickle"), str(folders)))

    assert caught.value.hint == "did you mean `pipeline/main`?"
