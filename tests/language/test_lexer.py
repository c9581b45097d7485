"""The lexer: what is one token, what a string is made of, and what is said about bad text."""

from itertools import pairwise

import pytest

from tremor_tui.language.lex.lexer import TAILING_HEREDOC, Lexed, lex
from tremor_tui.language.lex.tokens import KINDS
from tremor_tui.language.source import Source
from tremor_tui.model.diagnostic import Diagnostic

from .texts import PROGRAMS


def lexed(text: str) -> Lexed:
    return lex(Source(text, "test"))


def kinds(text: str) -> list[str]:
    return [token.kind for token in lexed(text).tokens]


def fault(text: str) -> tuple[str, int, int]:
    """The first diagnostic's message and the columns it spans."""
    first = lexed(text).diagnostics[0]
    assert first.span is not None
    return first.message, first.span.column, first.span.end_column


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1_000", "INT", 1000),
        ("0xFf_0", "INT", 0xFF0),
        ("18446744073709551615", "INT", 2**64 - 1),
        ("1.", "FLOAT", 1.0),
        ("1.5e-3", "FLOAT", 0.0015),
        ("`any thing`", "IDENT", "any thing"),
        ("größe_1", "IDENT", "größe_1"),
        ('"a#b"', "PART", "a#b"),
        ('"\\u00e9\\n\\#{"', "PART", "é\n#{"),
        ("|a\\|b\\\\|", "EXTRACTOR", "a|b\\"),
        ("|  a\\\n    b|", "EXTRACTOR", "a  b"),
        ("|a\\\n    b|", "EXTRACTOR", "a    b"),
        ("## doc", "DOC", " doc"),
        ("### doc", "MODULE_DOC", " doc"),
    ],
)
def test_a_literal_has_its_value(text: str, kind: str, value: object) -> None:
    tokens = [token for token in lexed(text).tokens if token.kind == kind]

    assert [token.value for token in tokens] == [value]


def test_operators_are_as_long_as_they_can_be() -> None:
    assert kinds("a >>> b >> c >= d => e == f :: g : h ~= i ~ j != k") == [
        *("IDENT", "URSHIFT", "IDENT", "RSHIFT", "IDENT", "GE", "IDENT", "ARROW", "IDENT", "EQ"),
        *("IDENT", "SCOPE", "IDENT", "COLON", "IDENT", "TILDE_EQ", "IDENT", "TILDE", "IDENT", "NE", "IDENT"),
    ]


def test_an_underscore_is_matched_before_identifiers() -> None:
    assert kinds("_a") == ["DONT_CARE", "IDENT"]


def test_interpolations_nest_in_one_flat_stream() -> None:
    assert kinds('"a#{ {"b": "#{c}"} }d"') == [
        *("STRING_OPEN", "PART", "INTERPOLATION", "LBRACE", "STRING", "COLON", "STRING_OPEN"),
        *("INTERPOLATION", "IDENT", "RBRACE", "STRING_CLOSE", "RBRACE", "RBRACE", "PART", "STRING_CLOSE"),
    ]


def test_a_heredoc_keeps_its_line_feeds_and_quotes() -> None:
    part = lexed('"""\na "b"\n  c\n"""').tokens[1]

    assert part.value == 'a "b"\n  c\n'


def test_comments_are_kept_aside_with_their_places() -> None:
    result = lexed("# one\nlet # two\n")

    assert [(c.start, c.end, c.text, c.is_trailing) for c in result.comments] == [
        (0, 5, " one", False),
        (10, 15, " two", True),
    ]
    assert kinds("# one\nlet # two\n") == ["LET"]


@pytest.mark.parametrize(
    ("text", "message", "start", "end"),
    [
        ('"abc', "It looks like you forgot to terminate a string with a closing '\"'", 1, 5),
        (
            '"a #{ b"',
            "It looks like you forgot to terminate a string interpolation with a closing '}'",
            4,
            6,
        ),
        ('"a #{}"', "You have an interpolation without content.", 4, 7),
        ('"\\u12x4"', "An invalid UTF8 escape sequence was found", 2, 7),
        ('"\\ud800"', "An invalid UTF8 escape sequence was found", 2, 8),
        ('"\\q"', "An unexpected escape code 'q' was found", 2, 4),
        ("`abc", "It looks like you forgot to terminate an ident with a closing '`'", 1, 4),
        ("a|b", "It looks like you forgot to terminate an extractor with a closing '|'", 2, 4),
        ("|a\\b|", "An unexpected escape code 'b' was found", 4, 5),
        ("0xg", "An invalid hexadecimal", 1, 4),
        ("0x;", "An invalid hexadecimal", 1, 4),
        ("0x1z", "An unexpected character 'z' was found", 1, 4),
        ("1e5", "An unexpected character 'e' was found", 2, 3),
        ("1.5a", "An unexpected character 'a' was found", 1, 4),
        ("1.0e;", "An invalid float literal", 1, 6),
        ("18446744073709551616", "An invalid integer literal", 1, 21),
        ("a %", "An unexpected end of stream was found", 3, 4),
        (
            '"""a',
            TAILING_HEREDOC,
            1,
            4,
        ),
    ],
)
def test_a_fault_has_its_words_and_its_place(text: str, message: str, start: int, end: int) -> None:
    assert fault(text) == (message, start, end)


@pytest.mark.parametrize("text", [":::", "'", "\\", "?", "#!other", ">", "<"])
def test_what_is_no_token_is_a_bad_one_that_the_parser_reports(text: str) -> None:
    result = lexed(text)

    assert result.tokens[0].kind == "BAD"
    assert result.diagnostics == []


def test_an_unfinished_string_ends_with_its_line() -> None:
    assert kinds('let a = "abc #{ x\nlet b = "x #{ y"\nlet c')[-2:] == ["LET", "IDENT"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_prefix_of_a_program_lexes_into_pieces_in_order(name: str) -> None:
    text = PROGRAMS[name][1]
    for end in range(0, len(text), 7):
        tokens = lexed(text[:end]).tokens

        assert all(token.kind in KINDS for token in tokens)
        assert all(0 <= token.start <= token.end <= end for token in tokens)
        assert all(a.end <= b.start for a, b in pairwise(tokens))
        assert all(isinstance(t.value, Diagnostic | None) for t in tokens if t.kind == "BAD")
