"""bench: replays a file as load, and counts what arrives.

The source holds the file's frames and gives them over and over without copying one. With an `interval` it
wakes every few milliseconds and gives all that is due, so that the rate holds at any speed.
"""

from __future__ import annotations

import binascii
import lzma
import socket
from base64 import b64decode
from collections.abc import Mapping, Sequence
from math import log10
from pathlib import Path
from typing import ClassVar, Final, Literal

from tremor_tui.connectors.contract import ConnectorContext, Field, Frames, Sink, Source, connector
from tremor_tui.errors import ConfigError
from tremor_tui.metrics.instruments import Histogram
from tremor_tui.model.batch import MAX_BYTES, MAX_ROWS, Batch, Value
from tremor_tui.model.origin import OriginUri

NAP_S: Final = 0.005
"""Between two looks at what is due, at least."""
DEBT_NS: Final = 10**9
"""What is due for longer, after a pause or a jam, is not made up for."""
PULL: Final = 10 * MAX_ROWS
MOST_BYTES: Final = 16 * MAX_BYTES
"""Frames given at once at most."""


@connector("bench")
class Bench:
    """Load from a file, and a sink that measures it."""

    kind: ClassVar[str] = "bench"
    doc: ClassVar[str] = "Replays the lines of a file as load; as a sink, reports throughput and latency."
    fields: ClassVar[tuple[Field, ...]] = (
        Field("path", "string", "The file; `.xz` is decompressed.", required=True, example="events.jsonl"),
        Field("interval", "integer", "Nanoseconds between two events.", minimum=0),
        Field("iters", "integer", "How many times the file is replayed.", minimum=0),
        Field("base64", "bool", "Whether each line is base64.", default=False),
        Field("is_transactional", "bool", "Whether the source wants each event settled.", default=False),
        Field("structured", "bool", "Whether the report is a JSON record.", default=False),
        Field("chunk_size", "integer", "Bytes of an event, in place of lines.", minimum=1),
        Field("stop_after_secs", "integer", "Seconds to measure before all ends.", default=0, minimum=0),
        Field("warmup_secs", "integer", "Seconds that are not measured.", default=0, minimum=0),
        Field("significant_figures", "integer", "Digits of the report's times.", default=2, minimum=1),
    )
    codec: ClassVar[Literal["required", "optional", "structured"]] = "optional"
    default_codec: ClassVar[str | None] = "json"
    sink_ports: ClassVar[tuple[str, ...]] = ()
    local: ClassVar[bool] = True

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._config = config
        self._ctx = ctx

    @staticmethod
    def renewal(config: Mapping[str, Value]) -> str:
        """What opening it does."""
        return f"replays `{config.get('path')}` from its start"

    def source(self) -> Source | None:
        """The replay."""
        return BenchSource(self._config, self._ctx)

    def sink(self) -> Sink | None:
        """The meter."""
        return BenchSink(self._config, self._ctx)


