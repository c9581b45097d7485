"""Paths in a tree as steps from `event` down."""

from __future__ import annotations

from tremor_tui.language.completing.samples import Path
from tremor_tui.language.tree import expr as tree


def event_path(node: tree.Node) -> Path | None:
    """The steps of a path that begins with `event`; None for anything else."""
    if not isinstance(node, tree.Path) or not isinstance(node.root, tree.KeywordRoot):
        return None
    if node.root.name != "event":
        return None
    steps: list[str | int | None] = []
    for segment in node.segments:
        if isinstance(segment, tree.KeySegment):
            steps.append(segment.name.text)
        elif isinstance(segment, tree.IndexSegment):
            steps.append(_constant(segment.index))
        else:
            return None
    return tuple(steps)


def _constant(node: tree.Expr) -> str | int | None:
    if isinstance(node, tree.String):
        return node.constant
    return node.value if isinstance(node, tree.Scalar) and type(node.value) is int else None
