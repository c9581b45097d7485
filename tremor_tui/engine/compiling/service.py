"""Compiling: hands jobs to the compile process, one at a time, and ends it where one takes too long.

A text may be made to keep a compiler busy; so compiling happens outside of the supervisor, and a process
that does not answer within the limit is killed. The next job starts another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio.abc import TaskGroup

from tremor_tui.engine.children import ChildProcess
from tremor_tui.engine.compiling.link import Broken, Job, Outcome, decode_outcome, encode
from tremor_tui.errors import ControlError, EngineLost

CHILD = "tremor_tui.engine.compiling.child"
LIMIT_S = 5.0
START_LIMIT_S = 20.0

T = TypeVar("T")


class Compiling:
    """The compile service. `run` owns its process; `ask` gives it a job."""

    def __init__(self, log: Callable[[str], None], limit_s: float = LIMIT_S) -> None:
        self._log = log
        self._limit = limit_s
        self._turn = anyio.Lock()
        self._group: TaskGroup | None = None
        self._child: ChildProcess | None = None

    async def run(self, *, task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Keeps the process warm until it is cancelled."""
        try:
            async with anyio.create_task_group() as self._group:
                task_status.started()
                await self._warm_up()
                await anyio.sleep_forever()
        finally:
            await self._drop()

    async def _warm_up(self) -> None:
        async with self._turn:
            try:
                await self._warm()
            except ControlError as error:  # the next job tries again, and says so to its client
                await self._drop()
                self._log(f"compiling: {error.message}")

    async def ask(self, job: Job, kind: type[T]) -> T:
        """The outcome of a job. Raises ControlError where it takes too long or the compiler fails."""
        async with self._turn:
            outcome = await self._ask(job)
        if isinstance(outcome, kind):
            return outcome
        if isinstance(outcome, Broken):
            self._log(f"compiling failed:\n{outcome.traceback}")
            raise ControlError(
                f"the compiler failed: {outcome.message}", "this is a bug; see the engine's log"
            )
        raise ControlError("the compile process gave an answer to another question")

    async def _ask(self, job: Job) -> Outcome:
        try:
            await self._warm()
            with anyio.fail_after(self._limit):
                return await self._exchange(job)
        except TimeoutError:
            await self._drop()
            hint = "does a constant expression or an import run away?"
            raise ControlError(f"compiling took longer than {self._limit:g} s", hint) from None
        except EngineLost:
            await self._drop()
            raise ControlError("the compile process ended", "see the engine's log") from None
        except BaseException:
            # Cancelled half-way: its answer must not be taken for the answer to the next job.
            await self._drop()
            raise

    async def _exchange(self, job: Job) -> Outcome:
        assert self._child is not None
        await self._child.send(encode(job))
        return decode_outcome(await self._child.frame())

    async def _warm(self) -> None:
        """Starts the process, unless it is there, and waits until its compiler is loaded."""
        if self._child:
            return
        assert self._group is not None
        try:
            self._child = child = await ChildProcess.start(CHILD)
        except OSError as error:
            raise ControlError(f"the compile process cannot be started: {error.strerror}") from None
        self._group.start_soon(self._log_output, child)
        with anyio.move_on_after(START_LIMIT_S):
            await child.frame()  # it is ready
            return
        await self._drop()
        raise ControlError("the compile process did not start", "see the engine's log")

    async def _drop(self) -> None:
        child, self._child = self._child, None
        if child:
            await child.end()

    async def _log_output(self, child: ChildProcess) -> None:
        async for line in child.lines():
            self._log(f"compiling: {line}")
