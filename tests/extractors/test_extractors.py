"""What each extractor matches, and what it makes of it."""

from typing import Any

import pytest

from tremor_tui.extractors.contract import NO_MATCH, bare_test, extractors
from tremor_tui.model.context import Context


def extract(name: str, rule: str, text: str) -> Any:
    return extractors.get(name)(rule)(text, Context(ingest_ns=5))


@pytest.mark.parametrize(
    ("rule", "text", "result"),
    [
        ("%{a} %{b}", "x y z", {"a": "x", "b": "y z"}),
        ("%{a} %{b} end", "x y end", {"a": "x", "b": "y"}),
        ("%{a} %{b} end", "x y ends", NO_MATCH),
        ("[%{a}]", "[]", {"a": ""}),
        ("[%{a}]", "x]", NO_MATCH),
        ("%{}:%{b}", "x:y", {"b": "y"}),
        ("%{?a}:%{b}", "x:y", {"b": "y"}),
        ("%{?k}=%{&k}", "x=y", {"x": "y"}),
        ("%{?k}=%{&k}", "=y", NO_MATCH),
        ("%{&k}", "x", NO_MATCH),
        ("%{a} %{+a}", "x y", {"a": "x y"}),
        ("%{+a}%{_(-)}%{+a}", "x---y", {"a": "x-y"}),
        ("%{n:int};%{f:float};%{s:string}", "-7;1e3;q", {"n": -7, "f": 1000.0, "s": "q"}),
        ("%{n:int}", "7.5", NO_MATCH),
        ("%{n}%{_}|", "x   |", {"n": "x"}),
        ("%{n}%{_}|", "x|", {"n": "x"}),
        ("%{n}%{_}", "x   ", {"n": "x"}),
        ("%{n}%{_}", "x", {"n": "x"}),
        ("%{a}\\t%{b}", "x\ty", {"a": "x", "b": "y"}),
        ("exact", "exact", {}),
        ("a%{n:int}", "b1", NO_MATCH),
        ("%{n:int} %{s}", "1-x", NO_MATCH),
        ("%{n}%{_}%{m}", "x", NO_MATCH),
        ("%{n:int}%{_}|%{m}", "1", NO_MATCH),
        ("%{a:int};%{+a}", "1;2", {"a": 1}),
        ("", "", {}),
        ("", "x", NO_MATCH),
    ],
)
def test_dissect(rule: str, text: str, result: Any) -> None:
    assert extract("dissect", rule, text) == result


@pytest.mark.parametrize(
    ("rule", "yes", "no"),
    [
        ("ab", "ab", "abc"),
        ("a*", "abc", "ba"),
        ("*c", "abc", "cb"),
        ("*b*", "abc", "ac"),
        ("a*c", "abc", "ab"),
        ("a*a", "aa", "a"),
        ("a?c", "aéc", "ac"),
        ("[a-c]x", "bx", "dx"),
        ("[!a-c]x", "dx", "bx"),
        ("[]]x", "]x", "x"),
        ("*", "", None),
        ("a.c", "a.c", "abc"),
        ("a/**/b", "a/x/y/b", "a/xb"),
        ("a*b*c", "a-b\n-c", "acb"),
        ("[c-a]x", "", "bx"),
        ("[!c-a]x", "bx", "x"),
        ("[a-]", "-", "b"),
        ("a/**", "a/b/c", "ab"),
    ],
)
def test_glob(rule: str, yes: str, no: str | None) -> None:
    assert not yes or extract("glob", rule, yes) is True
    assert no is None or extract("glob", rule, no) is NO_MATCH


@pytest.mark.parametrize(
    ("rule", "text", "result"),
    [
        ("", "a:b c:d", {"a": "b", "c": "d"}),
        ("%{key}=%{val}&", "a=b&c=d&e", {"a": "b", "c": "d"}),
        ("%{key}=%{val};%{key}:%{val}", "a=b;c:d", {"a": "b", "c": "d"}),
        ("\\n%{key}=%{val}", "a=b\nc=d=e", {"a": "b"}),
        ("", "nothing", NO_MATCH),
    ],
)
def test_kv(rule: str, text: str, result: Any) -> None:
    assert extract("kv", rule, text) == result


