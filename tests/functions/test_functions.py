"""The corners of native functions that their examples do not show."""

from typing import Any

import pytest

import tremor_tui
from tremor_tui.functions.contract import FunctionError, find
from tremor_tui.model.context import Context
from tremor_tui.model.origin import OriginUri


def call(path: str, *arguments: Any, ctx: Context | None = None) -> Any:
    function = find(path)
    assert function is not None
    return function.call(*([ctx or Context(ingest_ns=1)] if function.wants_context else []), *arguments)


def test_a_function_is_found_by_the_last_two_names() -> None:
    assert find("std::string::len") is find("string::len")
    assert find("string::nope") is None
    assert find("nope::len") is None


def test_arity_comes_from_the_parameters() -> None:
    for path, least, most in (("string::format", 1, None), ("random::integer", 0, 2), ("math::max", 2, 2)):
        function = find(path)
        assert function is not None
        assert (function.min_arity, function.max_arity) == (least, most)


@pytest.mark.parametrize(
    ("path", "arguments", "result"),
    [
        ("string::substr", ("abc", 9, 2), "ab"),
        ("string::substr", ("abc", 2, 1), "abc"),
        ("string::substr", ("äöü", 1, 9), "öü"),
        ("string::split", ("ab", ""), ["", "a", "b", ""]),
        ("string::replace", ("ab", "", "-"), "-a-b-"),
        ("string::trim", ("\u3000x\x1c",), "x\x1c"),
        ("string::from_utf8_lossy", (b"a\xff",), "a\ufffd"),
        ("string::format", ("a\\{b\\d{}", [1]), "a{b\\d[1]"),
        ("string::capitalize", ("",), ""),
        ("array::join", ([1.0, [2.0], None, b"a"], ","), '1,[2.0],null,"YQ=="'),
        ("array::flatten", (1,), [1]),
        ("array::contains", ([1.0, True], 1), True),
        ("array::contains", ([True], 1), False),
        ("record::extract", ({"a": 1}, ["b", 2, "a"]), {"a": 1}),
        ("record::rename", ({"a": 1}, {"a": 2}), {"a": 1}),
        ("type::is_integer", (2**63,), False),
        ("type::is_number", (2**63,), True),
        ("type::is_number", (True,), False),
        ("math::round", (-2.5,), -3),
        ("math::round", (0.49999999999999994,), 0),
        ("math::floor", (float("nan"),), 0),
        ("math::trunc", (float("inf"),), 2**64 - 1),
        ("math::ceil", (2**64 - 1,), 2**64 - 1),
        ("math::max", (1, 0.5), 1.0),
        ("path::try_default", (None, ["a"], 7), 7),
        ("path::try_default", ([[1]], [0, -1], 7), 7),
        ("path::try_default", ({"a": 1}, [], 7), {"a": 1}),
        ("range::range", (3, 1), []),
        ("url::encode", ("a-b_c.d~é",), "a%2Db%5Fc%2Ed%7E%C3%A9"),
        ("datetime::year", ({"timestamp": 0, "tz": "-01:00"},), 1969),
        ("datetime::year", (2**64 - 1,), 2554),
        ("datetime::year", (-(2**63),), 1677),
        ("datetime::hour", ({"timestamp": 0, "tz": "Asia/Kolkata"},), 5),
        ("datetime::with_timezone", ({"timestamp": 5, "tz": 3}, "UTC"), {"timestamp": 5, "tz": "UTC"}),
    ],
)
def test_corners(path: str, arguments: tuple[Any, ...], result: Any) -> None:
    found = call(path, *arguments)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("path", "arguments", "message"),
    [
        ("string::len", (1,), "a string, not an integer"),
        ("string::format", ("{}",), "no argument"),
        ("string::format", ("x", 1), "more arguments"),
        ("string::format", ("{x}", 1), "not closed"),
        ("string::format", ("}", 1), "closes nothing"),
        ("string::format", ("\\",), "escapes nothing"),
        ("string::format", (1,), "format"),
        ("string::substr", ("abc", -1, 2), "at least 0"),
        ("array::zip", ([1], []), "1 and 0 elements"),
        ("array::unzip", ([1],), "pairs"),
        ("array::unzip", ([[1]],), "pairs"),
        ("record::from_array", ([[1, 2]],), "must be a string"),
        ("binary::from_bytes", ([256],), "0 to 255"),
        ("binary::into_bytes", ("a",), "a binary"),
        ("json::decode", ("{",), "not JSON"),
        ("integer::parse", ("1.0",), "64 bits"),
        ("float::parse", ("x",), "not a number"),
        ("re::is_match", ("(?=a)", "a"), "offset 0"),
        ("range::range", (0, 10**9), "at most"),
        ("url::decode", ("%ff",), "UTF-8"),
        ("base64::decode", ("a",), "base64"),
        ("datetime::parse", ("x", "%Y"), "not in this format"),
        ("datetime::parse", ("x", "%Q"), "no directive"),
        ("datetime::format", (0, "%Q"), "no directive"),
        ("datetime::year", ({"tz": 1},), "timestamp"),
        ("datetime::rfc3339", ({"timestamp": 0, "tz": 9999},), "no time zone"),
        ("random::integer", (3, 3), "below"),
        ("random::integer", (0,), "at least 1"),
        ("random::float", (1.0, float("inf")), "finite"),
        ("random::string", (10**9,), "at most"),
        ("chash::jump", ("a", 0), "at least 1"),
    ],
)
def test_refusals_say_what_was_wanted(path: str, arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(FunctionError) as caught:
        call(path, *arguments)
    assert message in str(caught.value)


def test_chance_is_the_same_within_an_event_and_differs_between_events() -> None:
    one, two = Context(ingest_ns=1), Context(ingest_ns=2)
    assert call("random::string", 8, ctx=one) == call("random::string", 8, ctx=one)
    assert call("random::string", 8, ctx=one) != call("random::string", 8, ctx=two)
    assert all(3 <= call("random::integer", 3, 5, ctx=Context(ingest_ns=n)) < 5 for n in range(50))
    assert all(0 <= call("random::float", 2, ctx=Context(ingest_ns=n)) < 2 for n in range(50))


def test_assertions_are_values_or_errors() -> None:
    assert call("test::assert", "same", 1, 1.0) is True
    assert call("test::assert", "other", 1, 2) == [1, 2]
    with pytest.raises(FunctionError, match=r"assertion other failed: expected 1, got 2"):
        call("test::assert", "other", 1, 2, ctx=Context(assert_raises=True))


def test_the_context_tells_of_the_event_and_the_system() -> None:
    ctx = Context(
        ingest_ns=5,
        origin=OriginUri("tremor-file", "here", 80, ("a", "b")),
        instance="one",
        hostname="box",
        cardinality=3,
    )
    found = {name: call(f"origin::{name}", ctx=ctx) for name in ("scheme", "host", "port", "path")}
    assert found == {"scheme": "tremor-file", "host": "here", "port": 80, "path": ["a", "b"]}
    assert call("origin::as_uri_record", ctx=ctx) == found
    assert call("origin::as_uri_string", ctx=ctx) == "tremor-file://here:80/a/b"
    assert call("origin::as_uri_record", ctx=Context()) is None
    assert call("system::ingest_ns", ctx=ctx) == 5
    assert call("system::nanotime", ctx=ctx) == 5
    assert (call("system::instance", ctx=ctx), call("system::hostname", ctx=ctx)) == ("one", "box")
    assert call("system::version", ctx=ctx) == tremor_tui.__version__
    assert call("win::cardinality", None, ctx=ctx) == 3


def test_slots_move_little_when_one_is_added() -> None:
    keys = [f"key {n}" for n in range(500)]
    before = [call("chash::jump", key, 10) for key in keys]
    after = [call("chash::jump", key, 11) for key in keys]
    moved = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert all(b == 10 for _, b in moved)
    assert 10 < len(moved) < 100
    assert set(before) == set(range(10))
