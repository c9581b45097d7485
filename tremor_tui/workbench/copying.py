"""Copying: the steps that make a node like another in another flow. Pure."""

from __future__ import annotations

from tremor_tui.control.editing import AddNode, Configure, OutlinedNode, Put, SetScript, Step
from tremor_tui.errors import TremorError

CONNECTORS = ("source", "sink", "both")
"""The kinds of nodes that are connectors."""


def copied_steps(node: OutlinedNode, inside: bool) -> list[Step]:
    """What makes a node like this one in another flow. Raises TremorError where it cannot be taken along."""
    name = node.label or node.id.rsplit("/", 1)[-1]
    if node.kind in CONNECTORS and not inside:
        values = {one.key: one.value for one in node.settings if one.is_constant}
        puts = [Put((one.key,), text=one.text) for one in node.settings if not one.is_constant]
        first: Step = AddNode("connector", node.detail, name, values)
        return [first, *([Configure("$new", tuple(puts))] if puts else [])]
    if node.kind == "operator":
        return [AddNode("operator", node.detail, name, dict(node.config))]
    if node.kind == "script":
        bodies = [one for one in node.settings if one.key != "in"]
        rest: list[Step] = [SetScript("$new", one.text, one.key) for one in bodies]
        return [AddNode("script", "", name, text=node.text), *rest]
    raise TremorError(
        f"a {node.kind} cannot be pasted into another flow", "copy what is inside it: enter looks inside"
    )
