"""Owners: which nodes a definition makes, so that a change of it is not a surprise elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tremor_tui.language.editing.flow import FlowView
from tremor_tui.language.editing.inner import Inner, InnerNode

Key = tuple[Path, int]
"""The file and place of a definition."""


class Owners:
    """The nodes of all flows by the definition that makes them.

    Each has its key (where it is created) and what it is called. Two flows of one definition are one.
    """

    def __init__(self, flows: Sequence[FlowView]) -> None:
        self._made: dict[Key, dict[Key, str]] = {}
        for flow in flows:
            for name, create in flow.creates.items():
                found = flow.found[name]
                if found is not None:
                    self._enter(found.key, (flow.file.path, create.span.start), create.name.text)
            for inner in flow.insides.values():
                self._enter_inner(inner)

    def _enter_inner(self, inner: Inner) -> None:
        for node in inner.nodes.values():
            if node.found is not None:
                self._enter(node.found.key, (node.file.path, node.statement.span.start), node.id)
        for name, nested in inner.nested.items():
            if nested.found is not None:
                self._enter(nested.found.key, (inner.file.path, nested.create.span.start), name)

    def _enter(self, definition: Key, created: Key, name: str) -> None:
        self._made.setdefault(definition, {}).setdefault(created, name)

    def makes(self, definition: Key, created: Key) -> tuple[str, ...]:
        """What else a definition makes, beside what is created at a place."""
        return tuple(name for key, name in self._made.get(definition, {}).items() if key != created)

    def others(self, flow: FlowView, node: str) -> tuple[str, ...]:
        """The other nodes that the definition of a flow's node makes."""
        found = flow.found[node]
        created = (flow.file.path, flow.creates[node].span.start)
        return self.makes(found.key, created) if found is not None else ()

    def inner_others(self, inner: Inner, node: InnerNode) -> tuple[str, ...]:
        """The same for a node inside a pipeline."""
        if node.found is None:
            return ()
        return self.makes(node.found.key, (node.file.path, node.statement.span.start))
