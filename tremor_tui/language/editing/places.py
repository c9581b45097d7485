"""Places: behind which statement of a block a new one goes, so that definitions, creations and links keep
together and nothing is used before it is there."""

from __future__ import annotations

from collections.abc import Sequence

from tremor_tui.language.editing.batch import Batch, New
from tremor_tui.language.editing.writing import stretched
from tremor_tui.language.tree.deploy import Connect
from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.query import Create, CreateStream, Select
from tremor_tui.language.tree.script import Use


class Places:
    """The statements of a flow or of a pipeline; writes new ones among them through a batch."""

    def __init__(self, batch: Batch, statements: Sequence[Node]) -> None:
        self._batch = batch
        self._statements = [one for one in statements if one not in batch.removed] or list(statements)
        self._defined_at = -1
        self._made_at = -1
        """How far down the latest definition and the latest `create` went."""
        self._linked = False

    def define(self, text: str) -> None:
        """Writes a definition: behind the last one, or the last `create` where they take turns."""
        defines = [one for one in self._statements if _is_define(one)]
        creates = self._of(Create, CreateStream)
        if defines and creates and creates[0].span.start < defines[-1].span.start:
            defines = [*defines, *creates]
        written = stretched(text, self._batch.file.text.unit)
        self._defined_at = self._put(defines or self._of(Use), New(written))

    def create(self, text: str, kind: str, before: Node | None = None) -> None:
        """Writes a `create`: behind the last one of its kind, or the last; above `before` if that is given.

        It comes below the definition that was written last.
        """
        creates = self._of(Create, CreateStream)
        defines = [one for one in self._statements if _is_define(one)]
        if before is not None:
            creates = [one for one in creates if one.span.start < before.span.start]
            if not creates:
                self._made_at = before.span.start - 1
                self._batch.before(before, New(text))
                return
        same = [one for one in creates if getattr(one, "kind", "stream") == kind]
        candidates = same or creates or defines or self._of(Use)
        if before is None and candidates and _lowest(candidates).span.start < self._defined_at:
            candidates = [one for one in self._statements if one.span.start <= self._defined_at]
        self._made_at = self._put(candidates, New(text))

    def link(self, text: str, ends: Sequence[Node] = ()) -> None:
        """Writes a `connect` or `select`: behind the last one, and below what it names (`ends`)."""
        links = self._of(Connect, Select)
        lowest = max([self._made_at, *(one.span.start for one in ends)])
        if links and links[-1].span.start >= lowest:
            self._put(links, New(text))
            return
        below = [one for one in self._statements if one.span.start <= lowest]
        others = self._of(Create, CreateStream) or self._statements
        self._put(
            below if lowest >= 0 and below else others, New(text, is_apart=not links and not self._linked)
        )
        self._linked = True

    def _of(self, *kinds: type[Node]) -> list[Node]:
        return [one for one in self._statements if isinstance(one, kinds)]

    def _put(self, candidates: Sequence[Node], new: New) -> int:
        """Writes it behind the lowest candidate, or on top; says how far down that is."""
        if candidates:
            anchor = _lowest(candidates)
            self._batch.after(anchor, new)
            return anchor.span.start
        self._batch.before(self._statements[0], new)
        return -1


def _lowest(nodes: Sequence[Node]) -> Node:
    return max(nodes, key=lambda one: one.span.start)


def _is_define(node: Node) -> bool:
    return type(node).__name__.startswith("Define")
