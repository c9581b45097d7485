"""Rust syntax on RE2: the same meaning, or a refusal with construct and offset."""

import pytest

from tremor_tui.errors import ConfigError
from tremor_tui.model import regex


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\d+", "x٣٤", "٣٤"),
        (r"\w+", "-héllo-", "héllo"),
        (r"\W+", "é--a", "--"),
        (r"[\W_]+", "é_-a", "_-"),
        (r"[^\w]+", "é-a", "-"),
        (r"\s", "a\u3000b", "\u3000"),
        (r"[\S]+", "\u2003é", "é"),
        (r"(?-u:\w)+", "éa", "a"),
        (r"(?x) a b # comment", "ab", "ab"),
        (r"(?x: a\ b ) c", "a b c", "a b c"),
        (r"\u{1F600}", "x😀", "😀"),
        (r"\x41\u0042\U00000043", "ABC", "ABC"),
        (r"a{,2}b", "aab", "aab"),
        (r"(?i)É", "é", "é"),
        (r"\p{Letter}+", "1é", "é"),
        (r"[[:alpha:]]+", "1ab", "ab"),
        (r"[\d,]+", "x٣,4", "٣,4"),
        (r"[\D]+", "1é2", "é"),
        (r"[\s,]+", "a\u3000,b", "\u3000,"),
        (r"[^\W_]+", "__é1__", "é1"),
        (r"[(?-u)\w]+", "(é", "(é"),
        (r"(?-u)[\w]+", "éa", "a"),
        (r"\pL\p{Lu}\p{Greek}", "éÉα", "éÉα"),
        (r"\p{ASCII}[\P{ASCII}x]+", "aéx", "aéx"),
        (r"\p{Any}\p{^L}", "é1", "é1"),
        (r"(?x)[a b]+ # x", "a b", "a"),
        (r"(?x)a{2}  ?b", "aab", "aab"),
        (r"[&\-\_]+", "&-_", "&-_"),
        (r"[]a]+", "a]", "a]"),
        (r"\bfoo\b", "a foo b", "foo"),
        (r"$", "a\n", ""),
    ],
)
def test_the_syntax_of_rust_means_what_it_means_there(pattern: str, text: str, found: str) -> None:
    matched = regex.compile(pattern).search(text)
    assert matched is not None
    assert matched[0] == found


@pytest.mark.parametrize(
    ("pattern", "construct", "offset"),
    [
        ("a(?=b)", "(?=", 1),
        ("a(?<!b)", "(?<!", 1),
        ("(?>a)", "(?>", 0),
        (r"(a)\1", r"\1", 3),
        ("a++", "+", 2),
        ("[a-z&&b]", "&&", 4),
        ("[a--b]", "--", 2),
        ("[a[b]]", "[", 2),
        (r"\b{start}", r"\b{start}", 0),
        ("a{", "{", 1),
        ("a{5000}", "{5000}", 1),
        ("(?R)", "(?R", 0),
        (r"\y", r"\y", 0),
        (r"\u{110000}", r"\u", 0),
        (r"\u{zz}", r"\u", 0),
        (r"\x4", r"\x", 0),
        (r"\p{L", r"\p{", 0),
        (r"[[:alpha]", "[:", 1),
        ("(?P<n>a)(?P<n>b)", "(?P<n>", 8),
        (r"[\b]", r"\b", 1),
        ("[a", "[", 0),
        ("a\\", "\\", 1),
    ],
)
def test_what_cannot_be_run_is_refused_by_name_and_offset(pattern: str, construct: str, offset: int) -> None:
    with pytest.raises(ConfigError) as caught:
        regex.compile(pattern)
    assert f"`{construct}` at offset {offset}" in str(caught.value)


@pytest.mark.parametrize(
    "pattern", ["(", "a)", r"\p{Zork}", "(?P<n>a)(?P<n>b)", "a|*", "a" * 70_000, "\ud800"]
)
def test_a_wrong_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError):
        regex.compile(pattern)


def test_a_pattern_that_would_take_too_much_memory_is_refused() -> None:
    with pytest.raises(ConfigError):
        regex.compile(r"(((\w{1,100}){1,100}){1,100})")


def test_named_groups_that_took_part() -> None:
    compiled = regex.compile(r"(?P<a>x)|(?P<b>y)|(z)")

    assert compiled.names == ("a", "b")
    assert compiled.named("y") == {"b": "y"}
    assert compiled.named("z") == {}
    assert compiled.named("-") is None
    assert compiled.named_all("xyx") == {"a": ["x", "x"], "b": ["y"]}


@pytest.mark.parametrize(
    ("pattern", "to", "text", "result"),
    [
        (r"(\w)(\d)", "$2$1", "a1 b2", "1a 2b"),
        (r"(?P<x>\d)", "<${x}>", "a1", "a<1>"),
        ("b", "$$", "abc", "a$c"),
        ("b", "$9$z", "abc", "ac"),
        ("b", "$1x", "abc", "ac"),
        ("b", "${1}x", "abc", "axc"),
        ("b", "$", "abc", "a$c"),
        ("x*", "-", "abxc", "-a-b-c-"),
        ("", "-", "é😀", "-é-😀-"),
    ],
)
def test_replacing(pattern: str, to: str, text: str, result: str) -> None:
    assert regex.compile(pattern).sub(to, text) == result


def test_halves_of_surrogate_pairs_in_texts_match_nothing_but_a_dot() -> None:
    assert regex.compile("a.b").matches("a\ud800b")
    assert regex.compile("b").search("\ud800b") == ["b"]
    assert [match[0] for match in regex.compile(r"\w").finditer("aé")] == ["a", "é"]


def test_replacing_the_first_match_alone() -> None:
    assert regex.compile("b").sub("x", "abb", 1) == "axb"


def test_splitting_leaves_groups_out() -> None:
    assert regex.compile("( )+").split("a  b c") == ["a", "b", "c"]


EVIL = [
    f"{start}{body}{end}"
    for start in ("", "^", "(?i)", r"\b")
    for body in (
        "(a+)+", "(a*)*", "(a|a)*", "(a|aa)+", "(a|a?)+", "(.*a){10}", "(a+){10}",
        "([a-zA-Z]+)*", "(\\w+\\s?)*",
        "(x+x+)+y", "(a?){30}a{30}", "(.*)(.*)(.*)(.*)", "(?:a+)+b+", "((a+)+)+",
    )
    for end in ("$", "[^a]$", "!", "(b|c)$")
]  # fmt: skip


@pytest.mark.parametrize("length", [30, 5000])
def test_evil_patterns_take_linear_time(length: int) -> None:
    text = "a" * length + "\u00e9"
    assert len(EVIL) > 200
    for pattern in EVIL:
        compiled = regex.compile(pattern)
        assert compiled.matches(text) == (compiled.search(text) is not None)
