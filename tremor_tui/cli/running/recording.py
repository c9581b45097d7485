"""Records what a run in this process does: pictures of its runtime, and marks, as an engine would."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from tremor_tui.cli import output
from tremor_tui.control.history import Marked
from tremor_tui.control.marks import changes
from tremor_tui.control.recordings.writing import RecordingWriter
from tremor_tui.control.snapshots import EngineSnapshot, ExecutorSnapshot, FlowFiles, FlowSnapshot
from tremor_tui.control.snapshots import FileText as FileText
from tremor_tui.errors import ControlError
from tremor_tui.runtime.runtime import Runtime

EVERY_S = 1.0
NAME = "run"


@dataclass(slots=True)
class Recorder:
    """Writes a picture each second until it is cancelled, and a last one; a full disk ends it alone."""

    runtime: Runtime
    folder: Path
    limit_mb: int
    files: tuple[FileText, ...]
    _writer: RecordingWriter = field(init=False)
    _last: EngineSnapshot | None = None
    _since_ns: int = 0

    def __post_init__(self) -> None:
        self._writer = RecordingWriter(self.folder.absolute(), NAME, self.limit_mb)
        self._since_ns = time.time_ns()

    async def run(self) -> None:
        """Returns where it cannot write any more."""
        try:
            while True:
                self.write()
                await anyio.sleep(EVERY_S)
        except ControlError as error:
            output.failure(f"the recording ended: {error.message}", error.hint)

    def finish(self) -> None:
        """Writes how it ended, and closes the file."""
        try:
            self.write()
            self._writer.close()
        except ControlError as error:
            output.failure(f"the recording ended: {error.message}", error.hint)

    def write(self) -> None:
        """Writes a picture, and what changed since the last one. Raises ControlError."""
        picture = self._picture()
        marks, is_first = changes(self._last, picture), self._last is None
        self._last = picture
        self._writer.picture(picture)
        if is_first:
            self._write_files(picture.flows)
        for mark in marks:
            self._writer.more(Marked(mark))

    def _write_files(self, flows: Iterable[FlowSnapshot]) -> None:
        for flow in flows:
            self._writer.files(FlowFiles(flow.alias, self.files))

    def _picture(self) -> EngineSnapshot:
        flows, tasks, warnings = self.runtime.snapshot()
        pages = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        executor = ExecutorSnapshot(0, os.getpid(), rss=pages, cost=self.runtime.cost())
        return EngineSnapshot(NAME, time.time_ns(), self._since_ns, (executor,), flows, tasks, warnings)
