"""`tap`: copies of events that pass an edge, as JSON lines."""

from __future__ import annotations

from typing import Annotated

import anyio
import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.options import Name
from tremor_tui.control.client import Client, connect
from tremor_tui.control.commands import OpenTap, Snapshot
from tremor_tui.control.launch import running_engine
from tremor_tui.control.snapshots import EngineSnapshot, Notice, TapSamples
from tremor_tui.errors import UnknownName


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "tap", tap)


def tap(
    edge: Annotated[str, typer.Argument(metavar="EDGE", help="FLOW:SOURCE/PORT>TARGET/PORT, or part of it.")],
    name: Name = "",
    count: Annotated[int, typer.Option("--count", min=0, metavar="N", help="Events; 0: without end.")] = 0,
    rate: Annotated[
        float, typer.Option("--rate", min=0.1, max=1000, metavar="N", help="Events a second.")
    ] = 20.0,
    with_meta: Annotated[bool, typer.Option("--meta", help='Lines of {"value": …, "meta": …}.')] = False,
) -> int:
    """Print copies of events that pass an edge, one JSON value a line.

    A tap never slows a flow: it copies up to --rate events a second and lets the others pass. Without an
    exact match EDGE may be any part of the id of just one edge.
    """
    try:
        return anyio.run(_tap, name, edge, count, rate, with_meta)
    except KeyboardInterrupt:
        return 0


async def _tap(name: str, wanted: str, count: int, rate: float, with_meta: bool) -> int:
    seen = 0
    name = await running_engine(name)
    async with connect(name) as plane:
        edge = await _find(plane, wanted)
        await plane.submit(OpenTap(edge, rate))
        output.talk(f"tapping {edge}")
        async for pushed in plane.pushed():
            if isinstance(pushed, Notice):
                output.talk(pushed.text)
            if not isinstance(pushed, TapSamples):
                continue
            for sample in pushed.samples:
                meta = sample.meta or "{}"
                output.data(f'{{"value": {sample.value}, "meta": {meta}}}' if with_meta else sample.value)
                seen += 1
                if seen == count:
                    return 0
    return 0


async def _find(plane: Client, wanted: str) -> str:
    picture = await plane.submit(Snapshot())
    assert isinstance(picture, EngineSnapshot)
    known = [edge.id for flow in picture.flows for edge in flow.graph.edges]
    known += [e.id for flow in picture.flows for inside in flow.inside.values() for e in inside.edges]
    matching = [edge for edge in known if wanted in edge]
    if wanted in known:
        return wanted
    if len(matching) == 1:
        return matching[0]
    raise UnknownName("edge" if not matching else "single edge", wanted, matching or known)
