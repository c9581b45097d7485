"""file: reads a file once from its start, or writes one.

A write that the disk refuses half-way is remembered to the byte and goes on where it stopped, so that no
line is torn, lost or doubled. Where it cannot go on before the end, the torn piece is taken back.
"""

from __future__ import annotations

import lzma
import os
import stat
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Literal

import anyio

from tremor_tui.connectors.contract import Chunk, ConnectorContext, Field, Sink, Source, connector
from tremor_tui.connectors.shared.files import (
    Pieces,
    check_same,
    identity,
    lost,
    origin,
    refused,
    why_stays,
)
from tremor_tui.errors import ConfigError, FrameError
from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.origin import OriginUri

_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
_FLAGS: Final = {
    "write": _CREATE | os.O_TRUNC,
    "truncate": _CREATE | os.O_TRUNC,
    "append": _CREATE | os.O_APPEND,
    "overwrite": _CREATE,
}


@connector("file")
class File:
    """A file, read or written as `mode` says."""

    kind: ClassVar[str] = "file"
    doc: ClassVar[str] = "Reads a file from its start to its end, or writes one."
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "path",
            "string",
            "The file; `.xz` is decompressed when read.",
            required=True,
            example="events.jsonl",
        ),
        Field(
            "mode",
            "string",
            "Reads it, or opens it for writing: from empty, at its end, or over what is there.",
            required=True,
            choices=("read", "write", "append", "truncate", "overwrite"),
            example="append",
        ),
        Field("chunk_size", "integer", "Bytes of one read.", default=256 * 1024, minimum=1),
    )
    codec: ClassVar[Literal["required", "optional", "structured"]] = "required"
    default_codec: ClassVar[str | None] = None
    sink_ports: ClassVar[tuple[str, ...]] = ()
    local: ClassVar[bool] = True

    def __init__(self, config: Mapping[str, Value], ctx: ConnectorContext) -> None:
        self._config = config
        self._ctx = ctx

    @staticmethod
    def sides(config: Mapping[str, Value]) -> tuple[bool, bool]:
        """A source in mode `read`, else a sink; both where the mode is not known."""
        mode = config.get("mode")
        return mode in (None, "read"), mode != "read"

    @staticmethod
    def renewal(config: Mapping[str, Value]) -> str:
        """What opening it does to what is there."""
        doings = {
            "read": "reads `{}` from its start",
            "append": "writes on at the end of `{}`",
            "overwrite": "writes over what is in `{}`, from its start",
        }
        return doings.get(str(config.get("mode")), "empties `{}` first").format(config.get("path"))

    def source(self) -> Source | None:
        """The reader, in mode `read`."""
        if self._config["mode"] != "read":
            return None
        return FileSource(self._config["path"], self._config.get("chunk_size", 256 * 1024), self._ctx)

    def sink(self) -> Sink | None:
        """The writer, in the other modes."""
        if self._config["mode"] == "read":
            return None
        return FileSink(self._config["path"], self._config["mode"], self._ctx)


class FileSource:
    """Reads chunks up to the end of the file; after a lost read it goes on where it was."""

    def __init__(self, path: str, chunk_size: int, ctx: ConnectorContext) -> None:
        self.origin: OriginUri | None = None
        self._name = path
        self._path = ctx.path(path)
        self._size = chunk_size
        self._ctx = ctx
        self._meta: Meta = {"file": {"path": path}}
        self._unpack = _Unxz(path, chunk_size) if self._path.suffix == ".xz" else None
        self._file: int | None = None
        self._offset = 0
        self._same: tuple[int, int] | None = None
        self._is_over = False

    async def open(self) -> None:
        """Opens the file. Raises ConfigError where it is not there to be read."""
        await self.close()
        try:
            self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            if stat.S_ISDIR(os.fstat(self._file).st_mode):
                raise ConfigError(f"cannot read `{self._name}`: it is a folder", "", "path")
            check_same(self._name, self._file, self._same)
            self._same = None
            if self._offset:
                os.lseek(self._file, self._offset, os.SEEK_SET)
        except OSError as error:
            raise refused(self._name, error, "read", f"looked for `{self._path}`") from None
        self.origin = origin("tremor-file", self._name)

    async def pull(self) -> Chunk | None:
        """The next chunk; the last one ends the stream."""
        if self._is_over:
            return None
        if self._unpack is not None and (rest := self._unpack.more()):
            return Chunk(rest, meta=self._meta)
        data = await self._read()
        if not data:
            self._is_over = True
            if self._unpack is not None:
                self._unpack.check_end()
            return Chunk(b"", meta=self._meta, ended=True)
        if self._unpack is not None:
            data = self._unpack.feed(data)
        return Chunk(data, meta=self._meta)

    def stays(self) -> str:
        """A pipe, or what is being unpacked, cannot be handed over; nor a file that has left its place."""
        if self._is_over:
            return ""
        if self._unpack is not None:
            return f"`{self._name}` is being unpacked"
        return why_stays(self._name, self._path, self._file)

    def point(self) -> Value:
        """How far it was read, whether that was all, and which file it is."""
        return [self._offset, self._is_over, *identity(self._file)]

    def go_on(self, point: Value) -> None:
        """Reads on where another process stopped. A file that took its place meanwhile is refused."""
        self._offset, self._is_over, device, number = point
        self._same = (device, number) if number else None

    async def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            file, self._file = self._file, None
            os.close(file)

    async def _read(self) -> bytes:
        if self._file is None:
            raise lost(self._name, OSError("it is not open"), "read")
        while True:
            try:
                data = os.read(self._file, self._size)
            except BlockingIOError:
                with self._ctx.waiting("io"):
                    await anyio.wait_readable(self._file)
                continue
            except OSError as error:
                raise lost(self._name, error, "read") from None
            self._offset += len(data)
            return data


