"""The kit for authors of connectors and for tests of flows: contexts, sources and sinks in memory, flows.

    connector = make("file", {"path": "a.txt", "mode": "read"}, base=folder)
    ir = flow("main", [of("feed", "test_feed"), of("out", "test_keep")], ["feed/out>p/in", "p/out>out/in"])

In the second form names that are no connector's are pipelines that let everything pass. `test_feed` gives
what its config says, `test_keep` keeps what it gets; `KEPT` and `FEEDS` are where a test finds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import ClassVar, Literal

import anyio

from tremor_tui.connectors.contract import (
    Clock,
    Connector,
    ConnectorContext,
    Field,
    Pulled,
    Sink,
    Source,
    Values,
    complete,
    connectors,
)
from tremor_tui.errors import ConnectionLost
from tremor_tui.language.ir.deploy import ConnectorIR, Endpoint, FlowIR, LinkIR, PipelineIR, PluginIR
from tremor_tui.language.ir.query import Edge, PassNode, QueryIR
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.origin import OriginUri
from tremor_tui.runtime.clock import SystemClock


def context(base: Path = Path(), clock: Clock | None = None, in_engine: bool = False) -> ConnectorContext:
    """A context for a connector outside of a flow. Its log and stop requests are in `notes`."""
    logged: list[Value] = []
    stops: list[Value] = []

    def waiting(reason: str) -> AbstractContextManager[None]:
        return nullcontext()

    return ConnectorContext(
        flow="main",
        alias="test",
        base=base,
        clock=clock or SystemClock(),
        in_engine=in_engine,
        log=logged.append,
        request_stop=lambda status, force: stops.append([status, force]),
        waiting=waiting,
        notes={"log": logged, "stops": stops},
    )


def make(kind: str, config: Mapping[str, Value], ctx: ConnectorContext | None = None) -> Connector:
    """A connector with its configuration checked and completed. Raises ConfigError."""
    found = connectors.get(kind)
    return found(complete(kind, found.fields, config), ctx or context())


def batch_of(values: Sequence[Value], first: int = 0) -> Batch:
    """A batch of these values, with ids from `first` on."""
    return Batch(list(values), range(first, first + len(values)), 0, nbytes=10 * len(values))


def source_of(connector: Connector) -> Source:
    """The source part, which must be there."""
    part = connector.source()
    if part is None:
        raise LookupError(f"{connector.kind} has no source")
    return part


def sink_of(connector: Connector) -> Sink:
    """The sink part, which must be there."""
    part = connector.sink()
    if part is None:
        raise LookupError(f"{connector.kind} has no sink")
    return part


# -- flows ---------------------------------------------------------------------------------------------


def of(
    alias: str,
    kind: str,
    config: Mapping[str, Value] | None = None,
    *,
    codec: str | None = None,
    pre: Sequence[str] = (),
    post: Sequence[str] = (),
    reconnect: Mapping[str, Value] | None = None,
) -> ConnectorIR:
    """A connector of a flow."""
    return ConnectorIR(
        alias,
        kind,
        PluginIR(codec) if codec else None,
        config or {},
        tuple(PluginIR(name) for name in pre),
        tuple(PluginIR(name) for name in post),
        reconnect,
    )


def flow(
    alias: str,
    parts: Sequence[ConnectorIR],
    links: Sequence[str],
    pipelines: Sequence[PipelineIR] = (),
) -> FlowIR:
    """A flow of connectors and links `a/out>b/in`; a name that is nowhere defined is a passing pipeline."""
    known = {part.alias for part in parts}
    given = {one.alias: one for one in pipelines}
    made = [_link(text, known) for text in links]
    for link in made:
        for end in (link.source, link.target):
            if end.kind == "pipeline":
                given.setdefault(end.alias, PipelineIR(end.alias, passing(end.alias)))
    return FlowIR(alias, alias, tuple(parts), tuple(given.values()), tuple(made))


def passing(name: str) -> QueryIR:
    """A pipeline that lets every event pass from `in` to `out`."""
    nodes = (PassNode("in", "input"), PassNode("out", "output"), PassNode("err", "output"))
    return QueryIR(name, nodes, (Edge("in", "out", "out", "in"),))


def _link(text: str, known: set[str]) -> LinkIR:
    source, target = (_end(part, known) for part in text.split(">"))
    return LinkIR(source, target)


def _end(text: str, known: set[str]) -> Endpoint:
    alias, port = text.split("/")
    return Endpoint("connector" if alias in known else "pipeline", alias, port)


# -- connectors in memory ------------------------------------------------------------------------------

KEPT: dict[str, KeepSink] = {}
"""The sinks of `test_keep`, by the name in their config."""
FEEDS: dict[str, FeedSource] = {}
"""The sources of `test_feed`, by the name in their config."""


class Feed:
    """A source of numbered events `{"n": 0}` and so on, `count` of them, `size` at a time."""

    kind: ClassVar[str] = "test_feed"
    doc: ClassVar[str] = "Gives numbered events."
    fields: ClassVar[tuple[Field, ...]] = (
        Field("name", "string", "Where to find it in FEEDS.", default="feed"),
        Field("count", "integer", "How many events; without it there is no end."),
        Field("size", "integer", "Events of one pull.", default=100),
        Field("transactional", "bool", "Whether it wants acks.", default=False),
        Field("stays", "bool", "Whether it waits for ever after its last event.", default=False),
    )
    codec: ClassVar[Literal["required", "optional", "structured"]] = "structured"
    default_codec: ClassVar[str | None] = None
    sink_ports: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._config = config

    def source(self) -> Source | None:
        """The source."""
        made = FEEDS[self._config["name"]] = FeedSource(self._config)
        return made

    def sink(self) -> Sink | None:
        """It has none."""
        return None


class FeedSource:
    """Counts what it gave and what was settled."""

    def __init__(self, config: Mapping[str, Value]) -> None:
        self.origin: OriginUri | None = None
        self.given = 0
        self.acks: list[tuple[int, int]] = []
        self.fails: list[tuple[int, int]] = []
        self.transactional: bool = config["transactional"]
        self.is_open = False
        self._name: str = config["name"]
        self._count: int | None = config.get("count")
        self._size: int = config["size"]
        self._stays: bool = config["stays"]

    async def open(self) -> None:
        """Nothing to open."""
        self.is_open = True

    async def pull(self) -> Pulled | None:
        """The next events."""
        left = self._size if self._count is None else min(self._size, self._count - self.given)
        if left <= 0:
            if self._stays:
                await anyio.sleep_forever()
            return None
        first, self.given = self.given, self.given + left
        return Values([{"from": self._name, "n": n} for n in range(first, self.given)])

    def on_ack(self, stream: int, low: int, high: int) -> None:
        """Keeps the ack."""
        self.acks.append((low, high))

    def on_fail(self, stream: int, low: int, high: int, error: str) -> None:
        """Keeps the fail."""
        self.fails.append((low, high))

    async def close(self) -> None:
        """Nothing to close."""
        self.is_open = False


class Keep:
    """A sink that keeps values; it can be closed to all comers, and can fail at its n-th write."""

    kind: ClassVar[str] = "test_keep"
    doc: ClassVar[str] = "Keeps what it gets."
    fields: ClassVar[tuple[Field, ...]] = (
        Field("name", "string", "Where to find it in KEPT.", default="keep"),
        Field("fail_at", "array", "Numbers of writes, from 1, that lose the connection.", default=[]),
        Field("gated", "bool", "Whether it takes nothing before `gate` is set.", default=False),
    )
    codec: ClassVar[Literal["required", "optional", "structured"]] = "structured"
    default_codec: ClassVar[str | None] = None
    sink_ports: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._config = config

    def source(self) -> Source | None:
        """It has none."""
        return None

    def sink(self) -> Sink | None:
        """The sink."""
        made = KEPT[self._config["name"]] = KeepSink(self._config)
        return made


class KeepSink:
    """Keeps values in the order of arrival."""

    def __init__(self, config: Mapping[str, Value]) -> None:
        self.values: list[Value] = []
        self.batches: list[Batch] = []
        self.gate = anyio.Event()
        self.opened = 0
        self.writes = 0
        self._fail_at = frozenset(config["fail_at"])
        self._gated: bool = config["gated"]
        self._held: Batch | None = None

    @property
    def numbers(self) -> list[int]:
        """The numbers of a feed's events."""
        return [value["n"] for value in self.values]

    async def open(self) -> None:
        """Counts how often it is opened."""
        self.opened += 1

    async def write(self, port: str, pieces: Sequence[bytes], batch: Batch) -> None:
        """Keeps a batch, or fails with half of it kept."""
        if self._gated:
            await self.gate.wait()
        self.writes += 1
        if self.writes in self._fail_at:
            half = len(batch) // 2
            self.values += batch.values[:half]
            self._held = batch.take(range(half, len(batch)))
            raise ConnectionLost("the test cut the line")
        self._keep(batch)

    async def resume(self) -> None:
        """Keeps the other half."""
        held, self._held = self._held, None
        if held is not None:
            self._keep(held)

    async def close(self) -> None:
        """Nothing to close."""

    def _keep(self, batch: Batch) -> None:
        self.values += batch.values
        self.batches.append(batch)


def enroll() -> None:
    """Makes `test_feed` and `test_keep` known; once is enough."""
    if "test_feed" not in connectors._table:
        connectors.register("test_feed")(Feed)
        connectors.register("test_keep")(Keep)
