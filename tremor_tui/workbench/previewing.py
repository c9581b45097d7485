"""Previewing: which script the cursor is in, live samples of what enters it, and the draft run on them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import FlowSnapshot, GraphSnapshot, NodeSnapshot, Previewed, Sample
from tremor_tui.errors import ControlError
from tremor_tui.workbench.scripts import names_of, script_at
from tremor_tui.workbench.widgets.preview import PreviewPanel

if TYPE_CHECKING:
    from tremor_tui.workbench.screens.script import ScriptView

SAMPLES = 20
WITHIN_S = 2.0
"""How long samples are waited for; what has come by then has to do."""
LIMIT_MS = 100
WIDE = 100
"""From so many columns on the preview shows by itself."""


@dataclass(frozen=True, slots=True)
class Target:
    """A script that runs: its node and the edge that leads into it."""

    flow: str
    pipeline: str
    node: str
    title: str
    edge: str = ""


def target_in(
    flow: FlowSnapshot, text: str, line: int, file: str, base: str, pipeline: str = ""
) -> Target | None:
    """The script of a flow that a line of a file belongs to; one in `pipeline` is preferred."""
    names = names_of(text, script_at(text, line))
    found = [(alias, graph, node) for alias, graph, node in _scripts(flow) if _last(node) in names]
    found.sort(key=lambda one: (not _is_of(one[2], file, base), one[0] != pipeline))
    if not found:
        return None
    alias, graph, node = found[0]
    edge = next((edge for edge in graph.edges if edge.target == node.id), None)
    return Target(flow.alias, alias, node.id, f"{alias}/{_last(node)}", edge.id if edge else "")


def _scripts(flow: FlowSnapshot) -> Iterator[tuple[str, GraphSnapshot, NodeSnapshot]]:
    for alias, graph in flow.inside.items():
        for node in graph.nodes:
            if node.kind == "script":
                yield alias, graph, node


def _last(node: NodeSnapshot) -> str:
    return (node.label or node.id).rsplit("/", 1)[-1]


def _is_of(node: NodeSnapshot, file: str, base: str) -> bool:
    return os.path.normpath(os.path.join(base, node.file)) == file


class Previewing:
    """Keeps the panel of a ScriptView up to date; runs nothing while it is hidden."""

    def __init__(self, view: ScriptView, panel: PreviewPanel) -> None:
        self._view = view
        self._panel = panel
        self._target: Target | None = None
        self._wanted: bool | None = None
        self._asked = 0
        self._offered: tuple[Sample, str] | None = None

    def offer(self, sample: Sample, pipeline: str) -> None:
        """The next samples of a script of that pipeline begin with this one; the panel shows."""
        self._offered = sample, pipeline
        self._wanted = True
        self._target = None

    @property
    def is_shown(self) -> bool:
        """Whether the panel has its place: where it was asked for, else where there is room and a script."""
        if self._wanted is not None:
            return self._wanted
        return self._target is not None and self._view.app.size.width >= WIDE

    def toggle(self) -> None:
        """Shows or hides the panel, whatever the room."""
        self._wanted = not self.is_shown
        self.look()

    def look(self) -> None:
        """Finds the script under the cursor; another one gets samples of its own."""
        view = self._view
        flow, draft = view.store.flow, view.draft
        target = None
        if flow is not None and draft is not None and flow.alias == view.flow:
            line = view.editor.cursor_location[0] + 1
            target = target_in(flow, draft.text, line, draft.path, view.base, view.pipeline)
        is_new = target != self._target
        self._target = target
        self._panel.version = flow.version if flow is not None else 0
        view.set_class(self.is_shown, "previewing")
        if is_new:
            self._panel.clear(target.title if target else "")
        if target is not None and self.is_shown and (is_new or not self._panel.was_asked):
            self.sample()

    def sample(self) -> None:
        """Takes new samples."""
        if self._target is None:
            self._view.desk.say("the cursor is in no script that runs here")
        elif self.is_shown:
            self._panel.was_asked = True
            self._view.desk.work(self._sample(self._target))

    async def _sample(self, target: Target) -> None:
        if not target.edge:
            self._panel.tell("nothing leads into it")
            return
        self._panel.tell(f"taking {SAMPLES} samples")
        try:
            samples = await self._view.desk.session.sample(target.edge, SAMPLES, WITHIN_S)
        except ControlError as error:
            self._panel.tell(f"no samples: {error}")
            return
        if target != self._target:
            return
        if self._offered is not None and self._offered[1] == target.pipeline:
            samples = [self._offered[0], *samples]
            self._offered = None
        self._panel.take([sample for sample in samples if not sample.cut])
        if samples:
            await self.run()
            await self._view.diagnosing.look_at_paths()
        else:
            self._panel.tell(f"no event came within {WITHIN_S:g} s")

    def make_test(self) -> None:
        """Makes a test of the sample that is laid out, for the script that the cursor is in."""
        target, desk = self._target, self._view.desk
        if target is None or not self._panel.samples:
            desk.say("no sample to make a test of: F3 takes samples of the script at the cursor")
            return
        sample = self._panel.samples[self._panel.selected]
        desk.make_test(
            sample.value, sample.meta, target.flow, target.pipeline, target.node, ingest_ns=sample.at_ns
        )

    async def run(self) -> None:
        """Runs the draft and the version that runs on the samples; the answer to the latest text wins."""
        target, samples = self._target, self._panel.samples
        if target is None or not samples or not self.is_shown:
            return
        self._asked += 1
        number = self._asked
        request = do.Preview(
            tuple(sample.value for sample in samples),
            limit_ms=LIMIT_MS,
            metas=tuple(sample.meta for sample in samples),
            flow=target.flow,
            pipeline=target.pipeline,
            node=target.node,
            texts=self._view.texts(),
        )
        try:
            answer = await self._view.desk.session.ask(request)
        except ControlError as error:
            self._panel.tell(f"not run: {error}")
            return
        if number == self._asked and target == self._target and isinstance(answer, Previewed):
            self._show(answer)

    def _show(self, answer: Previewed) -> None:
        errors = [problem.message for problem in answer.diagnostics if problem.is_error]
        if answer.results or not errors:
            self._panel.show(answer)
        else:
            self.spoil()

    def spoil(self) -> None:
        """The text does not compile: what it made last stays, and says so."""
        self._panel.tell("last good draft")
