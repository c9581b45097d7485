"""The picture of a draft as plain data; the control plane carries it as `control/editing.py` says."""

from __future__ import annotations

from dataclasses import field

from tremor_tui.language.editing.file import File
from tremor_tui.language.tree.expr import Node as TreeNode
from tremor_tui.model.batch import Value
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of a text: absolute path, shown name, lines from 1, offsets in characters."""

    path: str
    file: str
    line: int
    column: int
    end_line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SettingNow:
    """A setting as it stands: the text of its expression, and its value where that is a constant."""

    key: str
    text: str
    value: Value = None
    is_constant: bool = True


@dataclass(frozen=True, slots=True)
class Node:
    """One node; the meaning of each field is said in `control.editing.OutlinedNode`."""

    id: str
    kind: str
    label: str = ""
    detail: str = ""
    definition: str = ""
    file: str = ""
    line: int = 0
    ports_in: tuple[str, ...] = ()
    ports_out: tuple[str, ...] = ()
    settings: tuple[SettingNow, ...] = ()
    config: dict[str, Value] = field(default_factory=dict)
    args: tuple[str, ...] = ()
    given: tuple[SettingNow, ...] = ()
    text: str = ""
    created: Place | None = None
    defined: Place | None = None
    shared: tuple[str, ...] = ()
    fixed: str = ""
    is_unused: bool = False
    lacks: tuple[str, ...] = ()
    lints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge of a flow or of a pipeline's inside."""

    id: str
    source: str
    source_port: str
    target: str
    target_port: str
    place: Place | None = None
    is_unused: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges, in the order of the text."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow, that is deployed under its alias or only defined."""

    alias: str
    definition: str = ""
    is_deployed: bool = True
    graph: Graph = field(default_factory=Graph)
    inside: dict[str, Graph] = field(default_factory=dict)
    args: tuple[str, ...] = ()
    given: tuple[SettingNow, ...] = ()
    place: Place | None = None
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """All flows of a file, and the paths of the user's files that it is made of."""

    flows: tuple[Flow, ...] = ()
    files: tuple[str, ...] = ()


def place_of(file: File, node: TreeNode) -> Place:
    """Where a node of a file's tree stands."""
    span = node.span
    return Place(
        str(file.path), file.name, span.line, span.column, span.end_line, span.start, span.end
    )  # fmt: skip
