"""stdio: standard input and output of the process; every such source gets all of the input.

In an engine there is no terminal: sinks write to its log and sources wait for ever. Descriptors are never
made non-blocking, as they are shared with other processes; a pipe or terminal is opened a second time for
that instead.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Literal

import anyio
from anyio.lowlevel import RunVar

from tremor_tui.connectors.contract import Anywhere, Chunk, ConnectorContext, Field, Sink, Source, connector
from tremor_tui.connectors.shared.files import Pieces, lost, origin
from tremor_tui.model.batch import Batch, Value
from tremor_tui.model.origin import OriginUri

CHUNK: Final = 64 * 1024
PORTS: Final = {"in": 1, "stdout": 1, "stderr": 2}


@connector("stdio")
class Stdio:
    """Standard input as a source, standard output and error as a sink."""

    kind: ClassVar[str] = "stdio"
    doc: ClassVar[str] = "Reads standard input, writes standard output (`in`, `stdout`) or error (`stderr`)."
    fields: ClassVar[tuple[Field, ...]] = ()
    codec: ClassVar[Literal["required", "optional", "structured"]] = "required"
    default_codec: ClassVar[str | None] = None
    sink_ports: ClassVar[tuple[str, ...]] = ("stdout", "stderr")
    local: ClassVar[bool] = True
    descriptors: ClassVar[dict[int, int]] = {0: 0, 1: 1, 2: 2}
    """What stands for 0, 1 and 2; a test brings its own."""

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._ctx = ctx

    def source(self) -> Source | None:
        """Standard input."""
        return StdinSource(self._ctx, self.descriptors[0])

    def sink(self) -> Sink | None:
        """Standard output and error, or the log."""
        return LogSink(self._ctx) if self._ctx.in_engine else StdoutSink(self._ctx, self.descriptors)


class _Stdin:
    """The one reader of a loop's standard input; whoever comes first reads for all."""

    def __init__(self) -> None:
        self.lock = anyio.Lock()
        self.readers: list[deque[bytes]] = []
        self._can_wait = True

    async def read(self, file: int) -> None:
        """Reads once, and gives what came to every reader; empty at the end."""
        if self._can_wait:
            try:
                await anyio.wait_readable(file)
            except OSError as error:
                if error.errno != errno.EPERM:
                    raise
                # a regular file: always ready, and no loop can watch it
                self._can_wait = False
        data = os.read(file, CHUNK)
        for reader in self.readers:
            reader.append(data)


_stdin: RunVar[_Stdin] = RunVar("tremor_tui_stdin")


class StdinSource:
    """One source's view of standard input."""

    def __init__(self, ctx: ConnectorContext, file: int) -> None:
        self.origin: OriginUri | None = None
        self._ctx = ctx
        self._file = file
        self._queue: deque[bytes] = deque()
        self._is_over = False

    async def open(self) -> None:
        """Takes its place among the readers."""
        self.origin = origin("tremor-stdin")
        readers = self._shared().readers
        if not any(one is self._queue for one in readers):
            readers.append(self._queue)

    async def pull(self) -> Chunk | None:
        """What was read next, by this source or another one."""
        if self._is_over:
            return None
        with self._ctx.waiting("io"):
            if self._ctx.in_engine:
                await anyio.sleep_forever()
            if not self._queue:
                await self._read()
        data = self._queue.popleft()
        self._is_over = not data
        return Chunk(data, ended=self._is_over)

    async def close(self) -> None:
        """Leaves the readers."""
        shared = self._shared()
        shared.readers = [one for one in shared.readers if one is not self._queue]

    async def _read(self) -> None:
        shared = self._shared()
        async with shared.lock:
            if self._queue:
                return
            try:
                await shared.read(self._file)
            except OSError as error:
                raise lost("standard input", error, "read") from None

    @staticmethod
    def _shared() -> _Stdin:
        shared = _stdin.get(None)
        if shared is None:
            shared = _Stdin()
            _stdin.set(shared)
        return shared


class StdoutSink:
    """Writes to standard output and error. Where nobody reads any more, it ends the run quietly."""

    def __init__(self, ctx: ConnectorContext, descriptors: Mapping[int, int]) -> None:
        self.pieces_left = 0
        self._ctx = ctx
        self._descriptors = descriptors
        self._files: dict[int, int] = {}
        self._own: list[int] = []
        self._file = 1
        self._pieces = Pieces()
        self._is_gone = False

    async def open(self) -> None:
        """Opens pipes and terminals a second time, so that a slow reader holds up this sink alone."""
        for number in () if self._files else (1, 2):
            file = self._descriptors[number]
            self._files[number] = self._unblocked(file)

    async def write(self, port: str, pieces: Sequence[bytes], batch: Batch) -> None:
        """Writes the pieces to the port's descriptor."""
        self._file = PORTS.get(port, 1)
        self._pieces = Pieces(pieces)
        await self.resume()

    async def resume(self) -> None:
        """Writes what is left of the last write."""
        if self._is_gone:
            return
        try:
            with self._ctx.waiting("io"):
                await self._pieces.write(self._files[self._file])
        except BrokenPipeError:
            self._is_gone = True
            self._ctx.request_stop(0, True)
        except OSError as error:
            raise lost("standard output", error, "write") from None

    async def close(self) -> None:
        """Closes what it opened, never the process's own descriptors."""
        self.pieces_left = 0 if self._is_gone else self._pieces.left
        own, self._own, self._files = self._own, [], {}
        for file in own:
            os.close(file)

    def _unblocked(self, file: int) -> int:
        mode = os.fstat(file).st_mode
        if not (stat.S_ISFIFO(mode) or os.isatty(file)):
            return file
        try:
            again = os.open(f"/dev/fd/{file}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError:
            # a terminal of somebody else, or no /dev/fd: then writes may block
            return file
        self._own.append(again)
        return again


class LogSink(Anywhere):
    """Writes to the engine's log, one line for each line of the pieces."""

    def __init__(self, ctx: ConnectorContext) -> None:
        self._ctx = ctx

    async def open(self) -> None:
        """The log is open."""

    async def write(self, port: str, pieces: Sequence[bytes], batch: Batch) -> None:
        """Logs the pieces."""
        text = b"".join(pieces).decode(errors="replace")
        for line in text.splitlines():
            self._ctx.log(f"{self._ctx.flow}/{self._ctx.alias}: {line}")

    async def resume(self) -> None:
        """Nothing is ever left."""

    async def close(self) -> None:
        """The log stays open."""
