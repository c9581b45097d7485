"""`ls`: the engines of this user and the flows they run."""

from __future__ import annotations

import anyio
import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.control.client import connect
from tremor_tui.control.commands import Snapshot
from tremor_tui.control.launch import EngineInfo, find_engines
from tremor_tui.control.snapshots import EngineSnapshot
from tremor_tui.errors import ControlError

HEADER = ("ENGINE", "PID", "FLOW", "STATE", "IN/S", "OUT/S", "ERR/S", "FILE")


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "ls", ls)


def ls() -> int:
    """List your engines and the flows that run on them."""
    return anyio.run(_ls)


async def _ls() -> int:
    rows: list[tuple[str, ...]] = []
    for engine in await find_engines():
        rows += await _rows(engine)
    if rows:
        output.table(HEADER, rows, " r  rrr")
    else:
        output.talk("no engine runs; start one: `tremor-tui server run FILE`")
    return 0


async def _rows(engine: EngineInfo) -> list[tuple[str, ...]]:
    try:
        async with connect(engine.name) as plane:
            picture = await plane.submit(Snapshot())
    except ControlError as error:  # it ended while we looked
        output.talk(f"{engine.name}: {error.message}")
        return []
    assert isinstance(picture, EngineSnapshot)
    head = engine.name, str(engine.pid)
    return [
        (*head, f.alias, f.state, f"{f.in_s:,.0f}", f"{f.out_s:,.0f}", f"{f.err_s:,.0f}", f.file)
        for f in picture.flows
    ] or [(*head, "-", "idle", "", "", "", "")]