class BenchSource:
    """Replays frames `iters` times, or until its seconds are over, or for ever."""

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self.origin: OriginUri | None = None
        self.transactional: bool = config.get("is_transactional", False)
        self.acked = 0
        self.failed = 0
        self._config = config
        self._ctx = ctx
        self._interval: int = config.get("interval", 0)
        self._frames: list[bytes] = []
        self._place = 0
        self._sent = 0
        self._limit: int | None = None
        self._end_ns: int | None = None
        self._start_ns = 0

    async def open(self) -> None:
        """Reads the file into memory. Raises ConfigError."""
        if self._frames:
            return
        name: str = self._config["path"]
        self._frames = load(
            name, self._ctx.path(name), self._config.get("chunk_size", 0), self._config.get("base64", False)
        )
        iters = self._config.get("iters")
        self._limit = None if iters is None else iters * len(self._frames)
        self.origin = OriginUri(
            "tremor-blaster", socket.gethostname(), None, tuple(part for part in name.split("/") if part)
        )

    async def pull(self) -> Frames | None:
        """All that is due, up to a thousand frames; in order, round and round."""
        now = self._ctx.clock.monotonic_ns()
        if not self._start_ns:
            self._begin(now)
        count = len(self._frames) if self._frames else 0
        if not count or self._is_over(now):
            return None
        if self._interval:
            due = await self._wait_due(now)
            if due <= 0:
                return None
        else:
            due = PULL
        if self._limit is not None:
            due = min(due, self._limit - self._sent)
        return Frames(self._next(min(due, PULL)))

    def on_ack(self, stream: int, low: int, high: int) -> None:
        """Counts what arrived."""
        self.acked = max(self.acked, high + 1)

    def on_fail(self, stream: int, low: int, high: int, error: str) -> None:
        """Counts what did not; nothing is sent twice."""
        self.failed += high - low + 1

    async def close(self) -> None:
        """Nothing to close."""

    def stays(self) -> str:
        """All processes of a machine have the same clock."""
        return ""

    def point(self) -> Value:
        """How much was sent and settled, since when, and until when."""
        return [self._place, self._sent, self._start_ns, self._end_ns, self.acked, self.failed]

    def go_on(self, point: Value) -> None:
        """The replay goes on behind the last frame."""
        self._place, self._sent, self._start_ns, self._end_ns, self.acked, self.failed = point

    def _begin(self, now: int) -> None:
        self._start_ns = now
        seconds = self._config.get("stop_after_secs", 0)
        if seconds:
            self._end_ns = now + (seconds + self._config.get("warmup_secs", 0)) * 10**9

    def _is_over(self, now: int) -> bool:
        if self._limit is not None and self._sent >= self._limit:
            return True
        return self._end_ns is not None and now >= self._end_ns

    async def _wait_due(self, now: int) -> int:
        """How many frames are due, after a nap where none is; 0 where the time is over."""
        while (due := (now - self._start_ns) // self._interval - self._sent) < 1:
            next_ns = self._start_ns + (self._sent + 1) * self._interval
            await self._ctx.wait_timer(max(NAP_S, (next_ns - now) / 1e9))
            now = self._ctx.clock.monotonic_ns()
            if self._is_over(now):
                return 0
        debt = due - max(1, DEBT_NS // self._interval)
        if debt > 0:
            self._start_ns += debt * self._interval
        return due - max(0, debt)

    def _next(self, count: int) -> list[bytes]:
        frames, place = self._frames, self._place
        self._sent += count
        made = frames[place : place + count]
        while len(made) < count:
            made += frames[: count - len(made)]
        size = len(made[0]) if made else 0
        if size * count > MOST_BYTES:
            # large frames: fewer at once, so that one read stays small
            fewer = max(1, MOST_BYTES // size)
            self._sent -= count - fewer
            count, made = fewer, made[:fewer]
        self._place = (place + count) % len(frames)
        return made


def load(name: str, path: Path, chunk_size: int, is_base64: bool) -> list[bytes]:
    """The frames of a file: its lines, or pieces of `chunk_size` bytes. Raises ConfigError."""
    try:
        data = path.read_bytes()
        if path.suffix == ".xz":
            data = lzma.decompress(data)
    except (OSError, lzma.LZMAError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"cannot read `{name}`: {reason}", f"looked for `{path}`", "path") from None
    if chunk_size:
        frames = [data[start : start + chunk_size] for start in range(0, len(data), chunk_size)]
    else:
        frames = [line.removesuffix(b"\r") for line in data.removesuffix(b"\n").split(b"\n")] if data else []
    if is_base64:
        try:
            frames = [b64decode(frame, validate=True) for frame in frames]
        except binascii.Error as error:
            raise ConfigError(f"a line of `{name}` is not base64: {error}", "", "base64") from None
    if not frames:
        raise ConfigError(f"`{name}` is empty, there is nothing to replay", "", "path")
    return frames


class BenchSink:
    """Counts events and their latency, from the source's read on; reports when it is closed."""

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._ctx = ctx
        self._structured: bool = config.get("structured", False)
        self._figures: int = min(config.get("significant_figures", 2), 5)
        self._warmup_ns = config.get("warmup_secs", 0) * 10**9
        seconds = config.get("stop_after_secs", 0)
        self._stop_ns = self._warmup_ns + seconds * 10**9 if seconds else 0
        self._start_ns = self._last_ns = 0
        self._latency = Histogram()
        self._count = self._bytes = 0
        self._is_done = False

    async def open(self) -> None:
        """Time counts from the first event."""

    async def write(self, port: str, pieces: Sequence[bytes], batch: Batch) -> None:
        """Counts a batch."""
        clock = self._ctx.clock
        now = clock.monotonic_ns()
        self._start_ns = self._start_ns or now
        elapsed = now - self._start_ns
        if elapsed >= self._warmup_ns and not self._is_done:
            self._last_ns = now
            self._count += len(batch)
            self._bytes += sum(map(len, pieces))
            self._note_latency(batch, clock.wall_ns())
        if self._stop_ns and elapsed >= self._stop_ns and not self._is_done:
            self._is_done = True
            self._ctx.request_stop(0, False)

    async def resume(self) -> None:
        """Nothing is ever left."""

    def begin(self) -> None:
        """Forgets what was counted so far, for whoever reads `tally` a while later."""
        self._latency = Histogram()
        self._count = self._bytes = 0

    def tally(self) -> tuple[int, int, Histogram]:
        """Events, bytes and latencies (ns) that were counted."""
        return self._count, self._bytes, self._latency

    async def close(self) -> None:
        """Logs the report."""
        if self._count:
            self._ctx.log(self._as_json() if self._structured else self._as_text())

    def _note_latency(self, batch: Batch, wall_ns: int) -> None:
        if isinstance(batch.ingest_ns, int):
            self._latency.add(wall_ns - batch.ingest_ns, len(batch))
        else:
            for ingest_ns in batch.ingest_ns:
                self._latency.add(wall_ns - ingest_ns)

    def _figure(self, value: float) -> float:
        if value <= 0:
            return 0
        digits = self._figures - 1 - int(log10(value)) if value >= 1 else self._figures
        return round(value, digits)

    def _report(self) -> dict[str, float]:
        seconds = max(self._last_ns - self._start_ns - self._warmup_ns, 1) / 1e9
        p50, p90, p99, p999 = self._latency.percentiles((0.5, 0.9, 0.99, 0.999))
        return {
            "events": self._count,
            "bytes": self._bytes,
            "seconds": round(seconds, 3),
            "events_s": round(self._count / seconds, 1),
            "mb_s": round(self._bytes / seconds / 1e6, 3),
            "p50_ns": self._figure(p50),
            "p90_ns": self._figure(p90),
            "p99_ns": self._figure(p99),
            "p999_ns": self._figure(p999),
            "max_ns": self._figure(self._latency.largest),
        }

    def _as_json(self) -> str:
        return "{" + ", ".join(f'"{key}": {value}' for key, value in self._report().items()) + "}"

    def _as_text(self) -> str:
        report = self._report()
        times = ", ".join(
            f"{name} {report[f'{name}_ns'] / 1e6:g} ms" for name in ("p50", "p90", "p99", "p999", "max")
        )
        return (
            f"{self._ctx.alias}: {report['events']:,} events in {report['seconds']} s, "
            f"{report['events_s']:,} events/s, {report['mb_s']} MB/s; latency {times}"
        )
