"""A deployment as data: which connectors and pipelines to create for a flow, and how they are linked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from tremor_tui.language.ir.query import QueryIR
from tremor_tui.model.diagnostic import Span
from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class PluginIR:
    """A codec or interceptor by name. `config` is None where only the name was given."""

    name: str
    config: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ConnectorIR:
    """A connector to create. `kind` is its type (`file`); `config` its folded record, {} if absent.

    `reconnect` is the folded record of that name, None where absent. `key_spans` gives the place of each
    key in the text (`config.path`, `codec`), so that a refusal at start can point at it.
    """

    alias: str
    kind: str
    codec: PluginIR | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    preprocessors: tuple[PluginIR, ...] = ()
    postprocessors: tuple[PluginIR, ...] = ()
    reconnect: Mapping[str, Any] | None = None
    metrics_interval_s: int | None = None
    span: Span | None = None
    key_spans: Mapping[str, Span] = field(default_factory=dict)


def settings_of(connector: ConnectorIR) -> tuple[Any, ...]:
    """All that a connector is made of, wherever that is written and however often it is measured."""
    one = connector
    return one.kind, one.codec, one.config, one.preprocessors, one.postprocessors, one.reconnect


@dataclass(frozen=True, slots=True)
class PipelineIR:
    """A pipeline to create: its alias in the flow and its graph with arguments folded in.

    `files` are the names of the sources its definition and scripts come from.
    """

    alias: str
    query: QueryIR
    span: Span | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a link: `/connector/ALIAS/PORT` or `/pipeline/ALIAS/PORT`."""

    kind: Literal["connector", "pipeline"]
    alias: str
    port: str


@dataclass(frozen=True, slots=True)
class LinkIR:
    """`connect SOURCE to TARGET`."""

    source: Endpoint
    target: Endpoint
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class FlowIR:
    """A flow to start. `alias` is the deployment's name; `definition` the flow's own."""

    alias: str
    definition: str
    connectors: tuple[ConnectorIR, ...]
    pipelines: tuple[PipelineIR, ...]
    links: tuple[LinkIR, ...]
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class DeployIR:
    """All flows that a file deploys, in the order of its `deploy` statements."""

    flows: tuple[FlowIR, ...]
