"""Colours for source text, broken text included."""

from itertools import pairwise

import pytest

from tremor_tui.language.highlight import STYLES, highlight

from .texts import PROGRAMS


def styles(text: str) -> dict[str, str]:
    return {text[start:end]: style for start, end, style in highlight(text)}


def test_each_style_is_given() -> None:
    found = styles(
        'let x = std::f(LIMIT, 1, "s#{event.key}") # c\n## d\nmatch $m of case ~ re|r| => null end \' 1 + 2'
    )

    assert found["let"] == "keyword"
    assert found["f"] == "function"
    assert found["LIMIT"] == "constant"
    assert found["1"] == "number"
    assert found["s"] == "string"
    assert found["#{"] == "interpolation"
    assert found["event"] == "path"
    assert found["key"] == "path"
    assert found["# c"] == "comment"
    assert found["## d"] == "doc"
    assert found["|r|"] == "extractor"
    assert found["null"] == "constant"
    assert found["'"] == "error"
    assert found["+"] == "operator"
    assert set(found.values()) == set(STYLES)


def test_the_end_of_an_interpolation_is_told_from_a_brace_in_it() -> None:
    text = '"#{ {} }"'

    assert (7, 8, "interpolation") in highlight(text)
    assert (5, 6, "interpolation") not in highlight(text)


@pytest.mark.parametrize("name", PROGRAMS)
def test_pieces_are_in_order_and_apart_in_whole_texts_and_single_lines(name: str) -> None:
    text = PROGRAMS[name][1]
    for part in (text, *text.splitlines(), text[::-1]):
        pieces = highlight(part)

        assert all(style in STYLES for _, _, style in pieces)
        assert all(start < end <= len(part) for start, end, _ in pieces)
        assert all(a[1] <= b[0] for a, b in pairwise(pieces))
