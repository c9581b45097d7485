"""View: what the views of the workbench have in common, and what they need of the app."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from textual.containers import Container

from tremor_tui.workbench.screens.jump import Target
from tremor_tui.workbench.store import Store
from tremor_tui.workbench.widgets.painted import Painted

if TYPE_CHECKING:
    from textual.widget import Widget

    from tremor_tui.control.snapshots import Sample
    from tremor_tui.workbench.ink import Ink
    from tremor_tui.workbench.session import Session


Severity = Literal["info", "warning", "error"]


class Desk(Protocol):
    """What a view asks of the app."""

    session: Session
    store: Store
    ink: Ink

    def work(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Runs something in the background; a TremorError in it becomes a sentence on the alert line."""

    def show(self, view: str) -> None:
        """Shows another view."""

    def write_file(self, name: str, text: str) -> None:
        """Writes a file of this name in the client's folder; a browser gets it as a download."""

    def say(self, text: str, severity: Severity = "info") -> None:
        """Puts a sentence on the alert line."""

    def edit_task(self, task_id: str) -> None:
        """Opens the file of a task in the Script view."""

    def action_act(self, name: str, place: str = "") -> None:
        """Does an action by its id, as its key would."""

    async def first_tap(self, file: str) -> None:
        """Waits until the flow of a file runs, and taps the busiest edge into a sink."""

    def edit_place(self, path: str, line: int) -> None:
        """Opens a text that is a draft at a line in the Script view."""

    def make_test(
        self,
        event_json: str,
        meta_json: str,
        flow: str,
        pipeline: str,
        node: str = "",
        *,
        port: str = "in",
        ingest_ns: int = 0,
    ) -> None:
        """Makes a test of an event that entered a pipeline, or one of its scripts (`node`, by its id).

        Asks for a name; says why there can be no test. `ingest_ns` becomes the test's clock.
        """

    def make_test_of(self, sample: Sample, edge: str) -> None:
        """Makes a test of an event that passed an edge, for what the edge leads into."""


class View(Container):
    """One of the views. `panes` are what tab goes through."""

    def __init__(self, store: Store, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store

    @property
    def desk(self) -> Desk:
        """The app."""
        return cast(Desk, self.app)

    def panes(self) -> list[Widget]:
        """The panes in the order of tab, the main one first."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Draws anew what changed."""
        for widget in self.query(Painted):
            widget.repaint()

    def entered(self) -> None:
        """The view was shown."""
        self.panes()[0].focus()
        self.repaint()

    def jumps(self) -> list[Target]:
        """What can be jumped to in this view: its panes; views add what they show."""
        panes = [pane for pane in self.panes() if pane.display and pane.region.area]
        return [Target(f"pane {i}", p.region.x + 1, p.region.y, "", p.focus) for i, p in enumerate(panes)]

    def next_pane(self) -> None:
        """Gives the keys to the next pane."""
        panes = self.panes()
        at = next((index for index, pane in enumerate(panes) if pane.has_focus), -1)
        chosen = panes[(at + 1) % len(panes)]
        self.set_class(len(panes) > 1 and chosen is panes[-1], "tapped")
        chosen.focus()

    def back(self) -> bool:
        """Leaves a passing state of the view; answers whether there was one."""
        return False

    def place(self) -> str:
        """Which actions are valid now, as `actions.PLACES` names it."""
        raise NotImplementedError

    def pane_of(self, place: str) -> Widget | None:
        """The pane that has the keys of a place; None where the view knows no such place."""
        return self.panes()[0] if place == self.id else None

    def why_off(self, action: str) -> str:
        """Why an action of its places cannot be done now; empty where it can."""
        return ""

    def loses(self) -> str:
        """What would be lost if the engine ended now, beside its flows, in a sentence; empty for nothing."""
        return ""

    def remember(self) -> dict[str, object]:
        """What is to be as it is when the workbench is opened again: plain values for JSON."""
        return {}

    def recall(self, kept: dict[str, object]) -> None:
        """Takes what `remember` gave; values of another kind are passed over."""
