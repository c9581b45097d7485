"""metronome: an event at a fixed interval, without drift."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from tremor_tui.connectors.contract import ConnectorContext, Field, Sink, Source, Values, connector
from tremor_tui.model.batch import Value
from tremor_tui.model.origin import OriginUri

CATCH_UP_NS: Final = 10**9
"""Beats that are later than this are left out."""


@connector("metronome")
class Metronome:
    """A source of `{connector, ingest_ns, id}`, one for each interval."""

    kind: ClassVar[str] = "metronome"
    doc: ClassVar[str] = "Emits an event at a fixed interval."
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "interval",
            "integer",
            "Nanoseconds between two events.",
            required=True,
            minimum=1,
            example=1_000_000_000,
        ),
    )
    codec: ClassVar[Literal["required", "optional", "structured"]] = "structured"
    default_codec: ClassVar[str | None] = None
    sink_ports: ClassVar[tuple[str, ...]] = ()
    local: ClassVar[bool] = True

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._interval = config["interval"]
        self._ctx = ctx

    @staticmethod
    def sides(config: Mapping[str, Value]) -> tuple[bool, bool]:
        """A source alone."""
        return True, False

    def source(self) -> Source | None:
        """The source."""
        return MetronomeSource(self._interval, self._ctx)

    def sink(self) -> Sink | None:
        """It has none."""
        return None


class MetronomeSource:
    """Beats are counted from the opening. Those that came due while nobody pulled come together.

    Where more than a second was missed, as in a pause, the beats of that time are left out.
    """

    def __init__(self, interval_ns: int, ctx: ConnectorContext) -> None:
        self.origin: OriginUri | None = None
        self._interval = interval_ns
        self._ctx = ctx
        self._next_ns = self._resumed_ns = 0
        self._id = 0

    async def open(self) -> None:
        """The first beat is one interval from now, or when it was due elsewhere."""
        self.origin = OriginUri("tremor-metronome", socket.gethostname(), None, (str(self._interval),))
        self._next_ns = self._resumed_ns or self._ctx.clock.monotonic_ns() + self._interval
        self._resumed_ns = 0

    def stays(self) -> str:
        """All processes of a machine have the same clock."""
        return ""

    def point(self) -> Value:
        """When the next beat is due, and its number."""
        return [self._next_ns, self._id]

    def go_on(self, point: Value) -> None:
        """The beats go on as they were counted."""
        self._resumed_ns, self._id = point

    async def pull(self) -> Values:
        """Waits for the next beat."""
        clock = self._ctx.clock
        now = clock.monotonic_ns()
        if now < self._next_ns:
            await self._ctx.wait_timer((self._next_ns - now) / 1e9)
            now = clock.monotonic_ns()
        late = max(0, now - self._next_ns)
        if late > CATCH_UP_NS:
            self._next_ns += late // self._interval * self._interval
        due = max(0, now - self._next_ns) // self._interval + 1
        self._next_ns += due * self._interval
        wall_ns = clock.wall_ns()
        first, self._id = self._id, self._id + due
        return Values([{"connector": "metronome", "ingest_ns": wall_ns, "id": first + i} for i in range(due)])

    async def close(self) -> None:
        """Nothing to close."""
