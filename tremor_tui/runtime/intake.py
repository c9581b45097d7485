"""Intake: what a source read, through preprocessors and codec, as batches.

Frames that cannot be cut or decoded become events on `err` that carry the frame itself, so that nothing
is lost. One chain of preprocessors serves one stream.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from tremor_tui.codecs.contract import Codec
from tremor_tui.codecs.reading import Reading
from tremor_tui.connectors.contract import Chunk, Frames, Pulled, Values
from tremor_tui.errors import DataError, FrameError
from tremor_tui.interceptors.contract import Preprocessor, held, hold
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.origin import OriginUri
from tremor_tui.model.port import ERR, OUT
from tremor_tui.model.record import dataclass

Emission = tuple[str, Batch]
Bad = tuple[bytes, Exception, int]
"""A frame, why it was refused, and the number of the event that it is not."""
Stage = Literal["cut", "decode"]
Caught = Callable[[Stage, Sequence[Bad], Meta | None, OriginUri | None], None]
"""Hears of frames that a preprocessor or the codec refused."""
_GUESS = 256
"""Bytes that an event of a structured source counts for, as it has no frame."""


@dataclass(slots=True)
class Stream:
    """One connection's chain. `is_dead`: its framing is lost, what still comes of it is let go."""

    chain: list[Preprocessor]
    is_dead: bool = False


