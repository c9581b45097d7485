"""ClientSession: one connection of a client, what it watches, and what waits to be sent to it.

Requests are carried out side by side and answered by number. What is pushed waits in an outbox in which
the newest snapshot takes the place of an older one and samples are let go before anything waits for them:
a slow client slows nobody. One that takes nothing for ten seconds is cut off.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

import anyio
from anyio.abc import ByteStream, TaskGroup

from tremor_tui.control.commands import PROTOCOL, Hello, Request, Watch
from tremor_tui.control.snapshots import (
    Answer,
    BenchStep,
    BreakSnapshot,
    Done,
    Marked,
    Notice,
    Pushed,
    Refused,
    TapSamples,
    Welcome,
)
from tremor_tui.control.wire import Push, Reply, Splitter, decode_ask, encode, number_of
from tremor_tui.errors import ControlError, TremorError

READ_SIZE = 64 * 1024
AT_ONCE = 32
"""Requests of one client that are carried out side by side."""
PUSH_LIMIT = 64
SEND_LIMIT_S = 10.0
HELLO_LIMIT_S = 10.0
MAX_RATE = 50.0
Sent = Notice | TapSamples | BreakSnapshot | Marked | BenchStep
"""What waits for its turn; of snapshots only that one is due."""


class Answering(Protocol):
    """What a session needs of the engine."""

    def welcome(self) -> Welcome: ...
    def log(self, text: str) -> None: ...
    async def answer(self, session: ClientSession, request: Request) -> Answer: ...
    def snapshot_frame(self, tasks: bool) -> bytes: ...
    def joined(self, session: ClientSession) -> None: ...
    def left(self, session: ClientSession) -> None: ...
    def rate_changed(self) -> None: ...


class ClientSession:
    """Serves one client from its Hello to the end of its connection."""

    def __init__(self, stream: ByteStream, engine: Answering) -> None:
        self.hello: Hello | None = None
        self.per_second = 0.0
        self._stream = stream
        self._engine = engine
        self._replies: deque[bytes] = deque()
        self._pushes: deque[Sent] = deque()
        self._snapshot_due = False
        self._tasks = True
        self._something = anyio.Event()
        self._idle = anyio.Event()
        self._watching = anyio.CancelScope()
        self._slots = anyio.Semaphore(AT_ONCE)

    def push(self, pushed: Sent) -> None:
        """Sends it when its turn comes; the oldest is let go where too many wait."""
        if len(self._pushes) >= PUSH_LIMIT:
            self._pushes.popleft()
        self._pushes.append(pushed)
        self._something.set()

    async def serve(self) -> None:
        """Returns when the connection has ended."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._send, group.cancel_scope)
                await self._receive(group)
                group.cancel_scope.cancel()
        finally:
            if self.hello:
                self._engine.left(self)

    async def _receive(self, group: TaskGroup) -> None:
        splitter = Splitter()
        deadline = anyio.current_time() + HELLO_LIMIT_S
        while True:
            try:
                with anyio.move_on_at(float("inf") if self.hello else deadline):
                    bodies = splitter.feed(await self._stream.receive(READ_SIZE))
                    for body in bodies:
                        if not await self._take(body, group):
                            return await self._flush()
                    continue
                return None
            except ControlError as error:
                self._reply(0, Refused(error.message, error.hint))
                return await self._flush()
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                return None

    async def _take(self, body: bytes, group: TaskGroup) -> bool:
        """Handles one frame; False ends the connection."""
        try:
            ask = decode_ask(body)
        except ControlError as error:
            self._reply(number_of(body), Refused(error.message, error.hint))
            return self.hello is not None
        if self.hello is None:
            return self._greet(ask.number, ask.request)
        await self._slots.acquire()
        group.start_soon(self._carry_out, ask.number, ask.request, group)
        return True

    def _greet(self, number: int, request: Request) -> bool:
        if not isinstance(request, Hello):
            self._reply(number, Refused("a client says `hello` first"))
            return False
        if request.protocol != PROTOCOL:
            self._reply(number, _other_protocol(request))
            return False
        self.hello = request
        self._engine.joined(self)
        self._reply(number, self._engine.welcome())
        return True

    async def _carry_out(self, number: int, request: Request, group: TaskGroup) -> None:
        try:
            self._reply(number, await self._answer(request, group))
        finally:
            self._slots.release()

    async def _answer(self, request: Request, group: TaskGroup) -> Answer:
        try:
            match request:
                case Hello():
                    return Refused("a client says `hello` once")
                case Watch():
                    return self._watch(request, group)
                case _:
                    return await self._engine.answer(self, request)
        except ControlError as error:
            return Refused(error.message, error.hint, error.diagnostics)
        except TremorError as error:
            return Refused(error.message, error.hint)

    def _watch(self, request: Watch, group: TaskGroup) -> Done:
        if not 0 <= request.per_second <= MAX_RATE:
            raise ControlError(f"an engine can be watched 0 to {MAX_RATE:g} times a second")
        self._watching.cancel()
        self.per_second, self._tasks = request.per_second, request.tasks
        self._engine.rate_changed()
        if self.per_second:
            self._watching = anyio.CancelScope()
            group.start_soon(self._tick, 1 / self.per_second, self._watching)
        return Done()

    async def _tick(self, pause_s: float, scope: anyio.CancelScope) -> None:
        with scope:
            while True:
                self._snapshot_due = True
                self._something.set()
                await anyio.sleep(pause_s)

    def _reply(self, number: int, answer: Answer) -> None:
        try:
            frame = encode(Reply(number, answer))
        except ControlError as error:
            frame = encode(Reply(number, Refused(error.message, error.hint)))
        self._replies.append(frame)
        self._idle = anyio.Event()
        self._something.set()

    async def _send(self, scope: anyio.CancelScope) -> None:
        """Sends what waits: answers first, then notices and samples, then the newest snapshot."""
        while True:
            await self._something.wait()
            self._something = anyio.Event()
            while frame := self._next():
                if not await self._sent(frame):
                    return scope.cancel()
            self._idle.set()

    def _next(self) -> bytes:
        if self._replies:
            return self._replies.popleft()
        if self._pushes:
            return _pushed(self._pushes.popleft())
        if self._snapshot_due:
            self._snapshot_due = False
            return self._engine.snapshot_frame(self._tasks)
        return b""

    async def _sent(self, frame: bytes) -> bool:
        try:
            with anyio.fail_after(SEND_LIMIT_S):
                await self._stream.send(frame)
        except TimeoutError:
            self._engine.log(f"a client took nothing for {SEND_LIMIT_S:g} s and was cut off")
            return False
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return False
        return True

    async def _flush(self) -> None:
        """Gives the last answers a moment to leave before the connection is closed."""
        with anyio.move_on_after(1.0):
            await self._idle.wait()


def _pushed(pushed: Pushed) -> bytes:
    try:
        return encode(Push(pushed))
    except ControlError as error:
        return encode(Push(Notice(error.message, "error")))


def _other_protocol(hello: Hello) -> Refused:
    return Refused(
        f"this engine speaks protocol {PROTOCOL}, the client protocol {hello.protocol}",
        "stop it with the version that started it, then start it again",
    )
