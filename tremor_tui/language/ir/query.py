"""A pipeline as data: nodes, edges and ports, nested pipelines inlined, arguments folded in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from tremor_tui.language.ir.script import ScriptIR, SelectIR
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass


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
class WindowIR:
    """A tumbling window of a select.

    `kind` says what closes it: `amount` events or weights (`size`), `amount` nanoseconds (`interval`), or
    what `script` says (`state`, which starts as `state`). For the first two a script gives an event's
    weight or time. `tick` is the script for ticks, of a `state` window only. A script's result is the value
    it emits. `max_groups` None: as many as come.
    """

    name: str
    kind: Literal["size", "interval", "state"]
    amount: int = 0
    max_groups: int | None = None
    state: Any = None
    script: ScriptIR | None = None
    tick: ScriptIR | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class SelectNode:
    """A `select`; its id is made from its place, `select-LINE` with a letter where a line has two.

    `windows` are its windows, from the narrowest to the widest. The target of one with windows has no
    `event` or `$` outside of aggregates.
    """

    id: str
    select: SelectIR
    span: Span | None = None
    windows: tuple[WindowIR, ...] = ()


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
