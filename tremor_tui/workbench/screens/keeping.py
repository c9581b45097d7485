"""Keeping: puts a workbench back where its user left it: screen, flow, selection, tap, what views keep."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from tremor_tui.control.snapshots import EngineSnapshot, FlowSnapshot
from tremor_tui.errors import ControlError
from tremor_tui.workbench.memory import COMMON, recall, remember, table_of, text_of, texts_of
from tremor_tui.workbench.screens.view import View

if TYPE_CHECKING:
    from tremor_tui.workbench.screens.everywhere import Everywhere

EVERY_S = 5.0
"""How often what changed is written; and once more at the end."""


class Keeping:
    """What an app remembers. `of` is the file or the engine that it is about, empty before there is one."""

    def __init__(self, app: Everywhere) -> None:
        self._app = app
        self.of = ""
        self._written: dict[str, dict[str, object]] = {}
        self._told: set[str] = set()

    def begin(self, theme: str) -> None:
        """Takes the theme of before; `theme` is the one that the settings name, which wins."""
        app = self._app
        found = theme or text_of(self._recall(COMMON), "theme")
        if found in app.available_themes:
            app.theme = found
        app.set_interval(EVERY_S, lambda: app.work(self._save_aside()))

    def open(self, of: str) -> dict[str, object]:
        """From now on it is about a file or an engine; answers what is remembered of it."""
        self.save()
        self.of = of
        return self._recall(of)

    def show(self, kept: dict[str, object], picture: EngineSnapshot) -> None:
        """Selects what was selected, and shows the screen that was shown."""
        app, store = self._app, self._app.store
        flow = next((f for f in picture.flows if f.alias == text_of(kept, "flow")), None)
        if flow is not None:
            store.choose_flow(flow.alias)
            self._select(kept, flow)
        views = table_of(kept, "views")
        for view in app.views():
            if isinstance(view, View):
                view.recall(table_of(views, str(view.id)))
        wanted = text_of(kept, "screen")
        if isinstance(app.view_named(wanted), View):
            app.show(wanted)

    def _select(self, kept: dict[str, object], flow: FlowSnapshot) -> None:
        store, inside = self._app.store, text_of(kept, "inside")
        store.inside = inside if inside in flow.inside else ""
        graph = flow.inside.get(store.inside, flow.graph)
        if any(node.id == text_of(kept, "node") for node in graph.nodes):
            store.node = text_of(kept, "node")
        if store.task_of(text_of(kept, "task")) is not None:
            store.task = text_of(kept, "task")

    def tap_edge(self, kept: dict[str, object], flow: FlowSnapshot) -> str:
        """The edge that was tapped, where the flow has it still."""
        graphs = (flow.graph, *flow.inside.values())
        known = {edge.id for graph in graphs for edge in graph.edges}
        return next((edge for edge in texts_of(kept, "taps") if edge in known), "")

    def save(self) -> None:
        """Writes what is now, where it differs from what was written; says where that fails."""
        for of, values in self._values().items():
            self._write(of, values)

    async def _save_aside(self) -> None:
        for of, values in self._values().items():
            if self._written.get(of) != values:
                await asyncio.to_thread(self._write, of, values)

    def _write(self, of: str, values: dict[str, object]) -> None:
        if self._written.get(of) == values:
            return
        self._written[of] = values
        try:
            remember(of, values)
        except (OSError, ControlError) as error:
            self._tell(f"what is open cannot be remembered: {error}")

    def _values(self) -> dict[str, dict[str, object]]:
        app, store = self._app, self._app.store
        found: dict[str, dict[str, object]] = {COMMON: {"theme": app.theme}}
        shown = app.shown()
        if self.of and isinstance(shown, View):
            views = {str(view.id): view.remember() for view in app.views() if isinstance(view, View)}
            found[self.of] = {
                "screen": str(shown.id),
                "flow": store.flow.alias if store.flow else "",
                "inside": store.inside,
                "node": store.node,
                "task": store.task,
                "taps": [store.tap.edge] if store.tap else [],
                "views": {name: values for name, values in views.items() if values},
            }
        return found

    def _recall(self, of: str) -> dict[str, object]:
        kept = recall(of)
        if kept.complaint:
            self._tell(kept.complaint)
        return kept.values

    def _tell(self, words: str) -> None:
        if words not in self._told:
            self._told.add(words)
            self._app.say(words, "warning")


def of_file(path: str) -> str:
    """What a file is called in the memory."""
    return f"file:{os.path.normpath(path)}"


def of_engine(name: str) -> str:
    """What an engine is called in the memory."""
    return f"engine:{name}"
