"""FlowView: canvas, inspector and tap of one flow."""

from __future__ import annotations

from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from tremor_tui.control import commands as do
from tremor_tui.workbench.actions import bindings
from tremor_tui.workbench.bottleneck import find_limit
from tremor_tui.workbench.composing import Composing
from tremor_tui.workbench.finding import WORDS, wanted
from tremor_tui.workbench.messages import EventOpened, NodeSelected
from tremor_tui.workbench.screens.breaking import ask_break, node_here
from tremor_tui.workbench.screens.dialogs import Ask
from tremor_tui.workbench.screens.going_live import GoingLive
from tremor_tui.workbench.screens.jump import Target
from tremor_tui.workbench.screens.opened import open_event
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.canvas import Canvas
from tremor_tui.workbench.widgets.inspector import Inspector, edge_title
from tremor_tui.workbench.widgets.ring_log import TapLog


class _Canvas(Canvas):
    BINDINGS = [*bindings("flow")]  # noqa: RUF012 - Textual's own way


class _Tap(TapLog):
    BINDINGS = [*bindings("tap")]  # noqa: RUF012 - Textual's own way


class FlowView(GoingLive):
    """The flow's picture and what can be done with it."""

    def __init__(self, store: Store, composing: Composing) -> None:
        super().__init__(store, composing, id="flow")
        self.canvas = _Canvas(store, id="canvas")
        self.inspector = Inspector(store, id="inspector")
        self.tap = _Tap(store, id="taplog")
        self._outside = ("", "")
        self._sought = ""

    def compose(self) -> ComposeResult:
        """The canvas above, inspector and tap beside or below each other."""
        yield self.canvas
        with Horizontal(id="below"):
            yield self.inspector
            yield self.tap

    def panes(self) -> list[Widget]:
        """Canvas and tap."""
        return [self.canvas, self.tap]

    def jumps(self) -> list[Target]:
        """Panes, and the nodes of the canvas that are in view."""
        found = super().jumps()
        for node in self.store.graph.nodes if self.store.graph else ():
            place = self.canvas.place_of(node.id, "in")
            if place is not None:
                found.append(Target(node.id, *place, "", partial(self._jump_to, node.id)))
        return found

    def _jump_to(self, node: str) -> None:
        self.canvas.focus()
        self.canvas.select(node)

    def place(self) -> str:
        """The tap has keys of its own."""
        return "tap" if self.tap.has_focus else "flow"

    def pane_of(self, place: str) -> Widget | None:
        """The tap has keys of its own."""
        return self.tap if place == "tap" else super().pane_of(place)

    def repaint(self) -> None:
        """Draws anew what changed; something is always selected."""
        self.follow_drafts()
        self.canvas.ensure_selected()
        super().repaint()

    def on_node_selected(self, message: NodeSelected) -> None:
        """The inspector follows the canvas at once."""
        self.inspector.repaint()
        if message.twice:
            self.act_unfold()

    # The canvas

    def act_left(self) -> None:
        """Selects the nearest node on the left."""
        self.canvas.move(-1, 0)

    def act_right(self) -> None:
        """Selects the nearest node on the right."""
        self.canvas.move(1, 0)

    def act_up(self) -> None:
        """Selects the nearest node above."""
        self.canvas.move(0, -1)

    def act_down(self) -> None:
        """Selects the nearest node below."""
        self.canvas.move(0, 1)

    def act_upstream(self) -> None:
        """Follows an edge against the stream."""
        self.canvas.along(False)

    def act_downstream(self) -> None:
        """Follows an edge with the stream."""
        self.canvas.along(True)

    def act_edge(self) -> None:
        """Selects the next edge of the node."""
        self.canvas.next_edge()

    def act_find_node(self) -> None:
        """Asks for a node, and goes to the first that is found."""
        self.app.push_screen(Ask("Go to the node", self._sought, WORDS), self._find)

    def _find(self, text: str | None) -> None:
        if text is not None:
            self._sought = text.strip()
            self._go_to_match(0)

    def act_next_match(self) -> None:
        """Goes to the next node that was found."""
        self._go_to_match(1)

    def act_previous_match(self) -> None:
        """Goes to the node that was found before the selected one."""
        self._go_to_match(-1)

    def _go_to_match(self, step: int) -> None:
        """Selects a match: the first (0), or the one after or before the selected node."""
        if not self._sought:
            self.desk.say("/ says which node to find")
            return
        found = self._matches()
        if not found:
            self.desk.say(f"no node is found by `{named(self._sought)}`")
            return
        here = found.index(self.store.node) if self.store.node in found else -1 if step > 0 else 0
        at = (here + step) % len(found) if step else 0
        self.canvas.select(found[at])
        self.desk.say(f"{at + 1} of {len(found)} found; . the next, , the one before")

    def _matches(self) -> list[str]:
        asked, found = wanted(self._sought), []
        for node in self.store.graph.nodes if self.store.graph else ():
            name = node.label or node.id.rsplit("/", 1)[-1]
            fields = {"name": name, "kind": node.kind, "detail": node.detail}
            if asked.finds(" ".join(fields.values()), fields):
                found.append(node.id)
        return found

    def act_break(self) -> None:
        """Asks when the task of the selected node is to be held."""
        ask_break(self, node_here(self))

    def act_unfold(self) -> None:
        """Looks inside the selected pipeline; of another node it opens the settings, or the text."""
        store = self.store
        node = store.node_of(store.node)
        alias = node.id.rsplit("/", 1)[-1] if node else ""
        if node is None:
            return
        if store.inside or node.kind != "pipeline" or not store.has_inside(alias):
            self.act_edit()
            return
        store.inside, self._outside = alias, (store.node, store.edge)
        store.node = store.edge = ""
        self.repaint()

    def back(self) -> bool:
        """Comes back from where enter went; answers whether there was a way back."""
        store = self.store
        if self.tap.has_focus:
            self.next_pane()
        elif store.edge:
            self.canvas.select(store.node)
        elif store.inside:
            store.inside = ""
            store.node, store.edge = self._outside
            self.repaint()
        else:
            return False
        return True

    def act_next_flow(self) -> None:
        """Shows the next flow of the engine."""
        store = self.store
        aliases = [flow.alias for flow in store.picture.flows] if store.picture else []
        if len(aliases) > 1 and store.flow:
            store.choose_flow(aliases[(aliases.index(store.flow.alias) + 1) % len(aliases)])
            self.repaint()
        else:
            self.desk.say("this engine runs one flow")

    def act_bottleneck(self) -> None:
        """Selects what limits the flow."""
        store = self.store
        if store.flow is None or store.picture is None:
            return
        limit = find_limit(store.flow, store.picture.tasks)
        node = next((n for n in store.flow.graph.nodes if n.task == limit.task), None)
        if node is None:
            self.desk.say(limit.text or "nothing limits the flow")
            return
        store.inside = ""
        self.canvas.select(node.id)
        self.desk.say(limit.text)

    def act_pause_flow(self) -> None:
        """Stops the sources from pulling, or lets them go on."""
        flow = self.store.flow
        if flow is not None:
            self.desk.work(self._pause(flow.alias, flow.state != "paused"))

    async def _pause(self, alias: str, paused: bool) -> None:
        await self.desk.session.ask(do.PauseFlow(alias, paused))
        self.desk.say(f"{alias} is paused: its sources do not pull" if paused else f"{alias} goes on")

    # The tap

    def act_tap(self) -> None:
        """Opens a tap on the selected edge, or on the busiest edge that leaves or enters the node."""
        store = self.store
        edge = store.edge_of(store.edge)
        edges = store.graph.edges if store.graph else ()
        for end in ("source", "target"):
            own = [e for e in edges if getattr(e, end) == store.node]
            edge = edge or max(own, key=lambda e: e.rate, default=None)
        if edge is None:
            self.desk.say("no edge touches this node")
            return
        self.desk.work(self.open_tap(edge.id, edge_title(store, edge)))

    async def open_tap(self, edge: str, title: str) -> None:
        """Opens a tap and shows it."""
        await self.desk.session.open_tap(edge, title)
        self.tap.picked = None
        self.tap.repaint()

    def act_tap_up(self) -> None:
        """Selects the event before."""
        self.tap.move(-1)

    def act_tap_down(self) -> None:
        """Selects the event after."""
        self.tap.move(1)

    def act_tap_pause(self) -> None:
        """Holds the tap; what passes meanwhile is counted."""
        tap = self.store.tap
        if tap is not None:
            tap.is_held, tap.missed = not tap.is_held, 0
            self.tap.repaint()

    def act_tap_filter(self) -> None:
        """Asks for the text that events must contain."""
        tap = self.store.tap
        if tap is not None:
            dialog = Ask("Show events that contain", tap.wanted, WORDS)
            self.app.push_screen(dialog, self._filter)

    def _filter(self, text: str | None) -> None:
        if self.store.tap is not None and text is not None:
            self.store.tap.wanted = text
            self.tap.repaint()

    def act_tap_close(self) -> None:
        """Closes the tap."""
        self.canvas.focus()
        self.desk.work(self.desk.session.close_tap())

    def on_event_opened(self, message: EventOpened) -> None:
        """An event was clicked twice."""
        self.act_tap_open()

    def act_tap_test(self) -> None:
        """Makes a test of the event, for what the edge leads into."""
        found = self.tap.chosen_of()
        if found is not None:
            self.desk.make_test_of(found[1], found[0].edge)

    def act_tap_open(self) -> None:
        """Shows one event with all its fields and its path."""
        found = self.tap.chosen_of()
        if found is not None:
            self.desk.work(open_event(self, found[1], found[0].edge))
