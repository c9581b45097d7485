"""Settings of a runtime: how much a channel holds, how long a turn is, how long a drain may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tremor_tui.model.batch import MAX_BYTES, MAX_ROWS


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits. `instance` is the name that scripts see; `start_s` bounds the wait for connectors at start.

    A batch leaves its source at `batch_rows` rows or `batch_bytes` bytes, or at the end of a read.
    `drain_s` is the deadline of a stop that names none. `fuses`: pipelines are fused and sources decode only
    what is read (`pipeline/fusing`). `schedule`: how tasks share the machine (`schedule/`). When something is
    worth a warning is said by `control/limits.py`.
    """

    channel_batches: int = 64
    channel_bytes: int = 8 * 1024 * 1024
    budget_ms: float = 2.0
    batch_rows: int = MAX_ROWS
    batch_bytes: int = MAX_BYTES
    drain_s: float = 5.0
    start_s: float = 5.0
    tick_s: float = 0.1
    instance: str = "tremor"
    fuses: bool = True
    schedule: Literal["async", "threads"] = "async"
