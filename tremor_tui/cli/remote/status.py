"""`status`: one engine in plain lines: executors, flows, warnings."""

from __future__ import annotations

import time
from typing import Annotated

import anyio
import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.options import Name
from tremor_tui.control.client import connect
from tremor_tui.control.commands import AskSpeed, Snapshot
from tremor_tui.control.launch import running_engine
from tremor_tui.control.snapshots import EngineSnapshot, FlowSnapshot
from tremor_tui.control.speed import Speed
from tremor_tui.control.speed_words import speed_lines
from tremor_tui.control.spreading import decisions, executor_line

FLOWS = ("FLOW", "STATE", "VERSION", "EXECUTOR", "IN", "OUT", "ERR", "IN/S", "OUT/S", "NOTE")


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "status", status)


SpeedToo = Annotated[
    bool,
    typer.Option("--speed", help="Say what of each flow is on the fast path, and what keeps the rest off."),
]


def status(name: Name = "", speed: SpeedToo = False) -> int:
    """Show an engine: its executors, its flows, and what somebody should look at.

    Exits with 1 if a flow has failed.
    """
    return anyio.run(_status, name, speed)


async def _status(name: str, speed: bool) -> int:
    name = await running_engine(name)
    async with connect(name) as plane:
        picture = await plane.submit(Snapshot())
        assert isinstance(picture, EngineSnapshot)
        about = plane.welcome
        flows = picture.flows if speed else ()
        told = [
            (flow.alias, await plane.submit(AskSpeed(flow.alias)))
            for flow in flows
            if flow.state in ("running", "paused")
        ]
    up = max(0, time.time_ns() - picture.since_ns) // 10**9
    kept = "goes on without clients" if picture.kept else "ends when unused"
    output.data(f"engine {about.engine}, process {about.pid}, version {about.version}, up {up} s, {kept}")
    output.data(f"log {about.log}")
    output.data(f"loop {picture.placement.loop}")
    for executor in picture.executors:
        output.data(executor_line(picture, executor))
    for line in decisions(picture):
        output.data(line)
    if picture.flows:
        output.table(FLOWS, map(_row, picture.flows), "  rrrrrrr")
    for warned in picture.warnings:
        active = "now" if warned.active else "earlier"
        output.data(f"warning ({active}, {warned.count} times): {warned.text}")
    for alias, answer in told:
        output.data(f"flow {alias}")
        if isinstance(answer, Speed):
            for line in speed_lines(answer):
                output.data(f"  {line}")
    return 1 if any(flow.state == "failed" for flow in picture.flows) else 0


def _row(flow: FlowSnapshot) -> tuple[str, ...]:
    totals = (f"{n:,}" for n in (flow.events_in, flow.events_out, flow.events_err))
    rates = (f"{rate:,.0f}" for rate in (flow.in_s, flow.out_s))
    note = flow.error or flow.note
    return flow.alias, flow.state, str(flow.version), str(flow.executor), *totals, *rates, note
