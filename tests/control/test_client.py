"""The client, against a scripted engine on a real socket."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketStream

from tremor_tui.control.client import BackOff, Client, connect, open_plane, stay_connected
from tremor_tui.control.commands import PROTOCOL, Hello, Snapshot, Watch
from tremor_tui.control.snapshots import Answer, Done, EngineSnapshot, Notice, Refused, TapSamples, Welcome
from tremor_tui.control.wire import Push, Reply, Splitter, decode_ask, encode, prefixed
from tremor_tui.errors import ControlError, EngineLost, VersionMismatch

pytestmark = pytest.mark.anyio
WELCOME = Welcome(PROTOCOL, "fake", "1.0", 1)
Answering = Callable[[SocketStream, int, object], Awaitable[None]]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def path() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tt-"))
    yield folder / "fake.sock"
    shutil.rmtree(folder)


@asynccontextmanager
async def fake(path: Path, answer: Answering, welcome: Answer = WELCOME) -> AsyncIterator[None]:
    """An engine that greets and leaves every other request to `answer`."""

    async def serve(stream: SocketStream) -> None:
        splitter = Splitter()
        async with stream:
            while True:
                try:
                    data = await stream.receive()
                except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                    return
                for ask in map(decode_ask, splitter.feed(data)):
                    if isinstance(ask.request, Hello):
                        await stream.send(encode(Reply(ask.number, welcome)))
                    else:
                        await answer(stream, ask.number, ask.request)

    async with await anyio.create_unix_listener(path) as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield
        group.cancel_scope.cancel()


async def never(stream: SocketStream, number: int, request: object) -> None:
    """Does not answer."""


async def close(stream: SocketStream, number: int, request: object) -> None:
    await stream.aclose()


async def test_answers_come_back_to_whoever_asked_in_any_order(path: Path) -> None:
    held: list[int] = []

    async def answer(stream: SocketStream, number: int, request: object) -> None:
        held.append(number)
        if len(held) == 2:
            for one in reversed(held):
                await stream.send(encode(Reply(one, Done(f"answer {one}"))))

    got: dict[str, Answer] = {}
    async with fake(path, answer), connect(path) as plane, anyio.create_task_group() as group:

        async def ask(name: str) -> None:
            got[name] = await plane.submit(Snapshot())

        group.start_soon(ask, "first")
        group.start_soon(ask, "second")

    assert sorted(str(one) for one in got.values()) == ["Done(text='answer 2')", "Done(text='answer 3')"]


async def test_a_refusal_is_raised_with_its_hint(path: Path) -> None:
    async def answer(stream: SocketStream, number: int, request: object) -> None:
        await stream.send(encode(Reply(number, Refused("no", "try yes"))))

    async with fake(path, answer), connect(path) as plane:
        with pytest.raises(ControlError, match="no") as caught:
            await plane.submit(Watch())

    assert caught.value.hint == "try yes"


async def test_an_engine_of_another_version_is_a_mismatch(path: Path) -> None:
    async with fake(path, never, Refused("this engine speaks protocol 9")):
        with pytest.raises(VersionMismatch, match="protocol 9"):
            async with connect(path):
                pass


async def test_an_engine_that_does_not_answer_is_lost(path: Path) -> None:
    async with await anyio.create_unix_listener(path):
        with pytest.raises(EngineLost, match="does not answer"):
            async with connect(path, timeout_s=0.05):
                pass


async def test_an_engine_that_leaves_fails_whoever_waits(path: Path) -> None:
    async with fake(path, close), connect(path) as plane:
        with pytest.raises(EngineLost):
            await plane.submit(Snapshot())
        with pytest.raises(EngineLost):
            await plane.next_pushed()


async def test_an_engine_that_talks_nonsense_is_lost(path: Path) -> None:
    async def answer(stream: SocketStream, number: int, request: object) -> None:
        await stream.send(prefixed(b'{"type": "reply", "number": []}'))

    async with fake(path, answer), connect(path) as plane:
        with pytest.raises(EngineLost, match="malformed"):
            await plane.submit(Snapshot())


async def test_a_newer_picture_takes_the_place_of_one_nobody_looked_at(path: Path) -> None:
    async def answer(stream: SocketStream, number: int, request: object) -> None:
        for at in (1, 2, 3):
            await stream.send(encode(Push(EngineSnapshot("fake", at))))
        await stream.send(encode(Push(Notice("kept"))))
        await stream.send(encode(Push(EngineSnapshot("fake", 4))))
        await stream.send(encode(Reply(number, Done())))

    async with fake(path, answer), connect(path) as plane:
        await plane.submit(Watch())

        assert [await plane.next_pushed(), await plane.next_pushed()] == [
            Notice("kept"),
            EngineSnapshot("fake", 4),
        ]


async def test_what_nobody_looks_at_does_not_pile_up(path: Path) -> None:
    async def answer(stream: SocketStream, number: int, request: object) -> None:
        for _ in range(1000):
            await stream.send(encode(Push(TapSamples(1, "edge"))))
        await stream.send(encode(Reply(number, Done())))

    async with fake(path, answer), connect(path) as plane:
        await plane.submit(Watch())

        assert len(plane._line) <= 256


async def test_the_age_of_the_data_grows_while_the_engine_is_silent(path: Path) -> None:
    async with fake(path, never), connect(path) as plane:
        now = plane._heard + 5.0
        plane._clock = lambda: now

        assert plane.age_s == 5.0


async def test_pauses_double_up_to_a_limit_and_begin_anew() -> None:
    back_off = BackOff(0.1, 0.5)

    assert [round(back_off.pause(), 1) for _ in range(5)] == [0.1, 0.2, 0.4, 0.5, 0.5]
    back_off.reset()
    assert back_off.pause() == 0.1


async def test_a_lost_engine_is_connected_to_again(path: Path) -> None:
    used: list[Client] = []
    lost: list[str] = []
    slept: list[float] = []

    async def use(plane: Client) -> None:
        used.append(plane)
        if len(used) < 3:
            await plane.submit(Snapshot())

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with fake(path, close):
        await stay_connected(path, use, lost=lambda error, pause: lost.append(str(error)), sleep=sleep)

    assert len(used) == 3
    assert len(lost) == 2
    assert slept == [0.1, 0.1]


async def test_waiting_does_not_help_against_another_version(path: Path) -> None:
    async with fake(path, never, Refused("another protocol")):
        with pytest.raises(VersionMismatch):
            await stay_connected(path, lambda plane: plane.close(), lost=lambda error, pause: None)


@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_a_plane_can_be_held_without_a_block(path: Path) -> None:
    async with fake(path, close):
        plane = await open_plane(path)
        assert plane.welcome == WELCOME

        await plane.close()

        with pytest.raises(EngineLost):
            await plane.submit(Snapshot())
        with pytest.raises(EngineLost):
            await open_plane(path.with_name("nobody.sock"))
