"""Decoding of batches says of each frame what the full decoder of one frame says, however odd its numbers.

`from_json` is the reference: it decodes all of one frame and then refuses what does not fit. The batch forms
of the codec and its projection take short cuts, and look closer only where there is a sign. Here are numbers
about every limit (64 bits either way, the largest float, mantissas and exponents with zeros), at every place
(skipped or read, in lists, in records, among spaces, within texts), bytes that are no text, deep values and
broken lines; alone, a few among many, and all of them. `TREMOR_TUI_GUARD_RUNS` says how many batches.
"""

from __future__ import annotations

import os
import sys
from random import Random
from time import time_ns
from typing import Any

import pytest

from tremor_tui.codecs.json import Json
from tremor_tui.model.projection import Projection, are_ordinary
from tremor_tui.model.values import BadJson, from_json

SEED = int(os.environ.get("TREMOR_TUI_SEED", time_ns() // 1_000_000_000 % 1_000_000))
RUNS = int(os.environ.get("TREMOR_TUI_GUARD_RUNS", "400"))
EDGES = (0, 1, 9, 2**53 + 1, 10**18 - 1, 10**18, 2**63 - 1, 2**63, 10**19 - 1, 10**19, 2**64 - 1, 2**64,
         10**20, 10**308, 10**309, 17976931348623157 * 10**292, 17976931348623159 * 10**292)  # fmt: skip
EXPONENTS = (0, 1, 15, 99, 100, 280, 288, 289, 290, 291, 299, 300, 307, 308, 309, 310, 400, 999, 5000)
SPACES = ("", "", "", " ", "  ", "\t", "\n", "\r\n")
TEXTS = ('"x"', '"1e999"', '"é😀"', '"12345678901234567890123"', '"a,1e999"', '"k: 99999999999999999999"',
         '"\\""', '"[1e400"', '"\\u0041\\ud83d\\ude00"', "true", "null", "{}", "[]")  # fmt: skip
BROKEN = (b"", b" ", b"{", b'{"a":}', b'{"a":1e}', b'{"a":1.}', b'{"a":-}', b'{"a":01}', b'{"a":+1}',
          b'{"a":.5}', b'{"a":NaN}', b'{"a":Infinity}', b'{"a":1} {}', b'{"a":1},{"a":2}', b"[1,2",
          b"\xef\xbb\xbf{}",
          b'{"a":"\xff"}', b'{"b":"\xc3"}', b'{"\xff":1}', b'{"b":"\xed\xa0\x80"}', b'{"b":"\xc0\x80"}',
          b'{"b":"\xf4\x90\x80\x80"}', b'{"b":"\\ud800"}', b'{"b":"\x01"}', b'{"b":"\\x"}', b'{"b":tru}',
          b'{"b":' + b"[" * 511 + b"]" * 511 + b"}", b'{"b":' + b"[" * 512 + b"]" * 512 + b"}",
          b'{"b":' + b'{"c":[' * 300 + b"1" + b"]}" * 300 + b"}", b"[" * 5000, b"[" * 5000 + b"]" * 5000,
          b"1e999", b"-1e999", b"99999999999999999999", b"-9223372036854775809", b" 1E400 ")  # fmt: skip


def number(random: Random) -> str:
    """One near some limit."""
    whole = random.choice(EDGES) + random.choice((0, 0, 0, -1, 1))
    sign = "-" if whole < 0 or random.random() < 0.3 else ""
    text = sign + str(abs(whole))
    if random.random() < 0.2:
        text = sign + random.choice(("0", "1", "17976931348623157", "9" * random.randrange(1, 25)))
    if random.random() < 0.4:
        text += "." + random.choice(
            ("0", "5", "0" * 20 + "1", "7976931348623157", "9" * random.randrange(1, 330))
        )
    if random.random() < 0.5:
        zeros = "0" * random.choice((0, 0, 0, 1, 2, 5))
        exponent = zeros + str(random.choice(EXPONENTS))
        text += random.choice("eE") + random.choice(("", "+", "-")) + exponent
    return text


def value(random: Random, depth: int = 3) -> str:
    space = random.choice(SPACES)
    draw = random.random()
    if draw < 0.4:
        return space + random.choice(("1", "-0", "2.5", "1e5", "0.1E-7")) + space
    if draw < 0.5:
        return space + number(random)
    if draw < 0.8 or not depth:
        return random.choice(TEXTS) + space
    items = [value(random, depth - 1) for _ in range(random.randrange(4))]
    if draw < 0.9:
        return "[" + ",".join(items) + "]"
    return "{" + ",".join(f'"{random.choice("abc")}"{space}:{item}' for item in items) + space + "}"


def frame(random: Random, odd: float) -> bytes:
    if random.random() >= odd:
        return b'{"a":1,"b":["x",2,3.5],"c":{"a":"%d"}}' % random.randrange(10**6)
    if random.random() < 0.2:
        return random.choice(BROKEN)
    keys = random.choices(("a", "b", "c", "\\u0061", "é"), k=random.randrange(5))
    text = "{" + ",".join(f'"{key}":{random.choice(SPACES)}{value(random)}' for key in keys) + "}"
    made = (text if random.random() < 0.9 else value(random)).encode()
    if random.random() < 0.1:
        place = random.randrange(len(made) + 1)
        made = made[:place] + bytes((random.randrange(256),)) + made[place + random.randrange(2) :]
    return made


def told(text: bytes) -> Any:
    """What the reference makes of a frame: its value in full, or what is wrong with it."""
    try:
        return repr(from_json(text))
    except BadJson as error:
        return error


def check(frames: list[bytes], codec: Json, projection: Projection) -> int:
    """Compares both batch forms with the reference; how many frames are bad."""
    wanted = [told(one) for one in frames]
    good = [one for one, made in zip(frames, wanted, strict=True) if isinstance(made, str)]
    refused = [
        (n, f"the frame is not JSON: {made}") for n, made in enumerate(wanted) if not isinstance(made, str)
    ]
    values, bad = codec.decode_batch(frames)
    assert [repr(one) for one in values] == [made for made in wanted if isinstance(made, str)]
    assert [(index, str(error)) for index, error in bad] == refused
    views, bad = projection.decode_batch(frames)
    assert [(index, str(error)) for index, error in bad] == refused
    for one, view in zip(good, views, strict=True):
        whole = from_json(one)
        if isinstance(whole, dict) and isinstance(view, dict):
            assert view.keys() >= whole.keys() & projection.fields
            assert all(repr(view[key]) == repr(whole[key]) for key in view)
        else:
            assert repr(view) == repr(whole)
    return len(refused)


@pytest.mark.parametrize("odd", [1.0, 0.3, 0.01])
def test_a_batch_is_judged_as_its_frames_are_one_by_one(odd: float) -> None:
    sys.stdout.write(f"TREMOR_TUI_SEED={SEED}\n")
    refused = 0
    for number in range(RUNS):
        random = Random(f"{SEED} {odd} {number}")
        codec = Json()
        projection = codec.project(frozenset(random.choice(("", "a", "ab", "c"))))
        for _ in range(3):  # the codec remembers how the batches before were
            frames = [frame(random, odd) for _ in range(random.choice((1, 2, 7, 30)))]
            refused += check(frames, codec, projection)
    assert refused


def test_each_odd_line_alone_and_among_others() -> None:
    random = Random(0)
    for odd in BROKEN:
        common = [frame(random, 0) for _ in range(5)]
        for frames in ([odd], [*common, odd], [odd, *common], [*common, odd, *common]):
            check(frames, Json(), Json().project(frozenset("a")))


def test_numbers_of_every_day_need_no_closer_look() -> None:
    common = [
        b'{"time_ns":1700000000000000000,"max":9223372036854775807,"f":0.00012345678901234567}',
        b'{"a":[1e5,1E+16,-2.5e-300,1.7976931348623157],"id":"12345678901234567890123","b":-922337203685477580}',
        '{"text":"1e999, größer","hex":"4e123-5E999"}'.encode(),
    ]
    assert are_ordinary(common)


@pytest.mark.parametrize(
    "text",
    ["18446744073709551616", "-9223372036854775809", "1e309", "1E+309", "-1e0000309",
     "9999999999999999999e290", "0.1e310", " 1e309", "\n\t-1e309", "1" + "0" * 309, "1.5e308999"],
)  # fmt: skip
def test_a_number_that_does_not_fit_is_seen_wherever_it_stands(text: str) -> None:
    for shape in ("%s", "[%s]", "[1,%s]", '["x", %s]', '{"a":%s}', '{"a" : %s }', '{"a":[[],%s]}', "[{},%s]",
                  "[true,%s]"):  # fmt: skip
        assert not are_ordinary([b'{"a":1}', (shape % text).encode()])
