from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tremor_tui.workbench.finding import Term, json_fields, wanted

ROW = "live/pipeline/classify blocked at 12:41"
FIELDS = {"state": "blocked", "kind": "pipeline"}


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("", True),
        ("CLASSIFY", True),
        ("parse", False),
        ("classify blocked", True),
        ("classify parse", False),
        ('"classify blocked"', True),
        ('"blocked classify"', False),
        ('"classify blo', True),
        ("state:block", True),
        ("state:idle", False),
        ("!state:idle", True),
        ('state:"blocked"', True),
        ("!classify", False),
        ("!parse kind:pipe", True),
        ("12:41", True),
        ("at:41", False),
        ("!", True),
    ],
)
def test_a_row_is_found(text: str, is_found: bool) -> None:
    assert wanted(text).finds(ROW, FIELDS) is is_found


def test_a_field_that_a_row_has_not_is_text() -> None:
    assert wanted("id:7").finds("order id:7")
    assert not wanted("id:7").finds("order id:7", {"id": "8"})


@pytest.mark.parametrize(
    ("text", "is_found"),
    [("user.name:ann", True), ("user.name:bob", False), ("n:4", True), ("tags.1:b", True), ("tags:a", True)],
)
def test_fields_of_events_are_paths(text: str, is_found: bool) -> None:
    event = '{"user": {"name": "Anna"}, "n": 41, "tags": ["a", "b"]}'

    assert wanted(text).finds(event, json_fields(event, '{"class": "ok"}')) is is_found


def test_an_event_that_was_cut_has_text_but_no_fields() -> None:
    event = '{"user": "ann'

    assert wanted("ann").finds(event, json_fields(event))
    assert not wanted("user:ann").finds(event, json_fields(event))


def test_a_quote_may_hold_what_else_ends_a_term() -> None:
    assert wanted('!field:"a b" c').terms == (Term("a b", "field", True), Term("c"))


@given(some.text(), some.text())
def test_whatever_is_asked_for_never_fails(text: str, row: str) -> None:
    assert wanted(text).finds(row, json_fields(row)) in (True, False)
