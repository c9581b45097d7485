"""Benching: measures in a process of its own when a client asks, and keeps what was measured.

    client ── StartBench ──▶ Benching ── the plan on stdin ──▶ the room `bench` (a child, its workers)
    clients that watch ◀── BenchStep ── Benching ◀── a BenchStep a line on stdout ──┘

One run at a time. The supervisor imports nothing of what is measured: the child is named, never imported.
A child is a session of its own with its workers, so that all of them are ended together; it ends by itself
when its stdin does, so that an engine that was killed leaves none behind. A run is kept when it ends, one
that was stopped as well if anything was measured; of the kept ones the oldest go.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import anyio
import msgspec
from anyio.abc import ByteReceiveStream, Process, TaskGroup

from tremor_tui.control import commands as ask
from tremor_tui.control.bench import (
    BenchPlan,
    BenchRun,
    BenchStep,
    StartBench,
    StopBench,
    WatchBench,
    decode_step,
    encode_run,
    problems,
)
from tremor_tui.control.benching import (
    BenchDrawn,
    BenchRead,
    DrawBench,
    ListBenches,
    ReadBench,
)
from tremor_tui.control.launch import python_command, python_environment
from tremor_tui.control.snapshots import Answer, Done, EngineSnapshot, Severity
from tremor_tui.engine.children import GONE, READ_SIZE
from tremor_tui.engine.clients import ClientSession
from tremor_tui.engine.company import who
from tremor_tui.engine.kept import keep, list_kept, read_kept
from tremor_tui.errors import ControlError, DataError

LOOKS = (WatchBench, ListBenches, ReadBench, DrawBench)
CHILD = "tremor_tui.bench.child"
PAINTER = "tremor_tui.bench.vector"
"""Makes an SVG of the run on its stdin."""
DRAW_LIMIT_S = 20.0
NICE = 5
"""As executors: a key that is typed comes first."""
GRACE_S = 3.0
"""Between asking a child to end and ending it."""
LINE_LIMIT = 4 * 1024 * 1024


class Owner(Protocol):
    """What it needs of the engine."""

    def log(self, text: str) -> None: ...
    def notify(self, text: str, severity: Severity = "info") -> None: ...
    def snapshot(self) -> EngineSnapshot: ...


class Measuring:
    """The child that measures, and its workers. Made by `start`; `end` is called once, whatever happened."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @classmethod
    async def start(cls, plan: BenchPlan) -> Measuring:
        """Starts it on a plan. Raises OSError where the machine has no room for it."""
        # Shielded: a process that was started when the cancellation came would belong to nobody.
        with anyio.CancelScope(shield=True):
            process = await anyio.open_process(
                python_command(CHILD),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=python_environment(),
                start_new_session=True,
            )
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        child = cls(process)
        try:
            assert process.stdin is not None
            await process.stdin.send(msgspec.json.encode(plan) + b"\n")
        except GONE:
            return child  # its end is seen by who reads
        except BaseException:
            await child.end()
            raise
        return child

    async def follow(self, take: Callable[[bytes], bool]) -> None:
        """Hands over the lines that it says until it ends, or `take` wants no more. Raises DataError."""
        await _read(self._process.stdout, take)

    async def complain(self, log: Callable[[str], None]) -> None:
        """Hands over what it writes on stderr, until it ends."""

        def take(line: bytes) -> bool:
            log(line.decode("utf-8", "replace"))
            return True

        await _read(self._process.stderr, take)

    def stop(self) -> None:
        """Asks it and its workers to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it and its workers by force."""
        if self._process.returncode is None:
            self._signal(signal.SIGKILL)

    async def end(self) -> int:
        """Ends it and its workers, gently first; answers its exit status. Not cancelled half-way."""
        with anyio.CancelScope(shield=True):
            if self._process.returncode is None:
                self.stop()
                with anyio.move_on_after(GRACE_S):
                    await self._process.wait()
            self._signal(signal.SIGKILL)
            status = await self._process.wait()
            await self._process.aclose()
        return status

    def _signal(self, number: signal.Signals) -> None:
        """To its process group, which lives as long as one of its workers does."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


async def _read(stream: ByteReceiveStream | None, take: Callable[[bytes], bool]) -> None:
    assert stream is not None
    left = b""
    while True:
        try:
            left += await stream.receive(READ_SIZE)
        except GONE:
            break
        *whole, left = left.split(b"\n")
        if not all(take(line) for line in whole):
            return
        if len(left) > LINE_LIMIT:
            raise DataError(f"the benchmark wrote a line of more than {LINE_LIMIT} bytes")
    if left:
        take(left)


class Benching:
    """Answers what concerns the benchmark. `run` owns the child; `step` is the last one, None before any."""

    takes: tuple[type[ask.Command], ...] = (StartBench, StopBench, *LOOKS)
    looks: tuple[type[ask.Command], ...] = LOOKS

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self.step: BenchStep | None = None
        self.watching: dict[ClientSession, None] = {}
        self._group: TaskGroup | None = None
        self._is_running = False
        self.child: Measuring | None = None
        self._told_to_stop = anyio.Event()
        self._over: BenchStep | None = None
        self._stopped_by = ""
        self._beside: dict[str, float] = {}

    async def run(self, *, task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Lives as long as the engine; a run that goes on then is ended with it."""
        async with anyio.create_task_group() as self._group:
            task_status.started()
            await anyio.sleep_forever()

    # --- requests

    async def answer(self, session: ClientSession, request: ask.Request) -> Answer:
        """The answer to one of `takes`. Raises ControlError."""
        match request:
            case StartBench(plan):
                return self._start(plan, who(session))
            case StopBench():
                return self._stop(who(session))
            case WatchBench(on):
                return self._watch(session, on)
            case ListBenches():
                return await anyio.to_thread.run_sync(list_kept)
            case ReadBench(name):
                return BenchRead(name, await anyio.to_thread.run_sync(read_kept, name))
            case DrawBench(run):
                return BenchDrawn(await painted(run))
        raise ControlError(f"`{type(request).__name__}` is not about the benchmark")

    async def client_left(self, session: ClientSession) -> None:
        """It watches no more; a run that it began goes on for the others."""
        self.watching.pop(session, None)

    def _start(self, plan: BenchPlan, by: str) -> Done:
        wrong = problems(plan)
        if wrong:
            raise ControlError(wrong[0], "nothing was measured")
        if self._is_running:
            raise ControlError("a benchmark runs already", "s on the Bench screen stops it")
        if self._group is None:
            raise ControlError("the engine has not begun")
        self._is_running, self._stopped_by, self._beside = True, "", {}
        self._told_to_stop = anyio.Event()
        self._tell(BenchStep(0, plan.steps, BenchRun(plan, began_ns=time.time_ns()), "starts"))
        self._group.start_soon(self._measure, plan)
        self._say(f"a benchmark was started by {by}")
        return Done(f"measures {plan.steps} times, about {plan.expected_s:.0f} s")

    def _stop(self, by: str) -> Done:
        if not self._is_running:
            raise ControlError("no benchmark runs")
        self._stopped_by = by
        self._told_to_stop.set()
        return Done("the benchmark is stopped; what was measured stays")

    def _watch(self, session: ClientSession, on: bool) -> Done:
        if not on:
            self.watching.pop(session, None)
            return Done()
        self.watching[session] = None
        if self.step is not None:
            session.push(self.step)
        return Done()

    # --- the run

    async def _measure(self, plan: BenchPlan) -> None:
        """Follows a child; the last step is told when the run is kept and another one may begin."""
        assert self.step is not None
        self._over, error, hint = None, "", ""
        try:
            status = await self._follow(plan)
            error = f"it ended with status {status}"
        except (OSError, DataError) as failure:
            error, hint = str(failure), getattr(failure, "hint", "") or "see the engine's log"
        last: BenchStep = self._over or msgspec.structs.replace(self.step, error=error, hint=hint)
        if self._stopped_by and not last.run.finished:
            words = f"stopped by {self._stopped_by} at {last.done} of {last.of}"
            last = msgspec.structs.replace(last, error=words, hint="")
        name = await self._kept(last.run)
        self._is_running = False
        self._tell(msgspec.structs.replace(last, now="", over=True))
        self._say_how(last, name)

    async def _follow(self, plan: BenchPlan) -> int:
        """Follows a child to its end; answers its exit status. Raises OSError, DataError."""
        self.child = child = await Measuring.start(plan)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._stop_when_told, child)
                async with anyio.create_task_group() as reading:
                    reading.start_soon(child.complain, lambda line: self._owner.log(f"benchmark: {line}"))
                    await child.follow(self._take)
                    reading.cancel_scope.deadline = anyio.current_time() + GRACE_S
                group.cancel_scope.cancel()
        except* DataError as failures:
            raise _first(failures) from None
        finally:
            self.child = None
            status = await child.end()
        return status

    async def _stop_when_told(self, child: Measuring) -> None:
        await self._told_to_stop.wait()
        child.stop()
        await anyio.sleep(GRACE_S)
        child.kill()

    def _take(self, line: bytes) -> bool:
        step = decode_step(line)
        if step.over:
            self._over = step
            return False
        self._tell(step)
        return True

    def _tell(self, step: BenchStep) -> None:
        """A step to all that watch, with what the engine did beside it."""
        for flow in self._owner.snapshot().flows:
            if flow.in_s:
                self._beside[flow.alias] = max(self._beside.get(flow.alias, 0.0), flow.in_s)
        self.step = msgspec.structs.replace(step, run=self._beside_of(step.run))
        for session in self.watching:
            session.push(self.step)

    def _say_how(self, last: BenchStep, name: str) -> None:
        kept = f", kept as {name}" if name else ""
        if last.run.finished:
            self._say(f"the benchmark is done{kept}")
        elif self._stopped_by:
            self._say(f"the benchmark was {last.error}{kept}")
        else:
            self._say(f"the benchmark failed: {last.error}{kept}", "error")

    def _say(self, text: str, severity: Severity = "info") -> None:
        self._owner.log(text)
        self._owner.notify(text, severity)

    async def _kept(self, run: BenchRun) -> str:
        """Keeps a run in which anything was measured; a disk that is full loses it and nothing else."""
        if not any(point.done for point in run.points):
            return ""
        try:
            return await anyio.to_thread.run_sync(keep, self._beside_of(run))
        except (OSError, ControlError) as error:
            self._owner.log(f"the run of the benchmark cannot be kept: {error}")
            return ""

    def _beside_of(self, run: BenchRun) -> BenchRun:
        return msgspec.structs.replace(run, beside=_in_words(self._beside))


def _first(failures: BaseExceptionGroup[DataError]) -> DataError:
    """The first of them, however deep it lies."""
    found = failures.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found


def _in_words(beside: dict[str, float]) -> str:
    """`2 flows of this engine, 41200 events/s`."""
    if not beside:
        return ""
    flows = f"flow {next(iter(beside))}" if len(beside) == 1 else f"{len(beside)} flows"
    return f"{flows} of this engine, {sum(beside.values()):.0f} events/s"


async def painted(run: BenchRun) -> str:
    """The curves of a run as SVG, made by a process of its own. Raises ControlError."""
    try:
        with anyio.fail_after(DRAW_LIMIT_S):
            done = await anyio.run_process(
                python_command(PAINTER), input=encode_run(run), env=python_environment(), check=False
            )
    except (OSError, TimeoutError):
        raise ControlError("the picture could not be made", "export the run as JSON") from None
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise ControlError(f"the picture could not be made: {words}", "export the run as JSON")
    return done.stdout.decode("utf-8", "replace")
