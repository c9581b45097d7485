"""metrics: the runtime's measurements as events, and a sink that adds to them.

A measurement is `{"measurement": …, "tags": {…}, "fields": {…}, "timestamp": ns}`, the shape of the influx
codec. Connectors and pipelines with a `metrics_interval_s` publish theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from tremor_tui.connectors.contract import ConnectorContext, Field, Sink, Source, Values, connector
from tremor_tui.connectors.shared.bus import Listener, bus
from tremor_tui.errors import EncodeError
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.origin import OriginUri


@connector("metrics")
class Metrics:
    """The bus of measurements."""

    kind: ClassVar[str] = "metrics"
    doc: ClassVar[str] = "Emits the runtime's measurements, and publishes those that it is sent."
    fields: ClassVar[tuple[Field, ...]] = ()
    codec: ClassVar[Literal["required", "optional", "structured"]] = "structured"
    default_codec: ClassVar[str | None] = None
    sink_ports: ClassVar[tuple[str, ...]] = ()
    local: ClassVar[bool] = True

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._ctx = ctx

    def source(self) -> Source | None:
        """A listener."""
        return MetricsSource(self._ctx)

    def sink(self) -> Sink | None:
        """A publisher."""
        return MetricsSink(self._ctx)


class MetricsSource:
    """Gives what was published since it opened."""

    def __init__(self, ctx: ConnectorContext) -> None:
        self.origin: OriginUri | None = None
        self._ctx = ctx
        self._listener = Listener()

    async def open(self) -> None:
        """Begins to listen."""
        self.origin = OriginUri("tremor-metrics", "localhost")
        if self._listener not in bus().listeners:
            bus().listeners.append(self._listener)

    async def pull(self) -> Values:
        """The next measurements."""
        with self._ctx.waiting("io"):
            events = await self._listener.take()
        if self._listener.lost:
            self._ctx.log(f"{self._ctx.alias}: lost {self._listener.lost:,} measurements, being too slow")
            self._listener.lost = 0
        return Values(events)

    async def close(self) -> None:
        """Listens no more."""
        if self._listener in bus().listeners:
            bus().listeners.remove(self._listener)


class MetricsSink:
    """Publishes measurements that have the right shape; a batch with a wrong one is refused."""

    def __init__(self, ctx: ConnectorContext) -> None:
        self._ctx = ctx

    async def open(self) -> None:
        """Nothing to open."""

    async def write(self, port: str, pieces: Sequence[bytes], batch: Batch) -> None:
        """Publishes. Raises EncodeError for what is no measurement."""
        now_ns = self._ctx.clock.wall_ns()
        bus().publish([_measurement(value, now_ns) for value in batch.values])

    async def resume(self) -> None:
        """Nothing is ever left."""

    async def close(self) -> None:
        """Nothing to close."""


def _measurement(value: Value, now_ns: int) -> Value:
    if not isinstance(value, dict) or not isinstance(value.get("measurement"), str):
        raise EncodeError("a measurement is a record with a string `measurement`")
    for key in ("tags", "fields"):
        if not isinstance(value.get(key), dict):
            raise EncodeError(f"a measurement has a record `{key}`")
    if not isinstance(value.get("timestamp", now_ns), int):
        raise EncodeError("the `timestamp` of a measurement is an integer, in ns")
    return {"timestamp": now_ns, **value}
