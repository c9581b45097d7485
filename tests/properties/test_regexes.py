"""Regular expressions and texts made to stall: none holds up the loop; what would be slow is an error."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.language.scripts import compiled
from tests.model.test_regex import EVIL
from tremor_tui.errors import ConfigError, ScriptError
from tremor_tui.language.compile import CompiledScript
from tremor_tui.model import regex
from tremor_tui.model.context import Cell, Context
from tremor_tui.model.values import ValueFault

STALL = 0.05
"""Seconds of CPU time in which the loop may do nothing else."""
TEXTS = ("a" * 30 + "!", "a" * 5_000 + "é", "a" * 100_000 + "!", "ab" * 50_000)
OTHERS = (
    r"^(\d+)*$", r"(\w+)*\d", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(.*)*=(.*)*", r"(\s*\S+\s*)*:",
    r"^(a|b|ab)*c$", r"([a-z0-9]+[-._]?)+@", r"^(?:.*?,){11}P", r"(x*)*y", r"((a{0,5}){0,5})*c",
    r"(a?a?a?)*b",
    r"\A(\w+\W?)+\z",
)  # fmt: skip


def stalls(script: CompiledScript, text: str) -> float:
    """The least CPU time of three runs on an event, as others share the machine."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        script.call({"s": text}, None, Cell(), Context())
        times.append(time.thread_time() - began)
        if times[-1] < STALL / 2:
            break
    return min(times)


def escaped(pattern: str) -> str:
    return pattern.replace("\\", "\\\\").replace("|", "\\|")


@pytest.mark.parametrize("part", range(8))
def test_no_evil_pattern_stalls_a_script(part: int) -> None:
    patterns = [*EVIL, *OTHERS]
    assert len(patterns) > 200
    for pattern in patterns[part::8]:
        rule = escaped(f"(?P<n>{pattern})")
        script = compiled(
            f"match event of case %{{ s ~= re|{escaped(pattern)}| }} => 1"
            f" case r = %{{ s ~= re|{rule}| }} => r case _ => 0 end"
        )
        for text in TEXTS:
            assert stalls(script, text) < STALL, (pattern, text[:8])


@pytest.mark.parametrize("call", ['re::is_match("a*!|a", event.s)', 're::replace("(a*)*b", event.s, "x")'])
def test_functions_that_look_for_one_match_do_not_stall(call: str) -> None:
    assert stalls(compiled(f"use std::re; {call}"), "a" * 100_000) < STALL


@pytest.mark.parametrize("call", ['re::replace_all("a*!|a", event.s, "b")', 're::split("a*!|a", event.s)'])
def test_all_matches_end_with_an_error_where_each_looks_at_the_whole_text(call: str) -> None:
    script = compiled(f"use std::re; {call}")
    began = time.thread_time()

    with pytest.raises(ScriptError, match="take too long") as caught:
        script.call({"s": "a" * 200_000}, None, Cell(), Context())

    assert caught.value.diagnostic.span is not None
    assert time.thread_time() - began < regex.MAX_SECONDS + 0.5


FINDERS: list[Callable[[regex.Regex, str], object]] = [
    regex.Regex.split,
    regex.Regex.named_all,
    lambda compiled, text: compiled.sub("$1", text),
    lambda compiled, text: list(compiled.finditer(text)),
]


@pytest.mark.parametrize("find", FINDERS)
def test_every_search_for_all_matches_is_bounded(find: Callable[[regex.Regex, str], object]) -> None:
    with pytest.raises(ValueFault):
        find(regex.compile("(?P<n>a*)!|(a)"), "a" * 200_000)


@pytest.mark.parametrize("pattern", [r"(a+)+\1", "(?=a)*b", "(?>a+)+", "(a++)+", "(?<=a)b"])
def test_what_needs_backtracking_is_refused_with_its_construct_and_place(pattern: str) -> None:
    with pytest.raises(ConfigError, match="at offset"):
        regex.compile(pattern)


def test_patterns_that_blow_up_are_compiled_or_refused_soon() -> None:
    for pattern in (
        "((a{100}){100}){100}",
        "(\\pL{500}|b){500}",
        "(" * 5000 + ")" * 5000,
        "(a|" * 900 + "b" + ")" * 900,
    ):
        began = time.thread_time()
        with suppress(ConfigError):
            regex.compile(pattern)
        assert time.thread_time() - began < 0.5
