"""null: takes everything and keeps nothing; as a source it never gives anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import anyio

from tremor_tui.connectors.contract import Anywhere, ConnectorContext, Field, Pulled, Sink, Source, connector
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.origin import OriginUri


@connector("null")
class Null:
    """Nothing, in both directions."""

    kind: ClassVar[str] = "null"
    doc: ClassVar[str] = "Takes everything and keeps nothing."
    fields: ClassVar[tuple[Field, ...]] = ()
    codec: ClassVar[Literal["required", "optional", "structured"]] = "optional"
    default_codec: ClassVar[str | None] = "json"
    sink_ports: ClassVar[tuple[str, ...]] = ()
    local: ClassVar[bool] = True

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._ctx = ctx

    def source(self) -> Source | None:
        """A source that waits for ever."""
        return NullSource(self._ctx)

    def sink(self) -> Sink | None:
        """A sink that lets everything go."""
        return NullSink()


class NullSource(Anywhere):
    """Gives nothing."""

    def __init__(self, ctx: ConnectorContext) -> None:
        self.origin: OriginUri | None = None
        self._ctx = ctx

    async def open(self) -> None:
        """Nothing to open."""

    async def pull(self) -> Pulled | None:
        """Waits until it is cancelled."""
        with self._ctx.waiting("io"):
            await anyio.sleep_forever()
        return None

    async def close(self) -> None:
        """Nothing to close."""


class NullSink(Anywhere):
    """Lets everything go."""

    async def open(self) -> None:
        """Nothing to open."""

    async def write(self, port: str, pieces: Sequence[bytes], batch: Batch) -> None:
        """Lets it go."""

    async def resume(self) -> None:
        """Nothing is ever left."""

    async def close(self) -> None:
        """Nothing to close."""
