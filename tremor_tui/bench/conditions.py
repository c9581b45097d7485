"""Conditions: the machine, the versions and the load under which a run was made."""

from __future__ import annotations

import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from tremor_tui import __version__
from tremor_tui.control.bench import Conditions

LIBRARIES = ("anyio", "msgspec", "orjson", "uvloop")
"""Those that the hot path runs on, where they are installed."""


def conditions(load_before: float) -> Conditions:
    """The conditions now; `load_before` is the load average when the run began."""
    return Conditions(
        cores=cores(),
        processor=processor(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        version=__version__,
        libraries=libraries(),
        loop="uvloop" if find_spec("uvloop") else "asyncio",
        load=(load_before, load()),
    )


def load() -> float:
    """The load average of the last minute; 0 where the system knows none."""
    try:
        return round(os.getloadavg()[0], 2)
    except OSError:
        return 0.0


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def processor() -> str:
    """The processor's name."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2] for line in text.splitlines() if line.startswith("model name"))
    return next(names, "").strip() or platform.machine()


@cache
def libraries() -> dict[str, str]:
    """The versions of the libraries that the hot path runs on."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
