"""What a connector is, and what its source and its sink must do.

A connector's class is made from its configuration (ConfigError where that is wrong) and gives a source, a
sink or both. The runtime owns the order of calls: `open` until it succeeds, then `pull` or `write` again
and again, then `close`. `open`, `pull` and `write` raise ConnectionLost when the outside is gone or
refuses; the runtime trips the breaker, waits as the retry policy says and calls `open` again. Anything
they await is counted by the reason in the wait: use `ctx.wait_io()` and `ctx.wait_timer(seconds)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.origin import OriginUri
from tremor_tui.registry import Registry


@dataclass(slots=True)
class Chunk:
    """Bytes as they were read, of stream `stream`; preprocessors and codec come next.

    `meta` becomes the metadata of every event cut from it. `ended` says that the stream is over after
    these bytes, so that preprocessors let go of what is left.
    """

    data: bytes
    stream: int = 0
    meta: Meta | None = None
    ended: bool = False


@dataclass(slots=True)
class Frames:
    """Messages that need no cutting, one event each: the codec comes next."""

    frames: list[bytes]
    stream: int = 0
    meta: Meta | None = None


@dataclass(slots=True)
class Values:
    """Events of a structured source, ready made."""

    values: list[Value]
    stream: int = 0
    metas: list[Meta | None] | None = None


Pulled = Chunk | Frames | Values


class Clock(Protocol):
    """Time, as the runtime sees it; a test's clock jumps."""

    def wall_ns(self) -> int:
        """The wall clock, nanoseconds since 1970, for data."""
        ...

    def monotonic_ns(self) -> int:
        """A clock that never goes back, for intervals."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Returns after that many seconds."""
        ...


@dataclass(slots=True)
class ConnectorContext:
    """What the runtime lends a connector.

    `base` is the folder that relative paths start from. `in_engine`: there is no terminal, so stdio
    writes to `log` and reads nothing. `log(text)` writes a line to the log. `request_stop(status, force)`
    ends the process of a plain `run`, or the flow in an engine; `force` does not drain first.
    `waiting(reason)` is a context manager around an await, for the statistics.
    """

    flow: str
    alias: str
    base: Path
    clock: Clock
    in_engine: bool
    log: Callable[[str], None]
    request_stop: Callable[[int, bool], None]
    waiting: Callable[[Literal["io", "timer"]], AbstractContextManager[None]]
    notes: dict[str, Value] = field(default_factory=dict)

    def path(self, text: str) -> Path:
        """A path from a configuration, relative ones under `base`."""
        return Path(self.base, text)


class Source(Protocol):
    """Brings data in.

    `pull` returns what came, or None when there will never be more. It may be cancelled at any await
    without losing data. `origin` is where its events come from, known once it is open. A transactional
    source gets `on_ack` and `on_fail` with the ids of its events.
    """

    origin: OriginUri | None

    async def open(self) -> None: ...
    async def pull(self) -> Pulled | None: ...
    async def close(self) -> None: ...


class Sink(Protocol):
    """Takes data out.

    `write` gets the bytes that the postprocessors made of a batch (`pieces`, to be written one after the
    other), and the batch. It returns when they are out of this process's hands. Where it raises
    ConnectionLost it remembers how much of `pieces` is out, and `resume` writes the rest after the next
    successful `open`, so that nothing is torn or doubled. A structured sink gets `pieces` empty.
    `port` is the sink's input port that the batch arrived on.
    """

    async def open(self) -> None: ...
    async def write(self, port: str, pieces: Sequence[bytes], batch: Batch) -> None: ...
    async def resume(self) -> None: ...
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Field:
    """One configuration key: what it means, its type, default and check, for help and forms.

    `type` is a type name of `values.type_name`, several joined by `|`. `choices` bounds a string.
    """

    name: str
    type: str
    doc: str
    default: Value = None
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None


class Connector(Protocol):
    """One kind of connector.

    `fields` describe its `config`; other keys are refused. `codec`: "required", "optional" (then
    `default_codec`) or "structured" (a codec is an error). `source` and `sink` return its part, or None
    where this configuration has none. `sink_ports` beside `in`. `doc` is one sentence.
    """

    kind: ClassVar[str]
    doc: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    codec: ClassVar[Literal["required", "optional", "structured"]]
    default_codec: ClassVar[str | None]
    sink_ports: ClassVar[tuple[str, ...]]

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None: ...
    def source(self) -> Source | None: ...
    def sink(self) -> Sink | None: ...


connectors: Registry[type[Connector]] = Registry("tremor_tui.connectors", "connector")
connector = connectors.register
