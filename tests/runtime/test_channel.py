"""Channels keep order and bounds, wake who waits, and close from both ends."""

from __future__ import annotations

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.conftest import until
from tremor_tui.errors import ChannelClosed
from tremor_tui.model.batch import Batch
from tremor_tui.model.signal import Drain, Tick
from tremor_tui.runtime.bell import Bell
from tremor_tui.runtime.channel import Channel


def batch(number: int = 0, size: int = 10) -> Batch:
    return Batch([number], range(1), 0, nbytes=size)


def channel(capacity: int = 4, byte_capacity: int = 1000) -> Channel:
    return Channel(capacity, byte_capacity, lambda: 0)


def value(message: object) -> object:
    assert isinstance(message, tuple)
    return message[1].values[0]


def test_batches_leave_in_the_order_they_came() -> None:
    queue = channel()
    for number in range(4):
        queue.send_nowait("in", batch(number))

    assert [value(queue.receive_nowait()) for _ in range(4)] == [0, 1, 2, 3]
    assert queue.receive_nowait() is None


def test_no_more_batches_go_in_than_its_capacity() -> None:
    queue = channel(capacity=2)

    assert [queue.send_nowait("in", batch()) for _ in range(3)] == [True, True, False]
    assert (queue.batches, queue.rows, queue.high) == (2, 2, 2)


def test_no_more_bytes_go_in_than_its_limit() -> None:
    queue = channel(byte_capacity=100)

    assert [queue.send_nowait("in", batch(size=60)) for _ in range(2)] == [True, False]
    assert queue.bytes == 60


def test_a_batch_larger_than_the_byte_limit_passes_when_no_other_is_there() -> None:
    queue = channel(byte_capacity=100)

    assert queue.send_nowait("in", batch(size=5000))
    assert not queue.send_nowait("in", batch(size=1))


def test_signals_keep_their_place_and_need_no_room() -> None:
    queue = channel(capacity=1)
    queue.send_nowait("in", batch(7))
    queue.send_signal(Drain("a"))

    first, second = queue.receive_nowait(), queue.receive_nowait()

    assert value(first) == 7
    assert second == ("", Drain("a"))


def test_only_one_tick_waits_at_a_time() -> None:
    queue = channel()
    queue.send_signal(Tick(1))
    queue.send_signal(Tick(2))

    assert queue.receive_nowait() == ("", Tick(1))
    assert queue.receive_nowait() is None
    queue.send_signal(Tick(3))
    assert queue.receive_nowait() == ("", Tick(3))


def test_a_closed_channel_gives_what_is_left_and_then_says_so() -> None:
    queue = channel()
    queue.send_nowait("in", batch(1))
    queue.close()

    with pytest.raises(ChannelClosed):
        queue.send_nowait("in", batch(2))
    assert value(queue.receive_nowait()) == 1
    with pytest.raises(ChannelClosed):
        queue.receive_nowait()


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 300)), max_size=80))
def test_bounds_and_counts_hold_whatever_is_sent_and_received(steps: list[tuple[bool, int]]) -> None:
    queue = channel(capacity=5, byte_capacity=500)
    inside: list[int] = []
    for is_send, size in steps:
        if is_send and queue.send_nowait("in", batch(size, size)):
            inside.append(size)
        elif not is_send:
            message = queue.receive_nowait()
            assert (message is None) == (not inside)
            if message is not None:
                assert value(message) == inside.pop(0)
        assert queue.batches == len(inside) <= 5
        assert queue.bytes == sum(inside)
        assert queue.bytes <= 500 or len(inside) == 1


@pytest.mark.anyio
async def test_a_batch_wakes_a_waiting_receiver() -> None:
    queue = channel()
    got: list[object] = []

    async def receive() -> None:
        got.append(value(await queue.receive()))

    async with anyio.create_task_group() as group:
        group.start_soon(receive)
        await anyio.wait_all_tasks_blocked()
        queue.send_nowait("in", batch(5))

    assert got == [5]


@pytest.mark.anyio
async def test_a_waiting_sender_goes_on_when_half_is_free() -> None:
    queue = channel(capacity=4)
    for number in range(4):
        queue.send_nowait("in", batch(number))
    sent: list[int] = []

    async def send() -> None:
        await queue.send("in", batch(4), Bell())
        sent.append(4)

    async with anyio.create_task_group() as group:
        group.start_soon(send)
        await anyio.wait_all_tasks_blocked()
        queue.receive_nowait()
        await anyio.wait_all_tasks_blocked()
        early = list(sent)
        queue.receive_nowait()
        await until(lambda: bool(sent))

    assert early == []
    assert queue.batches == 3


@pytest.mark.anyio
async def test_closing_wakes_a_waiting_sender_with_what_it_could_not_send() -> None:
    queue = channel(capacity=1)
    queue.send_nowait("in", batch())
    refused: list[bool] = []

    async def send() -> None:
        with pytest.raises(ChannelClosed):
            await queue.send("in", batch(), Bell())
        refused.append(True)

    async with anyio.create_task_group() as group:
        group.start_soon(send)
        await anyio.wait_all_tasks_blocked()
        queue.close()

    assert refused == [True]


@pytest.mark.anyio
async def test_many_senders_lose_and_reorder_nothing() -> None:
    queue = channel(capacity=3, byte_capacity=70)
    got: list[tuple[str, int]] = []

    async def send(name: str) -> None:
        bell = Bell()
        for number in range(200):
            await queue.send(name, batch(number, 10 + number % 50), bell)

    async with anyio.create_task_group() as group:
        for name in "abc":
            group.start_soon(send, name)
        while len(got) < 600:
            port, item = await queue.receive()
            assert isinstance(item, Batch)
            got.append((port, item.values[0]))
            if len(got) % 7 == 0:
                await anyio.lowlevel.checkpoint()

    for name in "abc":
        assert [number for port, number in got if port == name] == list(range(200))


@pytest.mark.anyio
async def test_every_sender_gets_its_turn_at_a_channel_that_is_always_full() -> None:
    queue = channel(capacity=1)
    got: dict[str, int] = dict.fromkeys("abc", 0)

    async def send(name: str) -> None:
        bell = Bell()
        while True:
            await queue.send(name, batch(), bell)

    async with anyio.create_task_group() as group:
        for name in got:
            group.start_soon(send, name)
        while sum(got.values()) < 300:
            port, _ = await queue.receive()
            got[port] += 1
        group.cancel_scope.cancel()

    assert min(got.values()) > 10
