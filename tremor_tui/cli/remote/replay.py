"""`replay`: tries dead letters, or sends them through their flow once more."""

from __future__ import annotations

import sys
from typing import Annotated

import anyio
import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.options import Name
from tremor_tui.control.client import Client, connect
from tremor_tui.control.launch import running_engine
from tremor_tui.control.letters import (
    LetterFilter,
    Letters,
    ListLetters,
    Rehearsed,
    Replayed,
    ReplayLetters,
)
from tremor_tui.errors import ControlError

WAITING = 75
Reason = Annotated[str, typer.Option("--reason", help="Only those with this reason.", show_default=False)]
Node = Annotated[str, typer.Option("--node", help="Only those of this node or task.", show_default=False)]
Ids = Annotated[
    list[int] | None, typer.Option("--id", help="Only the letter of this number; more than once for more.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would become of each.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "replay", replay)


def replay(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="The flow whose letters are meant.")],
    reason: Reason = "",
    node: Node = "",
    ids: Ids = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    name: Name = "",
) -> int:
    """Send events that failed through their flow again, each exactly once.

    An event enters the task where it failed, through the version that runs now. What may have arrived
    before (`uncertain`) is sent only by its number. Exits with 1 if any fails, again or in the dry run, or is
    not sent; with 75 if some are on their way still.
    """
    request = ReplayLetters(
        tuple(ids or ()),
        None if ids else LetterFilter(flow=flow, reason=reason, node=node, state="dead"),
        dry_run,
    )
    return anyio.run(_replay, name, flow, request, yes)


async def _replay(name: str, flow: str, request: ReplayLetters, yes: bool) -> int:
    async with connect(await running_engine(name)) as plane:
        count = len(request.ids) or await _count(plane, request)
        if not count:
            output.talk(f"no event that failed in `{flow}` waits and fits")
            return 0
        if not request.dry_run and not yes and not _agreed(count, flow):
            return 1
        answer = await plane.submit(request)
    if isinstance(answer, Rehearsed):
        return _rehearsed(answer)
    assert isinstance(answer, Replayed)
    return _replayed(answer)


async def _count(plane: Client, request: ReplayLetters) -> int:
    assert request.which is not None
    answer = await plane.submit(ListLetters(request.which, limit=1))
    assert isinstance(answer, Letters)
    return answer.total


def _agreed(count: int, flow: str) -> bool:
    """Asks, where somebody is there to answer. Raises ControlError where nobody is."""
    if not output.is_terminal(sys.stdin):
        raise ControlError(f"{count:,} events would be sent through `{flow}`", "say so with --yes")
    return typer.confirm(f"send {count:,} events through `{flow}` again?", err=True)


def _rehearsed(answer: Rehearsed) -> int:
    for diagnostic in answer.diagnostics:
        output.talk(diagnostic.short())
    for one in answer.results:
        where = f" at line {one.line}" if one.line else ""
        ways = " ".join(f"-> {exit_.port} {exit_.value}" for exit_ in one.exits) or "dropped or held"
        output.data(f"{one.id}: fails{where}: {one.error}" if one.error else f"{one.id}: {ways}")
    output.talk(f"{answer.text} ({answer.entered})")
    return 0 if answer.results and all(one.passes for one in answer.results) else 1


def _replayed(answer: Replayed) -> int:
    for number, why in answer.refused:
        output.talk(f"{number}: not sent: {why}")
    output.talk(answer.text)
    if answer.failed or answer.refused or answer.uncertain:
        return 1
    return WAITING if answer.waiting else 0
