"""Inner: what is inside a pipeline, from its tree: nodes and edges with the ids of the compiled graph.

Goes over the statements as `check/query.py` does, without checking them; a nested pipeline's nodes move in
under its name. What the checker would leave out, as nothing passes it, is marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from string import ascii_lowercase
from typing import Literal

from tremor_tui.language.editing.constants import Values, bound
from tremor_tui.language.editing.draft import Found
from tremor_tui.language.editing.file import File
from tremor_tui.language.tree.expr import Name, Node
from tremor_tui.language.tree.query import Create, CreateStream, DefinePipeline, Select, StreamPort
from tremor_tui.model.port import ERR, IN, OUT
from tremor_tui.model.record import dataclass

InnerKind = Literal["input", "output", "stream", "script", "operator", "select"]
End = tuple[str, str]
"""A node and its port."""


@dataclass(slots=True)
class InnerNode:
    """A node: its statement, the file of that, its definition if it needs one.

    `part_of` is the nested pipeline that it came with, empty for the pipeline's own nodes. `args` are the
    known values of the arguments around it.
    """

    id: str
    kind: InnerKind
    file: File
    statement: Node
    found: Found[Node] | None = None
    part_of: str = ""
    args: Values = field(default_factory=dict)
    is_unused: bool = False


@dataclass(slots=True)
class InnerEdge:
    """An edge, which a select makes."""

    source: End
    target: End
    select: Select
    file: File
    part_of: str = ""
    is_unused: bool = False


@dataclass(frozen=True, slots=True)
class Nested:
    """A pipeline inside: its statement, its definition, its ports."""

    create: Create
    found: Found[Node] | None
    inputs: tuple[str, ...] = (IN,)
    outputs: tuple[str, ...] = (OUT, ERR)


@dataclass(slots=True)
class Inner:
    """The inside of a pipeline; `found` is its definition.

    `selects` are its own by node id. `faults` are sentences on a select, by its id. `nested` are the
    pipelines in it by name.
    """

    found: Found[DefinePipeline]
    args: Values
    within: frozenset[tuple[object, int]] = frozenset()
    nodes: dict[str, InnerNode] = field(default_factory=dict)
    edges: list[InnerEdge] = field(default_factory=list)
    selects: dict[str, Select] = field(default_factory=dict)
    nested: dict[str, Nested] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls, found: Found[DefinePipeline], args: Values, within: frozenset[tuple[object, int]] = frozenset()
    ) -> Inner:
        """The inside of a definition, with what is known of its arguments."""
        inner = cls(found, args, within | {found.key})
        inner._add_ports()
        for statement in found.node.statements:
            inner._statement(statement)
        inner._mark()
        return inner

    @property
    def file(self) -> File:
        """The file it stands in."""
        return self.found.file

    def select_id(self, select: Select) -> str:
        """The id of one of its own selects."""
        return next(name for name, one in self.selects.items() if one.span.start == select.span.start)

    def create_of(self, name: str) -> Create | CreateStream | None:
        """The statement that makes a node or nested pipeline of its own."""
        if name in self.nested:
            return self.nested[name].create
        node = self.nodes.get(name)
        if node is None or node.part_of or not isinstance(node.statement, (Create, CreateStream)):
            return None
        return node.statement

    def has_name(self, name: str) -> bool:
        """Whether a select may name it."""
        return name in self.nested or (name in self.nodes and "/" not in name)

    @property
    def taken(self) -> set[str]:
        """The names that are not free for a new node."""
        return {*self.nodes, *self.nested, IN, OUT, ERR}

    # -- statements -----------------------------------------------------------------------------------

    def _add_ports(self) -> None:
        node = self.found.node
        for ports, usual, kind, into in (
            (node.from_ports, (IN,), "input", self.inputs),
            (node.into_ports, (OUT, ERR), "output", self.outputs),
        ):
            places: Sequence[tuple[str, Node]] = (
                [(port.text, port) for port in ports] if ports else [(name, node) for name in usual]
            )
            for name, place in places:
                into.append(name)
                self._add(name, kind, place)

    def _add(self, name: str, kind: str, statement: Node, found: Found[Node] | None = None) -> None:
        if name not in self.nodes and name not in self.nested:
            self.nodes[name] = InnerNode(name, kind, self.file, statement, found, args=self.args)  # type: ignore[arg-type]

    def _statement(self, statement: Node) -> None:
        match statement:
            case CreateStream(Name(name)):
                self._add(name, "stream", statement)
            case Create(kind="pipeline"):
                self._nest(statement)
            case Create(kind="script" | "operator"):
                found = self.found.names.inside(self.found.node).made_by(statement)
                self._add(statement.name.text, statement.kind, statement, found)
            case Select():
                self._select(statement)

    def _nest(self, create: Create) -> None:
        name = create.name.text
        if name in self.nodes or name in self.nested:
            return
        found = self.found.names.inside(self.found.node).made_by(create)
        if found is None or not isinstance(found.node, DefinePipeline) or found.key in self.within:
            self.nested[name] = Nested(create, None)
            return
        pipeline: Found[DefinePipeline] = Found(found.node, found.file, found.names)
        args = bound(found.node.args, create.settings, self.args)
        inner = Inner.of(pipeline, args, self.within)
        self.nested[name] = Nested(create, found, tuple(inner.inputs), tuple(inner.outputs))
        for node in inner.nodes.values():
            kind: InnerKind = "stream" if node.kind in ("input", "output") else node.kind
            self.nodes[f"{name}/{node.id}"] = InnerNode(
                f"{name}/{node.id}", kind, node.file, node.statement, node.found, name, node.args
            )
        for edge in inner.edges:
            source, target = ((f"{name}/{node}", port) for node, port in (edge.source, edge.target))
            self.edges.append(InnerEdge(source, target, edge.select, edge.file, name))

    def _select(self, select: Select) -> None:
        name = self._select_name(select.span.line)
        faults: list[str] = []
        source, target = self._source(select.source, faults), self._target(select.into, faults)
        self.nodes[name] = InnerNode(name, "select", self.file, select, args=self.args)
        self.selects[name] = select
        self.faults[name] = faults
        if source and target:
            self.edges.append(InnerEdge(source, (name, IN), select, self.file))
            self.edges.append(InnerEdge((name, OUT), target, select, self.file))

    def _select_name(self, line: int) -> str:
        name = free = f"select-{line}"
        letters = iter(ascii_lowercase)
        while free in self.nodes:
            free = f"{name}{next(letters, len(self.nodes))}"
        return free

    def _source(self, end: StreamPort, faults: list[str]) -> End | None:
        stream, port = end.stream.text, end.port.text if end.port else OUT
        if stream in self.nested:
            return self._nested(stream, port, self.nested[stream].outputs, OUT, faults)
        if stream == IN and port != OUT:
            return self._extra(f"{IN}/{port}", "input", end, self.inputs), OUT
        return self._plain(stream, port, faults)

    def _target(self, end: StreamPort, faults: list[str]) -> End | None:
        stream, port = end.stream.text, end.port.text if end.port else IN
        if stream in self.nested:
            return self._nested(stream, port, self.nested[stream].inputs, IN, faults)
        if stream == OUT and port != IN:
            return self._extra(f"{OUT}/{port}", "output", end, self.outputs), IN
        return self._plain(stream, port, faults)

    def _nested(
        self, stream: str, port: str, known: Sequence[str], side: str, faults: list[str]
    ) -> End | None:
        if port in known and f"{stream}/{port}" in self.nodes:
            return f"{stream}/{port}", side
        faults.append(f"the pipeline `{stream}` has no port `{port}` on this side")
        return None

    def _plain(self, stream: str, port: str, faults: list[str]) -> End | None:
        if stream in self.nodes:
            return stream, port
        faults.append(f"there is no stream, node or port called `{stream}` before it")
        return None

    def _extra(self, name: str, kind: str, end: StreamPort, ports: list[str]) -> str:
        if name not in self.nodes:
            ports.append(name)
            self._add(name, kind, end)
        return name

    # -- what nothing passes --------------------------------------------------------------------------

    def _mark(self) -> None:
        """Marks the nodes that nothing reaches or that lead nowhere, and their edges."""
        kept, edges = set(self.nodes), list(self.edges)
        while True:
            fed = {edge.target[0] for edge in edges}
            read = {edge.source[0] for edge in edges}
            gone = {name for name in kept if not self._is_port(name) and not (name in fed and name in read)}
            if not gone:
                break
            kept -= gone
            edges = [edge for edge in edges if edge.source[0] in kept and edge.target[0] in kept]
        for name, node in self.nodes.items():
            node.is_unused = name not in kept
        for edge in self.edges:
            edge.is_unused = not (edge.source[0] in kept and edge.target[0] in kept)

    def _is_port(self, name: str) -> bool:
        return self.nodes[name].kind in ("input", "output")
