"""Runs something in a fork of the compile process, within limits of time and memory.

A fork costs milliseconds, where a new process would load the compiler anew. Each result is sent as soon as
it is known, so that a fork that is ended leaves its first results.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from tremor_tui.control.wire import Splitter, prefixed

MEMORY = 1 << 30
"""Bytes of address space that a fork may use beyond what the process has."""
CPU_S = 5
ALL_S = 3.0
"""For all results together, below the limit of a compilation."""
OUTPUT_LIMIT = 8 * 1024 * 1024

S = TypeVar("S", bound=msgspec.Struct)


def in_fork(results: Iterable[S], kind: type[S], limit_s: float) -> list[S]:
    """The results, made one by one in a fork: those that came within `limit_s` each, and in time."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _run(results, writer)
    os.close(writer)
    try:
        return _collect(reader, msgspec.json.Decoder(kind), limit_s)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _run(results: Iterable[msgspec.Struct], writer: int) -> None:
    """The body of the fork; it never returns."""
    try:
        _limit()
        for result in results:
            os.write(writer, prefixed(msgspec.json.encode(result)))
        os._exit(0)
    except BaseException:  # whatever it was, the process's own cleaning up is not this fork's to do
        os._exit(1)


def _limit() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _collect(reader: int, decoder: msgspec.json.Decoder[S], limit_s: float) -> list[S]:
    results: list[S] = []
    splitter = Splitter()
    last = time.monotonic() + ALL_S
    deadline = time.monotonic() + limit_s
    size = 0
    while (left := min(deadline, last) - time.monotonic()) > 0 and size < OUTPUT_LIMIT:
        if not select.select([reader], [], [], left)[0]:
            break
        data = os.read(reader, 1 << 16)
        if not data:
            break
        size += len(data)
        made = splitter.feed(data)
        results += map(decoder.decode, made)
        if made:
            deadline = time.monotonic() + limit_s
    return results
