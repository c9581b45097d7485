"""Executor: an executor as the supervisor sees it, through the lives of several processes."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import anyio
from anyio.abc import TaskGroup

from tremor_tui.control.snapshots import BreakSnapshot, ExecutorSnapshot, TapSamples
from tremor_tui.engine.children import ChildProcess
from tremor_tui.engine.executors.link import (
    Answered,
    Broke,
    Command,
    Failed,
    Logged,
    Mailed,
    Orders,
    Pictured,
    Quit,
    Result,
    Tapped,
    decode_said,
    encode,
)
from tremor_tui.engine.executors.piecing import Piecing
from tremor_tui.engine.executors.restart import RestartPolicy
from tremor_tui.errors import ControlError, EngineLost

CHILD = "tremor_tui.engine.executors.child"


@dataclass(frozen=True, slots=True)
class Places:
    """Files that an executor shares with the supervisor: its board, and the stack it dumps when asked."""

    board: Path
    stack: Path

    @classmethod
    def of(cls, folder: Path, engine: str, number: int) -> Places:
        """The files of that executor of that engine."""
        stem = f"{engine}.{number}"
        return cls(folder / f"{stem}.board", folder / f"{stem}.stack")

    def remove(self) -> None:
        """Deletes what there is of them."""
        for path in (self.board, self.stack):
            path.unlink(missing_ok=True)


class Listener(Protocol):
    """Who wants to know what happens to executors."""

    def log(self, text: str) -> None: ...
    def told(self, said: TapSamples | BreakSnapshot) -> None: ...
    def pictured(self, executor: Executor) -> None: ...
    def mailed(self, executor: Executor, mail: Mailed) -> None: ...
    def crashed(self, executor: Executor, reason: str, pause_s: float | None) -> None: ...
    async def restarted(self, executor: Executor) -> None: ...


class Executor:
    """Starts its process, hands orders to it, and starts it again when it ends by itself."""

    def __init__(
        self,
        number: int,
        places: Places,
        listener: Listener,
        policy: RestartPolicy | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.number = number
        self.places = places
        self.state: Literal["waiting", "starting", "running", "ended", "failed"] = "waiting"
        self.picture = Pictured()
        self.restarts = 0
        self.crashed_ns = 0
        self._since_ns = 0
        self._listener = listener
        self._policy = policy or RestartPolicy()
        self._clock = clock
        self._child: ChildProcess | None = None
        self._pieces = Piecing()
        self._waiting: dict[int, _Waiting] = {}
        self._order = 0
        self._running = anyio.Event()
        self._revived = anyio.Event()
        self._wanted = anyio.Event()
        self._is_eager = False
        self._ending = False
        self.ended = anyio.Event()

    @property
    def pid(self) -> int:
        """The process id, 0 while there is none."""
        return self._child.pid if self._child else 0

    def snapshot(self) -> ExecutorSnapshot:
        """Its picture."""
        seen = self.picture
        return ExecutorSnapshot(
            self.number,
            self.pid,
            self.state,
            seen.cpu,
            seen.rss,
            seen.loop_lag_ns,
            self.restarts,
            self._since_ns,
            seen.cost,
        )

    async def wait_running(self) -> ChildProcess:
        """Its process, once it runs. Raises EngineLost where it has failed or ends, or has not begun."""
        if self.state == "waiting":
            raise EngineLost(f"executor {self.number} has not begun")
        if self.state == "failed":
            raise EngineLost(f"executor {self.number} has failed", "see the engine's log")
        await self._running.wait()
        if self._child is None:
            raise EngineLost(f"executor {self.number} has ended")
        return self._child

    async def order(self, order: Orders) -> Result:
        """The answer to an order, once the process runs. Raises ControlError where it fails or it ends."""
        child = await self.wait_running()
        self._order += 1
        number, waiting = self._order, _Waiting()
        self._waiting[number] = waiting
        try:
            await child.send(encode(Command(number, order)))
            return _checked(await waiting.result(self.number))
        finally:
            del self._waiting[number]

    def signal(self, number: signal.Signals) -> None:
        """Sends its process a signal."""
        if self._child:
            self._child.signal(number)

    def revive(self, *, is_eager: bool = False) -> None:
        """It is needed: starts it where it still waits; after `failed`, forgets the crashes and starts again.

        `is_eager`: before any client, so that there is nothing to tell it.
        """
        if self.state == "waiting":
            self.state = "starting"
            self._is_eager = is_eager
        self._wanted.set()
        if self.state == "failed":
            self.state = "starting"
            self._running = anyio.Event()
            self._policy.forgive()
            self._revived.set()

    async def quit(self, deadline_s: float) -> Result | None:
        """Drains it and lets it end; None where it was not running."""
        self._ending = True
        self._revived.set()
        self._wanted.set()
        if self.state != "running":
            return None
        try:
            return await self.order(Quit(deadline_s))
        except ControlError:
            return None

    async def run(self) -> None:
        """Keeps a process running from the first `revive` until `quit`; cancelling kills it."""
        try:
            await self._wanted.wait()
            while not self._ending:
                reason = await self._live()
                if not self._ending:
                    await self._pause(reason)
        finally:
            self.state = "ended"
            self.places.remove()
            self.ended.set()

    async def _pause(self, reason: str) -> None:
        self.restarts += 1
        self.crashed_ns = time.time_ns()
        pause = self._policy.crashed(self._clock())
        self.state = "starting" if pause is not None else "failed"
        self._listener.crashed(self, reason, pause)
        if pause is not None:
            await anyio.sleep(pause)
            return
        self._revived = anyio.Event()
        self._running.set()  # lets those who wait for it see that it failed
        await self._revived.wait()

    async def _live(self) -> str:
        try:
            files = str(self.places.board), str(self.places.stack)
            child = await ChildProcess.start(CHILD, str(self.number), *files)
        except OSError as error:
            return f"it cannot be started: {error.strerror or error}"
        try:
            return await self._accompany(child)
        finally:
            await self._gone(child)

    async def _accompany(self, child: ChildProcess) -> str:
        reason = "it closed its socket"
        async with anyio.create_task_group() as group:
            group.start_soon(self._log_output, child)
            try:
                await self._serve(child, group)
            except EngineLost:
                pass
            except ControlError as error:
                reason = f"it sent {error.message}"
            with anyio.move_on_after(1.0):
                reason = _why(await child.wait())
            group.cancel_scope.cancel()
        return reason

    async def _gone(self, child: ChildProcess) -> None:
        self._child = None
        self._running = anyio.Event()
        for waiting in self._waiting.values():
            waiting.fail()
        await child.end()

    async def _serve(self, child: ChildProcess, group: TaskGroup) -> None:
        while True:
            said = decode_said(await child.frame())
            if self._child is None:
                self._begun(child, group)
            match said:
                case Answered(number, result):
                    if number in self._waiting:
                        self._waiting[number].answer(result)
                case Pictured():
                    self.picture = self._pieces.whole(said)
                    self._listener.pictured(self)
                case Tapped(samples):
                    self._listener.told(samples)
                case Broke(snapshot):
                    self._listener.told(snapshot)
                case Mailed():
                    self._listener.mailed(self, said)
                case Logged(lines, left_out):
                    self._log(lines, left_out)

    def _begun(self, child: ChildProcess, group: TaskGroup) -> None:
        """Its first picture has come: it takes orders."""
        self._child = child
        self.state = "running"
        self._since_ns = time.time_ns()
        self._running.set()
        if self.restarts or not self._is_eager:
            group.start_soon(self._listener.restarted, self)

    async def _log_output(self, child: ChildProcess) -> None:
        async for line in child.lines():
            self._listener.log(f"executor {self.number}: {line}")

    def _log(self, lines: tuple[str, ...], left_out: int) -> None:
        for line in lines:
            self._listener.log(line)
        if left_out:
            self._listener.log(f"executor {self.number}: {left_out} more lines were left out")


class _Waiting:
    """Somebody who waits for the answer to one order."""

    def __init__(self) -> None:
        self._come = anyio.Event()
        self._result: Result | None = None

    def answer(self, result: Result) -> None:
        self._result = result
        self._come.set()

    def fail(self) -> None:
        self._come.set()

    async def result(self, executor: int) -> Result:
        await self._come.wait()
        if self._result is None:
            raise EngineLost(f"executor {executor} ended meanwhile", "see the engine's log")
        return self._result


def _checked(result: Result) -> Result:
    if isinstance(result, Failed):
        raise ControlError(result.message, result.hint, result.diagnostics)
    return result


def _why(status: int) -> str:
    return f"killed by signal {-status}" if status < 0 else f"exit status {status}"