def test_re_and_rerg_differ_in_how_many_matches_they_take() -> None:
    rule = r"(?P<n>\d)(?P<m>x)?"
    assert extract("re", rule, "a1 2x") == {"n": "1"}
    assert extract("rerg", rule, "a1 2x") == {"n": ["1", "2"], "m": ["x"]}
    assert extract("re", "b", "abc") == {}
    assert extract("re", "z", "abc") is NO_MATCH


def test_rerg_matches_without_hits_where_its_result_is_wanted() -> None:
    rerg = extractors.get("rerg")("(?P<n>z)")
    assert rerg("abc", None) == {}
    assert not bare_test(rerg)("abc", None)


def test_json() -> None:
    assert extract("json", "", '{"a": [1.0, null]}') == {"a": [1.0, None]}
    assert extract("json", "", "null") is None
    assert extract("json", "", "{") is NO_MATCH
    assert extract("json", "", "\ud800") is NO_MATCH


def test_base64_that_is_none() -> None:
    assert not bare_test(extractors.get("base64")(""))("?", None)


def test_base64_wants_text_inside_where_its_result_is_wanted() -> None:
    assert extract("base64", "", "c25vdA==") == "snot"
    assert extract("base64", "", "/w==") is NO_MATCH
    assert bare_test(extractors.get("base64")(""))("/w==", None)


@pytest.mark.parametrize(
    ("rule", "text", "result"),
    [
        ("", "10.0.0.0/8", {"prefix": [10, 0, 0, 0], "mask": [255, 0, 0, 0]}),
        ("", "10.1.2.3", {"prefix": [10, 1, 2, 3], "mask": [255, 255, 255, 255]}),
        ("", "fe80::/16", {"prefix": [0xFE80, *[0] * 7], "mask": [0xFFFF, *[0] * 7]}),
        ("", "10.0.0.1/8", NO_MATCH),
        ("", "nowhere", NO_MATCH),
        ("", "10.0.0.0/", NO_MATCH),
        ("10.0.0.0/8, 192.168.0.0/16", "192.168.3.4", {"prefix": [192, 168, 3, 4], "mask": [255] * 4}),
        ("10.0.0.0/8", "11.0.0.1", NO_MATCH),
        ("10.0.0.0/8", "9.255.255.255", NO_MATCH),
        ("10.0.0.0/8", "::1", NO_MATCH),
    ],
)
def test_cidr(rule: str, text: str, result: Any) -> None:
    assert extract("cidr", rule, text) == result


def test_datetime() -> None:
    assert extract("datetime", "%Y-%m-%d %H:%M:%S", "1970-01-01 00:00:01") == 10**9
    assert extract("datetime", "%Y-%m-%d %H:%M:%S", "yesterday") is NO_MATCH


def test_influx() -> None:
    expected = {"measurement": "m", "tags": {"a": "b"}, "fields": {"f": 1.0}, "timestamp": 5}
    assert extract("influx", "", "m,a=b f=1") == expected
    assert extract("influx", "", "# comment") is NO_MATCH
    assert extract("influx", "", "m") is NO_MATCH


def test_grok_takes_an_access_log_apart() -> None:
    line = (
        '1.2.3.4 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 "http://x.y" "Moz (X)"'
    )
    found = extract("grok", "%{COMBINEDAPACHELOG}", line)
    assert {key: found[key] for key in ("clientip", "auth", "verb", "response", "bytes", "agent")} == {
        "clientip": "1.2.3.4",
        "auth": "frank",
        "verb": "GET",
        "response": "200",
        "bytes": "2326",
        "agent": '"Moz (X)"',
    }
    assert "rawrequest" not in found


def test_grok_takes_own_patterns_and_groups() -> None:
    assert extract("grok", r"%{CODE:c=[A-Z]+\d} (?<rest>.*)", "AB1 x y") == {
        "c": "AB1",
        "rest": "x y",
    }
    assert extract("grok", "%{IP:a}", "nothing") is NO_MATCH


def test_grok_refuses_patterns_that_never_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from tremor_tui.errors import ConfigError
    from tremor_tui.model.grok_patterns import PATTERNS

    monkeypatch.setitem(PATTERNS, "LOOP", "x%{LOOP}")
    with pytest.raises(ConfigError, match="levels deep"):
        extractors.get("grok")("%{LOOP}")
