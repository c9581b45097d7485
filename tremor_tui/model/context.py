"""Context: what a script may know about the event at hand, beside its value and metadata."""

from __future__ import annotations

from tremor_tui.model.batch import Value
from tremor_tui.model.origin import OriginUri
from tremor_tui.model.record import dataclass

MAX_STEPS = 1_000_000
"""Loop turns and calls of functions that a script may take for one event."""


@dataclass(slots=True)
class Context:
    """Made once per node; whoever steps through a batch sets the fields that change per row.

    `ingest_ns` and `event_id` change per row, `origin` per batch. `instance` is the name of this
    tremor (`--instance`), `hostname` the machine's. `now_ns` is the wall clock, for `nanotime`; it is
    read by the runtime once per batch, since pure rooms read no clock. `recursion_limit` bounds `recur`.
    `steps` are the loop turns and calls that the event at hand has left; scripts that loop set it anew.
    `cardinality` is the number of live groups of the select at hand. `assert_raises` makes a failed
    `test::assert` an error, as the test runner wants it.
    """

    ingest_ns: int = 0
    event_id: int = 0
    origin: OriginUri | None = None
    instance: str = "tremor"
    hostname: str = "localhost"
    now_ns: int = 0
    recursion_limit: int = 1024
    steps: int = MAX_STEPS
    cardinality: int = 0
    assert_raises: bool = False


@dataclass(slots=True)
class Cell:
    """The state of one script or window, which lives from event to event."""

    state: Value = None
