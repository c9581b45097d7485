"""ChildProcess: a process of this package that the supervisor started, and the socket to it."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections import deque
from collections.abc import AsyncIterator

import anyio
from anyio.abc import Process, SocketStream

from tremor_tui.control.launch import python_command, python_environment
from tremor_tui.control.wire import Splitter
from tremor_tui.errors import EngineLost

READ_SIZE = 256 * 1024
LINE_LIMIT = 16 * 1024
GONE = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError)


class ChildProcess:
    """Runs a module with the number of its end of a socket pair as first argument. Made by `start`.

    It has a session of its own, so that a key like ctrl+c in the supervisor's terminal does not reach it.
    """

    def __init__(self, process: Process, stream: SocketStream) -> None:
        self._process = process
        self._stream = stream
        self._sending = anyio.Lock()
        self._splitter = Splitter()
        self._bodies: deque[bytes] = deque()

    @classmethod
    async def start(cls, module: str, *options: str) -> ChildProcess:
        """Starts the process. Raises OSError where the machine has no room for one."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            # Shielded: a process that was started when the cancellation came would belong to nobody.
            with theirs, anyio.CancelScope(shield=True):
                process = await anyio.open_process(
                    python_command(module, str(theirs.fileno()), *options),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env=python_environment(),
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
                stream = await anyio.abc.UNIXSocketStream.from_socket(ours)
        except BaseException:
            ours.close()
            raise
        return cls(process, stream)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def send(self, frame: bytes) -> None:
        """Sends a frame. Raises EngineLost where the process is gone."""
        try:
            async with self._sending:
                await self._stream.send(frame)
        except GONE:
            raise EngineLost("the process has ended") from None

    async def frame(self) -> bytes:
        """The next body that it sends. Raises EngineLost at its end, ControlError on one that is too long."""
        while not self._bodies:
            try:
                self._bodies.extend(self._splitter.feed(await self._stream.receive(READ_SIZE)))
            except GONE:
                raise EngineLost("the process has ended") from None
        return self._bodies.popleft()

    async def lines(self) -> AsyncIterator[str]:
        """What it prints, line by line; over-long lines are cut."""
        left = b""
        stdout = self._process.stdout
        assert stdout is not None
        while True:
            try:
                left += await stdout.receive(READ_SIZE)
            except GONE:
                break
            *whole, left = left.split(b"\n")
            for line in whole:
                yield line[:LINE_LIMIT].decode("utf-8", "replace")
            left = left[:LINE_LIMIT]
        if left:
            yield left.decode("utf-8", "replace")

    async def wait(self) -> int:
        """Its exit status; below zero the signal that ended it."""
        return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal; nothing happens where it has ended."""
        try:
            self._process.send_signal(number)
        except ProcessLookupError:
            return

    async def end(self) -> None:
        """Kills it if it still runs and lets go of its socket and pipe; not cancelled half-way."""
        with anyio.CancelScope(shield=True):
            if self._process.returncode is None:
                self.signal(signal.SIGKILL)
            await anyio.aclose_forcefully(self._stream)
            await self._process.aclose()
