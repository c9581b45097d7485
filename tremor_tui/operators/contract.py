"""What an operator must do: take a batch on a port, return batches by port.

An operator never awaits and reads no clock. It owns its state, which `state` hands over when a running
pipeline is swapped for a new version of itself. It never changes a value it was given. A row that fails
becomes a row on `err` (`{"error": text, "event": value}`) and is counted in `errors`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from tremor_tui.errors import ConfigError, did_you_mean
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.context import Context
from tremor_tui.model.insight import Insight
from tremor_tui.model.port import OUT, OVERFLOW
from tremor_tui.model.signal import Signal
from tremor_tui.registry import Registry

Outputs = Sequence[tuple[str, Batch]]
"""Output port and batch; a port stands at most once, empty batches are left out."""


class Operator(Protocol):
    """One node's behaviour.

    `on_batch` takes the batch that arrived on a port. `on_signal` is called for ticks and may emit.
    `on_insight` sees what travels up and returns what goes on up: the same, another, or nothing.
    `dropped` counts rows let go on purpose, `errors` rows that failed, `evicted` groups that a window let go
    early because there were too many. `last_error` is the latest failure, for people. `state` is what a swap
    carries over; `restore` takes it, and may ignore what it does not know.
    """

    dropped: int
    errors: int
    evicted: int
    last_error: Exception | None

    def on_batch(self, port: str, batch: Batch) -> Outputs: ...
    def on_signal(self, signal: Signal) -> Outputs: ...
    def on_insight(self, insight: Insight) -> Sequence[Insight]: ...
    def state(self) -> Any: ...
    def restore(self, state: Any) -> None: ...


@runtime_checkable
class Steering(Protocol):
    """An operator that chooses its outputs by the sinks behind them.

    `leads` tells it, before the first batch, which sinks of the flow each of its output ports reaches.
    """

    def leads(self, sinks: Mapping[str, frozenset[str]]) -> None: ...


@runtime_checkable
class Calling(Protocol):
    """An operator that sends insights up by itself, not only in answer to one.

    `calls` hands over those since it was last asked, which is after each signal. A Trigger or Restore
    without a sink is the operator's own; the graph puts its name in.
    """

    def calls(self) -> Sequence[Insight]: ...


class Quiet:
    """What most operators answer: nothing on signals, insights pass, no state, counters at zero."""

    def __init__(self) -> None:
        self.dropped = 0
        self.errors = 0
        self.evicted = 0
        self.last_error: Exception | None = None

    def on_signal(self, signal: Signal) -> Outputs:
        """Emits nothing."""
        return ()

    def on_insight(self, insight: Insight) -> Sequence[Insight]:
        """Lets every insight pass."""
        return (insight,)

    def state(self) -> Any:
        """Nothing to carry over."""
        return None

    def restore(self, state: Any) -> None:
        """Nothing to take."""


OperatorFactory = Callable[[Mapping[str, Value], Context], Operator]
"""Makes one from its config and the Context of its node. Raises ConfigError."""

ALIASES = {
    "debug::history": "history",
    "generic::backpressure": "backpressure",
    "generic::batch": "batch",
    "generic::counter": "counter",
    "grouper::bucket": "bucket",
    "passthrough": "passthrough",
    "qos::backpressure": "backpressure",
    "qos::percentile": "percentile",
    "qos::roundrobin": "roundrobin",
}
"""The file of each operator that a query can name. `script.py` and `select.py` are made by statements."""
OUTPUTS: Mapping[str, tuple[str, ...]] = {
    "debug::history": (OUT,),
    "generic::backpressure": (OUT, OVERFLOW),
    "generic::batch": (OUT,),
    "generic::counter": (OUT,),
    "grouper::bucket": (OUT, OVERFLOW),
    "passthrough": (OUT,),
    "qos::backpressure": (OUT, OVERFLOW),
    "qos::percentile": (OUT, OVERFLOW),
}
"""The ports beside `err` that an operator of each kind emits on, where its settings do not say it."""
operators: Registry[OperatorFactory] = Registry("tremor_tui.operators", "operator", ALIASES)
operator = operators.register


def check_config(
    kind: str, config: Mapping[str, Value], required: Sequence[str], optional: Sequence[str] = ()
) -> None:
    """Whether a config has the keys it needs and no other ones. Raises ConfigError with the key."""
    known = [*required, *optional]
    for key in config:
        if key not in known:
            hint = did_you_mean(key, known, "" if known else "it has none: leave out the `with`")
            raise ConfigError(f"`{kind}` has no setting `{key}`", hint, key)
    for key in required:
        if key not in config:
            raise ConfigError(f"`{kind}` needs the setting `{key}`", f"add `with {key} = … end`", key)


def natural(kind: str, config: Mapping[str, Value], key: str, default: int | None = None) -> int | None:
    """A setting that is a whole number from 0; the default where it is absent or null. Raises ConfigError."""
    value = config.get(key)
    if value is None:
        return default
    if type(value) is int and value >= 0:
        return value
    raise ConfigError(f"`{key}` of `{kind}` is a whole number, not negative", "", key)


def timed(batch: Batch, ctx: Context) -> Iterable[int]:
    """The ids of a batch; as they are taken, `ctx` gets the time of their row. Sets its origin as well."""
    ctx.origin = batch.origin
    times = batch.ingest_ns
    if isinstance(times, int):
        ctx.ingest_ns = times
        return batch.ids
    return _timed(batch.ids, times, ctx)


def _timed(ids: Sequence[int], times: Sequence[int], ctx: Context) -> Iterator[int]:
    for event_id, ctx.ingest_ns in zip(ids, times, strict=True):
        yield event_id
