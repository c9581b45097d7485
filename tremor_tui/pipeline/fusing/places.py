"""Places: where in a user's text a node stands, or what a line of its generated text was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tremor_tui.language.emit.writer import Emitted

if TYPE_CHECKING:
    from tremor_tui.pipeline.graph import Node

Place = tuple[str, int]
"""The name of a file and a line of it; no name and 0 where it is not known."""
NOWHERE: Place = ("", 0)


def place_of(node: Node) -> Place:
    """Where a node is created."""
    return (node.span.file, node.span.line) if node.span is not None else NOWHERE


def line_of(emitted: Emitted, number: int) -> Place | None:
    """The line that one of the generated text comes from; None where it comes from none."""
    for *_, site in reversed(emitted.marks.get(number, ())):
        return site.span.file, site.span.line
    for text in reversed(emitted.text.split("\n")[:number]):
        _, mark, line = text.rpartition("  # ")
        if mark and line.isdecimal():
            return emitted.module.file, int(line)
        if text.startswith("def "):
            break
    return None
