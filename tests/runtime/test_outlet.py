"""Batches become pieces; rows that do not encode are told apart from the others."""

from __future__ import annotations

from tremor_tui.codecs.contract import codecs
from tremor_tui.interceptors.contract import postprocessors
from tremor_tui.model.batch import Batch
from tremor_tui.runtime.outlet import Outlet, unfold
from tremor_tui.testing.harness import batch_of


def outlet(*chain: str, codec: str = "json") -> Outlet:
    return Outlet(codecs.get(codec)({}), lambda: [postprocessors.get(name)(None) for name in chain])


def test_values_are_encoded_and_go_through_the_chain() -> None:
    pieces, batch, refused = outlet("separate").encode("in", batch_of([1, {"a": 2}]))

    assert b"".join(pieces) == b'1\n{"a":2}\n'
    assert (len(batch), refused) == (2, [])


def test_rows_that_do_not_encode_leave_the_batch() -> None:
    pieces, batch, refused = outlet("separate", codec="csv").encode("in", batch_of([["a"], 1, ["c"]]))

    assert b"".join(pieces) == b"a\nc\n"
    assert (batch.values, list(batch.ids)) == ([["a"], ["c"]], [0, 2])
    assert [row for row, _ in refused] == [1]


def test_without_a_codec_there_are_no_pieces() -> None:
    made = Outlet(None, list).encode("in", batch_of([1]))

    assert made[0] == []


def test_the_events_inside_a_folded_row_stand_alone_again() -> None:
    folded = Batch([[1, 2], [3]], [5, 9], 7, metas=[{"m": 1}, None], nbytes=30, inner=True)

    flat = unfold(folded)

    assert (flat.values, list(flat.ids), flat.inner) == ([1, 2, 3], [5, 5, 9], False)
    assert flat.metas == [{"m": 1}, {"m": 1}, None]
    assert flat.nbytes == 30
