"""Signals: control that travels down, from sources to sinks, between batches."""

from __future__ import annotations

from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    """A sink named `sink` was deployed; answered with insight `Started` once it is connected."""

    sink: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes: `ingest_ns` is the wall clock in ns. Sent each 100 ms."""

    ingest_ns: int


@dataclass(frozen=True, slots=True)
class Drain:
    """`source` sends nothing more. A task passes it on once every one of its inputs has sent one.

    `shape` counts the flow's shapes: one of an earlier shape means nothing, for its source sends another.
    """

    source: str
    shape: int = 0


Signal = Start | Tick | Drain
