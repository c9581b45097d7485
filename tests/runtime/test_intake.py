"""What is read becomes batches of bounded size; what cannot be decoded becomes an event on err."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tremor_tui.codecs.contract import codecs
from tremor_tui.connectors.contract import Chunk, Frames, Pulled, Values
from tremor_tui.errors import FrameError
from tremor_tui.interceptors.contract import Preprocessor, preprocessors
from tremor_tui.model.batch import Batch, Value
from tremor_tui.runtime.intake import Intake


class Fussy:
    """Passes frames on until one says `bad`."""

    discarded = 0

    def process(self, chunk: bytes) -> list[bytes]:
        if chunk == b"bad":
            raise FrameError("lost the framing")
        return [chunk]

    def finish(self) -> list[bytes]:
        return []


def intake(
    *chain: str, codec: str = "json", complaints: list[str] | None = None, extra: Sequence[Preprocessor] = ()
) -> Intake:
    said = complaints if complaints is not None else []
    return Intake(
        name="main/a",
        number=4,
        codec=codecs.get(codec)({}),
        make_chain=lambda: [*(preprocessors.get(name)(None) for name in chain), *extra],
        complain=lambda text, count: said.append(f"{count}: {text}"),
        rows_limit=100,
        bytes_limit=64 * 1024,
    )


def take(source: Intake, *pulled: Pulled) -> list[tuple[str, Batch]]:
    return [made for one in pulled for made in source.take(one, 5000)]


def values(made: list[tuple[str, Batch]], port: str = "out") -> list[Value]:
    return [value for name, batch in made if name == port for value in batch.values]


def test_lines_become_rows_with_ids_time_size_and_metadata() -> None:
    made = take(intake("separate"), Chunk(b"1\n22\n333", 3, {"k": 1}), Chunk(b"\n", 3, {"k": 1}))

    first, second = (batch for _, batch in made)
    assert (first.values, list(first.ids), first.ingest_ns) == ([1, 22], [0, 1], 5000)
    assert (first.source, first.stream, first.nbytes) == (4, 3, 3)
    assert first.metas == [{"k": 1}, {"k": 1}]
    assert (second.values, list(second.ids)) == ([333], [2])


def test_batches_end_at_a_hundred_rows() -> None:
    made = take(intake("separate"), Chunk(b"1\n" * 250))

    assert [len(batch) for _, batch in made] == [100, 100, 50]
    assert [batch.ids[0] for _, batch in made] == [0, 100, 200]


def test_batches_end_at_64_kib_unless_one_frame_is_larger() -> None:
    frames = [b'"%s"' % (b"x" * size) for size in (40_000, 30_000, 100_000, 10, 10)]

    made = take(intake(), Frames(frames))

    assert [len(batch) for _, batch in made] == [1, 1, 1, 2]
    assert sum(batch.nbytes for _, batch in made) == sum(map(len, frames))


@given(st.lists(st.integers(1, 9), max_size=60), st.integers(0, 40))
def test_any_split_of_the_bytes_gives_the_same_events(sizes: list[int], lines: int) -> None:
    data = b"".join(b"%d\n" % n for n in range(lines))
    source = intake("separate")
    made = []
    for size in sizes:
        made += take(source, Chunk(data[:size]))
        data = data[size:]
    made += take(source, Chunk(data, ended=True))

    assert values(made) == list(range(lines))
    assert [event_id for _, batch in made for event_id in batch.ids] == list(range(lines))


def test_a_frame_that_does_not_decode_goes_to_err_with_all_that_is_known_of_it() -> None:
    said: list[str] = []

    made = take(intake("separate", complaints=said), Chunk(b"1\n{oops\n3\n\xff\n", 2))

    good, bad = made
    assert (good[0], good[1].values, list(good[1].ids)) == ("out", [1, 3], [0, 2])
    assert bad[0] == "err"
    first, second = bad[1].values
    assert first["error"].startswith("the frame is not JSON")
    assert (first["source"], first["stream_id"], first["pull_id"]) == ("main/a", 2, 1)
    assert (first["data"], second["data"]) == ("{oops", b64encode(b"\xff").decode())
    assert bad[1].metas == [{"error": first["error"]}, {"error": second["error"]}]
    assert len(said) == 1
    assert said[0].startswith("2: a frame was refused")


def test_what_follows_a_lost_framing_is_let_go_until_the_stream_ends() -> None:
    source = intake(codec="string", extra=[Fussy()])

    made = take(source, Chunk(b"a"), Chunk(b"bad"), Chunk(b"b", ended=True), Chunk(b"c"))

    assert values(made) == ["a", "c"]
    assert [value["data"] for value in values(made, "err")] == ["bad"]
    assert source.discarded == 1


def test_streams_keep_their_leftovers_apart() -> None:
    made = take(
        intake("separate"), Chunk(b"1", 1), Chunk(b"2", 2), Chunk(b"1\n", 1), Chunk(b"2", 2, ended=True)
    )

    assert [(batch.stream, batch.values) for _, batch in made] == [(1, [11]), (2, [22])]


def test_what_preprocessors_hold_comes_at_the_end_of_the_source() -> None:
    source = intake("separate")

    made = take(source, Chunk(b"1\n2"))
    made += list(source.finish(6000))

    assert values(made) == [1, 2]


def test_frames_need_no_cutting_but_a_chain_is_run_for_each_of_them() -> None:
    assert values(take(intake(), Frames([b"1", b"2"]))) == [1, 2]
    assert values(take(intake("separate"), Frames([b"1\n2", b"3"]))) == [1, 2, 3]


def test_ready_made_values_keep_their_metadata_over_several_batches() -> None:
    metas = [{"n": n} for n in range(150)]

    made = take(intake(), Values(list(range(150)), metas=[*metas]))

    assert [batch.metas for _, batch in made] == [metas[:100], metas[100:]]


def test_lines_that_are_too_long_are_counted_and_said() -> None:
    said: list[str] = []
    source = intake("separate", codec="string", complaints=said)

    made = take(source, Chunk(b"a\n" + b"x" * 9000 + b"\nb\n"))

    assert values(made) == ["a", "b"]
    assert source.discarded == 1
    assert said == ["1: a preprocessor dropped a frame that is too long"]


@pytest.mark.parametrize("ended", [False, True])
def test_nothing_read_is_no_event(ended: bool) -> None:
    assert take(intake(), Chunk(b"", ended=ended)) == []
