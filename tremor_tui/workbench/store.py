"""Keeps the latest picture, short histories and what is selected; the only state that widgets read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from tremor_tui.control.editing import OutlinedFlow, OutlinedNode
from tremor_tui.control.snapshots import (
    BreakSnapshot,
    Compared,
    EdgeSnapshot,
    EngineSnapshot,
    FlowSnapshot,
    GraphSnapshot,
    NodeSnapshot,
    Notice,
    Pushed,
    TapSamples,
    TaskSnapshot,
    Warned,
)
from tremor_tui.control.speed import Speed
from tremor_tui.workbench.past import Past
from tremor_tui.workbench.sketch import Mark, Sketch, State, changed_nodes, drawn_graph, join
from tremor_tui.workbench.taps import Tap as Tap
from tremor_tui.workbench.terminal import clean

KEPT = 240
"""Pictures in a history: a minute at four a second."""
SAID_NS = 12_000_000_000
"""How long a sentence stays on the alert line, by the engine's clock or ours."""

Link = Literal["none", "connecting", "live", "lost"]
_NO_MARK = Mark()
named = lru_cache(maxsize=8192)(clean)
"""A name from an engine, cleaned for the screen."""


@dataclass(slots=True)
class History:
    """The last figures of a task."""

    busy: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    rate: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    fill: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))


