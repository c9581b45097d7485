"""What a connector is, and what its source and its sink must do.

A connector's class is made from its configuration (ConfigError where that is wrong) and gives a source, a
sink or both. The runtime owns the order of calls: `open` until it succeeds, then `pull` or `write` again
and again, then `close`. `open`, `pull` and `write` raise ConnectionLost when the outside is gone or
refuses; the runtime trips the breaker, waits as the retry policy says and calls `open` again. Anything
they await is counted by the reason in the wait: use `with ctx.waiting("io")`, and `ctx.wait_timer(seconds)`.
A connector that is `local` (a file, a terminal) is opened again for ever where its text says nothing else;
others once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from pathlib import Path
from typing import ClassVar, Literal, Protocol, runtime_checkable

from tremor_tui.errors import ConfigError, did_you_mean
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.config import Field as Field
from tremor_tui.model.origin import OriginUri
from tremor_tui.model.record import dataclass
from tremor_tui.model.values import type_name
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

    async def wait_timer(self, seconds: float) -> None:
        """Returns after that many seconds; counted as waiting for a timer."""
        with self.waiting("timer"):
            await self.clock.sleep(seconds)


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


class TransactionalSource(Source, Protocol):
    """A source that wants each event settled, while `transactional` is True.

    Ids count from 0 in each stream, in the order of what `pull` gave. An ack covers all ids of the stream
    up to `high`, a fail those from `low` on.
    """

    transactional: bool

    def on_ack(self, stream: int, low: int, high: int) -> None: ...
    def on_fail(self, stream: int, low: int, high: int, error: str) -> None: ...


class Sink(Protocol):
    """Takes data out.

    `write` gets the bytes that the postprocessors made of a batch (`pieces`, to be written one after the
    other), and the batch. It returns when they are out of this process's hands. Where it raises
    ConnectionLost it remembers how much of `pieces` is out, and `resume` writes the rest after the next
    successful `open`, so that nothing is torn or doubled. A structured sink gets `pieces` empty.
    `port` is the sink's input port that the batch arrived on.

    A sink may have an attribute `pieces_left`: how many pieces of its last write did not get out, once
    `close` has taken a torn one back. Without it all rows of that write count as not written.
    """

    async def open(self) -> None: ...
    async def write(self, port: str, pieces: Sequence[bytes], batch: Batch) -> None: ...
    async def resume(self) -> None: ...
    async def close(self) -> None: ...


@runtime_checkable
class Movable(Protocol):
    """A source or sink that another process can go on for.

    `stays` says, while it is open, why it cannot be handed over now, or is empty. `point` is where it is, of
    JSON's values; a source is asked while nobody pulls and all that it gave is written, a sink after its
    `close`. `go_on` tells a new part of the same settings, before its first `open`, to go on there: what was
    read is not read again, what was written stays.
    """

    def stays(self) -> str: ...
    def point(self) -> Value: ...
    def go_on(self, point: Value) -> None: ...


class Anywhere:
    """A part that has no place: another one of the same settings goes on for it."""

    def stays(self) -> str:
        """Nothing holds it."""
        return ""

    def point(self) -> Value:
        """It has none."""
        return None

    def go_on(self, point: Value) -> None:
        """Begins as ever."""


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


def renewal(kind: type[Connector], config: Mapping[str, Value]) -> str:
    """What it means that a connector of this kind and configuration begins in a flow that runs, in words.

    Kinds for which it is not plain say it in a static method `renewal(config)`; else it is empty.
    """
    tell: Callable[[Mapping[str, Value]], str] | None = getattr(kind, "renewal", None)
    return "" if tell is None else tell(config)


connectors: Registry[type[Connector]] = Registry("tremor_tui.connectors", "connector")
connector = connectors.register


def is_local(kind: type[Connector]) -> bool:
    """Whether its outside is this machine's (the class attribute `local`), so that waiting is worth while."""
    return bool(getattr(kind, "local", False))


def sides(kind: type[Connector], config: Mapping[str, Value]) -> tuple[bool, bool]:
    """Whether a connector of this kind and configuration has a source, and whether it has a sink.

    Known before one is made where the class has a static method `sides(config)`; else both may be.
    """
    tell: Callable[[Mapping[str, Value]], tuple[bool, bool]] | None = getattr(kind, "sides", None)
    return (True, True) if tell is None else tell(config)


def complete(kind: str, fields: Sequence[Field], config: Mapping[str, Value]) -> dict[str, Value]:
    """A connector's configuration, checked against its fields and with their defaults filled in.

    Keys whose default is None stay away. Raises ConfigError naming the key.
    """
    known = {one.name: one for one in fields}
    for key in config:
        if key not in known:
            hint = did_you_mean(key, list(known), "" if known else "it has no settings")
            raise ConfigError(f"connector {kind} has no setting `{key}`", hint, key)
    made: dict[str, Value] = {}
    for name, one in known.items():
        value = config.get(name)
        if value is None:
            if one.required:
                raise ConfigError(f"connector {kind} needs the setting `{name}`: {one.doc}", "", name)
            if one.default is not None:
                made[name] = one.default
            continue
        _check_field(kind, one, value)
        made[name] = value
    return made


def _check_field(kind: str, one: Field, value: Value) -> None:
    if one.type and not one.fits(value):
        wanted, given = " or ".join(one.type.split("|")), type_name(value)
        raise ConfigError(
            f"`{one.name}` of connector {kind} must be {wanted}, not {given}", one.doc, one.name
        )
    if one.choices and value not in one.choices:
        hint = did_you_mean(str(value), one.choices)
        raise ConfigError(f"`{one.name}` of connector {kind} cannot be `{value}`", hint, one.name)
    if one.minimum is not None and isinstance(value, (int, float)) and value < one.minimum:
        raise ConfigError(
            f"`{one.name}` of connector {kind} must be at least {one.minimum}", one.doc, one.name
        )
