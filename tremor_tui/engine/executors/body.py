"""Body: what an executor does between its socket and its Runtime: orders, pictures, samples, log lines."""

from __future__ import annotations

import resource
import socket
import time
import traceback
from collections import deque
from pathlib import Path

import anyio
import msgspec
from anyio.abc import SocketStream, TaskGroup

from tremor_tui.control.loops import forgive_late_wakeups
from tremor_tui.control.snapshots import BreakSnapshot, Stopped, TapSamples
from tremor_tui.control.wire import Splitter
from tremor_tui.engine.executors import link
from tremor_tui.engine.executors.compiled import Compiled
from tremor_tui.engine.executors.looking import Looking
from tremor_tui.engine.executors.mail import mail
from tremor_tui.engine.executors.piecing import Sparing
from tremor_tui.errors import CompileError, ControlError, TremorError
from tremor_tui.language.ir.deploy import FlowIR
from tremor_tui.metrics.board import Board
from tremor_tui.runtime.clock import SystemClock
from tremor_tui.runtime.runtime import Runtime
from tremor_tui.runtime.settings import Settings

READ_SIZE = 64 * 1024
LOG_LINES = 2000
"""Lines that may wait for the next flush of the log; more are counted and left out."""
LOG_PAUSE_S = 0.1
TAP_FRAMES = 64
MAIL_FRAMES = 100
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
        self._compiled = Compiled()
        self._sparing = Sparing()
        self._cost = 0.0
        self._prepared: dict[str, tuple[link.Texts, FlowIR]] = {}
        self.runtime = Runtime(
            Settings(), clock=SystemClock(), log=self.log, board=board, executor=executor, in_engine=True
        )
        self._looking = Looking(self.runtime, self._tapped, self._broke)

    def log(self, text: str) -> None:
        """Has a line written to the engine's log."""
        if len(self._lines) < LOG_LINES:
            self._lines.extend(text.splitlines())
        else:
            self._left_out += 1

    async def run(self) -> None:
        """Returns when the supervisor is gone, or all is drained after `Quit`."""
        forgive_late_wakeups()
        stream = await anyio.abc.UNIXSocketStream.from_socket(self._socket)
        async with stream, anyio.create_task_group() as group:
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
        result = await self._result(command.order)
        if not isinstance(command.order, link.StartFlow):  # of a thousand in a row
            self._mail()
        self._say(link.Answered(command.number, result))

    async def _result(self, order: link.Orders) -> link.Result:
        try:
            return await self._do(order)
        except (CompileError, ControlError) as error:
            return link.Failed(error.message, error.hint, tuple(error.diagnostics))
        except TremorError as error:
            return link.Failed(error.message, error.hint)
        except Exception as error:  # a bug: it must not take the other flows with it
            self.log(traceback.format_exc())
            return link.Failed(f"the executor failed: {error}", "a bug; see the engine's log")

    async def _do(self, order: link.Orders) -> link.Result:
        runtime = self.runtime
        match order:
            case link.StartFlow():
                return await self._start(order)
            case link.Prepare() | link.GiveFlow():
                return await self._hand(order)
            case link.SwapFlow(source, alias):
                # In a thread: the flows of this loop go on while their new version is compiled.
                return await self._swap(
                    await anyio.to_thread.run_sync(self._compiled.flow, source, alias), order
                )
            case link.EndFlow(alias, deadline_s):
                stopped = await runtime.stop(alias, deadline_s=deadline_s)
                self._picture()
                return link.Ended((stopped,))
            case link.PauseFlow(alias, paused):
                runtime.pause(alias, paused)
            case link.Look(number, request):
                return await self._looking.obey(number, request)
            case link.TellSpeed() | link.SendAgain():
                return await self._of_flow(order)
            case link.SetRate(per_second):
                self._rate = per_second
                self._due.set()
            case link.Picture():
                self._picture()
            case link.SetLimits(limits):
                runtime.set_limits(limits)
            case link.SetStatistics(on):
                runtime.set_statistics(on)
        return link.Obeyed()

    async def _of_flow(self, order: link.TellSpeed | link.SendAgain) -> link.Result:
        if isinstance(order, link.TellSpeed):
            return link.SpeedTold(self.runtime.speed(order.alias))
        return link.SentAgain(tuple(await self.runtime.replay(order.flow, order.letters)))

    async def _start(self, order: link.StartFlow) -> link.Started:
        source, alias = order.source, order.alias
        prepared, ir = self._prepared.pop(alias, (None, None))
        if ir is None or prepared != source:
            ir = self._compiled.flow(source, alias)
        await self.runtime.start(ir, base=Path(source.base), file=source.path, carried=order.carried)
        self._picture_one(alias)
        return link.Started()

    async def _hand(self, order: link.Prepare | link.GiveFlow) -> link.Result:
        if isinstance(order, link.Prepare):
            # In a thread, as with a swap; it is one flow, and at most until that is started.
            ir = await anyio.to_thread.run_sync(self._compiled.flow, order.source, order.alias)
            self._prepared[order.alias] = order.source, ir
            return link.Obeyed()
        given = link.Given(await self.runtime.hand_over(order.alias, order.within_s))
        self._looking.ended_taps()
        self._picture()
        return given

    async def _swap(self, flow: FlowIR, order: link.SwapFlow) -> link.Swapped:
        running = self.runtime.flows[flow.alias].pipelines if flow.alias in self.runtime.flows else {}
        irs = [one for one in flow.pipelines if one.alias in order.pipelines and one.alias in running]
        graphs = {one.alias: self.runtime.build(flow.alias, one) for one in irs}
        receipt = await self.runtime.reshape(flow, graphs, order.version)
        self._picture()
        return link.Swapped(receipt, self._looking.ended_taps())

    async def _drain(self, deadline_s: float) -> tuple[Stopped, ...]:
        stopped = tuple(await self.runtime.stop_all(deadline_s))
        self._mail()
        return stopped

    # --- what goes up

    def _say(self, said: link.Said) -> bool:
        """Has it sent; False where it is too long."""
        try:
            frame = link.encode(said)
        except ControlError as error:
            self.log(f"a frame was left out: {error.message}")
            return False
        self._out.append(frame)
        self._something.set()
        return True

    def _tapped(self, samples: TapSamples) -> None:
        self._samples.append(link.encode(link.Tapped(samples)))
        self._something.set()

    def _broke(self, snapshot: BreakSnapshot) -> None:
        self._say(link.Broke(snapshot))

    def _picture(self) -> None:
        self._cost = self.runtime.cost()
        self._show(self._sparing.spare(*self.runtime.snapshot()))

    def _picture_one(self, alias: str) -> None:
        """One flow alone: while a thousand are started they are not pictured a thousand times."""
        flow, tasks, warnings = self.runtime.picture(alias)
        self._show(link.Pictured((flow,), tasks, warnings, is_part=True))

    def _show(self, picture: link.Pictured) -> None:
        cost, cpu = self._cost, self._cpu.share()
        replaced = msgspec.structs.replace
        picture = replaced(picture, cpu=cpu, rss=_rss(), loop_lag_ns=self._lag_ns, cost=cost)
        if self._say(picture):
            self._sparing.sent(picture)

    async def _picture_often(self) -> None:
        """Sends pictures at the wanted rate; how late it wakes up is the delay of the loop.

        Of thousands of flows there are fewer: making them may take a tenth of the time.
        """
        while True:
            begin = time.monotonic()
            self._picture()
            spent = time.monotonic() - begin
            self._due = anyio.Event()
            pause = max(1 / max(self._rate, link.PICTURE_RATE), 9 * spent)
            self._compiled.forget_old()
            begin = time.monotonic()
            with anyio.move_on_after(pause):
                await self._due.wait()
                continue
            self._lag_ns = max(0, int((time.monotonic() - begin - pause) * 1e9))

    async def _flush_log(self) -> None:
        while True:
            await anyio.sleep(LOG_PAUSE_S)
            self._log_now()
            self._mail()

    def _mail(self) -> None:
        """Hands on what failed, before anything that may be said about it."""
        if len(self._out) > MAIL_FRAMES:
            return  # the supervisor is behind; meanwhile failures are counted, and no longer kept
        for mailed in mail(self.runtime.letters):
            self._say(mailed)

    def _log_now(self) -> None:
        if self._lines or self._left_out:
            lines, left_out = tuple(self._lines), self._left_out
            self._lines.clear()
            self._left_out = 0
            self._say(link.Logged(lines, left_out))

    async def _send(self, stream: SocketStream) -> None:
        while True:
            await self._something.wait()
            self._something = anyio.Event()
            while self._out or self._samples:
                frame = self._out.popleft() if self._out else self._samples.popleft()
                try:
                    await stream.send(frame)
                except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                    return self._empty.set()
            self._empty.set()

    async def _flush(self) -> None:
        """Gives the last words a second to leave."""
        self._picture()
        self._log_now()
        self._empty = anyio.Event()
        self._something.set()
        with anyio.move_on_after(1.0):
            await self._empty.wait()


class _Cpu:
    """The process's use of one core since it was last asked, 0 to 1."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.monotonic()
        self._last = 0.0

    def share(self) -> float:
        cpu, wall = time.process_time(), time.monotonic()
        if wall - self._wall >= 0.1:
            self._last = (cpu - self._cpu) / (wall - self._wall)
            self._cpu, self._wall = cpu, wall
        return self._last


def _rss() -> int:
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * PAGE
    except OSError:  # not Linux: the most it ever had is the best to be had
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