@dataclass(slots=True)
class Intake:
    """Makes batches of what one source pulls.

    `name` is `FLOW/ALIAS`, `number` the source's in its flow. `complain(text, count)` is told of what did
    not become an event; `discarded` counts what a preprocessor's limit dropped. `fields` are what events
    are read for, None for whole events.
    """

    name: str
    number: int
    codec: Codec | None
    make_chain: Callable[[], list[Preprocessor]]
    complain: Callable[[str, int], None]
    rows_limit: int
    bytes_limit: int
    origin: OriginUri | None = None
    transactional: bool = False
    discarded: int = 0
    nbytes: int = 0
    caught: Caught | None = None
    fields: frozenset[str] | None = None
    _reading: Reading | None = None
    _streams: dict[int, Stream] = field(default_factory=dict)
    _next_ids: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reading = Reading(self.codec) if self.codec is not None else None

    def take(self, pulled: Pulled, now_ns: int) -> Iterator[Emission]:
        """The batches of one read, each made when it is asked for; `now_ns` is the wall clock."""
        if isinstance(pulled, Chunk):
            return self._chunk(pulled, now_ns)
        if isinstance(pulled, Frames):
            return self._loose(pulled, now_ns)
        return self._values(pulled, now_ns)

    def again(self, stage: Stage, raw: bytes) -> tuple[list[Value], int, list[Bad]]:
        """Bytes that were refused before, once more: values, their size, and what is refused again.

        What a preprocessor refused goes through a new chain, as all there is of a stream.
        """
        frames = [raw]
        if stage == "cut":
            try:
                frames = _through(self.make_chain(), [raw], ended=True)
            except DataError as error:
                return [], 0, [(raw, error, 0)]
        if self.codec is None:
            raise TypeError("a source without a codec gave bytes")
        values, bad = self.codec.decode_batch(frames)
        return values, sum(map(len, frames)), [(frames[row], error, 0) for row, error in bad]

    def carried(self) -> dict[str, Any]:
        """Ids so far, and what preprocessors hold of frames that are not complete.

        Raises LifecycleError where one of them holds what cannot be handed over.
        """
        streams = {
            number: [one.is_dead, [held(link) for link in one.chain]] for number, one in self._streams.items()
        }
        return {"ids": self._next_ids, "streams": streams, "nbytes": self.nbytes}

    def take_over(self, carried: Mapping[str, Any]) -> None:
        """Goes on as another process stopped."""
        self._next_ids = dict(carried["ids"])
        self.nbytes = carried["nbytes"]
        for number, (is_dead, chain) in carried["streams"].items():
            self._streams[number] = Stream(self.make_chain(), is_dead)
            for link, plain in zip(self._streams[number].chain, chain, strict=True):
                hold(link, plain)

    def finish(self, now_ns: int) -> Iterator[Emission]:
        """What preprocessors still hold, at the end of the source."""
        for stream in list(self._streams):
            yield from self._chunk(Chunk(b"", stream, ended=True), now_ns)

    def _chunk(self, chunk: Chunk, now_ns: int) -> Iterator[Emission]:
        self.nbytes += len(chunk.data)
        stream = self._stream(chunk.stream)
        if stream.is_dead:
            self.discarded += 1
            frames: list[bytes] = []
        else:
            frames, lost = self._cut(stream, chunk)
            if lost is not None:
                bad = (chunk.data, lost, self._ids(chunk.stream, 1)[0])
                yield self._errs("cut", [bad], chunk.stream, chunk.meta, now_ns)
        yield from self._decode(frames, chunk.stream, chunk.meta, now_ns)
        if chunk.ended:
            self._end(chunk.stream)

    def _loose(self, pulled: Frames, now_ns: int) -> Iterator[Emission]:
        """Whole messages; a chain, where there is one, begins anew with each."""
        self.nbytes += sum(map(len, pulled.frames))
        if not self._stream(pulled.stream).chain:
            yield from self._decode(pulled.frames, pulled.stream, pulled.meta, now_ns)
            return
        for frame in pulled.frames:
            self._streams.pop(pulled.stream, None)
            yield from self._chunk(Chunk(frame, pulled.stream, pulled.meta, ended=True), now_ns)

    def _values(self, pulled: Values, now_ns: int) -> Iterator[Emission]:
        for start in range(0, len(pulled.values), self.rows_limit):
            values = pulled.values[start : start + self.rows_limit]
            ids = self._ids(pulled.stream, len(values))
            batch = self._batch(values, ids, pulled.stream, now_ns, _GUESS * len(values))
            if pulled.metas is not None:
                batch.metas = pulled.metas[start : start + self.rows_limit]
            yield OUT, batch

    def _stream(self, number: int) -> Stream:
        stream = self._streams.get(number)
        if stream is None:
            stream = self._streams[number] = Stream(self.make_chain())
        return stream

    def _end(self, number: int) -> None:
        self._streams.pop(number, None)
        if number:
            self._next_ids.pop(number, None)

    def _cut(self, stream: Stream, chunk: Chunk) -> tuple[list[bytes], DataError | None]:
        if not stream.chain:
            return ([chunk.data] if chunk.data else []), None
        before = sum(one.discarded for one in stream.chain)
        try:
            frames = _through(stream.chain, [chunk.data] if chunk.data else [], chunk.ended)
        except DataError as error:
            stream.is_dead = isinstance(error, FrameError)
            return [], error
        dropped = sum(one.discarded for one in stream.chain) - before
        if dropped:
            self.discarded += dropped
            self.complain("a preprocessor dropped a frame that is too long", dropped)
        return frames, None

    def _decode(
        self, frames: Sequence[bytes], stream: int, meta: Meta | None, now_ns: int
    ) -> Iterator[Emission]:
        reading = self._reading
        if reading is None:
            raise TypeError("a source without a codec gave bytes")
        reading.choose(self.fields)
        for decoded in reading.batches(frames, self.rows_limit, self.bytes_limit):
            values, bad, part, size = decoded.values, decoded.bad, decoded.frames, decoded.size
            ids: Sequence[int] = self._ids(stream, len(part))
            if bad:
                wrong = dict(bad)
                good = [row for row in range(len(part)) if row not in wrong]
                size -= sum(len(part[row]) for row in wrong)
                errors = [(part[row], error, ids[row]) for row, error in bad]
                ids, part = [ids[row] for row in good], [part[row] for row in good]
            if values:
                batch = self._batch(values, ids, stream, now_ns, size)
                decoded.dress(batch, part)
                if meta is not None:
                    batch.metas = [meta] * len(values)
                yield OUT, batch
            if bad:
                yield self._errs("decode", errors, stream, meta, now_ns)

    def _ids(self, stream: int, count: int) -> range:
        first = self._next_ids.get(stream, 0)
        self._next_ids[stream] = first + count
        return range(first, first + count)

    def _batch(self, values: list[Value], ids: Sequence[int], stream: int, now_ns: int, size: int) -> Batch:
        return Batch(
            values,
            ids,
            now_ns,
            nbytes=size,
            source=self.number,
            stream=stream,
            origin=self.origin,
            transactional=self.transactional,
        )

    def _errs(
        self, stage: Stage, errors: Sequence[Bad], stream: int, meta: Meta | None, now_ns: int
    ) -> Emission:
        if self.caught is not None:
            self.caught(stage, errors, meta, self.origin)
        self.complain(f"a frame was refused: {errors[0][1]}", len(errors))
        values = [
            {
                "error": str(error),
                "source": self.name,
                "stream_id": stream,
                "pull_id": number,
                "data": _text(frame),
            }
            for frame, error, number in errors
        ]
        size = sum(len(frame) for frame, _, _ in errors)
        batch = self._batch(values, [number for _, _, number in errors], stream, now_ns, size)
        batch.metas = [{"error": str(error)} for _, error, _ in errors]
        return ERR, batch


def _through(chain: Sequence[Preprocessor], frames: list[bytes], ended: bool) -> list[bytes]:
    for one in chain:
        made = [piece for frame in frames for piece in one.process(frame)]
        frames = made + one.finish() if ended else made
    return frames


def _text(frame: bytes) -> str:
    try:
        return frame.decode()
    except UnicodeDecodeError:
        return b64encode(frame).decode()
