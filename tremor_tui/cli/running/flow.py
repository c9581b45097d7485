"""Runs the flows of a .troy file in this process, without a socket, until they are over or told to end.

The first SIGINT or SIGTERM stops the sources and lets what is under way get out; the second ends at once.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import anyio
from anyio.abc import TaskGroup

from tremor_tui.cli import output
from tremor_tui.cli.diagnose import show
from tremor_tui.cli.output import ErrorFormat
from tremor_tui.cli.running.spread import EXITED, UNSTARTED, run_spread, share
from tremor_tui.control.loops import forgive_late_wakeups
from tremor_tui.control.snapshots import FileText, FlowSnapshot, TaskSnapshot
from tremor_tui.engine.sources import Program, compile_flows
from tremor_tui.errors import CompileError
from tremor_tui.language.ir.deploy import DeployIR, FlowIR
from tremor_tui.model.collector import collect_seldom
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings

if TYPE_CHECKING:
    from tremor_tui.cli.running.recording import Recorder

DONE, FAILED, FORCED = 0, 1, 75
ScheduleName = Literal["async", "threads", "executors"]
LINE_PAUSE_S = 0.5
WIDTH = 80
"""Of a terminal that does not know its own."""


@dataclass(frozen=True, slots=True)
class Options:
    """What `run` was told."""

    drain_s: float = 5.0
    instance: str = "tremor"
    fail_on_error: bool = False
    error_format: ErrorFormat = "full"
    record: Path | None = None
    record_mb: int = 256
    whole_events: bool = False
    schedule: ScheduleName = "async"
    executors: int = 1


def run_flows(program: Program, options: Options) -> int:
    """Runs what a .troy file deploys; the exit status. Raises CompileError where it does not compile."""
    compiled = compile_flows(program)
    show(compiled.warnings, program.find, options.error_format)
    if not compiled.ir.flows:
        output.failure(f"`{program.source.name}` deploys no flow", "add `deploy flow NAME;` at its end")
        return FAILED
    parts = share(compiled.ir.flows, options.executors) if options.schedule == "executors" else []
    if len(parts) > 1:
        return run_spread(parts, lambda flows: _run_part(program, options, compiled.ir, flows))
    files = tuple(
        FileText(one.name, str(one.path or one.name), one.text) for one in compiled.sources.values()
    )
    return anyio.run(_Run(program, options, files).main, compiled.ir, backend_options=_loop())


def _run_part(
    program: Program, options: Options, deploy: DeployIR, flows: Sequence[FlowIR]
) -> tuple[int, bytes]:
    """Some of the flows, in a process that is one of several."""
    run = _Run(program, options, is_part=True)
    status = anyio.run(run.main, replace(deploy, flows=tuple(flows)), backend_options=_loop())
    return status, run.word


def _loop() -> dict[str, bool]:
    return {"use_uvloop": find_spec("uvloop") is not None}


@dataclass(slots=True)
class _Run:
    """One run: its runtime and how often it was asked to end.

    `is_part`: of several processes; then `word` is what the others have to be told at its end.
    """

    program: Program
    options: Options
    files: tuple[FileText, ...] = ()
    is_part: bool = False
    word: bytes = b""
    runtime: Runtime = field(init=False)
    signals: int = 0
    line: _Line = field(default_factory=lambda: _Line())

    async def main(self, deploy: DeployIR) -> int:
        """Starts the flows, waits for their end, and tells what became of them."""
        forgive_late_wakeups()
        collect_seldom()
        settings = Settings(
            drain_s=self.options.drain_s,
            instance=self.options.instance,
            fuses=not self.options.whole_events,
            schedule="threads" if self.options.schedule == "threads" else "async",
        )
        self.runtime = Runtime(settings, log=self.line.log)
        begin = time.monotonic()
        async with self._running() as group:
            if not await self._start(deploy):
                self.word = UNSTARTED
                return FAILED
            if self.line.is_live and not self.is_part:
                group.start_soon(self._show_often)
            recorder = self._recorder()
            if recorder:
                group.start_soon(recorder.run)
            ending = await self.runtime.wait_ended()
            self.word = EXITED if self.runtime.was_exited else b""
            if recorder:
                recorder.finish()
            self.line.clear()
            self._tell(time.monotonic() - begin)
        if ending.error:
            output.failure(*_split(ending.error))
        if self.signals and not ending.drained:
            output.failure(f"ended by force: {ending.left:,} events were not delivered")
            return ending.status or FORCED
        if self.options.fail_on_error and any(flow.events_err for flow in self._flows()):
            return ending.status or FAILED
        return ending.status

    def _recorder(self) -> Recorder | None:
        """What was asked for by `--record`. Raises ControlError where the folder cannot be used."""
        options = self.options
        if options.record is None:
            return None
        from tremor_tui.cli.running.recording import Recorder

        return Recorder(self.runtime, options.record, options.record_mb, self.files)

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[TaskGroup]:
        async with anyio.create_task_group() as group:
            await group.start(self.runtime.run)
            group.start_soon(self._obey_signals)
            yield group
            await self.runtime.close()
            group.cancel_scope.cancel()

    async def _start(self, deploy: DeployIR) -> bool:
        for flow in deploy.flows:
            try:
                await self.runtime.start(flow, base=Path.cwd(), file=self.program.source.name)
            except CompileError as error:
                self.line.clear()
                show(error.diagnostics, self.program.find, self.options.error_format)
                return False
        return True

    async def _obey_signals(self) -> None:
        wanted = (signal.SIGTERM,) if self.is_part else (signal.SIGINT, signal.SIGTERM)
        with anyio.open_signal_receiver(*wanted) as seen:
            async with anyio.create_task_group() as group:
                async for number in seen:
                    self.signals += 1
                    if self.signals == 1:
                        self.line.log(f"got {number.name}: draining, once more to end at once")
                        group.start_soon(self.runtime.stop_all, self.options.drain_s)
                    else:
                        for flow in self.runtime.flows.values():
                            flow.force()

    def _flows(self) -> tuple[FlowSnapshot, ...]:
        return self.runtime.snapshot(tasks=False)[0]

    async def _show_often(self) -> None:
        while True:
            await anyio.sleep(LINE_PAUSE_S)
            flows, tasks, _ = self.runtime.snapshot()
            self.line.show("  ".join(_now(flow, tasks) for flow in flows))

    def _tell(self, seconds: float) -> None:
        for flow in self._flows():
            ending = self.runtime.flows[flow.alias].ending
            left = ending.left if ending else 0
            output.talk(
                f"{flow.alias}: {flow.events_in:,} in, {flow.events_out:,} out, "
                f"{flow.events_err:,} to err, {left:,} left, {seconds:.1f} s"
            )


class _Line:
    """The last line of the terminal on stderr, drawn over and over; nothing where that is no terminal."""

    def __init__(self) -> None:
        self.is_live = output.is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
        self._shown = False

    def show(self, text: str) -> None:
        """Draws the line anew, cut to the terminal's width."""
        width = os.get_terminal_size(sys.stderr.fileno()).columns or WIDTH
        output.talk_over(text[: width - 1])
        self._shown = True

    def log(self, text: str) -> None:
        """A line above it."""
        self.clear()
        output.talk(text)

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            output.talk_over("")
            self._shown = False


def _now(flow: FlowSnapshot, tasks: Iterable[TaskSnapshot]) -> str:
    fill = max((task.queue.fill for task in tasks if task.flow == flow.alias and task.queue), default=0.0)
    return (
        f"{flow.alias}: {flow.events_in:,} in ({flow.in_s:,.0f}/s), {flow.events_out:,} out "
        f"({flow.out_s:,.0f}/s), {flow.events_err:,} to err, fill {fill:.0%}"
    )


def _split(error: str) -> tuple[str, str]:
    message, _, hint = error.partition("\nhint: ")
    return message, hint
