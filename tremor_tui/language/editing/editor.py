"""Editor: one edit under way: its draft, the flow and pipeline it is about, and what a step has collected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tremor_tui.errors import EditError, did_you_mean
from tremor_tui.language.editing.batch import Batch
from tremor_tui.language.editing.draft import Draft, Found
from tremor_tui.language.editing.file import File
from tremor_tui.language.editing.flow import FlowView, flows_of
from tremor_tui.language.editing.inner import Inner
from tremor_tui.language.editing.owners import Owners
from tremor_tui.language.tree.expr import Node
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """What a step did: the node to select after it (empty: none), and a sentence for the undo list."""

    selected: str
    words: str


class Editor:
    """Steps read its views, collect changes in `batch(file)`, and call `make`; then views are new.

    `everywhere`: definitions may be changed that make other nodes too.
    """

    def __init__(self, draft: Draft, flow: str = "", inside: str = "", *, everywhere: bool = False) -> None:
        self.draft = draft
        self.alias = flow
        self.inside = inside
        self.everywhere = everywhere
        self._batches: dict[Path, Batch] = {}

    def flow(self) -> FlowView | None:
        """The flow as it is now; None where the file has none. Raises EditError where it has not this one."""
        if self.draft.main.text.is_empty:
            return None
        check_text(self.draft.main)
        flows = flows_of(self.draft)
        if not self.alias or not flows:
            return flows[0] if flows else None
        for flow in flows:
            if flow.alias == self.alias:
                return flow
        hint = did_you_mean(self.alias, [flow.alias for flow in flows])
        raise EditError(f"there is no flow called `{self.alias}`", hint)

    def view(self) -> FlowView:
        """The flow as it is now. Raises EditError where there is none."""
        flow = self.flow()
        if flow is None:
            raise EditError("there is no flow yet", "add a node: that writes one")
        return flow

    def inner(self) -> Inner:
        """The inside of the pipeline at hand as it is now. Raises EditError where there is none."""
        flow = self.view()
        inner = flow.insides.get(self.inside)
        if inner is None:
            hint = did_you_mean(self.inside, list(flow.insides))
            raise EditError(f"the flow has no pipeline called `{self.inside}` that can be looked into", hint)
        return inner

    def batch(self, file: File) -> Batch:
        """Where the changes of a file are collected. Raises EditError where it cannot be changed."""
        if file.path not in self._batches:
            check_text(file)
            self._batches[file.path] = Batch(file)
        return self._batches[file.path]

    def make(self) -> None:
        """Makes what was collected. Raises EditError where a text would not parse then."""
        batches, self._batches = self._batches, {}
        for batch in batches.values():
            batch.make()
            text = batch.file.text
            fault = next((one for one in text.parsed.diagnostics if one.is_error), None)
            if fault is not None and not text.is_empty:
                raise EditError(f"the text would not parse: {fault.short()}", fault.hint)

    def drop(self) -> None:
        """Forgets what was collected."""
        self._batches = {}

    def twins(self) -> list[str]:
        """The other flows that the definition of this one makes."""
        view = self.flow()
        flows = flows_of(self.draft) if view else []
        return [
            one.alias
            for one in flows
            if view and one.definition.key == view.definition.key and one.alias != view.alias
        ]

    def open_inside(self) -> Inner:
        """The inside, where it may be changed. Raises EditError where that would change other nodes too."""
        inner = self.inner()
        flow = self.view()
        create = flow.creates[f"pipeline/{self.inside}"]
        self.allow(inner.found, (flow.file.path, create.span.start), f"the pipeline `{self.inside}`")
        self.batch(inner.file)
        return inner

    def allow(self, found: Found[Node], created: tuple[Path, int], what: str) -> None:
        """Raises EditError where a definition cannot be changed, or makes other nodes and may not be."""
        if found.file.is_library:
            hint = "the library cannot be changed: define one of your own in the flow"
            raise EditError(f"{what} is defined in the library ({found.file.name})", hint)
        others = Owners(flows_of(self.draft)).makes(found.key, created)
        if others and not self.everywhere:
            hint = "change all of them, or duplicate it and change the copy"
            raise EditError(f"{what} has the same definition as {named(others)}", hint)


def check_text(file: File) -> None:
    """Raises EditError where a file cannot be changed."""
    if file.is_library:
        hint = "the library cannot be changed: define one of your own in the flow"
        raise EditError(f"{file.name} belongs to the library", hint)
    if file.text.has_faults and not file.text.is_empty:
        fault = next(one for one in file.text.parsed.diagnostics if one.is_error)
        hint = f"mend the text first: {fault.message}"
        raise EditError(f"{fault.where} does not parse, so it cannot be edited here", hint)


def named(names: Sequence[str]) -> str:
    """Names for a sentence: `a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
