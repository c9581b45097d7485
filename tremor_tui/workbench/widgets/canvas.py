"""Canvas: the graph of a flow, or of the inside of a pipeline, with rates and fills, drawn by hand.

The layout is made anew only where nodes or edges changed, or the size asks for another form. Three forms:
roomy boxes, close boxes, and folded nodes of two lines for small terminals; the first that fits is taken.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.style import Style
from textual import events

from tremor_tui.control.snapshots import EdgeSnapshot, GraphSnapshot, NodeSnapshot, TaskSnapshot
from tremor_tui.workbench import figures
from tremor_tui.workbench.bottleneck import find_limit
from tremor_tui.workbench.layout import Arc, Box, Form, Layout, Place, can_fit, layers, place
from tremor_tui.workbench.messages import MenuAsked, NodeSelected, WireDropped, WireTaken
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.dragging import Drag, Refusal, box_at, grabbed, paint
from tremor_tui.workbench.widgets.node_box import BoxPainter, Cells
from tremor_tui.workbench.widgets.painted import Line, Panel, clip
from tremor_tui.workbench.widgets.wires import WireCells

ROOMY = Form(height=5, row=2, err_row=3, rate=9, fill=7)
CLOSE = Form(height=5, row=2, err_row=3, rate=5, fill=5)
FOLDED = Form(height=2, row=0, err_row=1, rate=6, fill=2, space=1)
FORMS = ((ROOMY, 18, 24), (CLOSE, 16, 20), (CLOSE, 14, 17), (CLOSE, 13, 15), (FOLDED, 6, 16))
"""A form with the least and the most width of a node in it."""


class Canvas(Panel, can_focus=True):
    """Draws the store's graph; keeps what is selected in view."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store
        self.layout_now = Layout()
        self.form = ROOMY
        self._wires = WireCells(self.layout_now)
        self._key: object = None
        self._before: dict[tuple[str, str], Layout] = {}
        self._scroll = (0, 0)
        self._follow = True
        self.drag: Drag | None = None
        self.refusal: Refusal = lambda _node, _port, _target: ""
        self._was_dragged = False

    def heading(self) -> tuple[str, str]:
        """The flow, or the way to the pipeline that is unfolded."""
        store, flow = self.store, self.store.flow
        if flow is None and not store.drafted:
            return "Flow", ""
        graph = store.graph or GraphSnapshot()
        title = f"Flow  {named(flow.alias if flow else store.flow_alias)}"
        title += f" {self.glyphs.arrow} {named(store.inside)}" if store.inside else ""
        title += "  draft" if flow is None else ""
        right = f"{len(graph.nodes)} nodes  {len(graph.edges)} edges"
        flows = [f.alias for f in store.picture.flows] if store.picture else []
        if len(flows) > 1 and flow is not None:
            right += f"  flow {flows.index(flow.alias) + 1} of {len(flows)}"
        return title, right + ("  esc back" if store.inside else "")

    def body(self, width: int, height: int) -> list[Line]:
        """The visible part of the graph."""
        graph = self.store.graph
        if graph is None or not graph.nodes:
            return self._empty(width, height)
        self._arrange(graph, width, height)
        self._keep_in_view(width, height)
        cells = Cells(width, height, self._offset(width, height))
        self._paint_wires(cells, graph)
        self._paint_boxes(cells, graph)
        if self.drag is not None and self.drag.has_moved:
            paint(cells, self.layout_now, self.form, self.drag, self.refusal, (self.ink, self.glyphs))
        return cells.lines()

    def _empty(self, width: int, height: int) -> list[Line]:
        words = "a adds the first node" if self.store.drafted else ""
        words = words or {
            "live": "No flow runs here. Press 0 to open a .troy file.",
            "connecting": self.store.link_words + self.glyphs.more,
            "lost": "The engine is gone; this fills again when it answers.",
        }.get(self.store.link, "No engine. Press 0 to open a .troy file or to attach to one.")
        text = clip(words, width)
        return [Line() for _ in range(max(0, height // 2 - 1))] + [
            Line().to((width - len(text)) // 2).add(text, self.ink.dim)
        ]

    def _arrange(self, graph: GraphSnapshot, width: int, height: int) -> None:
        shape = tuple((n.id, n.label) for n in graph.nodes), tuple(e.id for e in graph.edges)
        key = (self.store.flow_alias, self.store.inside, shape, width, height)
        if key == self._key:
            return
        self._key = key
        place_of = (self.store.flow_alias, self.store.inside)
        before = self._before.get(place_of)
        arcs = [Arc(e.id, e.source, e.target, e.source_port) for e in graph.edges]
        layered = layers([Place(n.id, 0) for n in graph.nodes], arcs)
        for form, least, most in FORMS:
            places = [Place(n.id, self._width(n, least, most, form)) for n in graph.nodes]
            if form is not FORMS[-1][0] and not can_fit(layered, places, form, (width, height)):
                continue
            found = place(places, arcs, form, before)
            self.form = form
            if found.width <= width and found.height <= height:
                break
        self._before[place_of] = self.layout_now = found
        self._wires = WireCells(found)
        self._scroll, self._follow = (0, 0), True

    def _width(self, node: NodeSnapshot, least: int, most: int, form: Form) -> int:
        label = cell_len(named(node.label or node.id.rsplit("/", 1)[-1]))
        label = max(label, len(node.kind)) if self.store.inside else label
        return max(least, min(most, label + (1 if form.height == 2 else 4)))

    def _offset(self, width: int, height: int) -> tuple[int, int]:
        """What of the layout is at the body's top left; a layout that fits is centred."""
        layout = self.layout_now
        x = self._scroll[0] if layout.width > width else -((width - layout.width) // 2)
        y = self._scroll[1] if layout.height > height else -((height - layout.height) // 2)
        return x, y

    def _keep_in_view(self, width: int, height: int) -> None:
        layout = self.layout_now
        x, y = self._scroll
        box = self.selected_box()
        if box is not None and self._follow:
            x = min(max(x, box.x + box.width + 2 - width), max(0, box.x - 2))
            y = min(max(y, box.y + box.height + 1 - height), max(0, box.y - 1))
            self._follow = False
        self._scroll = (max(0, min(x, layout.width - width)), max(0, min(y, layout.height - height)))

    def selected_box(self) -> Box | None:
        """Where the selected node is; of a selected edge its target."""
        edge = self.store.edge_of(self.store.edge)
        return self.layout_now.boxes.get(edge.target if edge else self.store.node)

    def _paint_wires(self, cells: Cells, graph: GraphSnapshot) -> None:
        edges = {edge.id: edge for edge in graph.edges}
        store = self.store
        ink, picked = self.ink, store.edge
        styles: dict[str, Style] = {}
        thick: set[str] = {picked} if picked else set()
        for edge in graph.edges:
            fill = (edge.fill or 0.0) * 100
            styles[edge.id] = self._edge_style(edge, fill)
            if fill >= 60 or store.edge_state(edge.id) == "new":
                thick.add(edge.id)
        if picked in edges:
            styles[picked] = ink.picked
        rank = {wire: 2 if wire == picked else 1 if wire in thick else 0 for wire in edges}
        dashed = {e.id for e in graph.edges if e.source_port == "err" or store.edge_state(e.id) == "removed"}
        self._wires.paint(cells, self.glyphs, styles, rank, thick, dashed)
        for edge in sorted(graph.edges, key=lambda e: (rank[e.id], e.rate)):
            self._paint_labels(cells, edge, styles[edge.id])

    def _edge_style(self, edge: EdgeSnapshot, fill: float) -> Style:
        ink, state = self.ink, self.store.edge_state(edge.id)
        if state:
            return ink.good if state == "new" else ink.hot
        if edge.rate < 0.005 and fill < 1:
            return ink.frame
        if fill >= 60:
            return ink.by_share(fill)
        return ink.warn if edge.source_port == "err" else ink.bar

    def _paint_labels(self, cells: Cells, edge: EdgeSnapshot, style: Style) -> None:
        wire = self.layout_now.wires.get(edge.id)
        if wire is None:
            return
        ink, roomy = self.ink, self.form is ROOMY
        label = figures.rate(edge.rate)
        words = f" {label}/s " if roomy and edge.rate >= 0.005 else label if edge.rate >= 0.005 else ""
        strong = (
            ink.picked if edge.id == self.store.edge else ink.warn if edge.source_port == "err" else ink.text
        )
        if words and wire.points[-1][0] > wire.points[0][0]:
            at = wire.rate_at[0] + (0 if self.form is CLOSE else 1)
            cells.write(at, wire.rate_at[1], words, strong)
        x, y = wire.fill_at
        fill = edge.fill or 0.0
        if fill >= 0.005:
            steps = self.glyphs.steps
            gauge = steps[min(len(steps) - 1, int(fill * len(steps)))]
            percent = f"{fill * 100:.0f}%"
            words = gauge if self.form.fill < 5 else f"{gauge}{percent:>3}"[-4:]
            cells.write(x + self.form.fill - 1 - len(words), y, words, ink.by_share(fill * 100))
        cells.write(*wire.points[-1], self.glyphs.arrow, style)

    def _paint_boxes(self, cells: Cells, graph: GraphSnapshot) -> None:
        store = self.store
        tasks = {task.id: task for task in (store.picture.tasks if store.picture else ())}
        flow = store.flow
        limit = find_limit(flow, tuple(tasks.values())) if flow and not store.inside else None
        warned = {w.task for w in store.warnings if w.active}
        painter = BoxPainter(cells, self.ink, self.glyphs, self.form.height > 2)
        for node in graph.nodes:
            box = self.layout_now.boxes.get(node.id)
            if box is None:
                continue
            task: TaskSnapshot | None = None if store.inside else tasks.get(node.task)
            painter.begin(box, node.id == store.node and not store.edge, store.mark_of(node.id))
            painter.limits = bool(limit and limit.kind == "task" and task and limit.task == task.id)
            painter.warns = bool(task and task.id in warned)
            history = store.histories.get(node.task)
            if task:
                painter.task(named(node.label or task.alias), task, tuple(history.busy) if history else ())
            else:
                painter.node(named(node.label or node.id.rsplit("/", 1)[-1]), node)

    # Where things are

    def follow(self) -> None:
        """Brings what is selected into view when it is drawn next."""
        self._follow = True

    def place_of(self, node: str, side: str, index: int = 0, port: str = "") -> tuple[int, int] | None:
        """The cell of the screen at a port of a node, for a label; None where it is out of view.

        `side` is `in`, `out`, or `why`: where there is room for a remark on the node.
        """
        box = self.layout_now.boxes.get(node)
        if box is None:
            return None
        width, height = self._inner()
        left, top = self._offset(width, height)
        row = self.form.err_row if port == "err" else self.form.row + index
        last = box.height - 1 if box.height < 3 else box.height - 2
        x = {"in": max(left, box.x - 2), "out": box.x + box.width - 3, "why": box.x + 1}[side]
        # Where a box has fewer rows than ports, the labels stand side by side.
        x += 11 * max(0, row - last)
        x, y = x - left, box.y + (last if side == "why" else min(row, last)) - top
        if not (0 <= x < width and 0 <= y < height):
            return None
        return self.region.x + self.inset + x, self.region.y + 1 + y

    # Selecting

    def select(self, node: str, edge: str = "") -> None:
        """Selects a node, or an edge of it."""
        self.store.node, self.store.edge = node, edge
        self._follow = True
        found = self.store.node_of(node)
        if found and found.task and not self.store.inside:
            self.store.task = found.task
        self.store.touch()
        self.repaint()
        self.post_message(NodeSelected())

    def ensure_selected(self) -> None:
        """Selects a node where none is: the first pipeline, else the first node."""
        graph = self.store.graph
        if graph and graph.nodes and self.store.node_of(self.store.node) is None:
            first = next((n for n in graph.nodes if n.kind in ("pipeline", "script")), graph.nodes[0])
            self.select(first.id)

    def move(self, dx: int, dy: int) -> None:
        """Selects the node nearest in a direction."""
        self.ensure_selected()
        if self.store.node in self.layout_now.boxes:
            self.select(nearest(self.layout_now, self.store.node, dx, dy))

    def along(self, forward: bool) -> None:
        """Selects the node at the other end of the selected edge, or of the busiest one."""
        graph = self.store.graph
        if graph is None:
            return
        here: Callable[[EdgeSnapshot], str] = (lambda e: e.source) if forward else (lambda e: e.target)
        edges = [edge for edge in graph.edges if here(edge) == self.store.node]
        chosen = next((edge for edge in edges if edge.id == self.store.edge), None)
        chosen = chosen or max(edges, key=lambda edge: edge.rate, default=None)
        if chosen is not None:
            self.select(chosen.target if forward else chosen.source)

    def next_edge(self) -> None:
        """Selects the next edge of the node, those that leave it first; after the last the node again."""
        graph = self.store.graph
        if graph is None:
            return
        node = self.store.node
        edges = [e.id for e in graph.edges if e.source == node] + [
            e.id for e in graph.edges if e.target == node
        ]
        at = edges.index(self.store.edge) + 1 if self.store.edge in edges else 0
        self.select(node, edges[at] if at < len(edges) else "")

    # The mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A wire is taken hold of at a port or at its end."""
        self._was_dragged = False
        graph = self.store.graph
        if event.button != 1 or graph is None:
            return
        sources = {edge.id: (edge.source, edge.source_port) for edge in graph.edges}
        self.drag = grabbed(self.layout_now, self.form, sources, *self._cell(event))
        if self.drag is not None:
            self.capture_mouse()
            self.post_message(WireTaken())

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The wire follows the mouse."""
        if self.drag is not None:
            self.drag = self.drag.to(*self._cell(event))
            self.repaint()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The wire is let go; over a node it is connected."""
        drag, self.drag = self.drag, None
        if drag is None:
            return
        self.release_mouse()
        self._was_dragged = drag.has_moved
        box = box_at(self.layout_now, *self._cell(event))
        if drag.has_moved and box is not None and box.id != drag.node:
            self.post_message(WireDropped(drag.node, drag.port, box.id, drag.edge))
        self.repaint()

    def _cell(self, event: events.MouseEvent) -> tuple[int, int]:
        """The cell of the layout under the mouse."""
        left, top = self._offset(*self._inner())
        return event.x - self.inset + left, event.y - 1 + top

    def on_click(self, event: events.Click) -> None:
        """Selects what is under the mouse; twice looks inside, the right button lists what can be done."""
        if self._was_dragged:
            return
        self._select_at(*self._cell(event), twice=event.chain > 1 and event.button == 1)
        if event.button == 3:
            self.post_message(MenuAsked())

    def _select_at(self, x: int, y: int, twice: bool) -> None:
        box = box_at(self.layout_now, x, y)
        if box is not None:
            self.select(box.id)
            if twice:
                self.post_message(NodeSelected(True))
            return
        wire = self._wires.at(x, y)
        edge = self.store.edge_of(wire) if wire else None
        if edge is not None:
            self.select(edge.source, edge.id)

    def _inner(self) -> tuple[int, int]:
        width, height = self.size
        return (width - 4, height - 2) if self.is_boxed else (width - 1, height - 1)

    def _wheel(self, dx: int, dy: int) -> None:
        self._scroll = (self._scroll[0] + dx, self._scroll[1] + dy)
        self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scrolls; with shift sideways."""
        self._wheel(4 if event.shift else 0, 0 if event.shift else 2)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scrolls; with shift sideways."""
        self._wheel(-4 if event.shift else 0, 0 if event.shift else -2)


def nearest(layout: Layout, name: str, dx: int, dy: int) -> str:
    """The box nearest to `name` in a direction, or `name` itself where there is none."""
    here = layout.boxes[name]
    best, best_cost = name, float("inf")
    for box in layout.boxes.values():
        across = (box.x + box.width / 2) - (here.x + here.width / 2)
        down = (box.y - here.y) * 2.2
        ahead, aside = (across * dx, abs(down)) if dx else (down * dy, abs(across))
        if box.id != name and ahead > 0.5 and ahead + aside * 2 < best_cost:
            best, best_cost = box.id, ahead + aside * 2
    return best
