"""The printer: what it prints parses to the same tree, and is not changed by printing it again."""

import random

import pytest

from tremor_tui.language.parse.parser import Start, parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree.expr import Binary, Expr, Extractor, Name, Scalar, String, Text, Unary
from tremor_tui.language.tree.layout import WIDTH
from tremor_tui.language.tree.levels import LEVELS
from tremor_tui.language.tree.printer import print_tree
from tremor_tui.language.tree.walk import same
from tremor_tui.model.diagnostic import Span

from .texts import PROGRAMS, tree_of

SPAN = Span("test", 1, 1, 1, 1)


def formatted(text: str, start: Start = "script") -> str:
    result = parse(Source(text, "test"), start)
    assert result.diagnostics == []
    assert result.tree is not None
    return print_tree(result.tree, result.comments)


def reread(node: Expr) -> object:
    result = parse(Source(print_tree(node), "test"), "script")
    assert result.diagnostics == []
    assert result.tree is not None
    return result.tree.statements[0]


@pytest.mark.parametrize("name", PROGRAMS)
def test_printing_and_parsing_gives_the_same_tree(name: str) -> None:
    start, text = PROGRAMS[name]
    tree = tree_of(text, start)

    again = parse(Source(print_tree(tree), name), start)

    assert again.diagnostics == []
    assert same(tree, again.tree)


@pytest.mark.parametrize("name", PROGRAMS)
def test_printing_twice_changes_nothing(name: str) -> None:
    start, text = PROGRAMS[name]

    once = formatted(text, start)

    assert formatted(once, start) == once


def test_other_values_make_other_trees() -> None:
    one, whole, true = (Scalar(value, SPAN) for value in (1, 1.0, True))

    assert same(one, Scalar(1, Span("other", 2, 2, 2, 2)))
    assert not same(one, whole)
    assert not same(one, true)


def test_random_operators_keep_their_shape() -> None:
    chance = random.Random(1)
    for _ in range(300):
        tree = _expression(chance, 5)

        assert same(reread(tree), tree), print_tree(tree)


def _expression(chance: random.Random, depth: int) -> Expr:
    pick = chance.random()
    if depth == 0 or pick < 0.2:
        return Scalar(chance.choice([1, 2.5, True, None]), SPAN)
    if pick < 0.4:
        op = chance.choice(["+", "-", "not", "!"])
        return Unary(op, _expression(chance, depth - 1), SPAN, SPAN)  # type: ignore[arg-type]
    op = chance.choice(list(LEVELS))
    left, right = _expression(chance, depth - 1), _expression(chance, depth - 1)
    return Binary(op, left, right, SPAN, SPAN)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_heredoc", [False, True])
def test_any_text_survives_in_a_string(is_heredoc: bool) -> None:
    chance = random.Random(2)
    for _ in range(300):
        value = "".join(chance.choice('"#{}\\n\n\r\tabé\x01 u') for _ in range(chance.randint(1, 12)))
        tree = String((Text(value, SPAN),), is_heredoc, SPAN)

        assert same(reread(tree), tree), print_tree(tree)


def test_any_rule_survives_in_an_extractor() -> None:
    chance = random.Random(3)
    for _ in range(300):
        rule = "".join(chance.choice(" |\\a%{") for _ in range(chance.randint(0, 6)))
        extractor = Extractor(Name("re", SPAN), rule, SPAN, SPAN)
        text = f"match 1 of case ~ {print_tree(extractor).rstrip(chr(10))} => 1 end"

        result = parse(Source(text, "test"), "script")

        assert result.diagnostics == []
        assert result.tree is not None
        found = result.tree.statements[0].cases[0].pattern.extractor  # type: ignore[union-attr]
        assert found.rule == rule, text


@pytest.mark.parametrize("value", [0.0, 1e300, 1e-300, 1.5, 123456789.123, float("inf"), 1e16, 5e-324])
def test_any_float_survives(value: float) -> None:
    assert same(reread(Scalar(value, SPAN)), Scalar(value, SPAN))


def test_long_lists_are_broken_and_short_ones_joined() -> None:
    items = ", ".join(str(n) * 9 for n in range(1, 10))
    text = formatted(f"let x = [{items}, {items}];\nlet y = [\n  1,\n  2\n]")

    assert text.endswith("let y = [1, 2]\n")
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    assert "\n  111111111,\n" in text


def test_comments_stay_where_they_were() -> None:
    text = (
        "# at the top\n"
        "let x = 1; # behind\n"
        "# before the match\n"
        "match x of\n"
        "  # before the case\n"
        "  case 1 => 2\n"
        "# before the end\n"
        "end\n"
        "# at the bottom\n"
    )

    assert formatted(text) == text


def test_brackets_are_set_only_where_needed() -> None:
    assert formatted("((1)) + ((2 * 3))") == "1 + 2 * 3\n"


def test_a_deep_tree_prints_without_recursion() -> None:
    text = "[" * 500 + "1" + "]" * 500

    assert formatted(text).replace(" ", "").replace("\n", "") == text
