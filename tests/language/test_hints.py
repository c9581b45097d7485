"""Hints for slips: a keyword with a slip in it, a module that is not there."""

from __future__ import annotations

import pytest

from tests.language.scripts import refused
from tremor_tui.language.parse.parser import Start, parse
from tremor_tui.language.source import Source


@pytest.mark.parametrize(
    ("start", "text", "hint"),
    [
        ("query", "select event frm in into out", "Did you mean to use `from`?"),
        ("query", "select event from in inot out", "Did you mean to use `into`?"),
        ("query", "selct event from in into out", "Did you mean to use `select`?"),
        ("deploy", "define flow main flow conect /connector/a to /pipeline/b end", "use `connect`?"),
        ("script", "match event off case _ => 1 end", "Did you mean to use `of`?"),
        ("script", "let x = 1 adn 2", "Did you mean to use `and`?"),
        ("script", "mtch event of case _ => 1 end", "Did you mean to use `match` where `mtch` is?"),
    ],
)
def test_a_keyword_with_a_slip_in_it_is_named(start: Start, text: str, hint: str) -> None:
    [diagnostic] = parse(Source(text, "t"), start).diagnostics

    assert diagnostic.hint.endswith(hint)


@pytest.mark.parametrize("text", ["let x = 1 zebra 2", "select event q in into out", "event x"])
def test_a_word_that_is_near_to_none_has_no_hint_of_an_operator(text: str) -> None:
    [diagnostic] = parse(Source(text, "t"), "query" if "select" in text else "script").diagnostics

    assert diagnostic.hint == ""


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("strin::len(event)", "did you mean `string`? then add `use std::string;` before it"),
        ("string::len(event)", "add `use std::string;` before it"),
        ("use std::string; strng::len(event)", "did you mean `string`?"),
        ("use std; std::strng::len(event)", "did you mean `string`?"),
        ("nanos::from_days(1)", "add `use std::time::nanos;` before it"),
        ("zebra::len(event)", "add `use zebra;` before it, once there is such a module"),
    ],
)
def test_a_module_that_is_not_there_is_found_or_to_be_imported(text: str, hint: str) -> None:
    assert refused(text)[0].hint == hint