def watched_s(flow: FlowSnapshot | None, picture: EngineSnapshot | None) -> int:
    """The seconds that the version of a flow is watched still, rounded up; 0 where it is not."""
    if flow is None or picture is None or not flow.watching_until_ns:
        return 0
    return max(1, -(-(flow.watching_until_ns - picture.at_ns) // 10**9))


@dataclass(slots=True)
class Said:
    """A sentence on the alert line."""

    text: str
    severity: Literal["info", "warning", "error"]
    at_ns: int
    said_at: float


@dataclass
class Store:
    """What the screen shows. `changed` counts every change; widgets draw anew when it moved."""

    base: str = ""
    read_only: bool = False
    link: Link = "none"
    link_words: str = ""
    engine: str = ""
    lost_at: float = 0.0
    latest: EngineSnapshot | None = None
    frozen: EngineSnapshot | None = None
    missed: int = 0
    flow_alias: str = ""
    inside: str = ""
    node: str = ""
    edge: str = ""
    task: str = ""
    tap: Tap | None = None
    taps: list[Tap] = field(default_factory=list)
    breaks: dict[int, BreakSnapshot] = field(default_factory=dict)
    own_breaks: set[int] = field(default_factory=set)
    _told_at: dict[int, float] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    said: deque[Said] = field(default_factory=lambda: deque(maxlen=100))
    unsaved: int = 0
    drafted: str = ""
    """The path of the file whose draft is on the canvas; empty where the canvas shows what runs."""
    outline: OutlinedFlow | None = None
    """The picture of that draft's flow."""
    compared: Compared | None = None
    """What an apply of the drafts would change, where the engine has said it."""
    changed: int = 0
    speeds: dict[str, tuple[object, Speed | None]] = field(default_factory=dict)
    """What of each flow is on the fast path, with the version that it was asked of; None until it is told."""
    past: Past = field(default_factory=Past)
    """The last ten minutes; the History view keeps it."""
    is_then: bool = False
    """Whether `frozen` is a moment of the past, made from what is kept of it."""
    listeners: list[Callable[[Pushed, float], None]] = field(default_factory=list)
    """Called with every pushed frame and the time of its arrival (monotonic seconds), for screens that keep
    more of it than what is here."""

    _joined: tuple[GraphSnapshot | None, object, object, Sketch] = (None, None, None, Sketch())

    @property
    def picture(self) -> EngineSnapshot | None:
        """The picture to be shown: the latest, or the one at which the view was frozen."""
        return self.frozen or self.latest

    def touch(self) -> None:
        """Says that something changed."""
        self.changed += 1

    def take(self, pushed: Pushed, now: float) -> None:
        """Takes in what an engine pushed; `now` is monotonic seconds."""
        match pushed:
            case EngineSnapshot():
                self._take_picture(pushed, now)
            case TapSamples():
                self._take_samples(pushed, now)
            case BreakSnapshot():
                self._take_break(pushed, now)
            case Notice():
                self.say(pushed.text, pushed.severity, now, pushed.at_ns)
        for listen in self.listeners:
            listen(pushed, now)
        self.touch()

    def _take_picture(self, picture: EngineSnapshot, now: float) -> None:
        self._tell_changes(self.latest, picture, now)
        self.latest = picture
        self._take_breaks(picture, now)
        if self.frozen is not None:
            self.missed += 1
        alive = {task.id for task in picture.tasks}
        for name in self.histories.keys() - alive:
            del self.histories[name]
        for task in picture.tasks:
            history = self.histories.setdefault(task.id, History())
            history.busy.append(task.split.busy)
            history.rate.append(task.out_s if task.kind == "source" else task.in_s)
            history.fill.append(task.queue.fill if task.queue else 0.0)
        is_known = self.flow_alias in {flow.alias for flow in picture.flows}
        if picture.flows and not is_known and not self.drafted:
            self.choose_flow(picture.flows[0].alias)

    def _tell_changes(self, before: EngineSnapshot | None, now_is: EngineSnapshot, now: float) -> None:
        """A restart must be seen even where the notice of it was missed."""
        if before is None or before.engine != now_is.engine:
            return
        restarts = {executor.id: executor.restarts for executor in before.executors}
        for executor in now_is.executors:
            if executor.restarts > restarts.get(executor.id, executor.restarts):
                self.say(
                    f"executor {executor.id} was restarted; its flows began anew",
                    "warning",
                    now,
                    now_is.at_ns,
                )
        states = {flow.alias: flow.state for flow in before.flows}
        for flow in now_is.flows:
            if flow.state == "failed" and states.get(flow.alias, "failed") != "failed":
                self.say(
                    f"flow {flow.alias} failed: {flow.error or 'see the log'}", "error", now, now_is.at_ns
                )

    def _take_samples(self, samples: TapSamples, now: float) -> None:
        for tap in self.taps:
            if tap.number == samples.tap:
                if samples.note and samples.note != tap.note:
                    self.say(f"the tap on {tap.title}: {samples.note}", "warning", now)
                tap.take(samples)

    def _take_breaks(self, picture: EngineSnapshot, now: float) -> None:
        """A picture may be older than what was just told of a break."""
        told = {n: one for n, one in self.breaks.items() if now - self._told_at.get(n, 0.0) < 1.0}
        self.breaks = {one.number: one for flow in picture.flows for one in flow.breaks} | told
        self._told_at = {n: at for n, at in self._told_at.items() if n in self.breaks or now - at < 1.0}
        for number in [n for n, at in self._told_at.items() if n not in told and now - at < 1.0]:
            self.breaks.pop(number, None)

    def _take_break(self, told: BreakSnapshot, now: float) -> None:
        self.breaks[told.number] = told
        self._told_at[told.number] = now
        name = clean(told.node)
        if told.state == "held":
            self.say(f"{name} is held before an event: 3 shows it", "warning", now)
        elif told.state == "over":
            del self.breaks[told.number]

    @property
    def own_break(self) -> BreakSnapshot | None:
        """The break of this workbench that is held, else one that is set."""
        own = [one for one in self.breaks.values() if one.number in self.own_breaks]
        return min(own, key=lambda one: (one.state != "held", one.number), default=None)

    def say(
        self,
        text: str,
        severity: Literal["info", "warning", "error"] = "info",
        now: float = 0.0,
        at_ns: int = 0,
    ) -> None:
        """Puts a sentence on the alert line."""
        if self.said and self.said[-1].text == text and now - self.said[-1].said_at < 2:
            return
        self.said.append(Said(clean(text), severity, at_ns, now))
        self.touch()

    def show_then(self, picture: EngineSnapshot) -> None:
        """Shows a moment of the past instead of what is now."""
        self.frozen, self.is_then = picture, True
        self.touch()

    def freeze(self) -> None:
        """Holds the picture, or lets it go on."""
        self.is_then = False
        self.frozen = None if self.frozen else self.latest
        self.missed = 0
        self.touch()

    @property
    def flow(self) -> FlowSnapshot | None:
        """The flow that is shown; None where it is a draft that does not run."""
        flows = self.picture.flows if self.picture else ()
        if self.drafted:
            own = (flow for flow in flows if flow.alias == self.flow_alias and flow.file == self.drafted)
            return next(own, None)
        return next((flow for flow in flows if flow.alias == self.flow_alias), flows[0] if flows else None)

    def speed_of(self, alias: str) -> Speed | None:
        """What of a flow is on the fast path, where that is known."""
        return self.speeds.get(alias, (None, None))[1]

    @property
    def graph(self) -> GraphSnapshot | None:
        """The graph on the canvas, the flow's or a pipeline's inside: the draft joined with what runs."""
        live = self._live_graph()
        return live if self.outline is None else self.sketch.graph

    def _live_graph(self) -> GraphSnapshot | None:
        flow = self.flow
        if flow is None:
            return None
        if not self.inside:
            return flow.graph
        return flow.inside.get(self.inside, None if self.outline else flow.graph)

    @property
    def sketch(self) -> Sketch:
        """The draft joined with what runs; empty without a draft."""
        outline = self.outline
        if outline is None:
            return Sketch()
        drawn, live = drawn_graph(outline, self.inside), self._live_graph()
        if (
            self._joined[0] is not live
            or self._joined[1] is not drawn
            or self._joined[2] is not self.compared
        ):
            changed = changed_nodes(self.compared, self.inside)
            sketch = join(live, drawn, changed, self.flow is not None)
            self._joined = live, drawn, self.compared, sketch
        return self._joined[3]

    @property
    def flow_sketch(self) -> Sketch:
        """The draft of the flow joined with what runs, also where the canvas shows a pipeline's inside."""
        if self.outline is None:
            return Sketch()
        flow = self.flow
        changed = changed_nodes(self.compared, "")
        return join(flow.graph if flow else None, self.outline.graph, changed, flow is not None)

    def mark_of(self, node: str) -> Mark:
        """What is to be said of a node of the draft."""
        return self.sketch.marks.get(node, _NO_MARK)

    def edge_state(self, edge: str) -> State:
        """What an edge of the draft is to the version that runs."""
        return self.sketch.edges.get(edge, "")

    def drawn_node(self, node: str) -> OutlinedNode | None:
        """A node of the draft as it is drawn: with its ports, its settings and its place in the text."""
        nodes = drawn_graph(self.outline, self.inside).nodes if self.outline else ()
        return next((one for one in nodes if one.id == node), None)

    def has_inside(self, alias: str) -> bool:
        """Whether there is a graph inside a pipeline."""
        flow = self.flow
        return alias in (flow.inside if flow else ()) or alias in (
            self.outline.inside if self.outline else ()
        )

    def choose_flow(self, alias: str) -> None:
        """Shows another flow, as it runs."""
        self.flow_alias, self.inside, self.node, self.edge = alias, "", "", ""
        self.drafted, self.outline, self.compared = "", None, None
        self.touch()

    def draw_draft(self, path: str, outline: OutlinedFlow | None) -> None:
        """Shows the draft of a file, joined with what runs of it."""
        alias = outline.alias if outline else self.flow_alias
        if path != self.drafted or (outline and alias != self.flow_alias):
            if not (path and self.flow and self.flow.file == path and alias == self.flow_alias):
                self.inside = self.node = self.edge = ""
            self.drafted, self.flow_alias, self.compared = path, alias, None
        self.outline = outline
        if self.inside and not self.has_inside(self.inside):
            self.inside = self.node = self.edge = ""
        self.touch()

    def task_of(self, task_id: str) -> TaskSnapshot | None:
        """A task of the picture."""
        tasks = self.picture.tasks if self.picture else ()
        return next((task for task in tasks if task.id == task_id), None)

    def node_of(self, node_id: str) -> NodeSnapshot | None:
        """A node of the graph on the canvas."""
        nodes = self.graph.nodes if self.graph else ()
        return next((node for node in nodes if node.id == node_id), None)

    def edge_of(self, edge_id: str) -> EdgeSnapshot | None:
        """An edge of the graph on the canvas."""
        edges = self.graph.edges if self.graph else ()
        return next((edge for edge in edges if edge.id == edge_id), None)

    def any_edge(self, edge_id: str) -> EdgeSnapshot | None:
        """An edge of the flow that is shown, in whichever of its graphs it is."""
        flow = self.flow
        graphs = (flow.graph, *flow.inside.values()) if flow else ()
        return next((edge for graph in graphs for edge in graph.edges if edge.id == edge_id), None)

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """What needs a look, what lasts still first."""
        found = self.picture.warnings if self.picture else ()
        return tuple(sorted(found, key=lambda warned: (not warned.active, -warned.at_ns)))

    def node_title(self, node_id: str) -> str:
        """What a node of the canvas is called."""
        node = self.node_of(node_id)
        return named(node.label or node.id.rsplit("/", 1)[-1]) if node else named(node_id)
