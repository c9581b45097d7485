from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import anyio
import pytest

from tests.engine.conftest import Running
from tremor_tui.control.client import connect
from tremor_tui.control.commands import PROTOCOL, Hello, Snapshot
from tremor_tui.control.places import run_dir, socket_path
from tremor_tui.control.snapshots import Refused
from tremor_tui.control.wire import Ask, Reply, Splitter, decode_incoming, encode
from tremor_tui.engine.engine import Engine, Settings
from tremor_tui.engine.server import Server
from tremor_tui.errors import ControlError, EngineLost

pytestmark = pytest.mark.anyio


async def test_the_socket_is_for_its_user_alone(running: Running) -> None:
    async with running():
        assert stat.S_IMODE(socket_path("local").stat().st_mode) == 0o600
        assert stat.S_IMODE(run_dir().stat().st_mode) == 0o700


async def test_the_socket_is_gone_when_the_engine_has_ended(running: Running) -> None:
    async with running():
        path = socket_path("local")

    assert not path.exists()


async def test_a_second_engine_of_a_name_is_refused_with_a_hint(running: Running, log: list[str]) -> None:
    async with running():
        with pytest.raises(ControlError, match="an engine called `local` runs already") as caught:
            await Engine(Settings(), log.append).run()

        async with connect("local") as plane:
            assert plane.welcome.engine == "local"
    assert "--name" in caught.value.hint


async def test_the_socket_of_a_dead_engine_is_replaced(running: Running) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(socket_path("local")))
    dead.close()

    async with running(), connect("local") as plane:
        assert plane.welcome.pid == os.getpid()


async def test_a_socket_that_answers_is_never_taken_over(log: list[str]) -> None:
    with socket.socket(socket.AF_UNIX) as living:
        living.bind(str(socket_path("local")))
        living.listen()

        with pytest.raises(ControlError, match="runs already"):
            await Engine(Settings(), log.append).run()

        assert socket_path("local").exists()


async def test_a_file_in_the_place_of_the_socket_is_left_alone(log: list[str]) -> None:
    socket_path("local").write_text("mine")

    with pytest.raises(ControlError, match="not a socket"):
        await Engine(Settings(), log.append).run()

    assert socket_path("local").read_text() == "mine"


NOBODY = 65534
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")


def connect_as_nobody(path: Path) -> socket.socket:
    """The kernel notes who connects at the moment of connecting."""
    peer = socket.socket(socket.AF_UNIX)
    os.seteuid(NOBODY)
    try:
        peer.connect(str(path))
    except OSError:
        peer.close()
        raise
    finally:
        os.seteuid(0)
    return peer


@only_root
async def test_another_user_is_turned_away_even_if_the_folder_lets_him_in(folders: Path) -> None:
    os.chmod(folders, 0o755)
    server = Server(folders / "open.sock")
    server.open()
    os.chmod(server.path, 0o666)
    accepted: list[object] = []

    async def accept(stream: object) -> None:
        accepted.append(stream)

    async with anyio.create_task_group() as group:
        group.start_soon(server.serve, accept)
        async with await anyio.abc.UNIXSocketStream.from_socket(connect_as_nobody(server.path)) as peer:
            answer = await peer.receive()
        group.cancel_scope.cancel()
    server.close()

    frame = decode_incoming(Splitter().feed(answer)[0])
    assert isinstance(frame, Reply)
    assert isinstance(frame.answer, Refused)
    assert "somebody else" in frame.answer.message
    assert accepted == []


@only_root
async def test_another_user_cannot_even_reach_the_socket(running: Running) -> None:
    async with running():
        with pytest.raises(PermissionError):
            connect_as_nobody(socket_path("local"))


