"""crononome: an event at each time that one of its cron expressions names, in UTC."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final, Literal

from tremor_tui.connectors.contract import ConnectorContext, Field, Sink, Source, Values, connector
from tremor_tui.connectors.shared.cron import Cron, parse
from tremor_tui.errors import ConfigError, did_you_mean
from tremor_tui.model.batch import Value
from tremor_tui.model.origin import OriginUri
from tremor_tui.model.record import dataclass

LONGEST_S: Final = 3600.0
"""One wait at most, so that a wall clock that is set is noticed."""
_KEYS: Final = ("name", "expr", "payload")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timetable."""

    name: str
    cron: Cron
    payload: Value


@connector("crononome")
class Crononome:
    """A source with a timetable."""

    kind: ClassVar[str] = "crononome"
    doc: ClassVar[str] = "Emits an event at each time that a cron expression names."
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "entries",
            "array",
            "Records of `name`, `expr` and `payload`.",
            required=True,
            example=[{"name": "every_minute", "expr": "0 * * * * *"}],
        ),
    )
    codec: ClassVar[Literal["required", "optional", "structured"]] = "structured"
    default_codec: ClassVar[str | None] = None
    sink_ports: ClassVar[tuple[str, ...]] = ()
    local: ClassVar[bool] = True

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._entries = [_entry(one) for one in config["entries"]]
        self._ctx = ctx

    @staticmethod
    def sides(config: Mapping[str, Value]) -> tuple[bool, bool]:
        """A source alone."""
        return True, False

    def source(self) -> Source | None:
        """The source."""
        return CrononomeSource(self._entries, self._ctx)

    def sink(self) -> Sink | None:
        """It has none."""
        return None


class CrononomeSource:
    """Emits what is due; times that pass while it is held come once each, late."""

    def __init__(self, entries: list[Entry], ctx: ConnectorContext) -> None:
        self.origin: OriginUri | None = None
        self._entries = entries
        self._ctx = ctx
        self._next: list[datetime | None] = []
        self._resumed: list[datetime] = []
        self._id = 0

    async def open(self) -> None:
        """Looks up the first time of each entry after now, or after that of another process."""
        self.origin = OriginUri("tremor-crononome", socket.gethostname())
        now = self._now()
        since = self._resumed or [now] * len(self._entries)
        self._next = [one.cron.after(then) for one, then in zip(self._entries, since, strict=True)]
        self._resumed = []

    def stays(self) -> str:
        """A timetable is known everywhere."""
        return ""

    def point(self) -> Value:
        """Each entry's next time, in seconds since 1970, and the number of the next event."""
        times = [moment.timestamp() if moment is not None else None for moment in self._next]
        return [times, self._id]

    def go_on(self, point: Value) -> None:
        """No time is left out, and none comes twice."""
        times, self._id = point
        now, second = self._now(), timedelta(seconds=1)
        self._resumed = [now if t is None else datetime.fromtimestamp(t, UTC) - second for t in times]

    async def pull(self) -> Values | None:
        """Waits for the next time; all entries that are due then come together, in their order."""
        while True:
            times = [moment for moment in self._next if moment is not None]
            if not times:
                return None
            now = self._now()
            wait = (min(times) - now).total_seconds()
            if wait <= 0:
                return self._due(now)
            await self._ctx.wait_timer(min(wait, LONGEST_S))

    async def close(self) -> None:
        """Nothing to close."""

    def _due(self, now: datetime) -> Values:
        events: list[Value] = []
        metas: list[dict[str, Value] | None] = []
        for index, entry in enumerate(self._entries):
            moment = self._next[index]
            if moment is None or moment > now:
                continue
            self._next[index] = entry.cron.after(now)
            trigger = {"name": entry.name} | ({} if entry.payload is None else {"payload": entry.payload})
            events.append(
                {
                    "connector": "crononome",
                    "ingest_ns": self._ctx.clock.wall_ns(),
                    "id": self._id,
                    "trigger": trigger,
                }
            )
            metas.append({"crononome": {"trigger": trigger}})
            self._id += 1
        return Values(events, metas=metas)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._ctx.clock.wall_ns() / 1e9, UTC)


def _entry(value: Value) -> Entry:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise ConfigError("an entry is a record with a string `name`", "", "entries")
    for key in value:
        if key not in _KEYS:
            raise ConfigError(f"an entry has no setting `{key}`", did_you_mean(key, _KEYS), "entries")
    if not isinstance(value.get("expr"), str):
        raise ConfigError(f"the entry `{value['name']}` needs a string `expr`", "", "entries")
    return Entry(value["name"], parse(value["expr"]), value.get("payload"))
