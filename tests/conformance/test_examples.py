"""What every function and extractor must do, asked of all that are registered."""

from typing import Any

import pytest

from tests.conformance.literals import evaluate
from tremor_tui.errors import ConfigError
from tremor_tui.extractors.contract import NO_MATCH, bare_test, extractors
from tremor_tui.functions.contract import Function, FunctionError, functions
from tremor_tui.model.context import Context
from tremor_tui.model.values import equal

FUNCTIONS = [f for table in functions.load_all().values() for f in table.values()]
EXAMPLES = [pytest.param(*example, id=example[0]) for f in FUNCTIONS for example in f.examples]
ODD: list[Any] = [None, True, -1, 2**64 - 1, 1.5, float("nan"), "", "x", b"\xff", [], [None], {}, {"a": [1]}]


@pytest.mark.parametrize(("call", "result"), EXAMPLES)
def test_a_documented_call_gives_the_documented_result(call: str, result: Any) -> None:
    assert equal(evaluate(call), result)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.path)
def test_a_function_says_what_it_does_and_shows_it_where_it_is_pure(function: Function) -> None:
    assert function.doc.endswith("."), "a sentence"
    assert function.examples or not function.is_pure or not function.params


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.path)
def test_a_function_refuses_odd_arguments_with_a_sentence(function: Function) -> None:
    context = (Context(ingest_ns=1),) if function.wants_context else ()
    most = function.max_arity if function.max_arity is not None else 2
    sentences = []
    for count in range(function.min_arity, most + 1):
        for odd in ODD:
            try:
                function.call(*context, *[odd] * count)
            except FunctionError as error:
                sentences.append(str(error))
    assert all(sentences)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.path)
def test_a_function_leaves_its_arguments_as_they_are(function: Function) -> None:
    given: list[Any] = [[["a", 1], ["b", 2]], {"a": 1, "b": {"c": [3]}}]
    context = (Context(ingest_ns=1),) if function.wants_context else ()
    for count in range(
        function.min_arity, min(2 if function.max_arity is None else function.max_arity, 2) + 1
    ):
        for argument in given:
            before = repr(argument)
            try:
                function.call(*context, *[argument] * count)
            except FunctionError:
                pass
            assert repr(argument) == before


RULES = {
    "dissect": "%{a} %{b}",
    "re": "(?P<a>x)",
    "rerg": "(?P<a>x)",
    "glob": "a*",
    "grok": "%{WORD:a}",
    "datetime": "%Y-%m-%d %H:%M",
}
TEXTS = [
    "",
    "x y",
    "{}",
    "[1]",
    "10.0.0.1",
    "::1",
    "aGk=",
    "a=b",
    "a:b",
    "m f=1",
    "2020-01-01 00:00",
    "é\0" * 40,
]


@pytest.mark.parametrize("name", sorted(extractors.load_all()))
def test_an_extractor_matches_strings_alone(name: str) -> None:
    extract = extractors.get(name)(RULES.get(name, ""))
    for odd in ODD:
        if not isinstance(odd, str):
            assert extract(odd, Context()) is NO_MATCH
            assert bare_test(extract)(odd, Context()) is False


@pytest.mark.parametrize("name", sorted(set(extractors.load_all()) - {"rerg", "base64"}))
def test_an_extractor_and_its_test_agree(name: str) -> None:
    extract = extractors.get(name)(RULES.get(name, ""))
    for text in TEXTS:
        assert (extract(text, Context()) is not NO_MATCH) == bare_test(extract)(text, Context())


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("re", "(a"),
        ("rerg", "(?=a)"),
        ("glob", "a[b"),
        ("glob", "a**"),
        ("kv", "%{key}=%{val}="),
        ("kv", "%{key}\\q%{val}"),
        ("dissect", "%{a"),
        ("dissect", "%{a}%{b}"),
        ("dissect", "%{a:money}"),
        ("dissect", "%{_(}"),
        ("dissect", "%{_} "),
        ("dissect", "%{+a:int}"),
        ("dissect", "\\q%{a}"),
        ("glob", "a/***/b"),
        ("kv", "%{key}="),
        ("kv", "a\\"),
        ("grok", "%{NOPE}"),
        ("grok", "%{WORD"),
        ("cidr", "10.0.0.0/33"),
        ("cidr", "::1/128"),
        ("datetime", "%Q"),
    ],
)
def test_a_bad_rule_is_refused(name: str, rule: str) -> None:
    with pytest.raises(ConfigError):
        extractors.get(name)(rule)
