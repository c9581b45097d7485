"""A pipeline as data: nodes, edges and ports, nested pipelines inlined, arguments folded in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tremor_tui.language.ir.script import ScriptIR, SelectIR
from tremor_tui.model.diagnostic import Span


@dataclass(frozen=True, slots=True)
class PassNode:
    """A junction: an input or output port of the pipeline, or `create stream`.

    `role` is `input`, `output` or `stream`.
    """

    id: str
    role: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class ScriptNode:
    """A script operator. `scripts` maps each input port that has a body to its script.

    All bodies share one state, initially `state`. An event on a port without a body is an error event.
    """

    id: str
    scripts: Mapping[str, ScriptIR]
    state: Any = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class OperatorNode:
    """A native operator: `kind` is its name (`grouper::bucket`), `config` its folded `with` record."""

    id: str
    kind: str
    config: Mapping[str, Any] = field(default_factory=dict)
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class SelectNode:
    """A `select`; its id is made from its place, `select-LINE` with a letter where a line has two."""

    id: str
    select: SelectIR
    span: Span | None = None


Node = PassNode | ScriptNode | OperatorNode | SelectNode


@dataclass(frozen=True, slots=True)
class Edge:
    """From a node's output port to a node's input port. `order` counts from 0 in the text's order."""

    source: str
    source_port: str
    target: str
    target_port: str
    order: int = 0
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class QueryIR:
    """One pipeline. Node ids are unique; inlined ones are prefixed with the nested pipeline's name and `/`.

    `inputs` and `outputs` are its ports in order; each is the id of a PassNode too. `nodes` is in
    topological order. `config` holds its `#!config` directives.
    """

    name: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    inputs: tuple[str, ...] = ("in",)
    outputs: tuple[str, ...] = ("out", "err")
    config: Mapping[str, Any] = field(default_factory=dict)
    span: Span | None = None
