"""`top`: the tasks of an engine, again and again, in plain lines."""

from __future__ import annotations

from typing import Annotated

import anyio
import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.options import Name
from tremor_tui.control.client import connect
from tremor_tui.control.commands import Watch
from tremor_tui.control.launch import running_engine
from tremor_tui.control.snapshots import EngineSnapshot, TaskSnapshot
from tremor_tui.control.spreading import brief_line

HEADER = (
    "TASK",
    "STATE",
    "BUSY",
    "READY",
    "BLOCKED",
    "IDLE",
    "IN/S",
    "OUT/S",
    "ERR/S",
    "FILL",
    "POLLS/S",
    "P99",
)


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "top", top)


def top(
    name: Name = "",
    count: Annotated[int, typer.Option("--count", min=0, metavar="N", help="Pictures; 0: without end.")] = 0,
    interval: Annotated[
        float, typer.Option("--interval", min=0.1, metavar="S", help="Seconds between two.")
    ] = 1.0,
    plain: Annotated[
        bool, typer.Option("--plain", help="Lines without control sequences; always so.")
    ] = True,
) -> int:
    """Show what each task is doing, once a second, as lines.

    BUSY, READY, BLOCKED and IDLE are the parts of a task's time in percent. FILL is how full its input
    channel is, P99 the run time of a poll. The workbench shows the same as a live table.
    """
    try:
        return anyio.run(_top, name, count, interval)
    except KeyboardInterrupt:
        return 0


async def _top(name: str, count: int, interval_s: float) -> int:
    seen = 0
    name = await running_engine(name)
    async with connect(name) as plane:
        await plane.submit(Watch(1 / interval_s))
        async for pushed in plane.pushed():
            if isinstance(pushed, EngineSnapshot):
                seen += 1
                _show(pushed)
                if seen == count:
                    break
    return 0


def _show(picture: EngineSnapshot) -> None:
    output.data(brief_line(picture))
    if picture.placement.waits:
        output.data(f"nothing moves now: {picture.placement.waits}")
    output.table(HEADER, map(_row, picture.tasks), "  rrrrrrrrrr")
    for warned in picture.warnings:
        if warned.active:
            output.data(f"warning: {warned.text}")
    output.data("")


def _row(task: TaskSnapshot) -> tuple[str, ...]:
    parts = (
        f"{part:.1f}" for part in (task.split.busy, task.split.ready, task.split.blocked, task.split.idle)
    )
    rates = (f"{rate:,.0f}" for rate in (task.in_s, task.out_s, task.err_s))
    fill = f"{task.queue.fill:.0%}" if task.queue else "-"
    return task.id, task.state, *parts, *rates, fill, f"{task.polls_s:,.0f}", _duration(task.run.p99)


def _duration(ns: int) -> str:
    for unit, size in (("s", 10**9), ("ms", 10**6), ("µs", 10**3)):
        if ns >= size:
            return f"{ns / size:.1f} {unit}"
    return f"{ns} ns"
