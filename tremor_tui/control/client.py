"""Client: a ControlPlane over an engine's socket, and the habit of connecting again.

    async with connect("local", kind="command") as plane:
        snapshot = await plane.submit(Snapshot())
        async for pushed in plane.pushed():
            ...

    await stay_connected("local", use, lost=show)    # runs `use(plane)` again after each EngineLost
    plane = await open_plane("local")                # on asyncio, without a block; `await plane.close()`

One task reads the socket and sorts what comes: answers to whom they belong, pushed frames into a short
line in which a new snapshot takes the place of an older one that nobody has looked at yet.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import anyio
from anyio.abc import ByteStream, TaskStatus

from tremor_tui import __version__
from tremor_tui.control.commands import PROTOCOL, Hello, Request, Shutdown
from tremor_tui.control.loops import forgive_late_wakeups
from tremor_tui.control.places import socket_path
from tremor_tui.control.snapshots import Answer, EngineSnapshot, Pushed, Refused, TapSamples, Welcome
from tremor_tui.control.wire import Ask, Push, Reply, Splitter, decode_incoming, encode
from tremor_tui.errors import ControlError, EngineLost, VersionMismatch

Kind = Literal["workbench", "command", "executor", "test"]
READ_SIZE = 64 * 1024
WAITING_LIMIT = 256
"""Pushed frames that wait to be looked at; beyond it the oldest tap samples are let go."""


_holders: set[asyncio.Task[None]] = set()
"""The loop itself holds its tasks weakly."""


class Client:
    """One connection to an engine; made by `connect`. `welcome` is what the engine said of itself."""

    welcome: Welcome

    def __init__(self, stream: ByteStream, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._sending = anyio.Lock()
        self._number = 0
        self._answers: dict[int, _Waiting] = {}
        self._line: deque[Pushed] = deque()
        self._news = anyio.Event()
        self._over = anyio.Event()
        self._lost: EngineLost | None = None
        self._heard = clock()

    @property
    def age_s(self) -> float:
        """Seconds since the engine was last heard of."""
        return self._clock() - self._heard

    async def submit(self, request: Request) -> Answer:
        """The answer to a request. Raises ControlError where it is refused, EngineLost without an engine."""
        answer = await self._exchange(request)
        if isinstance(answer, Refused):
            raise ControlError(answer.message, answer.hint, answer.diagnostics)
        return answer

    def pushed(self) -> AsyncIterator[Pushed]:
        """What the engine pushes, for one reader at a time, until EngineLost is raised."""
        return _Pushed(self)

    async def next_pushed(self) -> Pushed:
        """The next thing that the engine pushes. Raises EngineLost."""
        while not self._line:
            if self._lost:
                raise EngineLost(self._lost.message, self._lost.hint)
            self._news = anyio.Event()
            await self._news.wait()
        return self._line.popleft()

    async def wait_ended(self) -> None:
        """Returns when the connection has ended, by whichever side."""
        await self._over.wait()

    async def close(self) -> None:
        """Ends the connection; whoever still waits on it meets EngineLost."""
        self._end(EngineLost("the connection was closed"))
        await anyio.aclose_forcefully(self._stream)

    async def hello(self, kind: Kind, read_only: bool) -> None:
        """Says who is there. Raises VersionMismatch where the engine speaks another protocol."""
        answer = await self._exchange(Hello(PROTOCOL, __version__, kind, os.getpid(), read_only))
        if isinstance(answer, Refused):
            raise VersionMismatch(answer.message, answer.hint)
        if not isinstance(answer, Welcome):
            raise ControlError("what listens on the socket is not an engine")
        self.welcome = answer

    async def read(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Reads the socket until it ends; `connect` runs it."""
        task_status.started()
        splitter = Splitter()
        try:
            while True:
                for body in splitter.feed(await self._stream.receive(READ_SIZE)):
                    self._sort(body)
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            self._end(EngineLost("the engine has ended the connection"))
        except ControlError as error:
            self._end(EngineLost(f"the engine sent {error.message}"))

    async def _exchange(self, request: Request) -> Answer:
        if self._lost:
            raise EngineLost(self._lost.message, self._lost.hint)
        self._number += 1
        number, waiting = self._number, _Waiting()
        self._answers[number] = waiting
        try:
            await self._send(encode(Ask(number, request)))
            return await waiting.result()
        finally:
            del self._answers[number]

    async def _send(self, frame: bytes) -> None:
        try:
            async with self._sending:
                await self._stream.send(frame)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            self._end(EngineLost("the engine has ended the connection"))

    def _sort(self, body: bytes) -> None:
        frame = decode_incoming(body)
        self._heard = self._clock()
        match frame:
            case Reply(0, Refused() as refused):
                self._end(EngineLost(refused.message, refused.hint))
            case Reply(number, answer):
                if number in self._answers:
                    self._answers[number].answer(answer)
            case Push(pushed):
                self._enter(pushed)

    def _enter(self, pushed: Pushed) -> None:
        if isinstance(pushed, EngineSnapshot):
            self._line = deque(p for p in self._line if not isinstance(p, EngineSnapshot))
        elif len(self._line) >= WAITING_LIMIT:
            self._line = deque(p for p in self._line if not isinstance(p, TapSamples))
        self._line.append(pushed)
        self._news.set()

    def _end(self, lost: EngineLost) -> None:
        self._lost = self._lost or lost
        self._over.set()
        for waiting in self._answers.values():
            waiting.fail(self._lost)
        self._news.set()


