"""The parser: every construct, exact faults, and texts that are too deep."""

import pytest

from tremor_tui.language.parse.parser import MAX_DEPTH, Parsed, Start, expected_at, parse
from tremor_tui.language.source import Source
from tremor_tui.language.tree import expr, query, script
from tremor_tui.language.tree.walk import at, children, walk
from tremor_tui.model.diagnostic import Diagnostic

from .texts import PROGRAMS, STARTS, tree_of

OPERATORS = [
    "!=",
    "%",
    "&",
    "*",
    "+",
    "-",
    "/",
    "<",
    "<<",
    "<=",
    "==",
    ">",
    ">=",
    ">>",
    ">>>",
    "^",
    "and",
    "or",
    "xor",
]
OPERANDS = [
    "!",
    '"',
    '"""',
    "$",
    "(",
    "+",
    "-",
    "<<",
    "<ident>",
    "[",
    "absent",
    "args",
    "bool",
    "event",
    "float",
    "group",
    "int",
    "merge",
    "nil",
    "not",
    "patch",
    "present",
    "recur",
    "state",
    "window",
    "{",
]


def parsed(text: str) -> Parsed[script.Script]:
    return parse(Source(text, "test"), "script")


def statement(text: str) -> script.ScriptStatement:
    result = parsed(text)
    assert result.diagnostics == []
    assert result.tree is not None
    return result.tree.statements[0]


def fault(text: str, start: Start = "script") -> Diagnostic:
    result = parse(Source(text, "test"), start)
    assert result.tree is None
    assert len(result.diagnostics) == 1
    return result.diagnostics[0]


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_construct_parses(name: str) -> None:
    start, text = PROGRAMS[name]

    result = parse(Source(text, name), start)

    assert result.diagnostics == []
    assert result.tree is not None


def test_the_programs_use_every_node() -> None:
    used = set()
    for start, text in PROGRAMS.values():
        used |= {type(node) for node in walk(tree_of(text, start))}

    assert used == {*_nodes(expr.Node)}


def _nodes(base: type[expr.Node]) -> set[type[expr.Node]]:
    # a dataclass with slots leaves its first, unused version among the subclasses
    return {kind for kind in base.__subclasses__() if "__slots__" in vars(kind)}


@pytest.mark.parametrize("name", PROGRAMS)
def test_children_lie_inside_their_parents(name: str) -> None:
    start, text = PROGRAMS[name]
    tree = tree_of(text, start)

    for node in walk(tree):
        for child in children(node):
            inside = node.span.start <= child.span.start and child.span.end <= node.span.end
            assert inside, (node, child)


def test_binary_operators_bind_as_tightly_as_in_the_table() -> None:
    node = statement("1 + 2 * 3 == 4 - 5 - 6 or x")

    assert isinstance(node, expr.Binary)
    assert _shape(node) == "(((1 + (2 * 3)) == ((4 - 5) - 6)) or x)"


def _shape(node: expr.Expr) -> str:
    if isinstance(node, expr.Binary):
        return f"({_shape(node.left)} {node.op} {_shape(node.right)})"
    return str(node.value) if isinstance(node, expr.Scalar) else "x"


def test_an_operator_has_its_own_span() -> None:
    node = statement("(1 + 2) * 3")

    assert isinstance(node, expr.Binary)
    assert (node.span.start, node.span.end) == (0, 11)
    assert (node.op_span.start, node.op_span.end) == (8, 9)


def test_a_path_has_spans_for_its_root_and_segments() -> None:
    node = statement("event.a[0]")

    assert isinstance(node, expr.Path)
    assert (node.root.span.start, node.root.span.end) == (0, 5)
    assert [(s.span.start, s.span.end) for s in node.segments] == [(6, 7), (7, 10)]


def test_the_rule_of_an_extractor_has_its_own_span() -> None:
    node = statement("match event of case ~ re|a| => 1 case _ => 2 end")

    assert isinstance(node, expr.Match)
    pattern = node.cases[0].pattern
    assert isinstance(pattern, expr.ExtractPattern)
    assert pattern.extractor.rule == "a"
    assert (pattern.extractor.rule_span.start, pattern.extractor.rule_span.end) == (24, 27)


def test_only_a_match_in_statement_position_is_mutable() -> None:
    outer = statement("match 1 of case _ => let x = f(match 2 of case _ => 3 end) end")

    matches = [node for node in walk(outer) if isinstance(node, expr.Match)]
    assert [node.is_mutable for node in matches] == [True, False]


def test_a_use_tree_names_all_its_modules() -> None:
    node = statement("use a::{b, c as d, e::{f}}")

    assert isinstance(node, script.Use)
    found = [("::".join(n.text for n in path), alias and alias.text) for path, alias in node.tree.targets()]
    assert found == [("a::b", None), ("a::c", "d"), ("a::e::f", None)]


def test_docs_belong_to_the_definition_after_them() -> None:
    result = parse(Source("## one\n## two\ndefine window w from tumbling end", "test"), "query")

    assert result.tree is not None
    window = result.tree.statements[0]
    assert isinstance(window, query.DefineWindow)
    assert window.doc == (" one", " two")
    assert window.span.line == 3


