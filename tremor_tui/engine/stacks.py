"""Stacks: reads what faulthandler wrote: which line of which script, or else which room. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FRAME = re.compile(r'File "(<tremor .*>)", line (\d+) in ')
OWN = re.compile(r'File "[^"]*/tremor_tui/(\w+)/([\w/]+)\.py", line \d+ in (\w+)')
TELLING = ("codecs", "interceptors", "connectors", "extractors", "functions", "aggregates", "operators")
"""Rooms whose name says what was done; a stack is in the innermost of them."""

Lines = Mapping[str, Sequence[tuple[int, str, int]]]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a script, or else what was done, as `codecs/json`."""

    file: str = ""
    line: int = 0
    what: str = ""


def find_place(stack: str, lines: Lines) -> tuple[str, int] | None:
    """File and line of the innermost tremor code of a stack (most recent call first), or None."""
    for name, number in FRAME.findall(stack):
        marks = [mark for mark in lines.get(name, ()) if mark[0] <= int(number)]
        if marks:
            _, file, line = max(marks)
            return file, line
    return None


def place_of(stack: str, lines: Lines) -> Place:
    """Where a stack is: a line of a script where there is any, else the innermost room that tells."""
    found = find_place(stack, lines)
    if found is not None:
        return Place(*found)
    for room, module, _ in OWN.findall(stack):
        if room in TELLING:
            return Place(what=f"{room}/{module}")
    return Place(what="moving batches")


def kind_of(stack: str) -> str:
    """The kind of task that the stack is in: source, pipeline, sink; empty where it is in none."""
    for room, module, _ in OWN.findall(stack):
        if room == "runtime" and module.startswith("tasks/") and module != "tasks/task":
            return str(module.removeprefix("tasks/"))
    return ""