class _Pushed:
    """Not an async generator: those want to be closed by whoever leaves the loop early."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __aiter__(self) -> _Pushed:
        return self

    async def __anext__(self) -> Pushed:
        return await self._client.next_pushed()


class _Waiting:
    """Somebody who waits for one answer."""

    def __init__(self) -> None:
        self._come = anyio.Event()
        self._answer: Answer | EngineLost | None = None

    def answer(self, answer: Answer) -> None:
        self._answer = answer
        self._come.set()

    def fail(self, lost: EngineLost) -> None:
        self._answer = self._answer or lost
        self._come.set()

    async def result(self) -> Answer:
        await self._come.wait()
        if isinstance(self._answer, EngineLost):
            raise EngineLost(self._answer.message, self._answer.hint)
        assert self._answer is not None
        return self._answer


@asynccontextmanager
async def connect(
    engine: str | Path = "local",
    *,
    kind: Kind = "command",
    read_only: bool = False,
    timeout_s: float = 5.0,
) -> AsyncIterator[Client]:
    """A connection to an engine by name or socket, ended when the block is left.

    Raises EngineLost where there is none or it does not answer, VersionMismatch, ControlError.
    """
    forgive_late_wakeups()
    path = engine if isinstance(engine, Path) else socket_path(engine)
    failure: Exception | None = None
    async with await _open(path) as stream, anyio.create_task_group() as group:
        client = Client(stream)
        await group.start(client.read)
        try:
            await _greet(client, path, kind, read_only, timeout_s)
            yield client
        except Exception as error:  # raised again outside of the group, which would wrap it
            failure = error
        group.cancel_scope.cancel()
    if failure:
        raise failure


async def open_plane(
    engine: str | Path = "local", *, kind: Kind = "workbench", read_only: bool = False, timeout_s: float = 5.0
) -> Client:
    """As `connect`, for programs on asyncio that cannot keep a block open: ends with `close`."""
    opened: asyncio.Future[Client] = asyncio.get_running_loop().create_future()

    async def hold() -> None:
        try:
            async with connect(engine, kind=kind, read_only=read_only, timeout_s=timeout_s) as client:
                opened.set_result(client)
                await client.wait_ended()
        except ControlError as error:
            if opened.done():
                raise
            opened.set_exception(error)

    holder = asyncio.create_task(hold())
    _holders.add(holder)
    holder.add_done_callback(_holders.discard)
    try:
        return await opened
    except asyncio.CancelledError:
        holder.cancel()
        raise


async def _greet(client: Client, path: Path, kind: Kind, read_only: bool, timeout_s: float) -> None:
    try:
        with anyio.fail_after(timeout_s):
            await client.hello(kind, read_only)
    except TimeoutError:
        raise EngineLost(f"the engine on `{path}` does not answer", "is it stopped or very busy?") from None


async def _open(path: Path) -> anyio.abc.SocketStream:
    try:
        return await anyio.connect_unix(path)
    except (FileNotFoundError, ConnectionRefusedError):
        hint = "start one: `tremor-tui server run FILE` or `tremor-tui run --detach FILE`"
        raise EngineLost(f"no engine runs on `{path}`", hint) from None
    except PermissionError:
        raise ControlError(f"the engine on `{path}` belongs to somebody else") from None
    except OSError as error:
        raise EngineLost(f"cannot connect to `{path}`: {error.strerror or error}") from None


async def end_engine(plane: Client, deadline_s: float) -> None:
    """Ends an engine and returns when its name is free again. Raises ControlError where it is refused."""
    await plane.submit(Shutdown(deadline_s))
    await plane.wait_ended()


class BackOff:
    """Pauses that double from `first_s` up to `last_s`."""

    def __init__(self, first_s: float = 0.1, last_s: float = 2.0) -> None:
        self._first = first_s
        self._last = last_s
        self._next = first_s

    def pause(self) -> float:
        """How long to wait now, in seconds."""
        now, self._next = self._next, min(self._next * 2, self._last)
        return now

    def reset(self) -> None:
        """It went well: begin with the shortest pause again."""
        self._next = self._first


async def stay_connected(
    engine: str | Path,
    use: Callable[[Client], Awaitable[None]],
    *,
    lost: Callable[[ControlError, float], None],
    kind: Kind = "workbench",
    back_off: BackOff | None = None,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> None:
    """Connects, awaits `use(plane)` and, each time the engine is lost, connects again after a pause.

    Ends when `use` returns. `lost(error, pause_s)` is called before each pause. VersionMismatch and other
    errors than EngineLost end it, for waiting does not help against them.
    """
    pauses = back_off or BackOff()
    while True:
        try:
            async with connect(engine, kind=kind) as plane:
                pauses.reset()
                return await use(plane)
        except EngineLost as error:
            pause = pauses.pause()
            lost(error, pause)
        await sleep(pause)
