"""`letters`: the events that failed, with their reasons."""

from __future__ import annotations

import time
from typing import Annotated

import anyio
import msgspec
import typer

from tremor_tui.cli import output
from tremor_tui.cli.command import add
from tremor_tui.cli.options import Name
from tremor_tui.control.client import Client, connect
from tremor_tui.control.launch import running_engine
from tremor_tui.control.letters import (
    MAX_PAGE,
    ExportLetters,
    LetterFilter,
    LetterGroup,
    LetterLine,
    Letters,
    LettersExported,
    ListLetters,
)

LINES = ("#", "TIME", "FLOW", "NODE", "REASON", "LINE", "TRIES", "STATE")
GROUPS = ("WAITING", "ALL", "NOT KEPT", "FLOW", "NODE", "REASON")
AsJson = Annotated[bool, typer.Option("--json", help="Whole letters, a JSON record a line, oldest first.")]
ByReason = Annotated[bool, typer.Option("--group", help="How many failed in the same way.")]
All = Annotated[bool, typer.Option("--all", help="Also those that were replayed or discarded.")]


def register(app: typer.Typer) -> None:
    """Enters the command."""
    add(app, "letters", letters)


def letters(
    flow: Annotated[str, typer.Argument(metavar="[FLOW]", help="Leave it out for all flows.")] = "",
    as_json: AsJson = False,
    group: ByReason = False,
    every: All = False,
    name: Name = "",
) -> int:
    """List events that failed and wait: dead letters, newest first.

    `replay` tries them, or sends them again. Exits with 1 if there is no engine.
    """
    return anyio.run(_letters, name, LetterFilter(flow=flow, open=not every), as_json, group)


async def _letters(name: str, which: LetterFilter, as_json: bool, group: bool) -> int:
    async with connect(await running_engine(name)) as plane:
        if as_json:
            return await _export(plane, which)
        answer = await plane.submit(ListLetters(which, limit=MAX_PAGE))
    assert isinstance(answer, Letters)
    if group:
        found = [one for one in answer.groups if one.open or one.missed or not which.open]
        output.table(GROUPS, map(_group, found), "rrr")
    elif answer.lines:
        output.table(LINES, map(_line, answer.lines), "r    rr")
    _tell(answer)
    return 0


async def _export(plane: Client, which: LetterFilter) -> int:
    after, more = 0, True
    while more:
        answer = await plane.submit(ExportLetters(which=which, after=after))
        assert isinstance(answer, LettersExported)
        for letter in answer.letters:
            output.data(msgspec.json.encode(letter).decode())
            after = letter.id
        more = answer.more
    return 0


def _tell(answer: Letters) -> None:
    count = answer.count
    if answer.total > len(answer.lines):
        output.talk(f"the newest {len(answer.lines)} of {answer.total:,}; --json has all")
    if count.failed > count.kept:
        output.talk(f"kept {count.kept:,} of {count.failed:,} events that failed")
    if not answer.total:
        output.talk("no event that failed waits")
    if answer.note:
        output.talk(answer.note)


def _line(one: LetterLine) -> tuple[str, ...]:
    at = time.strftime("%H:%M:%S", time.localtime(one.at_ns / 1e9))
    line = str(one.line) if one.line else "-"
    return str(one.id), at, one.flow, one.place, one.reason, line, str(one.tries), one.state


def _group(one: LetterGroup) -> tuple[str, ...]:
    node = "/".join(part for part in (one.task.rpartition("/")[2], one.node) if part)
    counts = (f"{n:,}" for n in (one.open, one.count, one.missed))
    return *counts, one.flow, node or "-", one.reason
