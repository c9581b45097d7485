from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tremor_tui.control.commands import Watch
from tremor_tui.control.snapshots import EngineSnapshot
from tremor_tui.control.wire import (
    MAX_FRAME,
    Ask,
    Push,
    Splitter,
    decode_ask,
    decode_incoming,
    encode,
    number_of,
    prefixed,
)
from tremor_tui.errors import ControlError


@given(st.lists(st.binary(max_size=50), max_size=8), st.lists(st.integers(0, 400), max_size=12))
def test_frames_are_the_same_however_their_bytes_are_split(bodies: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(map(prefixed, bodies))
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    splitter = Splitter()

    got = [body for a, b in pairwise(places) for body in splitter.feed(whole[a:b])]

    assert got == bodies


def test_a_request_and_a_picture_survive_the_way() -> None:
    ask, push = Ask(7, Watch(2.0)), Push(EngineSnapshot("x", 1))

    assert decode_ask(Splitter().feed(encode(ask))[0]) == ask
    assert decode_incoming(Splitter().feed(encode(push))[0]) == push


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_control_error(body: bytes) -> None:
    for decode in (decode_ask, decode_incoming):
        with suppress(ControlError):
            decode(body)
    assert number_of(body) >= -(2**63)


def test_the_number_of_a_malformed_request_is_found() -> None:
    assert number_of(b'{"number": 12, "request": {"do": "nothing"}}') == 12
    assert number_of(b"nonsense") == 0


def test_frames_that_are_too_long_are_refused_both_ways() -> None:
    with pytest.raises(ControlError):
        prefixed(b"x" * (MAX_FRAME + 1))
    with pytest.raises(ControlError):
        Splitter().feed(b"\xff\xff\xff\xff")
