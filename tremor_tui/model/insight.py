"""Insights: control that travels up, from sinks to sources (contraflow)."""

from __future__ import annotations

from tremor_tui.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Ack:
    """The events of `source`/`stream` from id `low` up to `high` were delivered.

    `time_ns` is how long the sink took for them, for operators that shed load.
    """

    source: int
    stream: int
    low: int
    high: int
    time_ns: int = 0


@dataclass(frozen=True, slots=True)
class Fail:
    """The events of `source`/`stream` from id `low` up to `high` were not delivered, because `error`."""

    source: int
    stream: int
    low: int
    high: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class Trigger:
    """`sink` cannot take events: its breaker tripped. Sources above it stop pulling."""

    sink: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Restore:
    """`sink` can take events again."""

    sink: str


@dataclass(frozen=True, slots=True)
class Started:
    """`sink` has tried to connect and may be sent to; where that failed, its Trigger came before this."""

    sink: str


@dataclass(frozen=True, slots=True)
class Drained:
    """Everything from `source` has passed `sink` and is written; `shape` as in the Drain it answers."""

    source: str
    sink: str
    shape: int = 0


Insight = Ack | Fail | Trigger | Restore | Started | Drained
