"""Composer: what can be done on the canvas to change the draft: add, connect, delete, configure, undo.

Each action asks what it must (a list, a form, labels), then hands steps to `composing.py`.

Long because every action of the canvas is a method of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from tremor_tui.control.editing import (
    AddNode,
    Configure,
    ConnectPorts,
    DeleteNode,
    Disconnect,
    Duplicate,
    Kind,
    KindsListed,
    OutlinedEdge,
    OutlinedNode,
    Reconnect,
    Rename,
    Step,
)
from tremor_tui.errors import TremorError
from tremor_tui.workbench import fields as forms
from tremor_tui.workbench.actions import of
from tremor_tui.workbench.composing import Composing
from tremor_tui.workbench.copying import copied_steps
from tremor_tui.workbench.messages import MenuAsked, WireDropped, WireTaken
from tremor_tui.workbench.screens.dialogs import Ask, Menu
from tremor_tui.workbench.screens.form import Form
from tremor_tui.workbench.screens.jump import Jump, Target
from tremor_tui.workbench.screens.pick import Option, Pick, Picked
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.sketch import drawn_graph
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.canvas import Canvas

FORM_HINT = "enter adds it, tab its settings first, esc leaves"

USUAL = ("script", "file", "stdio", "metronome", "select", "bench", "null", "pipeline", "stream")
"""Kinds that are added most; they come first where several fit what was typed."""
NODE_MENU = (
    *("add", "connect", "edit", "form", "unfold", "rename", "duplicate", "copy", "paste"),
    *("delete", "delete_join", "tap", "flow_undo", "flow_redo"),
)
EDGE_MENU = ("insert", "connect", "tap", "delete", "flow_undo", "flow_redo")


class Composer(View):
    """The half of the Flow screen that changes drafts; `canvas` is where they are drawn."""

    canvas: Canvas

    def __init__(self, store: Store, composing: Composing, *, id: str) -> None:  # noqa: A002
        super().__init__(store, id=id)
        self.composing = composing

    # Making edits

    def make(self, steps: Callable[[], Sequence[Step]]) -> None:
        """Makes an edit in the background and says what was done."""
        self.desk.work(self.made(steps))

    async def made(self, steps: Callable[[], Sequence[Step]], everywhere: bool = False) -> None:
        """Makes an edit and says what was done. Raises TremorError."""
        edited = await self.composing.edit(steps, everywhere)
        if edited is not None:
            self.desk.say(edited.words or "nothing to change")
            self.canvas.follow()
            self.repaint()

    def drawn(self) -> OutlinedNode | None:
        """The selected node as the draft has it."""
        return self.store.drawn_node(self.store.node)

    def _after(self) -> str:
        """The node that a new one comes after: the selected one, if the draft has it."""
        return self.store.node if self.drawn() else ""

    # Adding

    def act_add(self) -> None:
        """Adds a node after the selected one and connects it."""
        self._add("Add" if not self.title() else f"Add after {self.title()}", self._added)

    def act_add_apart(self) -> None:
        """Adds a node that is not connected."""
        self._add("Add, not connected", lambda _side: ("", ""), ported=False)

    def act_insert(self) -> None:
        """Puts a node into the selected edge."""
        edge = self.store.edge_of(self.store.edge)
        if edge is None:
            self.desk.say("select an edge first: v goes through those of the node")
            return
        self._add(f"Insert into {self._edge_words(edge.id)}", lambda _side: ("", edge.id), ported=False)

    def _added(self, _side: str) -> tuple[str, str]:
        return self._after(), ""

    def title(self) -> str:
        """What the selected node is called."""
        return self.store.node_title(self.store.node) if self.store.node else ""

    def _add(self, title: str, where: Callable[[str], tuple[str, str]], ported: bool = True) -> None:
        """Offers the kinds; `where` says after which node, or into which edge, the chosen one goes."""
        node = self.drawn()
        ports = [port for port in (node.ports_out if node else ()) if ported]
        ports.sort(key=lambda port: port != "out")
        kinds = self.composing.kinds
        options = self._kind_options(kinds) if kinds else None
        pick = Pick(title, options, FORM_HINT, ports if len(ports) > 1 else (), "← → from its port")

        def chosen(picked: Picked | None) -> None:
            if picked is not None:
                self._chosen_kind(picked, where)

        self.app.push_screen(pick, chosen)
        if kinds is None:
            self.desk.work(self._fill(pick))

    async def _fill(self, pick: Pick) -> None:
        try:
            pick.fill(self._kind_options(await self.composing.list_kinds()))
        except TremorError:
            pick.answer(None)
            raise

    def _kind_options(self, listed: KindsListed) -> list[Option]:
        inside = bool(self.store.inside)
        wanted = ("both", "pipeline") if inside else ("both", "flow")
        kinds = [kind for kind in listed.kinds if kind.place in wanted]
        kinds.sort(key=lambda kind: USUAL.index(kind.name) if kind.name in USUAL else len(USUAL))
        return [Option(_kind_id(kind), kind.name, _about(kind), kind.doc, kind.words) for kind in kinds]

    def _chosen_kind(self, picked: Picked, where: Callable[[str], tuple[str, str]]) -> None:
        listed = self.composing.kinds or KindsListed()
        kind = next(kind for kind in listed.kinds if _kind_id(kind) == picked.id)
        if picked.key != "tab" and not forms.must_ask(kind):
            self._add_kind(kind, (), where, picked.side)
            return
        role = "source" if where(picked.side) == ("", "") else "sink"
        fields = forms.for_role(forms.fields_of(kind, listed), kind, role)

        def filled(answer: list[forms.Field] | None) -> None:
            if answer is not None:
                self._add_kind(kind, answer, where, picked.side)

        self.app.push_screen(Form(f"New {kind.name}", fields, kind.doc), filled)

    def _add_kind(
        self,
        kind: Kind,
        fields: Sequence[forms.Field],
        where: Callable[[str], tuple[str, str]],
        side: str,
    ) -> None:
        values, puts = forms.settings_of(fields)
        name = forms.name_of(fields)

        def steps() -> Sequence[Step]:
            after, edge = where(side)
            port = side if after and side != "out" else ""
            of = kind.name if kind.what in ("connector", "operator") else ""
            text = ""
            if kind.what == "select":
                text = next((put.text for put in puts if put.key == ("select",)), "")
            first = AddNode(kind.what, of, name, values, text, after, port, edge)
            rest = [put for put in puts if put.key != ("select",) or kind.what != "select"]
            return [first, *([Configure("$new", tuple(rest))] if rest else [])]

        self.make(steps)

    # Links

    def act_connect(self) -> None:
        """Connects the selected node, or moves an end of the selected edge: type the label of a port."""
        self.desk.work(self._connect())

    async def _connect(self) -> None:
        await self.composing.open_shown()
        if self.store.edge:
            self._offer_ends("target")
            return
        node = self.drawn()
        if node is None:
            self.desk.say("select a node first")
            return
        ports = sorted(node.ports_out, key=lambda port: port != "out")
        if not ports:
            self.desk.say(f"no events come out of {self.title()}")
            return
        self._offer_targets(node, ports, 0)

    def _offer_targets(self, node: OutlinedNode, ports: Sequence[str], at: int) -> None:
        state = {"at": at}

        def words() -> str:
            return f"connect {named(node.label or node.id)}/{named(ports[state['at']])} to"

        def turn() -> tuple[str, Sequence[Target]]:
            state["at"] = (state["at"] + 1) % len(ports)
            return words(), self._targets(node, ports[state["at"]])

        def chosen(answer: str | None) -> None:
            if answer:
                target, _, port = answer.rpartition(" ")
                out = ports[state["at"]]
                self.make(lambda: [ConnectPorts(node.id, target, out, port)])

        jump = Jump(words(), self._targets(node, ports[at]), turn if len(ports) > 1 else None)
        jump.tab_words = "tab: its next port"
        self.app.push_screen(jump, chosen)

    def _targets(self, node: OutlinedNode, port: str) -> list[Target]:
        """Every port that events may enter by, with its place; the reason where one may not be taken."""
        found = []
        for other in self._drawn():
            entries = other.ports_in or ("",)
            why = {entry: self.refusal(node.id, port, other.id, entry) for entry in entries}
            for index, entry in enumerate(entries):
                place = self.canvas.place_of(other.id, "in", index)
                if place is not None and not why[entry]:
                    words = "" if entry == "in" else entry
                    found.append(Target(f"{other.id} {entry}", *place, words=words))
            place = self.canvas.place_of(other.id, "why")
            if place is not None and all(why.values()):
                found.append(Target(f"{other.id} {entries[0]}", *place, why[entries[0]]))
        return found

    def _sources(self, edge: OutlinedEdge) -> list[Target]:
        found = []
        for other in self._drawn():
            for index, port in enumerate(other.ports_out or ("",)):
                place = self.canvas.place_of(other.id, "out", index, port)
                if place is not None:
                    refused = self.refusal(other.id, port, edge.target, edge.target_port)
                    words = "" if port == "out" else port
                    found.append(Target(f"{other.id} {port}", *place, refused, words=words))
        return found

    def _drawn(self) -> Sequence[OutlinedNode]:
        outline = self.store.outline
        return drawn_graph(outline, self.store.inside).nodes if outline else ()

    def _edges(self) -> Sequence[OutlinedEdge]:
        outline = self.store.outline
        return drawn_graph(outline, self.store.inside).edges if outline else ()

    def refusal(self, source: str, port: str, target: str, entry: str = "in") -> str:
        """Why a port cannot be connected to another, in a word or two; empty where it can."""
        first, last = self.store.drawn_node(source), self.store.drawn_node(target)
        if first is None or last is None:
            return "is not in the draft"
        if not port or port not in first.ports_out:
            return "gives no events"
        if not entry or not last.ports_in:
            return "takes no events"
        if source == target:
            return "itself"
        same = (edge for edge in self._edges() if (edge.source, edge.target) == (source, target))
        if any((edge.source_port, edge.target_port) == (port, entry or "in") for edge in same):
            return "is connected"
        return ""

    def drop_refusal(self, source: str, port: str, target: str) -> str:
        """Why a wire may not be let go over a node; empty where it may, or nothing is known yet."""
        node = self.store.drawn_node(target)
        if self.store.outline is None or node is None:
            return "" if self.store.outline is None else "is not in the draft"
        return self.refusal(source, port, target, (node.ports_in or ("",))[0])

    def on_wire_taken(self, message: WireTaken) -> None:
        """The draft must be there before a wire is let go."""
        self.canvas.refusal = self.drop_refusal
        if not self.store.read_only:
            self.desk.work(self.composing.open_shown())

    def on_wire_dropped(self, message: WireDropped) -> None:
        """A wire was let go over a node."""
        if self.store.read_only:
            self.desk.say("this workbench may only look", "warning")
            return
        why = self.drop_refusal(message.source, message.port, message.target)
        if why:
            self.desk.say(f"not connected: {self.store.node_title(message.target)} {why}", "warning")
        elif message.edge:
            self.make(lambda: [Reconnect(message.edge, "target", message.target)])
        else:
            self.make(lambda: [ConnectPorts(message.source, message.target, message.port)])

    def on_menu_asked(self, message: MenuAsked) -> None:
        """The right button was pressed."""
        self.act_menu()

    def _offer_ends(self, end: str) -> None:
        edge = next((one for one in self._edges() if one.id == self.store.edge), None)
        if edge is None:
            self.desk.say("this edge is not in the draft any more")
            return
        state = {"end": end}

        def targets() -> list[Target]:
            if state["end"] == "source":
                return self._sources(edge)
            source = self.store.drawn_node(edge.source)
            return self._targets(source, edge.source_port) if source else []

        def words() -> str:
            return f"move the {state['end']} of {self._edge_words(edge.id)} to"

        def turn() -> tuple[str, Sequence[Target]]:
            state["end"] = "source" if state["end"] == "target" else "target"
            return words(), targets()

        def chosen(answer: str | None) -> None:
            if answer:
                node, _, port = answer.rpartition(" ")
                side: Literal["source", "target"] = "source" if state["end"] == "source" else "target"
                self.make(lambda: [Reconnect(edge.id, side, node, port)])

        self.app.push_screen(Jump(words(), targets(), turn), chosen)

    def _edge_words(self, edge_id: str) -> str:
        edge = self.store.edge_of(edge_id)
        if edge is None:
            return edge_id
        port = "" if edge.source_port == "out" else f"/{edge.source_port}"
        return f"{self.store.node_title(edge.source)}{port} to {self.store.node_title(edge.target)}"

    # Deleting, copying, renaming

    def act_delete(self) -> None:
        """Takes the selected node or edge away; undo brings it back."""
        self.make(lambda: self._deleted(False))

    def act_delete_join(self) -> None:
        """Takes the selected node away and joins what led to it to what it led to."""
        self.make(lambda: self._deleted(True))

    def _deleted(self, reconnect: bool) -> Sequence[Step]:
        if self.store.edge:
            edge = self.store.edge
            self.store.edge = ""
            return [Disconnect(edge)]
        return [DeleteNode(self.selected(), reconnect)]

    def selected(self) -> str:
        """The selected node of the draft. Raises TremorError where there is none."""
        if self.drawn() is None:
            gone = self.store.node_of(self.store.node)
            words = f"{self.title()} is not in the draft any more" if gone else "no node is selected"
            raise TremorError(words)
        return self.store.node

    def act_duplicate(self) -> None:
        """A second node like the selected one."""
        self.make(lambda: [Duplicate(self.selected())])

    def act_rename(self) -> None:
        """Gives the selected node another name."""
        if not self.store.node:
            return
        node = self.store.node

        def answer(name: str | None) -> None:
            if name and name.strip():
                self.make(lambda: [Rename(node, name.strip())])

        self.app.push_screen(Ask(f"Rename {self.title()}", self.title(), "letters, digits and _"), answer)

    def act_copy(self) -> None:
        """Remembers the selected node for paste, also into another flow."""
        self.desk.work(self._copy())

    async def _copy(self) -> None:
        await self.composing.open_shown()
        self.selected()
        node = self.drawn()
        if node is not None:
            self.composing.copied = node, self._here()
            self.desk.say(f"copied {self.title()}: p pastes it, also in another flow")

    def _here(self) -> str:
        store = self.store
        return f"{store.drafted}\n{store.flow_alias}\n{store.inside}"

    def act_paste(self) -> None:
        """Adds what was copied, not connected."""
        if self.composing.copied is None:
            self.desk.say("nothing is copied: y copies the selected node")
            return
        self.make(self._pasted)

    def _pasted(self) -> Sequence[Step]:
        assert self.composing.copied is not None
        node, where = self.composing.copied
        if where == self._here() and self.store.drawn_node(node.id) is not None:
            return [Duplicate(node.id)]
        return copied_steps(node, bool(self.store.inside))

    # The menu

    def act_menu(self) -> None:
        """Lists what can be done with the selection, each with its key."""
        by_id = {action.id: action for action in of("flow")}
        names = EDGE_MENU if self.store.edge else NODE_MENU
        options = [(name, f"{by_id[name].key:<6} {by_id[name].words}", "") for name in names]
        title = self._edge_words(self.store.edge) if self.store.edge else self.title() or "Canvas"

        def chosen(name: str | None) -> None:
            if name:
                self.desk.action_act(name, "flow")

        self.app.push_screen(Menu(named(title), options), chosen)

    # Undo

    def act_flow_undo(self) -> None:
        """Takes the last edit back."""
        self.desk.work(self._undo(False))

    def act_flow_redo(self) -> None:
        """Makes the edit again that was taken back last."""
        self.desk.work(self._undo(True))

    async def _undo(self, again: bool) -> None:
        words = await self.composing.undo(again)
        self.desk.say(f"again: {words}" if again else f"undone: {words}")
        self.repaint()


def _kind_id(kind: Kind) -> str:
    return f"{kind.what} {kind.name}"


def _about(kind: Kind) -> str:
    """What a kind is, in one line."""
    side = "source" if kind.is_source else ""
    side = "source, sink" if side and kind.is_sink else side or ("sink" if kind.is_sink else "")
    first = kind.doc.split("\n")[0]
    return f"{side or kind.what}: {first}" if first else side or kind.what
