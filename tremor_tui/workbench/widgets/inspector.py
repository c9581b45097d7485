"""Inspector: everything about the selected node or edge, the most telling lines first."""

from __future__ import annotations

from tremor_tui.control.history import TrackKind
from tremor_tui.control.snapshots import YIELD_REASONS, EdgeSnapshot, NodeSnapshot, TaskSnapshot
from tremor_tui.workbench import figures
from tremor_tui.workbench.store import Store, named
from tremor_tui.workbench.widgets.painted import Line, Panel, clip, wrap

SHARE = 6
"""Cells of a share with its sign, and what is between it and the next."""


class Inspector(Panel):
    """Draws the selection of the canvas."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.store = store

    def heading(self) -> tuple[str, str]:
        """What is selected."""
        store = self.store
        edge = store.edge_of(store.edge)
        if edge is not None:
            return f"Edge  {edge_title(store, edge)}", f"into {named(edge.target_port)}"
        node = store.node_of(store.node)
        if node is None:
            return "Inspector", ""
        task = None if store.inside else store.task_of(node.task)
        detail = task.detail if task else node.detail if node.detail != node.kind else ""
        words = f"{task.kind if task else node.kind} {named(detail)}"
        version = f"  v{task.version}" if task and task.kind == "pipeline" else ""
        return store.node_title(node.id), words.strip() + version

    def body(self, width: int, height: int) -> list[Line]:
        """The figures of the selection."""
        store = self.store
        edge = store.edge_of(store.edge)
        if edge is not None:
            return self._edge(edge, width)
        node = store.node_of(store.node)
        if node is None:
            return [
                Line().add(clip("Nothing is selected. Arrows or a click select a node.", width), self.ink.dim)
            ]
        task = None if store.inside else store.task_of(node.task)
        said = self._said(node.id, width)
        return [*said, *(self.task_lines(task, width, height) if task else self._node(node))]

    def _said(self, node: str, width: int) -> list[Line]:
        """What a node of the draft lacks, and what should be looked at, in full."""
        mark, ink = self.store.mark_of(node), self.ink
        lines = [(f"{self.glyphs.bad} {words}", ink.hot) for words in mark.lacks]
        lines += [(f"{self.glyphs.warn} {words}", ink.warn) for words in mark.lints]
        return [Line().add(part, style) for text, style in lines for part in wrap(named(text), width)]

    def task_lines(self, task: TaskSnapshot, width: int, height: int = 20) -> list[Line]:
        """A task's figures; also shown on the Tasks screen."""
        lines = [self._trouble(text, width) for text in troubles(self.store, task)]
        lines += [self._flows(task), *self.split(task, width, height > 6), self._runs(task, width)]
        lines += self.yields(task, width)
        if task.queue is not None:
            lines.append(self._queue(task, width))
        return [*lines, self._totals(task), self._bytes(task)]

    def _trouble(self, text: str, width: int) -> Line:
        return (
            Line()
            .add(f"{self.glyphs.warn} ", self.ink.hot)
            .add(clip(text, width - 2, self.glyphs.more), self.ink.hot)
        )

    def _pairs(self, *pairs: tuple[str, str]) -> Line:
        line = Line()
        for name, value in pairs:
            line.add(f"{name} ", self.ink.dim).add(f"{value:<5} ", self.ink.text)
        return line

    def _flows(self, task: TaskSnapshot) -> Line:
        state = self.glyphs.states.get(task.state, task.state)
        line = Line().add(f"{state}   ", self.ink.state(task.state))
        in_s, out_s = figures.rate(task.in_s), figures.rate(task.out_s)
        line.extend(self._pairs(("in/s", in_s), ("out/s", out_s)))
        style = self.ink.warn if task.err_s else self.ink.text
        line.add("err/s ", self.ink.dim).add(f"{figures.rate(task.err_s):<6}", style)
        return line.extend(
            self._pairs(("dropped", figures.count(task.dropped)), ("failed", figures.count(task.failed)))
        )

    def split(self, task: TaskSnapshot, width: int, roomy: bool) -> list[Line]:
        """The four-way split of a task's time as a bar with its figures, below it where there is room."""
        ink, split = self.ink, task.split
        shares = (split.busy, split.ready, split.blocked, split.idle)
        hue = ink.by_share(split.busy) if split.busy >= 60 else ink.good
        styles = (hue, ink.accent, ink.warn, ink.faint)
        below = roomy and width < 76
        bar, words = Line(), Line()
        names = ("busy", "ready", "blocked", "idle") if width >= 45 else ("bsy", "rdy", "blk", "idl")
        beside = sum(map(len, names)) + len(names) * SHARE + 1
        cells = figures.parts(shares, width if below else max(0, width - beside))
        for many, style, char in zip(cells, styles, self.glyphs.split, strict=True):
            bar.add(char * many, style)
        for name, share, style in zip(names, shares, styles, strict=True):
            words.add(name, style if share >= 0.5 and style is not ink.faint else ink.dim)
            words.add(f" {share:.0f}%".ljust(SHARE), ink.text if share >= 0.5 else ink.dim)
        return [bar, words] if below else [bar.add("  " if bar.cells else "").extend(words)]

    def _runs(self, task: TaskSnapshot, width: int) -> Line:
        run = task.run
        line = Line().add("run    ", self.ink.dim)
        for name, value in (
            ("p50", run.p50),
            ("p90", run.p90),
            ("p99", run.p99),
            ("max", task.longest_run_ns),
        ):
            style = self.ink.hot if value > stall_ns(self.store) else self.ink.text
            line.add(f"{name} ", self.ink.dim).add(f"{figures.duration(value):<6}", style)
        if width >= 64:
            line.extend(self._pairs(("ready p99", figures.duration(task.ready_p99_ns))))
        return line

    def yields(self, task: TaskSnapshot, width: int) -> list[Line]:
        """How often the task gave the loop back, per second, by reason; two lines where it is narrow."""
        lines = [Line().add("yields/s " if width >= 52 else "y/s ", self.ink.dim)]
        start = lines[0].cells
        for name, value in zip(YIELD_REASONS, task.yields_s, strict=True):
            if lines[-1].cells + len(name) + 6 > width:
                lines.append(Line().to(start))
            lines[-1].add(f"{name} ", self.ink.dim).add(f"{figures.rate(value):<6}", self.ink.text)
        if lines[-1].cells + 13 <= width:
            lines[-1].add("polls/s ", self.ink.dim).add(figures.rate(task.polls_s), self.ink.text)
        return lines

    def _queue(self, task: TaskSnapshot, width: int) -> Line:
        queue = task.queue
        assert queue is not None
        style = self.ink.by_share(queue.fill * 100)
        line = Line().add("queue  ", self.ink.dim)
        line.add(figures.bar(queue.fill, 10, self.glyphs.full, self.glyphs.empty), style)
        line.add(f" {figures.percent(queue.fill * 100)}", style)
        line.add(f"  {queue.batches} of {queue.capacity} batches", self.ink.text)
        soon = self._full_in("task", task.id)
        if soon.cells:
            return line.extend(soon)
        return line.add(f"  high {queue.high}", self.ink.dim) if width >= 56 else line

    def _full_in(self, kind: TrackKind, name: str) -> Line:
        """When a queue that grows will be full; nothing where it does not grow."""
        seconds = self.store.past.full_in(kind, name)
        return Line().add(f"  full in {seconds:.0f} s", self.ink.hot) if seconds is not None else Line()

    def _totals(self, task: TaskSnapshot) -> Line:
        return (
            Line()
            .add("total  ", self.ink.dim)
            .extend(
                self._pairs(
                    ("in", figures.count(task.events_in)),
                    ("out", figures.count(task.events_out)),
                    ("err", figures.count(task.events_err)),
                    ("discarded", figures.count(task.discarded)),
                )
            )
        )

    def _bytes(self, task: TaskSnapshot) -> Line:
        return (
            Line()
            .add("bytes  ", self.ink.dim)
            .extend(
                self._pairs(
                    ("in/s", figures.size(task.bytes_in_s)),
                    ("out/s", figures.size(task.bytes_out_s)),
                    ("executor", f"x{task.executor}"),
                )
            )
        )

    def _edge(self, edge: EdgeSnapshot, width: int) -> list[Line]:
        style = self.ink.by_share((edge.fill or 0.0) * 100)
        lines = [
            self._pairs(
                ("rate", f"{figures.rate(edge.rate)}/s"),
                ("10 s trend", f"{edge.trend:+.0f}%" if abs(edge.trend) >= 0.5 else "-"),
                ("events", figures.count(edge.events)),
            )
        ]
        if edge.fill is not None:
            bar = figures.bar(edge.fill, 20, self.glyphs.full, self.glyphs.empty)
            lines.append(
                Line()
                .add("queue ", self.ink.dim)
                .add(bar, style)
                .add(figures.percent(edge.fill * 100), style)
                .extend(self._full_in("edge", edge.id))
            )
        else:
            lines.append(Line().add(clip("no queue: both ends run in one task", width), self.ink.dim))
        return [*lines, Line().add("t", self.ink.key).add(" opens a tap on this edge", self.ink.dim)]

    def _node(self, node: NodeSnapshot) -> list[Line]:
        lines = [
            self._pairs(("in", figures.count(node.events_in)), ("out", figures.count(node.events_out))),
            self._pairs(("dropped", figures.count(node.dropped)), ("errors", figures.count(node.errors))),
        ]
        if node.share:
            words = f"{node.share * 100:.0f}% of the pipeline's busy time"
            lines.insert(0, Line().add("share ", self.ink.dim).add(words, self.ink.text))
        if node.line:
            lines.append(Line().add(f"{named(node.file)} line {node.line}".strip(), self.ink.dim))
        return lines


def edge_title(store: Store, edge: EdgeSnapshot) -> str:
    """An edge in words: `parse/err to dead_letters`."""
    port = "" if edge.source_port == "out" else f"/{named(edge.source_port)}"
    return f"{store.node_title(edge.source)}{port} to {store.node_title(edge.target)}"


def stall_ns(store: Store) -> float:
    """From when on a run is too long."""
    return store.picture.limits.stall_ms * 1e6 if store.picture else 1e8


def troubles(store: Store, task: TaskSnapshot) -> list[str]:
    """What is wrong with a task now, in sentences."""
    found = []
    stall = next((w for w in store.warnings if w.task == task.id and w.kind == "stall"), None)
    where = f", {named(stall.file)} line {stall.line}" if stall and stall.line else ""
    if task.running_ns > stall_ns(store):
        limit = figures.duration(stall_ns(store))
        found.append(f"has not yielded for {figures.duration(task.running_ns)} (limit {limit}){where}")
    elif stall:
        found.append(named(stall.text) + where)
    if task.error:
        found.append(named(task.error))
    if task.breaker:
        found.append(f"does not pull: {named(task.breaker)}")
    return found
