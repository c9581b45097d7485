"""Frames are packed: gzip, zlib or xz, told apart by their first bytes unless one is named."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable, Mapping
from typing import Final

from tremor_tui.errors import ConfigError, DataError, DecodeError
from tremor_tui.interceptors.contract import MAX_FRAME, PerFrame, preprocessor
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings

Unpack = Callable[[bytes], bytes]
GZIP: Final = 16 + zlib.MAX_WBITS
ZLIB: Final = zlib.MAX_WBITS
LZMA_MEMORY: Final = 128 << 20
NOT_HERE: Final = ("snappy", "lz4", "zstd", "br")


def too_large() -> DataError:
    """The frame would unpack to more than is taken."""
    return DecodeError(f"the frame unpacks to more than {MAX_FRAME} bytes")


def gunzip(packed: bytes) -> bytes:
    """All members of a gzip file."""
    done = bytearray()
    while packed:
        member, packed = _inflate(packed, GZIP, MAX_FRAME - len(done))
        done += member
    return bytes(done)


def unzlib(packed: bytes) -> bytes:
    """One zlib stream; what follows it is refused."""
    done, rest = _inflate(packed, ZLIB, MAX_FRAME)
    if rest:
        raise DecodeError("there are bytes after the end of the zlib stream")
    return done


def _inflate(packed: bytes, window: int, limit: int) -> tuple[bytes, bytes]:
    machine = zlib.decompressobj(window)
    done = machine.decompress(packed, limit + 1)
    if len(done) > limit:
        raise too_large()
    if not machine.eof:
        raise DecodeError("the packed frame ends too early")
    return done, machine.unused_data


def unxz(packed: bytes) -> bytes:
    """All streams of an xz file."""
    done = bytearray()
    while packed:
        machine = lzma.LZMADecompressor(lzma.FORMAT_XZ, LZMA_MEMORY)
        limit = MAX_FRAME - len(done)
        part = machine.decompress(packed, limit + 1)
        if len(part) > limit:
            raise too_large()
        if not machine.eof:
            raise DecodeError("the packed frame ends too early")
        done += part
        packed = machine.unused_data
    return bytes(done)


def detect(packed: bytes) -> bytes:
    """Unpacks what its first bytes say it is; anything else is taken as it is."""
    if packed.startswith(b"\x1f\x8b"):
        return gunzip(packed)
    if packed[:1] == b"\x78" and packed[1:2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
        return unzlib(packed)
    if packed.startswith(b"\xfd7zXZ\x00"):
        return unxz(packed)
    if packed.startswith((b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\xff\x06\x00\x00sNaPpY")):
        raise DecodeError("the frame is packed by zstd, lz4 or snappy, which are not supported")
    return packed


ALGORITHMS: Final[dict[str, Unpack]] = {"gzip": gunzip, "zlib": unzlib, "xz2": unxz, "autodetect": detect}


class Decompress(PerFrame):
    """Unpacks each frame, to 16 MiB at most."""

    def __init__(self, unpack: Unpack) -> None:
        super().__init__()
        self._unpack = unpack

    def process(self, chunk: bytes) -> list[bytes]:
        """The unpacked frame. Raises DecodeError where it is broken or too large."""
        try:
            return [self._unpack(chunk)]
        except (zlib.error, lzma.LZMAError) as error:
            raise DecodeError(f"the packed frame is broken: {error}") from None


@preprocessor("decompress")
def decompress(config: Mapping[str, Value] | None) -> Decompress:
    """`algorithm`: `gzip`, `zlib`, `xz2` or `autodetect` (default)."""
    settings = Settings(config, "preprocessor decompress")
    name = settings.text("algorithm", "autodetect")
    settings.done()
    if name in NOT_HERE:
        raise ConfigError(f"{name} is not supported yet", "use gzip, zlib or xz2", "algorithm")
    if name not in ALGORITHMS:
        raise ConfigError(f"there is no algorithm `{name}`", "use gzip, zlib or xz2", "algorithm")
    return Decompress(ALGORITHMS[name])
