"""Kept: the runs of the benchmark in the user's state folder, a file each; of too many the oldest go."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

from tremor_tui.control.bench import BenchRun, decode_run, encode_run
from tremor_tui.control.benching import BenchesListed, KeptBench
from tremor_tui.control.places import benches_dir
from tremor_tui.control.writing import write_whole
from tremor_tui.errors import ControlError, DataError

MOST_KEPT = 100
_NAME = re.compile(r"[0-9a-z][0-9a-z-]{0,60}")


def keep(run: BenchRun) -> str:
    """Writes a run; answers its name. Raises OSError, ControlError."""
    folder = benches_dir()
    stem = time.strftime("%Y%m%d-%H%M%S", time.localtime(run.began_ns / 1e9))
    stem = f"{stem}-{run.plan.data}-{run.plan.script}"
    name = next(name for name in _names(stem) if not (folder / f"{name}.json").exists())
    write_whole(folder / f"{name}.json", encode_run(run).decode())
    for old in _kept()[MOST_KEPT:]:
        old.unlink(missing_ok=True)
    return name


def _names(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


def _kept() -> list[Path]:
    """The files, the latest first."""
    return sorted(benches_dir().glob("*.json"), key=lambda path: path.stem, reverse=True)


def list_kept() -> BenchesListed:
    """Which runs are kept. Raises ControlError where the folder cannot be had."""
    runs, damaged = [], []
    for path in _kept():
        try:
            runs.append(KeptBench.of(path.stem, decode_run(path.read_bytes())))
        except (OSError, DataError):
            damaged.append(path.name)
    return BenchesListed(tuple(runs), tuple(damaged))


def read_kept(name: str) -> BenchRun:
    """A run by its name. Raises ControlError."""
    path = benches_dir() / f"{name}.json"
    if not _NAME.fullmatch(name) or not path.exists():
        raise ControlError(f"no run of the benchmark is kept as `{name}`")
    try:
        return decode_run(path.read_bytes())
    except (OSError, DataError) as error:
        raise ControlError(f"the run `{name}` cannot be read: {error}") from None
