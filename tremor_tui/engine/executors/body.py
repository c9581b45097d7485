"""Body: what an executor does between its socket and its Runtime: orders, pictures, samples, log lines."""

from __future__ import annotations

import os
import resource
import socket
import time
import traceback
from collections import deque
from functools import partial
from pathlib import Path

import anyio
from anyio.abc import SocketStream, TaskGroup

from tremor_tui.control.snapshots import Receipt, Sample, Stopped, TapSamples
from tremor_tui.control.wire import Splitter
from tremor_tui.engine.executors import link
from tremor_tui.engine.sources import compile_flows
from tremor_tui.errors import ControlError, TremorError
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.metrics.board import Board
from tremor_tui.pipeline.build import build
from tremor_tui.runtime.clock import SystemClock
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings

READ_SIZE = 64 * 1024
LOG_LINES = 2000
"""Lines that may wait for the next flush of the log; more are counted and left out."""
LOG_PAUSE_S = 0.1
TAP_FRAMES = 64
PAGE = resource.getpagesize()


class Body:
    """Serves the supervisor until it says `Quit` or is gone."""

    def __init__(self, ours: socket.socket, executor: int, board: Board, *, orphan_s: float) -> None:
        self._socket = ours
        self._orphan_s = orphan_s
        self._lines: deque[str] = deque()
        self._left_out = 0
        self._out: deque[bytes] = deque()
        self._samples: deque[bytes] = deque(maxlen=TAP_FRAMES)
        self._something = anyio.Event()
        self._empty = anyio.Event()
        self._due = anyio.Event()
        self._rate = link.PICTURE_RATE
        self._lag_ns = 0
        self._cpu = _Cpu()
        self.runtime = Runtime(
            Settings(), clock=SystemClock(), log=self.log, board=board, executor=executor, in_engine=True
        )

    def log(self, text: str) -> None:
        """Has a line written to the engine's log."""
        if len(self._lines) < LOG_LINES:
            self._lines.extend(text.splitlines())
        else:
            self._left_out += 1

    async def run(self) -> None:
        """Returns when the supervisor is gone, or all is drained after `Quit`."""
        async with await anyio.abc.UNIXSocketStream.from_socket(self._socket) as stream:
            async with anyio.create_task_group() as group:
                await group.start(self.runtime.run)
                group.start_soon(self._send, stream)
                group.start_soon(self._picture_often)
                group.start_soon(self._flush_log)
                if not await self._obey(stream, group):
                    await self._drain(self._orphan_s)
                await self._flush()
                await self.runtime.close()
                group.cancel_scope.cancel()

    async def _obey(self, stream: SocketStream, group: TaskGroup) -> bool:
        """Carries out orders side by side; True after `Quit`, False where the supervisor is gone."""
        splitter = Splitter()
        while True:
            try:
                bodies = splitter.feed(await stream.receive(READ_SIZE))
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                return False
            for command in map(link.decode_command, bodies):
                if isinstance(command.order, link.Quit):
                    stopped = await self._drain(command.order.deadline_s)
                    self._say(link.Answered(command.number, link.Ended(stopped)))
                    return True
                group.start_soon(self._carry_out, command)

    async def _carry_out(self, command: link.Command) -> None:
        self._say(link.Answered(command.number, await self._result(command.order)))

    async def _result(self, order: link.Orders) -> link.Result:
        try:
            return await self._do(order)
        except ControlError as error:
            return link.Failed(error.message, error.hint, error.diagnostics)
        except TremorError as error:
            return link.Failed(error.message, error.hint)
        except Exception as error:  # a bug: it must not take the other flows with it
            self.log(traceback.format_exc())
            return link.Failed(f"the executor failed: {error}", "a bug; see the engine's log")

    async def _do(self, order: link.Orders) -> link.Result:
        runtime = self.runtime
        match order:
            case link.StartFlow(source, alias):
                await runtime.start(_flow(source, alias), base=Path(source.base), file=source.path)
                self._picture()
                return link.Started()
            case link.SwapFlow(source, alias, pipelines):
                return link.Swapped(await self._swap(_flow(source, alias), pipelines))
            case link.EndFlow(alias, deadline_s):
                stopped = await runtime.stop(alias, deadline_s=deadline_s)
                self._picture()
                return link.Ended((stopped,))
            case link.PauseFlow(alias, paused):
                runtime.pause(alias, paused)
            case link.OpenTap(tap, edge, per_second):
                self._taps.open(tap, edge, per_second)
            case link.CloseTap(tap):
                self._taps.close(tap)
            case link.SetRate(per_second):
                self._rate = per_second
                self._due.set()
            case link.Picture():
                self._picture()
        return link.Obeyed()