@pytest.mark.parametrize(
    ("text", "found", "column", "width", "expected"),
    [
        ("event = 1", "=", 7, 1, [*OPERATORS, ".", ".", "[", ";"]),
        (
            "let case = 1",
            "case",
            5,
            4,
            ["$", "(", "<ident>", "[", "args", "event", "group", "state", "window", "{"],
        ),
        ("let x 1", "1", 7, 1, [".", ".", "::", "=", "(", "["]),
        ("f(1", None, 4, 0, [*OPERATORS, ",", ")"]),
        ("1 + ;", ";", 5, 1, OPERANDS),
        ("use a::;", ";", 8, 1, ["<ident>", "{"]),
        ("not -x", "-", 5, 1, [o for o in OPERANDS if o not in "+-"]),
        ("present (a)", None, 12, 0, [".", ".", "["]),
        (
            'let "a" = 1',
            '"',
            5,
            1,
            ["$", "(", "<ident>", "[", "args", "event", "group", "state", "window", "{"],
        ),
        ("fn f(a, ., b) with", ",", 10, 1, [".", "."]),
        ("fn f(...) of", "of", 11, 2, ["as", "with"][1:]),
        ("match 1 of case 1 => 2, 3 end", ",", 23, 1, [*OPERATORS, ";", "case", "end"]),
        ("patch event of erase 1 end", "1", 22, 1, ['"', '"""']),
        ("a ::: b", ":::", 3, 3, [*OPERATORS, ".", ".", "::", "(", "[", ";"]),
        ("1; ## doc\n2", "2", 1, 1, ["<doc-comment>", "const", "fn", "intrinsic"]),
    ],
)
def test_a_fault_lists_exactly_what_would_have_fitted(
    text: str, found: str | None, column: int, width: int, expected: list[str]
) -> None:
    diagnostic = fault(text)

    span = diagnostic.span
    assert span is not None
    assert (span.column, span.end_column - span.column) == (column, width)
    assert sorted(diagnostic.expected) == sorted(expected)
    shown = f"the token `{found}`" if found else "the end of the text"
    assert diagnostic.message.startswith(f"Found {shown} but expected ")


def test_effectors_of_an_inner_match_expect_what_only_they_can_take() -> None:
    diagnostic = fault("let x = f(match 1 of case 1 => 2; 3 end)")

    assert sorted(diagnostic.expected) == sorted([*OPERATORS, ",", "case", "end"])


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("1", "query", ["#!config", "<doc-comment>", "create", "define", "select", "use"]),
        ("create connector x", "query", ["operator", "pipeline", "script", "stream"]),
        ("select event from in where", "query", None),
        ("define flow f flow create stream s end", "deploy", ["connector", "pipeline"]),
        ("connect", "deploy", ["#!config", "<doc-comment>", "<mod-comment>", "define", "deploy", "use"]),
        ("event", "module", ["<doc-comment>", "<mod-comment>", "const", "define", "fn", "intrinsic", "use"]),
    ],
)
def test_each_start_has_statements_of_its_own(text: str, start: Start, expected: list[str] | None) -> None:
    diagnostic = fault(text, start)

    if expected is not None:
        assert sorted(diagnostic.expected) == sorted(expected)


def test_one_expected_token_is_named_alone() -> None:
    assert fault("deploy x", "deploy").message == "Found the token `x` but expected `flow`"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("match 1 of case 1 => 2; case 2 => 3 end", "You might have a trailing `;` in the prior statement"),
        ("let end = 1", "It looks like you tried to use 'end' as an ident, consider quoting it as `end`"),
        ('use "a"', "Did you mean to quote an ident?"),
        ("not -x", "Try wrapping this expression in parentheses"),
        ("match 1 off case 1 => 2 end", "Did you mean to use `of`?"),
        ("match 1 of case 1 => 2", "an `end` may be missing"),
        ("# nothing", "there has to be at least one statement"),
    ],
)
def test_a_fault_has_a_hint(text: str, hint: str) -> None:
    assert hint in fault(text).hint


def test_faults_of_the_lexer_come_before_those_of_the_parser() -> None:
    assert fault('let = "abc').message.startswith("It looks like you forgot to terminate a string")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000 + "1" + "]" * 10_000,
        "[" * 10_000,
        "-" * 10_000 + "1",
        "1" + " + 1" * 5_000,
        "let x = " * 5_000 + "1",
        '"#{' * 2_000 + "1" + '}"' * 2_000,
        "match 1 of case _ => " * 3_000 + "1" + " end" * 3_000,
    ],
)
@pytest.mark.parametrize("repair", [False, True])
def test_a_text_that_is_too_deep_is_refused(text: str, repair: bool) -> None:
    result = parse(Source(text, "test"), "script", repair=repair)

    assert result.tree is None
    assert result.diagnostics[-1].message == f"nested too deeply: more than {MAX_DEPTH} levels"


def test_brackets_without_meaning_do_not_count_as_depth() -> None:
    assert parsed("(" * 400 + "1" + ")" * 400).diagnostics == []


def test_a_long_chain_or_list_that_is_flat_enough_parses() -> None:
    assert parsed("1" + " + 1" * 400).diagnostics == []
    assert parsed("[" + "1, " * 20_000 + "]").diagnostics == []


@pytest.mark.parametrize("start", STARTS)
def test_an_empty_text_is_a_fault(start: Start) -> None:
    assert fault("", start).message.startswith("Found the end of the text but expected")


def test_completion_knows_what_fits_at_an_offset() -> None:
    text = "match event of case 1 => 2 en"

    assert "END" in expected_at(Source(text, "test"), "script", len(text))
    assert expected_at(Source("let let ", "test"), "script", 8) == []


def test_the_nodes_at_an_offset_go_from_outer_to_inner() -> None:
    tree = parsed("let x = event.abc").tree
    assert tree is not None

    kinds = [type(node) for node in at(tree, 15)]

    assert kinds == [script.Script, script.Let, expr.Path, expr.KeySegment, expr.Name]
