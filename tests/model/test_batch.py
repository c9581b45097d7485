"""Batches: their parts have all that the whole had."""

from __future__ import annotations

from tremor_tui.model.batch import WHOLE, Batch, ascends, pick_ids


def test_a_batch_in_two_parts_has_all_its_rows() -> None:
    batch = Batch(
        [1, 2, 3], range(7, 10), [10, 11, 12], [None, {"a": 1}, None], nbytes=30, source=2, stream=3
    )

    first, rest = batch.split(1)

    assert (first.values, list(first.ids), first.ingest_ns, first.metas) == ([1], [7], [10], [None])
    assert (rest.values, list(rest.ids), rest.ingest_ns) == ([2, 3], [8, 9], [11, 12])
    assert (rest.metas, rest.source, rest.stream) == ([{"a": 1}, None], 2, 3)
    assert first.nbytes + rest.nbytes == 30


def test_the_parts_of_a_framed_batch_are_framed() -> None:
    raws, views = [b'{"a":1}', b'{"a":22}'], [{"a": 1}, {"a": 22}]
    batch = Batch([], range(2), 5, raws=raws, nbytes=15, views=list(views), fields=frozenset({"a"})).shed(
        WHOLE
    )

    first, rest = batch.split(1)

    assert first.is_framed
    assert rest.is_framed
    assert (first.views, rest.views) == ([views[0]], [views[1]])
    assert (first.nbytes, rest.nbytes) == (7, 8)
    assert (first.values, rest.values) == ([{"a": 1}], [{"a": 22}])


def test_picked_ids_are_those_of_their_rows() -> None:
    ids = pick_ids(range(100, 200), [0, 3, 9])

    assert ids == [100, 103, 109]
    assert (ids[1], ids[-1], list(ids[1:]), len(ids)) == (103, 109, [103, 109], 3)
    assert ascends(ids)
    assert pick_ids([5, 6, 7], [1]) == [6]
    assert not ascends([3, 3])
