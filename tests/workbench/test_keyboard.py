from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from tests.workbench.conftest import Opened
from tremor_tui.testing.fake_plane import FakePlane

pytestmark = pytest.mark.anyio


async def test_keys_that_are_read_at_once_act_one_after_the_other(opened: Opened, tmp_path: Path) -> None:
    async with opened(FakePlane(base=str(tmp_path), deployed=False), engine="") as bench:
        keys = ("7", *"amet", "enter", *"ascr", "enter", *"acon", "enter")

        for key in keys:
            bench.app.post_message(events.Key(key, key if len(key) == 1 else None))

        await bench.until(lambda: bench.store.drawn_node("connector/console"))
        outline = bench.store.outline
        assert outline is not None
        assert len(outline.graph.nodes) == 3
        assert len(outline.graph.edges) == 2


async def test_a_key_does_not_wait_for_a_dialog_that_is_gone(opened: Opened) -> None:
    async with opened() as bench:
        await bench.until(lambda: bench.store.node)

        for key in ("question_mark", "escape", "2", "1", "v"):
            bench.app.post_message(events.Key(key, None))

        await bench.until(lambda: bench.store.edge)
        assert bench.app.place_now == "flow"
