"""A disk that refuses writes half-way: no line is torn, lost or doubled, and what is left is counted."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from tremor_tui.connectors.shared import files
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings
from tremor_tui.testing import harness
from tremor_tui.testing.harness import FEEDS, flow, of

pytestmark = pytest.mark.anyio

COUNT = 3000
FAST = {"retry": {"interval_ms": 1, "growth_rate": 1.0}}


class Disk:
    """Takes the place of `os.write`. Call `n` of `fails` takes `short` bytes, the next ones fail."""

    def __init__(self, fails: Callable[[int], bool], short: int, code: int) -> None:
        self.calls = 0
        self.failed = 0
        self._fails = fails
        self._short = short
        self._code = code

    def __call__(self, file: int, data: memoryview) -> int:
        self.calls += 1
        if self._fails(self.calls):
            self.failed += 1
            raise OSError(self._code, os.strerror(self._code))
        if self._fails(self.calls + 1):
            return os.write(file, bytes(data)[: self._short])
        return os.write(file, data)


def into_file(mode: str = "truncate", count: int | None = COUNT) -> FlowIR:
    harness.enroll()
    config = {"size": 50} | ({} if count is None else {"count": count})
    return flow(
        "main",
        [
            of("feed", "test_feed", config),
            of(
                "out", "file", {"path": "out.jsonl", "mode": mode},
                codec="json", post=["separate"], reconnect=FAST,
            ),
        ],
        ["feed/out>p/in", "p/out>out/in"],
    )  # fmt: skip


def expected(count: int, first: int = 0) -> bytes:
    return b"".join(b'{"from":"feed","n":%d}\n' % n for n in range(first, count))


@pytest.mark.parametrize("mode", ["truncate", "append", "overwrite"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("every", [2, 3, 7])
async def test_a_disk_that_fills_up_again_and_again_gets_every_line_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, code: int, every: int
) -> None:
    disk = Disk(lambda call: call % every == 0, 997, code)
    monkeypatch.setattr(files, "write_some", disk)
    runtime = Runtime(Settings(channel_batches=2))

    async with anyio.create_task_group() as group:
        await group.start(runtime.run)
        await runtime.start(into_file(mode), base=tmp_path)
        ending = await runtime.wait_ended()
        await runtime.close()

    assert ending.drained
    assert disk.failed >= 5
    assert (tmp_path / "out.jsonl").read_bytes() == expected(COUNT)


@pytest.mark.parametrize("at", [2, 3, 6])
@pytest.mark.parametrize("short", [0, 1, 500])
async def test_a_forced_stop_takes_a_torn_write_back_and_counts_what_is_not_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, short: int
) -> None:
    disk = Disk(lambda call: call >= at, short, errno.ENOSPC)
    monkeypatch.setattr(files, "write_some", disk)
    runtime = Runtime(Settings(channel_batches=2))

    async with anyio.create_task_group() as group:
        await group.start(runtime.run)
        await runtime.start(into_file(count=None), base=tmp_path)
        while disk.failed < 3:
            await anyio.lowlevel.checkpoint()
        stopped = await runtime.stop("main", deadline_s=0)
        await runtime.close()

    written = (tmp_path / "out.jsonl").read_bytes()
    lines = written.count(b"\n")
    assert written == expected(lines)
    assert not stopped.drained
    assert stopped.left == FEEDS["feed"].given - lines


async def test_a_file_that_was_there_keeps_its_lines_when_a_torn_write_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out.jsonl").write_bytes(b"before\n")
    disk = Disk(lambda call: call >= 3, 20, errno.ENOSPC)
    monkeypatch.setattr(files, "write_some", disk)
    runtime = Runtime(Settings(channel_batches=2))

    async with anyio.create_task_group() as group:
        await group.start(runtime.run)
        await runtime.start(into_file("append", None), base=tmp_path)
        while disk.failed < 2:
            await anyio.lowlevel.checkpoint()
        await runtime.stop("main", deadline_s=0)
        await runtime.close()

    assert (tmp_path / "out.jsonl").read_bytes() == b"before\n" + expected(50)


async def test_a_device_without_room_holds_the_flow_and_loses_nothing_silently(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").symlink_to("/dev/full")
    logged: list[str] = []
    runtime = Runtime(Settings(channel_batches=2), log=logged.append)

    async with anyio.create_task_group() as group:
        await group.start(runtime.run)
        await runtime.start(into_file(count=None), base=tmp_path)
        while not any("no space left" in line for line in logged):
            await anyio.lowlevel.checkpoint()
        stopped = await runtime.stop("main", deadline_s=0)
        await runtime.close()

    assert stopped.left == FEEDS["feed"].given > 0