async def raw(*frames: bytes) -> list[Refused]:
    """The refusals that these bytes are answered with, until the engine closes the connection or is quiet."""
    splitter = Splitter()
    refused: list[Refused] = []
    async with await anyio.connect_unix(socket_path("local")) as stream:
        for frame in frames:
            await stream.send(frame)
        with anyio.move_on_after(2.0):
            while len(refused) < len(frames):
                try:
                    bodies = splitter.feed(await stream.receive())
                except (anyio.EndOfStream, anyio.BrokenResourceError):
                    break
                for body in bodies:
                    frame_in = decode_incoming(body)
                    if isinstance(frame_in, Reply) and isinstance(frame_in.answer, Refused):
                        refused.append(frame_in.answer)
    return refused


async def test_a_client_of_another_protocol_is_refused_by_name(running: Running) -> None:
    async with running():
        (refused,) = await raw(encode(Ask(1, Hello(99, "9.9.9"))))

    assert "protocol 99" in refused.message


async def test_a_client_that_does_not_say_hello_is_refused(running: Running) -> None:
    async with running():
        (refused,) = await raw(encode(Ask(1, Snapshot())))

    assert "hello" in refused.message


async def test_a_frame_that_is_too_long_ends_the_connection(running: Running) -> None:
    async with running():
        (refused,) = await raw(b"\xff\xff\xff\xff")

    assert "too long" in refused.message


MALFORMED = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[]",
    b"null",
    b'{"number": 1}',
    b'{"number": "1", "request": {"do": "snapshot"}}',
    b'{"number": 1, "request": {"do": "nothing"}}',
    b'{"number": 1, "request": {"do": "deploy", "path": 7, "base": "/"}}',
    b'{"number": 1, "request": {"do": "watch", "per_second": "often"}}',
    b"[" * 100_000,
]


async def test_malformed_frames_are_refused_and_the_connection_goes_on(
    running: Running, log: list[str]
) -> None:
    frames = [len(body).to_bytes(4, "big") + body for body in MALFORMED]
    async with running():
        hello = encode(Ask(1, Hello(PROTOCOL, "test")))
        refused = await raw(hello + frames[0], *frames[1:], encode(Ask(5, Hello(PROTOCOL, "again"))))

        async with connect("local") as plane:
            assert await plane.submit(Snapshot())

    assert len(refused) == len(MALFORMED) + 1
    assert refused[-1].message == "a client says `hello` once"
    assert not [line for line in log if "Traceback" in line]


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "watch", "per_second": 1e9},
        {"do": "watch", "per_second": -1},
        {"do": "deploy", "path": "relative.troy", "base": "/"},
        {"do": "deploy", "path": "/a\x00b.troy", "base": "/"},
        {"do": "stop_flow", "flow": "nobody"},
        {"do": "pause_flow", "flow": "../x"},
        {"do": "stop_flow", "flow": "nobody", "deadline_s": -1},
        {"do": "shutdown", "deadline_s": 1e18},
        {"do": "open_tap", "edge": "nowhere", "per_second": 1},
        {"do": "open_tap", "edge": "x:a/b>c/d", "per_second": 0},
        {"do": "close_tap", "tap": 17},
        {"do": "preview", "samples": ["1"], "limit_ms": 100000},
        {"do": "list_files", "flow": ""},
        {"do": "apply", "flow": "nobody"},
    ],
)
async def test_requests_that_make_no_sense_are_refused(
    running: Running, request_: dict[str, object], log: list[str]
) -> None:
    import msgspec

    body = msgspec.json.encode({"number": 2, "request": request_})
    async with running():
        (refused,) = await raw(encode(Ask(1, Hello(PROTOCOL, "test"))) + len(body).to_bytes(4, "big") + body)

    assert refused.message
    assert not [line for line in log if "Traceback" in line]


async def test_a_client_that_only_looks_may_not_command(running: Running) -> None:
    from tremor_tui.control.commands import Shutdown

    async with running(), connect("local", read_only=True) as plane:
        with pytest.raises(ControlError, match="only look"):
            await plane.submit(Shutdown())


async def test_connecting_to_nobody_is_lost_with_a_hint() -> None:
    with pytest.raises(EngineLost, match="no engine runs") as caught:
        async with connect("nobody"):
            pass
    assert "server run" in caught.value.hint
