"""Runs a script or a query over a file or stdin, in one synchronous loop.

Read what there is, cut it into frames, decode up to 100 of them, step, encode, write; so a pipe gets its
answer at once and a file goes fast. What the events before a failure made is written before the failure is
told, in the order of the events.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tremor_tui.cli.diagnose import show
from tremor_tui.cli.output import ErrorFormat
from tremor_tui.cli.running.bytes import Reader, Writer, stopping
from tremor_tui.codecs.contract import Codec, Projecting, codecs
from tremor_tui.codecs.reading import Decoded, Reading
from tremor_tui.engine.sources import Program
from tremor_tui.errors import ConfigError, DataError, FrameError, ScriptError
from tremor_tui.interceptors.contract import (
    MAX_FRAME,
    Postprocessor,
    Preprocessor,
    postprocessors,
    preprocessors,
)
from tremor_tui.language.compile import compile_script
from tremor_tui.model.batch import MAX_BYTES, MAX_ROWS, Batch, Value, merge
from tremor_tui.model.collector import collect_seldom
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.origin import OriginUri


@dataclass(frozen=True, slots=True)
class Step:
    """Runs a batch: `call` gives a sink what it makes, and raises nothing.

    `fields`: the fields that are read of events, None for whole events; asked before each batch.
    """

    call: Callable[[Batch, Sink], None]
    fields: Callable[[], frozenset[str] | None] = lambda: None


@dataclass(frozen=True, slots=True)
class Options:
    """What `run` was told; `ingest_step` None takes the wall clock."""

    infile: Path = Path("-")
    outfile: Path = Path("-")
    decoder: str = "json"
    encoder: str = "json"
    preprocessor: str = "separate"
    postprocessor: str = "separate"
    ingest_step: int | None = None
    origin: str = ""
    instance: str = "tremor"
    fail_on_error: bool = False
    error_format: ErrorFormat = "full"
    whole_events: bool = False


@dataclass(slots=True)
class Failures:
    """Shows what went wrong with single events, and counts it.

    `before` is called first: it writes what the events before have made.
    """

    program: Program
    style: ErrorFormat
    before: Callable[[], None] = lambda: None
    count: int = 0

    def tell(self, error: DataError, where: Span | None = None, file: str = "") -> None:
        """Shows one failure on stderr."""
        self.before()
        self.count += 1
        if isinstance(error, ScriptError):
            diagnostic = error.diagnostic
        else:
            diagnostic = Diagnostic(error.message, where, error.hint, file=file)
        show([diagnostic], self.program.find, self.style)


def run_script(program: Program, options: Options) -> int:
    """Runs a .tremor or .trickle file; the exit status. Raises TremorError where it cannot begin."""
    failures = Failures(program, options.error_format)
    origin = _origin(options.origin)
    decoder, encoder = codecs.get(options.decoder)({}), codecs.get(options.encoder)({})
    cutter, joiner = _cutter(options.preprocessor), postprocessors.get(options.postprocessor)(None)
    make = _script_step if program.kind == "tremor" else _query_step
    step = make(program, options, failures)
    collect_seldom()
    with stopping() as stop:
        reader = Reader(options.infile, stop)
        writer = Writer(options.outfile)
        sink = Sink(writer, encoder, joiner, failures)
        failures.before = sink.flush
        intake = Intake(reader, decoder, cutter, sink, failures, options, origin, step.fields)
        for batch in intake.batches():
            step.call(batch, sink)
            if sink.is_large:
                sink.flush()
        sink.end()
    return 1 if failures.count and options.fail_on_error else 0


@dataclass(slots=True)
class Sink:
    """Encodes values and writes them."""

    writer: Writer
    encoder: Codec
    joiner: Postprocessor
    failures: Failures
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0
    _writes_json: bool = False

    def __post_init__(self) -> None:
        self._writes_json = isinstance(self.encoder, Projecting) and self.encoder.is_plain

    @property
    def is_large(self) -> bool:
        """Whether enough waits to be worth a write."""
        return self._size > 1 << 16

    def take(self, values: Sequence[Value]) -> None:
        """Encodes values; `flush` writes them."""
        frames, bad = self.encoder.encode_batch(values)
        self._join(frames)
        for _, error in bad:
            self.failures.tell(_as_data_error(error), file=self.writer.name)

    def take_batch(self, batch: Batch) -> None:
        """Encodes the values of a batch, unless the JSON that they came as will do."""
        if batch.raws is not None and self._writes_json:
            self._join(batch.raws)
        else:
            self.take(batch.values)

    def _join(self, frames: Sequence[bytes]) -> None:
        pieces = self.joiner.process(frames)
        self._pieces += pieces
        self._size += sum(map(len, pieces))

    def flush(self) -> None:
        """Writes what waits."""
        pieces, self._pieces, self._size = self._pieces, [], 0
        if pieces:
            self.writer.write(b"".join(pieces))

    def end(self) -> None:
        """Writes what waits and what is due at the end."""
        self._pieces += self.joiner.finish()
        self.flush()


@dataclass(slots=True)
class Intake:
    """Reads, cuts and decodes; after each read of what may wait for more, what was made is written."""

    reader: Reader
    decoder: Codec
    cutter: Preprocessor
    sink: Sink
    failures: Failures
    options: Options
    origin: OriginUri | None
    fields: Callable[[], frozenset[str] | None]
    _reading: Reading = field(init=False)
    _frames: int = 0
    _events: int = 0
    _discarded: int = 0

    def __post_init__(self) -> None:
        self._reading = Reading(self.decoder)

    def batches(self) -> Iterator[Batch]:
        """Batches of up to 100 events, or a few times as many where they are not decoded whole."""
        try:
            for chunk in self.reader.chunks():
                yield from self._decoded(self._cut(chunk))
            yield from self._decoded(self.cutter.finish())
        except FrameError as error:
            self._complain(error, None)

    def _cut(self, chunk: bytes) -> list[bytes]:
        try:
            frames = self.cutter.process(chunk)
        except FrameError:
            raise
        except DataError as error:
            self._complain(error, None)
            return []
        if self.cutter.discarded > self._discarded:
            self._discarded = self.cutter.discarded
            self._complain(DataError(f"a frame of more than {MAX_FRAME:,} bytes was dropped"), None)
        return frames

    def _decoded(self, frames: list[bytes]) -> Iterator[Batch]:
        first = self._frames + 1
        self._frames += len(frames)
        numbers: Sequence[int] = range(first, first + len(frames))
        if self.options.decoder == "json" and not all(frames):
            numbers = [number for number, frame in zip(numbers, frames, strict=True) if frame.strip()]
            frames = [frame for frame in frames if frame.strip()]
        self._reading.choose(self.fields())
        done = 0
        for decoded in self._reading.batches(frames, MAX_ROWS, MAX_BYTES):
            yield from self._batches(decoded, numbers[done : done + len(decoded.frames)])
            done += len(decoded.frames)
        if not self.reader.is_file:
            self.sink.flush()

    def _batches(self, decoded: Decoded, numbers: Sequence[int]) -> Iterator[Batch]:
        """The events of some frames: one batch, or one between each two frames that do not decode."""
        bad, frames = decoded.bad, decoded.frames
        wrong = {index for index, _ in bad}
        good = [frame for index, frame in enumerate(frames) if index not in wrong] if wrong else frames
        done = 0
        for count, (index, error) in enumerate(bad):
            yield from self._batch(decoded, slice(done, index - count), good)
            done = index - count
            self._complain(_as_data_error(error), numbers[index], frames[index])
        yield from self._batch(decoded, slice(done, None), good)

    def _batch(self, decoded: Decoded, rows: slice, good: Sequence[bytes]) -> Iterator[Batch]:
        values = decoded.values[rows]
        if not values:
            return
        ids = range(self._events, self._events + len(values))
        self._events += len(values)
        step = self.options.ingest_step
        times: int | list[int] = time.time_ns() if step is None else [number * step for number in ids]
        batch = Batch(values, ids, times, origin=self.origin)
        if decoded.fields is not None:
            decoded.dress(batch, good[rows])
        yield batch

    def _complain(self, error: DataError, number: int | None, frame: bytes = b"") -> None:
        span = None
        if number is not None and self.options.preprocessor == "separate":
            width = len(frame.decode("utf-8", "replace"))
            span = Span(self.reader.name, number, 1, number, width + 1)
        self.failures.tell(error, span, self.reader.name)


def _script_step(program: Program, options: Options, failures: Failures) -> Step:
    compiled = compile_script(program.source, program.loader)
    show(compiled.warnings, program.find, options.error_format)
    script, cell, ctx = compiled.call, Cell(), _context(options)

    def step(batch: Batch, sink: Sink) -> None:
        ctx.origin, ctx.now_ns = batch.origin, time.time_ns()
        made: list[Value] = []
        for row, (event, ctx.event_id) in enumerate(zip(batch.values, batch.ids, strict=True)):
            ctx.ingest_ns = batch.ingest(row)
            try:
                result = script(event, None, cell, ctx)
            except ScriptError as error:
                sink.take(made)
                made = []
                failures.tell(error)
                continue
            if result is not None:
                made.append(result[1])
        sink.take(made)

    return Step(step)


def _query_step(program: Program, options: Options, failures: Failures) -> Step:
    from tremor_tui.language.compile_query import compile_query
    from tremor_tui.pipeline.build import build
    from tremor_tui.pipeline.error_text import error_text

    compiled = compile_query(program.source, program.loader)
    show(compiled.warnings, program.find, options.error_format)
    caught: list[DataError] = []
    graph = build(
        compiled.query_ir,
        instance=options.instance,
        hostname=socket.gethostname(),
        render=error_text(program.find),
        on_error=lambda node, error: caught.append(error),
        by_event=True,
    )
    if "in" not in graph.inputs:
        hint = "its events come in by `in`"
        raise ConfigError(f"the query has no port `in`, but {', '.join(graph.inputs) or 'none'}", hint)

    def step(batch: Batch, sink: Sink) -> None:
        left = [made for _, made in graph.step("in", batch, time.time_ns())]
        if left:
            sink.take_batch(merge(left))
        for error in caught:
            failures.tell(error)
        caught.clear()

    return Step(step, lambda: None if options.whole_events else graph.fields("in"))


def _context(options: Options) -> Context:
    return Context(instance=options.instance, hostname=socket.gethostname())


def _cutter(name: str) -> Preprocessor:
    # The bare name would mean frames of 8 KiB at most.
    return preprocessors.get(name)({} if name == "separate" else None)


def _origin(text: str) -> OriginUri | None:
    if not text:
        return None
    try:
        return OriginUri.parse(text)
    except ValueError as error:
        raise ConfigError(str(error), "as in `--origin-uri file://host/path`") from None


def _as_data_error(error: Exception) -> DataError:
    return error if isinstance(error, DataError) else DataError(str(error))
