"""Packs each frame by gzip, zlib or xz; `decompress` is the way back."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tremor_tui.errors import ConfigError
from tremor_tui.interceptors.contract import postprocessor
from tremor_tui.model.batch import Value
from tremor_tui.model.config import Settings

Pack = Callable[[bytes], bytes]
NOT_HERE: Final = ("snappy", "lz4", "zstd", "br")


class Compress:
    """One packed piece for each frame."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def process(self, frames: Sequence[bytes]) -> list[bytes]:
        """The packed frames."""
        return [self._pack(frame) for frame in frames]

    def finish(self) -> list[bytes]:
        """Nothing is due at the end."""
        return []


def _packer(name: str, settings: Settings) -> Pack:
    if name == "xz2":
        level = settings.integer("level", 9, 0, 9)
        return lambda frame: lzma.compress(frame, preset=level)
    if settings.config.get("level") is not None:
        raise ConfigError(f"{name} takes no level", "leave it out, or use xz2", "level")
    # time 0: the same frame gives the same bytes
    return zlib.compress if name == "zlib" else (lambda frame: gzip.compress(frame, mtime=0))


@postprocessor("compress")
def compress(config: Mapping[str, Value] | None) -> Compress:
    """`algorithm`: `gzip`, `zlib` or `xz2`; `level` 0 to 9 (default 9) for xz2."""
    settings = Settings(config, "postprocessor compress")
    name = settings.text("algorithm")
    if name in NOT_HERE:
        raise ConfigError(f"{name} is not supported yet", "use gzip, zlib or xz2", "algorithm")
    if name not in ("gzip", "zlib", "xz2"):
        raise ConfigError(f"there is no algorithm `{name}`", "use gzip, zlib or xz2", "algorithm")
    pack = _packer(name, settings)
    settings.known.append("level")
    settings.done()
    return Compress(pack)