class _Unxz:
    """Decompresses .xz data, at most `limit` bytes at a time. Raises FrameError."""

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self._limit = limit
        self._stream = lzma.LZMADecompressor()
        self._has_begun = False

    def feed(self, data: bytes) -> bytes:
        """The first bytes of what the data unpacks to; `more` has the rest."""
        self._has_begun = True
        try:
            if self._stream.eof:
                self._stream = lzma.LZMADecompressor()
            return self._stream.decompress(data, self._limit)
        except lzma.LZMAError as error:
            raise self._broken(str(error).lower()) from None

    def more(self) -> bytes:
        """What is still to be unpacked of the data fed so far; empty where more is needed."""
        if self._stream.eof:
            rest = self._stream.unused_data
            return self.feed(rest) if rest else b""
        return b"" if self._stream.needs_input else self.feed(b"")

    def check_end(self) -> None:
        """Raises FrameError where the file ended too early."""
        if self._has_begun and not self._stream.eof:
            raise self._broken("it ends too early")

    def _broken(self, why: str) -> FrameError:
        return FrameError(f"`{self._name}` is not a whole .xz file: {why}")


class FileSink:
    """Writes pieces to the file. `pieces_left`: those of the last write that are not in the file."""

    def __init__(self, path: str, mode: str, ctx: ConnectorContext) -> None:
        self.pieces_left = 0
        self._name = path
        self._path = ctx.path(path)
        self._mode = mode
        self._file: int | None = None
        self._was_open = False
        self._same: tuple[int, int] | None = None
        self._identity = 0, 0
        self._end = 0
        self._pieces = Pieces()

    async def open(self) -> None:
        """Opens the file; the second time where the first one stopped. Raises ConfigError."""
        if self._file is not None:
            return
        flags = _FLAGS[self._mode]
        if self._was_open:
            flags &= ~os.O_TRUNC
        try:
            self._file = os.open(self._path, flags, 0o644)
            check_same(self._name, self._file, self._same)
            if self._was_open and self._mode != "append":
                os.lseek(self._file, self._end, os.SEEK_SET)
            elif self._mode == "append" and self._is_regular():
                self._end = os.lseek(self._file, 0, os.SEEK_END)
        except OSError as error:
            raise refused(self._name, error, "write", f"its full path is `{self._path}`") from None
        self._was_open = True
        self._same, self._identity = None, identity(self._file)

    def stays(self) -> str:
        """A pipe cannot be handed over, nor a file that is gone from its place."""
        return why_stays(self._name, self._path, self._file)

    def point(self) -> Value:
        """Up to where it was written, and which file it is."""
        return [self._end, *self._identity]

    def go_on(self, point: Value) -> None:
        """Writes on behind what another process wrote. A file that took its place meanwhile is refused."""
        self._end, device, number = point
        self._same = device, number
        self._was_open = True

    async def write(self, port: str, pieces: Sequence[bytes], batch: Batch) -> None:
        """Writes the pieces. Raises ConnectionLost; `resume` then writes the rest."""
        self._pieces = Pieces(pieces)
        await self.resume()

    async def resume(self) -> None:
        """Writes what is left of the last write."""
        if self._file is None:
            raise lost(self._name, OSError("it is not open"), "write")
        before = self._pieces.out
        try:
            await self._pieces.write(self._file)
        except OSError as error:
            raise lost(self._name, error, "write") from None
        finally:
            self._end += self._pieces.out - before

    async def close(self) -> None:
        """Takes a torn piece back and closes the file."""
        if self._file is None:
            return
        file, self._file = self._file, None
        torn = self._pieces.torn
        try:
            if torn and stat.S_ISREG(os.fstat(file).st_mode) and os.fstat(file).st_size == self._end:
                os.ftruncate(file, self._end - torn)
                self._end -= torn
                self._pieces.take_back()
        finally:
            self.pieces_left = self._pieces.left
            os.close(file)

    def _is_regular(self) -> bool:
        return self._file is not None and stat.S_ISREG(os.fstat(self._file).st_mode)
