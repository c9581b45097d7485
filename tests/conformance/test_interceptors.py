"""What every interceptor must do, asked of all that are registered."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tremor_tui.errors import ConfigError, DataError
from tremor_tui.interceptors.contract import PerFrame, postprocessors, preprocessors

PRE = preprocessors.load_all()
POST = postprocessors.load_all()
CUTTERS = sorted(name for name, make in PRE.items() if not isinstance(make(None), PerFrame))
PER_FRAME = sorted(set(PRE) - set(CUTTERS))
REQUIRED: dict[str, dict[str, Any]] = {"compress": {"algorithm": "gzip"}, "chunk": {"max_bytes": 9}}
BOTH = [(name, name) for name in sorted(set(PRE) & set(POST))] + [("decompress", "compress")]


def frames_for(name: str) -> st.SearchStrategy[list[bytes]]:
    frame = st.binary(max_size=30)
    if name == "separate":
        frame = frame.map(lambda octets: octets.replace(b"\n", b""))
    return st.lists(frame, max_size=8)


@pytest.mark.parametrize(("pre", "post"), BOTH)
@given(data=st.data())
def test_frames_come_back_as_they_went(pre: str, post: str, data: st.DataObject) -> None:
    frames = data.draw(frames_for(pre))
    reader, writer = PRE[pre](None), POST[post](REQUIRED.get(post))

    pieces = writer.process(frames) + writer.finish()

    if pre in CUTTERS:
        pieces = [b"".join(pieces)]
    found = [frame for piece in pieces for frame in reader.process(piece)]
    assert found + reader.finish() == frames


@pytest.mark.parametrize("name", CUTTERS)
@given(data=st.data())
def test_any_split_gives_the_same_frames(name: str, data: st.DataObject) -> None:
    frames = data.draw(frames_for(name))
    octets = b"".join(POST[name](None).process(frames)) + data.draw(st.sampled_from([b"", b"rest", b"12"]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=8)))
    whole = outcome(name, [octets])

    parts = outcome(name, [octets[a:b] for a, b in zip([0, *cuts], [*cuts, len(octets)], strict=True)])

    assert parts == whole


def outcome(name: str, chunks: list[bytes]) -> tuple[list[bytes], int, bool]:
    """The frames, what was discarded, and whether the stream broke."""
    reader = PRE[name](None)
    found: list[bytes] = []
    try:
        for chunk in chunks:
            found += reader.process(chunk)
        found += reader.finish()
    except DataError:
        return [], 0, True
    return found, reader.discarded, False


@pytest.mark.parametrize("name", sorted(PRE))
@given(chunks=st.lists(st.binary(max_size=60), max_size=5))
def test_bad_bytes_are_frames_or_a_data_error(name: str, chunks: list[bytes]) -> None:
    reader = PRE[name](None)
    frames: list[bytes] = []
    message = "fine"
    try:
        for chunk in chunks:
            frames += reader.process(chunk)
        frames += reader.finish()
    except DataError as error:
        message = str(error)
    assert message
    assert all(type(frame) is bytes for frame in frames)


@pytest.mark.parametrize("name", sorted(PRE))
def test_a_preprocessor_refuses_unknown_settings(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        PRE[name]({"colour": "red"})
    assert caught.value.key == "colour"


@pytest.mark.parametrize("name", sorted(POST))
def test_a_postprocessor_refuses_unknown_settings(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        POST[name]({**REQUIRED.get(name, {}), "colour": "red"})
    assert caught.value.key == "colour"


@pytest.mark.parametrize("name", PER_FRAME)
def test_a_preprocessor_of_whole_frames_keeps_nothing(name: str) -> None:
    assert PRE[name](None).finish() == []
