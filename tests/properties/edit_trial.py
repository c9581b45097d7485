"""Random edits of a text, and what must hold after each: see `test_edits.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from tremor_tui.connectors.contract import connectors
from tremor_tui.control.editing import (
    AddNode,
    Configure,
    ConnectPorts,
    DeleteNode,
    Disconnect,
    Duplicate,
    Edit,
    Edited,
    Outline,
    Outlined,
    OutlinedFlow,
    OutlinedGraph,
    Put,
    Reconnect,
    Rename,
    SetScript,
    Step,
    TextChange,
    What,
    applied,
    inverse,
)
from tremor_tui.engine.compiling.edits import on_canvas
from tremor_tui.engine.compiling.link import Canvas, Unmade
from tremor_tui.engine.sources import Program, compile_flows
from tremor_tui.errors import CompileError
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.language.ir.query import PassNode, QueryIR, ScriptNode, SelectNode
from tremor_tui.language.lex.lexer import lex
from tremor_tui.language.lex.tokens import Comment
from tremor_tui.language.parse.parser import parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.deploy import DefineFlow
from tremor_tui.language.tree.expr import Node
from tremor_tui.language.tree.query import DefinePipeline
from tremor_tui.runtime.wiring import edge_id

PATH = "/nowhere/main.troy"
BASE = "/nowhere"
OPERATORS = ("generic::batch", "generic::counter", "grouper::bucket", "qos::percentile")
STRINGS = (
    "a.jsonl",
    'quote " and \\',
    "#{ no } interpolation",
    "lines\nand\ttabs",
    "ü 日本語 \U0001f600",
    "",
)
SCRIPTS = (
    "event",
    "let event.a = 1;\nevent",
    "# new\nmatch event of\n  case _ => drop\nend",
    'emit event => "odd"',
)
EXPRESSIONS = ("event", '{"a": event.b, "c": 1}', "event.x + 1")


class Trial:
    """One text with its undo list, edited at random."""

    def __init__(self, text: str, seed: int) -> None:
        self.first = self.text = text
        self.random = Random(seed)
        self.undos: list[tuple[TextChange, ...]] = []
        self.redos: list[tuple[TextChange, ...]] = []
        self.made: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.steps = 0
        self.compiled = 0
        self.broken_for = 0
        self.last: Any = None

    def picture(self) -> Outlined:
        """The outline of the text."""
        request = Outline(PATH, BASE, texts={PATH: self.text}, diagnose=False)
        answer = on_canvas(Canvas(request)).answer
        assert isinstance(answer, Outlined)
        return answer

    def step(self) -> None:
        """One edit, undo or redo at random, with all checks."""
        self.steps += 1
        kind = self.random.random()
        if kind < 0.08 and self.undos:
            self._go(self.undos, self.redos, "undo")
        elif kind < 0.14 and self.redos:
            self._go(self.redos, self.undos, "redo")
        else:
            self._edit()

    def undo_all(self) -> None:
        """Undoes all that was done."""
        while self.undos:
            self._go(self.undos, self.redos, "undo all")
        self.broken_for = 0

    def _go(self, done: list[tuple[TextChange, ...]], other: list[tuple[TextChange, ...]], name: str) -> None:
        changes = done.pop()
        other.append(inverse(self.text, changes))
        self.text = applied(self.text, changes)
        self.made[name] += 1

    def _edit(self) -> None:
        picture = self.picture()
        flow = self.random.choice(picture.flows)
        inside = self.random.choice(["", "", *flow.inside]) if flow.inside else ""
        graph = flow.inside[inside] if inside else flow.graph
        step = self._inner_step(graph) if inside else self._flow_step(graph)
        everywhere = self.random.random() < 0.3
        self.last = (flow.alias, inside, step)
        request = Edit(PATH, BASE, (step,), (), {PATH: self.text}, flow.alias, inside, everywhere)
        answer = on_canvas(Canvas(request)).answer
        name = type(step).__name__
        if isinstance(answer, Unmade):
            assert "would not parse" not in answer.message, (answer, step)
            self.refused[name] += 1
            self.steps -= 1
            return
        assert isinstance(answer, Edited)
        self.made[name] += 1
        after = applied(self.text, answer.changes)
        assert answer.texts.get(PATH, self.text) == after
        check_text(after, self.text)
        check_comments(self.text, after, step)
        compiles = check_picture(after, answer.outlined)
        self.compiled += compiles
        self.broken_for = 0 if compiles else self.broken_for + 1
        if answer.selected:
            check_selected(answer, flow.alias, inside)
        back = inverse(self.text, answer.changes)
        assert applied(after, back) == self.text
        self.undos.append(back)
        self.redos.clear()
        self.text = after

    # -- steps ----------------------------------------------------------------------------------------

    def _pick(self, *makers: Callable[[], Step | None]) -> Step:
        while True:
            step = self.random.choice(makers)()
            if step is not None:
                return step

    def _flow_step(self, graph: OutlinedGraph) -> Step:
        nodes = [node.id for node in graph.nodes]
        edges = [edge.id for edge in graph.edges]
        one = self.random.choice
        if not nodes:
            return self._new(nodes, edges, inside=False)
        return self._pick(
            lambda: self._new(nodes, edges, inside=False),
            lambda: self._new(nodes, edges, inside=False),
            lambda: ConnectPorts(one(nodes), one(nodes), one(["", "", "err"])),
            lambda: Disconnect(one(edges)) if edges else None,
            lambda: Reconnect(one(edges), one(["source", "target"]), one(nodes)) if edges else None,
            lambda: DeleteNode(one(nodes), one([True, False])),
            lambda: Duplicate(one(nodes)),
            lambda: Rename(one(nodes), one(["alpha", "beta", "gamma_2", "null", "größe"])),
            lambda: Configure(one(nodes), (self._put(), self._put())),
        )

    def _inner_step(self, graph: OutlinedGraph) -> Step:
        nodes = [node.id for node in graph.nodes]
        edges = [edge.id for edge in graph.edges]
        scripts = [node for node in graph.nodes if node.kind == "script"]
        selects = [node.id for node in graph.nodes if node.kind == "select"]
        one = self.random.choice
        return self._pick(
            lambda: self._new(nodes, edges, inside=True),
            lambda: self._new(nodes, edges, inside=True),
            lambda: ConnectPorts(one(nodes), one(nodes), one(["", "", "err"])),
            lambda: Disconnect(one(edges)) if edges else None,
            lambda: Reconnect(one(edges), one(["source", "target"]), one(nodes)) if edges else None,
            lambda: DeleteNode(one(nodes), one([True, False])),
            lambda: Duplicate(one(nodes)),
            lambda: Rename(one(nodes), one(["delta", "epsilon", "in", "zeta_3"])),
            lambda: SetScript(one(scripts).id, one(SCRIPTS)) if scripts else None,
            lambda: Configure(one(nodes), (Put((one(["count", "timeout"]),), one([1, 100])),)),
            lambda: Configure(one(selects), (self._part(),)) if selects else None,
        )

    def _part(self) -> Put:
        part = self.random.choice(["select", "where", "having"])
        if part != "select" and self.random.random() < 0.4:
            return Put((part,), remove=True)
        return Put((part,), text=self.random.choice(EXPRESSIONS) if part == "select" else "event.q == 1")

    def _new(self, nodes: list[str], edges: list[str], *, inside: bool) -> AddNode:
        one = self.random.choice
        inner: list[What] = ["script", "operator", "pipeline", "select", "stream"]
        outer: list[What] = ["script", "operator", "pipeline", "connector", "connector", "connector"]
        what = one(inner if inside else outer)
        of = one(OPERATORS) if what == "operator" else one(connectors.names()) if what == "connector" else ""
        text = one(SCRIPTS) if what == "script" else one(EXPRESSIONS) if what == "select" else ""
        how = self.random.random()
        if how < 0.3 and edges:
            return AddNode(what, of, text=text, edge=one(edges))
        if how < 0.8 and nodes:
            return AddNode(what, of, text=text, after=one(nodes), port=one(["", "", "", "err"]))
        return AddNode(what, of, text=text)

    def _put(self) -> Put:
        one = self.random.choice
        key = one(
            [("codec",), ("config", "path"), ("config", "chunk_size"), ("config",), ("preprocessors",),
             ("with", "path"), ("reconnect", "retry", "interval_ms"), ("config", "interval")]
        )  # fmt: skip
        if self.random.random() < 0.35:
            return Put(key, remove=True)
        values = {"codec": "json", "path": one(STRINGS), "preprocessors": ["separate"], "config": {}}
        return Put(key, values.get(key[-1], self.random.randrange(1, 10**6)))


# --- what must hold -----------------------------------------------------------------------------------


def check_text(after: str, before: str) -> None:
    """It parses, and its lines end as they did."""
    parsed = parse(Source(after, "main.troy"), "deploy")
    assert parsed.diagnostics == []
    assert parsed.tree is not None
    if "\r\n" in before:
        assert after.count("\n") == after.count("\r\n")
    else:
        assert "\r" not in after


def comments_of(text: str) -> list[Comment]:
    return lex(Source(text, "")).comments


def check_comments(before: str, after: str, step: Step) -> None:
    """Comments stay, in their order; those of what a step takes away go with it, and no other ones."""
    old, new = comments_of(before), comments_of(after)
    lost = Counter(one.text.strip() for one in old) - Counter(one.text.strip() for one in new)
    takes = isinstance(step, (DeleteNode, Disconnect, SetScript, Configure, ConnectPorts, Reconnect, AddNode))
    if lost:
        assert takes, (step, lost)
        gone = set(lines_gone(before, after))
        for text, count in lost.items():
            same = [one for one in old if one.text.strip() == text]
            assert sum(belongs(before, one, gone, step) for one in same) >= count, (step, text)
    texts = [one.text.strip() for one in old]
    kept = [one.text.strip() for one in new]
    assert set(texts) - set(lost) <= set(kept)
    single = {text for text in texts if texts.count(text) == kept.count(text) == 1}
    if not isinstance(step, Reconnect):  # moves a select below what it names, with its comments
        assert [one for one in kept if one in single] == [one for one in texts if one in single], step


def statements(text: str) -> Iterator[Node]:
    """All statements of flows and pipelines, and what stands in a `with`."""
    tree = parse(Source(text, ""), "deploy").tree
    todo: list[Node] = list(tree.statements) if tree else []
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, (DefineFlow, DefinePipeline)):
            todo += node.statements
        else:
            todo += list(getattr(node, "settings", ()))
            value = getattr(node, "value", None)
            todo += getattr(value, "fields", ())


def lines_gone(before: str, after: str) -> Iterator[int]:
    """The first and all other lines of statements and settings that are not there any more."""
    left = Counter(words(after, node) for node in statements(after))
    there = Counter(words(before, node) for node in statements(before))
    ends = {one.start: one for one in lex(Source(before, "")).tokens if one.kind in ("SEMI", "COMMA")}
    for node in statements(before):
        if left[words(before, node)] < there[words(before, node)] and not isinstance(node, DefineFlow):
            mark = min((start for start in ends if start >= node.span.end), default=node.span.end)
            between = comments_of(before[node.span.end : mark])
            bare = before[node.span.end : mark]
            for one in reversed(between):
                bare = bare[: one.start] + bare[one.end :]
            last = before.count("\n", 0, mark) + 1 if not bare.strip() else node.span.end_line
            yield from range(node.span.line, last + 1)


def words(text: str, node: Node) -> str:
    return type(node).__name__ + " ".join(text[node.span.start : node.span.end].split())


def belongs(text: str, comment: Comment, gone: set[int], step: Step) -> bool:
    """Whether a comment is in what went, at the end of its last line, or right above it."""
    lines = text.split("\n")
    line = text.count("\n", 0, comment.start) + 1
    if line in gone:
        return True
    while line < len(lines) and lines[line - 1].strip().startswith("#"):
        line += 1
    return line in gone


def check_selected(answer: Edited, alias: str, inside: str) -> None:
    """What is to be selected is there."""
    flow = next(one for one in answer.outlined.flows if one.alias == alias)
    graph = flow.inside[inside] if inside else flow.graph
    assert answer.selected in [node.id for node in graph.nodes], (answer.selected, answer.words)


# --- the picture against the compiled flow ------------------------------------------------------------


def check_picture(text: str, outlined: Outlined) -> bool:
    """Where the text compiles, the picture is that of the compiled flows; whether it does."""
    try:
        program = Program.open(Path(PATH), Path(BASE), (), {PATH: text})
        flows = compile_flows(program).ir.flows
    except CompileError:
        return False
    deployed = {flow.alias: flow for flow in outlined.flows if flow.is_deployed}
    assert set(deployed) == {flow.alias for flow in flows}
    for flow in flows:
        check_flow(flow, deployed[flow.alias])
    return True


def check_flow(ir: FlowIR, drawn: OutlinedFlow) -> None:
    sources = {link.source.alias for link in ir.links if link.source.kind == "connector"}
    sinks = {link.target.alias for link in ir.links if link.target.kind == "connector"}
    nodes = {
        (f"connector/{one.alias}", "both" if one.alias in sources & sinks else
         "source" if one.alias in sources else "sink", one.kind, one.span.line if one.span else 0)
        for one in ir.connectors if one.alias in sources | sinks
    }  # fmt: skip
    nodes |= {
        (f"pipeline/{one.alias}", "pipeline", one.query.name, one.span.line if one.span else 0)
        for one in ir.pipelines
    }
    used = [node for node in drawn.graph.nodes if not node.is_unused]
    assert {(node.id, node.kind, node.detail, node.line) for node in used} == nodes
    assert {edge.id for edge in drawn.graph.edges} == {edge_id(ir.alias, link) for link in ir.links}
    assert set(drawn.inside) == {one.alias for one in ir.pipelines}
    for one in ir.pipelines:
        check_inside(one.query, drawn.inside[one.alias])


def check_inside(query: QueryIR, drawn: OutlinedGraph) -> None:
    nodes = {(node.id, kind_of(node), node.span.line if node.span else 0) for node in query.nodes}
    used = [node for node in drawn.nodes if not node.is_unused]
    assert {(node.id, node.kind, node.line) for node in used} == nodes
    edges = {(one.source, one.source_port, one.target, one.target_port) for one in query.edges}
    lines = [edge for edge in drawn.edges if not edge.is_unused]
    assert {(one.source, one.source_port, one.target, one.target_port) for one in lines} == edges


def kind_of(node: object) -> str:
    if isinstance(node, PassNode):
        return node.role
    return (
        "script" if isinstance(node, ScriptNode) else "select" if isinstance(node, SelectNode) else "operator"
    )
