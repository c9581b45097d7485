"""`apply`: makes running flows what their files say now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import anyio
import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.options import Name
from tremor_tui.control.client import Client, connect
from tremor_tui.control.commands import Apply, Compare, Snapshot
from tremor_tui.control.launch import running_engine
from tremor_tui.control.snapshots import Applied, Compared, EngineSnapshot, Receipt
from tremor_tui.errors import ControlError, UnknownName

REFUSED = 1
LONG_S = 90.0
"""How long an apply may take: what is removed is worked off before the answer comes."""


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "apply", apply)


def apply(
    flow: Annotated[str, typer.Argument(metavar="FLOW|FILE", help="A flow, or a file: all flows of it.")],
    name: Name = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change; change nothing.")
    ] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Do not watch the new version.")] = False,
    others: Annotated[
        bool, typer.Option("--others", help="Start flows of the file that do not run.")
    ] = False,
) -> int:
    """Make a running flow what its file says now, without loss.

    Says what differs first. Scripts are swapped between two batches; connectors, pipelines and links come and
    go. The new version is watched for 10 s and goes back by itself if more events fail, or if it holds up or
    ends its executor; applying again, or --accept, keeps it. Exits with 1 if it is refused.
    """
    return anyio.run(_apply, name, flow, dry_run, accept, others)


async def _apply(name: str, wanted: str, dry_run: bool, accept: bool, others: bool) -> int:
    name = await running_engine(name)
    async with connect(name, timeout_s=LONG_S) as plane:
        found = [await _one(plane, flow, dry_run, accept, others) for flow in await _find(plane, wanted)]
    return max(found)


async def _find(plane: Client, wanted: str) -> list[str]:
    picture = await plane.submit(Snapshot())
    assert isinstance(picture, EngineSnapshot)
    return _meant(picture, wanted)


def _meant(picture: EngineSnapshot, wanted: str) -> list[str]:
    """The flow of that name, or those that run from that file. Raises UnknownName."""
    aliases = [flow.alias for flow in picture.flows]
    path = str(Path(wanted).absolute())
    of_file = [flow.alias for flow in picture.flows if flow.file == path]
    if wanted not in aliases and not of_file:
        kind = "running flow of a file" if Path(wanted).exists() else "flow"
        raise UnknownName(kind, wanted, aliases)
    return [wanted] if wanted in aliases else of_file


async def _one(plane: Client, flow: str, dry_run: bool, accept: bool, others: bool) -> int:
    compared = await plane.submit(Compare(flow))
    assert isinstance(compared, Compared)
    output.data(f"{flow}: {compared.text or 'nothing that runs would change'}")
    if compared.refused:
        return REFUSED
    if dry_run:
        return 0
    try:
        applied = await plane.submit(Apply(flow, accept=accept, start_others=others))
    except ControlError as error:
        raise ControlError(
            f"`{flow}` stays as it was: {error.message}", error.hint, error.diagnostics
        ) from None
    assert isinstance(applied, Applied)
    for receipt in applied.receipts:
        output.data(f"{flow}: {_words(receipt)}")
    if applied.text:
        output.data(f"{flow}: {applied.text}")
    return 0


def _words(receipt: Receipt) -> str:
    """A receipt: which version runs, what was carried over, and how long events stood still."""
    words = [
        f"version {receipt.version} runs",
        f"{receipt.events:,} queued events carried over",
        f"pause {receipt.pause_ns / 1e6:.1f} ms",
    ]
    if receipt.left:
        words.append(f"{receipt.left:,} events were left in what was removed")
    if receipt.kept:
        words.append(f"state of {', '.join(receipt.kept)} kept")
    return ", ".join(words)
