"""Server: the engine's Unix socket, which nobody but its user may open.

The socket has mode 0600 in a folder of mode 0700, and each peer's uid is asked of the kernel besides. A
lock file beside it, held for as long as the engine lives, decides between two engines of one name; the
kernel lets go of it however the engine ends, so that the socket of a dead engine is known to be stale.
"""

from __future__ import annotations

import fcntl
import os
import socket
import stat
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import anyio
from anyio.abc import SocketAttribute, SocketStream

from tremor_tui.control.snapshots import Refused
from tremor_tui.control.wire import Reply, encode
from tremor_tui.errors import ControlError

BACKLOG = 64


class Server:
    """Listens from `open` on; `serve` hands each connection of this user to `accept`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = -1
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Takes the name and listens. Raises ControlError where an engine of that name lives."""
        self._lock = _locked(self.path)
        try:
            _remove_stale(self.path)
            self._socket = _listening(self.path)
        except BaseException:
            self.close()
            raise

    def withdraw(self) -> None:
        """Takes the socket's file away and gives up the name; connections stay."""
        if self._lock >= 0:
            if self._socket:
                self.path.unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = -1

    def close(self) -> None:
        """Withdraws and stops listening."""
        self.withdraw()
        if self._socket:
            self._socket.close()
            self._socket = None

    async def serve(self, accept: Callable[[SocketStream], Awaitable[None]]) -> None:
        """Accepts connections until it is cancelled."""
        assert self._socket is not None
        listener = await anyio.abc.SocketListener.from_socket(self._socket)

        async def admit(stream: anyio.abc.SocketStream) -> None:
            async with stream:
                if _peer_uid(stream) == os.geteuid():
                    await accept(stream)
                else:
                    await _turn_away(stream)

        await listener.serve(admit)


def _locked(path: Path) -> int:
    lock = path.with_suffix(".lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ControlError(f"cannot open `{lock}`: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise _runs_already(path) from None
    return descriptor


def _remove_stale(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ControlError(f"`{path}` is in the way: it is not a socket", "remove it, or use another name")
    if _answers(path):
        raise _runs_already(path)
    path.unlink()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(os.fspath(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True  # full, slow or barred: it is somebody's, so leave it alone
    return True


def _listening(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(os.fspath(path))
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise ControlError(f"cannot listen on `{path}`: {error.strerror}") from None
    finally:
        os.umask(before)
    return listening


def _peer_uid(stream: SocketStream) -> int:
    peer = stream.extra(SocketAttribute.raw_socket)
    if not hasattr(socket, "SO_PEERCRED"):  # not Linux: the folder's mode has to do
        return os.geteuid()
    size = struct.calcsize("3i")
    _pid, uid, _gid = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(uid)


async def _turn_away(stream: SocketStream) -> None:
    refused = Refused("this engine belongs to somebody else", "start one of your own")
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError), anyio.move_on_after(1.0):
        await stream.send(encode(Reply(0, refused)))


def _runs_already(path: Path) -> ControlError:
    name = path.stem
    return ControlError(
        f"an engine called `{name}` runs already on `{path}`",
        f"look at it with `tremor-tui status --name {name}`, stop it with `tremor-tui stop --name {name}`, "
        "or give another --name",
    )
