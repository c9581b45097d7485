"""Error repair: all faults of a text in one go, most of the tree kept, and it always ends."""

import random
import time

import pytest

from tremor_tui.language.parse.parser import Parsed, parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.script import Let, Script
from tremor_tui.language.tree.walk import walk

from .texts import PROGRAMS


def repaired(text: str) -> Parsed[Script]:
    return parse(Source(text, "test"), "script", repair=True)


def names(result: Parsed[Script]) -> list[str]:
    assert result.tree is not None
    return [type(node).__name__ for node in result.tree.statements]


def test_a_text_without_faults_is_left_alone() -> None:
    result = repaired("let x = 1")

    assert result.diagnostics == []
    assert names(result) == ["Let"]


def test_each_fault_gets_a_diagnostic() -> None:
    result = repaired("let x = ;\nlet y = 2;\nlet z 3;\nf(1,,2);\nemit")

    assert [d.span.line for d in result.diagnostics if d.span] == [1, 3, 4]
    assert names(result) == ["Let", "Let", "Let", "Call", "Emit"]


@pytest.mark.parametrize(
    "text",
    [
        "match event of case 1 => let x =",
        'match event of case 1 => f([1, {"a": 2',
        "let x = <<1, 2",
        'patch event of insert "a" => 1',
        "fn f(a) with let b = 1",
        '"a#{event.b',
    ],
)
def test_what_is_open_at_the_end_is_closed(text: str) -> None:
    result = repaired(text)

    assert len(names(result)) == 1
    assert result.diagnostics


def test_a_bad_literal_keeps_its_statement() -> None:
    result = repaired('let a = 0xg;\nlet b = "abc\nlet c = `x;\nlet d = 1')

    lets = [node for node in walk(result.tree) if isinstance(node, Let)] if result.tree else []
    assert len(lets) >= 3
    assert {d.span.line for d in result.diagnostics if d.span} >= {1, 2, 3}


def test_a_statement_that_makes_no_sense_is_dropped_alone() -> None:
    result = repaired("let a = 1;\nof of of when => ] 3;\nlet c = 3")

    assert names(result)[0] == "Let"
    assert names(result)[-1] == "Let"


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("seed", range(6))
def test_damage_never_raises_and_is_reported_inside_the_text(name: str, seed: int) -> None:
    start, text = PROGRAMS[name]
    tokens = parse(Source(text, name), start).tokens
    chance = random.Random(seed)
    words = [text[t.start : t.end] for t in tokens] + ["'", "#{", '"', ":::", "0xg", '"""', "|", "`"]
    for _ in range(12):
        broken = text
        for _ in range(chance.randint(1, 4)):
            victim = chance.choice(tokens)
            end = victim.start if chance.random() < 0.5 else victim.end
            broken = broken[: victim.start] + " " + chance.choice(["", *words]) + " " + broken[end:]
        began = time.perf_counter()

        result = parse(Source(broken, name), start, repair=True)
        plain = parse(Source(broken, name), start)

        assert time.perf_counter() - began < 2
        assert bool(plain.diagnostics) == bool(result.diagnostics)
        for diagnostic in (*result.diagnostics, *plain.diagnostics):
            assert diagnostic.span is not None
            assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(broken)


@pytest.mark.parametrize("name", PROGRAMS)
def test_leaving_one_token_out_loses_little_of_the_tree(name: str) -> None:
    start, text = PROGRAMS[name]
    whole = parse(Source(text, name), start)
    assert whole.tree is not None
    size = len(whole.tree.statements)
    kept, tried = 0, 0
    for token in whole.tokens[::5]:
        result = parse(Source(text[: token.start] + text[token.end :], name), start, repair=True)
        tried += 1
        kept += result.tree is not None and len(result.tree.statements) >= size - 1

    assert kept >= 0.9 * tried
