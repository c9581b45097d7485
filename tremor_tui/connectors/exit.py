"""exit: ends the process of a plain `run`, or the flow in an engine, when the first event comes.

The event may say how: `exit` (a status), `delay` (ns) and `graceful`; its config says the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from tremor_tui.connectors.contract import Anywhere, ConnectorContext, Field, Sink, Source, connector
from tremor_tui.model.batch import Batch, Value


@connector("exit")
class Exit:
    """A sink that ends all."""

    kind: ClassVar[str] = "exit"
    doc: ClassVar[str] = "Ends the process of a plain run, or the flow in an engine, at the first event."
    fields: ClassVar[tuple[Field, ...]] = (
        Field("delay", "integer", "Nanoseconds to wait before.", minimum=0),
        Field("graceful", "bool", "Whether everything is drained before.", default=True),
    )
    codec: ClassVar[Literal["required", "optional", "structured"]] = "structured"
    default_codec: ClassVar[str | None] = None
    sink_ports: ClassVar[tuple[str, ...]] = ()
    local: ClassVar[bool] = True

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._config = config
        self._ctx = ctx

    @staticmethod
    def sides(config: Mapping[str, Value]) -> tuple[bool, bool]:
        """A sink alone."""
        return False, True

    def source(self) -> Source | None:
        """It has none."""
        return None

    def sink(self) -> Sink | None:
        """The sink."""
        return ExitSink(self._config, self._ctx)


class ExitSink(Anywhere):
    """Asks for the end once."""

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._config = config
        self._ctx = ctx
        self._is_done = False

    async def open(self) -> None:
        """Nothing to open."""

    async def write(self, port: str, pieces: Sequence[bytes], batch: Batch) -> None:
        """Reads the first event and asks for the end."""
        if self._is_done:
            return
        self._is_done = True
        event = batch.values[0] if isinstance(batch.values[0], dict) else {}
        delay = _integer(event.get("delay"), self._config.get("delay", 0))
        if delay:
            await self._ctx.wait_timer(delay / 1e9)
        graceful = event.get("graceful")
        if not isinstance(graceful, bool):
            graceful = self._config.get("graceful", True)
        status = _integer(event.get("exit"), 0)
        self._ctx.request_stop(status & 0xFF if status else 0, not graceful)

    async def resume(self) -> None:
        """Nothing is ever left."""

    async def close(self) -> None:
        """Nothing to close."""


def _integer(value: Value, otherwise: int) -> int:
    return value if type(value) is int and value >= 0 else otherwise
