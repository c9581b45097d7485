"""What recording paths keeps is bounded, whatever events are like."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tremor_tui.model.batch import WHOLE, Batch
from tremor_tui.runtime.flow import Flow
from tremor_tui.runtime.path import MAX_VALUE, Path, Shown
from tremor_tui.runtime.tracing import KEPT, KEPT_ALL, KEPT_BYTES, KEPT_LEAST, Paths


def framed(value: Any, rows: int = 2) -> Batch:
    frame = orjson.dumps(value)
    batch = Batch([], range(rows), 0, raws=[frame] * rows, nbytes=rows * len(frame))
    return batch.shed(WHOLE)


def path(number: int, shown: Shown) -> Path:
    return Path(number, "main", "in", 0, 0, number, 0, shown, lambda: 0)


@pytest.fixture
def paths() -> Paths:
    flow: Any = object.__new__(Flow)
    return Paths(flow)


def test_a_framed_batch_is_not_decoded_for_its_path() -> None:
    batch = framed({"a": 1})

    shown = Shown.of(batch)

    assert batch.is_framed
    assert shown.text == '{"a":1}'


@pytest.mark.parametrize("value", [{"a": "x" * 3_000_000}, ["y" * 3_000_000]])
def test_of_a_large_event_only_its_beginning_is_kept(value: Any) -> None:
    whole = Batch([value], range(1), 0, nbytes=3_000_000)
    for batch in (framed(value, 1), whole):
        shown = Shown.of(batch)
        assert shown.nbytes <= MAX_VALUE
        assert len(shown.kept) <= MAX_VALUE
        assert shown.text == orjson.dumps(value)[:MAX_VALUE].decode()


def test_a_frame_that_only_its_codec_reads_is_shown_as_it_is() -> None:
    assert Shown(b"{a: 1}", True, False, 6).text == "{a: 1}"


def test_small_events_are_bounded_by_their_number(paths: Paths) -> None:
    for number in range(2 * KEPT):
        paths.keep(path(number, Shown.of(framed(1))), KEPT)

    assert list(paths.kept) == list(range(KEPT, 2 * KEPT))


def test_large_events_are_bounded_by_their_bytes(paths: Paths) -> None:
    shown = Shown.of(framed({"a": "x" * 100_000}))
    for number in range(KEPT):
        paths.keep(path(number, shown), KEPT)

    assert paths.nbytes == len(paths.kept) * MAX_VALUE
    assert KEPT_BYTES - MAX_VALUE <= paths.nbytes <= KEPT_BYTES
    assert KEPT - 1 in paths.kept


def test_many_flows_keep_fewer_each(paths: Paths) -> None:
    assert KEPT_LEAST * 1000 > KEPT_ALL > KEPT
    for number in range(50):
        paths.keep(path(number, Shown.of(framed(1))), KEPT_LEAST)

    assert list(paths.kept) == list(range(40, 50))
