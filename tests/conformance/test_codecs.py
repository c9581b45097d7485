"""What every codec must do, asked of all that are registered."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tremor_tui.codecs.contract import Codec, codecs
from tremor_tui.errors import ConfigError, DecodeError, EncodeError
from tremor_tui.model.values import equal

NAMES = sorted(codecs.load_all())
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
JSON_VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "json": JSON_VALUES,
    "string": st.text(st.characters(exclude_categories=["Cs"])),
    "binary": st.binary(),
    "null": st.none(),
    "msgpack": JSON_VALUES | st.binary(),
    "csv": st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1),
    "statsd": st.fixed_dictionaries(
        {
            "metric": st.text(st.characters(exclude_categories=["Cs"], exclude_characters=":\n")),
            "type": st.sampled_from(["c", "ms", "h", "s"]),
            "value": st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False),
        },
        optional={"sample_rate": st.floats(0, 1)},
    )
    | st.fixed_dictionaries(
        {"metric": st.just("m"), "type": st.just("g"), "value": st.integers(0, 9)},
        optional={"action": st.sampled_from(["add", "sub"])},
    ),
}


def made(name: str) -> Codec:
    return codecs.get(name)({})


def value_strategy(name: str) -> st.SearchStrategy[Any]:
    return VALUES[name]


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_what_is_encoded_decodes_to_the_same(name: str, data: st.DataObject) -> None:
    codec = made(name)
    value = data.draw(value_strategy(name))

    again = codec.decode(codec.encode(value))

    assert equal(again, value)
    assert type(again) is type(value)


@pytest.mark.parametrize("name", NAMES)
@given(frame=st.binary())
def test_a_bad_frame_is_always_a_decode_error(name: str, frame: bytes) -> None:
    message = "decoded"
    try:
        made(name).decode(frame)
    except DecodeError as error:
        message = str(error)
    assert message


@pytest.mark.parametrize("name", NAMES)
def test_mutated_frames_are_decoded_or_refused(name: str) -> None:
    chance = random.Random(7)
    codec = made(name)
    good = b'{"a": [1, -2.5e3, "x\\u00e9\\n", null, true], "b": {"c": 18446744073709551615}}'
    for _ in range(3000):
        frame = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            frame[chance.randrange(len(frame))] = chance.randrange(256)
        try:
            codec.encode(codec.decode(bytes(frame)))
        except DecodeError:
            continue


@pytest.mark.parametrize("name", NAMES)
@given(frames=st.lists(st.binary(max_size=12) | st.sampled_from([b"1", b'"a"', b"[]", b"x"]), max_size=8))
def test_a_batch_is_decoded_as_its_frames_are_one_by_one(name: str, frames: list[bytes]) -> None:
    codec = made(name)
    expected: list[Any] = []
    bad: list[int] = []
    for index, frame in enumerate(frames):
        try:
            expected.append(codec.decode(frame))
        except DecodeError:
            bad.append(index)

    values, errors = codec.decode_batch(frames)

    assert equal(values, expected)
    assert [index for index, _ in errors] == bad
    assert all(isinstance(error, DecodeError) for _, error in errors)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_keeps_what_can_be_encoded(name: str) -> None:
    codec = made(name)
    deep: Any = 1
    for _ in range(600):
        deep = [deep]
    values = ["a", deep, b"b", {"c": 1}]

    frames, errors = codec.encode_batch(values)

    assert len(frames) + len(errors) == len(values)
    assert all(isinstance(error, EncodeError) for _, error in errors)
    assert sorted({index for index, _ in errors} - {1}) in ([], [0, 2], [0, 2, 3])


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_setting_is_refused_by_name(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        codecs.get(name)({"colour": "red"})
    assert caught.value.key == "colour"
