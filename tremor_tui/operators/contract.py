"""What an operator must do: take a batch on a port, return batches by port.

An operator never awaits and reads no clock. It owns its state, which `state` hands over when a running
pipeline is swapped for a new version of itself. It never changes a value it was given. A row that fails
becomes a row on `err` (`{"error": text, "event": value}`) and is counted in `errors`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from tremor_tui.errors import ConfigError, DataError, did_you_mean
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.config import Field as Field
from tremor_tui.model.context import Context
from tremor_tui.model.insight import Insight
from tremor_tui.model.port import OUT, OVERFLOW
from tremor_tui.model.record import dataclass
from tremor_tui.model.signal import Signal
from tremor_tui.registry import Registry

Failed = Callable[[DataError | None, int | None, Value, Meta | None, Value], None]
"""Hears of a row that failed: (error, id, event, meta, what was sent to `err`), all as the operator has them.

`error` is None where a script chose `err` by itself; `id` is None where what failed is no event that came in
but a window's result."""
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


@runtime_checkable
class Carried(Protocol):
    """An operator whose `state` holds what it calls, and that gives it to another process without that.

    `carried` is plain data; `take_over` gives it to a fresh operator of the same node.
    """

    def carried(self) -> Any: ...
    def take_over(self, state: Any) -> None: ...


class Quiet:
    """What most operators answer: nothing on signals, insights pass, no state, counters at zero.

    `on_failed` hears of each row that fails, or sits at None, and then costs nothing.
    """

    on_failed: Failed | None = None

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


@dataclass(frozen=True, slots=True)
class OperatorKind:
    """What a kind of operator is, in a sentence, and the settings of its `with`, for its check and forms."""

    doc: str
    fields: tuple[Field, ...] = ()


_described: dict[str, OperatorKind] = {}


def describe(kind: str, doc: str, *fields: Field) -> None:
    """Says what a kind is and which settings it has; beside its `@operator`."""
    _described[kind] = OperatorKind(doc, fields)


def described(kind: str) -> OperatorKind:
    """What a kind says of itself. Raises UnknownName."""
    operators.get(kind)
    return _described.get(kind, OperatorKind("An operator from elsewhere."))


def check_config(kind: str, config: Mapping[str, Value], hint: str = "") -> dict[str, Value]:
    """A config that has the keys it needs and no other ones, each as its field says, with the defaults.

    A key that is null counts as left out. `hint` is for a kind without settings. Raises ConfigError with
    the key.
    """
    fields = {field.name: field for field in _described[kind].fields}
    for key in config:
        if key not in fields:
            none = hint or "it has none: leave out the `with`"
            found = did_you_mean(key, list(fields), "" if fields else none)
            raise ConfigError(f"`{kind}` has no setting `{key}`", found, key)
    made: dict[str, Value] = {}
    for key, field in fields.items():
        value = config.get(key)
        if value is None and field.required and key not in config:
            raise ConfigError(f"`{kind}` needs the setting `{key}`", f"add `with {key} = … end`", key)
        if value is None and not field.required:
            made[key] = field.default
        elif wrong := _fault(field, value):
            raise ConfigError(f"`{key}` of `{kind}` is {wrong}", field.doc, key)
        else:
            made[key] = value
    return made


def _fault(field: Field, value: Value) -> str:
    """What a value should be, where it is something else; else empty."""
    is_number = type(value) in (int, float)
    below = field.minimum is not None and is_number and value < field.minimum
    above = field.maximum is not None and is_number and value > field.maximum
    if field.choices and value not in field.choices:
        return " or ".join(f"`{choice}`" for choice in field.choices)
    if field.fits(value) and not below and not above:
        return ""
    if field.maximum is not None:
        return f"a number from {field.minimum} to {field.maximum}"
    if field.type == "integer":
        return (
            f"at least {field.minimum}"
            if type(value) is int and value >= 0
            else "a whole number, not negative"
        )
    return f"{'an' if field.type[0] in 'aeiou' else 'a'} {field.type}"


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
