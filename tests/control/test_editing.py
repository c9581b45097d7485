"""Changes of a text and what undoes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tremor_tui.control.editing import TextChange, applied, inverse


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, list[TextChange]]:
    text = draw(st.text(alphabet="aä\r\n\U0001f600 ", max_size=30))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(places[::2], places[1::2], strict=False)
    return text, [TextChange("p", a, b, draw(st.text(max_size=5))) for a, b in pairs]


@given(edits())
def test_the_inverse_gives_back_every_character(edit: tuple[str, list[TextChange]]) -> None:
    text, changes = edit
    after = applied(text, changes)
    back = inverse(text, changes)
    assert applied(after, back) == text
    assert applied(applied(after, back), inverse(after, back)) == after


def test_changes_that_overlap_or_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="from 1 to 3 does not fit"):
        applied("abcd", [TextChange("p", 0, 2, ""), TextChange("p", 1, 3, "")])
    with pytest.raises(ValueError, match="does not fit"):
        applied("abcd", [TextChange("p", 3, 5, "")])
